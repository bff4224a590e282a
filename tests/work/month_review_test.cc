// What a month's review goes by and tells: the rule of the programme, whose records are here, what
// is to be mended, and the draft that was kept.
#include "mq/work/local_entry.h"
#include "work/month_home.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Date day(const char* iso) { return *Date::parse_iso(iso); }

class ReviewTest : public MonthTest {
 protected:
  RowId programme(const char* from, const char* to, const char* first_day) {
    return saved(add_programme(town.place(), {{"title", "民情走访"},
                                              {"from", from},
                                              {"to", to},
                                              {"period_day", first_day},
                                              {"late_rule", "更正报"}}));
  }
  MonthRule rule(const char* on) {
    const auto found = month_rule(town.place(), day(on));
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : MonthRule();
  }
  void set(std::string_view name, const RowId& row, const Inputs& inputs) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity(name), row, inputs, place.vault.view()));
  }
  // A change as another desk may have made it, whatever the forms here say.
  void write(vault::Change change) {
    const auto township = Directory(town.place()).township_stream();
    ASSERT_TRUE(town.place()
                    .vault.commit({{*township, {std::move(change)}}}, town.place().vault.view())
                    .ok());
  }
  // That all he recorded has been handed in, up to this day.
  void state(SimDevice& device) {
    ASSERT_TRUE(device.sync_until_idle());
    EXPECT_GT(
        *sync::state_exports(device.vault(), device.keyring(), device.control(), device.sealer()),
        0);
    ASSERT_TRUE(device.sync_until_idle() && town.desk.sync_until_idle());
  }
  int behind(const Month& month) {
    const auto made = review_month(town.place(), month, {"RP01"});
    EXPECT_TRUE(made.ok());
    return made.ok() ? made->behind : -1;
  }
};

// Whoever changes the first day of periods learns which days two of them count.
TEST_F(ReviewTest, DaysThatASignedPeriodCountsTooAreToldWhenThatDayWasChanged) {
  const auto overlaps = [&](const Month& month) {
    std::vector<std::string> out;
    const auto made = review_month(town.place(), month, {"RP01"});
    for (const Repair& each : made->repairs) {
      if (each.command == "month list") out.push_back(cat(each.count, " ", each.zh.substr(0, 41)));
    }
    return out;
  };
  const auto january = review_month(town.place(), *parse_month("2026-01", {}), {"RP01"});
  ASSERT_TRUE(sign_month(town.place(), *january, "").ok());
  EXPECT_THAT(overlaps(*parse_month("2026-02", {})), IsEmpty());
  MonthRule later;
  later.first_day = 26;
  EXPECT_THAT(overlaps(*parse_month("2026-02", later)),
              ElementsAre("6 与已签发的 2026-01-01 至 2026-01-31"));
}

TEST_F(ReviewTest, ThePeriodGoesByTheProgrammeThatIsInForce) {
  EXPECT_EQ(rule("2026-03-10").first_day, 1);
  EXPECT_FALSE(rule("2026-03-10").corrections);
  programme("2026-01-01", "2026-12-31", "26");
  EXPECT_EQ(rule("2026-03-10").first_day, 26);
  EXPECT_TRUE(rule("2026-03-10").corrections);
  EXPECT_EQ(rule("2026-12-31").first_day, 26);
  EXPECT_EQ(rule("2027-01-01").first_day, 1) << "it has ended";
  const RowId second = programme("2026-06-15", "2026-12-31", "11");
  EXPECT_EQ(rule("2026-06-14").first_day, 26);
  EXPECT_EQ(rule("2026-06-15").first_day, 11) << "of two the one that began last";
  EXPECT_EQ(review("2026-06").rule.first_day, 11) << "the rule of a period's last day";
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = town.place().vault.schema().entity("Programme")->number;
  gone.row = second;
  write(gone);
  EXPECT_EQ(rule("2026-06-15").first_day, 26) << "it was cancelled";
}

TEST_F(ReviewTest, TheDayIsTheServersWhereTheClockIsDoubtful) {
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(working_day(town.place()), day("2026-03-05"));
  town.desk.clock.jump(-std::chrono::hours(48));
  EXPECT_EQ(working_day(town.place()), day("2026-03-05"));
}

TEST_F(ReviewTest, AVillageIsBehindUntilEverybodyWhoRecordsThereHasSaidSo) {
  SimDevice& phone = town.join("甲", {"鱼泉村"}, false);
  EXPECT_EQ(behind(month_of(2026, 2, {})), 1) << "nothing is known of him yet";
  state(phone);
  EXPECT_EQ(behind(month_of(2026, 2, {})), 0);
  EXPECT_EQ(behind(month_of(2026, 3, {})), 1);
  EXPECT_EQ(behind(month_of(2026, 3, {6, {}, false})), 1) << "whose last day is not over yet";
  EXPECT_EQ(behind(month_of(2026, 3, {5, {}, false})), 0) << "that ended the day before";
  sync::GiveOptions more;
  more.person = phone.keyring().identity()->person;
  more.kind = wire::pb::ROLE_KIND_CADRE;
  const Village other = *Directory(town.place()).village("清渭社区");
  more.streams = {town.desk.vault().stream(other.stream)->id};
  ASSERT_TRUE(sync::give_right(more, town.desk.member()).ok());
  EXPECT_EQ(behind(month_of(2026, 2, {})), 1) << "where he records now too";
}

TEST_F(ReviewTest, CompleteIsWhatTheLaterDeviceSaysAndOnlyWhereSomebodyRecords) {
  SimDevice& first = town.join("甲", {"鱼泉村"}, false);
  SimDevice& second = town.join("甲", {"鱼泉村"}, false);
  state(first);
  state(second);
  const auto complete = [&] {
    const auto all = completeness(town.place(), std::nullopt);
    EXPECT_TRUE(all.ok());
    std::vector<std::string> out;
    for (const Completeness& one : *all) {
      std::string line = one.village;
      for (const Completeness::Part& part : one.parts) {
        line += cat(" ", part.people, ":", part.until ? part.until->iso() : "-");
      }
      out.push_back(line);
    }
    return out;
  };
  EXPECT_THAT(complete(), ElementsAre("鱼泉村 1:2026-03-04", "清渭社区"));
  town.world.advance(std::chrono::hours(72));
  state(second);
  EXPECT_THAT(complete(), ElementsAre("鱼泉村 1:2026-03-07", "清渭社区"));
}

TEST_F(ReviewTest, WhatIsToBeMendedIsCountedWithTheCommandThatShowsIt) {
  const auto mended = [&] {
    std::vector<std::string> out;
    for (const Repair& each : review("2026-02").repairs) {
      const bool founding = each.command == "doctor" && each.en != "Programme.title is missing";
      if (!founding) out.push_back(cat(each.command, " ", each.count));
    }
    return out;
  };
  EXPECT_THAT(mended(), IsEmpty());
  SimDevice& cadre = town.join("甲", {"鱼泉村"}, false);
  const auto address = [&](SimDevice& device, const char* text) {
    const Workplace place = town.at(device);
    saved(amend(place, *place.vault.schema().entity("Household"),
                Directory(place).household(kOne)->id, {{"addr", text}}, place.vault.view()));
  };
  address(town.desk, "河边新房");
  address(cadre, "坡上老屋");
  ASSERT_TRUE(town.world.settle());
  EXPECT_THAT(mended(), ElementsAre("conflicts 1"));
  const Workplace place = town.place();
  ASSERT_TRUE(keep_local(place, *place.vault.schema().entity("Visit"),
                         {{"household_id", kTwo}, {"date", "2026-03-05"}, {"outcome", "见到户主"}})
                  .ok());
  EXPECT_THAT(mended(), ElementsAre("conflicts 1", "today 1"));
  saved(add_pairing(place, {{"cadre_id", "甲"}, {"household_id", kFour}, {"from", "2026-01-05"}}));
  set("Household", Directory(place).household(kFour)->id, {{"status", "迁出"}});
  EXPECT_THAT(mended(), ElementsAre("conflicts 1", "today 1", "pairing list 1"));
  const RowId untitled = programme("2026-01-01", "2026-12-31", "1");
  vault::Change cleared;
  cleared.entity = place.vault.schema().entity("Programme")->number;
  cleared.row = untitled;
  cleared.field = place.vault.schema().entity("Programme")->field("title")->number;
  write(cleared);
  EXPECT_THAT(mended(), ElementsAre("conflicts 1", "today 1", "pairing list 1", "doctor 1"));
}

TEST_F(ReviewTest, ADraftIsOfItsMonthAlone) {
  ASSERT_TRUE(keep_draft(town.place(), review("2026-02")).ok());
  EXPECT_TRUE(review("2026-02").ledgers[0].drafted);
  EXPECT_FALSE(review("2026-01").ledgers[0].drafted);
}

TEST_F(ReviewTest, MoneyIsNoZero) {
  Ledger ledger;
  ledger.id = "RP08";
  ledger.columns = {"项目数", "资金(元)"};
  ledger.totals = {std::int64_t{0}, Money{0}};
  EXPECT_THAT(not_zero(ledger), IsEmpty());
  ledger.totals[1] = Money{42'600};
  EXPECT_THAT(not_zero(ledger), ElementsAre("资金(元) +426.00"));
  ledger.totals[1] = Money{-5};
  EXPECT_THAT(not_zero(ledger), ElementsAre("资金(元) -0.05"));
}

}  // namespace
}  // namespace mq::work::testing
