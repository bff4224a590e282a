// Deleting a row apart from each other: over an edit nobody had seen, and twice.
#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::number;
using testing::Pair;

TEST(VaultDelete, ADeletionNeverBeatsAConcurrentEdit) {
  Pair p;
  p.desk.save({Device::of(Change::Kind::kDelete, p.row)});
  EXPECT_TRUE(p.desk.deleted(p.row));
  p.cadre.save({Device::set(p.row, kCount, number(4))});
  p.exchange();
  for (Device* d : {&p.desk, &p.cadre}) {
    EXPECT_FALSE(d->deleted(p.row));
    EXPECT_TRUE(d->contested(p.row));
    EXPECT_EQ(d->shown(p.row, kCount), number(4));
  }
  p.desk.save({Device::of(Change::Kind::kDelete, p.row)});
  p.exchange();
  EXPECT_TRUE(p.cadre.deleted(p.row));
  p.cadre.save({Device::set(p.row, kCount, number(5))});
  p.exchange();
  EXPECT_FALSE(p.desk.deleted(p.row)) << "who had seen the deletion and wrote again meant it";
  EXPECT_FALSE(p.desk.contested(p.row));
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

// What somebody says while he deletes it is no wish that it stands.
TEST(VaultDelete, TwoWhoDeleteItApartEachWithAWordBothMeanIt) {
  Pair p;
  p.desk.save({Device::set(p.row, kCount, number(4)), Device::of(Change::Kind::kDelete, p.row)});
  p.cadre.save({Device::set(p.row, kCount, number(5)), Device::of(Change::Kind::kDelete, p.row)});
  p.exchange();
  for (Device* d : {&p.desk, &p.cadre}) {
    EXPECT_TRUE(d->deleted(p.row));
    EXPECT_FALSE(d->contested(p.row));
  }
  EXPECT_EQ(p.desk.shown(p.row, kCount), p.cadre.shown(p.row, kCount));
  p.cadre.save({Device::set(p.row, kCount, number(6))});
  p.exchange();
  EXPECT_FALSE(p.desk.deleted(p.row)) << "who had seen both and wrote again meant it";
  EXPECT_EQ(p.desk.state(), p.cadre.state());
}

}  // namespace
}  // namespace mq::vault
