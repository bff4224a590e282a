// A PIN: five tries, then the passphrase; and nothing to try on a disk alone.
#include "pin.h"

#include <gtest/gtest.h>

#include "app/fake_keys.h"
#include "support/sim_files.h"
#include "support/sim_random.h"

namespace mq::cli {
namespace {

using mq::testing::SimFiles;
using mq::testing::SimRandom;
using testing::FakeKeys;
using vault::KeyFile;
using vault::WrapKind;

constexpr vault::KdfCost kCheap{1, 8 << 10};

class Pin : public ::testing::Test {
 protected:
  Pin() : key(*key_file.create("口令", kCheap)) {}

  PinPlace place() { return {keys, key_file, folder}; }
  void set(std::string_view digits) {
    const Status done = set_pin(place(), key, digits, random, kCheap);
    EXPECT_TRUE(done.ok());
  }
  bool opens(std::string_view digits) {
    const auto opened = unlock_by_pin(place(), digits);
    EXPECT_TRUE(opened.ok() || opened.error().code == Code::kLocked);
    return opened.ok() && *opened == key;
  }

  SimFiles files;
  SimRandom random;
  FakeKeys keys;
  const std::string folder = "/home/a";
  KeyFile key_file{files, random, "/home/a/vault.key"};
  Key32 key;
};

TEST_F(Pin, OpensInPlaceOfThePassphrase) {
  EXPECT_FALSE(*pin_is_set(place()));
  EXPECT_FALSE(opens("2580"));
  set("2580");
  EXPECT_TRUE(*pin_is_set(place()));
  EXPECT_TRUE(opens("2580"));
  EXPECT_FALSE(opens("2581"));
  EXPECT_TRUE(*key_file.unlock("口令") == key) << "the passphrase stands";
  set("13579");
  EXPECT_FALSE(opens("2580"));
  EXPECT_TRUE(opens("13579"));
}

TEST_F(Pin, FiveTriesThenThePassphrase) {
  set("2580");
  for (int i = 0; i < kPinTries - 1; ++i) EXPECT_FALSE(opens("0001"));
  EXPECT_TRUE(opens("2580")) << "the last of five";
  for (int i = 0; i < kPinTries; ++i) {
    EXPECT_TRUE(*pin_is_set(place()));
    EXPECT_FALSE(opens("0001"));
  }
  EXPECT_FALSE(*pin_is_set(place()));
  EXPECT_FALSE(opens("2580")) << "the right one comes too late";
  EXPECT_TRUE(*key_file.unlock("口令") == key);
  set("2580");
  EXPECT_TRUE(opens("2580"));
}

// The count is written before the try, so that killing the program during it gains nothing.
TEST_F(Pin, ATryCountsBeforeItIsMade) {
  set("2580");
  ASSERT_TRUE(files.remove("/home/a/vault.key").ok());
  EXPECT_FALSE(unlock_by_pin(place(), "2580").ok());
  EXPECT_EQ(keys.held.begin()->second.secret.view()[Key32::kSize], 1);
}

TEST_F(Pin, AStolenDiskWithoutThePlatformsKeyNeedsMoreThanThePin) {
  set("2580");
  const auto stolen = files.copy();
  SimFiles disk;
  disk.restore(stolen);
  FakeKeys elsewhere;
  KeyFile copy(disk, random, "/home/a/vault.key");
  const PinPlace there{elsewhere, copy, folder};
  EXPECT_FALSE(*pin_is_set(there));
  EXPECT_FALSE(unlock_by_pin(there, "2580").ok());
  EXPECT_FALSE(copy.unlock("2580", WrapKind::kDevicePin).ok());
  EXPECT_FALSE(copy.unlock(std::string(32, '\0') + "2580", WrapKind::kDevicePin).ok());
}

TEST_F(Pin, OfOneHomeOpensNoOther) {
  set("2580");
  const std::string other_folder = "/home/b";
  KeyFile other(files, random, "/home/b/vault.key");
  ASSERT_TRUE(other.create("别的口令", kCheap).ok());
  const PinPlace there{keys, other, other_folder};
  EXPECT_FALSE(*pin_is_set(there));
  EXPECT_FALSE(unlock_by_pin(there, "2580").ok());
}

TEST_F(Pin, IsRefusedWhereTheSystemKeepsNothing) {
  keys.keeps = false;
  const Status refused = set_pin(place(), key, "2580", random, kCheap);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
  EXPECT_FALSE(*key_file.has_wrap(WrapKind::kDevicePin));
}

TEST_F(Pin, AFullDiskLeavesNeitherHalf) {
  files.set_full(true);
  EXPECT_FALSE(set_pin(place(), key, "2580", random, kCheap).ok());
  EXPECT_TRUE(keys.held.empty());
}

TEST_F(Pin, GoesWhenItIsRemoved) {
  EXPECT_FALSE(*remove_pin(place(), key));
  set("2580");
  EXPECT_TRUE(*remove_pin(place(), key));
  EXPECT_FALSE(*pin_is_set(place()));
  EXPECT_TRUE(keys.held.empty());
  EXPECT_FALSE(*key_file.has_wrap(WrapKind::kDevicePin));
}

TEST_F(Pin, IsFourToTwelveDigitsNotAllTheSame) {
  for (const char* good : {"2580", "0001", "123456789012"}) EXPECT_TRUE(check_pin(good).ok());
  for (const char* bad : {"", "123", "1234567890123", "12a4", "0000", "1 23", "一二三四"}) {
    EXPECT_FALSE(check_pin(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace mq::cli
