// Saving, exchanging, contesting, renumbering: the vault as its callers see it.
#include <algorithm>

#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kLog;
using testing::kMarks;
using testing::kNote;
using testing::kPlace;
using testing::kState;
using testing::kText;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::Pair;
using testing::TempFolder;
using testing::text;
using Applied = Vault::Applied;

TEST(Vault, WhatWasSavedIsThereAfterReopening) {
  Opened opened;
  TempFolder folder;
  Device desk(1, opened, testing::schema_v1(), folder.file("v.db"));
  const RowId row = desk.new_row();
  Change marks = Device::of(Change::Kind::kSet, row, kMarks);
  marks.values = {number(3), number(1)};
  desk.save(
      {Device::set(row, kCount, number(-7)), Device::set(row, kText, text("水管漏水")), marks});
  desk.open(testing::schema_v1());
  EXPECT_EQ(desk.shown(row, kCount), number(-7));
  EXPECT_EQ(desk.shown(row, kText), text("水管漏水"));
  EXPECT_EQ(desk.members(row, kMarks).size(), 2u);
  EXPECT_EQ(desk.vault->delivery()->unsealed, 1u);
  const auto unsealed = desk.vault->unsealed(desk.stream, 1);
  ASSERT_EQ(unsealed->size(), 1u);
  EXPECT_EQ(unsealed->front().transaction.n, 1u);
  EXPECT_EQ(unsealed->front().transaction.ops.size(), 4u);
  EXPECT_TRUE(desk.vault->verify()->empty());
}

TEST(Vault, AnUnchangedValueEmitsNoOp) {
  Opened opened;
  Device desk(1, opened);
  const RowId row = desk.new_row();
  desk.save({Device::set(row, kCount, number(5)), Device::set(row, kTitle, {})});
  desk.save({Device::set(row, kCount, number(5))});
  EXPECT_EQ(desk.vault->delivery()->unsealed, 1u);
  desk.save({Device::set(row, kCount, number(6))});
  EXPECT_EQ(desk.vault->delivery()->unsealed, 2u);
}

TEST(Vault, ValuesOfTheWrongTypeAndUnknownFieldsAreRefusedAndNothingIsStored) {
  Opened opened;
  Device desk(1, opened);
  const RowId row = desk.new_row();
  for (const Change& bad : {Device::set(row, kCount, text("five")), Device::set(row, 99, number(1)),
                            Device::set(row, 1, number(1), 99)}) {
    const auto saved = desk.vault->commit(
        {{desk.stream, {Device::set(row, kPlace, number(1)), bad}}}, desk.vault->view());
    ASSERT_FALSE(saved.ok());
    EXPECT_EQ(saved.error().code, Code::kInvalidInput);
  }
  EXPECT_FALSE(desk.vault->load(kNote, row)->has_value());
  EXPECT_EQ(desk.vault->delivery()->unsealed, 0u);
  desk.save({Device::set(row, kPlace, number(1))});
  EXPECT_EQ(desk.vault->unsealed(desk.stream, 1)->front().transaction.n, 1u);
}

TEST(Vault, AFormLoadedBeforeARemoteEditCameDoesNotCoverIt) {
  Pair p;
  const View before = p.cadre.vault->view();
  p.desk.save({Device::set(p.row, kCount, number(2))});
  p.desk.send_to(p.cadre);
  EXPECT_EQ(p.cadre.shown(p.row, kCount), number(2));
  p.cadre.save({Device::set(p.row, kCount, number(3))}, before);
  EXPECT_TRUE(p.cadre.contested(p.row));
  p.cadre.send_to(p.desk);
  EXPECT_TRUE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.vault->conflicts()->size(), 1u);
  EXPECT_EQ(p.desk.vault->conflicts()->front().claims.size(), 2u);
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

TEST(Vault, AFormLoadedAfterwardsCoversIt) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(2))});
  p.desk.send_to(p.cadre);
  p.cadre.save({Device::set(p.row, kCount, number(3))});
  p.cadre.send_to(p.desk);
  EXPECT_FALSE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.shown(p.row, kCount), number(3));
}

TEST(Vault, AConflictEndsWhenAPersonDecidesEvenForTheShownValue) {
  Pair p;
  p.desk.save({Device::set(p.row, kText, text("desk"))});
  p.cadre.save({Device::set(p.row, kText, text("cadre"))});
  p.exchange();
  ASSERT_TRUE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.shown(p.row, kText), p.cadre.shown(p.row, kText));
  const auto claims = p.desk.vault->claims(kNote, p.row, kText);
  ASSERT_EQ(claims->size(), 2u);
  EXPECT_EQ(std::count_if(claims->begin(), claims->end(), [](const Claim& c) { return c.shown; }),
            1);
  p.desk.save({Device::set(p.row, kText, p.desk.shown(p.row, kText))});
  p.exchange();
  EXPECT_FALSE(p.cadre.contested(p.row));
  EXPECT_TRUE(p.cadre.vault->conflicts()->empty());
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

TEST(Vault, EqualConcurrentValuesAreNoConflict) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(8))});
  p.cadre.save({Device::set(p.row, kCount, number(8))});
  p.exchange();
  EXPECT_FALSE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

TEST(Vault, AWholeSetNeverRemovesAMemberItsAuthorHadNotSeen) {
  Pair p;
  p.desk.save({Device::of(Change::Kind::kAdd, p.row, kMarks, number(1)),
               Device::of(Change::Kind::kAdd, p.row, kMarks, number(2))});
  p.exchange();
  const View before = p.cadre.vault->view();
  p.desk.save({Device::of(Change::Kind::kAdd, p.row, kMarks, number(9))});
  p.exchange();
  Change whole = Device::of(Change::Kind::kSet, p.row, kMarks);
  whole.values = {number(2), number(5)};
  p.cadre.save({whole}, before);
  p.exchange();
  const std::vector<model::Value> want{number(2), number(9), number(5)};
  for (Device* d : {&p.desk, &p.cadre}) {
    const auto members = d->members(p.row, kMarks);
    EXPECT_EQ(members.size(), 3u);
    EXPECT_TRUE(std::is_permutation(members.begin(), members.end(), want.begin(), want.end()));
  }
  p.desk.save({Device::of(Change::Kind::kRemove, p.row, kMarks, number(2))});
  p.exchange();
  EXPECT_EQ(p.cadre.members(p.row, kMarks).size(), 2u);
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

TEST(Vault, AppendedEntriesOfBothStay) {
  Pair p;
  p.desk.save({Device::of(Change::Kind::kAdd, p.row, kLog, number(4))});
  p.cadre.save({Device::of(Change::Kind::kAdd, p.row, kLog, number(5))});
  p.exchange();
  EXPECT_EQ(p.desk.members(p.row, kLog).size(), 2u);
  EXPECT_EQ(p.desk.members(p.row, kLog), p.cadre.members(p.row, kLog));
}

TEST(Vault, OfTwoMovesAtOnceOneCountsAndTheOtherStaysVisible) {
  Pair p;
  p.desk.save({Device::of(Change::Kind::kStep, p.row, kState, number(1))});
  p.exchange();
  p.desk.save({Device::of(Change::Kind::kStep, p.row, kState, number(2))});
  p.cadre.save({Device::of(Change::Kind::kStep, p.row, kState, number(3))});
  p.exchange();
  EXPECT_EQ(p.desk.shown(p.row, kState), p.cadre.shown(p.row, kState));
  EXPECT_TRUE(p.desk.contested(p.row));
  const auto claims = p.desk.vault->claims(kNote, p.row, kState);
  EXPECT_EQ(claims->size(), 3u);
  EXPECT_EQ(std::count_if(claims->begin(), claims->end(), [](const Claim& c) { return c.shown; }),
            2);
  p.cadre.save({Device::of(Change::Kind::kStep, p.row, kState, number(3))});
  p.exchange();
  EXPECT_EQ(p.desk.shown(p.row, kState), number(3));
  EXPECT_FALSE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

TEST(Vault, ALargeDraftBecomesSeveralTransactionsOfOneGroupReferentFirst) {
  Opened opened;
  Device desk(1, opened), other(2, opened);
  std::vector<RowId> rows;
  std::vector<Change> changes;
  for (int k = 0; k < 40; ++k) {
    rows.push_back(desk.new_row());
    changes.push_back(Device::set(rows.back(), kText, text(std::string(3000, 'x'))));
  }
  const auto group = desk.vault->commit({{desk.stream, changes}}, desk.vault->view());
  ASSERT_TRUE(group.ok());
  EXPECT_FALSE(group->is_zero());
  const auto unsealed = desk.vault->unsealed(desk.stream, 1 << 20);
  ASSERT_GE(unsealed->size(), 4u);
  std::size_t ops = 0;
  for (std::size_t k = 0; k < unsealed->size(); ++k) {
    const model::Transaction& t = (*unsealed)[k].transaction;
    EXPECT_EQ(t.n, k + 1);
    EXPECT_EQ(t.group, *group);
    std::size_t bytes = 0;
    for (const model::Op& op : t.ops) bytes += op.value.size() + 24;
    EXPECT_LE(bytes, 32'768u);
    ops += t.ops.size();
  }
  EXPECT_EQ(ops, 40u);
  desk.send_to(other);
  EXPECT_EQ(desk.state(), other.state());
}

// A draft of many rows looks up what is there in another way than one of few.
TEST(Vault, ALargeDraftOverRowsOfWhichSomeAreThere) {
  Opened opened;
  Device desk(1, opened), other(2, opened);
  std::vector<RowId> rows;
  std::vector<Change> first, second;
  for (int k = 0; k < 200; ++k) {
    rows.push_back(desk.new_row());
    if (k % 3 == 1) first.push_back(Device::set(rows.back(), kCount, number(k)));
    second.push_back(Device::set(rows.back(), kText, text("b")));
    second.push_back(Device::set(rows.back(), kCount, number(k % 2)));  // not by field
    Change marks = Device::of(Change::Kind::kSet, rows.back(), kMarks);
    marks.values = {number(1), number(k)};
    if (k % 5 == 0) second.push_back(marks);
  }
  ASSERT_TRUE(desk.vault->commit({{desk.stream, first}}, desk.vault->view()).ok());
  // The second draft of a commit finds the rows of the first.
  std::vector<Change> third;
  for (const RowId& row : rows) third.push_back(Device::set(row, kCount, number(7)));
  ASSERT_TRUE(
      desk.vault->commit({{desk.stream, second}, {desk.stream, third}}, desk.vault->view()).ok());
  EXPECT_EQ(desk.vault->delivery()->unsealed, 3u) << "one transaction a draft, none empty";
  for (const RowId& row : rows) {
    EXPECT_EQ(desk.shown(row, kCount), number(7));
    EXPECT_EQ(desk.shown(row, kText), text("b"));
  }
  EXPECT_EQ(desk.members(rows[10], kMarks).size(), 2u);
  EXPECT_TRUE(desk.vault->conflicts()->empty());
  EXPECT_TRUE(desk.vault->verify()->empty());
  desk.send_to(other);
  EXPECT_EQ(desk.state(), other.state());
}

TEST(Vault, EnvelopesComeOnceInOrderAndByTheirHash) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(2))});
  const auto second = p.desk.seal();
  p.desk.save({Device::set(p.row, kCount, number(3))});
  const auto third = p.desk.seal();
  EXPECT_EQ(p.cadre.receive(*third), Applied::kGap);
  EXPECT_EQ(p.cadre.receive(*second), Applied::kMerged);
  EXPECT_EQ(p.cadre.receive(*second), Applied::kDuplicate);
  EXPECT_EQ(p.cadre.receive(*third), Applied::kMerged);
  EXPECT_EQ(p.desk.receive(*third), Applied::kDuplicate);
  EXPECT_EQ(p.cadre.shown(p.row, kCount), number(3));

  auto bad = p.opened.at(third->hash());
  bad.front().n = 9;
  wire::Envelope next = *third;
  next.header.seq = 4;
  next.header.prev = third->hash();
  const auto applied = p.cadre.vault->apply(p.cadre.stream, next, bad);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code, Code::kCorrupt);
}

TEST(Vault, AFailureInsideTogetherTakesEverythingBack) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(2))});
  const auto second = p.desk.seal();
  const Hash before = p.cadre.state();
  const Status together = p.cadre.vault->together([&]() -> Status {
    p.cadre.receive(*second);
    return Error{Code::kUnavailable, "断开", "cut"};
  });
  EXPECT_FALSE(together.ok());
  EXPECT_EQ(p.cadre.state(), before);
  EXPECT_EQ(p.cadre.receive(*second), Applied::kMerged);
  EXPECT_EQ(p.cadre.state(), p.desk.state());
  EXPECT_TRUE(p.cadre.vault->verify()->empty());
}

TEST(Vault, ANewIncarnationRenumbersWhatIsNotSealedAndNothingIsLost) {
  Pair p;
  p.desk.save({Device::of(Change::Kind::kAdd, p.row, kMarks, number(1)),
               Device::set(p.row, kCount, number(2)),
               Device::of(Change::Kind::kStep, p.row, kState, number(1))});
  p.desk.save({Device::of(Change::Kind::kRemove, p.row, kMarks, number(1)),
               Device::set(p.row, kCount, number(3)),
               Device::of(Change::Kind::kStep, p.row, kState, number(2))});
  const RowId gone = p.desk.new_row();
  p.desk.save({Device::set(gone, kCount, number(1))});
  p.desk.save({Device::of(Change::Kind::kDelete, gone)});
  ASSERT_TRUE(p.desk.vault->start_incarnation(77).ok());
  const auto unsealed = p.desk.vault->unsealed(p.desk.stream, 1 << 20);
  ASSERT_EQ(unsealed->size(), 4u);
  EXPECT_EQ(unsealed->front().transaction.n, 1u);
  ASSERT_EQ(unsealed->front().transaction.context.size(), 1u);
  EXPECT_EQ(unsealed->front().transaction.context.front().incarnation, 1u);
  EXPECT_TRUE(p.desk.deleted(gone));
  p.desk.send_to(p.cadre);
  EXPECT_EQ(p.cadre.shown(p.row, kCount), number(3));
  EXPECT_FALSE(p.cadre.contested(p.row));
  EXPECT_TRUE(p.cadre.members(p.row, kMarks).empty());
  EXPECT_EQ(p.cadre.shown(p.row, kState), number(2));
  EXPECT_TRUE(p.cadre.deleted(gone));
  EXPECT_EQ(p.desk.state(), p.cadre.state());
  EXPECT_TRUE(p.desk.vault->verify()->empty());
  EXPECT_EQ(p.desk.vault->own_chain(p.desk.stream)->seq, 1u);
}

// A backup was restored: the device numbers again what it had already sent.
TEST(Vault, ARestoredDeviceThatWroteBeforeItNoticedKeepsBothLines) {
  Opened opened;
  TempFolder folder;
  Device desk(1, opened, testing::schema_v1(), folder.file("desk.db"));
  Device cadre(2, opened);
  const RowId row = desk.new_row();
  desk.save({Device::set(row, kCount, number(1))});
  desk.send_to(cadre);
  ASSERT_TRUE(desk.vault->database().execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  std::filesystem::copy_file(folder.file("desk.db"), folder.file("backup.db"));
  Device restored(1, opened, testing::schema_v1(), folder.file("backup.db"));
  desk.save({Device::set(row, kCount, number(2))});
  const auto lost = desk.seal();
  cadre.receive(*lost);
  restored.save({Device::set(row, kPlace, number(5))});
  restored.save({Device::set(row, kCount, number(3))});
  EXPECT_EQ(restored.receive(*lost), Applied::kFork);
  EXPECT_TRUE(restored.contested(row));
  ASSERT_TRUE(restored.vault->start_incarnation(2).ok());
  restored.send_to(cadre);
  EXPECT_TRUE(cadre.contested(row));
  EXPECT_EQ(cadre.shown(row, kPlace), number(5));
  EXPECT_EQ(cadre.state(), restored.state());
  EXPECT_TRUE(restored.vault->verify()->empty());
}

TEST(Vault, TwoEnvelopesOfOneSeqAreBothMergedAndTheChainIsDoubted) {
  Opened opened;
  TempFolder folder;
  Device desk(1, opened, testing::schema_v1(), folder.file("desk.db"));
  Device cadre(2, opened), third(3, opened);
  const RowId row = desk.new_row();
  desk.save({Device::set(row, kCount, number(1))});
  const auto first = desk.seal();
  ASSERT_TRUE(desk.vault->database().execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  std::filesystem::copy_file(folder.file("desk.db"), folder.file("clone.db"));
  Device clone(1, opened, testing::schema_v1(), folder.file("clone.db"));
  desk.save({Device::set(row, kCount, number(2))});
  clone.save({Device::set(row, kCount, number(3))});
  const auto a = desk.seal();
  clone.clock.advance(std::chrono::milliseconds(1));
  clone.save({Device::set(row, kPlace, number(8))});
  const auto b = clone.seal();
  cadre.receive(*first);
  EXPECT_EQ(cadre.receive(*a), Applied::kMerged);
  EXPECT_EQ(cadre.receive(*b), Applied::kFork);
  third.receive(*first);
  EXPECT_EQ(third.receive(*b), Applied::kMerged);
  EXPECT_EQ(third.receive(*a), Applied::kFork);
  EXPECT_EQ(cadre.state(), third.state());
  EXPECT_EQ(cadre.shown(row, kCount), third.shown(row, kCount));
  EXPECT_TRUE(cadre.contested(row));
  ASSERT_EQ(cadre.vault->doubts().size(), 1u);
  EXPECT_EQ(cadre.vault->doubts().front().lines, 2u);
  cadre.save({Device::set(row, kCount, number(9))});
  cadre.send_to(third);
  EXPECT_FALSE(third.contested(row)) << "the context names both lines";
  EXPECT_EQ(cadre.state(), third.state());
}

TEST(Vault, OutboxIsFreedByTheReceiptOfThatEnvelopeAlone) {
  Pair p;
  ASSERT_EQ(p.desk.vault->outbox(1 << 20)->size(), 1u);
  const wire::Envelope sent = p.desk.vault->outbox(1 << 20)->front();
  wire::Receipt receipt;
  receipt.stream = 3;
  receipt.device = *p.desk.vault->device();
  receipt.incarnation = 1;
  receipt.seq_from = receipt.seq_to = 1;
  receipt.index = 4;
  receipt.time = {1000};
  ASSERT_TRUE(p.desk.vault->store_receipt(receipt).ok());
  EXPECT_EQ(p.desk.vault->delivery()->sealed_waiting, 1u) << "names another envelope";
  receipt.last_hash = sent.hash();
  ASSERT_TRUE(p.desk.vault->store_receipt(receipt).ok());
  EXPECT_TRUE(p.desk.vault->outbox(1 << 20)->empty());
  EXPECT_EQ(p.desk.vault->delivery()->delivered, 1u);
  EXPECT_TRUE(p.desk.vault->envelope(sent.hash())->has_value());
}

TEST(Vault, ParkedEnvelopesAndCursorsStandUntilTakenBack) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(2))});
  const auto sent = p.desk.seal();
  ASSERT_TRUE(p.cadre.vault->park(*sent, "gap").ok());
  ASSERT_EQ(p.cadre.vault->parked()->size(), 1u);
  EXPECT_EQ(p.cadre.vault->parked()->front().hash(), sent->hash());
  ASSERT_TRUE(p.cadre.vault->unpark(sent->hash()).ok());
  EXPECT_TRUE(p.cadre.vault->parked()->empty());
  p.cadre.receive(*sent);
  ASSERT_TRUE(
      p.cadre.vault->set_cursor(p.cadre.stream, {12, Hash{}}, sent->hash(), WallTime{5}).ok());
  EXPECT_EQ(p.cadre.vault->cursor(p.cadre.stream)->index, 12u);
  EXPECT_EQ(p.cadre.vault->held(p.cadre.stream)->front(), sent->hash());
  const wire::ChainId chain = wire::chain_of(sent->header);
  EXPECT_TRUE(p.cadre.vault->chain_context(chain, sent->hash())->has_value());
  EXPECT_TRUE(p.cadre.vault->chain_context(chain, sent->header.prev)->has_value());
  EXPECT_FALSE(p.cadre.vault->chain_context(chain, Hash{})->has_value());
}

TEST(Vault, HistoryHasEveryOpOfARowAndWhenItWasReceived) {
  Pair p;
  p.cadre.save({Device::set(p.row, kCount, number(2))});
  p.exchange();
  p.desk.save({Device::set(p.row, kCount, number(3))});
  p.exchange();
  p.cadre.save({Device::set(p.row, kCount, number(4))});
  const auto last = p.cadre.vault->held(p.cadre.stream)->front();
  ASSERT_TRUE(p.cadre.vault->set_cursor(p.cadre.stream, {1, Hash{}}, last, WallTime{99}).ok());
  const auto open = [&](const wire::Envelope& e) -> Result<std::vector<model::Transaction>> {
    return p.opened.at(e.hash());
  };
  const auto history = p.cadre.vault->history(kNote, p.row, open);
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history->size(), 5u);
  EXPECT_TRUE(history->front().not_after.has_value());
  EXPECT_EQ(history->back().device, *p.cadre.vault->device());
  EXPECT_FALSE(history->back().not_after.has_value());
  for (std::size_t k = 1; k < history->size(); ++k) {
    EXPECT_LE((*history)[k - 1].hlc, (*history)[k].hlc);
  }
}

TEST(Vault, FormsAreLocalAndGoWhenDropped) {
  Opened opened;
  Device desk(1, opened);
  const Bytes content{1, 2, 3};
  ASSERT_TRUE(desk.vault->keep_form("visit/new", content).ok());
  EXPECT_EQ(*desk.vault->kept_form("visit/new"), content);
  EXPECT_EQ(desk.vault->kept_forms()->size(), 1u);
  ASSERT_TRUE(desk.vault->drop_form("visit/new").ok());
  EXPECT_FALSE(desk.vault->kept_form("visit/new")->has_value());
  EXPECT_EQ(desk.vault->delivery()->unsealed, 0u);
}

TEST(Vault, AClockThatStandsIn1970NeverMakesALaterEditLose) {
  Pair p;
  p.cadre.clock.set_wall(mq::testing::kYear1970);
  p.cadre.save({Device::set(p.row, kCount, number(7))});
  p.exchange();
  EXPECT_EQ(p.desk.shown(p.row, kCount), number(7));
  p.desk.clock.set_wall(mq::testing::kYear2099);
  p.desk.save({Device::set(p.row, kCount, number(8))});
  p.exchange();
  p.cadre.save({Device::set(p.row, kCount, number(9))});
  p.exchange();
  EXPECT_EQ(p.desk.shown(p.row, kCount), number(9));
  EXPECT_FALSE(p.desk.contested(p.row));
}

}  // namespace
}  // namespace mq::vault
