// Envelopes that leave force and come into it, as people see it: what is shown, what an edit
// covers, what search and history say.
#include <algorithm>

#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kNote;
using testing::kPlace;
using testing::kText;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::text;

// Thief and desk write; the desk has seen the thief's work.
struct Town {
  Opened opened;
  Device thief{1, opened}, desk{2, opened}, other{3, opened};
  RowId row;

  Town() {
    row = desk.new_row();
    desk.save({Device::set(row, kCount, number(1)), Device::set(row, kText, text("原来的话"))});
    const auto first = *desk.seal();
    thief.receive(first);
    other.receive(first);
  }
  wire::Envelope by_thief(std::vector<Change> changes) {
    thief.save(std::move(changes));
    return *thief.seal();
  }
  Vault::Applied receive(Device& device, const wire::Envelope& envelope, Standing standing) {
    const auto applied =
        device.vault->apply(device.stream, envelope, opened.at(envelope.hash()), standing);
    EXPECT_TRUE(applied.ok()) << applied.error().en;
    return *applied;
  }
  std::uint64_t rule(Device& device, const wire::Envelope& envelope, Standing standing) {
    const auto open = [&](const wire::Envelope& e) -> Result<std::vector<model::Transaction>> {
      return opened.at(e.hash());
    };
    const auto rows = device.vault->rule(device.stream, {{envelope.hash(), standing}}, open);
    EXPECT_TRUE(rows.ok()) << rows.error().en;
    return *rows;
  }
};

TEST(VaultStanding, ARefusedEnvelopeKeepsItsPlaceAndItsWord) {
  Town t;
  const auto bad = t.by_thief({Device::set(t.row, kCount, number(7))});
  t.desk.receive(bad);
  t.desk.save({Device::set(t.row, kCount, number(8))});
  const auto answer = *t.desk.seal();
  const auto good = t.by_thief({Device::set(t.row, kPlace, number(5))});

  const Hash without = t.other.state();
  EXPECT_EQ(t.receive(t.other, bad, Standing::kRefused), Vault::Applied::kMerged);
  EXPECT_EQ(t.other.shown(t.row, kCount), number(1));
  EXPECT_NE(t.other.state(), without) << "what is refused is part of the state";
  t.other.receive(answer);
  EXPECT_EQ(t.other.vault->delivery()->open_entries, 0u) << "what it names is held";
  EXPECT_EQ(t.other.shown(t.row, kCount), number(8));
  EXPECT_EQ(t.other.receive(good), Vault::Applied::kMerged) << "it stands after a held one";
  EXPECT_EQ(t.other.shown(t.row, kPlace), number(5));
  EXPECT_TRUE(t.other.vault->verify()->empty());

  EXPECT_EQ(t.rule(t.desk, bad, Standing::kRefused), 1u);
  t.desk.receive(good);
  EXPECT_EQ(t.desk.state(), t.other.state());
  EXPECT_EQ(*t.desk.vault->standing(bad.hash()), Standing::kRefused);
  EXPECT_EQ(*t.desk.vault->standing(good.hash()), Standing::kInForce);
  EXPECT_FALSE(t.desk.vault->standing(Hash{})->has_value());
  EXPECT_EQ(t.rule(t.desk, bad, Standing::kInForce), 1u);
  EXPECT_EQ(t.desk.shown(t.row, kCount), number(8)) << "the answer had seen it";
  EXPECT_FALSE(t.desk.contested(t.row));
}

std::vector<RowId> found(Device& device, const std::string& words) {
  std::vector<RowId> out;
  const auto hits = device.vault->search(words, 100);
  for (const auto& hit : *hits) out.push_back(hit.row);
  return out;
}

TEST(VaultStanding, ARowOnlyARefusedEnvelopeMadeIsGone) {
  Town t;
  const RowId made = t.thief.new_row();
  const auto bad = t.by_thief({Device::set(made, kText, text("假的一户"))});
  t.desk.receive(bad);
  EXPECT_EQ(*t.desk.vault->index_some(1000), 0u);
  EXPECT_EQ(found(t.desk, "假的"), std::vector<RowId>{made});
  t.rule(t.desk, bad, Standing::kRefused);
  EXPECT_FALSE(t.desk.vault->load(kNote, made)->has_value());
  EXPECT_TRUE(found(t.desk, "假的").empty());
  t.receive(t.other, bad, Standing::kRefused);
  EXPECT_EQ(t.desk.state(), t.other.state());

  // The next row takes the number that has become free.
  const RowId next = t.desk.new_row();
  t.desk.save({Device::set(next, kText, text("真的一户"))});
  EXPECT_EQ(found(t.desk, "真的"), std::vector<RowId>{next});
  EXPECT_GT(*t.desk.vault->index_some(1), 0u);
  EXPECT_EQ(*t.desk.vault->index_some(1000), 0u);
  EXPECT_EQ(found(t.desk, "真的"), std::vector<RowId>{next});
  EXPECT_EQ(found(t.desk, "原来"), std::vector<RowId>{t.row});
  const auto open = [&](const wire::Envelope& e) -> Result<std::vector<model::Transaction>> {
    return t.opened.at(e.hash());
  };
  EXPECT_EQ(t.desk.vault->history(kNote, next, open)->size(), 1u);
  t.rule(t.desk, bad, Standing::kInForce);
  EXPECT_EQ(found(t.desk, "假的"), std::vector<RowId>{made});
  EXPECT_TRUE(t.desk.vault->verify()->empty());
}

TEST(VaultStanding, AnEditMadeMeanwhileDoesNotSwallowWhatIsAdmitted) {
  for (const bool loaded_before : {true, false}) {
    SCOPED_TRACE(loaded_before ? "a form loaded before the decision" : "saved before it");
    Town t;
    const auto late = t.by_thief({Device::set(t.row, kCount, number(7))});
    t.receive(t.desk, late, Standing::kUndecided);
    const View form = t.desk.vault->view();
    if (!loaded_before) t.desk.save({Device::set(t.row, kCount, number(8))}, form);
    EXPECT_EQ(t.rule(t.desk, late, Standing::kInForce), 1u);
    if (loaded_before) t.desk.save({Device::set(t.row, kCount, number(8))}, form);
    EXPECT_TRUE(t.desk.contested(t.row)) << "nobody had seen it, so it stands beside the edit";
    const auto edit = *t.desk.seal();
    t.other.receive(edit);
    t.other.receive(late);
    EXPECT_EQ(t.other.state(), t.desk.state());
    // Whoever sees both decides.
    t.desk.save({Device::set(t.row, kCount, number(9))});
    EXPECT_FALSE(t.desk.contested(t.row));
  }
}

TEST(VaultStanding, WhatIsUndecidedIsHiddenAfterReopening) {
  Town t;
  const auto late = t.by_thief({Device::set(t.row, kCount, number(7))});
  testing::TempFolder folder;
  Device home(4, t.opened, testing::schema_v1(), folder.file("v.db"));
  home.receive(*t.thief.vault->envelope(t.thief.vault->held(t.thief.stream)->front()).value());
  t.receive(home, late, Standing::kUndecided);
  home.open(testing::schema_v1());
  home.save({Device::set(t.row, kCount, number(8))});
  t.rule(home, late, Standing::kInForce);
  EXPECT_TRUE(home.contested(t.row));
}

// Goes on from it and carries no transaction, as a state statement does.
wire::Envelope statement_after(const wire::Envelope& before) {
  wire::Envelope out = before;
  out.header.kind = static_cast<std::uint8_t>(wire::EnvelopeKind::kStatement);
  out.header.seq = before.header.seq + 1;
  out.header.prev = before.hash();
  return out;
}

// Everybody else never gets to hold what was not admitted: its entry would stay open for ever.
TEST(VaultStanding, WhatWaitsForADecisionIsNamedInNoContext) {
  Town t;
  const auto first = t.by_thief({Device::set(t.row, kCount, number(2))});
  t.desk.receive(first);
  t.other.receive(first);
  const wire::Envelope statement = statement_after(first);
  t.opened[statement.hash()] = {};
  EXPECT_EQ(t.receive(t.desk, statement, Standing::kUndecided), Vault::Applied::kMerged);
  t.desk.save({Device::set(t.row, kCount, number(3))});
  t.other.receive(*t.desk.seal());
  EXPECT_EQ(t.other.vault->delivery()->open_entries, 0u);
  EXPECT_EQ(t.other.shown(t.row, kCount), number(3));
  EXPECT_FALSE(t.other.contested(t.row)) << "what stands before it is named";
}

TEST(VaultStanding, ALineThatForksBehindWhatIsUndecidedIsNotNamed) {
  Town t;
  const auto first = t.by_thief({Device::set(t.row, kTitle, text("题"))});
  Device clone(1, t.opened);
  clone.receive(*t.thief.vault->envelope(t.thief.vault->held(t.thief.stream)->front()).value());
  clone.receive(first);
  const auto left = t.by_thief({Device::set(t.row, kPlace, number(3))});
  clone.save({Device::set(t.row, kCount, number(4))});
  const auto right = *clone.seal();
  t.receive(t.desk, first, Standing::kUndecided);
  t.desk.receive(left);
  EXPECT_EQ(t.desk.receive(right), Vault::Applied::kFork);
  t.desk.save({Device::set(t.row, kCount, number(9))});
  EXPECT_TRUE(t.desk.contested(t.row)) << "the fork could be named only with what is hidden";
  t.rule(t.desk, first, Standing::kInForce);
  t.desk.save({Device::set(t.row, kCount, number(10))});
  EXPECT_FALSE(t.desk.contested(t.row));
}

TEST(VaultStanding, ChainsTellWhatIsHeldAndWhichLineItIsOn) {
  Town t;
  const auto first = t.by_thief({Device::set(t.row, kCount, number(2))});
  const auto second = t.by_thief({Device::set(t.row, kCount, number(3))});
  wire::Envelope other_second = second;
  other_second.ct[5] ^= 1;
  other_second.ct_hash = wire::ciphertext_hash(other_second.ct);
  t.opened[other_second.hash()] = t.opened.at(second.hash());
  t.desk.receive(first);
  t.desk.receive(second);
  EXPECT_EQ(t.receive(t.desk, other_second, Standing::kUndecided), Vault::Applied::kFork);
  const wire::ChainId chain = wire::chain_of(first.header);
  const auto held = t.desk.vault->chain(chain);
  ASSERT_EQ(held->size(), 3u);
  EXPECT_EQ(held->front().hash, first.hash());
  EXPECT_EQ((*held)[1].seq, 2u);
  EXPECT_EQ((*held)[1].prev, first.hash());
  EXPECT_FALSE(held->front().own);
  const auto undecided = std::count_if(held->begin(), held->end(), [](const Vault::Held& each) {
    return each.standing == Standing::kUndecided;
  });
  EXPECT_EQ(undecided, 1);
  const auto on_line = [&](const wire::Envelope& a, const wire::Envelope& b) {
    return *t.desk.vault->on_line(a.hash(), b.hash());
  };
  EXPECT_TRUE(on_line(first, second));
  EXPECT_TRUE(on_line(first, other_second));
  EXPECT_TRUE(on_line(second, second));
  EXPECT_FALSE(on_line(second, first));
  EXPECT_FALSE(on_line(second, other_second));
  EXPECT_FALSE(on_line(other_second, second));
  EXPECT_EQ(t.desk.vault->chains(t.desk.stream)->size(), 2u);
}

TEST(VaultStanding, WhatWaitedIsWhereTheServerHadIt) {
  Town t;
  const auto first = t.by_thief({Device::set(t.row, kCount, number(2))});
  ASSERT_TRUE(t.desk.vault->park(first, "key").ok());
  ASSERT_TRUE(
      t.desk.vault->set_cursor(t.desk.stream, {4, Hash{}}, first.hash(), WallTime{77}).ok());
  t.desk.receive(first);
  ASSERT_TRUE(t.desk.vault->unpark(first.hash()).ok());
  EXPECT_TRUE(t.desk.vault->relay(1 << 20)->empty()) << "the server gave it";
  const auto held = t.desk.vault->chain(wire::chain_of(first.header));
  EXPECT_EQ(held->front().received, WallTime{77});
}

TEST(VaultStanding, RelayHasWhatCameByHandUntilAServerIsKnownToHoldIt) {
  Town t;
  const auto mine = t.by_thief({Device::set(t.row, kCount, number(2))});
  EXPECT_EQ(t.thief.vault->relay(1 << 20)->size(), 1u) << "the desk's, which it holds";
  EXPECT_EQ(t.thief.vault->outbox(1 << 20)->size(), 1u);
  const Hash theirs = t.thief.vault->relay(1)->front().hash();
  ASSERT_TRUE(t.thief.vault->set_cursor(t.thief.stream, {1, Hash{}}, theirs, WallTime{5}).ok());
  EXPECT_TRUE(t.thief.vault->relay(1 << 20)->empty());
  // From the late box: again, once it has been decided.
  Town late;
  const auto work = late.by_thief({Device::set(late.row, kCount, number(2))});
  late.receive(late.other, work, Standing::kUndecided);
  const Hash desks = late.other.vault->relay(1)->front().hash();
  for (const Hash& hash : {desks, work.hash()}) {
    ASSERT_TRUE(late.other.vault->note_late(hash, WallTime{7}).ok());
  }
  ASSERT_EQ(late.other.vault->relay(1 << 20)->size(), 1u);
  EXPECT_EQ(late.other.vault->relay(1 << 20)->front().hash(), desks);
  late.rule(late.other, work, Standing::kRefused);
  EXPECT_EQ(late.other.vault->relay(1 << 20)->size(), 2u);

  ASSERT_TRUE(t.thief.vault->park(mine, "why").ok());
  const auto parked = t.thief.vault->parked_with_reason();
  ASSERT_EQ(parked->size(), 1u);
  EXPECT_EQ(parked->front().second, "why");
}

TEST(VaultStanding, AnEnvelopeThatDoesNotOpenChangesNothing) {
  Town t;
  const auto first = t.by_thief({Device::set(t.row, kCount, number(7))});
  const auto second = t.by_thief({Device::set(t.row, kTitle, text("题"))});
  t.desk.receive(first);
  t.desk.receive(second);
  const Hash before = t.desk.state();
  int opened = 0;
  const auto open = [&](const wire::Envelope& e) -> Result<std::vector<model::Transaction>> {
    if (++opened < 2) return t.opened.at(e.hash());
    return Error{Code::kUnauthenticated, "没有钥匙", "no key"};
  };
  const auto ruled = t.desk.vault->rule(
      t.desk.stream, {{first.hash(), Standing::kRefused}, {second.hash(), Standing::kRefused}},
      open);
  ASSERT_FALSE(ruled.ok());
  EXPECT_EQ(ruled.error().code, Code::kUnauthenticated);
  EXPECT_EQ(t.desk.state(), before);
  EXPECT_EQ(*t.desk.vault->standing(first.hash()), Standing::kInForce);
  EXPECT_EQ(t.desk.shown(t.row, kCount), number(7));
}

}  // namespace
}  // namespace mq::vault
