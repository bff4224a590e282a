// Where chains stand, for an admin about to cut them.
#include "server/county.h"

namespace mq::testing {
namespace {

class Heads : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(county_.found().ok()); }

  Result<pb::ChainHeadsReply> ask(const Holder& holder, int times = 1) {
    pb::ChainHeadsRequest request;
    for (int i = 0; i < times; ++i) request.add_devices(to_string(county_.cadre.id.view()));
    return county_.service->chain_heads(signed_request(county_.town, holder.id.view(), holder.sign,
                                                       "ChainHeads", request.SerializeAsString(),
                                                       county_.clock.wall().ms));
  }

  County county_;
};

TEST_F(Heads, EveryLineOfEveryChainIsNamedWithItsNewest) {
  Chain chain = county_.chain();
  const wire::Envelope first = chain.next();
  const wire::Envelope second = chain.next();
  Chain clone = county_.chain();
  const wire::Envelope rival = clone.next(200);
  county_.push({first, second, rival});
  const auto reply = ask(county_.town.founder);
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  ASSERT_EQ(reply->heads_size(), 2);
  std::map<std::string, std::uint64_t> named;
  for (const pb::ChainHead& head : reply->heads()) {
    EXPECT_EQ(head.stream(), county_.ordinal(county_.village));
    EXPECT_EQ(head.device(), to_string(county_.cadre.id.view()));
    EXPECT_EQ(head.incarnation(), 1u);
    named[head.hash()] = head.seq();
  }
  EXPECT_EQ(named[to_string(rival.hash().view())], 1u);
  EXPECT_EQ(named[to_string(second.hash().view())], 2u);
}

TEST_F(Heads, AreForAdminsOnly) {
  const auto reply = ask(county_.cadre);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kNotAllowed);
}

TEST_F(Heads, TooManyDevicesAreRefusedAndOneNamedTwiceIsOne) {
  county_.push({county_.chain().next()});
  EXPECT_EQ(ask(county_.town.founder, 64)->heads_size(), 1);
  EXPECT_EQ(ask(county_.town.founder, 65).error().code, Code::kInvalidInput);
}

}  // namespace
}  // namespace mq::testing
