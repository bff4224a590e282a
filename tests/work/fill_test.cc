// Departments' blanks filled from the roster, and the register of what went out.
#include "mq/work/fill.h"

#include "mq/work/profile.h"
#include "tabular/blank_forms.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using tabular::fill_text;
using tabular::Template;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHouseholds =
    "低保户统计表,,,,,,,,,\n序号,村(社区),村民小组,户编号,户主姓名,家庭人口（人）,联系电话,户类型,"
    "银行账号,备注\n";
constexpr const char* kHouse1 = "999999100201010001";

class FillTest : public ::testing::Test {
 protected:
  FillTest() {
    town.with_people();
    options.today = *Date::of(2026, 3, 25);
    options.basis = "民发〔2026〕1号";
  }

  static Template form(const std::string& csv) {
    auto read = Template::read(to_bytes(csv));
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().en);
    MQ_ASSERT(read.ok());
    return *std::move(read);
  }
  Result<Filled> try_fill(const std::string& csv) {
    return fill_form(town.place(), form(csv), options);
  }
  Filled fill(const std::string& csv) {
    auto filled = try_fill(csv);
    EXPECT_TRUE(filled.ok()) << (filled.ok() ? "" : filled.error().en);
    MQ_ASSERT(filled.ok());
    for (const FillQuestion& question : filled->questions) ADD_FAILURE() << question.header;
    return *std::move(filled);
  }
  Filled fill_and_keep(const std::string& csv) {
    Filled filled = fill(csv);
    EXPECT_TRUE(keep_fill(town.place(), filled, town.desk.vault().view()).ok());
    return filled;
  }
  static std::vector<std::string> line(const Filled& filled, std::size_t at) {
    std::vector<std::string> out;
    for (const tabular::FillCell& cell : filled.lines.at(at)) out.push_back(fill_text(cell));
    return out;
  }
  static std::vector<std::string> column(const Filled& filled, std::size_t at) {
    std::vector<std::string> out;
    for (const auto& cells : filled.lines) out.push_back(fill_text(cells.at(at)));
    return out;
  }
  void name_needs(const std::string& needs) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity("Programme"), programmes(place)->front().row,
                {{"needs", needs}}, place.vault.view()));
  }
  void change(const std::string& number, const Inputs& inputs) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity("Household"),
                Directory(place).household(number)->id, inputs, place.vault.view()));
  }

  Township town;
  FillOptions options;
};

TEST_F(FillTest, MatchesHeadersToFactsAndLeavesRedWhatIsNotHeld) {
  const Filled filled = fill(kHouseholds);
  EXPECT_EQ(filled.about, "户");
  ASSERT_EQ(filled.lines.size(), 5u);
  EXPECT_THAT(line(filled, 0),
              ElementsAre("1", "鱼泉村", "1", kHouse1, "王一", "2", "13900000001", "一般", "", ""));
  EXPECT_THAT(column(filled, 0), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(column(filled, 4), ElementsAre("王一", "张三", "赵四", "孙五", "周六"))
      << "by village, group and number";
  EXPECT_TRUE(std::holds_alternative<tabular::NotHeld>(filled.lines[2][6])) << "no telephone";
  EXPECT_TRUE(std::holds_alternative<tabular::NotHeld>(filled.lines[0][8]));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(filled.lines[0][9])) << "for hands";
  EXPECT_EQ(filled.columns[8].fate, ColumnFate::kUnknown);
  EXPECT_EQ(filled.columns[4].field, "head.name");
  EXPECT_EQ(filled.columns[6].filled, 2u);
  EXPECT_EQ(filled.columns[6].empty, 3u);
  EXPECT_THAT(filled.drafts, IsEmpty()) << "nothing was answered and nothing handed out";
}

TEST_F(FillTest, MasksPersonalFactsWithoutABasis) {
  options.basis = "";
  const Filled filled = fill(kHouseholds);
  EXPECT_THAT(line(filled, 0),
              ElementsAre("1", "鱼泉村", "1", "***", "王*", "2", "139****0001", "***", "", ""));
  EXPECT_EQ(filled.columns[4].fate, ColumnFate::kMasked);
  EXPECT_TRUE(std::holds_alternative<tabular::NotHeld>(filled.lines[2][6]))
      << "a mask is no fact either";
}

// 12000 元 are 1.2 万元: what to write there is asked, never guessed.
TEST_F(FillTest, AHeaderOfAnotherUnitIsAskedAbout) {
  name_needs("收入");
  const std::string head = "序号,户编号,户主姓名,";
  for (const char* other : {"工资性收入(万元)", "工资性收入(千元)", "人均纯收入(万元)"}) {
    const auto asked = try_fill(cat(head, other, "\n"));
    ASSERT_TRUE(asked.ok()) << asked.error().en;
    ASSERT_EQ(asked->questions.size(), 1u) << other;
    EXPECT_EQ(asked->questions[0].header, other);
    EXPECT_EQ(asked->questions[0].candidates.size(), 1u) << other;
  }
  EXPECT_THAT(try_fill(cat(head, "工资性收入(元)\n"))->questions, IsEmpty());
  EXPECT_THAT(try_fill(cat(head, "工资性收入(含补贴)\n"))->questions, IsEmpty());
}

TEST_F(FillTest, SensitiveFactsNeedAProgrammeToo) {
  const std::string csv = "序号,户主姓名,户主身份证号,人均纯收入\n";
  const Filled closed = fill(csv);
  EXPECT_EQ(closed.columns[2].fate, ColumnFate::kUnknown);
  EXPECT_THAT(closed.columns[2].why_zh, HasSubstr("需采集"));
  name_needs("收入、证件号码");
  change(kHouse1, {{"inc_wage", "3000"}, {"inc_trans", "500.50"}, {"cost", "500"}});
  const Workplace place = town.place();
  const auto head = place.vault.load(place.vault.schema().entity("Household")->number,
                                     Directory(place).household(kHouse1)->id);
  const auto person = RowId::from(std::get<Bytes>((*head)->cell(4)->value));
  saved(amend(place, *place.vault.schema().entity("Person"), *person,
              {{"id_no", "99999919600102001x"}}, place.vault.view()));
  EXPECT_THAT(line(fill(csv), 0), ElementsAre("1", "王一", "99999919600102001X", "1500.25"));
  options.basis = "";
  EXPECT_THAT(line(fill(csv), 0), ElementsAre("1", "王*", "******", "***"));
}

TEST_F(FillTest, AsksWhatIsUnclearOnceForTheWholeTownship) {
  const std::string unclear = "序号,户主,银行账号,务工总收入\n";
  const auto asked = try_fill(unclear);
  ASSERT_TRUE(asked.ok());
  ASSERT_EQ(asked->questions.size(), 1u);
  EXPECT_EQ(asked->questions[0].header, "务工总收入");
  EXPECT_THAT(asked->lines, IsEmpty());
  options.map = {"务工总收入=空着"};
  fill_and_keep(unclear);
  options.map = {};
  EXPECT_EQ(fill(unclear).columns[3].field, "空着") << "known from now on";
  EXPECT_EQ(count(town.place(), "form_mapping"), 1);
  options.map = {"务工总收入=户主姓名"};
  EXPECT_EQ(fill_and_keep(unclear).columns[3].field, "head.name") << "answered anew";
  EXPECT_EQ(count(town.place(), "form_mapping"), 1) << "one row a form";
  options.map = {"没有这列=空着"};
  EXPECT_EQ(try_fill(unclear).error().code, Code::kInvalidInput);
  options.map = {"务工总收入=没有这一项"};
  EXPECT_EQ(try_fill(unclear).error().code, Code::kInvalidInput);
}

TEST_F(FillTest, KeepsAnAnswerThoughOtherQuestionsRemain) {
  const std::string csv = "序号,户主,务工总收入,家庭年收入\n";
  EXPECT_EQ(try_fill(csv)->questions.size(), 2u);
  options.map = {"务工总收入=空着"};
  const auto asked = try_fill(csv);
  EXPECT_EQ(asked->questions.size(), 1u);
  ASSERT_TRUE(keep_fill(town.place(), *asked, town.desk.vault().view()).ok());
  options.map = {"家庭年收入=人均纯收入"};
  EXPECT_EQ(fill(csv).columns[2].field, "空着");
}

TEST_F(FillTest, AGroupMayTurnANameIntoAnotherPersons) {
  const Bytes blank =
      mq::testing::WorkbookBuilder()
          .part("xl/worksheets/sheet1.xml",
                "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>"
                "<t>户编号</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>紧急联系人"
                "</t></is></c></row><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>"
                "电话</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>住址</t></is>"
                "</c></row></sheetData><mergeCells><mergeCell ref=\"A1:A2\"/>"
                "<mergeCell ref=\"B1:C1\"/></mergeCells></worksheet>")
          .bytes();
  const auto form = Template::read(blank);
  ASSERT_TRUE(form.ok());
  const auto asked = fill_form(town.place(), *form, options);
  ASSERT_TRUE(asked.ok());
  ASSERT_EQ(asked->questions.size(), 2u);
  EXPECT_EQ(asked->questions[0].header, "紧急联系人/电话");
  EXPECT_THAT(asked->questions[0].candidates, ElementsAre("联系电话(household.phones)"));
}

TEST_F(FillTest, AsksWhatALineIsWhereHeadersDoNotSay) {
  const std::string csv = "序号,姓名,家庭人口\n";
  const auto asked = try_fill(csv);
  ASSERT_TRUE(asked.ok());
  ASSERT_EQ(asked->questions.size(), 1u);
  EXPECT_THAT(asked->questions[0].candidates, ElementsAre("户", "人"));
  options.about = "户";
  EXPECT_EQ(fill_and_keep(csv).columns[1].field, "head.name");
  options.about = "";
  EXPECT_EQ(fill(csv).lines.size(), 5u) << "kept like every answer";
  options.about = "人";
  EXPECT_EQ(fill(csv).lines.size(), 7u);
  options.about = "树";
  EXPECT_EQ(try_fill(csv).error().code, Code::kInvalidInput);
}

TEST_F(FillTest, LinesOfPeopleBeginWithTheHeadAndAgeOnADay) {
  const std::string csv = "户编号,姓名,性别,出生日期,与户主关系,年龄,户主姓名\n";
  options.today = *Date::of(2026, 1, 1);
  const Filled filled = fill(csv);
  EXPECT_EQ(filled.about, "人");
  ASSERT_EQ(filled.lines.size(), 7u);
  EXPECT_THAT(line(filled, 0),
              ElementsAre(kHouse1, "王一", "男", "1960-01-02", "户主", "65", "王一"));
  EXPECT_THAT(line(filled, 1),
              ElementsAre(kHouse1, "李二", "女", "1962-03-04", "妻", "63", "王一"));
  options.today = *Date::of(2026, 1, 2);
  EXPECT_EQ(line(fill(csv), 0)[5], "66") << "on the birthday";
}

TEST_F(FillTest, ConditionsChooseLines) {
  const std::string csv = "序号,户主姓名,户编号\n";
  const auto names = [&](const std::vector<std::string>& where) {
    options.where = where;
    return column(fill(csv), 1);
  };
  EXPECT_THAT(names({"户类型=低保户"}), ElementsAre("张三")) << "a spelling of the label";
  EXPECT_THAT(names({"户类型≠一般"}), ElementsAre("张三", "周六"));
  EXPECT_THAT(names({"家庭人口≥2"}), ElementsAre("王一", "周六"));
  EXPECT_THAT(names({"家庭人口<=1", "组=2"}), ElementsAre("赵四", "孙五"));
  EXPECT_THAT(names({"户主姓名含五"}), ElementsAre("孙五"));
  EXPECT_THAT(names({"户主出生日期≥1980-07-08"}), ElementsAre("赵四", "孙五"));
  options.village = "清渭社区";
  EXPECT_THAT(names({}), ElementsAre("周六"));
  options.village.reset();
  for (const char* bad : {"户类型", "没有=1", "户类型=没有", "=1"}) {
    options.where = {bad};
    EXPECT_EQ(try_fill(csv).error().code, Code::kInvalidInput) << bad;
  }
  options.where = {"工资性收入≥1"};
  EXPECT_EQ(try_fill(csv).error().code, Code::kNotAllowed) << "choosing tells it";
}

TEST_F(FillTest, AConditionOfAnotherTypeIsRefusedWithWhatItTakes) {
  const std::string csv = "序号,户主姓名,户编号\n";
  const auto refused = [&](const char* where) {
    options.where = {where};
    const auto filled = try_fill(csv);
    if (filled.ok()) return std::string("chose");
    EXPECT_EQ(filled.error().code, Code::kInvalidInput);
    return filled.error().zh;
  };
  for (const char* where : {"家庭人口=三口", "家庭人口≥多", "组≠一组", "走访次数≥几次"}) {
    EXPECT_THAT(refused(where), HasSubstr("要填数字")) << where;
  }
  for (const char* where : {"户主出生日期≥1980", "户主出生日期=八十年代", "上次走访日期<=昨天"}) {
    EXPECT_THAT(refused(where), HasSubstr("要填日期")) << where;
  }
  EXPECT_EQ(refused("户主出生日期≥1980年7月8日"), "chose");
  EXPECT_EQ(refused("家庭人口≥２"), "chose");
}

TEST_F(FillTest, APeriodThatEndsBeforeItBeginsIsRefused) {
  options.from = *Date::of(2026, 4, 1);
  options.until = *Date::of(2026, 3, 31);
  const auto refused = try_fill("序号,户主姓名,走访次数\n");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  options.until = options.from;
  EXPECT_TRUE(try_fill("序号,户主姓名,走访次数\n").ok()) << "one day";
}

TEST_F(FillTest, HouseholdsOutOfScopeStayOutUnlessAskedFor) {
  change("999999100201010002", {{"status", "迁出"}});
  const std::string csv = "序号,户主姓名,户编号\n";
  EXPECT_THAT(column(fill(csv), 1), ElementsAre("王一", "赵四", "孙五", "周六"));
  options.where = {"户状态=迁出"};
  EXPECT_THAT(column(fill(csv), 1), ElementsAre("张三"));
}

TEST_F(FillTest, VisitsAndHelpersOfTheHousehold) {
  const Workplace place = town.place();
  for (const char* day : {"2026-03-05", "2026-02-05"}) {
    saved(add_visit(place, {{"household_id", kHouse1},
                            {"date", day},
                            {"outcome", "见到户主"},
                            {"visited_by", "甲"},
                            {"text", "=看望"}}));
  }
  saved(
      add_pairing(place, {{"cadre_id", "甲"}, {"household_id", kHouse1}, {"from", "2026-01-01"}}));
  const Filled houses = fill("户编号,上次走访日期,走访次数,帮扶责任人,帮扶责任人电话\n");
  EXPECT_THAT(line(houses, 0), ElementsAre(kHouse1, "2026-03-05", "2", "甲", "13800000001"));
  EXPECT_TRUE(std::holds_alternative<Date>(houses.lines[0][1]));
  EXPECT_THAT(line(houses, 1), ElementsAre("999999100201010002", "", "0", "", ""));
  options.from = *Date::of(2026, 3, 1);
  options.until = *Date::of(2026, 3, 31);
  const Filled visits = fill("走访日期,走访人,户主姓名,走访结果,走访内容\n");
  EXPECT_EQ(visits.about, "走访");
  ASSERT_EQ(visits.lines.size(), 1u);
  EXPECT_THAT(line(visits, 0), ElementsAre("2026-03-05", "甲", "王一", "见到户主", "=看望"));
}

TEST_F(FillTest, AHiddenReporterStaysHidden) {
  saved(add_issue(town.place(), {{"village", "鱼泉村"},
                                 {"category", "环保"},
                                 {"text", "水沟"},
                                 {"reporter", "某甲"},
                                 {"phone", "13900000009"},
                                 {"reporter_masked", "是"}}));
  const Filled filled = fill("事项,反映人,诉求内容,承办单位,办理情况,电话\n");
  EXPECT_EQ(filled.about, "事项");
  EXPECT_THAT(line(filled, 0), ElementsAre("水沟", "隐去", "水沟", "", "", "隐去"));
}

TEST_F(FillTest, RegistersWhatWentOutAndOffersTheChanges) {
  const std::string csv = "序号,户主姓名,户编号,联系电话,变化情况\n";
  options.to = "县民政局";
  const Filled first = fill_and_keep(csv);
  EXPECT_EQ(first.version, 1u);
  EXPECT_FALSE(first.before);
  EXPECT_EQ(count(town.place(), "form_record"), 1);
  change(kHouse1, {{"phones", "13900000088"}});
  change("999999100201010002", {{"status", "迁出"}});
  saved(add_household(town.place(),
                      {{"village", "鱼泉村"}, {"head_name", "钱八"}, {"group_no", "9"}}));
  options.changes = true;
  const Filled second = fill_and_keep(csv);
  ASSERT_TRUE(second.before);
  EXPECT_EQ(second.before->version, 1u);
  EXPECT_EQ(second.before->lines, 5u);
  EXPECT_EQ(second.before->changed, 1u);
  EXPECT_EQ(second.before->fresh, 1u);
  EXPECT_EQ(second.before->gone, 1u);
  EXPECT_THAT(column(second, 1), ElementsAre("王一", "钱八"));
  EXPECT_THAT(column(second, 4), ElementsAre("变更", "新增"));
  options.changes = false;
  const Filled third = fill(csv);
  EXPECT_EQ(third.version, 3u);
  EXPECT_EQ(third.before->changed + third.before->fresh + third.before->gone, 0u)
      << "the changes have been handed out";
  EXPECT_EQ(third.lines.size(), 5u) << "all of them, unless only changes are asked for";
  options.where = {"组=1"};
  EXPECT_EQ(fill(csv).version, 1u) << "under another condition it is another report";
  options.where = {};
  options.to = "县残联";
  EXPECT_FALSE(fill(csv).before);
  options.changes = true;
  EXPECT_EQ(try_fill(csv).error().code, Code::kNotFound);
  const auto history = fill_history(town.place(), "县民政局");
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ((*history)[0].version, 2u);
  EXPECT_TRUE((*history)[0].changes_only);
  EXPECT_EQ((*history)[1].basis, options.basis);
  EXPECT_THAT(*fill_history(town.place(), "县残联"), IsEmpty());
}

TEST_F(FillTest, TheRegisterHoldsNoValue) {
  options.to = "县民政局";
  fill_and_keep(kHouseholds);
  auto q = town.place().vault.database().query("SELECT lines FROM form_lines");
  ASSERT_TRUE(*q->step());
  EXPECT_EQ(q->blob(0).size(), 5u * 16);
  for (const char* secret : {"王一", "13900000001"}) {
    EXPECT_EQ(text_of(q->blob(0)).find(secret), std::string_view::npos);
  }
}

TEST_F(FillTest, ProfilesSayHowThingsAreWritten) {
  saved(add_profile(town.place(), {{"name", "县民政局"},
                                   {"phone_style", "分段空格"},
                                   {"name_style", "脱敏"},
                                   {"encoding", "GBK"},
                                   {"columns", "联系电话、户主姓名"},
                                   {"basis", "民发1号"}}));
  EXPECT_THAT(fields_of(add_profile(town.place(), {{"name", "县民政局"}})->faults),
              ElementsAre("name"));
  options.basis = "";
  options.profile = "县民政局";
  const Filled filled = fill("序号,户主姓名,联系电话\n");
  EXPECT_THAT(line(filled, 0), ElementsAre("1", "王*", "139 0000 0001")) << "its basis counts";
  EXPECT_EQ(filled.encoding, tabular::CsvEncoding::kGb18030);
  EXPECT_THAT(filled.order, ElementsAre(2u, 1u));
  options.profile = "没有";
  EXPECT_EQ(try_fill("序号,户主姓名\n").error().code, Code::kNotFound);
}

TEST_F(FillTest, NumbersOfDocumentsAreWrittenAsTheRecipientWants) {
  name_needs("证件号码");
  town.import(ImportKind::kRoster,
              "村,组,户编号,户主,姓名,关系,性别,证件号码\n"
              "鱼泉村,3,999999100201030009,冯九,冯九,户主,男,99999919600102001x\n");
  options.where = {"户主姓名=冯九"};
  const auto written = [&](const std::string& style) {
    saved(add_profile(town.place(), {{"name", style}, {"id_style", style}}));
    options.profile = style;
    return line(fill("户主姓名,户主身份证号码\n"), 0)[1];
  };
  EXPECT_EQ(written("原样"), "99999919600102001X");
  EXPECT_EQ(written("分段空格"), "999999 19600102 001X");
  EXPECT_EQ(written("前加撇号"), "'99999919600102001X");
  EXPECT_EQ(written("脱敏"), "******");
}

// Lines of nothing are no report: neither written nor registered.
TEST_F(FillTest, AFormOfWhichNoColumnIsKnownIsRefused) {
  options.to = "县民政局";
  for (const char* csv : {"通知\n甲,乙,丙\n,,\n", "序号,银行账号,备注,变化情况\n"}) {
    const auto refused = try_fill(csv);
    ASSERT_FALSE(refused.ok()) << csv;
    EXPECT_EQ(refused.error().code, Code::kInvalidInput);
    for (const char* said : {"第 ", "--header", "--map"}) {
      EXPECT_THAT(refused.error().zh, HasSubstr(said)) << csv;
    }
  }
  EXPECT_THAT(try_fill("通知\n甲,乙,丙\n").error().zh, HasSubstr("第 2 行:甲、乙、丙"));
  options.map = {"甲=户主姓名"};
  EXPECT_EQ(fill("通知\n甲,乙,丙\n").lines.size(), 5u) << "once a column is named";
}

TEST_F(FillTest, WhatEachPreparedRowHasOfTheBlanksOwnStays) {
  const auto row = [](int number) {
    return cat("<row r=\"", number, "\"><c r=\"A", number, "\"/><c r=\"B", number, "\"/><c r=\"C",
               number, "\"><f>B", number, "*10</f></c><c r=\"D", number, "\"><v>10</v></c></row>");
  };
  mq::testing::WorkbookBuilder book;
  book.rows(cat(mq::testing::inline_row(1, {"户主姓名", "家庭人口", "务工总收入", "标准"}), row(2),
                row(3)));
  const auto blank = Template::read(book.bytes());
  ASSERT_TRUE(blank.ok());
  const auto filled = fill_form(town.place(), *blank, options);
  ASSERT_TRUE(filled.ok());
  EXPECT_THAT(filled->questions, IsEmpty()) << "what the blank computes is not asked";
  EXPECT_EQ(filled->columns[2].fate, ColumnFate::kProvided);
  EXPECT_EQ(filled->columns[3].fate, ColumnFate::kProvided);
  const auto file = blank->workbook_with(filled->lines);
  const std::string now = mq::testing::part_of(*file, "xl/worksheets/sheet1.xml");
  EXPECT_THAT(now, HasSubstr("<c r=\"C6\"><f>B6*10</f></c><c r=\"D6\"><v>10</v></c>"));
}

TEST_F(FillTest, OnlyTheDeskFills) {
  SimDevice& cadre = town.join("乙", {"鱼泉村"}, true);
  const auto done = fill_form(town.at(cadre), form(kHouseholds), options);
  EXPECT_EQ(done.error().code, Code::kNotAllowed);
  EXPECT_THAT(done.error().zh, HasSubstr("管理员或内勤")) << "who may";
  EXPECT_EQ(add_profile(town.at(cadre), {{"name", "某"}}).error().code, Code::kNotAllowed);
}

TEST_F(FillTest, AWorkbookComesBackAsItWasSent) {
  const auto blank = Template::read(mq::testing::wps_blank());
  ASSERT_TRUE(blank.ok());
  const auto filled = fill_form(town.place(), *blank, options);
  ASSERT_TRUE(filled.ok());
  ASSERT_THAT(filled->questions, IsEmpty());
  EXPECT_EQ(filled->columns[3].field, "household.house_m2");
  EXPECT_EQ(filled->columns[4].field, "household.danger");
  const auto cells = mq::testing::cells_of(*blank->workbook_with(filled->lines));
  EXPECT_EQ(cells[4][1], "王一");
  EXPECT_EQ(cells[8][1], "周六");
  EXPECT_EQ(cells[9][0], "合计");
}

}  // namespace
}  // namespace mq::work::testing
