// XLSX as Excel, WPS, LibreOffice and exporting web systems write it.
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::read_sheet;
using Cells = std::vector<std::string>;
using Table = std::vector<Cells>;

// The cells of one row.
Cells row_of(WorkbookBuilder builder, std::string_view cells) {
  const Table table = cells_of(builder.rows(cat("<row r=\"1\">", cells, "</row>")).bytes());
  return table.empty() ? Cells{} : table[0];
}

std::string number(std::string_view value) {
  return row_of(WorkbookBuilder(), cat("<c r=\"A1\"><v>", value, "</v></c>"))[0];
}

// What a number shows in a cell of this format.
std::string shown(const std::string& format_code, std::string_view value) {
  return row_of(WorkbookBuilder().format_codes({format_code}),
                cat("<c r=\"A1\" s=\"1\"><v>", value, "</v></c>"))[0];
}

std::string shown_builtin(int id, std::string_view value) {
  return row_of(WorkbookBuilder().format_ids({id}),
                cat("<c r=\"A1\" s=\"1\"><v>", value, "</v></c>"))[0];
}

std::string worksheet(std::string_view text) {
  return cat(
      "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
      "<sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>",
      text, "</t></is></c></row></sheetData></worksheet>");
}

// Sheets 一组, 二组 (hidden), 三组 and an empty 备用.
WorkbookBuilder several() {
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  WorkbookBuilder builder;
  std::string sheets, relations;
  int at = 0;
  for (const char* name : {"一组", "二组\" state=\"hidden", "三组", "备用"}) {
    const std::string id = cat(++at);
    sheets += cat("<sheet name=\"", name, "\" sheetId=\"", id, "\" r:id=\"rId", id, "\"/>");
    relations += cat("<Relationship Id=\"rId", id, "\" Type=\"", office,
                     "/worksheet\" Target=\"worksheets/sheet", id, ".xml\"/>");
    builder.part(cat("xl/worksheets/sheet", id, ".xml"), worksheet(at < 4 ? id : ""));
  }
  builder.part("xl/worksheets/sheet4.xml",
               "<worksheet><sheetData><row r=\"1\"/></sheetData></worksheet>");
  builder.part("xl/workbook.xml",
               cat("<workbook xmlns:r=\"", office, "\"><sheets>", sheets, "</sheets></workbook>"));
  return builder.part("xl/_rels/workbook.xml.rels",
                      cat("<Relationships>", relations, "</Relationships>"));
}

TEST(Xlsx, SaysWhichWorksheetItReadAndWhichOthersHoldSomething) {
  const Bytes file = several().bytes();
  const auto first = read_sheet(file);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->name, "一组");
  EXPECT_EQ(first->unread, Cells{"三组"});
  const auto third = read_sheet(file, {}, "三组");
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->rows[0].cells, Cells{"3"});
  EXPECT_EQ(third->unread, Cells{"一组"});
  EXPECT_EQ(read_sheet(file, {}, "二组")->rows[0].cells, Cells{"2"}) << "asked for by its name";
}

TEST(Xlsx, AWorksheetThatIsNotThereIsRefusedWithThoseThatAre) {
  const auto refused = read_sheet(several().bytes(), {}, "四组");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_NE(refused.error().zh.find("一组、三组"), std::string::npos) << refused.error().zh;
  EXPECT_FALSE(read_sheet(view_of("户编号,姓名\n"), {}, "一组").ok()) << "CSV has none";
}

TEST(Xlsx, TellsWhichCellsAreMerged) {
  WorkbookBuilder builder;
  builder.part("xl/worksheets/sheet1.xml",
               "<worksheet><sheetData><row r=\"2\"><c r=\"B2\"><v>1</v></c></row></sheetData>"
               "<mergeCells count=\"1\"><mergeCell ref=\"B2:C4\"/></mergeCells></worksheet>");
  const auto sheet = read_sheet(builder.bytes());
  ASSERT_TRUE(sheet.ok() && sheet->merges.size() == 1);
  const tabular::Merged& merged = sheet->merges[0];
  EXPECT_EQ(merged.first_line, 2u);
  EXPECT_EQ(merged.last_line, 4u);
  EXPECT_EQ(merged.first_column, 1u);
  EXPECT_EQ(merged.last_column, 2u);
}

TEST(Xlsx, SharedStringsJoinRunsAndLeaveOutPhoneticGuides) {
  WorkbookBuilder builder;
  builder.strings(
      "<si><t>张三</t></si>"
      "<si><r><rPr><b/></rPr><t>李</t></r><r><t xml:space=\"preserve\"> 四</t></r></si>"
      "<si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>とうきょう</t></rPh><phoneticPr fontId=\"1\"/></si>"
      "<si><t xml:space=\"preserve\"> </t></si><si/>"
      "<si><t>a&lt;b&amp;c&#x5f20;<![CDATA[<d>]]></t></si>"
      "<si><t>第一行_x000D_\n第二行_x4E00__xD800_</t></si>");
  EXPECT_EQ(row_of(builder,
                   "<c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c>"
                   "<c t=\"s\"><v>3</v></c><c t=\"s\"><v>4</v></c><c t=\"s\"><v>5</v></c>"
                   "<c t=\"s\"><v>6</v></c>"),
            (Cells{"张三", "李 四", "東京", " ", "", "a<b&c张<d>", "第一行\r\n第二行一_xD800_"}));
}

TEST(Xlsx, EveryCellTypeBecomesText) {
  EXPECT_EQ(
      row_of(WorkbookBuilder(),
             "<c t=\"inlineStr\"><is><t>甲</t></is></c>"
             "<c t=\"inlineStr\"><is><r><t>乙</t></r><r><t>丙</t></r></is></c>"
             "<c t=\"str\"><f>A1&amp;B1</f><v>甲乙</v></c><c><f>1+2</f><v>3</v></c>"
             "<c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"e\"><v>#N/A</v></c>"
             "<c t=\"d\"><v>2026-03-05T00:00:00</v></c><c t=\"d\"><v>2026-03-05T14:07:00</v></c>"
             "<c t=\"n\"><v>7</v></c><c><v/></c><c/><c t=\"s\"/><c><v> 8 </v></c>"),
      (Cells{"甲", "乙丙", "甲乙", "3", "是", "否", "#N/A", "2026-03-05", "2026-03-05 14:07", "7",
             "", "", "", "8"}));
}

TEST(Xlsx, NumbersAreTheirShortestTextWithoutExponent) {
  EXPECT_EQ(number("0"), "0");
  EXPECT_EQ(number("-0"), "0");
  EXPECT_EQ(number("3.0"), "3");
  EXPECT_EQ(number("3.5"), "3.5");
  EXPECT_EQ(number("-12.25"), "-12.25");
  EXPECT_EQ(number("0.1"), "0.1");
  EXPECT_EQ(number("0.10000000000000001"), "0.1");
  EXPECT_EQ(number("0.30000000000000004"), "0.30000000000000004");
  EXPECT_EQ(number("1.3912345678E+10"), "13912345678");
  EXPECT_EQ(number("13912345678"), "13912345678");
  EXPECT_EQ(number("007"), "7");
  EXPECT_EQ(number("1.5E-6"), "0.0000015");
  EXPECT_EQ(number("1.5E-7"), "1.5e-7");
  EXPECT_EQ(number("999999999999999"), "999999999999999");
  EXPECT_EQ(number("5e-324"), "5e-324") << "the smallest double has one digit of sense";
}

// An ID number that Excel took for a number lost its last three digits: it must not look like one
// that has them. What another program wrote out in full is there in full.
TEST(Xlsx, ANumberTooLongForADoubleStaysAsItStands) {
  EXPECT_EQ(number("9.9999919390614E+17"), "9.9999919390614E+17");
  EXPECT_EQ(number("-1.25E+300"), "-1.25E+300");
  EXPECT_EQ(number("1e20"), "1e20");
  EXPECT_EQ(number("999999100201010001"), "999999100201010001");
}

TEST(Xlsx, WhatIsNoNumberStaysAsItStands) {
  EXPECT_EQ(number("1,5"), "1,5");
  EXPECT_EQ(number("nan"), "nan");
  EXPECT_EQ(number("0x10"), "0x10");
  EXPECT_EQ(number("1e999"), "1e999");
}

TEST(Xlsx, BuiltInDateFormatsShowDates) {
  const int dates[] = {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58};
  for (const int id : dates) EXPECT_EQ(shown_builtin(id, "46086"), "2026-03-05") << id;
  EXPECT_EQ(shown_builtin(14, "46086.75"), "2026-03-05");
  EXPECT_EQ(shown_builtin(22, "46086.588194444446"), "2026-03-05 14:07");
  for (const int id : {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}) {
    EXPECT_EQ(shown_builtin(id, "0.588194444444444"), "14:07") << id;
  }
  EXPECT_EQ(shown_builtin(46, "2.0625"), "49:30");
  for (const int id : {0, 1, 2, 9, 10, 11, 12, 37, 44, 48, 49}) {
    EXPECT_EQ(shown_builtin(id, "46086"), "46086") << id;
  }
}

TEST(Xlsx, CustomDateFormatsShowDates) {
  const char* dates[] = {"yyyy/m/d",
                         "yyyy\"年\"m\"月\"d\"日\"",
                         "yyyy年m月d日",
                         "yyyy-mm-dd;@",
                         "[$-804]yyyy\\-mm\\-dd",
                         "[DBNum1][$-804]yyyy\"年\"m\"月\"",
                         "m\"月\"",
                         "mmm",
                         "[Red]d",
                         "aaaa",
                         "[$-F800]dddd\\,\\ mmmm\\ dd",
                         "e\"年\"",
                         "YYYY.MM.DD"};
  for (const std::string code : dates) EXPECT_EQ(shown(code, "46086"), "2026-03-05") << code;
  EXPECT_EQ(shown("yyyy-mm-dd hh:mm:ss", "46086.588541666664"), "2026-03-05 14:07:30");
  EXPECT_EQ(shown("yyyy-mm-dd hh:mm", "46086"), "2026-03-05");
  EXPECT_EQ(shown("yyyy-mm-dd hh:mm", "46086.9999999"), "2026-03-06") << "rounded to the second";
  EXPECT_EQ(shown("h:mm AM/PM", "0.25"), "06:00");
  EXPECT_EQ(shown("mm:ss", "0.000347222222222222"), "00:00:30");
  EXPECT_EQ(shown("[h]\"小时\"", "1.5"), "36:00");
}

// Who types 1965-3 gets the first of the month from the spreadsheet, and sees the month alone.
TEST(Xlsx, AFormatOfMonthsShowsTheMonthOfItsFirstDay) {
  const char* months[] = {"yyyy\"年\"m\"月\"",
                          "yyyy年m月",
                          "yyyy-mm",
                          "mmm-yy",
                          "yyyy/m;@",
                          "[$-804]yyyy\\.mm",
                          "[DBNum1][$-804]yyyy\"年\"m\"月\""};
  for (const std::string code : months) {
    EXPECT_EQ(shown(code, "23802"), "1965-03") << code;
    EXPECT_EQ(shown(code, "23813"), "1965-03-12") << code << ": nobody makes up another day";
  }
  for (const int id : {17, 27, 36, 50, 52, 57}) {
    EXPECT_EQ(shown_builtin(id, "23802"), "1965-03") << id;
  }
  for (const std::string code :
       {"yyyy-mm-dd", "m\"月\"", "yyyy", "m\"月\"d\"日\"", "yyyy-mm hh:mm"}) {
    EXPECT_EQ(shown(code, "23802"), "1965-03-01") << code;
  }
}

TEST(Xlsx, OtherFormatsLeaveNumbersAlone) {
  const char* numbers[] = {"General",     "G/通用格式", "0.00E+00",  "#,##0\" yd\"",
                           "0\\d",        "_y0",        "[Yellow]0", "[>=100]0",
                           "\"年月日\"0", "@",          "",          "0*y",
                           "[",           "\"ymd",      "[$¥-804]0", "0;yyyy"};
  for (const std::string code : numbers) EXPECT_EQ(shown(code, "46086"), "46086") << code;
}

TEST(Xlsx, CalendarsEdgesAreTold) {
  EXPECT_EQ(shown("yyyy-mm-dd", "1"), "1900-01-01");
  EXPECT_EQ(shown("yyyy-mm-dd", "59"), "1900-02-28");
  EXPECT_EQ(shown("yyyy-mm-dd", "60"), "60") << "1900-02-29 never was";
  EXPECT_EQ(shown("yyyy-mm-dd", "61"), "1900-03-01");
  EXPECT_EQ(shown("yyyy-mm-dd", "0"), "0");
  EXPECT_EQ(shown("yyyy-mm-dd", "-1"), "-1");
  EXPECT_EQ(shown("yyyy-mm-dd", "2958465"), "9999-12-31");
  EXPECT_EQ(shown("yyyy-mm-dd", "2958466"), "2958466");
  EXPECT_EQ(shown("yyyy-mm-dd", "1e300"), "1e300");
}

TEST(Xlsx, WorkbooksOfOldMacsCountFrom1904) {
  WorkbookBuilder builder;
  std::string workbook = builder.parts()[1].content;
  workbook.insert(workbook.find("<sheets>"), "<workbookPr date1904=\"true\"/>");
  builder.part("xl/workbook.xml", workbook).format_ids({14});
  EXPECT_EQ(row_of(builder, "<c s=\"1\"><v>44624</v></c><c s=\"1\"><v>0</v></c>"),
            (Cells{"2026-03-05", "1904-01-01"}));
}

TEST(Xlsx, ReferencesPlaceCellsAndMissingOnesFollowOn) {
  const auto sheet = read_sheet(
      WorkbookBuilder()
          .rows("<row><c><v>1</v></c><c r=\"D1\"><v>2</v></c><c><v>3</v></c></row>"
                "<row r=\"5\"><c r=\"AA5\"><v>4</v></c></row><row/><row><c><v>5</v></c></row>")
          .bytes());
  ASSERT_TRUE(sheet.ok()) << sheet.error().zh;
  ASSERT_EQ(sheet->rows.size(), 3u);
  EXPECT_EQ(sheet->rows[0].cells, (Cells{"1", "", "", "2", "3"}));
  EXPECT_EQ(sheet->rows[1].line, 5u);
  EXPECT_EQ(sheet->rows[1].cell(26), "4");
  EXPECT_EQ(sheet->rows[2].line, 7u);
}

// WPS leaves formats behind on cells out to XFD; they are no data.
TEST(Xlsx, EmptyFormattedCellsFarToTheRightAreNoCells) {
  EXPECT_EQ(row_of(WorkbookBuilder(), "<c r=\"A1\"><v>1</v></c><c r=\"XFD1\" s=\"3\"/>"),
            (Cells{"1"}));
}

TEST(Xlsx, MergedCellsStandInTheFirst) {
  const std::string sheet =
      "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"/></row></sheetData>"
      "<mergeCells count=\"1\"><mergeCell ref=\"A1:B1\"/></mergeCells></worksheet>";
  EXPECT_EQ(cells_of(WorkbookBuilder().part("xl/worksheets/sheet1.xml", sheet).bytes()),
            (Table{{"1"}}));
}

TEST(Xlsx, FirstVisibleWorksheetIsRead) {
  WorkbookBuilder builder;
  const auto sheet = [](std::string_view text) {
    return cat("<worksheet><sheetData><row><c t=\"str\"><v>", text,
               "</v></c></row></sheetData></worksheet>");
  };
  const auto relation = [](std::string_view id, std::string_view type, std::string_view target) {
    return cat("<Relationship Target=\"", target, "\" Type=\"http://x/relationships/", type,
               "\" Id=\"", id, "\"/>");
  };
  builder.part(
      "xl/workbook.xml",
      "<workbook><sheets><sheet name=\"a\" state=\"hidden\" r:id=\"r1\"/>"
      "<sheet name=\"b\" state=\"veryHidden\" r:id=\"r1\"/><sheet name=\"图\" r:id=\"r2\"/>"
      "<sheet name=\"c\" state=\"visible\" r:id=\"r3\"/></sheets></workbook>");
  builder.part("xl/worksheets/sheet1.xml", sheet("hidden"));
  builder.part("xl/chartsheets/sheet1.xml", "<chartsheet/>");
  builder.part("xl/worksheets/sheet3.xml", sheet("visible"));
  for (const std::string target : {"/xl/worksheets/sheet3.xml", "worksheets/sheet3.xml",
                                   "./worksheets/../worksheets/sheet3.xml",
                                   "../xl/Worksheets/Sheet3.xml", "worksheets\\sheet3.xml"}) {
    builder.part("xl/_rels/workbook.xml.rels",
                 cat("<Relationships>", relation("r1", "worksheet", "worksheets/sheet1.xml"),
                     relation("r2", "chartsheet", "chartsheets/sheet1.xml"),
                     relation("r3", "worksheet", target), "</Relationships>"));
    EXPECT_EQ(cells_of(builder.bytes()), (Table{{"visible"}})) << target;
  }
}

TEST(Xlsx, PrefixesAndByteOrderMarksAndUtf16AreUnderstood) {
  const std::string sheet =
      "<?xml version=\"1.0\"?><!-- <row> --><x:worksheet xmlns:x=\"m\"><x:sheetData><x:row x:r='2' "
      "note='a>b'><x:c "
      "t=\"inlineStr\"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
  EXPECT_EQ(cells_of(WorkbookBuilder().part("xl/worksheets/sheet1.xml", sheet).bytes()),
            (Table{{"甲"}}));
  EXPECT_EQ(
      cells_of(WorkbookBuilder().part("xl/worksheets/sheet1.xml", "\xef\xbb\xbf" + sheet).bytes()),
      (Table{{"甲"}}));
  std::string utf16 = "\xff\xfe";
  for (const char32_t point : code_points(sheet)) {
    utf16 += {static_cast<char>(point & 0xff), static_cast<char>(point >> 8)};
  }
  EXPECT_EQ(cells_of(WorkbookBuilder().part("xl/worksheets/sheet1.xml", utf16).bytes()),
            (Table{{"甲"}}));
}

TEST(Xlsx, WorkbooksWithoutStylesAndStringsAreRead) {
  WorkbookBuilder builder;
  const std::string rels =
      "<Relationships><Relationship Id=\"rId1\" Type=\"http://purl.oclc.org/ooxml/officeDocument/"
      "relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
  builder.part("xl/_rels/workbook.xml.rels", rels).drop("xl/styles.xml");
  builder.drop("xl/sharedStrings.xml").drop("_rels/.rels");
  EXPECT_EQ(row_of(builder, "<c s=\"4\"><v>1</v></c>"), (Cells{"1"}));
}

TEST(Xlsx, AnEmptyWorksheetHasNoRows) {
  EXPECT_EQ(cells_of(WorkbookBuilder()
                         .part("xl/worksheets/sheet1.xml", "<worksheet><sheetData/></worksheet>")
                         .bytes()),
            Table{});
}

}  // namespace
}  // namespace mq::testing
