// A roster in which a birth, a name or a number was corrected: the same person, where nobody else
// can be meant; a question where two readings are possible; never one more beside the first.
#include <set>

#include "mq/tabular/sheet.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHead = "村,户编号,姓名,与户主关系,性别,出生日期,证件号码\n";

class ImportGuessTest : public RosterTest {
 protected:
  // Lines of household H9, written as 姓名,与户主关系,性别,出生日期,证件号码.
  ImportResult again(const std::vector<std::string>& lines) {
    std::string csv = kHead;
    for (const std::string& line : lines) csv += cat("鱼泉村,H9,", line, "\n");
    return town.import(ImportKind::kRoster, csv);
  }
  static std::vector<std::string> told(const ImportResult& result) {
    std::vector<std::string> out;
    for (const ImportFault& fault : result.faults) {
      if (fault.fate != Fate::kNormalised) out.push_back(cat(fault.line, " ", fault.column));
    }
    return out;
  }
  // "王一 1960-01-02" of all who count in H9, by name and birth.
  std::vector<std::string> living() {
    auto q = place().vault.database().query(
        "SELECT id FROM \"person\" WHERE deleted = 0 AND household_id = ?1");
    const RowId home = house("H9");
    q->bind(1, home.view());
    std::multiset<std::string> out;
    while (*q->step()) {
      const RowId row = *RowId::from(q->blob(0));
      out.insert(cat(see("Person", row, "name"), " ", see("Person", row, "birth")));
    }
    return {out.begin(), out.end()};
  }
  void change(const std::string& name, const Inputs& inputs) {
    saved(amend(place(), *place().vault.schema().entity("Person"), person(name), inputs,
                place().vault.view()));
  }
};

const std::string kMan = "郑一,户主,男,1948-07-20,", kWife = "冯二,妻,女,1950-02-03,";

TEST_F(ImportGuessTest, ACorrectedBirthIsWrittenIntoTheSamePerson) {
  again({kMan, kWife});
  const RowId man = person("郑一");
  const std::vector<std::string> corrected{"郑一,户主,男,1948-07-21,", "冯二,妻,女,1951-02-03,"};
  const ImportResult result = again(corrected);
  EXPECT_THAT(told(result), ElementsAre("2 出生日期", "3 出生日期"));
  EXPECT_EQ(result.faults[0].was, "郑一 1948-07-20");
  EXPECT_THAT(result.missing_people_zh, IsEmpty());
  EXPECT_THAT(living(), ElementsAre("冯二 1951-02-03", "郑一 1948-07-21"));
  EXPECT_EQ(person("郑一"), man);
  EXPECT_EQ(see("Household", house("H9"), "head_person_id"), man.hex());
  const ImportResult twice = again(corrected);
  EXPECT_EQ(twice.stored, 0u);
  EXPECT_THAT(told(twice), IsEmpty());
}

TEST_F(ImportGuessTest, ACorrectionOnBothSidesIsListedAndLeft) {
  again({kMan, kWife});
  change("冯二", {{"birth", "1950-02-13"}});
  const std::vector<std::string> corrected{kMan, "冯二,妻,女,1950-03-03,"};
  for (int i = 0; i < 2; ++i) {
    const ImportResult result = again(corrected);
    EXPECT_EQ(result.stored, 0u);
    EXPECT_THAT(told(result), ElementsAre("3 出生日期", "3 出生日期"));
    EXPECT_THAT(result.faults.back().why_zh, HasSubstr("没有覆盖"));
    EXPECT_THAT(living(), ElementsAre("冯二 1950-02-13", "郑一 1948-07-20"));
  }
  change("冯二", {{"birth", "1950-03-03"}});
  EXPECT_THAT(told(again(corrected)), IsEmpty()) << "and settled by whoever knows";
}

TEST_F(ImportGuessTest, ACorrectedNameIsWrittenIntoTheSamePerson) {
  again({kMan, kWife});
  const RowId wife = person("冯二");
  const ImportResult result = again({kMan, "冯二妹,妻,女,1950-02-03,"});
  EXPECT_THAT(told(result), ElementsAre("3 姓名"));
  EXPECT_THAT(living(), ElementsAre("冯二妹 1950-02-03", "郑一 1948-07-20"));
  EXPECT_EQ(person("冯二妹"), wife);
  EXPECT_EQ(again({kMan, "冯二妹,妻,女,1950-02-03,"}).stored, 0u);
  again({kMan, kWife});
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑一 1948-07-20")) << "taken back";
}

TEST_F(ImportGuessTest, ACorrectedNumberIsWrittenIntoTheSamePerson) {
  const std::string other = "郑一,户主,男,1948-07-20,999999194807204538";
  again({"郑一,户主,男,1948-07-20,999999194807201230", kWife});
  const RowId man = person("郑一");
  EXPECT_THAT(told(again({other, kWife})), Contains("2 证件号码"));
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑一 1948-07-20"));
  EXPECT_EQ(person("郑一"), man);
  EXPECT_EQ(again({other, kWife}).stored, 0u);
}

TEST_F(ImportGuessTest, OneNumberIsOnePersonWhateverElseIsCorrected) {
  again({"郑一,户主,男,1948-07-20,999999194807204538", kWife});
  const RowId man = person("郑一");
  again({"郑义,户主,男,1949-01-01,999999194807204538", kWife});
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑义 1949-01-01"));
  EXPECT_EQ(person("郑义"), man);
}

TEST_F(ImportGuessTest, ABirthThatTheFileLeavesOutMakesNobodyAnother) {
  again({kMan, kWife});
  const ImportResult result = again({"郑一,户主,男,,", "冯二,妻,女,,"});
  EXPECT_EQ(result.stored, 0u);
  EXPECT_THAT(told(result), IsEmpty());
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑一 1948-07-20"));
}

// As an earlier version stored it of a cell that shows the month alone.
TEST_F(ImportGuessTest, TheFirstOfAMonthBecomesTheDayOnceAFileSaysIt) {
  again({"郑一,户主,男,1948-07-01,", kWife});
  const RowId man = person("郑一");
  EXPECT_EQ(again({"郑一,户主,男,1948-07,", kWife}).stored, 0u);
  EXPECT_EQ(again({kMan, kWife}).stored, 1u);
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑一 1948-07-20"));
  EXPECT_EQ(person("郑一"), man);
}

TEST_F(ImportGuessTest, WhoStandsOnARefusedLineIsNobodyElse) {
  again({kMan, kWife});
  const ImportResult result = town.import(ImportKind::kRoster,
                                          kHead +
                                              "鱼泉村,H9,郑一,户主,男,1948-07-20,\n"
                                              "鱼泉村,H9,冯二,妻,女,1950-02-30,\n"
                                              "鱼泉村,H9,冯二,妻,女,1950-02-13,\n",
                                          true);
  EXPECT_THAT(told(result), ElementsAre("3 出生日期", "4 姓名"));
  EXPECT_THAT(living(), ElementsAre("冯二 1950-02-03", "郑一 1948-07-20"));
}

TEST_F(ImportGuessTest, FatherAndSonOfOneNameAreTwo) {
  const std::string father = "郑一,户主,男,1948-07-20,", son = "郑一,长子,男,1975-01-02,";
  again({father, son});
  again({"郑一,户主,男,1948-07-21,", son});
  EXPECT_THAT(living(), ElementsAre("郑一 1948-07-21", "郑一 1975-01-02"));
  const ImportResult heir = again({"郑一,户主,男,1999-01-02,", "郑一,户主,男,1975-01-02,"});
  EXPECT_THAT(told(heir), ElementsAre("2 姓名")) << "another generation";
  EXPECT_EQ(heir.left, 1u);
  EXPECT_THAT(living(), ElementsAre("郑一 1948-07-21", "郑一 1975-01-02"));
  EXPECT_THAT(heir.missing_people_zh, IsEmpty()) << "asked about already";
}

TEST_F(ImportGuessTest, OfTwinsNeitherIsTakenForTheOther) {
  const std::string older = "郑大双,子,男,1980-01-02,", younger = "郑小双,子,男,1980-01-02,";
  again({kMan, older});
  again({kMan, older, younger});
  EXPECT_EQ(living().size(), 3u) << "one more twin is one more";
  const RowId first = person("郑大双");
  const ImportResult both = again({kMan, "郑晓双,子,男,1980-01-02,"});
  EXPECT_THAT(told(both), ElementsAre("3 姓名")) << "either may be meant";
  EXPECT_THAT(both.faults[0].why_zh, HasSubstr("person amend"));
  EXPECT_EQ(living().size(), 3u);
  again({kMan, older, "郑晓双,子,男,1980-01-02,"});
  EXPECT_THAT(living(), ElementsAre("郑一 1948-07-20", "郑大双 1980-01-02", "郑晓双 1980-01-02"));
  EXPECT_EQ(person("郑大双"), first);
}

TEST_F(ImportGuessTest, TwoReadingsAreAskedAboutAndAddNobody) {
  again({kMan, kWife});
  const ImportResult lines = again({kMan, "冯二,妻,女,1950-02-13,", "冯二,妻,女,1950-12-03,"});
  EXPECT_THAT(told(lines), ElementsAre("3 姓名", "4 姓名"));
  EXPECT_EQ(lines.left, 2u);
  EXPECT_EQ(living().size(), 2u);
  const ImportResult relation = again({"冯二,户主,女,1950-02-13,", "郑一,夫,男,1948-07-20,"});
  EXPECT_THAT(told(relation), ElementsAre("2 姓名")) << "another relation too";
  EXPECT_EQ(living().size(), 2u);
  EXPECT_EQ(see("Household", house("H9"), "head_person_id"), person("郑一").hex())
      << "nobody who is not here is made its head";
  change("冯二", {{"birth", "1950-02-13"}});
  EXPECT_THAT(told(again({"冯二,户主,女,1950-02-13,", "郑一,夫,男,1948-07-20,"})), IsEmpty());
  EXPECT_EQ(see("Household", house("H9"), "head_person_id"), person("冯二").hex());
}

TEST_F(ImportGuessTest, SomebodyElseInTheirPlaceIsANewcomer) {
  again({kMan, kWife});
  const ImportResult result = again({kMan, "周三,妻,女,1955-05-06,"});
  EXPECT_EQ(result.missing_people_zh, std::vector<std::string>{"H9 冯二"});
  EXPECT_EQ(living().size(), 3u);
}

const std::vector<std::string> kPeople{"郑一,户主,男,1948-07-20,", "郑一,长子,男,1975-01-02,",
                                       "郑大双,子,男,1980-01-02,", "郑小双,子,男,1980-01-02,",
                                       "冯二,妻,女,1950-02-03,"};
const std::vector<std::pair<std::string, std::string>> kCorrections{
    {"-20,", "-21,"}, {"-02,", "-12,"}, {"-03,", "-13,"}, {"194", "191"}, {"197", "199"},
    {"198", "195"},   {"郑", "郭"},     {"双", "霜"},     {"二", "儿"}};

// Every correction of one, the other or both of any two namesakes, twins and spouses.
TEST_F(ImportGuessTest, ACorrectionNeverAddsAnybody) {
  int house = 0, tried = 0;
  const auto try_with = [&](const std::vector<std::string>& was, std::size_t which) {
    const auto& [from, to] = kCorrections[which / 3];
    std::vector<std::string> now = was;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const std::size_t at = now[i].find(from);
      const bool chosen = which % 3 == 2 || which % 3 == i;
      if (chosen && at != std::string::npos) now[i].replace(at, from.size(), to);
    }
    if (now == was) return;
    ++house, ++tried;
    const auto file = [&](const std::vector<std::string>& lines) {
      std::string csv = kHead;
      for (const std::string& line : lines) csv += cat("鱼泉村,H", house, ",", line, "\n");
      return town.import(ImportKind::kRoster, csv);
    };
    SCOPED_TRACE(cat(was[0], " ", was[1], " → ", now[0], " ", now[1]));
    EXPECT_EQ(file(was).stored, 2u);
    const std::int64_t people = count(place(), "person");
    EXPECT_EQ(file(now).refused, 0u);
    EXPECT_EQ(count(place(), "person"), people);
    EXPECT_EQ(file(now).stored, 0u) << "the same file again";
    file(was);
    EXPECT_EQ(count(place(), "person"), people) << "taken back";
  };
  for (std::size_t a = 0; a < kPeople.size(); ++a) {
    for (std::size_t b = a + 1; b < kPeople.size(); ++b) {
      for (std::size_t which = 0; which < kCorrections.size() * 3; ++which) {
        try_with({kPeople[a], kPeople[b]}, which);
      }
    }
  }
  EXPECT_GT(tried, 100);
}

TEST_F(ImportGuessTest, ANewcomerBesideAllOfThemIsNeverTakenForOneOfThem) {
  for (std::size_t out = 0; out < kPeople.size(); ++out) {
    std::string csv = kHead;
    const auto add = [&](std::size_t i) { csv += cat("鱼泉村,H", out, ",", kPeople[i], "\n"); };
    for (std::size_t i = 0; i < kPeople.size(); ++i) {
      if (i != out) add(i);
    }
    town.import(ImportKind::kRoster, csv);
    const std::int64_t people = count(place(), "person");
    add(out);
    EXPECT_EQ(town.import(ImportKind::kRoster, csv).left, 0u);
    EXPECT_EQ(count(place(), "person"), people + 1) << kPeople[out];
  }
}

}  // namespace
}  // namespace mq::work::testing
