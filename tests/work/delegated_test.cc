// 代录代交: words typed by a colleague are the author's, say how he agreed, and count once, for
// him.
#include "mq/work/delegated.h"

#include <algorithm>

#include "mq/work/own_diaries.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Period kMarch = period("2026-03-01", "2026-03-31");

class DelegatedTest : public ::testing::Test {
 protected:
  DelegatedTest() { town.with_people(); }
  RowId typed(const Workplace& place, const std::string& author, const std::string& body,
              Inputs more = {{"agreed", "当面念给他听过"}}) {
    more.insert(more.end(), {{"author_id", author}, {"date", "2026-03-04"}, {"body", body}});
    return saved(add_diary(place, more));
  }
  RowId submitted(const Workplace& place, const std::string& author, const std::string& body) {
    const RowId row = typed(place, author, body);
    saved(submit_diary(place, row));
    return row;
  }
  // 干部 篇数 代录篇数 of those who have any.
  std::vector<std::string> counted(const Workplace& place) {
    LedgerRequest request;
    request.period = kMarch;
    const auto ledger = ledger_rp14(place, request);
    EXPECT_TRUE(ledger.ok());
    std::vector<std::string> out;
    for (const auto& row : ledger->rows) {
      if (cell_line(row.at(1)) == "0") continue;
      out.push_back(
          cat(cell_line(row.at(0)), " ", cell_line(row.at(1)), " ", cell_line(row.at(5))));
    }
    return out;
  }
  std::vector<std::string> own(const Workplace& place) {
    const auto pages = own_diaries(place, kMarch, false);
    EXPECT_TRUE(pages.ok());
    std::vector<std::string> out;
    for (const DiaryPage& page : pages->pages) out.push_back(page.parts.at(0).second);
    return out;
  }
  PersonId owner(const Workplace& place, const RowId& row) {
    const auto data = place.vault.load(place.vault.schema().entity("Diary")->number, row);
    EXPECT_TRUE(data.ok() && *data);
    return PersonId::from(place.vault.stream((*data)->stream)->owner).value_or(PersonId{});
  }
  std::size_t carried() {
    EXPECT_TRUE(town.world.settle());
    const auto taken = take_diaries_home(town.place());
    EXPECT_TRUE(taken.ok()) << (taken.ok() ? "" : taken.error().en);
    EXPECT_TRUE(town.world.settle());
    return taken.ok() ? *taken : 0;
  }
  Township town;
};

TEST_F(DelegatedTest, IsSubmittedOnlyWithHowHeAgreed) {
  const Workplace place = town.place();
  const RowId row = typed(place, "甲", "看了水渠", {});
  EXPECT_THAT(fields_of(submit_diary(place, row)->faults), ElementsAre("agreed"));
  const model::Entity& diary = *place.vault.schema().entity("Diary");
  saved(amend(place, diary, row, {{"agreed", "电话里念过"}}, place.vault.view()));
  saved(submit_diary(place, row));
  const auto me = Directory(place).me();
  EXPECT_EQ(shown(place, "Diary", row, "submitted_by"), (*me)->id.hex());
  EXPECT_THAT(fields_of(amend(place, diary, row, {{"agreed", ""}}, place.vault.view())->faults),
              ElementsAre("agreed"));
  EXPECT_THAT(own(place), IsEmpty()) << "it is not the typist's";
  EXPECT_THAT(counted(place), ElementsAre("甲 1 1"));
}

TEST_F(DelegatedTest, OnesOwnNeedsNobodysAgreement) {
  const Workplace place = town.place();
  const RowId row = saved(add_diary(place, {{"date", "2026-03-04"}, {"body", "自己写的"}}));
  saved(submit_diary(place, row));
  EXPECT_THAT(own(place), ElementsAre("自己写的"));
  EXPECT_THAT(counted(place), ElementsAre("管理员 1 0"));
}

TEST_F(DelegatedTest, ADeskWritesItIntoTheAuthorsOwnDiary) {
  SimDevice& device = town.join("甲", {"鱼泉村"}, false);
  const RowId row = submitted(town.place(), "甲", "看了水渠");
  EXPECT_EQ(owner(town.place(), row), town.at(device).member);
  EXPECT_EQ(carried(), 0u);
  EXPECT_THAT(own(town.at(device)), ElementsAre("看了水渠"));
}

TEST_F(DelegatedTest, AColleaguesGoesHomeAtTheDesksContactAndCountsOnce) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  typed(town.at(typist), "甲", "还没写完");
  EXPECT_EQ(owner(town.at(typist), row), town.at(typist).member);
  EXPECT_EQ(carried(), 1u) << "a draft stays with its typist";
  EXPECT_EQ(carried(), 0u) << "once";
  EXPECT_EQ(owner(town.place(), row), town.at(author).member);
  EXPECT_THAT(own(town.at(author)), ElementsAre("看了水渠"));
  EXPECT_EQ(shown(town.at(author), "Diary", row, "agreed"), "当面念给他听过");
  EXPECT_EQ(shown(town.at(author), "Diary", row, "recorded_on"), "2026-03-05");
  EXPECT_THAT(counted(town.place()), ElementsAre("甲 1 1"));
  EXPECT_THAT(own(town.at(typist)), IsEmpty());
}

TEST_F(DelegatedTest, ALateEditOfTheTypistBringsNoSecondOneBack) {
  town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  EXPECT_TRUE(town.world.settle());
  ASSERT_TRUE(take_diaries_home(town.place()).ok());
  const Workplace place = town.at(typist);  // has not heard of it
  saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"weather", "晴"}},
              place.vault.view()));
  EXPECT_TRUE(town.world.settle());
  EXPECT_THAT(counted(town.place()), ElementsAre("甲 1 1")) << "between two contacts too";
  EXPECT_EQ(carried(), 1u);
  EXPECT_EQ(carried(), 0u);
  EXPECT_THAT(counted(town.place()), ElementsAre("甲 1 1"));
}

// Written before the desk carried it over or after, by somebody who had not heard of it.
TEST_F(DelegatedTest, ALateCorrectionReachesTheAuthor) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  for (const bool before : {true, false}) {
    const RowId row = submitted(town.at(typist), "甲", "看了水渠");
    ASSERT_TRUE(town.world.settle());
    const auto correct = [&] {
      const Workplace place = town.at(typist);
      saved(amend(place, *place.vault.schema().entity("Diary"), row,
                  {{"body", "看了水渠,渠口塌了"}, {"weather", "晴"}}, place.vault.view()));
      town.world.advance(std::chrono::minutes(1));
    };
    if (before) correct();
    ASSERT_EQ(*take_diaries_home(town.place()), 1u);
    town.world.advance(std::chrono::minutes(1));
    if (!before) correct();
    ASSERT_EQ(carried(), 1u);
    EXPECT_EQ(carried(), 0u);
    EXPECT_EQ(owner(town.place(), row), town.at(author).member);
    EXPECT_EQ(shown(town.at(author), "Diary", row, "body"), "看了水渠,渠口塌了") << before;
    EXPECT_EQ(shown(town.at(author), "Diary", row, "weather"), "晴");
    EXPECT_EQ(town.at(author).vault.conflicts()->size(), 0u);
    EXPECT_TRUE(std::ranges::none_of(*town.at(typist).vault.conflicts(),
                                     [&](const auto& one) { return one.row == row; }));
  }
}

TEST_F(DelegatedTest, WhatTheAuthorChangedTooStandsBesideALateCorrection) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(*take_diaries_home(town.place()), 1u);
  const auto correct = [&](SimDevice& device, const std::string& body) {
    const Workplace place = town.at(device);
    saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"body", body}},
                place.vault.view()));
    town.world.advance(std::chrono::minutes(1));
  };
  correct(typist, "看了水渠,渠口塌了");
  ASSERT_TRUE(town.desk.sync_until_idle() && author.sync_until_idle());
  correct(author, "看了新渠");
  ASSERT_EQ(carried(), 1u);
  const auto two = town.at(author).vault.conflicts();
  ASSERT_TRUE(two.ok());
  ASSERT_EQ(two->size(), 1u);
  EXPECT_EQ(two->front().row, row);
  EXPECT_EQ(two->front().claims.size(), 2u);
}

TEST_F(DelegatedTest, ALateCancellationOfTheTypistIsHeeded) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  for (const bool before : {true, false}) {
    const RowId row = submitted(town.at(typist), "甲", "记到别人名下了");
    ASSERT_TRUE(town.world.settle());
    const auto cancel_it = [&] {
      const Workplace place = town.at(typist);
      saved(cancel(place, *place.vault.schema().entity("Diary"), row, "记错了人",
                   place.vault.view()));
      town.world.advance(std::chrono::minutes(1));
    };
    if (before) cancel_it();
    ASSERT_EQ(*take_diaries_home(town.place()), 1u);
    town.world.advance(std::chrono::minutes(1));
    if (!before) cancel_it();
    EXPECT_GE(carried(), 1u) << before;
    EXPECT_EQ(carried(), 0u);
    EXPECT_THAT(own(town.at(author)), IsEmpty());
    EXPECT_THAT(counted(town.place()), IsEmpty());
    EXPECT_EQ(shown(town.at(author), "Diary", row, "cancel_reason"), "记错了人");
  }
}

// Whichever of the two is heard of first.
TEST_F(DelegatedTest, ALateCancellationDoesNotTakeWhatTheAuthorWrote) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_EQ(carried(), 1u);
  ASSERT_TRUE(town.desk.sync_until_idle() && author.sync_until_idle());
  const Workplace mine = town.at(author);
  saved(amend(mine, *mine.vault.schema().entity("Diary"), row, {{"body", "看了新渠"}},
              mine.vault.view()));
  EXPECT_TRUE(town.world.settle());
  const Workplace place = town.at(typist);
  // as if he had not heard that it was carried
  vault::Change reason;
  reason.entity = place.vault.schema().entity("Diary")->number;
  reason.row = row;
  reason.field = place.vault.schema().entity("Diary")->field("cancel_reason")->number;
  reason.value = std::string("记错了人");
  const auto data = place.vault.load(reason.entity, row);
  ASSERT_TRUE(data.ok() && *data);
  ASSERT_TRUE(place.vault.commit({{(*data)->stream, {reason}}}, place.vault.view()).ok());
  carried();
  carried();
  EXPECT_THAT(own(town.at(author)), ElementsAre("看了新渠"));
}

// The same carried twice is one carrying: a correction that comes after it stands alone.
TEST_F(DelegatedTest, TwoDesksThatCarryItApartLeaveNothingToDecide) {
  SimDevice& author = town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const auto nothing_to_decide = [&](const RowId& row, const std::string& body) {
    ASSERT_TRUE(town.world.settle());
    for (SimDevice* device : {&town.desk, &second, &author, &typist}) {
      const Workplace place = town.at(*device);
      EXPECT_EQ(place.vault.conflicts()->size(), 0u);
      if (device != &typist) {
        EXPECT_EQ(shown(place, "Diary", row, "body"), body);
        EXPECT_EQ(counted(place).size(), 1u);
      }
    }
  };
  const auto correct = [&](const RowId& row, const std::string& body) {
    const Workplace place = town.at(typist);
    saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"body", body}},
                place.vault.view()));
    town.world.advance(std::chrono::minutes(1));
  };
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(*take_diaries_home(town.place()), 1u);
  ASSERT_EQ(*take_diaries_home(town.at(second)), 1u);
  ASSERT_TRUE(town.desk.sync_until_idle() && second.sync_until_idle());
  correct(row, "看了水渠,渠口塌了");  // he has not heard of it
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(*take_diaries_home(town.place()), 1u);
  nothing_to_decide(row, "看了水渠,渠口塌了");
  EXPECT_EQ(*take_diaries_home(town.place()), 0u);
  EXPECT_EQ(*take_diaries_home(town.at(second)), 0u);

  const RowId other = submitted(town.at(typist), "甲", "看了桥");
  ASSERT_TRUE(town.world.settle());
  correct(other, "看了桥面");
  for (SimDevice* device : {&town.desk, &second})
    ASSERT_TRUE(take_diaries_home(town.at(*device)).ok());
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&second, &town.desk})
    ASSERT_TRUE(take_diaries_home(town.at(*device)).ok());
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(shown(town.at(author), "Diary", other, "body"), "看了桥面");
  for (SimDevice* device : {&town.desk, &second, &author, &typist}) {
    EXPECT_EQ(town.at(*device).vault.conflicts()->size(), 0u);
  }
}

// He says that it is another's words, and has not heard that it was carried to the first.
class OtherAuthorTest : public DelegatedTest {
 protected:
  OtherAuthorTest()
      : author(town.join("甲", {"鱼泉村"}, false)), typist(town.join("乙", {"鱼泉村"}, false)) {}
  RowId carried_then_given_to(const std::string& name) {
    const RowId row = submitted(town.at(typist), "甲", "看了水渠");
    EXPECT_TRUE(town.world.settle());
    EXPECT_EQ(*take_diaries_home(town.place()), 1u);
    const Workplace place = town.at(typist);
    saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"author_id", name}},
                place.vault.view()));
    town.world.advance(std::chrono::minutes(1));
    EXPECT_TRUE(town.world.settle());
    return row;
  }
  std::vector<std::string> printed(const Workplace& place) {
    const auto all = delegated_diaries(place, kMarch, {});
    EXPECT_TRUE(all.ok());
    std::vector<std::string> out;
    for (const DelegatedDiary& one : *all) {
      const vault::Cell* body = one.data.cell(4);
      out.push_back(
          cat(one.author_name, " ", body == nullptr ? "" : std::get<std::string>(body->value)));
    }
    return out;
  }
  SimDevice &author, &typist;
};

TEST_F(OtherAuthorTest, ItGoesToWhomHeNames) {
  SimDevice& third = town.join("丙", {"鱼泉村"}, false);
  carried_then_given_to("丙");
  EXPECT_THAT(printed(town.at(typist)), IsEmpty()) << "no empty page before that";
  carried();
  EXPECT_EQ(carried(), 0u);
  EXPECT_THAT(own(town.at(third)), ElementsAre("看了水渠"));
  EXPECT_THAT(own(town.at(author)), IsEmpty());
  EXPECT_THAT(printed(town.place()), ElementsAre("丙 看了水渠"));
  EXPECT_THAT(counted(town.place()), ElementsAre("丙 1 1"));
  EXPECT_THAT(counted(town.at(typist)), IsEmpty());
}

TEST_F(OtherAuthorTest, WhoHasNoneOfHisOwnFindsItWithItsTypist) {
  const RowId row = carried_then_given_to("丙");
  carried();
  EXPECT_EQ(carried(), 0u);
  EXPECT_EQ(owner(town.place(), row), town.at(typist).member);
  EXPECT_THAT(own(town.at(author)), IsEmpty());
  EXPECT_THAT(printed(town.place()), ElementsAre("丙 看了水渠"));
  EXPECT_THAT(printed(town.at(typist)), ElementsAre("丙 看了水渠"));
  EXPECT_THAT(counted(town.place()), ElementsAre("丙 1 1"));
}

TEST_F(OtherAuthorTest, WhatTheFirstWroteHimselfStaysHis) {
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(*take_diaries_home(town.place()), 1u);
  const Workplace there = town.at(typist), mine = town.at(author);
  const model::Entity& diary = *there.vault.schema().entity("Diary");
  saved(amend(there, diary, row, {{"author_id", "丙"}}, there.vault.view()));
  ASSERT_TRUE(town.desk.sync_until_idle() && author.sync_until_idle());
  saved(amend(mine, diary, row, {{"body", "看了新渠"}}, mine.vault.view()));
  carried();
  EXPECT_EQ(carried(), 0u);
  EXPECT_THAT(own(town.at(author)), ElementsAre("看了新渠"));
  EXPECT_THAT(printed(town.place()), ElementsAre("甲 看了新渠"));
  EXPECT_THAT(counted(town.place()), ElementsAre("甲 1 1"));
}

// Who knows that it was carried is told whose it is now.
TEST_F(OtherAuthorTest, WhatIsLeftOfItIsNotAmended) {
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_EQ(carried(), 1u);
  const Workplace place = town.at(typist);
  const auto refused = amend(place, *place.vault.schema().entity("Diary"), row,
                             {{"author_id", "丙"}}, place.vault.view());
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("*"));
  EXPECT_THAT(refused->faults.front().zh, ::testing::HasSubstr("已转入本人的日记"));
  EXPECT_THAT(printed(place), IsEmpty());
}

TEST_F(DelegatedTest, WhatIsLeftSaysWhereItWentAndNothingElse) {
  town.join("甲", {"鱼泉村"}, false);
  SimDevice& typist = town.join("乙", {"鱼泉村"}, false);
  const RowId row = submitted(town.at(typist), "甲", "看了水渠");
  ASSERT_EQ(carried(), 1u);
  EXPECT_EQ(shown(town.at(typist), "Diary", row, "title"), "已转入本人的日记");
  EXPECT_EQ(shown(town.at(typist), "Diary", row, "body"), "");
}

TEST_F(DelegatedTest, WhoJoinsLaterGetsWhatWasTypedForHim) {
  const RowId row = submitted(town.place(), "丙", "还没有手机的时候");
  EXPECT_EQ(owner(town.place(), row), town.place().member);
  SimDevice& device = town.join("丙", {"清渭社区"}, false);
  EXPECT_THAT(own(town.at(device)), IsEmpty());
  EXPECT_EQ(carried(), 1u);
  EXPECT_THAT(own(town.at(device)), ElementsAre("还没有手机的时候"));
}

TEST_F(DelegatedTest, IsListedByAuthorForTheMonthlyPrint) {
  submitted(town.place(), "乙", "乙的一篇");
  submitted(town.place(), "甲", "甲的一篇");
  typed(town.place(), "甲", "草稿");
  const auto names = [&](const std::optional<std::string>& author, const Period& when) {
    const auto all = delegated_diaries(town.place(), when, author);
    EXPECT_TRUE(all.ok());
    std::vector<std::string> out;
    for (const DelegatedDiary& one : *all) {
      out.push_back(cat(one.author_name, " ", one.typist_name, " ", one.agreed));
    }
    return out;
  };
  EXPECT_THAT(names({}, kMarch),
              ElementsAre("甲 管理员 当面念给他听过", "乙 管理员 当面念给他听过"));
  EXPECT_THAT(names("乙", kMarch), ElementsAre("乙 管理员 当面念给他听过"));
  EXPECT_THAT(names({}, period("2026-04-01", "2026-04-30")), IsEmpty());
  EXPECT_EQ(delegated_diaries(town.place(), kMarch, "没有这个人").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace mq::work::testing
