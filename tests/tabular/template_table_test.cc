// What of a blank is its table: lists and boxes beside it, notes over it, rows that hold something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/tabular/template.h"
#include "tabular/blank_forms.h"

namespace mq::tabular {
namespace {

using mq::testing::blank;
using mq::testing::cells_of;
using mq::testing::headers;
using mq::testing::inline_row;
using mq::testing::part_of;
using mq::testing::styled_row;
using mq::testing::WorkbookBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kSheet = "xl/worksheets/sheet1.xml";
using Texts = std::vector<std::string>;

// A row of a list in columns F and G, beside a table in A to D.
Texts beside(Texts table, const std::string& first, const std::string& second = "") {
  table.resize(5);
  table.push_back(first);
  table.push_back(second);
  return table;
}

Bytes book_of(const std::string& rows, const std::string& behind = "") {
  WorkbookBuilder book;
  book.format_ids({2});
  book.part(kSheet, cat("<worksheet><sheetData>", rows, "</sheetData>", behind, "</worksheet>"));
  return book.bytes();
}

FillLine person(const std::string& name, int people = 1) {
  return {std::monostate{}, name, std::int64_t{people}, std::string("一般")};
}

TEST(TemplateTable, AListBesideItIsNoneOfIt) {
  const Texts head{"序号", "户主姓名", "家庭人口", "户类型"};
  const auto columns = [&](const std::string& rows) { return headers(blank(book_of(rows))); };
  const Texts table{"序号", "户主姓名", "家庭人口", "户类型"};
  EXPECT_EQ(columns(cat(inline_row(1, beside({"花名册"}, "户类型", "是否")),
                        inline_row(2, beside({}, "一般", "是")), inline_row(3, beside(head, "")),
                        inline_row(4, beside({}, "低保户", "否")))),
            table)
      << "with a header of its own over the table's";
  EXPECT_EQ(columns(cat(inline_row(1, {"花名册"}), inline_row(2, beside(head, "户类型", "性别")),
                        inline_row(3, beside({"1"}, "一般", "男")),
                        inline_row(4, beside({"2"}, "低保户", "女")),
                        inline_row(5, beside({"3"}, "特困户")))),
            table)
      << "with a header on the same row";
  EXPECT_EQ(
      columns(cat(inline_row(1, beside({"花名册"}, "一般")), inline_row(2, beside({}, "低保户")),
                  inline_row(3, beside(head, "特困户")), inline_row(4, beside({}, "其他")))),
      table)
      << "running through the header's row";
  EXPECT_EQ(columns(cat(inline_row(1, {"花名册"}), inline_row(2, beside(head, "是")),
                        inline_row(3, beside({}, "否")))),
            table)
      << "of two answers";
}

TEST(TemplateTable, ColumnsBehindAnEmptyOneAreOfItIfTheyHaveHeaders) {
  const std::string rows =
      cat(inline_row(1, {"花名册"}), inline_row(2, {"单位：", "某镇", "某日", "", "", "附件1"}),
          inline_row(3, {"序号", "姓名", "电话", "", "住址", "备注"}), inline_row(4, {"1"}),
          inline_row(5, {"2"}));
  const Template form = blank(book_of(rows));
  EXPECT_EQ(form.header_line(), 3u);
  EXPECT_THAT(headers(form), ElementsAre("序号", "姓名", "电话", "住址", "备注"));
}

TEST(TemplateTable, NotesAndWideTitlesOverItAreNoHeader) {
  const Template form = blank(book_of(
      cat(inline_row(1, beside({"农户情况统计表"}, "")),
          inline_row(2, {"1", "本表由村填报,每月一次。"}), inline_row(3, {"2", "户类型见右边。"}),
          inline_row(4, beside({"户主姓名", "家庭人口", "户类型"}, "一般")),
          inline_row(5, beside({}, "低保户")), inline_row(6, beside({"说明：按户填写"}, "特困户"))),
      "<mergeCells><mergeCell ref=\"A1:G1\"/><mergeCell ref=\"B2:D2\"/>"
      "<mergeCell ref=\"B3:D3\"/></mergeCells>"));
  EXPECT_EQ(form.header_line(), 4u);
  EXPECT_EQ(form.title(), "农户情况统计表");
  EXPECT_THAT(headers(form), ElementsAre("户主姓名", "家庭人口", "户类型"));
  EXPECT_EQ(form.first_line(), 5u);
  EXPECT_EQ(form.prepared(), 1u) << "beside the list";
}

TEST(TemplateTable, OfRowsThatMayBeTheHeaderTheOneThatIsKnownIs) {
  const auto header = [](const std::string& rows, const std::string& behind = "") {
    const auto known = [](std::string_view text) { return text == "姓名" || text == "人口"; };
    return blank(book_of(rows, behind), {.known = known}).header_line();
  };
  const std::string place = inline_row(2, {"乡镇", "某镇", "村", "某村"});
  EXPECT_EQ(header(cat(place, inline_row(3, {"姓名", "人口", "类型", "备注"}))), 3u);
  EXPECT_EQ(header(cat(inline_row(2, {"户数", "人数", "亩数"}), inline_row(3, {"10", "20", "3"}),
                       inline_row(5, {"姓名", "人口", "类型", "备注"}))),
            5u);
  EXPECT_EQ(header(cat(place, inline_row(3, {"甲", "乙", "丙", "丁"}))), 2u) << "none is known";
  EXPECT_EQ(header(cat(inline_row(2, {"户", "成员", "", "收入"}),
                       inline_row(3, {"", "姓名", "人口", "总额"}))),
            2u)
      << "a second line of the header";
  EXPECT_EQ(
      header(cat(inline_row(2, {"户主", "", "成员"}), inline_row(3, {"姓名", "年龄", "人口"})),
             "<mergeCells><mergeCell ref=\"A2:B2\"/></mergeCells>"),
      2u);
}

TEST(TemplateTable, AHeaderMergedOverTwoColumnsIsOneColumn) {
  const Template form = blank(book_of(
      cat(inline_row(1, {"序号", "姓名", "", "住房"}), inline_row(2, {"", "", "", "面积", "等级"})),
      "<mergeCells><mergeCell ref=\"B1:C2\"/><mergeCell ref=\"D1:E1\"/>"
      "<mergeCell ref=\"A1:A2\"/></mergeCells>"));
  EXPECT_THAT(headers(form), ElementsAre("序号", "姓名", "住房/面积", "住房/等级"));
}

// Rows that are put in tear no list of allowed values: what a rule for input looks at stays whole.
TEST(TemplateTable, AListThatReachesFurtherDownStaysWhereItIs) {
  const auto listed = [](int row, const std::string& value) {
    std::string out = styled_row(row, 4);
    const std::string cell =
        cat("<c r=\"F", row, "\" t=\"inlineStr\"><is><t>", value, "</t></is></c></row>");
    return out.replace(out.find("</row>"), 6, cell);
  };
  const Template form = blank(book_of(
      cat(inline_row(1, {"序号", "户主姓名", "家庭人口", "户类型"}), listed(2, "一般"),
          listed(3, "低保户"), inline_row(4, beside({"合计"}, "特困户")),
          inline_row(5, beside({}, "脱贫户")), inline_row(6, {"填表人："}),
          inline_row(9, beside({}, "其他"))),
      "<dataValidations count=\"1\"><dataValidation type=\"list\" sqref=\"D2:D3\"><formula1>"
      "$F$2:$F$9</formula1></dataValidation></dataValidations>"));
  EXPECT_EQ(form.prepared(), 2u);
  const std::vector<FillLine> lines(5, person("王一"));
  const auto filled = form.workbook_with(lines);
  ASSERT_TRUE(filled.ok());
  const auto rows = read_sheet(*filled)->rows;
  ASSERT_EQ(rows.size(), 8u) << "row 8 is empty";
  const Texts values{"", "一般", "低保户", "特困户", "脱贫户", "", "", "其他"};
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].cell(5), values[i]) << i;
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(rows[i].cell(1), "王一") << i;
  EXPECT_EQ(rows[6].cell(0), "合计");
  EXPECT_EQ(rows[7].cell(0), "填表人：");
  EXPECT_EQ(rows[7].line, 9u);
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, HasSubstr("<formula1>$F$2:$F$9</formula1>"));
  EXPECT_THAT(now, HasSubstr("sqref=\"D2:D6\""));
  const std::vector<FillLine> one(3, person("王一"));
  EXPECT_EQ(read_sheet(*form.workbook_with(one))->rows.back().line, 9u) << "below the table too";
}

const std::string kHead = inline_row(1, {"序号", "户主姓名", "家庭人口", "户类型"});

std::string total(int row, const std::string& of) {
  return cat("<row r=\"", row, "\"><c r=\"A", row, "\" t=\"inlineStr\"><is><t>合计</t></is></c>",
             "<c r=\"C", row, "\"><f>SUM(", of, ")</f><v>0</v></c></row>");
}

// It would be reported as a person, and counted.
TEST(TemplateTable, AnExampleWithoutAWordForItGoes) {
  for (const Texts& row : {Texts{"1", "张三", "3", "一般"}, Texts{"1", "XX", "3", "一般"},
                           Texts{"1", "某某", "3", "一般"}, Texts{"1", "×××", "3", "一般"},
                           Texts{"1", "110101199001011234", "3", "一般"}}) {
    const Bytes file = book_of(cat(kHead, inline_row(2, row), styled_row(3, 4), total(4, "C2:C3")));
    const Template form = blank(file);
    ASSERT_EQ(form.standing().size(), 1u) << row[1];
    EXPECT_EQ(form.standing()[0].what, Standing::kExample) << row[1];
    EXPECT_TRUE(form.standing_goes());
    EXPECT_EQ(form.first_line(), 2u);
    EXPECT_EQ(form.prepared(), 2u);
    const std::vector<FillLine> lines{person("王一"), person("赵二"), person("钱三")};
    const auto filled = form.workbook_with(lines);
    ASSERT_TRUE(filled.ok());
    EXPECT_EQ(cells_of(*filled)[1][1], "王一");
    EXPECT_THAT(part_of(*filled, kSheet), Not(HasSubstr(row[1])));
    EXPECT_THAT(part_of(*filled, kSheet), HasSubstr("<c r=\"C5\"><f>SUM(C2:C4)</f></c>"));
    const Template kept = blank(file, {.standing = StandingRows::kStay});
    EXPECT_FALSE(kept.standing_goes());
    EXPECT_EQ(cells_of(*kept.workbook_with(lines))[1], row);
  }
}

TEST(TemplateTable, ASampleThatSaysSoStaysAndTotalsTakeTheLinesIn) {
  for (const Texts& row : {Texts{"如", "王一", "3", "一般"}, Texts{"1", "王一", "3", "（示例）"},
                           Texts{"例", "张三", "3", "一般"}}) {
    const Template form =
        blank(book_of(cat(kHead, inline_row(2, row), styled_row(3, 4), total(4, "C2:C3"))));
    ASSERT_EQ(form.standing().size(), 1u) << row[0];
    EXPECT_EQ(form.standing()[0].what, Standing::kSample) << row[0];
    EXPECT_EQ(form.first_line(), 3u);
    EXPECT_EQ(form.prepared(), 1u);
    const auto filled = form.workbook_with({person("赵二"), person("钱三"), person("孙四")});
    ASSERT_TRUE(filled.ok());
    EXPECT_EQ(cells_of(*filled)[1], row) << "it stays";
    EXPECT_EQ(cells_of(*filled)[2][1], "赵二");
    EXPECT_THAT(part_of(*filled, kSheet), HasSubstr("<c r=\"C6\"><f>SUM(C2:C5)</f></c>"));
  }
}

TEST(TemplateTable, WhatSomebodyFilledInStaysAndTheLinesGoBelowIt) {
  const std::string rows = cat(kHead, inline_row(2, {"1", "钱一", "3", "一般"}),
                               inline_row(3, {"2", "张三", "2", "一般"}), total(4, "C2:C3"));
  const Template form = blank(book_of(rows));
  ASSERT_EQ(form.standing().size(), 2u);
  EXPECT_EQ(form.standing()[1].what, Standing::kUnknown) << "among others he may live here";
  EXPECT_EQ(form.first_line(), 4u);
  const auto filled = form.workbook_with({person("赵二"), person("孙三")});
  ASSERT_TRUE(filled.ok());
  const auto cells = cells_of(*filled);
  EXPECT_EQ(cells[2][1], "张三");
  EXPECT_EQ(cells[4][1], "孙三");
  EXPECT_THAT(part_of(*filled, kSheet), HasSubstr("<c r=\"C6\"><f>SUM(C2:C5)</f></c>"));
  const Template masked = blank(book_of(cat(kHead, inline_row(2, {"1", "钱某某", "3", "一般"}))));
  EXPECT_FALSE(masked.standing_goes()) << "a person whose name somebody masked";
  const Template text = blank(to_bytes("序号,姓名,电话\n1,钱一,139\n,,\n合计,,\n"));
  const auto lines = text.rows_with({{std::int64_t{2}, std::string("赵二"), std::monostate{}}});
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1][1], "钱一");
  EXPECT_EQ(lines[2][1], "赵二");
  EXPECT_EQ(lines[3][0], "合计");
}

TEST(TemplateTable, WhatStandsThereGoesIfThePersonSaysSo) {
  TemplateOptions options;
  options.standing = StandingRows::kGo;
  const std::string computed = "<c r=\"D2\"><f>C2*2</f><v>6</v></c></row>";
  std::string sample = inline_row(2, {"1", "张三", "3"});
  sample.replace(sample.find("</row>"), 6, computed);
  const Bytes file =
      book_of(cat(kHead, sample, inline_row(3, {"2", "李四", "4", "一般"}), total(4, "C2:C3")));
  const Template form = blank(file, options);
  EXPECT_EQ(form.first_line(), 2u);
  EXPECT_EQ(form.prepared(), 2u);
  const FillLine line{std::monostate{}, std::string("王一"), std::int64_t{5}, std::monostate{}};
  const auto filled = form.workbook_with({line});
  ASSERT_TRUE(filled.ok());
  const std::string now = part_of(*filled, kSheet);
  EXPECT_THAT(now, Not(HasSubstr("张三")));
  EXPECT_THAT(now, Not(HasSubstr("李四"))) << "in a row that was not needed";
  EXPECT_THAT(now, HasSubstr("<f>C2*2</f></c>")) << "its formula stays";
  EXPECT_THAT(now, HasSubstr("<f>SUM(C2:C3)</f>"));
  const Template text = blank(to_bytes("序号,姓名,电话\n例,张三,139\n合计,,\n"), options);
  const auto lines = text.rows_with({{std::monostate{}, std::string("王一"), std::monostate{}}});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[1], ElementsAre("", "王一", ""));
}

TEST(TemplateTable, RowsThatAnOfficePreparedWithItsNameWait) {
  const Template form =
      blank(book_of(cat(kHead, inline_row(2, {"1", "", "", "一般"}),
                        inline_row(3, {"2", "", "", "一般"}), total(4, "C2:C3"))));
  EXPECT_THAT(form.standing(), IsEmpty());
  EXPECT_EQ(form.prepared(), 2u);
}

TEST(TemplateTable, DamagedFormsWithListsAndFormulasAreRefusedOrFilledWhole) {
  std::string rows = cat(kHead, inline_row(2, beside({"1", "张三", "3", "一般"}, "一般")));
  const auto formula = [](int row, const std::string& text) {
    return cat("<row r=\"", row, "\"><c r=\"A", row, "\" s=\"1\"><f ", text, "</c><c r=\"B", row,
               "\" s=\"1\"/><c r=\"C", row, "\" s=\"1\"><f>B", row,
               "*2+SUM(B:B)+SUM($2:3)</f><v>0</v></c>", "<c r=\"F", row, "\"><v>", row,
               "</v></c></row>");
  };
  rows += formula(3, "t=\"shared\" ref=\"A3:A4\" si=\"0\">ROW()-1</f>");
  rows += formula(4, "t=\"shared\" si=\"0\"/>");
  rows += cat(total(5, "C3:C4"), inline_row(6, beside({"填表人：", "某人"}, "其他")));
  mq::testing::expect_whole_if_damaged(book_of(rows));
}

TEST(TemplateTable, AnotherWorksheetIsFilledByItsName) {
  WorkbookBuilder book;
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  book.rows(inline_row(1, {"填表说明"}));
  book.part("xl/worksheets/sheet2.xml",
            cat("<worksheet><sheetData>", kHead, "</sheetData></worksheet>"));
  book.part("xl/workbook.xml",
            cat("<workbook xmlns:r=\"", office,
                "\"><sheets><sheet name=\"说明\" sheetId=\"1\" "
                "r:id=\"rId1\"/><sheet name=\"表一\" sheetId=\"2\" r:id=\"rId2\"/></sheets>"
                "</workbook>"));
  book.part("xl/_rels/workbook.xml.rels",
            cat("<Relationships><Relationship Id=\"rId1\" Type=\"", office,
                "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"",
                office, "/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"));
  const auto first = Template::read(book.bytes());
  ASSERT_FALSE(first.ok());
  EXPECT_THAT(first.error().zh, HasSubstr("“说明”"));
  EXPECT_THAT(first.error().zh, HasSubstr("还有 表一"));
  TemplateOptions options;
  options.sheet = "表一";
  const Template form = blank(book.bytes(), options);
  EXPECT_EQ(form.sheet(), "表一");
  EXPECT_THAT(form.other_sheets(), ElementsAre("说明"));
  const auto filled = form.workbook_with({person("王一")});
  ASSERT_TRUE(filled.ok());
  EXPECT_EQ(part_of(*filled, kSheet), part_of(book.bytes(), kSheet));
  EXPECT_THAT(part_of(*filled, "xl/worksheets/sheet2.xml"), HasSubstr("王一"));
  options.sheet = "没有";
  EXPECT_EQ(Template::read(book.bytes(), options).error().code, Code::kInvalidInput);
}

}  // namespace
}  // namespace mq::tabular
