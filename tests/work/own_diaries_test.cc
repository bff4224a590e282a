// Own diaries to print: nobody of the village is named on a masked page, whatever goes afterwards.
#include "mq/work/own_diaries.h"

#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Period kAlways{*Date::parse_iso("2000-01-01"), *Date::parse_iso("2099-12-31")};

class OwnDiariesTest : public ::testing::Test {
 protected:
  OwnDiariesTest() { town.with_people(); }
  RowId diary(const std::string& date, const std::string& body, Inputs more = {}) {
    more.push_back({"date", date});
    more.push_back({"body", body});
    return saved(add_diary(town.place(), more));
  }
  std::string printed(bool masked, const Period& period = kAlways) {
    const auto pages = own_diaries(town.place(), period, masked);
    EXPECT_TRUE(pages.ok());
    std::string out;
    for (const DiaryPage& page : pages->pages) {
      out += page.date.iso();
      for (const auto& [label, text] : page.parts) out += cat(" ", label, "=", text);
      out += "\n";
    }
    return out;
  }
  Township town;
};

TEST_F(OwnDiariesTest, AMaskedPageNamesNobody) {
  diary("2026-03-02", "在王一家,李二说张三的电话是13900000002,户号999999100201010001。",
        {{"from", "路过的人"}, {"title", "王一家的水"}});
  EXPECT_EQ(printed(false),
            "2026-03-02 标题=王一家的水 反映人=路过的人 "
            "正文=在王一家,李二说张三的电话是13900000002,户号999999100201010001。\n");
  EXPECT_EQ(printed(true),
            "2026-03-02 标题=某人家的水 反映人=某人 "
            "正文=在某人家,某人说某人的电话是某号,户号某号。\n");
}

TEST_F(OwnDiariesTest, OnlyOwnOnesOfTheDaysAskedFor) {
  diary("2026-03-03", "后一篇");
  diary("2026-03-01", "前一篇");
  EXPECT_EQ(printed(false), "2026-03-01 正文=前一篇\n2026-03-03 正文=后一篇\n");
  EXPECT_EQ(printed(false, {*Date::parse_iso("2026-03-02"), *Date::parse_iso("2026-03-03")}),
            "2026-03-03 正文=后一篇\n");
}

TEST_F(OwnDiariesTest, WhatWasKeptMaskedStaysMaskedWhenTheVillageIsGone) {
  diary("2026-03-02", "王一家的水管");
  ASSERT_TRUE(keep_masked_diaries(town.place()).ok());
  town.join("丙", {"鱼泉村"}, false);  // the village is registered, and all is delivered
  const auto village = Directory(town.place()).village("鱼泉村");
  ASSERT_TRUE(town.desk.sealer().start_incarnation().ok());
  const auto dropped = town.place().vault.drop_stream(village->stream);
  ASSERT_TRUE(dropped.ok()) << dropped.error().en;
  ASSERT_TRUE(keep_masked_diaries(town.place()).ok()) << "and is not made anew";
  EXPECT_EQ(printed(true), "2026-03-02 正文=某人家的水管\n");
  const auto diaries = Directory(town.place()).diary_stream();
  ASSERT_TRUE(diaries.ok());
  ASSERT_TRUE(town.place().vault.drop_stream(*diaries).ok());
  const auto pages = own_diaries(town.place(), kAlways, false);
  ASSERT_TRUE(pages.ok());
  EXPECT_EQ(pages->masked_only, 1u);
  EXPECT_EQ(printed(false), "2026-03-02 正文=某人家的水管\n");
}

}  // namespace
}  // namespace mq::work::testing
