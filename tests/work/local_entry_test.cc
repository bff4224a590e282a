// What is recorded before a device has joined: kept at once, a record later, once and whole.
#include "mq/work/local_entry.h"

#include "mq/work/today.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Inputs kVisit{{"household_id", "999999100201010001"},
                    {"date", "2026-03-05"},
                    {"outcome", "见到户主"},
                    {"text", "还没有加入就记下的"}};

Inputs with(Inputs inputs, const Input& one) {
  std::erase_if(inputs, [&](const Input& old) { return old.field == one.field; });
  inputs.push_back(one);
  return inputs;
}

class LocalEntryTest : public ::testing::Test {
 protected:
  LocalEntryTest() : phone(town.with_people().world.add_device("手机")) {
    MQ_ASSERT(phone.boot().ok());
  }

  // Before it has joined the phone knows nothing but its schema.
  static Workplace nowhere(SimDevice& device) {
    return {device.vault(), device.control().state(), device.clock, device.random, PersonId{}};
  }
  const model::Entity& entity(std::string_view name) {
    return *phone.vault().schema().entity(name);
  }
  Result<Outcome> keep(std::string_view name, const Inputs& inputs) {
    return keep_local(nowhere(phone), entity(name), inputs);
  }
  std::vector<std::string> faults(std::string_view name, const Inputs& inputs) {
    const auto outcome = keep(name, inputs);
    EXPECT_TRUE(outcome.ok());
    return outcome.ok() ? fields_of(outcome->faults) : std::vector<std::string>{};
  }
  std::vector<LocalEntry> kept() { return *local_entries(phone.vault()); }
  void join() {
    sync::InviteOptions invite;
    invite.role = wire::pb::ROLE_KIND_CADRE;
    invite.name = "乙";
    const auto village = Directory(town.place()).village("鱼泉村");
    invite.streams = {town.desk.vault().stream(village->stream)->id};
    const auto account = prepare_account(town.place(), "乙", "", {village->org_unit});
    ASSERT_TRUE(account.ok());
    invite.person = account->member;
    open_streams();
    const auto code =
        sync::invite_member(invite, town.desk.vault(), town.desk.keyring(), town.desk.control(),
                            town.desk.network, town.desk.clock, town.desk.random);
    ASSERT_TRUE(code.ok());
    ASSERT_TRUE(phone.join(*code).ok());
    EXPECT_TRUE(town.world.settle());
  }
  void open_streams() {
    std::vector<sync::NewStream> fresh;
    for (const vault::StreamInfo& info : town.desk.vault().streams()) {
      if (info.ordinal != 0) continue;
      fresh.push_back(
          {static_cast<wire::pb::StreamKind>(info.kind), info.owner, info.label, info.id});
    }
    ASSERT_TRUE(sync::create_streams(fresh, town.desk.vault(), town.desk.keyring(),
                                     town.desk.control(), town.desk.network, town.desk.clock,
                                     town.desk.random)
                    .ok());
  }

  Township town;
  SimDevice& phone;
};

TEST_F(LocalEntryTest, RecordsWithoutAnyServerAndSealsLater) {
  saved(keep("Visit", with(kVisit, {"demand", "水渠清淤"})));
  saved(keep("Diary", {{"date", "2026-03-05"}, {"body", "下村三天"}}));
  saved(keep("Issue", {{"text", "垃圾池没清"}, {"category", "环保"}, {"village", "鱼泉村"}}));
  phone.kill();
  ASSERT_TRUE(phone.boot().ok());
  ASSERT_THAT(kept(), SizeIs(3)) << "durable when it says so";
  join();
  const auto adopted = adopt_local(town.at(phone));
  ASSERT_TRUE(adopted.ok());
  for (const Adopted& one : *adopted) EXPECT_TRUE(one.outcome.ok()) << one.entry.entity->name;
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_TRUE(town.world.settle());
  for (const char* table : {"visit", "diary"}) EXPECT_EQ(count(town.place(), table), 1) << table;
  EXPECT_EQ(count(town.place(), "issue"), 2) << "one of the visit's need";
}

TEST_F(LocalEntryTest, TheDayOfRecordingGoesWithIt) {
  saved(keep("Visit", kVisit));
  const Date typed = Date::in_shanghai(phone.clock.wall());
  town.world.advance(std::chrono::hours(24 * 20));
  join();
  const auto adopted = adopt_local(town.at(phone));
  ASSERT_TRUE(adopted.ok());
  ASSERT_THAT(*adopted, SizeIs(1));
  EXPECT_EQ(shown(town.at(phone), "Visit", adopted->front().outcome.row, "recorded_on"),
            typed.iso());
  EXPECT_NE(Date::in_shanghai(phone.clock.wall()), typed);
}

TEST_F(LocalEntryTest, IsCheckedAsFarAsTheSchemaGoes) {
  EXPECT_THAT(faults("Visit", with(kVisit, {"date", "2026-02-30"})), ElementsAre("date"));
  EXPECT_THAT(faults("Visit", with(kVisit, {"household_id", ""})), ElementsAre("household_id"));
  EXPECT_THAT(faults("Visit", with(kVisit, {"gift_money", "100"})), ElementsAre("ack"));
  EXPECT_THAT(faults("Visit", with(kVisit, {"no_such", "1"})), ElementsAre("no_such"));
  EXPECT_THAT(faults("Visit", with(kVisit, {"category", "没有"})), ElementsAre("category"));
  EXPECT_THAT(faults("Visit", {{"household_id", "1"}}), ElementsAre("date", "outcome"));
  EXPECT_THAT(faults("Diary", {{"body", "无日期"}}), ElementsAre("date"));
  EXPECT_THAT(faults("Issue", {{"text", "无类别"}}), ElementsAre("category"));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(LocalEntryTest, ConfidentialMattersAreNotKeptHereEither) {
  for (const char* name : {"廉政", "integrity", "10"}) {
    EXPECT_THAT(faults("Visit", with(kVisit, {"category", name})), ElementsAre("category"));
    EXPECT_THAT(faults("Issue", {{"text", "反映干部"}, {"category", name}}),
                ElementsAre("category"));
  }
  EXPECT_THAT(faults("Issue", {{"text", "举报"}, {"category", "社保"}, {"nature", "检举控告"}}),
              ElementsAre("nature"));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(LocalEntryTest, AnUnknownHouseholdIsAskedNotLost) {
  saved(keep("Visit", with(kVisit, {"household_id", "999999100201019999"})));
  join();
  const auto adopted = adopt_local(town.at(phone));
  ASSERT_TRUE(adopted.ok());
  EXPECT_THAT(fields_of(adopted->front().outcome.faults), ElementsAre("household_id"));
  ASSERT_THAT(kept(), SizeIs(1));
  EXPECT_EQ(count(town.at(phone), "visit"), 0);
  const auto day = today(town.at(phone));
  ASSERT_TRUE(day.ok());
  ASSERT_FALSE(day->items.empty());
  EXPECT_EQ(day->items.front().kind, TodayItem::Kind::kIncomplete);
  EXPECT_THAT(day->items.front().what, HasSubstr("999999100201019999"));
  EXPECT_EQ(day->unsent, 1u) << "it stands on this device alone";
  saved(amend_local(town.at(phone), kept().front(), {{"household_id", "999999100201010001"}}));
  EXPECT_TRUE(adopt_local(town.at(phone))->front().outcome.ok());
  EXPECT_EQ(count(town.at(phone), "visit"), 1);
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(LocalEntryTest, AmendingTakesBackAndDroppingForgets) {
  saved(keep("Visit", with(kVisit, {"theme", "春耕"})));
  saved(amend_local(nowhere(phone), kept().front(), {{"theme", ""}, {"text", "改过"}}));
  const LocalEntry entry = kept().front();
  EXPECT_EQ(std::ranges::count(entry.inputs, "theme", &Input::field), 0);
  EXPECT_EQ(std::ranges::find(entry.inputs, "text", &Input::field)->text, "改过");
  EXPECT_FALSE(amend_local(nowhere(phone), entry, {{"date", ""}})->ok());
  EXPECT_THAT(kept(), SizeIs(1)) << "a refused change changes nothing";
  EXPECT_EQ(kept().front().inputs.size(), entry.inputs.size());
  ASSERT_TRUE(drop_local(phone.vault(), entry).ok());
  EXPECT_THAT(kept(), IsEmpty());
}

// Whatever call fails while it becomes a record: after the next start it is one thing or the other.
TEST(LocalEntrySweep, AKillBetweenAdoptAndDropMakesOne) {
  const auto broken = mq::testing::for_each_fault([](Faults& faults) {
    faults.pause();
    Township town(&faults);
    town.with_people();
    const Workplace place = town.place();
    const model::Entity& visit = *place.vault.schema().entity("Visit");
    saved(keep_local(place, visit, with(kVisit, {"demand", "水渠清淤"})));
    faults.resume();
    const auto adopted = adopt_local(town.place());
    faults.stop();

    town.desk.kill();
    ASSERT_TRUE(town.desk.boot().ok());
    const auto left = local_entries(town.desk.vault());
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(count(town.place(), "visit") + static_cast<std::int64_t>(left->size()), 1);
    EXPECT_EQ(count(town.place(), "visit"), count(town.place(), "issue"));
    EXPECT_TRUE(!adopted.ok() || left->empty()) << "what was acknowledged is there";
    ASSERT_TRUE(adopt_local(town.place()).ok());
    EXPECT_EQ(count(town.place(), "visit"), 1);
    EXPECT_EQ(count(town.place(), "issue"), 1);
  });
  EXPECT_GT(broken, 3u);
}

}  // namespace
}  // namespace mq::work::testing
