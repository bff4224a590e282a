#include "mq/wire/stream_head.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/sim_random.h"

namespace mq::wire {
namespace {

struct World {
  testing::SimRandom random{3};
  SigningKey server = SigningKey::generate(random);
  TownshipId township = random_id<TownshipId>(random);
  StreamId stream = random_id<StreamId>(random);
  Generation generation = random_id<Generation>(random);

  Receipt receipt() {
    Receipt r;
    r.generation = generation;
    r.stream = 5;
    r.device = random_id<DeviceId>(random);
    r.incarnation = 9;
    r.seq_from = 3;
    r.seq_to = 8;
    r.last_hash = random_id<Hash>(random);
    r.index = 77;
    r.head = random_id<Hash>(random);
    r.time = {1'700'000'000'123};
    return r;
  }
};

TEST(StreamHead, DependsOnEveryPart) {
  World w;
  const Hash zero = first_head(w.township, w.stream, w.generation);
  EXPECT_NE(zero, first_head(w.township, w.stream, random_id<Generation>(w.random)));
  const Hash envelope = random_id<Hash>(w.random);
  const Hash one = next_head(zero, 1, envelope, {5});
  EXPECT_NE(one, next_head(zero, 2, envelope, {5}));
  EXPECT_NE(one, next_head(zero, 1, envelope, {6}));
  EXPECT_NE(one, next_head(one, 1, envelope, {5}));
  EXPECT_NE(one, next_head(zero, 1, random_id<Hash>(w.random), {5}));
}

TEST(Receipt, HasTheseSignedBytes) {
  Receipt r;
  r.stream = 2;
  r.incarnation = 3;
  r.seq_from = 4;
  r.seq_to = 5;
  r.index = 6;
  r.time = {7};
  r.receipt_class = ReceiptClass::kLate;
  const std::string zeros16(32, '0');
  const std::string zeros32(64, '0');
  EXPECT_EQ(to_hex(r.signed_bytes(TownshipId{})),
            zeros16 + zeros16 + "02000000" + zeros16 + "03000000" + "0400000000000000" +
                "0500000000000000" + zeros32 + "0600000000000000" + zeros32 + "0700000000000000" +
                "02");
}

TEST(Receipt, EveryFieldIsUnderTheSignature) {
  World w;
  const Receipt good = sign_receipt(w.receipt(), w.township, w.server);
  EXPECT_TRUE(verify_receipt(good, w.township, w.server.public_key()));
  EXPECT_FALSE(verify_receipt(good, random_id<TownshipId>(w.random), w.server.public_key()));
  const std::vector<std::function<void(Receipt&)>> spoil = {
      [](Receipt& r) { r.generation.data[0] ^= 1; },
      [](Receipt& r) { r.stream ^= 1; },
      [](Receipt& r) { r.device.data[0] ^= 1; },
      [](Receipt& r) { r.incarnation ^= 1; },
      [](Receipt& r) { r.seq_from ^= 1; },
      [](Receipt& r) { r.seq_to ^= 1; },
      [](Receipt& r) { r.last_hash.data[0] ^= 1; },
      [](Receipt& r) { r.index ^= 1; },
      [](Receipt& r) { r.head.data[0] ^= 1; },
      [](Receipt& r) { r.time.ms ^= 1; },
      [](Receipt& r) { r.receipt_class = ReceiptClass::kLate; },
      [](Receipt& r) { r.signature.data[0] ^= 1; },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    Receipt bad = good;
    spoil[i](bad);
    EXPECT_FALSE(verify_receipt(bad, w.township, w.server.public_key())) << i;
  }
}

TEST(Checkpoint, EveryFieldIsUnderTheSignature) {
  World w;
  Checkpoint c;
  c.generation = w.generation;
  c.time = {12};
  c.heads_digest = random_id<Hash>(w.random);
  const Checkpoint good = sign_checkpoint(c, w.township, w.server);
  EXPECT_TRUE(verify_checkpoint(good, w.township, w.server.public_key()));
  EXPECT_FALSE(verify_checkpoint(good, TownshipId{}, w.server.public_key()));
  Checkpoint bad = good;
  bad.time.ms += 1;
  EXPECT_FALSE(verify_checkpoint(bad, w.township, w.server.public_key()));
  bad = good;
  bad.heads_digest.data[31] ^= 1;
  EXPECT_FALSE(verify_checkpoint(bad, w.township, w.server.public_key()));
  bad = good;
  bad.generation.data[5] ^= 1;
  EXPECT_FALSE(verify_checkpoint(bad, w.township, w.server.public_key()));
}

TEST(Request, SignedBytesDifferInEveryPart) {
  World w;
  const ServerId server = server_id(w.server.public_key());
  const DeviceId device = random_id<DeviceId>(w.random);
  const Bytes body(10, 1);
  const auto bytes = [&](std::string_view method, ByteView content, std::int64_t ms) {
    return request_signed_bytes(server, w.township, device.view(), method, content, {ms});
  };
  const Bytes good = bytes("Exchange", body, 5);
  EXPECT_EQ(good, bytes("Exchange", body, 5));
  EXPECT_NE(good, bytes("Exchangf", body, 5));
  EXPECT_NE(good, bytes("Exchange", ByteView(body).first(9), 5));
  EXPECT_NE(good, bytes("Exchange", body, 6));
  EXPECT_NE(good,
            request_signed_bytes(ServerId{}, w.township, device.view(), "Exchange", body, {5}));
  EXPECT_NE(good, request_signed_bytes(server, TownshipId{}, device.view(), "Exchange", body, {5}));
  EXPECT_NE(good,
            request_signed_bytes(server, w.township, DeviceId{}.view(), "Exchange", body, {5}));
}

}  // namespace
}  // namespace mq::wire
