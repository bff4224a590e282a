// When a row was first written, as its device and the server say: asked by ledgers, row by row.
#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kMarks;
using testing::kNote;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::text;

class VaultOrigin : public ::testing::Test {
 protected:
  // Of the only row of the reader's vault.
  std::optional<Origin> origin() {
    const auto rid = reader_.vault->database().integer("SELECT min(rid) FROM note");
    auto found = reader_.vault->origin(kNote, *rid);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::nullopt;
  }
  wire::Envelope send() {
    const auto envelope = author_.seal();
    reader_.receive(*envelope);
    return *envelope;
  }

  Opened opened_;
  Device author_{1, opened_}, reader_{2, opened_};
  RowId row_ = author_.new_row();
};

TEST_F(VaultOrigin, ARowKeepsTheMomentOfItsFirstTransaction) {
  author_.save({Device::set(row_, kCount, number(1)), Device::set(row_, kTitle, text("a"))});
  send();
  const auto made = origin();
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->device, *author_.vault->device());
  author_.save({Device::set(row_, kTitle, text("b"))});
  send();
  EXPECT_EQ(origin()->hlc, made->hlc);
  reader_.save({Device::set(row_, kTitle, text("c"))});
  EXPECT_EQ(origin()->hlc, made->hlc);
  author_.save({Device::set(row_, kCount, number(2))});
  send();
  EXPECT_GT(origin()->hlc, made->hlc) << "nothing of the first transaction is left to say it";
}

TEST_F(VaultOrigin, TheServersTimeCountsAsSoonAsItIsKnown) {
  author_.save({Device::set(row_, kCount, number(1))});
  const Hash first = send().hash();
  EXPECT_FALSE(origin()->not_after.has_value());
  ASSERT_TRUE(reader_.vault->set_cursor(reader_.stream, {1, {}}, first, WallTime{77}).ok());
  EXPECT_EQ(origin()->not_after, WallTime{77});
  ASSERT_TRUE(reader_.vault->set_cursor(reader_.stream, {1, {}}, first, WallTime{78}).ok());
  EXPECT_EQ(origin()->not_after, WallTime{78});
}

TEST_F(VaultOrigin, ARowOfWhichOnlyADeletionIsLeftHasNone) {
  author_.save({Device::of(Change::Kind::kAdd, row_, kMarks, number(1))});
  author_.save({Device::of(Change::Kind::kRemove, row_, kMarks, number(1))});
  author_.save({Device::of(Change::Kind::kDelete, row_)});
  send();
  EXPECT_FALSE(origin().has_value());
}

}  // namespace
}  // namespace mq::vault
