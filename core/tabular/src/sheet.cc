#include "mq/tabular/sheet.h"

#include <algorithm>

#include "csv_reader.h"
#include "encoding.h"
#include "mq/base/text.h"
#include "xlsx.h"
#include "xlsx_archive.h"

namespace mq::tabular {

namespace {

constexpr std::string_view kCompoundFile = "\xd0\xcf\x11\xe0";
// The name of the stream in which Office keeps an encrypted xlsx, in UTF-16.
constexpr std::string_view kEncryptedPackage{"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0",
                                             32};

bool is_zip(std::string_view file) {
  return file.starts_with("PK\x03\x04") || file.starts_with("PK\x05\x06");
}

Error old_binary_format() {
  return Error{
      Code::kInvalidInput,
      "这是旧版 xls（或 et、doc）文件，读不了。请用 Excel 或 WPS 打开后另存为 xlsx 再导入。",
      "This is an old binary file (xls); open it in Excel or WPS and save it as xlsx."};
}

Error web_page() {
  return Error{Code::kInvalidInput,
               "这是网页或 XML 文件，只是名字像表格。请用 Excel 或 WPS 打开后另存为 xlsx 再导入。",
               "This is a web page or XML under the name of a table; open it in Excel or WPS and "
               "save it as xlsx."};
}

Error no_worksheets() {
  return Error{Code::kInvalidInput, "这是文本表格(CSV),里面没有工作表可选;请去掉工作表的名称。",
               "This is a text table (CSV), which has no worksheets to choose from."};
}

// Many web systems "export to Excel" by giving a page of HTML the name .xls.
bool is_markup(std::string_view text) {
  text = trimmed(text.substr(0, 256));
  std::string start(text.substr(0, 16));
  std::transform(start.begin(), start.end(), start.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view kOpenings[] = {"<html", "<!doctype", "<?xml", "<table",
                                            "<meta", "<head",     "<!--",  "<style"};
  return std::any_of(std::begin(kOpenings), std::end(kOpenings),
                     [&](std::string_view each) { return start.starts_with(each); });
}

Result<Sheet> read_text_table(ByteView file, const Limits& limits) {
  DecodedText text;
  MQ_CHECK(decode_text(file, text));
  if (is_markup(text.utf8)) return web_page();
  Sheet sheet;
  MQ_TRY(sheet.rows, read_csv(text.utf8, limits));
  sheet.encoding = std::move(text.encoding);
  return sheet;
}

}  // namespace

Result<Sheet> read_sheet(ByteView file, const Limits& limits, std::string_view name) {
  if (file.empty()) {
    return Error{Code::kInvalidInput, "文件是空的（0 字节），请重新拷贝或导出。",
                 "The file is empty (0 bytes); copy or export it again."};
  }
  if (file.size() > limits.file_bytes_max) {
    return Error{Code::kExhausted,
                 cat("文件有 ", file.size(), " 字节，超过上限 ", limits.file_bytes_max,
                     " 字节，请把表拆成几份。"),
                 cat("The file has ", file.size(), " bytes, more than the limit of ",
                     limits.file_bytes_max, "; split the table.")};
  }
  const std::string_view bytes = text_of(file);
  if (bytes.starts_with(kCompoundFile)) {
    const bool encrypted = bytes.find(kEncryptedPackage) != std::string_view::npos;
    return encrypted ? encrypted_file() : old_binary_format();
  }
  if (is_zip(bytes)) return read_xlsx(file, limits, name);
  if (!name.empty()) return no_worksheets();
  return read_text_table(file, limits);
}

}  // namespace mq::tabular
