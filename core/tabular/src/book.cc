#include "mq/tabular/book.h"

#include <algorithm>
#include <string_view>

#include "book_sheet.h"
#include "book_styles.h"
#include "mq/base/text.h"
#include "xml_text.h"
#include "zip_writer.h"

namespace mq::tabular {

namespace {

// What Excel opens.
constexpr std::size_t kRowsMax = 1'048'576, kColumnsMax = 16'384, kCellUnitsMax = 32'767;
constexpr std::size_t kTabUnitsMax = 31;

constexpr std::string_view kXml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kTypes =
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" "
    "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Override PartName=\"/docProps/core.xml\" "
    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
    "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/"
    "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
    "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/"
    "vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
    "<Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"application/"
    "vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml\"/></Types>";

Error malformed(std::string_view zh, std::string_view en) {
  return Error{Code::kInvalidInput, cat("生成表格文件：", zh, "，没有写出。"),
               cat("making a workbook: ", en, "; nothing was written")};
}

Error too_large(std::string_view zh, std::string_view en) {
  return Error{
      Code::kExhausted,
      cat("生成表格文件：", zh, "，超过 xlsx 的上限，没有写出。请缩短统计期，或改用 csv。"),
      cat("making a workbook: ", en,
          ", more than xlsx holds; nothing was written. Shorten the period or use csv.")};
}

// Excel counts UTF-16 units.
std::size_t units_of(std::string_view text) {
  std::size_t units = 0;
  for (const std::uint32_t point : code_points(text)) units += point > 0xffff ? 2 : 1;
  return units;
}

Status check_text(std::string_view text) {
  if (!is_utf8(text)) return malformed("有文字不是 UTF-8", "a text is not UTF-8");
  if (units_of(text) > kCellUnitsMax) {
    return too_large(cat("有一格文字多于 ", kCellUnitsMax, " 字"),
                     cat("a cell has more than ", kCellUnitsMax, " characters"));
  }
  return {};
}

Status check_row(const Book& book, const std::vector<BookCell>& row) {
  if (row.size() > book.header.size()) {
    return malformed("有一行比表头长", "a row is longer than the header");
  }
  for (const BookCell& cell : row) {
    if (const auto* text = std::get_if<std::string>(&cell)) MQ_CHECK(check_text(*text));
  }
  return {};
}

Status check_tab(std::string_view tab) {
  const bool controlled = std::any_of(tab.begin(), tab.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (tab.empty() || !is_utf8(tab) || controlled || units_of(tab) > kTabUnitsMax ||
      tab.find_first_of("[]:*?/\\") != std::string_view::npos || tab.starts_with('\'') ||
      tab.ends_with('\'')) {
    return malformed("工作表的名称不能用", "the name of the sheet cannot be used");
  }
  return {};
}

Status check(const Book& book) {
  MQ_CHECK(check_tab(book.tab));
  if (book.header.empty()) return malformed("表没有列", "the table has no columns");
  const std::size_t rows = book.rows.size() + book.notes.size() + header_row(book) + 1;
  if (rows > kRowsMax || book.header.size() > kColumnsMax) {
    return too_large(cat("表有 ", rows, " 行、", book.header.size(), " 列"),
                     cat("the table has ", rows, " rows, ", book.header.size(), " columns"));
  }
  for (const std::string* text : {&book.title, &book.lead}) MQ_CHECK(check_text(*text));
  for (const std::string& name : book.header) MQ_CHECK(check_text(name));
  for (const std::string& note : book.notes) MQ_CHECK(check_text(note));
  for (const auto& row : book.rows) MQ_CHECK(check_row(book, row));
  return check_row(book, book.totals);
}

std::string relations(const std::vector<std::pair<std::string, std::string>>& type_and_target) {
  std::string out =
      cat(kXml,
          "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
  for (std::size_t i = 0; i < type_and_target.size(); ++i) {
    out += cat("<Relationship Id=\"rId", i + 1, "\" Type=\"http://schemas.openxmlformats.org/",
               type_and_target[i].first, "\" Target=\"", type_and_target[i].second, "\"/>");
  }
  return cat(out, "</Relationships>");
}

// The name of the sheet as a reference has it.
std::string quoted(std::string_view tab) { return cat("'", join(split(tab, "'"), "''"), "'"); }

std::string workbook_part(const Book& book) {
  const std::size_t header = header_row(book);
  return cat(kXml,
             "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
             "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
             "<bookViews><workbookView/></bookViews><sheets><sheet name=\"",
             xml_text(book.tab),
             "\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames>"
             "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"0\">",
             xml_text(quoted(book.tab)), "!$", header, ":$", header,
             "</definedName></definedNames></workbook>");
}

// "2026-03-31T06:07:08Z"
std::string utc(WallTime time) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t day = (time.ms - (time.ms % kDayMs + kDayMs) % kDayMs) / kDayMs;
  const std::int64_t second = (time.ms - day * kDayMs) / 1000;
  const auto two = [](std::int64_t value) { return cat(value / 10, value % 10); };
  return cat(Date{static_cast<std::int32_t>(day)}.iso(), "T", two(second / 3600), ":",
             two(second / 60 % 60), ":", two(second % 60), "Z");
}

std::string properties_part(WallTime made) {
  const std::string when = utc(made);
  return cat(kXml,
             "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/"
             "metadata/core-properties\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
             "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
             "<dcterms:created xsi:type=\"dcterms:W3CDTF\">",
             when, "</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">", when,
             "</dcterms:modified></cp:coreProperties>");
}

}  // namespace

Result<Bytes> write_xlsx(const Book& book, WallTime made) {
  MQ_CHECK(check(book));
  SharedTexts texts;
  std::string sheet = sheet_part(book, texts);
  return zip_of(
      {{"[Content_Types].xml", cat(kXml, kTypes)},
       {"_rels/.rels",
        relations({{"officeDocument/2006/relationships/officeDocument", "xl/workbook.xml"},
                   {"package/2006/relationships/metadata/core-properties", "docProps/core.xml"}})},
       {"docProps/core.xml", properties_part(made)},
       {"xl/workbook.xml", workbook_part(book)},
       {"xl/_rels/workbook.xml.rels",
        relations({{"officeDocument/2006/relationships/worksheet", "worksheets/sheet1.xml"},
                   {"officeDocument/2006/relationships/styles", "styles.xml"},
                   {"officeDocument/2006/relationships/sharedStrings", "sharedStrings.xml"}})},
       {"xl/worksheets/sheet1.xml", std::move(sheet)},
       {"xl/styles.xml", styles_part()},
       {"xl/sharedStrings.xml", texts.part()}});
}

}  // namespace mq::tabular
