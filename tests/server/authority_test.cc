// Recovery and the county root as callers: they read the log and appoint, and nothing else.
#include "server/county.h"

namespace mq::testing {
namespace {

class Authority : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(county_.found().ok());
    town_.open();
    ASSERT_TRUE(county_.bring_log().ok());
  }

  Bytes kit_name() const { return wire::recovery_recipient(town_.kit_box); }
  Bytes root_name() const { return wire::county_author(town_.root.public_key()); }
  Holder newcomer() { return town_.new_holder(random_id<PersonId>(town_.random)); }
  pb::SignedRequest request(std::string_view method, const Bytes& name,
                            const wire::SigningKey& key) {
    return signed_request(town_, name, key, method, "", county_.clock.wall().ms);
  }
  Result<pb::ControlReadReply> read(const Bytes& name, const wire::SigningKey& key) {
    return county_.service->control_read(request("ControlRead", name, key));
  }
  Result<pb::ControlAppendReply> append(const Bytes& name, const wire::SigningKey& key,
                                        const Entries& entries) {
    return county_.append_as(name, key, town_.state.head(), entries);
  }
  // The kit or the root appoints a device, which is an admin's from then on.
  void appoints(const Bytes& name, const wire::SigningKey& key) {
    const auto log = read(name, key);
    ASSERT_TRUE(log.ok()) << log.error().en;
    EXPECT_EQ(log->head_seq(), town_.state.head_seq());
    const Holder next = newcomer();
    const Entries entries = town_.appoint_entry(next, name, key);
    const auto reply = append(name, key, entries);
    ASSERT_TRUE(reply.ok()) << reply.error().en;
    EXPECT_TRUE(reply->appended());
    EXPECT_TRUE(append(name, key, entries)->appended()) << "the answer had been lost";
    ASSERT_TRUE(town_.append(entries).ok());
    EXPECT_TRUE(read(to_bytes(next.id.view()), next.sign).ok());
  }

  County county_;
  Town& town_ = county_.town;
};

TEST_F(Authority, TheKitReadsTheLogAndAppoints) { appoints(kit_name(), town_.kit); }
TEST_F(Authority, TheCountyRootReadsTheLogAndAppoints) { appoints(root_name(), town_.root); }

TEST_F(Authority, NeedsItsOwnKey) {
  EXPECT_EQ(read(kit_name(), town_.root).error().code, Code::kUnauthenticated);
  EXPECT_EQ(read(root_name(), town_.kit).error().code, Code::kUnauthenticated);
}

TEST_F(Authority, AsksNothingElse) {
  for (const auto& [name, key] :
       {std::pair{kit_name(), &town_.kit}, std::pair{root_name(), &town_.root}}) {
    EXPECT_EQ(county_.service->exchange(request("Exchange", name, *key)).error().code,
              Code::kUnauthenticated);
    EXPECT_EQ(county_.service->chain_heads(request("ChainHeads", name, *key)).error().code,
              Code::kUnauthenticated);
    EXPECT_EQ(county_.service->watch_counter(request("Watch", name, *key)).error().code,
              Code::kUnauthenticated);
  }
}

TEST_F(Authority, BringsOneAppointmentOfItsOwn) {
  const Hash head = town_.state.head();
  const Entries others = town_.by(town_.founder, person_body(random_id<PersonId>(town_.random)));
  EXPECT_EQ(append(kit_name(), town_.kit, others).error().code, Code::kNotAllowed);
  const Entries roots = town_.appoint_entry(newcomer(), root_name(), town_.root);
  EXPECT_EQ(append(kit_name(), town_.kit, roots).error().code, Code::kNotAllowed);
  EXPECT_EQ(read(kit_name(), town_.kit)->head(), to_string(head.view()));
}

TEST_F(Authority, AReplacedKitIsUnknown) {
  const wire::SigningKey fresh = wire::SigningKey::generate(town_.random);
  const pb::ControlBody body = recovery_body(random_id<BoxKey>(town_.random), fresh.public_key());
  ASSERT_TRUE(town_.append(town_.by(town_.founder, body, nullptr, {&town_.kit})).ok());
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(read(kit_name(), town_.kit).error().code, Code::kUnauthenticated);
  const Entries entries = town_.appoint_entry(newcomer(), kit_name(), town_.kit);
  EXPECT_EQ(append(kit_name(), town_.kit, entries).error().code, Code::kUnauthenticated);
}

}  // namespace
}  // namespace mq::testing
