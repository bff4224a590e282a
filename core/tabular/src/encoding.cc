#include "encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

struct Utf8Survey {
  std::size_t characters = 0;  // valid ones of three or four bytes, as Chinese is
  std::size_t bad_bytes = 0;
  std::size_t first_bad = 0;
};

// Length of the valid character of several bytes at text[at], or 0.
std::size_t wide_character_at(std::string_view text, std::size_t at) {
  for (std::size_t length = 2; length <= 4; ++length) {
    const std::string_view part = text.substr(at, length);
    if (part.size() == length && is_utf8(part) && count_characters(part) == 1) return length;
  }
  return 0;
}

Utf8Survey survey(std::string_view text) {
  Utf8Survey out;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = wide_character_at(text, at);
    out.characters += length >= 3;
    if (length == 0 && out.bad_bytes++ == 0) out.first_bad = at;
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

Error undecodable(std::size_t line, std::string_view encoding) {
  return Error{Code::kInvalidInput,
               cat("第 ", line, " 行有不是 ", encoding,
                   " 的字节，文件可能损坏。请用 Excel 或 WPS 打开后另存为 xlsx 再导入。"),
               cat("Line ", line, " holds bytes that are not ", encoding,
                   "; the file may be damaged. Open it in Excel or WPS and save it as xlsx.")};
}

Error holds_nul(std::size_t line) {
  return Error{
      Code::kInvalidInput,
      cat("第 ", line, " 行有空字节（NUL），这不是文本表格。请另存为 xlsx 或 CSV 再导入。"),
      cat("Line ", line, " holds a NUL byte: this is not a text table. Save it as xlsx or CSV.")};
}

// What a conversion made stays in out.converted, and out.utf8 views it.
Status convert(ByteView bytes, const char* from, std::string_view name, DecodedText& out) {
  MQ_CHECK(convert_to_utf8(bytes, from, name, out.converted));
  out.encoding = name;
  out.utf8 = out.converted;
  return {};
}

// A UTF-8 file with a few damaged bytes would often pass for GB18030 and come out as nonsense.
bool is_damaged_utf8(const Utf8Survey& found) {
  return found.characters >= 8 && found.characters / 8 >= found.bad_bytes;
}

Status decode_unmarked(ByteView file, DecodedText& out) {
  const std::string_view text = text_of(file);
  const auto nul = text.find('\0');
  if (nul != std::string_view::npos) return holds_nul(line_of(text, nul));
  if (is_utf8(text)) {
    out.encoding = "utf-8";
    out.utf8 = text;
    return {};
  }
  const Utf8Survey found = survey(text);
  if (is_damaged_utf8(found) || text.starts_with(kUtf8Mark)) {
    return undecodable(line_of(text, found.first_bad), "UTF-8");
  }
  return convert(file, "GB18030", "gb18030", out);
}

}  // namespace

std::size_t line_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  for (std::size_t at = 0; at < std::min(offset, text.size()); ++at) {
    const bool crlf = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    line += text[at] == '\n' || (text[at] == '\r' && !crlf);
  }
  return line;
}

Status convert_to_utf8(ByteView bytes, const char* encoding, std::string_view name,
                       std::string& out) {
  const iconv_t converter = iconv_open("UTF-8", encoding);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what POSIX calls a failure
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return Error{
        Code::kUnsupported,
        cat("本机系统不能转换 ", name, " 编码。请把文件另存为 xlsx 或 UTF-8 的 CSV 再导入。"),
        cat("This system cannot convert ", name, "; save the file as xlsx or UTF-8 CSV.")};
  }
  // iconv takes a pointer to char that is not const but never writes through it.
  char* in = const_cast<char*>(text_of(bytes).data());
  std::size_t in_left = bytes.size();
  std::array<char, 16'384> part;
  bool fits = true;
  while (fits && in_left > 0) {
    char* to = part.data();
    std::size_t room = part.size();
    const std::size_t result = iconv(converter, &in, &in_left, &to, &room);
    fits = result != static_cast<std::size_t>(-1) || errno == E2BIG;
    out.append(part.data(), part.size() - room);
  }
  iconv_close(converter);
  // Lines are counted in what was converted: the source may be of two bytes a character.
  if (!fits) return undecodable(line_of(out, out.size()), name);
  return {};
}

Status decode_text(ByteView file, DecodedText& out) {
  const std::string_view text = text_of(file);
  if (text.starts_with("\xff\xfe")) {
    MQ_CHECK(convert(file.subspan(2), "UTF-16LE", "utf-16", out));
  } else if (text.starts_with("\xfe\xff")) {
    MQ_CHECK(convert(file.subspan(2), "UTF-16BE", "utf-16", out));
  } else {
    MQ_CHECK(decode_unmarked(file, out));
  }
  if (out.utf8.starts_with(kUtf8Mark)) out.utf8.remove_prefix(kUtf8Mark.size());
  const auto nul = out.utf8.find('\0');
  if (nul != std::string_view::npos) return holds_nul(line_of(out.utf8, nul));
  return {};
}

}  // namespace mq::tabular
