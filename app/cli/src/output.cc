#include "output.h"

#include <unistd.h>
#include <utf8proc.h>

#include <cstdio>
#include <cstdlib>

#include "mq/base/text.h"

namespace mq::cli {

void Output::say(std::string_view zh, std::string_view en) { text(pick(zh, en)); }

void Output::text(std::string_view line) {
  if (json_) return;
  progress_end();
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

void Output::warn(std::string_view zh, std::string_view en) {
  progress_end();
  const std::string_view line = pick(zh, en);
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void Output::fail(const Error& error) {
  warn(error.zh, error.en);
  if (json_)
    object_["error"] = {{"exit", exit_code(error.code)}, {"message", pick(error.zh, error.en)}};
}

void Output::raw(std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); }

void Output::table(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
  if (!json_) raw(table_text(header, rows));
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

void Output::finish() {
  progress_end();
  if (!json_) return;
  const std::string text = object_.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
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

std::string table_text(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  const auto widen = [&](const std::vector<std::string>& row) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  };
  widen(header);
  for (const auto& row : rows) widen(row);
  std::string out;
  const auto print = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += "  ";
      out += i + 1 < row.size() ? padded(row[i], widths[i]) : row[i];
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
