// The planted faults of the dirty roster: what this layer makes of each, cell by cell.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/chinese_id.h"
#include "mq/model/relation.h"
#include "mq/model/schema.h"
#include "mq/model/text_cleanup.h"

namespace mq::model {
namespace {

const Field& field(std::string_view entity, std::string_view name) {
  return *Schema::current().entity(entity)->field(name);
}

// `now` of the first expectation with this fault.
std::string expected(std::string_view fault) {
  const std::string path = "samples/township/dirty-expected.json";
  std::ifstream file(path);
  const auto all = nlohmann::json::parse(file);
  for (const auto& row : all.at("faults")) {
    if (row.at("fault") == fault) return row.at("now").get<std::string>();
  }
  return "no such fault";
}

TEST(DirtyRoster, FullWidthHouseholdNumber) {
  EXPECT_EQ(clean_cell("９９９９９９１００２０１０１０００３"), expected("full-width digits"));
}

TEST(DirtyRoster, SpacesInsideAName) {
  EXPECT_EQ(clean_name(" 魏  世刚　"), expected("spaces inside a name"));
}

TEST(DirtyRoster, SpreadsheetSerialDate) {
  EXPECT_FALSE(parse_day("35334"));
  EXPECT_EQ(parse_spreadsheet_day("35334")->iso(), expected("Excel serial date"));
}

TEST(DirtyRoster, LowerCaseXAndApostrophe) {
  const auto id = read_chinese_id("'99999919390614779x");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->number, expected("lower-case x and apostrophe"));
  EXPECT_TRUE(id->check_fits);
}

TEST(DirtyRoster, UnknownRelationIsOther) {
  EXPECT_FALSE(parse_value(field("Person", "relation"), "干亲").ok());
  EXPECT_TRUE(parse_value(field("Person", "relation"), expected("unknown relation")).ok());
}

// Line 11: the check digit does not fit. Line 36: a number of a man in the row of a woman.
TEST(DirtyRoster, NumbersThatDoNotAddUpAreReadAllTheSame) {
  const auto wrong = read_chinese_id("999999201002263171");
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->check_fits);
  EXPECT_EQ(wrong->birth->iso(), "2010-02-26");
  const auto other_sex = read_chinese_id("99999919710820599X");
  ASSERT_TRUE(other_sex);
  EXPECT_TRUE(other_sex->check_fits);
  EXPECT_EQ(other_sex->sex, 1);
}

// Every relation that the sample rosters use is in the list, and their sexes agree with it.
TEST(SampleRosters, EveryCellOfAListIsKnown) {
  for (const char* village : {"鱼泉村", "松树坪村", "清渭社区"}) {
    std::ifstream file(cat("samples/township/roster-", village, ".csv"));
    std::string line;
    std::getline(file, line);
    std::size_t rows = 0;
    while (std::getline(file, line)) {
      const auto cells = split(trimmed(line), ",");
      ASSERT_EQ(cells.size(), 13u) << line;
      const auto relation = parse_value(field("Person", "relation"), cells[6]);
      const auto sex = parse_value(field("Person", "sex"), cells[7]);
      const auto id = read_chinese_id(cells[8]);
      const auto birth = parse_value(field("Person", "birth"), cells[9]);
      ASSERT_TRUE(relation.ok() && sex.ok() && birth.ok() && id) << line;
      EXPECT_TRUE(id->check_fits) << line;
      EXPECT_EQ(Value{id->sex}, *sex) << line;
      EXPECT_EQ(Value{std::int64_t{id->birth->days}}, *birth) << line;
      const auto implied = sex_of_relation(std::get<std::int64_t>(*relation));
      EXPECT_TRUE(!implied || Value{*implied} == *sex) << line;
      EXPECT_TRUE(parse_values(field("Household", "class"), cells[11]).ok()) << line;
      EXPECT_TRUE(parse_values(field("Household", "phones"), cells[10]).ok()) << line;
      ++rows;
    }
    EXPECT_GT(rows, 100u) << village;
  }
}

}  // namespace
}  // namespace mq::model
