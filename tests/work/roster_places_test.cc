// A household whose row stands in several villages counts in one of them: moved to two apart, said
// to be in each other's, or merged after it had moved.
#include <set>

#include "mq/work/edits_home.h"
#include "mq/work/facts_home.h"
#include "mq/work/settle.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

const std::string kPine =
    "村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期\n"
    "松树坪村,1,999999100202010001,钱九,钱九,户主,男,1960-01-02\n"
    "大岭村,1,999999100203010001,冯十,冯十,户主,男,1960-01-02\n";

class RosterPlacesTest : public RosterTest {
 protected:
  RosterPlacesTest() { town.import(ImportKind::kRoster, kPine); }

  Village village(const std::string& name) { return *Directory(place()).village(name); }
  // Where its row of that village says that it went.
  std::optional<RowId> gone_to(const RowId& row, const std::string& from) {
    auto q = place().vault.database().query(
        "SELECT moved_to FROM \"household\" WHERE id = ?1 AND stream = ?2");
    q->bind(1, row.view()).bind(2, village(from).stream);
    return *q->step() ? RowId::from(q->blob(0)) : std::nullopt;
  }
  void say(const RowId& row, const std::string& stands_in, const std::string& went_to) {
    const model::Entity& entity = *place().vault.schema().entity("Household");
    vault::Change change;
    change.entity = entity.number;
    change.row = row;
    change.field = entity.field("moved_to")->number;
    change.value = to_bytes(village(went_to).org_unit.view());
    const vault::StreamIx stream = village(stands_in).stream;
    ASSERT_TRUE(place().vault.commit({{stream, {change}}}, place().vault.view()).ok());
  }
};

// Two desks move one household apart, each to another village: it is where the old row says.
TEST_F(RosterPlacesTest, MovedToTwoVillagesApartItIsWhereTheOldRowSays) {
  town.join("乙", {"鱼泉村", "清渭社区", "松树坪村"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const std::string other[] = {"清渭社区", "松树坪村"};
  const std::string houses[] = {kOne, kTwo};
  for (std::size_t i = 0; i < 2; ++i) {
    const RowId row = house(houses[i]);
    const Workplace there = town.at(second);
    saved(step("move", houses[i], {{"village", other[i]}}));
    town.world.advance(std::chrono::minutes(1));
    saved(household_step(there, "move", houses[i], {{"village", other[1 - i]}}));
    ASSERT_TRUE(town.world.settle());
    const auto said = gone_to(row, "鱼泉村");
    ASSERT_TRUE(said);
    for (SimDevice* device : {&town.desk, &second}) {
      const auto found = Directory(town.at(*device)).household(houses[i]);
      ASSERT_TRUE(found.ok());
      const auto home = Directory(town.at(*device)).village_of_stream(found->stream);
      EXPECT_EQ((*home)->org_unit, *said) << houses[i];
    }
  }
  EXPECT_THAT(march(), ::testing::Contains("合计 7 0")) << "and nowhere else";
}

// What is shown and changed of it is what counts, on every device.
TEST_F(RosterPlacesTest, MovedApartItIsReadAndChangedWhereItCounts) {
  town.join("乙", {"鱼泉村", "清渭社区", "松树坪村"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const std::string other[] = {"清渭社区", "松树坪村"}, houses[] = {kOne, kTwo};
  const std::string heads[] = {"王一", "张三"};
  for (std::size_t i = 0; i < 2; ++i) {
    const RowId row = house(houses[i]), head = person(heads[i]);
    saved(step("move", houses[i], {{"village", other[i]}}));
    town.world.advance(std::chrono::minutes(1));
    saved(household_step(town.at(second), "move", houses[i], {{"village", other[1 - i]}}));
    ASSERT_TRUE(town.world.settle());
    for (SimDevice* device : {&town.desk, &second}) {
      const Workplace at = town.at(*device);
      const auto counts = Directory(at).household(houses[i])->stream;
      for (const auto& [name, id] : {std::pair{"Household", row}, std::pair{"Person", head}}) {
        const model::Entity& entity = *at.vault.schema().entity(name);
        EXPECT_EQ((*at.vault.load(entity.number, id))->stream, counts) << name << houses[i];
        saved(amend(at, entity, id, {{"remark", cat(name, houses[i])}}, at.vault.view()));
        EXPECT_EQ(shown(at, name, id, "remark"), cat(name, houses[i]));
      }
    }
    ASSERT_TRUE(town.world.settle());
  }
}

// Of the two a person takes the other: facts that were carried to the first one follow.
TEST_F(RosterPlacesTest, OnceItIsSettledWhereItWentItsFactsAreThere) {
  town.join("乙", {"鱼泉村", "清渭社区", "松树坪村"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const RowId row = house(kTwo), zhang = person("张三");
  const auto write = [&](const Workplace& at, std::string_view name, const RowId& id,
                         const Inputs& inputs) {
    saved(amend(at, *at.vault.schema().entity(name), id, inputs, at.vault.view()));
  };
  write(place(), "Household", row, {{"hardship", "药费高"}});
  write(place(), "Person", zhang, {{"ins_medical", "是"}});
  ASSERT_TRUE(town.world.settle());
  saved(step("move", kTwo, {{"village", "清渭社区"}}));
  town.world.advance(std::chrono::minutes(1));
  saved(household_step(town.at(second), "move", kTwo, {{"village", "松树坪村"}}));
  ASSERT_TRUE(town.world.settle());
  write(place(), "Person", zhang, {{"ins_pension", "是"}});
  ASSERT_TRUE(town.world.settle());
  ASSERT_TRUE(take_facts_home(place()).ok());
  const auto open = place().vault.conflicts();
  for (const vault::Conflict& conflict : *open) {
    const auto wanted = std::ranges::find(
        conflict.claims, model::Value(to_bytes(village("清渭社区").org_unit.view())),
        &vault::Claim::value);
    ASSERT_NE(wanted, conflict.claims.end());
    const auto at = static_cast<std::size_t>(wanted - conflict.claims.begin());
    saved(take_claim(place(), conflict, at, place().vault.view()));
  }
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&town.desk, &second}) {
    ASSERT_TRUE(take_facts_home(town.at(*device)).ok());
  }
  ASSERT_TRUE(town.world.settle());
  const vault::StreamIx guarded = village("清渭社区").private_stream;
  for (SimDevice* device : {&town.desk, &second}) {
    const Workplace at = town.at(*device);
    EXPECT_EQ(Directory(at).household(kTwo)->stream, Directory(at).village("清渭社区")->stream);
    EXPECT_EQ(shown(at, "Household", row, "hardship"), "药费高");
    EXPECT_EQ(shown(at, "Person", zhang, "ins_medical"), "是");
    EXPECT_EQ(shown(at, "Person", zhang, "ins_pension"), "是");
    EXPECT_EQ(at.vault.conflicts()->size(), 0u);
    EXPECT_EQ(*take_facts_home(at), 0u);
  }
  for (const char* table : {"household_private", "person_private"}) {
    EXPECT_EQ(
        *place().vault.database().integer(
            cat("SELECT count(*) FROM \"", table, "\" WHERE deleted = 0 AND stream <> ", guarded)),
        0)
        << table;
  }
}

// Whoever sees a part of its way sees that it has gone.
TEST_F(RosterPlacesTest, AfterThreeMovesNobodyOnItsWayHasIt) {
  const std::vector<std::string> way{"鱼泉村", "清渭社区", "松树坪村", "大岭村"};
  std::vector<SimDevice*> phones;
  std::vector<std::set<std::string>> held;
  for (unsigned some = 1; some < 16; ++some) {
    std::vector<std::string> names;
    for (unsigned k = 0; k < 4; ++k) {
      if ((some & 1u << k) != 0) names.push_back(way[k]);
    }
    phones.push_back(&town.join(cat("干部", some), names, some % 2 == 0));
    held.emplace_back(names.begin(), names.end());
  }
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  for (std::size_t k = 1; k < 4; ++k) {
    const Workplace at = k % 2 == 0 ? town.at(second) : place();
    saved(household_step(at, "move", kOne, {{"village", way[k]}}));
    town.world.advance(std::chrono::minutes(1));
    ASSERT_TRUE(town.world.settle());
    for (std::size_t i = 0; i < phones.size(); ++i) {
      const Workplace there = town.at(*phones[i]);
      std::string found;
      const auto listed = Directory(there).bare_households();
      for (const Household& one : *listed) {
        if (one.number == kOne) found += (*Directory(there).village_of_stream(one.stream))->name;
      }
      EXPECT_EQ(found, held[i].contains(way[k]) ? way[k] : "") << k << " " << i;
      const RowId li = person("李二");
      const auto people = Canonical::people(there);
      for (std::size_t j = 0; j <= k; ++j) {
        if (!held[i].contains(way[j])) continue;
        EXPECT_EQ(people->counts(li, Directory(there).village(way[j])->stream), j == k);
      }
    }
  }
}

// Two desks took it to two villages: the cadre of the one where it does not count has it no more
// once it moves on, or once it is settled where it went.
TEST_F(RosterPlacesTest, WhereItWasTakenInVainItIsGoneToo) {
  SimDevice& social = town.join("乙", {"清渭社区"}, true);
  SimDevice& both = town.join("丁", {"鱼泉村", "清渭社区"}, false);
  SimDevice& pine = town.join("丙", {"松树坪村"}, true);
  town.join("戊", {"鱼泉村", "大岭村"}, false);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const auto has = [&](SimDevice& device, const std::string& number) {
    const auto found = Directory(town.at(device)).household(number);
    return found.ok();
  };
  for (const std::string& number : {kOne, kTwo}) {
    saved(step("move", number, {{"village", "清渭社区"}}));
    town.world.advance(std::chrono::minutes(1));
    saved(household_step(town.at(second), "move", number, {{"village", "松树坪村"}}));
    town.world.advance(std::chrono::minutes(1));
    ASSERT_TRUE(town.world.settle());
    EXPECT_TRUE(has(social, number) && has(pine, number)) << "nobody has decided";
  }
  EXPECT_EQ(*take_edits_home(place()), 0u);
  const RowId on = saved(step("move", kOne, {{"village", "大岭村"}}));
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&social, &both, &pine}) EXPECT_FALSE(has(*device, kOne));
  saved(undo(on));
  ASSERT_TRUE(town.world.settle());
  EXPECT_TRUE(has(social, kOne) && has(pine, kOne)) << "as it was before";

  const RowId zhang = person("张三");
  const auto open = place().vault.conflicts();
  for (const vault::Conflict& conflict : *open) {
    if (conflict.row != house(kTwo) && conflict.row != zhang) continue;
    const auto wanted = std::ranges::find(
        conflict.claims, model::Value(to_bytes(village("清渭社区").org_unit.view())),
        &vault::Claim::value);
    ASSERT_NE(wanted, conflict.claims.end());
    const auto at = static_cast<std::size_t>(wanted - conflict.claims.begin());
    saved(take_claim(place(), conflict, at, place().vault.view()));
  }
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(*take_edits_home(place()), 2u);
  EXPECT_EQ(*take_edits_home(town.at(second)), 2u);
  ASSERT_TRUE(town.world.settle());
  EXPECT_TRUE(has(social, kTwo) && has(both, kTwo));
  EXPECT_FALSE(has(pine, kTwo));
  EXPECT_EQ(*take_edits_home(place()), 0u);
  EXPECT_THAT(march(), ::testing::Contains("合计 7 0"));
}

// Taking the second back, it is where the first took it; then that one can be taken back as well.
TEST_F(RosterPlacesTest, OfTwoMovesApartEachIsTakenBackForItself) {
  town.join("乙", {"鱼泉村", "清渭社区", "松树坪村"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const RowId zhang = person("张三");
  const RowId first = saved(step("move", kTwo, {{"village", "清渭社区"}}));
  town.world.advance(std::chrono::minutes(1));
  const RowId later =
      saved(household_step(town.at(second), "move", kTwo, {{"village", "松树坪村"}}));
  ASSERT_TRUE(town.world.settle());
  const auto stands_in = [&](const std::string& name) {
    const auto found = Directory(place()).household(kTwo);
    const bool person_too = Canonical::people(place())->counts(zhang, village(name).stream);
    return found.ok() && found->stream == village(name).stream && person_too;
  };
  ASSERT_TRUE(stands_in("松树坪村"));
  EXPECT_FALSE(undo(first)->ok()) << "the later one says where it is";
  saved(undo(later));
  EXPECT_TRUE(stands_in("清渭社区"));
  EXPECT_THAT(march(), ::testing::Contains("合计 7 0"));
  saved(undo(first));
  EXPECT_TRUE(stands_in("鱼泉村"));
  EXPECT_THAT(march(), ::testing::Contains("合计 7 0"));
}

TEST_F(RosterPlacesTest, SaidToHaveGoneToEachOthersVillageItCountsOnce) {
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  const RowId row = house(kOne);
  say(row, "清渭社区", "鱼泉村");
  EXPECT_THAT(march(), ::testing::Contains("合计 7 0"));
  EXPECT_TRUE(Directory(place()).household(kOne).ok());
}

// The row that it left behind says nothing of what became of it.
TEST_F(RosterPlacesTest, MergedAfterItHadMovedItsPeopleAreInTheOther) {
  const RowId row = house(kSix);
  saved(step("move", kSix, {{"village", "鱼泉村"}}));
  saved(step("merge", kSix, {{"into", kOne}}));
  EXPECT_EQ(Canonical::households(place())->home(row), house(kOne));
  EXPECT_THAT(march(), ::testing::Contains("合计 6 0"));
}

}  // namespace
}  // namespace mq::work::testing
