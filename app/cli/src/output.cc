#include "output.h"

#include <unistd.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "mq/base/text.h"
#include "table_heads.h"

namespace mq::cli {

void Output::say(std::string_view zh, std::string_view en) { text(pick(zh, en)); }

void Output::text(std::string_view line) {
  if (json_) return;
  progress_end();
  std::printf("%s\n", harmless(line).c_str());
}

void Output::warn(std::string_view zh, std::string_view en) {
  progress_end();
  std::fprintf(stderr, "%s\n", harmless(pick(zh, en)).c_str());
}

void Output::fail(const Error& error, int exit) {
  warn(error.zh, error.en);
  if (json_) object_["error"] = {{"exit", exit}, {"message", pick(error.zh, error.en)}};
}

void Output::raw(std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); }

void Output::table(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
  if (json_) return;
  std::vector<std::string> heads;
  for (const std::string& head : header) heads.emplace_back(pick(head, english_head(head)));
  raw(table_text(heads, rows));
}

void Output::progress(std::string_view what, std::size_t done, std::size_t all) {
  if (json_ || isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%.*s %zu/%zu", static_cast<int>(what.size()), what.data(), done, all);
  progress_shown_ = true;
}

void Output::progress_end() {
  if (progress_shown_) std::fputc('\n', stderr);
  progress_shown_ = false;
}

bool Output::finish() {
  progress_end();
  if (json_) {
    const std::string text = object_.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::printf("%s\n", text.c_str());
  }
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  warn("输出没有写完(磁盘满了,或对方关了管道);命令已经办的都算数,请换个地方再看一次",
       "the output could not be written; what the command did stands: look again elsewhere");
  return false;
}

bool english_wanted() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("en");
  }
  return false;
}

int exit_code(Code code) {
  switch (code) {
    case Code::kInvalidInput:
    case Code::kNotFound:
      return 3;
    case Code::kNotAllowed:
      return 4;
    case Code::kUnauthenticated:  // not our server, or it does not know us: no contact
    case Code::kUnavailable:
      return 5;
    case Code::kLocked:
      return 6;
    case Code::kCorrupt:
      return 7;
    default:
      return 1;
  }
}

std::string harmless(std::string_view text) {
  std::string out;
  for (const std::uint32_t c : code_points(text)) {
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
    const bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    append_utf8(out, control || turns ? 0xfffd : c);
  }
  return out;
}

namespace {

// A record's lines must not look like lines of the table.
std::string one_line(std::string_view text) {
  std::string out = harmless(text);
  std::ranges::replace_if(
      out, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

}  // namespace

std::string table_text(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  const auto widen = [&](const std::vector<std::string>& row) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(one_line(row[i])));
    }
  };
  widen(header);
  for (const auto& row : rows) widen(row);
  std::string out;
  const auto print = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += "  ";
      const std::string cell = one_line(row[i]);
      out += i + 1 < row.size() ? padded(cell, widths[i]) : cell;
    }
    out += '\n';
  };
  print(header);
  std::size_t total = header.empty() ? 0 : 2 * (header.size() - 1);
  for (const std::size_t width : widths) total += width;
  out += cat(std::string(total, '-'), "\n");
  for (const auto& row : rows) print(row);
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const std::uint32_t point : code_points(text)) {
    width += static_cast<std::size_t>(utf8proc_charwidth(static_cast<utf8proc_int32_t>(point)));
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t have = display_width(text);
  return std::string(text) + std::string(have < width ? width - have : 0, ' ');
}

}  // namespace mq::cli
