#include "mq/model/validate.h"

#include <gtest/gtest.h>

#include <set>

namespace mq::model {
namespace {

const Entity& entity(std::string_view name) { return *Schema::current().entity(name); }

std::set<std::string> missing_names(const Entity& e, std::vector<std::uint32_t> present,
                                    pb::Need level) {
  std::set<std::string> out;
  for (const Fault& fault : missing(e, present, level)) out.insert(fault.field);
  return out;
}

TEST(Missing, AVisitWantsWhoWhenWhatAndHow) {
  EXPECT_EQ(missing_names(entity("Visit"), {}, pb::NEED_SAVE),
            (std::set<std::string>{"走访人", "记录人", "走访对象", "走访日期", "走访类型", "方式",
                                   "结果"}));
}

TEST(Missing, WhatIsPresentIsNotMissing) {
  const Entity& visit = entity("Visit");
  std::vector<std::uint32_t> present;
  for (const char* name :
       {"visited_by", "recorded_by", "target_kind", "date", "visit_type", "method"}) {
    present.push_back(visit.field(name)->number);
  }
  EXPECT_EQ(missing_names(visit, present, pb::NEED_SAVE), std::set<std::string>{"结果"});
  present.push_back(visit.field("outcome")->number);
  EXPECT_TRUE(missing(visit, present, pb::NEED_SUBMIT).empty());
}

// A diary may be saved without a body; it is wanted when the diary is handed in.
TEST(Missing, SubmittingWantsMoreThanSaving) {
  EXPECT_FALSE(missing_names(entity("Diary"), {}, pb::NEED_SAVE).contains("正文"));
  EXPECT_TRUE(missing_names(entity("Diary"), {}, pb::NEED_SUBMIT).contains("正文"));
  EXPECT_TRUE(missing_names(entity("Diary"), {}, pb::NEED_SUBMIT).contains("日期"));
  EXPECT_TRUE(missing(entity("Diary"), {}, pb::NEED_NEVER).empty());
}

TEST(Missing, SaysItInBothLanguages) {
  const auto faults = missing(entity("Person"), {}, pb::NEED_SAVE);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].field, "姓名");
  EXPECT_EQ(faults[0].zh, "请填写“姓名”(--name)");
  EXPECT_EQ(faults[0].en, "Fill in Name (--name)");
}

TEST(PlausiblePhone, MobilesLandlinesAndShortNumbers) {
  for (const char* good :
       {"13983484895", "08262345678", "01012345678", "12345", "661234", "82345678", "4001234567"}) {
    EXPECT_TRUE(plausible_phone(good)) << good;
  }
  for (const char* bad :
       {"", "1398348489", "139834848951", "12983484895", "00", "1398348489x", "02345678"}) {
    EXPECT_FALSE(plausible_phone(bad)) << bad;
  }
}

}  // namespace
}  // namespace mq::model
