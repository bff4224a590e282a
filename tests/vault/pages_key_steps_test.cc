// What people do with a key file, cut anywhere: change a passphrase, forget it, use a code, renew.
#include "mq/vault/key_file.h"
#include "support/sim_files.h"
#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;

constexpr KdfCost kCheap{1, 8192};
constexpr const char* kKeyPath = "/home/v.key";

// A key file under the passphrase "old" and the unlock code "CODE".
struct Owner {
  explicit Owner(Faults* faults = nullptr) : files(faults) {
    if (faults != nullptr) faults->pause();
    auto made = key_file.create("old", kCheap);
    EXPECT_TRUE(made.ok());
    key = std::move(made).value();
    EXPECT_TRUE(key_file.rewrap(key, WrapKind::kUnlockCode, "CODE", kCheap).ok());
    if (faults != nullptr) faults->resume();
  }
  bool opens(std::string_view secret, WrapKind kind = WrapKind::kPassphrase) {
    const auto opened = key_file.unlock(secret, kind);
    return opened.ok() && *opened == key;
  }
  bool code_opens() { return opens("CODE", WrapKind::kUnlockCode); }
  // As `unlock --code` does it.
  Status use_code() {
    MQ_TRY(const Key32 opened, key_file.unlock("CODE", WrapKind::kUnlockCode));
    return key_file.redeem(opened, "new", kCheap);
  }
  // As `passphrase change` does it.
  Status change() {
    MQ_TRY(const Key32 opened, key_file.unlock("old"));
    return key_file.rewrap(opened, WrapKind::kPassphrase, "new", kCheap);
  }

  SimRandom random{11};
  SimFiles files;
  KeyFile key_file{files, random, kKeyPath};
  Key32 key;
};

TEST(KeySteps, ACodeWorksOnceAndSetsThePassphrase) {
  Owner owner;
  ASSERT_TRUE(owner.use_code().ok());
  EXPECT_TRUE(owner.opens("new"));
  EXPECT_FALSE(owner.opens("old"));
  EXPECT_EQ(owner.use_code().error().code, Code::kNotFound);
  EXPECT_FALSE(*owner.key_file.has_wrap(WrapKind::kUnlockCode));
}

TEST(KeySteps, RedeemingTakesTheKeyOfThisFileAndAPassphrase) {
  Owner owner;
  const Status foreign = owner.key_file.redeem(key_of(9), "new", kCheap);
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().code, Code::kLocked);
  const Status empty = owner.key_file.redeem(owner.key, "", kCheap);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, Code::kInvalidInput);
  EXPECT_TRUE(owner.opens("old") && owner.code_opens());
}

TEST(KeySteps, WrongCodesAndWrongPassphrasesWaitTogether) {
  Owner owner;
  for (int i = 1; i <= 4; ++i) {
    EXPECT_FALSE(owner.opens("guess", i % 2 == 0 ? WrapKind::kPassphrase : WrapKind::kUnlockCode));
    EXPECT_EQ(owner.key_file.failures(), i);
  }
  EXPECT_EQ(KeyFile::delay_after(owner.key_file.failures()).count(), 2);
  EXPECT_TRUE(owner.code_opens());
  EXPECT_EQ(owner.key_file.failures(), 0);
}

// Each call to the disk fails in turn, then each and all after it, and the power goes.
TEST(KeySteps, AKillWhileACodeIsUsedLocksNobodyOut) {
  int kept_old = 0;
  int got_new = 0;
  const auto broken = for_each_fault([&](Faults& faults) {
    Owner owner(&faults);
    const bool done = owner.use_code().ok();
    faults.stop();
    owner.files.crash();
    const bool with_new = owner.opens("new");
    EXPECT_TRUE(with_new || !done);
    EXPECT_NE(owner.opens("old"), with_new) << "one passphrase, always";
    EXPECT_NE(owner.code_opens(), with_new) << "the code is used when its passphrase stands";
    (with_new ? got_new : kept_old) += 1;
  });
  EXPECT_GE(broken, 6u);
  EXPECT_GT(kept_old, 3);
  EXPECT_GT(got_new, 3);
}

TEST(KeySteps, AKillWhileThePassphraseChangesLeavesExactlyOne) {
  int kept_old = 0;
  int got_new = 0;
  const auto broken = for_each_fault([&](Faults& faults) {
    Owner owner(&faults);
    const bool done = owner.change().ok();
    faults.stop();
    owner.files.crash();
    const bool with_new = owner.opens("new");
    EXPECT_TRUE(with_new || !done);
    EXPECT_NE(owner.opens("old"), with_new);
    EXPECT_TRUE(owner.code_opens()) << "it wraps the same key";
    (with_new ? got_new : kept_old) += 1;
  });
  EXPECT_GE(broken, 6u);
  EXPECT_GT(kept_old, 3);
  EXPECT_GT(got_new, 3);
}

// A code is made anew: before, during and after, the passphrase opens and at most one code does.
TEST(KeySteps, AKillWhileACodeIsMadeLeavesOneCode) {
  const auto broken = for_each_fault([](Faults& faults) {
    Owner owner(&faults);
    const bool done = owner.key_file.rewrap(owner.key, WrapKind::kUnlockCode, "NEXT", kCheap).ok();
    faults.stop();
    owner.files.crash();
    const bool next = owner.opens("NEXT", WrapKind::kUnlockCode);
    EXPECT_TRUE(next || !done);
    EXPECT_NE(owner.code_opens(), next);
    EXPECT_TRUE(owner.opens("old"));
  });
  EXPECT_GE(broken, 2u);
}

}  // namespace
}  // namespace mq::vault
