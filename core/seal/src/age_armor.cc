#include <algorithm>
#include <optional>

#include "age_header.h"

namespace mq::seal {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kBlankMax = 1024;  // bytes of white space before and after

constexpr std::string_view kBlank = " \t\r\n\v\f";

Error malformed() {
  return {Code::kCorrupt, "age 文件的文本外壳不合格式:文件已损坏,请重新拷贝一份",
          "the armor of the age file is malformed: it was damaged; copy it again"};
}

std::string_view without_leading_blank(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
  return text.substr(std::min(first, kBlankMax));
}

// The next line, its end (LF, CRLF or the end of the file) removed.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool is_armored(ByteView file) {
  return without_leading_blank(text_of(file)).starts_with("-----BEGIN");
}

Result<Bytes> without_armor(ByteView file) {
  std::string_view rest = text_of(file);
  // White space before the first line ends in a line end: none stands in front of it on its line.
  const std::string_view begun = without_leading_blank(rest);
  const std::size_t skipped = rest.size() - begun.size();
  if (skipped > 0 && rest[skipped - 1] != '\n') return malformed();
  rest = begun;
  if (next_line(rest) != kBegin) return malformed();
  Bytes out;
  out.reserve(rest.size() / 4 * 3);
  for (bool last = false;;) {
    const std::string_view line = next_line(rest);
    if (line == kEnd) break;
    const auto bytes = from_base64(line, Base64::kPadded);
    const bool fits = !last && bytes && !bytes->empty() && line.size() <= kColumns;
    if (!fits) return malformed();
    out.insert(out.end(), bytes->begin(), bytes->end());
    last = line.size() < kColumns || line.ends_with('=');
  }
  if (rest.size() > kBlankMax || !without_leading_blank(rest).empty()) return malformed();
  return out;
}

}  // namespace mq::seal
