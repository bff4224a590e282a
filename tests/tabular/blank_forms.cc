#include "tabular/blank_forms.h"

#include <gtest/gtest.h>
#include <zip.h>

#include "mq/base/text.h"

namespace mq::testing {

namespace {

constexpr std::string_view kMain =
    "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";

std::string text_cell(std::string_view ref, int style, std::string_view text) {
  return cat("<c r=\"", ref, "\" s=\"", style, "\" t=\"inlineStr\"><is><t>", text, "</t></is></c>");
}

// 0 plain, 1 title, 2 header, 3 header rotated, 4 text with border, 5 number with border.
std::string wps_styles() {
  return cat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<styleSheet ", kMain,
      "><numFmts count=\"1\"><numFmt numFmtId=\"176\" formatCode=\"0_ \"/></numFmts>"
      "<fonts count=\"2\"><font><sz val=\"12\"/><name val=\"宋体\"/></font><font><b/>"
      "<sz val=\"20\"/><name val=\"方正小标宋简体\"/></font></fonts><fills count=\"2\"><fill>"
      "<patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/>"
      "</fill></fills><borders count=\"2\"><border/><border><left style=\"thin\"/>"
      "<right style=\"thin\"/><top style=\"thin\"/><bottom style=\"thin\"/></border></borders>"
      "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\"/></cellStyleXfs><cellXfs count=\"6\">"
      "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
      "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\"><alignment "
      "horizontal=\"center\"/></xf>"
      "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"1\"><alignment wrapText=\"1\"/>"
      "</xf><xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"1\"><alignment "
      "textRotation=\"255\"/></xf>"
      "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"1\"/>"
      "<xf numFmtId=\"176\" fontId=\"0\" fillId=\"0\" borderId=\"1\"/></cellXfs>"
      "<dxfs count=\"0\"/></styleSheet>");
}

std::string prepared_row(int number, int serial) {
  std::string out = cat("<row r=\"", number, "\" ht=\"24\" customHeight=\"1\"><c r=\"A", number,
                        "\" s=\"5\"><v>", serial, "</v></c>");
  for (const char column : {'B', 'C', 'D', 'E', 'F', 'G', 'H'}) {
    out += cat("<c r=\"", std::string(1, column), number, "\" s=\"", column == 'D' ? 5 : 4, "\"/>");
  }
  return out + "</row>";
}

std::string wps_sheet() {
  std::string rows = cat("<row r=\"1\" ht=\"40\">", text_cell("A1", 1, "全镇农户住房情况统计表"),
                         "</row><row r=\"2\">", text_cell("A2", 0, "填报单位：（盖章）"),
                         text_cell("E2", 0, "填报日期：    年  月  日"), "</row><row r=\"3\">",
                         text_cell("A3", 3, "序\n号"), text_cell("B3", 2, "户主 姓名"),
                         text_cell("C3", 2, "身份证号"), text_cell("D3", 2, "住 房"),
                         "<c r=\"E3\" s=\"2\"/>", text_cell("F3", 2, "认定\n日期"),
                         text_cell("G3", 3, "联系\n电话"), text_cell("H3", 2, "备注"),
                         "</row><row r=\"4\"><c r=\"A4\" s=\"3\"/><c r=\"B4\" s=\"2\"/>",
                         text_cell("D4", 2, "面积(㎡)"), text_cell("E4", 2, "危房等级"), "</row>");
  for (int i = 1; i <= 3; ++i) rows += prepared_row(4 + i, i);
  rows += cat("<row r=\"8\">", text_cell("A8", 4, "合计"),
              "<c r=\"D8\" s=\"5\"><f>SUM(D5:D7)</f><v>0</v></c></row><row r=\"9\">",
              text_cell("A9", 0, "注：本表一式两份，于每月25日前报。"), "</row>");
  return cat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<worksheet ", kMain,
      "><dimension ref=\"A1:H9\"/><sheetViews><sheetView workbookViewId=\"0\"/></sheetViews>"
      "<sheetFormatPr defaultRowHeight=\"14\"/><cols><col min=\"2\" max=\"2\" width=\"11.5\" "
      "customWidth=\"1\"/></cols><sheetData>",
      rows,
      "</sheetData><mergeCells count=\"10\"><mergeCell ref=\"A1:H1\"/><mergeCell ref=\"A2:D2\"/>"
      "<mergeCell ref=\"A3:A4\"/><mergeCell ref=\"B3:B4\"/><mergeCell ref=\"C3:C4\"/>"
      "<mergeCell ref=\"D3:E3\"/><mergeCell ref=\"F3:F4\"/><mergeCell ref=\"G3:G4\"/>"
      "<mergeCell ref=\"H3:H4\"/><mergeCell ref=\"A9:H9\"/></mergeCells>"
      "<dataValidations count=\"1\"><dataValidation type=\"list\" sqref=\"E5:E7\"><formula1>"
      "\"A,B,C,D\"</formula1></dataValidation></dataValidations>"
      "<pageMargins left=\"0.5\" right=\"0.5\" top=\"1\" bottom=\"1\" header=\"0.5\" "
      "footer=\"0.5\"/><pageSetup paperSize=\"9\" orientation=\"landscape\"/></worksheet>");
}

}  // namespace

Bytes wps_blank() {
  WorkbookBuilder book;
  book.part("xl/styles.xml", wps_styles()).part("xl/worksheets/sheet1.xml", wps_sheet());
  book.part("xl/worksheets/sheet2.xml",
            cat("<worksheet ", kMain, "><sheetData><row r=\"1\">", text_cell("A1", 0, "字典"),
                "</row></sheetData></worksheet>"));
  std::string workbook;
  for (const Part& part : book.parts()) {
    if (part.name == "xl/workbook.xml") workbook = part.content;
  }
  workbook.insert(workbook.find("</workbook>"),
                  "<definedNames><definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\">"
                  "一!$A$1:$H$9</definedName></definedNames>");
  book.part("xl/workbook.xml", workbook).part("xl/calcChain.xml", "<calcChain/>");
  book.part("[Content_Types].xml",
            "<Types><Override PartName=\"/xl/calcChain.xml\" ContentType=\"c\"/><Override "
            "PartName=\"/xl/workbook.xml\" ContentType=\"w\"/></Types>");
  return book.bytes();
}

Bytes excel_blank() {
  WorkbookBuilder book;
  book.strings(
          "<si><t>户编号</t></si><si><r><t>家庭</t></r><r><t>人口</t></r></si><si><t>组</t></si>")
      .rows(
          "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
          "<c r=\"C1\" t=\"s\"><v>2</v></c></row>");
  return book.bytes();
}

void expect_whole_if_damaged(const Bytes& blank) {
  const std::string name = "xl/worksheets/sheet1.xml";
  const std::string sheet = part_of(blank, name), styles = part_of(blank, "xl/styles.xml");
  std::size_t filled_whole = 0, refused = 0;
  for (std::size_t i = 0; i < sheet.size(); i += 7) {
    constexpr std::string_view kBytes = "<>\"/0A:& ";
    std::string damaged = sheet;
    damaged[i] = kBytes[i % kBytes.size()];
    WorkbookBuilder book;
    book.part(name, damaged).part("xl/styles.xml", styles);
    const auto form = tabular::Template::read(book.bytes());
    const tabular::FillLine line(form.ok() ? form->columns().size() : 0,
                                 tabular::FillCell{std::string("=王")});
    const auto filled =
        form.ok() ? form->workbook_with({line, line, line, line}) : Result<Bytes>(form.error());
    if (!filled.ok()) {
      ++refused;
      continue;
    }
    ++filled_whole;
    EXPECT_TRUE(tabular::read_sheet(*filled).ok()) << i;
  }
  EXPECT_GT(filled_whole, 0u);
  EXPECT_GT(refused, 0u);
}

tabular::Template blank(const Bytes& file, const tabular::TemplateOptions& options) {
  auto read = tabular::Template::read(file, options);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().zh);
  MQ_ASSERT(read.ok());
  return *std::move(read);
}

std::vector<std::string> headers(const tabular::Template& form) {
  std::vector<std::string> out;
  for (const tabular::TemplateColumn& column : form.columns()) out.push_back(column.header);
  return out;
}

std::string inline_row(int row, const std::vector<std::string>& texts) {
  std::string out = cat("<row r=\"", row, "\">");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    out += cat("<c r=\"", std::string(1, static_cast<char>('A' + i)), row,
               "\" t=\"inlineStr\"><is><t>", texts[i], "</t></is></c>");
  }
  return out + "</row>";
}

std::string styled_row(int row, int columns, int style) {
  std::string out = cat("<row r=\"", row, "\">");
  for (int i = 0; i < columns; ++i) {
    const std::string column(1, static_cast<char>('A' + i));
    out += cat("<c r=\"", column, row, "\" s=\"", style, "\"/>");
  }
  return out + "</row>";
}

std::string part_of(const Bytes& workbook, const std::string& name) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(workbook.data(), workbook.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  MQ_ASSERT(archive != nullptr);
  std::string out;
  zip_stat_t stat;
  if (zip_stat(archive, name.c_str(), 0, &stat) == 0) {
    zip_file_t* file = zip_fopen(archive, name.c_str(), 0);
    out.resize(stat.size);
    MQ_ASSERT(zip_fread(file, out.data(), out.size()) == static_cast<zip_int64_t>(out.size()));
    zip_fclose(file);
  }
  zip_discard(archive);
  return out;
}

}  // namespace mq::testing
