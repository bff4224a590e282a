// Rows that may be one: what is found among planted ones, what is not said of a clean roster, who
// is asked about at entry, and that nobody is asked twice.
#include <fstream>
#include <set>
#include <sstream>

#include "minqing/model/v1/person.pb.h"
#include "mq/work/duplicates.h"
#include "support/sim_random.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using mq::testing::SimRandom;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace mpb = ::minqing::model::v1;
using P = mpb::Person;

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

const model::Entity& entity(const Workplace& place, std::string_view name) {
  return *place.vault.schema().entity(name);
}

// The roster of the samples, and rows planted into it.
class Plantation {
 public:
  explicit Plantation(std::uint64_t seed) : random_(seed) {
    for (const char* village : {"鱼泉村", "松树坪村", "清渭社区"}) {
      const std::string csv = file_text(cat("samples/township/roster-", village, ".csv"));
      MQ_ASSERT(!csv.empty());
      town_.import(ImportKind::kRoster, csv);
    }
    auto q = place().vault.database().query(
        "SELECT p.id, p.name, p.birth, p.sex, p.household_id, p.stream, p.id_fingerprint FROM "
        "\"person\" p JOIN \"household\" h ON h.id = p.household_id ORDER BY p.id");
    while (*q->step()) {
      people_.push_back({*RowId::from(q->blob(0)), std::string(q->text(1)), q->integer(2),
                         q->integer(3), *RowId::from(q->blob(4)), q->integer(5)});
    }
  }
  Workplace place() { return town_.place(); }
  std::size_t people() const { return people_.size(); }

  // One more row of somebody, under another number (as one with a digit off is), each in its way;
  // gives the pair.
  std::pair<RowId, RowId> plant(int kind) {
    const Somebody* who = nullptr;
    do {
      who = &people_[random_.below(people_.size())];
    } while (!used_.insert(who->row).second || code_points(who->name).size() < 2);
    Somebody twin = *who;
    twin.row = new_id<RowId>(place().clock, random_);
    if (kind == 0 || kind > 3) elsewhere(twin);  // registered twice, in two households
    if (kind == 1 || kind == 5) twin.name = other_character(twin.name);
    if (kind == 2 || kind == 4) twin.birth = other_day(twin.birth);
    if (kind == 3) twin.name = spaced(twin.name);
    write(twin);
    return who->row < twin.row ? std::pair(who->row, twin.row) : std::pair(twin.row, who->row);
  }
  void store() {
    for (auto& [stream, changes] : changes_) {
      MQ_ASSERT(place().vault.commit({{stream, changes}}, place().vault.view()).ok());
    }
  }

 private:
  struct Somebody {
    RowId row;
    std::string name;
    std::int64_t birth = 0, sex = 0;
    RowId household;
    vault::StreamIx stream = 0;
  };
  void elsewhere(Somebody& twin) {
    const Somebody& other = people_[random_.below(people_.size())];
    twin.household = other.household;
    twin.stream = other.stream;
  }
  static std::string spaced(const std::string& name) {
    const std::string first(first_characters(name, 1));
    return cat(" ", first, " ", name.substr(first.size()));
  }
  static std::string other_character(const std::string& name) {
    const std::string last(first_characters(name, code_points(name).size() - 1));
    return cat(last, "鑷");
  }
  std::int64_t other_day(std::int64_t birth) {
    const std::string iso = Date{static_cast<std::int32_t>(birth)}.iso();
    for (;;) {  // one digit of the year
      std::string tried = iso;
      tried[3] = static_cast<char>('0' + random_.below(10));
      const auto day = Date::parse_iso(tried);
      if (tried != iso && day) return day->days;
    }
  }
  void write(const Somebody& twin) {
    const auto set = [&](std::uint32_t field, model::Value value) {
      vault::Change change;
      change.entity = entity(place(), "Person").number;
      change.row = twin.row;
      change.field = field;
      change.value = std::move(value);
      changes_[twin.stream].push_back(std::move(change));
    };
    Bytes fingerprint(16);
    random_.fill(fingerprint);
    set(P::kNameFieldNumber, twin.name);
    set(P::kHouseholdIdFieldNumber, to_bytes(twin.household.view()));
    set(P::kRelationFieldNumber, std::int64_t{80});
    set(P::kSexFieldNumber, twin.sex);
    set(P::kBirthFieldNumber, twin.birth);
    set(P::kIdFingerprintFieldNumber, std::move(fingerprint));
  }

  SimRandom random_;
  Township town_;
  std::vector<Somebody> people_;
  std::set<RowId> used_;
  std::map<vault::StreamIx, std::vector<vault::Change>> changes_;
};

TEST(RosterDuplicates, PlantedOnesAreFoundAndFewOthers) {
  constexpr int kPlanted = 260;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Plantation town(seed);
    const auto clean = likely_people(town.place());
    ASSERT_TRUE(clean.ok());
    EXPECT_LE(clean->size() * 100, town.people() * 2) << "of a roster in which nobody was planted";
    std::set<std::pair<RowId, RowId>> planted;
    for (int i = 0; i < kPlanted; ++i) planted.insert(town.plant(i % 6));
    town.store();
    const auto found = likely_people(town.place());
    ASSERT_TRUE(found.ok());
    std::size_t right = 0;
    for (const LikelyPair& pair : *found) right += planted.contains({pair.a, pair.b}) ? 1 : 0;
    const std::size_t others = found->size() - right;
    std::printf("seed %d: %zu people, %zu pairs before; of %zu planted %zu found, %zu others\n",
                static_cast<int>(seed), town.people(), clean->size(), planted.size(), right,
                others);
    EXPECT_GE(right * 100, planted.size() * 95);
    EXPECT_LE(others * 100, found->size() * 2);
  }
}

class DuplicatesTest : public RosterTest {
 protected:
  RowId add(const Inputs& inputs) { return saved(add_person(place(), inputs)); }
  std::vector<std::string> why() {
    std::vector<std::string> out;
    const auto pairs = likely_people(place());
    EXPECT_TRUE(pairs.ok());
    for (const LikelyPair& pair : *pairs) out.push_back(pair.why_zh);
    return out;
  }
  Inputs wife(const std::string& number, const std::string& name, const std::string& birth) {
    Inputs out{{"household_id", number}, {"name", name}, {"relation", "妻"}, {"sex", "女"}};
    if (!birth.empty()) out.push_back({"birth", birth});
    return out;
  }
};

TEST_F(DuplicatesTest, SayWhyAndNotWithoutReason) {
  EXPECT_THAT(why(), IsEmpty());
  add(wife(kSix, "李二", "1962-03-04"));
  EXPECT_THAT(why(), ElementsAre("同名同生日"));
  add(wife(kTwo, "李二", "1975-01-01"));
  add(wife(kFour, "王一", ""));
  EXPECT_THAT(why(), ElementsAre("同名同生日")) << "a name alone says nothing";
  add(wife(kSix, "吳七", "1956-12-13"));
  EXPECT_THAT(why(), ElementsAre("同名同生日", "同名同生日")) << "the other form of a character";
  add(wife(kThree, "孙武", "1990-09-10"));
  EXPECT_THAT(why(), ::testing::Contains(HasSubstr("姓名差一字"))) << "of the same group";
  add(wife(kThree, "赵四", "1980-07-09"));
  EXPECT_THAT(why(), ::testing::Contains(HasSubstr("出生日期差一位")));
}

TEST_F(DuplicatesTest, TwoHouseholdsOfOneTelephoneAreAskedAboutThoughNoBirthIsKnown) {
  const Inputs home{{"village", "清渭社区"}, {"head_name", "钱小八"}, {"phones", "13900000009"}};
  saved(add_household(place(), home));
  Inputs other = home;
  other[1] = {"head_name", "钱晓八"};
  saved(add_household(place(), other));
  EXPECT_THAT(why(), ::testing::Contains("两户同电话,姓名差一字"));
}

TEST_F(DuplicatesTest, ADigitOfTheNumberIsSeenWhereItIsStored) {
  const auto all = programmes(place());
  saved(amend(place(), entity(place(), "Programme"), all->front().row, {{"needs", "证件号码"}},
              place().vault.view()));
  Inputs first = wife(kOne, "林十", "");
  first.push_back({"id_no", "999999196203045527"});
  add(first);
  Inputs second = wife(kSix, "林十", "");
  second.push_back({"id_no", "999999196203046527"});
  const auto outcome = add_person(place(), second);
  saved(outcome);
  EXPECT_THAT(why(), ElementsAre("姓名相同或差一字,证件号差一位"));
  bool told = false;
  for (const model::Fault& flag : outcome->flags) {
    told = told || flag.zh.find("可能已经登记过:林十(户 999999100201010001") != std::string::npos;
  }
  EXPECT_TRUE(told) << "and at entry";
}

TEST_F(DuplicatesTest, EntryNamesTheCandidatesHousehold) {
  const auto known = add_household(
      place(), {{"village", "鱼泉村"}, {"head_name", "张三"}, {"phones", "13900000002"}});
  saved(known);
  ASSERT_EQ(known->flags.size(), 1u);
  EXPECT_THAT(known->flags[0].zh, HasSubstr(cat("张三(户 ", kTwo)));
  const auto fresh = add_household(place(), {{"village", "鱼泉村"}, {"head_name", "新来的"}});
  saved(fresh);
  EXPECT_THAT(fresh->flags, IsEmpty());
  const auto pairs = likely_households(place());
  ASSERT_EQ(pairs->size(), 1u);
  EXPECT_THAT(pairs->front().why_zh, HasSubstr("户主同名"));
}

TEST_F(DuplicatesTest, WhatIsTwoIsNotAskedAgainAndWhatIsOneIsGone) {
  const RowId twin = add(wife(kSix, "李二", "1962-03-04"));
  const RowId other = add(wife(kSix, "周六", "1955-11-12"));
  EXPECT_EQ(likely_people(place())->size(), 2u);
  const auto of = [&](const RowId& row) {
    const auto all = *likely_people(place());
    const auto found = std::ranges::find_if(
        all, [&](const LikelyPair& pair) { return pair.a == row || pair.b == row; });
    return found == all.end() ? std::pair(row, row) : std::pair(found->a, found->b);
  };
  const auto [a, b] = of(twin);
  saved(say_distinct(place(), entity(place(), "Person"), a, b));
  EXPECT_FALSE(say_distinct(place(), entity(place(), "Person"), a, a)->ok());
  const auto left = likely_people(place());
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(std::set<RowId>({left->front().a, left->front().b}).count(other), 1u);
  const auto [c, d] = of(other);
  saved(change_person(place(), "merge", other, {{"into", (c == other ? d : c).hex()}}));
  EXPECT_THAT(*likely_people(place()), IsEmpty());
  const auto clerks = Directory(place()).village("清渭社区")->stream;
  EXPECT_THAT(*likely_people(place(), clerks), IsEmpty());
}

}  // namespace
}  // namespace mq::work::testing
