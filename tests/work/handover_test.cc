// Handing over a village: what moves, what stays with its author, and what happens again.
//
// 甲 has 鱼泉村 and is paired there with 王一 and 张三, in 清渭社区 with 周六. 丙 has 清渭社区. The
// clock stands on 2026-03-05.
#include "mq/work/handover.h"

#include "mq/work/issue.h"
#include "mq/work/ledger.h"
#include "mq/work/moves.h"
#include "mq/work/roster.h"
#include "mq/work/today.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                  kSix = "999999100001010001";

Date day(const char* iso) { return *Date::parse_iso(iso); }

class HandoverTest : public ::testing::Test {
 protected:
  HandoverTest() {
    town.with_people();
    for (const std::string& house : {kOne, kTwo, kSix}) pair("甲", house);
  }

  RowId pair(const std::string& cadre, const std::string& house) {
    return saved(add_pairing(
        town.place(), {{"cadre_id", cadre}, {"household_id", house}, {"from", "2026-01-05"}}));
  }
  RowId issue(const std::string& text, Inputs more) {
    more.push_back({"text", text});
    more.push_back({"category", "环保"});
    if (more.front().field != "village") more.push_back({"village", "鱼泉村"});
    return saved(add_issue(town.place(), more));
  }
  Cadre cadre(const std::string& name) { return *Directory(town.place()).cadre(name); }
  Village village(const std::string& name) { return *Directory(town.place()).village(name); }
  Result<HandedOver> give(const std::string& from, const std::string& to,
                          const std::optional<Date>& on = day("2026-03-02"),
                          const std::string& reason = "") {
    return hand_over(town.place(), {cadre(from).id, cadre(to).id, village("鱼泉村"), on, reason});
  }
  std::string see(std::string_view entity, const RowId& row, std::string_view field) {
    return shown(town.place(), entity, row, field);
  }
  // "甲 2026-01-05 2026-03-01 已变更", one of each pairing of a household, by first day.
  std::vector<std::string> pairings(const std::string& house) {
    const Workplace place = town.place();
    auto q = place.vault.database().query(
        "SELECT c.name, r.\"from\", r.\"to\", r.status FROM \"pairing\" r JOIN \"cadre\" c ON c.id "
        "= r.cadre_id JOIN \"household\" h ON h.id = r.household_id WHERE h.household_no = ?1 AND "
        "r.deleted = 0 ORDER BY r.\"from\", r.\"to\"");
    EXPECT_TRUE(q.ok());
    q->bind(1, std::string_view(house));
    const auto iso = [&](int column) {
      return q->is_null(column) ? "-" : Date{static_cast<std::int32_t>(q->integer(column))}.iso();
    };
    std::vector<std::string> out;
    while (*q->step()) {
      out.push_back(cat(q->text(0), " ", iso(1), " ", iso(2), " ", q->integer(3)));
    }
    return out;
  }
  // Paired households of each rank on the last day: 县级 (甲), 科级 (乙), 一般 (丙).
  std::vector<std::int64_t> paired(const char* last_day) {
    const auto ledger = ledger_rp06(town.place(), {{day("2026-01-01"), day(last_day)}, {}});
    EXPECT_TRUE(ledger.ok());
    std::vector<std::int64_t> out;
    for (const auto& row : ledger->rows) out.push_back(std::get<std::int64_t>(row[3]));
    return out;
  }
  std::vector<std::string> responsible() {
    const auto ledger =
        ledger_rp02(town.place(), {{day("2026-01-01"), day("2026-12-31")}, std::string("鱼泉村")});
    EXPECT_TRUE(ledger.ok());
    std::vector<std::string> out;
    for (const auto& row : ledger->rows) {
      out.push_back(cat(std::get<std::string>(row[8]), " ", std::get<std::string>(row[10])));
    }
    return out;
  }

  Township town;
};

TEST_F(HandoverTest, PairingsIssuesAndChargeMove) {
  const RowId handled = issue("水管", {{"handler_id", "甲"}});
  const RowId noted = issue("路灯", {{"recorded_by", "甲"}});
  const RowId others = issue("桥", {{"handler_id", "乙"}});
  const RowId elsewhere = issue("站台", {{"village", "清渭社区"}, {"handler_id", "甲"}});
  const RowId done = issue("垃圾", {{"handler_id", "甲"}});
  saved(move_issue(town.place(), "accept", done, {}));
  saved(move_issue(town.place(), "close", done, {{"closure", "已解决"}, {"result", "已清运"}}));

  const auto moved = give("甲", "丙", day("2026-03-02"), "调县里");
  ASSERT_TRUE(moved.ok()) << moved.error().en;
  EXPECT_EQ(moved->pairings, 2u);
  EXPECT_EQ(moved->issues, 2u);
  EXPECT_THAT(pairings(kOne), ElementsAre("甲 2026-01-05 2026-03-01 3", "丙 2026-03-02 - 1"));
  EXPECT_THAT(pairings(kSix), ElementsAre("甲 2026-01-05 - 1")) << "of another village";
  const std::string successor = cadre("丙").id.hex();
  EXPECT_EQ(see("Issue", handled, "handler_id"), successor);
  EXPECT_EQ(see("Issue", handled, "hops"), "移交 甲→丙 2026-03-02 调县里");
  EXPECT_EQ(see("Issue", noted, "handler_id"), successor);
  EXPECT_EQ(see("Issue", noted, "recorded_by"), cadre("甲").id.hex());
  EXPECT_EQ(see("Issue", others, "handler_id"), cadre("乙").id.hex());
  EXPECT_EQ(see("Issue", elsewhere, "handler_id"), cadre("甲").id.hex());
  EXPECT_EQ(see("Issue", done, "handler_id"), cadre("甲").id.hex()) << "what is done stays his";
  EXPECT_THAT(cadre("甲").areas, ElementsAre());
  EXPECT_THAT(cadre("丙").areas, ::testing::UnorderedElementsAre(village("鱼泉村").org_unit,
                                                                 village("清渭社区").org_unit));
  const auto noted_down = handovers(town.place());
  ASSERT_TRUE(noted_down.ok());
  ASSERT_EQ(noted_down->size(), 1u);
  EXPECT_EQ(see("Handover", noted_down->front().row, "reason"), "调县里");
}

// What is settled stays with whoever settled it.
TEST_F(HandoverTest, OpenPromisesAndDisputesMoveToo) {
  const auto promise = [&](const char* village) {
    return saved(add_commitment(town.place(), {{"village", village},
                                               {"kind", "年度"},
                                               {"text", "修桥"},
                                               {"due", "2026-12-31"},
                                               {"owner_id", "甲"}}));
  };
  const auto dispute = [&] {
    const RowId row = saved(add_dispute(town.place(), {{"village", "鱼泉村"},
                                                       {"parties", "王某、李某"},
                                                       {"kind", "邻里"},
                                                       {"found_on", "2026-03-01"},
                                                       {"text", "界石"}}));
    saved(move_dispute(
        town.place(), "mediate", row,
        {{"lead_id", "甲"}, {"measure", "到场"}, {"due", "2026-03-20"}, {"duty", "组长"}}));
    return row;
  };
  const RowId bridge = promise("鱼泉村"), elsewhere = promise("清渭社区");
  const RowId open = dispute(), ended = dispute();
  saved(move_dispute(town.place(), "settle", ended, {{"agreement", "口头"}}));
  EXPECT_EQ(charge_of(town.place(), cadre("甲").id)->commitments, 2u);
  EXPECT_EQ(charge_of(town.place(), cadre("甲").id)->disputes, 1u);
  const auto moved = give("甲", "丙");
  ASSERT_TRUE(moved.ok()) << moved.error().en;
  EXPECT_EQ(moved->commitments, 1u);
  EXPECT_EQ(moved->disputes, 1u);
  EXPECT_EQ(see("Commitment", bridge, "owner_id"), cadre("丙").id.hex());
  EXPECT_EQ(see("Commitment", elsewhere, "owner_id"), cadre("甲").id.hex());
  EXPECT_EQ(see("Dispute", open, "lead_id"), cadre("丙").id.hex());
  EXPECT_EQ(see("Dispute", ended, "lead_id"), cadre("甲").id.hex());
}

TEST_F(HandoverTest, APairCountsForOneOnEveryDay) {
  ASSERT_TRUE(give("甲", "丙").ok());
  EXPECT_THAT(paired("2026-03-01"), ElementsAre(3, 0, 0));
  EXPECT_THAT(paired("2026-03-02"), ElementsAre(1, 0, 2));
}

TEST_F(HandoverTest, ASuccessorWhoHelpsThereAlreadyIsNotPairedTwice) {
  pair("丙", kOne);
  ASSERT_TRUE(give("甲", "丙").ok());
  EXPECT_THAT(paired("2026-03-31"), ElementsAre(1, 0, 2));
  EXPECT_THAT(pairings(kOne), ElementsAre("丙 2026-01-05 - 1", "甲 2026-01-05 2026-03-01 3"));
}

TEST_F(HandoverTest, TwiceIsOnce) {
  issue("水管", {{"handler_id", "甲"}});
  ASSERT_TRUE(give("甲", "丙").ok());
  const std::int64_t rows = count(town.place(), "pairing");
  const auto written = [&] { return town.place().vault.delivery()->unsealed; };
  const std::uint64_t before = written();
  for (const std::optional<Date>& on : {std::optional(day("2026-03-02")), std::optional<Date>()}) {
    const auto again = give("甲", "丙", on);
    ASSERT_TRUE(again.ok()) << again.error().en;
    EXPECT_EQ(again->pairings, 0u);
    EXPECT_EQ(again->issues, 0u);
    EXPECT_EQ(again->on, day("2026-03-02"));
  }
  EXPECT_EQ(written(), before) << "nothing was left to write";
  EXPECT_EQ(count(town.place(), "pairing"), rows);
  EXPECT_EQ(count(town.place(), "handover"), 1);
}

TEST_F(HandoverTest, WhatComesInLaterIsTheSuccessors) {
  const RowId early = issue("水管", {{"handler_id", "甲"}, {"registered_on", "2026-02-01"}});
  saved(move_issue(town.place(), "accept", early, {}));
  saved(move_issue(town.place(), "close", early, {{"closure", "已解决"}, {"result", "已修"}}));
  ASSERT_TRUE(give("甲", "丙").ok());
  issue("路灯", {{"handler_id", "甲"}, {"registered_on", "2026-03-03"}});
  issue("桥", {{"recorded_by", "甲"}, {"registered_on", "2026-03-04"}});
  issue("站台", {{"recorded_by", "乙"}, {"registered_on", "2026-03-05"}});
  EXPECT_THAT(responsible(), ElementsAre("水管 甲", "路灯 丙", "桥 丙", "站台 "));
  const auto custody = Custody::load(town.place());
  ASSERT_TRUE(custody.ok());
  EXPECT_EQ(custody->holder(village("清渭社区").org_unit, cadre("甲").id), cadre("甲").id);
  const auto again = give("甲", "丙");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->issues, 2u) << "and a second call puts it down";
}

TEST_F(HandoverTest, TodayShowsItToTheSuccessor) {
  SimDevice& third = town.join("丙", {"鱼泉村", "清渭社区"}, false);
  ASSERT_TRUE(give("甲", "丙").ok());
  const RowId row = issue("路灯", {{"handler_id", "甲"}});
  const RowId done = issue("垃圾", {{"handler_id", "乙"}, {"recorded_by", "甲"}});
  saved(move_issue(town.place(), "close", done, {{"closure", "已解决"}, {"result", "已清运"}}));
  saved(move_issue(town.place(), "accept", row, {{"due_at", "2026-03-06 12:00"}}));
  ASSERT_TRUE(town.world.settle());
  const auto made = today(town.at(third));
  ASSERT_TRUE(made.ok());
  std::vector<std::string> due;
  for (const TodayItem& item : made->items) {
    if (item.entity == "issue") due.push_back(item.what);
  }
  EXPECT_THAT(due, ElementsAre("路灯", "垃圾")) << "and asks whether it helped";
  EXPECT_EQ(made->pairs, 2);
}

TEST_F(HandoverTest, WhoHasTheVillageAgainAnswersAgain) {
  ASSERT_TRUE(give("甲", "丙", day("2026-02-01")).ok());
  ASSERT_TRUE(give("丙", "甲", day("2026-03-01")).ok());
  issue("路灯", {{"handler_id", "甲"}});
  issue("桥", {{"handler_id", "丙"}});
  EXPECT_THAT(responsible(), ::testing::UnorderedElementsAre("路灯 甲", "桥 甲"));
  EXPECT_THAT(paired("2026-02-15"), ElementsAre(1, 0, 2));
  EXPECT_THAT(paired("2026-03-05"), ElementsAre(3, 0, 0));
}

TEST_F(HandoverTest, TheVillagesLedgerStillNamesWhoServedInTheMonth) {
  ASSERT_TRUE(give("甲", "丙").ok());
  const auto ranks = [&](const char* from, const char* to) {
    const auto ledger = ledger_rp06(town.place(), {{day(from), day(to)}, std::string("鱼泉村")});
    std::vector<std::string> out;
    for (const auto& row : ledger->rows) out.push_back(std::get<std::string>(row[0]));
    return out;
  };
  EXPECT_THAT(ranks("2026-02-01", "2026-02-28"), ElementsAre("县级", "科级", "一般"));
  EXPECT_THAT(ranks("2026-03-01", "2026-03-31"), ElementsAre("科级", "一般"));
}

TEST_F(HandoverTest, WrongOrdersChangeNothing) {
  const std::int64_t before = count(town.place(), "pairing");
  EXPECT_EQ(give("甲", "甲").error().code, Code::kInvalidInput);
  EXPECT_EQ(give("甲", "丙", day("2026-03-06")).error().code, Code::kInvalidInput);
  EXPECT_EQ(give("甲", "丙", {}, std::string(2000, 'x')).error().code, Code::kInvalidInput);
  SimDevice& cadre_device = town.join("乙", {"鱼泉村"}, false);
  const Workplace theirs = town.at(cadre_device);
  const auto tried = hand_over(theirs, {cadre("甲").id, cadre("丙").id, village("鱼泉村"), {}, ""});
  EXPECT_EQ(tried.error().code, Code::kNotAllowed);
  EXPECT_EQ(count(town.place(), "pairing"), before);
  EXPECT_EQ(count(town.place(), "handover"), 0);
}

TEST_F(HandoverTest, WhoHandedOverOnTheFirstDayDidNotServeInThatMonth) {
  ASSERT_TRUE(give("甲", "丙", day("2026-03-02")).ok());
  const auto authors = [&](const char* from, const char* to, const char* where = "鱼泉村") {
    const auto ledger = ledger_rp14(town.place(), {{day(from), day(to)}, std::string(where)});
    std::vector<std::string> out;
    for (const auto& row : ledger->rows) out.push_back(std::get<std::string>(row[0]));
    return out;
  };
  EXPECT_THAT(authors("2026-03-01", "2026-03-31"), ElementsAre("甲", "乙", "丙"));
  EXPECT_THAT(authors("2026-03-02", "2026-03-31"), ElementsAre("乙", "丙"));
  EXPECT_THAT(authors("2026-03-01", "2026-03-31", "清渭社区"), ElementsAre("乙", "丙"))
      << "what he handed over was another village";
}

// The household moved to another village, which he keeps: what stands in the old one is no pair.
TEST_F(HandoverTest, AHouseholdThatMovedAwayIsNotHandedOverWithTheVillage) {
  saved(change_household(town.place(), "move", Directory(town.place()).household(kOne)->id,
                         {{"village", "清渭社区"}, {"on", "2026-03-01"}}));
  const auto moved = give("甲", "丙");
  ASSERT_TRUE(moved.ok()) << moved.error().en;
  EXPECT_EQ(moved->pairings, 1u);
  EXPECT_THAT(pairings(kTwo), ElementsAre("甲 2026-01-05 2026-03-01 3", "丙 2026-03-02 - 1"));
}

TEST_F(HandoverTest, APairGoesOnWithItsProgrammeAndSaysWhy) {
  const RowId campaign = saved(add_programme(
      town.place(), {{"title", "民情走访"}, {"from", "2026-01-01"}, {"to", "2026-12-31"}}));
  const RowId late = saved(add_pairing(town.place(), {{"cadre_id", "甲"},
                                                      {"household_id", "999999100201020003"},
                                                      {"from", "2026-03-04"},
                                                      {"programme_id", campaign.hex()}}));
  ASSERT_TRUE(give("甲", "丙", day("2026-03-02"), "调县里").ok());
  EXPECT_THAT(pairings("999999100201020003"),
              ElementsAre("甲 2026-03-04 2026-03-04 3", "丙 2026-03-05 - 1"))
      << "no pair ends before it began";
  EXPECT_EQ(see("Pairing", late, "reason"), "移交给 丙:调县里");
  auto q = town.place().vault.database().query(
      "SELECT count(*) FROM \"pairing\" WHERE reason = '接手自 甲:调县里' AND programme_id = ?1");
  q->bind(1, campaign.view());
  ASSERT_TRUE(*q->step());
  EXPECT_EQ(q->integer(0), 1);
}

// Without a day it goes on with the handover that stands between the two, and with no other.
TEST_F(HandoverTest, WithoutADayItIsTodayUnlessOneStandsBetweenThem) {
  ASSERT_TRUE(give("甲", "丙", day("2026-02-01")).ok());
  EXPECT_EQ(give("甲", "丙", {})->on, day("2026-02-01"));
  EXPECT_EQ(give("丙", "乙", {})->on, day("2026-03-05"));
  ASSERT_TRUE(give("乙", "甲", day("2026-03-05")).ok());
  EXPECT_EQ(give("甲", "丙", {})->on, day("2026-03-05")) << "he had it back in between";
}

TEST_F(HandoverTest, WhoIsInChargeAgainWithoutAHandoverAnswersForHisOwn) {
  ASSERT_TRUE(give("甲", "丙").ok());
  const Workplace place = town.place();
  saved(amend(place, *place.vault.schema().entity("Cadre"), cadre("甲").id,
              {{"area_ids", "鱼泉村"}}, place.vault.view()));
  issue("路灯", {{"handler_id", "甲"}});
  EXPECT_THAT(responsible(), ElementsAre("路灯 甲"));
}

}  // namespace
}  // namespace mq::work::testing
