#include "mq/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <type_traits>

namespace mq {
namespace {

using Secret16 = Secret<16>;

Secret16 filled(std::uint8_t value) {
  Secret16 out;
  std::ranges::fill(out.writable(), value);
  return out;
}

bool is_wiped(const Secret16& secret) {
  return std::ranges::all_of(secret.view(), [](std::uint8_t byte) { return byte == 0; });
}

TEST(Secret, MovesAndNeverCopies) {
  EXPECT_FALSE(std::is_copy_constructible_v<Secret16>);
  EXPECT_FALSE(std::is_copy_assignable_v<Secret16>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Secret16>);
}

TEST(Secret, LeavesNothingWhereItMovedFrom) {
  Secret16 from = filled(7);
  const Secret16 to(std::move(from));
  EXPECT_TRUE(is_wiped(from));  // NOLINT(bugprone-use-after-move): that is the claim
  EXPECT_TRUE(to == filled(7));

  Secret16 source = filled(8);
  Secret16 target = filled(9);
  target = std::move(source);
  EXPECT_TRUE(is_wiped(source));  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(target == filled(8));
}

TEST(Secret, SurvivesMovingToItself) {
  Secret16 secret = filled(7);
  Secret16& same = secret;
  secret = std::move(same);
  EXPECT_TRUE(secret == filled(7));
}

// The storage outlives the secret here, so that one can look.
TEST(Secret, LeavesNothingWhereItEnded) {
  alignas(Secret16) std::array<std::uint8_t, sizeof(Secret16)> storage;
  auto* secret = new (storage.data()) Secret16(filled(7));
  EXPECT_EQ(storage[3], 7);
  secret->~Secret16();
  const volatile std::uint8_t* left = storage.data();
  for (std::size_t i = 0; i < sizeof(Secret16); ++i) EXPECT_EQ(left[i], 0) << i;
}

TEST(Secret, ClonesAreEqualAndEveryBitCounts) {
  const Secret16 secret = filled(7);
  EXPECT_TRUE(secret.clone() == secret);
  for (std::size_t bit = 0; bit < 128; ++bit) {
    Secret16 other = secret.clone();
    other.writable()[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(other == secret) << bit;
  }
}

TEST(Secret, WipeTakesWhatItIsGivenAndNoMore) {
  std::array<std::uint8_t, 4> bytes = {1, 2, 3, 4};
  wipe(std::span(bytes).subspan(1, 2));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{1, 0, 0, 4}));
  wipe({});
}

}  // namespace
}  // namespace mq
