// Formulas of a blank when rows are put in: those of the rows, and those that look at them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/tabular/template.h"
#include "tabular/blank_forms.h"

namespace mq::tabular {
namespace {

using mq::testing::blank;
using mq::testing::inline_row;
using mq::testing::part_of;
using mq::testing::WorkbookBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSheet = "xl/worksheets/sheet1.xml";
const std::string kHead = inline_row(1, {"姓名", "亩数", "单价", "金额", "乡镇"});

// The rows 2 and 3 with that formula in column D, totals on row 4; four lines put in.
std::string filled_with(const std::string& second, const std::string& third,
                        const std::string& total = "SUM(D2:D3)") {
  const auto row = [](int number, const std::string& content) {
    const std::string formula =
        content.starts_with("<f") ? cat(content, "<v>0</v>") : content;  // as it came to before
    return cat("<row r=\"", number, "\"><c r=\"A", number, "\"/><c r=\"B", number, "\"/><c r=\"C",
               number, "\"/><c r=\"D", number, "\">", formula, "</c></row>");
  };
  WorkbookBuilder book;
  book.rows(cat(kHead, row(2, second), row(3, third),
                "<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>合计</t></is></c><c r=\"D4\"><f>",
                total, "</f></c></row>"));
  const FillLine line{std::string("王一"), std::int64_t{2}, std::int64_t{3}, std::monostate{},
                      std::monostate{}};
  const Template form = blank(book.bytes());
  EXPECT_TRUE(form.columns()[3].provided || !second.starts_with("<f"));
  EXPECT_EQ(form.prepared(), 2u) << "the results of formulas are nobody's words";
  const auto filled = form.workbook_with({line, line, line, line});
  EXPECT_TRUE(filled.ok());
  return filled.ok() ? part_of(*filled, kSheet) : std::string();
}

TEST(TemplateFormula, RowsThatArePutInHaveTheFormulaOfThosePrepared) {
  const std::string now = filled_with("<f>B2*C2</f>", "<f>B3*C3</f>");
  for (int row = 2; row <= 5; ++row) {
    EXPECT_THAT(now, HasSubstr(cat("<c r=\"D", row, "\"><f>B", row, "*C", row, "</f></c>")));
  }
  EXPECT_THAT(now, HasSubstr("<f>SUM(D2:D5)</f>"));
  const std::string shared = filled_with("<f t=\"shared\" ref=\"D2:D3\" si=\"0\">B2*$C2</f>",
                                         "<f t=\"shared\" si=\"0\"/>");
  EXPECT_THAT(shared, HasSubstr("<c r=\"D5\"><f>B5*$C5</f></c>"));
}

TEST(TemplateFormula, WhatIsFixedInAFormulaStaysAndTotalsBelowAreFollowed) {
  const std::string now = filled_with("<f>VLOOKUP(A2,字典!A:B,2,0)*B2/SUM(B$2:B$3)+B$4</f>",
                                      "<f>VLOOKUP(A3,字典!A:B,2,0)*B3/SUM(B$2:B$3)+B$4</f>");
  EXPECT_THAT(now, HasSubstr("<f>VLOOKUP(A2,字典!A:B,2,0)*B2/SUM(B$2:B$5)+B$6</f>"));
  EXPECT_THAT(now, HasSubstr("<f>VLOOKUP(A5,字典!A:B,2,0)*B5/SUM(B$2:B$5)+B$6</f>"));
}

TEST(TemplateFormula, ASumThatRunsToItsOwnRowRunsToEachRow) {
  const std::string now = filled_with("<f>SUM(B$2:B2)</f>", "<f>SUM(B$2:B3)</f>");
  for (int row = 2; row <= 5; ++row) {
    EXPECT_THAT(now, HasSubstr(cat("<c r=\"D", row, "\"><f>SUM(B$2:B", row, ")</f></c>")));
  }
}

// The name of a town in each prepared row is in each added one too; numbers of their own are not.
TEST(TemplateFormula, WhatEachPreparedRowHasAddedOnesHaveToo) {
  const std::string now =
      filled_with("<v>100</v></c><c r=\"E2\" t=\"inlineStr\"><is><t>某镇</t></is>",
                  "<v>100</v></c><c r=\"E3\" t=\"inlineStr\"><is><t>某镇</t></is>");
  EXPECT_THAT(now, HasSubstr("<c r=\"D5\"><v>100</v></c><c r=\"E5\" t=\"inlineStr\"><is><t>某镇"));
  EXPECT_THAT(filled_with("<v>1</v>", "<v>2</v>"), HasSubstr("<c r=\"D5\"/>"));
  EXPECT_THAT(filled_with("<v>0</v>", "<v>0</v>"), HasSubstr("<c r=\"D5\"/>"))
      << "noughts wait for a number, and would be facts that nobody holds";
}

TEST(TemplateFormula, AFormulaOfOneRowAloneIsNotCopied) {
  const std::string now = filled_with("<f>B2*C2</f>", "<f>B3*C3*2</f>");
  EXPECT_THAT(now, HasSubstr("<f>B3*C3*2</f>"));
  EXPECT_THAT(now, Not(HasSubstr("B4*C4")));
}

// SUM(a!3:4): whole rows are as much of the table as those with columns.
TEST(TemplateFormula, WholeRowsTakeTheNewOnesIn) {
  const auto total = [](const std::string& formula) { return filled_with("", "", formula); };
  EXPECT_THAT(total("SUM(2:3)"), HasSubstr("<f>SUM(2:5)</f>"));
  EXPECT_THAT(total("SUM($2:$3)+SUM(一!3:3)"), HasSubstr("<f>SUM($2:$5)+SUM(一!3:5)</f>"));
  EXPECT_THAT(total("SUM('一'!$4:$9)*C2"), HasSubstr("<f>SUM('一'!$6:$11)*C2</f>"));
  for (const char* other : {"SUM(二!2:3)", "SUM(B:C)", "SUM($B:C)", "IF(B2&gt;3,\"2:3\",1)",
                            "SUM(1:1)", "INDEX(B2:C2,1,2)", "SUM(甲2:乙3!A1)"}) {
    EXPECT_THAT(total(other), HasSubstr(cat("<f>", other, "</f>"))) << other;
  }
}

TEST(TemplateFormula, WholeRowsAndColumnsAreCopiedAsOfficeProgramsDo) {
  WorkbookBuilder book;
  book.rows(cat(inline_row(1, {"姓名", "面积"}), "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\"/></row>",
                inline_row(3, {"合计"})));
  book.part(
      "xl/worksheets/sheet2.xml",
      "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:B2\" si=\"0\">"
      "SUM(一!A:$B)+SUM(一!2:$3)</f></c><c r=\"B1\"><f t=\"shared\" si=\"0\"/></c></row>"
      "<row r=\"2\"><c r=\"A2\"><f t=\"shared\" si=\"0\"/></c></row></sheetData></worksheet>");
  const FillLine line{std::string("王一"), std::int64_t{9}};
  const auto filled = blank(book.bytes()).workbook_with({line, line, line});
  ASSERT_TRUE(filled.ok());
  const std::string now = part_of(*filled, "xl/worksheets/sheet2.xml");
  EXPECT_THAT(now, HasSubstr("<c r=\"A1\"><f>SUM(一!A:$B)+SUM(一!2:$5)</f></c>"));
  EXPECT_THAT(now, HasSubstr("<c r=\"B1\"><f>SUM(一!B:$B)+SUM(一!2:$5)</f></c>"));
  EXPECT_THAT(now, HasSubstr("<c r=\"A2\"><f>SUM(一!A:$B)+SUM(一!5:$5)</f></c>"));
}

}  // namespace
}  // namespace mq::tabular
