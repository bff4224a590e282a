#include "mq/tabular/csv_file.h"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

struct Close {
  iconv_t converter;
  ~Close() { iconv_close(converter); }
};

Result<Bytes> gb18030(std::string text) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what POSIX calls a failure
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return Error{Code::kUnsupported, "本机系统不能转换 GB18030 编码,没有写出;请改用 UTF-8 或 xlsx",
                 "this system cannot write GB18030; use UTF-8 or xlsx"};
  }
  const Close close{converter};
  Bytes out;
  std::array<char, 16'384> part;
  char* in = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    char* to = part.data();
    std::size_t room = part.size();
    const std::size_t result = iconv(converter, &in, &left, &to, &room);
    const bool fits = result != static_cast<std::size_t>(-1) || errno == E2BIG;
    const ByteView made = view_of(std::string_view(part.data(), part.size() - room));
    out.insert(out.end(), made.begin(), made.end());
    if (!fits) {
      return Error{Code::kInvalidInput, "有文字不能写成 GB18030,没有写出;请改用 UTF-8 或 xlsx",
                   "a text cannot be written as GB18030; use UTF-8 or xlsx"};
    }
  }
  return out;
}

}  // namespace

Result<Bytes> csv_file(const std::vector<std::vector<std::string>>& rows, CsvEncoding encoding) {
  std::string text = write_csv(rows);
  if (!is_utf8(text)) {
    return Error{Code::kInvalidInput, "有文字不是 UTF-8,没有写出", "a text is not UTF-8"};
  }
  if (encoding == CsvEncoding::kUtf8) return to_bytes(text);
  if (text.starts_with(kMark)) text.erase(0, kMark.size());
  return gb18030(std::move(text));
}

}  // namespace mq::tabular
