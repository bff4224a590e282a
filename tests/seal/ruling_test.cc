// Cuts and admissions that come before, between and after the envelopes they speak of.
#include <gtest/gtest.h>

#include "mq/seal/sealing.h"
#include "seal/home.h"

namespace mq::testing {
namespace {

using Received = seal::Sealer::Received;
using vault::Standing;

constexpr auto kVillage = pb::STREAM_KIND_VILLAGE;
constexpr auto kCadre = pb::ROLE_KIND_CADRE;
constexpr int kReaders = 10;

class RulingTest : public ::testing::Test {
 protected:
  SealTown town;
  StreamId village = town.add_stream(kVillage);
  Home wang{town, kCadre, {village}, 31};
  Home li{town, kCadre, {village}, 32};
  std::vector<std::unique_ptr<Home>> readers;
  vault::StreamIx wangs = 0, lis = 0;
  RowId row;

  void SetUp() override {
    for (int i = 0; i < kReaders; ++i) {
      readers.push_back(std::make_unique<Home>(town, kCadre, std::vector<StreamId>{village},
                                               static_cast<std::uint64_t>(40 + i)));
    }
    town.rotate(village);
    wangs = wang.learn(village);
    lis = li.learn(village);
    for (auto& reader : readers) EXPECT_EQ(reader->learn(village), lis);
    row = new_id<RowId>(wang.clock, wang.random);
  }

  // The same visit again, by whoever has seen it.
  wire::Envelope write(Home& home, std::string_view words) {
    home.clock.advance(std::chrono::milliseconds(1000));
    const model::Entity* visit = home.vault->schema().entity("Visit");
    vault::Change change;
    change.entity = visit->number;
    change.row = row;
    change.field = text_field(*visit);
    change.value = std::string(words);
    EXPECT_TRUE(home.vault->commit({{wangs, {change}}}, home.vault->view()).ok());
    return home.seal_all(wangs).at(0);
  }
  wire::Envelope visit(Home& home, std::string_view words) {
    home.record(wangs, words);
    return home.seal_all(wangs).at(0);
  }
  static std::uint32_t text_field(const model::Entity& entity) {
    for (const auto& field : entity.fields) {
      if (field.type == model::FieldType::kText && !field.repeated) return field.number;
    }
    return 0;
  }
  std::string shown(Home& home) {
    const model::Entity* visit = home.vault->schema().entity("Visit");
    const auto data = home.vault->load(visit->number, row);
    if (!data.ok() || !*data) return "";
    const vault::Cell* cell = (*data)->cell(text_field(*visit));
    return cell == nullptr ? "" : std::get<std::string>(cell->value);
  }

  std::uint64_t rule(Home& home) {
    const auto rows = home.sealer->rule_again(home.state());
    EXPECT_TRUE(rows.ok()) << rows.error().en;
    return *rows;
  }
  Standing standing(Home& home, const wire::Envelope& envelope) {
    return home.vault->standing(envelope.hash()).value().value();
  }
  void revoke(Home& home, const wire::Envelope& last) {
    town.town.revoke(home.holder->id, {point(last)});
  }
  static pb::Cut point(const wire::Envelope& envelope) {
    return cut_of(wire::chain_of(envelope.header), envelope.header.seq, envelope.hash());
  }
  Hash state_of(Home& home) { return home.state_hash(lis); }
};

TEST_F(RulingTest, AnEnvelopeMergedBeforeTheCutLeavesForce) {
  const auto kept = write(wang, "走访");
  const auto gone = write(wang, "被改");
  Home& early = *readers[0];
  EXPECT_EQ(early.receive(kept), Received::kMerged);
  EXPECT_EQ(early.receive(gone), Received::kMerged);
  EXPECT_EQ(shown(early), "被改");
  revoke(wang, kept);
  EXPECT_EQ(rule(early), 1u);
  EXPECT_EQ(shown(early), "走访");
  EXPECT_EQ(rule(early), 0u) << "nothing has changed since";

  Home& late = *readers[1];
  EXPECT_EQ(late.receive(kept), Received::kMerged);
  EXPECT_EQ(late.receive(gone), Received::kUndecided);
  EXPECT_EQ(late.receive(gone), Received::kDuplicate);
  EXPECT_EQ(state_of(early), state_of(late));
  early.open();
  EXPECT_EQ(standing(early, gone), Standing::kUndecided) << "kept over a restart";
}

// Whoever took the phone goes back to an older copy of it and grows another line.
TEST_F(RulingTest, AForkBelowTheCutNeverCounts) {
  const auto first = write(wang, "第一");
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  const auto second = write(wang, "第二");
  const auto third = write(wang, "第三");
  wang.go_back(disk, files);
  const auto stolen = write(wang, "偷来的");
  const auto more = write(wang, "又偷");
  ASSERT_EQ(stolen.header.seq, second.header.seq);

  Home& early = *readers[0];
  for (const auto& envelope : {first, second, third, stolen, more}) early.receive(envelope);
  EXPECT_EQ(standing(early, stolen), Standing::kInForce);
  revoke(wang, third);
  EXPECT_EQ(rule(early), 1u);
  EXPECT_EQ(shown(early), "第三");
  EXPECT_EQ(standing(early, stolen), Standing::kUndecided);

  // Until the cut's envelope is held nobody can tell which line leads to it.
  Home& late = *readers[1];
  for (const auto& envelope : {first, stolen}) EXPECT_EQ(late.receive(envelope), Received::kMerged);
  EXPECT_EQ(shown(late), "偷来的");
  EXPECT_EQ(late.receive(second), Received::kFork);
  EXPECT_EQ(standing(late, stolen), Standing::kInForce);
  EXPECT_EQ(late.receive(third), Received::kMerged);
  EXPECT_EQ(shown(late), "第三");
  EXPECT_EQ(late.receive(more), Received::kUndecided);
  EXPECT_EQ(state_of(early), state_of(late));
}

// A copied home has grown two lines, and the cut names an end of each. What goes on after the end
// of the shorter one has a number below the longer one's end, and is decided all the same.
TEST_F(RulingTest, WhatFollowsTheEndOfTheShorterLineIsDecided) {
  const auto first = write(wang, "第一");
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  const auto second = write(wang, "第二");
  const auto third = write(wang, "第三");
  const auto fourth = write(wang, "第四");
  wang.go_back(disk, files);
  const auto other = write(wang, "另一份");
  const auto late = visit(wang, "晚到的");
  const auto bad = visit(wang, "假话");
  ASSERT_LT(bad.header.seq, fourth.header.seq + 1);

  Home &before = *readers[0], &after = *readers[1];
  const auto everything = {first, second, third, fourth, other, late, bad};
  for (const auto& envelope : everything) before.receive(envelope);
  town.town.revoke(wang.holder->id, {point(fourth), point(other)});
  rule(before);
  EXPECT_EQ(standing(before, other), Standing::kInForce);
  EXPECT_EQ(standing(before, late), Standing::kUndecided);
  ASSERT_TRUE(
      town.town.append(admit_body(point(other), point(bad), {late.hash()}, {bad.hash()})).ok());
  rule(before);
  for (const auto& envelope : everything) after.receive(envelope);
  for (Home* home : {&before, &after}) {
    EXPECT_EQ(standing(*home, late), Standing::kInForce);
    EXPECT_EQ(standing(*home, bad), Standing::kRefused);
    EXPECT_EQ(home->visits(), 2u);
    EXPECT_EQ(state_of(*home), state_of(before));
  }
}

TEST_F(RulingTest, RefusedStaysOutEverywhere) {
  const auto kept = write(wang, "走访");
  const auto bad = write(wang, "假话");
  const auto good = visit(wang, "真的");
  Home &before = *readers[0], &between = *readers[1], &after = *readers[2];
  for (const auto& envelope : {kept, bad, good}) before.receive(envelope);
  revoke(wang, kept);
  rule(before);
  for (const auto& envelope : {kept, bad}) between.receive(envelope);
  ASSERT_TRUE(
      town.town.append(admit_body(point(kept), point(good), {good.hash()}, {bad.hash()})).ok());
  EXPECT_EQ(rule(before), 1u) << "what is refused changes no row, what is admitted one";
  rule(between);
  EXPECT_EQ(between.receive(good), Received::kMerged);
  EXPECT_EQ(after.receive(kept), Received::kMerged);
  EXPECT_EQ(after.receive(bad), Received::kUndecided);
  EXPECT_EQ(after.receive(good), Received::kMerged) << "its place after a refused one";
  for (Home* home : {&before, &between, &after}) {
    EXPECT_EQ(shown(*home), "走访");
    EXPECT_EQ(home->visits(), 2u);
    EXPECT_EQ(standing(*home, bad), Standing::kRefused);
    EXPECT_EQ(state_of(*home), state_of(before));
    EXPECT_TRUE(home->vault->verify()->empty());
  }
}

// It can be refused, and what was admitted after it has nothing to stand on.
TEST_F(RulingTest, WhatNobodyCanReadCanBeRefused) {
  const auto kept = write(wang, "走访");
  const auto sent = write(wang, "之后");
  SimRandom random;
  const auto bad = seal::seal_envelope(sent.header, Bytes(64, 0), town.keys.at({village, 2}),
                                       wang.holder->sign, random);
  Home& early = *readers[0];
  EXPECT_EQ(early.receive(kept), Received::kMerged);
  EXPECT_EQ(early.receive(bad), Received::kRefused) << "parked: it might have a meaning yet";
  revoke(wang, kept);
  ASSERT_TRUE(town.town.append(admit_body(point(kept), point(bad), {}, {bad.hash()})).ok());
  EXPECT_EQ(rule(early), 0u);
  EXPECT_EQ(*early.sealer->retry_parked(early.state()), 0);
  EXPECT_EQ(standing(early, bad), Standing::kRefused);
  EXPECT_TRUE(early.vault->parked()->empty());
  Home& late = *readers[1];
  late.receive(kept);
  EXPECT_EQ(late.receive(bad), Received::kUndecided);
  EXPECT_EQ(state_of(early), state_of(late));
}

TEST_F(RulingTest, OnesOwnWorkStaysUntilOneMayWriteAgain) {
  const auto work = write(wang, "走访");
  li.receive(work);
  town.town.end_role(wang.person, kCadre);
  EXPECT_EQ(rule(li), 1u);
  EXPECT_EQ(li.visits(), 0u);
  EXPECT_EQ(rule(wang), 0u);
  EXPECT_EQ(shown(wang), "走访") << "he must find what he has not delivered";
  town.town.add_role(wang.person, kCadre, {village});
  ASSERT_TRUE(wang.sealer->start_incarnation().ok());
  EXPECT_EQ(rule(wang), 1u) << "now he sees what everybody sees";
  EXPECT_EQ(state_of(wang), state_of(li));
  ASSERT_TRUE(
      town.town
          .append(admit_body(cut_of(wire::chain_of(work.header), 0), point(work), {work.hash()}))
          .ok());
  EXPECT_EQ(rule(wang), 1u);
  EXPECT_EQ(rule(li), 1u);
  EXPECT_EQ(shown(li), "走访");
  EXPECT_EQ(state_of(wang), state_of(li));
}

// The log in its stages and what was written under it, as they may come to one reader.
struct Story {
  std::vector<wire::ControlState> log;
  std::vector<wire::Envelope> envelopes;

  void tell(Home& home, SimRandom& random) const {
    std::size_t stage = 0;
    std::vector<wire::Envelope> left = envelopes;
    while (!left.empty() || stage + 1 < log.size()) {
      if (left.empty() || (stage + 1 < log.size() && random.chance(20))) {
        ++stage;
        ASSERT_TRUE(home.sealer->rule_again(log[stage]).ok());
        ASSERT_TRUE(home.sealer->retry_parked(log[stage]).ok());
        continue;
      }
      const auto at = static_cast<std::ptrdiff_t>(random.below(left.size()));
      ASSERT_TRUE(home.sealer->receive(left[static_cast<std::size_t>(at)], log[stage]).ok());
      if (random.chance(80)) left.erase(left.begin() + at);  // some come twice
    }
    ASSERT_TRUE(home.sealer->retry_parked(log.back()).ok());
  }
};

// A phone is stolen, cloned and cut off; li has answered what the thief wrote; some of the late
// work is admitted, some refused.
TEST_F(RulingTest, InAnyOrderTheSameState) {
  Story story;
  const auto add = [&](wire::Envelope envelope) {
    story.envelopes.push_back(std::move(envelope));
    return story.envelopes.back();
  };
  story.log.push_back(town.town.state);
  const auto first = add(write(wang, "第一"));
  const auto disk = wang.disk().copy("");
  const auto files = wang.files.copy();
  const auto second = add(write(wang, "第二"));
  const auto third = add(write(wang, "停用之后"));
  const auto fourth = add(visit(wang, "停用之后又一户"));
  wang.go_back(disk, files);
  const auto stolen = add(write(wang, "偷来的"));
  add(visit(wang, "偷来的一户"));
  for (const auto& envelope : {first, second, third, stolen}) li.receive(envelope);
  add(write(li, "回访"));
  revoke(wang, second);
  story.log.push_back(town.town.state);
  rule(li);
  add(write(li, "停用后的回访"));
  ASSERT_TRUE(
      town.town.append(admit_body(point(second), point(fourth), {fourth.hash()}, {third.hash()}))
          .ok());
  story.log.push_back(town.town.state);
  rule(li);
  add(visit(li, "核收之后"));

  std::set<Hash> states;
  for (int i = 0; i < kReaders; ++i) {
    SCOPED_TRACE(i);
    SimRandom random(static_cast<std::uint64_t>(500 + i));
    Home& reader = *readers[static_cast<std::size_t>(i)];
    story.tell(reader, random);
    EXPECT_TRUE(reader.vault->parked()->empty());
    EXPECT_TRUE(reader.vault->verify()->empty());
    EXPECT_EQ(shown(reader), "停用后的回访");
    EXPECT_EQ(reader.visits(), 3u) << "the shared one, the admitted one, li's last";
    states.insert(state_of(reader));
  }
  EXPECT_EQ(states.size(), 1u);
}

}  // namespace
}  // namespace mq::testing
