// A stream that leaves this device: nothing of it stays, nothing else goes, and it can come again.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "vault_support.h"

namespace mq::vault::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kWord = "柿子树下的约定";

class VaultDrop : public ::testing::Test {
 protected:
  VaultDrop() {
    first = device.stream;
    StreamInfo info;
    info.id.data[0] = 0x52;
    info.ordinal = 4;
    second = device.vault->add_stream(info).value();
  }
  RowId note(const std::string& words) {
    const RowId row = device.new_row();
    device.save({Device::set(row, kText, text(words)), Device::set(row, kTitle, text(words))});
    return row;
  }
  // Sealed, and with a receipt.
  wire::Envelope deliver() {
    const auto envelope = device.seal();
    MQ_ASSERT(envelope.has_value());
    wire::Receipt receipt;
    receipt.stream = device.vault->stream(device.stream)->ordinal;
    receipt.device = envelope->header.device;
    receipt.incarnation = envelope->header.incarnation;
    receipt.seq_from = receipt.seq_to = envelope->header.seq;
    receipt.last_hash = envelope->hash();
    EXPECT_TRUE(device.vault->store_receipt(receipt).ok());
    return *envelope;
  }
  void renumber() { ASSERT_TRUE(device.vault->start_incarnation(++incarnation).ok()); }
  std::size_t found(const std::string& word) {
    return device.vault->search(word, 10).value().size();
  }
  // The database as a change of keys copies it.
  std::string copied() {
    const std::string path = folder.file(cat("copy", ++copies));
    EXPECT_TRUE(device.vault->database().vacuum_into(path, "").ok());
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  testing::TempFolder folder;
  Opened opened;
  Device device{1, opened, schema_v1(), folder.file("vault.db")};
  Device other{2, opened};
  StreamIx first = 0, second = 0;
  std::uint32_t incarnation = 100;
  int copies = 0;
};

TEST_F(VaultDrop, ADroppedStreamLeavesNoWord) {
  const RowId row = note(kWord);
  deliver();
  device.save({Device::set(row, kText, text(kWord + ",改过"))});
  deliver();
  other.save({Device::set(other.new_row(), kTitle, text(kWord + ",别人的"))});
  other.send_to(device);
  ASSERT_EQ(device.vault->index_some(100).value(), 0u);
  ASSERT_EQ(found("柿子树"), 2u);
  ASSERT_THAT(copied(), HasSubstr(kWord));
  renumber();
  ASSERT_TRUE(device.vault->drop_stream(first).ok());
  EXPECT_EQ(found("柿子树"), 0u);
  EXPECT_FALSE(device.vault->load(kNote, row).value().has_value());
  EXPECT_THAT(device.vault->held(first).value(), IsEmpty());
  EXPECT_EQ(device.vault->cursor(first).value().index, 0u);
  EXPECT_THAT(device.vault->verify().value(), IsEmpty());
  EXPECT_THAT(device.vault->doubts(), IsEmpty());
  EXPECT_THAT(copied(), Not(HasSubstr("柿子树")));
}

TEST_F(VaultDrop, OtherStreamsStayAsTheyWere) {
  note(kWord);
  deliver();
  device.stream = second;
  const RowId kept = note("留下的这一条");
  deliver();
  device.save({Device::set(kept, kText, text("又改了"))});
  const Hash before = device.vault->state_hash(second).value();
  ASSERT_EQ(device.vault->index_some(100).value(), 0u);
  device.stream = first;
  renumber();
  const Hash renumbered = device.vault->state_hash(second).value();
  ASSERT_TRUE(device.vault->drop_stream(first).ok());
  EXPECT_EQ(device.vault->state_hash(second).value(), renumbered);
  EXPECT_NE(before, Hash{});
  EXPECT_EQ(found("留下"), 1u);
  device.open(schema_v1());
  EXPECT_EQ(device.vault->state_hash(second).value(), renumbered);
  EXPECT_EQ(device.vault->stream(first)->id.data[0], 0x51) << "its number stays taken";
  EXPECT_THAT(device.vault->verify().value(), IsEmpty());
  device.stream = second;
  device.save({Device::set(kept, kText, text("还能接着写"))});
  ASSERT_TRUE(device.seal());
  EXPECT_THAT(device.vault->verify().value(), IsEmpty());
}

TEST_F(VaultDrop, WorkWithoutReceiptStays) {
  const RowId row = note(kWord);
  EXPECT_EQ(device.vault->drop_stream(first).error().code, Code::kConflict) << "not sealed";
  ASSERT_TRUE(device.seal());
  renumber();
  EXPECT_EQ(device.vault->drop_stream(first).error().code, Code::kConflict) << "no receipt";
  EXPECT_TRUE(device.vault->load(kNote, row).value().has_value());
  EXPECT_EQ(device.vault->drop_stream(99).error().code, Code::kNotFound);
}

TEST_F(VaultDrop, AChainNeverBeginsTwiceUnderOneNumber) {
  note(kWord);
  deliver();
  EXPECT_EQ(device.vault->drop_stream(first).error().code, Code::kConflict);
  renumber();
  ASSERT_TRUE(device.vault->drop_stream(first).ok());
  ASSERT_TRUE(device.vault->drop_stream(first).ok()) << "again is harmless";
  note("重新开始");
  const auto envelope = device.seal();
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->header.seq, 1u);
  EXPECT_EQ(envelope->header.incarnation, incarnation);
}

TEST_F(VaultDrop, ItComesBackFromOthers) {
  other.save({Device::set(other.new_row(), kTitle, text("早先"))});
  const auto early = other.seal();
  device.receive(*early);
  const RowId mine = note(kWord);
  const wire::Envelope own = deliver();
  other.receive(own);
  renumber();
  ASSERT_TRUE(device.vault->drop_stream(first).ok());
  EXPECT_EQ(device.receive(own), Vault::Applied::kMerged);
  EXPECT_EQ(device.receive(*early), Vault::Applied::kMerged);
  EXPECT_EQ(device.state(), other.state());
  EXPECT_EQ(device.shown(mine, kTitle), text(kWord));
  EXPECT_THAT(device.vault->verify().value(), IsEmpty());
}

}  // namespace
}  // namespace mq::vault::testing
