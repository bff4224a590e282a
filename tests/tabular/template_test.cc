// Blanks of other offices: their headers found, lines put in, everything else as it was.
#include "mq/tabular/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/tabular/csv_file.h"
#include "tabular/blank_forms.h"

namespace mq::tabular {
namespace {

using mq::testing::blank;
using mq::testing::cells_of;
using mq::testing::excel_blank;
using mq::testing::headers;
using mq::testing::inline_row;
using mq::testing::part_of;
using mq::testing::WorkbookBuilder;
using mq::testing::wps_blank;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSheet = "xl/worksheets/sheet1.xml";

FillLine house(int serial, const std::string& name, std::int64_t area) {
  return {std::int64_t{serial},
          name,
          std::string("999999196001020018"),
          area,
          NotHeld{},
          *Date::of(2024, 1, 2),
          std::string("13900000001"),
          std::monostate{}};
}

TEST(Template, FindsTwoMergedHeaderLinesUnderATitle) {
  const Template form = blank(wps_blank());
  EXPECT_EQ(form.title(), "全镇农户住房情况统计表");
  EXPECT_EQ(form.header_line(), 3u);
  EXPECT_EQ(form.first_line(), 5u);
  EXPECT_EQ(form.prepared(), 3u) << "rows that only number themselves wait to be filled";
  EXPECT_THAT(headers(form), ElementsAre("序号", "户主姓名", "身份证号", "住房/面积(㎡)",
                                         "住房/危房等级", "认定日期", "联系电话", "备注"));
}

TEST(Template, FindsGroupsThatNobodyMergedAndNumberedColumns) {
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"花名册"}), inline_row(2, {"单位：", "", "日期："}),
                inline_row(3, {"姓名", "住房", "", "收入"}),
                inline_row(4, {"", "面积", "等级", "总额"}), inline_row(5, {"甲", "1", "2", "3"})));
  const Template form = blank(book.bytes());
  EXPECT_THAT(headers(form), ElementsAre("姓名", "住房/面积", "住房/等级", "收入/总额"));
  EXPECT_EQ(form.first_line(), 6u);
  EXPECT_EQ(form.title(), "花名册");
}

TEST(Template, FindsTheOnlyLineAndTakesOneThatIsNamed) {
  EXPECT_THAT(headers(blank(excel_blank())), ElementsAre("户编号", "家庭人口", "组"));
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"一", "二", "三"}), inline_row(2, {"户编号", "姓名", "组"})));
  const auto named = Template::read(book.bytes(), {.header_line = 2});
  ASSERT_TRUE(named.ok());
  EXPECT_THAT(headers(*named), ElementsAre("户编号", "姓名", "组"));
}

TEST(Template, AColonBehindAHeaderIsPartOfNoName) {
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"花名册"}), inline_row(2, {"单位：", "", "日期：", ""}),
                inline_row(3, {"户编号：", "姓名:", "电话*", "备注（选填）："})));
  const Template form = blank(book.bytes());
  EXPECT_EQ(form.header_line(), 3u);
  EXPECT_THAT(headers(form), ElementsAre("户编号", "姓名", "电话*", "备注（选填）"));
}

TEST(Template, ASampleUnderTheHeaderStaysAndTheLinesBeginBelowIt) {
  for (const char* mark : {"示例", "例：张三", "样例", "（例）", "填写示例："}) {
    WorkbookBuilder book;
    book.rows(cat(inline_row(1, {"序号", "姓名", "电话"}), inline_row(2, {mark, "张三", "139"}),
                  "<row r=\"3\"><c r=\"A3\"/><c r=\"B3\"/><c r=\"C3\"/></row>",
                  inline_row(4, {"合计"})));
    const Template form = blank(book.bytes());
    EXPECT_EQ(form.first_line(), 3u) << mark;
    const FillLine line{std::int64_t{1}, std::string("王一"), std::string("13900000001")};
    const auto cells = cells_of(*form.workbook_with({line, line}));
    ASSERT_EQ(cells.size(), 5u);
    EXPECT_THAT(cells[1], ElementsAre(mark, "张三", "139"));
    EXPECT_EQ(cells[2][1], "王一");
    EXPECT_EQ(cells[4][0], "合计");
    EXPECT_EQ(form.rows_with({line})[1][0], mark) << "as CSV too";
  }
  const Template text = blank(to_bytes("序号,姓名,电话\n例,张三,139\n,,\n"));
  EXPECT_EQ(text.rows_with({{std::int64_t{1}, std::string("王一"), std::monostate{}}})[2][1],
            "王一");
  EXPECT_EQ(blank(to_bytes("序号,姓名,电话\n,例外户,\n")).first_line(), 2u) << "no sample";
}

TEST(Template, WhateverNamesACellBelowTheLinesFollowsIt) {
  WorkbookBuilder book;
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  book.rows(
      cat("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c>"
          "<c r=\"B1\" t=\"inlineStr\"><is><t>面积</t></is></c>"
          "<c r=\"D1\"><f>B4+一!B4</f></c></row>",
          "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/><c r=\"D2\"><f>B2/B$4</f></c></row>"
          "<row r=\"3\"><c r=\"A3\"/><c r=\"B3\"/></row>",
          "<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>合计</t></is></c>"
          "<c r=\"B4\"><f>SUM(B2:B3)</f></c></row>"));
  book.part("xl/worksheets/sheet2.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><f>一!B4*2+B4</f><v>1</v></c>"
            "<c r=\"B1\"><f>SUM('一'!$B$2:$B$3)+二!B4</f></c></row></sheetData></worksheet>");
  book.part("xl/workbook.xml",
            cat("<workbook xmlns:r=\"", office,
                "\"><sheets><sheet name=\"一\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"
                "<definedNames><definedName name=\"总面积\">一!$B$4</definedName>"
                "<definedName name=\"别处\">二!$B$4</definedName></definedNames></workbook>"));
  const FillLine line{std::string("王一"), std::int64_t{9}};
  const auto filled = blank(book.bytes()).workbook_with({line, line, line, line});
  ASSERT_TRUE(filled.ok());
  const std::string own = part_of(*filled, kSheet);
  EXPECT_THAT(own, HasSubstr("<f>B6+一!B6</f>")) << "above the lines";
  EXPECT_THAT(own, HasSubstr("<f>B2/B$6</f>")) << "in one of them";
  EXPECT_THAT(own, HasSubstr("<f>SUM(B2:B5)</f>"));
  const std::string other = part_of(*filled, "xl/worksheets/sheet2.xml");
  EXPECT_THAT(other, HasSubstr("<f>一!B6*2+B4</f>"));
  EXPECT_THAT(other, HasSubstr("<f>SUM('一'!$B$2:$B$5)+二!B4</f>"));
  const std::string workbook = part_of(*filled, "xl/workbook.xml");
  EXPECT_THAT(workbook, HasSubstr(">一!$B$6</definedName>"));
  EXPECT_THAT(workbook, HasSubstr(">二!$B$4</definedName>"));
}

TEST(Template, RulesOfTheSheetFollowWhatTheyLookAt) {
  WorkbookBuilder book;
  book.part(kSheet,
            cat("<worksheet><sheetData>", inline_row(1, {"姓名", "等级"}),
                "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/></row>", inline_row(4, {"可填", "A"}),
                inline_row(5, {"", "B"}),
                "</sheetData><conditionalFormatting sqref=\"B2\"><cfRule type=\"expression\">"
                "<formula>B2=$B$4</formula></cfRule></conditionalFormatting>"
                "<dataValidations count=\"1\"><dataValidation type=\"list\" sqref=\"B2\">"
                "<formula1>$B$4:$B$5</formula1></dataValidation></dataValidations>"
                "</worksheet>"));
  const FillLine line{std::string("王一"), std::string("A")};
  const auto filled = blank(book.bytes()).workbook_with({line, line, line});
  ASSERT_TRUE(filled.ok());
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, HasSubstr("<c r=\"B6\""));
  EXPECT_THAT(now, HasSubstr("<formula1>$B$5:$B$6</formula1>"));
  EXPECT_THAT(now, HasSubstr("<formula>B2=$B$5</formula>"));
}

// A column of another sheet, each cell of which names the row beside it: all but the first have no
// formula of their own, and the rows that follow are not all of them.
TEST(Template, ACellThatSharesItsFormulaFollowsToo) {
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"姓名", "面积"}), "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/></row>",
                inline_row(3, {"合计"})));
  const auto other = [&](const std::string& formula) {
    const std::string cells =
        cat("<row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:B2\" si=\"0\">", formula,
            "</f><v>1</v></c><c r=\"B1\"><f t=\"shared\" si=\"0\"/></c></row>"
            "<row r=\"2\"><c r=\"A2\"><f t=\"shared\" si=\"0\"></f></c></row>");
    book.part("xl/worksheets/sheet2.xml",
              cat("<worksheet><sheetData>", cells, "</sheetData></worksheet>"));
    const FillLine line{std::string("王一"), std::int64_t{9}};
    const auto filled = blank(book.bytes()).workbook_with({line, line, line});
    return filled.ok() ? part_of(*filled, "xl/worksheets/sheet2.xml") : std::string();
  };
  const std::string apart = other("一!A2+一!$B$3*LOG10(C2)");
  EXPECT_THAT(apart, HasSubstr("<c r=\"A1\"><f>一!A2+一!$B$5*LOG10(C2)</f></c>"));
  EXPECT_THAT(apart, HasSubstr("<c r=\"B1\"><f>一!B2+一!$B$5*LOG10(D2)</f></c>"));
  EXPECT_THAT(apart, HasSubstr("<c r=\"A2\"><f>一!A5+一!$B$5*LOG10(C3)</f></c>"));
  EXPECT_THAT(other("二!A2"), HasSubstr("si=\"0\">二!A2</f>")) << "nothing moved: as it was";
}

TEST(Template, PreparedCellsMergedDownAreNotTorn) {
  WorkbookBuilder book;
  const auto form = [&](const std::string& merge) {
    book.part(
        kSheet,
        cat("<worksheet><sheetData>", inline_row(1, {"序号", "姓名", "备注"}),
            "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/><c r=\"C2\"/></row><row r=\"3\"><c r=\"A3\"/>"
            "<c r=\"B3\"/><c r=\"C3\"/></row></sheetData><mergeCells count=\"1\"><mergeCell ref=\"",
            merge, "\"/></mergeCells></worksheet>"));
    return blank(book.bytes());
  };
  const FillLine line{std::int64_t{1}, std::string("王一"), std::monostate{}};
  const auto refused = form("A2:A3").workbook_with({line, line});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_THAT(refused.error().zh, HasSubstr("A2:A3"));
  EXPECT_TRUE(form("C2:C3").workbook_with({line, line}).ok()) << "nothing is written there";
  EXPECT_TRUE(form("A2:B2").workbook_with({line, line}).ok());
}

TEST(Template, FillsPreparedRowsAndKeepsAllElse) {
  const Bytes file = wps_blank();
  const auto filled = blank(file).workbook_with({house(1, "王一", 96), house(2, "=1+1", 120)});
  ASSERT_TRUE(filled.ok());
  const auto cells = cells_of(*filled);
  EXPECT_THAT(cells[4], ElementsAre("1", "王一", "999999196001020018", "96", "", "2024-01-02",
                                    "13900000001"));
  EXPECT_EQ(cells[5][1], "=1+1");
  EXPECT_EQ(cells[6][0], "3") << "a row that was not needed stays";
  const std::string was = part_of(file, kSheet), now = part_of(*filled, kSheet);
  const auto head = [](const std::string& xml) { return xml.substr(0, xml.find("<row r=\"5\"")); };
  const auto tail = [](const std::string& xml) { return xml.substr(xml.find("<row r=\"8\"")); };
  std::string computed = tail(was);
  computed.erase(computed.find("<v>0</v>"), 8);  // what the total came to in the blank
  EXPECT_EQ(tail(now), computed);
  EXPECT_EQ(head(now).substr(head(now).find("<dimension")),
            head(was).substr(head(was).find("<dimension")));
  for (const char* name : {"xl/worksheets/sheet2.xml", "_rels/.rels"}) {
    EXPECT_EQ(part_of(*filled, name), part_of(file, name)) << name;
  }
  EXPECT_THAT(now, HasSubstr("<row r=\"5\" ht=\"24\" customHeight=\"1\">"));
  EXPECT_THAT(now, HasSubstr("<c r=\"B5\" s=\"4\" t=\"inlineStr\">"));
  EXPECT_THAT(now, HasSubstr("<c r=\"D5\" s=\"5\"><v>96</v></c>"));
  EXPECT_THAT(now, HasSubstr("<c r=\"F5\" s=\"7\"><v>45293</v></c>")) << "shown as a day";
  EXPECT_THAT(now, HasSubstr("<c r=\"E5\" s=\"6\"/>"));
  const std::string styles = part_of(*filled, "xl/styles.xml");
  EXPECT_THAT(styles, HasSubstr("<cellXfs count=\"8\">"));
  EXPECT_THAT(styles, HasSubstr("<xf numFmtId=\"49\" fontId=\"0\" fillId=\"2\" borderId=\"1\" "
                                "applyFill=\"1\"/>"));
  EXPECT_THAT(styles, HasSubstr("FFFF0000"));
  EXPECT_THAT(styles, HasSubstr("formatCode=\"yyyy\\-mm\\-dd\""));
}

TEST(Template, AddsRowsAndMovesWhatStandsBelow) {
  std::vector<FillLine> lines;
  for (int i = 1; i <= 5; ++i) lines.push_back(house(i, cat("户", i), i));
  const auto filled = blank(wps_blank()).workbook_with(lines);
  ASSERT_TRUE(filled.ok());
  const auto cells = cells_of(*filled);
  EXPECT_EQ(cells[8][1], "户5");
  EXPECT_EQ(cells[9][0], "合计");
  EXPECT_EQ(cells[10][0], "注：本表一式两份，于每月25日前报。");
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, HasSubstr("<c r=\"D10\" s=\"5\"><f>SUM(D5:D9)</f></c>")) << "computed anew";
  EXPECT_THAT(now, HasSubstr("<mergeCell ref=\"A11:H11\"/>"));
  EXPECT_THAT(now, HasSubstr("<mergeCell ref=\"A3:A4\"/>"));
  EXPECT_THAT(now, HasSubstr("sqref=\"E5:E9\""));
  EXPECT_THAT(now, HasSubstr("<dimension ref=\"A1:H11\"/>"));
  EXPECT_THAT(now, HasSubstr("<row r=\"9\" ht=\"24\" customHeight=\"1\">"));
  EXPECT_THAT(now, HasSubstr("<c r=\"H9\" s=\"4\"/>")) << "the border of a cell left empty";
  EXPECT_THAT(part_of(*filled, "xl/workbook.xml"), HasSubstr("一!$A$1:$H$11"));
  EXPECT_EQ(part_of(*filled, "xl/calcChain.xml"), "");
  EXPECT_THAT(part_of(*filled, "[Content_Types].xml"), Not(HasSubstr("calcChain")));
  EXPECT_THAT(part_of(*filled, "[Content_Types].xml"), HasSubstr("/xl/workbook.xml"));
}

// A total that nobody computes anew would show what it was of the empty form.
TEST(Template, NoFormulaKeepsWhatItCameToBefore) {
  const auto filled = blank(wps_blank()).workbook_with({house(1, "户1", 4)});
  ASSERT_TRUE(filled.ok());
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, HasSubstr("<f>SUM(D5:D7)</f></c>"));
  const std::string book = part_of(*filled, "xl/workbook.xml");
  EXPECT_THAT(book, HasSubstr("</definedNames><calcPr fullCalcOnLoad=\"1\"/>"));
}

TEST(Template, AFormulaInAPreparedRowStaysAndOneOfAnotherSheetForgetsItsResult) {
  mq::testing::WorkbookBuilder book;
  book.rows(
      "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>户编号</t></is></c><c r=\"B1\" "
      "t=\"inlineStr\"><is><t>家庭人口</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>两倍</t></is>"
      "</c></row><row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/><c r=\"C2\"><f>B2*2</f><v>0</v></c></row>"
      "<row r=\"3\"><c r=\"A3\"/><c r=\"B3\"/><c r=\"C3\"><f>B3*2</f><v>0</v></c></row>");
  book.part("xl/worksheets/sheet2.xml",
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
            "<sheetData><row r=\"1\"><c r=\"A1\"><f>SUM(一!B2:B3)</f><v>0</v></c></row></sheetData>"
            "</worksheet>");
  const auto filled =
      blank(book.bytes()).workbook_with({{std::string("一户"), Decimal{3, 0}, std::monostate{}}});
  ASSERT_TRUE(filled.ok());
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, HasSubstr("<f>B2*2</f></c>"));
  EXPECT_THAT(now, HasSubstr("<f>B3*2</f></c>"));
  EXPECT_THAT(part_of(*filled, "xl/worksheets/sheet2.xml"), HasSubstr("<f>SUM(一!B2:B3)</f></c>"));
}

TEST(Template, WritesNoFormulaAndKeepsNumbersOfDocumentsAsText) {
  const auto filled = blank(excel_blank())
                          .workbook_with({{std::string("999999196001020018"), Decimal{1250, 2},
                                           std::string("@SUM(A1)")}});
  ASSERT_TRUE(filled.ok());
  EXPECT_THAT(cells_of(*filled)[1], ElementsAre("999999196001020018", "12.5", "@SUM(A1)"));
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, Not(HasSubstr("<f>")));
  EXPECT_THAT(now, HasSubstr("<c r=\"A2\" s=\"1\" t=\"inlineStr\">")) << "in a format of text";
  EXPECT_THAT(part_of(*filled, "xl/styles.xml"), HasSubstr("<xf numFmtId=\"49\""));
}

TEST(Template, FillsRowsBelowTotalsThatStandOnTop) {
  WorkbookBuilder book;
  book.format_ids({2}).rows(cat(inline_row(1, {"姓名", "面积"}), inline_row(2, {"合计", "x"}),
                                "<row r=\"3\"><c r=\"A3\" s=\"1\"/><c r=\"B3\" s=\"1\"/></row>"));
  const auto filled = blank(book.bytes()).workbook_with({{std::string("王一"), std::int64_t{9}}});
  ASSERT_TRUE(filled.ok());
  EXPECT_THAT(cells_of(*filled)[1], ElementsAre("合计", "x"));
  EXPECT_THAT(cells_of(*filled)[2], ElementsAre("王一", "9"));
}

TEST(Template, FormulasGiveWayOnlyWhereALineSaysSomething) {
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"姓名", "面积", "半"}),
                "<row r=\"2\"><c r=\"C2\"><f t=\"shared\" ref=\"C2:C3\" si=\"0\">B2/2</f></c></row>"
                "<row r=\"3\"><c r=\"C3\"><f t=\"shared\" si=\"0\"/></c></row>"));
  const FillLine line{std::string("王一"), std::int64_t{9}, std::monostate{}};
  const FillLine full{std::string("王一"), std::int64_t{9}, std::int64_t{5}};
  const std::string now = part_of(*blank(book.bytes()).workbook_with({line, full}), kSheet);
  EXPECT_THAT(now, HasSubstr("<c r=\"C2\"><f>B2/2</f></c>")) << "though it was shared";
  EXPECT_THAT(now, HasSubstr("<c r=\"C3\"><v>5</v></c>"));
}

TEST(Template, FillsACsvBlank) {
  const Template form = blank(to_bytes("花名册,,\r\n户编号,姓名,电话\r\n,,\r\n填表人：,,\r\n"));
  EXPECT_FALSE(form.is_workbook());
  EXPECT_FALSE(form.workbook_with({}).ok());
  const auto rows = form.rows_with({{std::string("1"), std::string("王一"), std::string("-5 级")}});
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[1], ElementsAre("户编号", "姓名", "电话"));
  EXPECT_THAT(rows[2], ElementsAre("1", "王一", "-5 级"));
  EXPECT_EQ(rows[3][0], "填表人：");
  const auto gb = csv_file(rows, CsvEncoding::kGb18030);
  ASSERT_TRUE(gb.ok());
  EXPECT_EQ(read_sheet(*gb)->encoding, "gb18030");
  EXPECT_EQ(cells_of(*gb)[2][1], "王一");
  EXPECT_EQ(cells_of(*csv_file(rows, CsvEncoding::kUtf8)), cells_of(*gb));
}

TEST(Template, TextOfANumberIsExact) {
  EXPECT_EQ(fill_text(Decimal{1250, 2}), "12.5");
  EXPECT_EQ(fill_text(Decimal{-5, 2}), "-0.05");
  EXPECT_EQ(fill_text(Decimal{700, 2}), "7");
  EXPECT_EQ(fill_text(Decimal{0, 1}), "0");
  EXPECT_EQ(fill_text(NotHeld{}), "");
}

TEST(Template, HostileFilesEndInAnError) {
  EXPECT_FALSE(Template::read(to_bytes("一行字")).ok());
  EXPECT_FALSE(Template::read({}).ok());
  WorkbookBuilder merged;
  merged.part(kSheet,
              "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>"
              "<mergeCells><mergeCell ref=\"A1:ZZZZ9\"/></mergeCells></worksheet>");
  EXPECT_EQ(Template::read(merged.bytes()).error().code, Code::kInvalidInput);
  Limits limits;
  limits.unpacked_bytes_max = 4096;
  EXPECT_EQ(Template::read(wps_blank(), {.limits = limits}).error().code, Code::kExhausted);
  const auto bad = blank(excel_blank()).workbook_with({{std::string("\xff"), {}, {}}});
  EXPECT_EQ(bad.error().code, Code::kInvalidInput);
}

// Two names that differ only in their case are one part: whichever a program reads is filled.
TEST(Template, ASheetThatStandsThereTwiceIsFilledTwice) {
  WorkbookBuilder book;
  book.rows(inline_row(1, {"户编号", "姓名"}));
  const std::string again = "xl/Worksheets/Sheet1.xml";
  book.part(again, part_of(book.bytes(), kSheet));
  const auto filled = blank(book.bytes()).workbook_with({{std::string("0001"), "王一"}});
  ASSERT_TRUE(filled.ok());
  EXPECT_THAT(part_of(*filled, kSheet), HasSubstr("王一"));
  EXPECT_EQ(part_of(*filled, again), part_of(*filled, kSheet));
}

// A worksheet with one byte changed is refused, or filled into one that can be read.
TEST(Template, DamagedWorksheetsAreRefusedOrFilledWhole) {
  mq::testing::expect_whole_if_damaged(wps_blank());
}

}  // namespace
}  // namespace mq::tabular
