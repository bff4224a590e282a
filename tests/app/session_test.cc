// How long a home stays unlocked, and that it is nobody else's, over a keyring in memory.
#include "session.h"

#include <gtest/gtest.h>

#include "app/fake_keys.h"
#include "mq/base/text.h"

namespace mq::cli {
namespace {

using std::chrono::minutes;

class Session : public ::testing::Test {
 protected:
  static Key32 key_of(std::uint8_t first) {
    Key32 key;
    key.writable()[0] = first;
    return key;
  }
  bool holds(const std::string& folder, std::uint8_t first, Renew renew = Renew::kNo) {
    const auto key = session_key(keys, folder, renew);
    return key && *key == key_of(first);
  }
  testing::FakeKeys keys;
};

TEST_F(Session, OfOneHomeOpensNoOther) {
  ASSERT_TRUE(open_session(keys, "/home/a", key_of(1), minutes(5)).ok());
  ASSERT_TRUE(open_session(keys, "/home/b", key_of(2), minutes(5)).ok());
  EXPECT_TRUE(holds("/home/a", 1));
  EXPECT_TRUE(holds("/home/b", 2));
  EXPECT_FALSE(session_key(keys, "/home/c", Renew::kNo));
  EXPECT_TRUE(close_session(keys, "/home/a"));
  EXPECT_FALSE(session_key(keys, "/home/a", Renew::kNo));
  EXPECT_TRUE(holds("/home/b", 2));
  EXPECT_FALSE(close_session(keys, "/home/a"));
}

TEST_F(Session, NameSaysNothingOfFolderOrKey) {
  ASSERT_TRUE(open_session(keys, "/home/gonghai", key_of(1), minutes(5)).ok());
  const std::string name = keys.held.begin()->first;
  EXPECT_EQ(name.find("gonghai"), std::string::npos);
  EXPECT_EQ(name.size(), std::string_view("minqing:").size() + 32);
}

TEST_F(Session, AFolderIsOneHoweverItIsTyped) {
  ASSERT_TRUE(open_session(keys, ".", key_of(1), minutes(5)).ok());
  EXPECT_TRUE(holds("./.", 1));
}

TEST_F(Session, EndsSoLongAfterItsLastUse) {
  ASSERT_TRUE(open_session(keys, "/h", key_of(1), minutes(10)).ok());
  keys.now += minutes(9);
  EXPECT_TRUE(holds("/h", 1, Renew::kYes));
  keys.now += minutes(9);
  EXPECT_TRUE(holds("/h", 1, Renew::kNo)) << "renewed by the use before";
  keys.now += minutes(1);
  EXPECT_FALSE(session_key(keys, "/h", Renew::kYes)) << "looking is no use";
}

TEST_F(Session, IsRefusedWhereTheSystemKeepsNothing) {
  keys.keeps = false;
  const Status refused = open_session(keys, "/h", key_of(1), minutes(10));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
  EXPECT_FALSE(session_key(keys, "/h", Renew::kYes));
}

}  // namespace
}  // namespace mq::cli
