#include "mq/wire/stream_head.h"

namespace mq::wire {

namespace {

// Times before 1970 do not exist on a server; as two's complement they stay one-to-one.
std::uint64_t bits(WallTime time) { return static_cast<std::uint64_t>(time.ms); }

Bytes checkpoint_bytes(const Checkpoint& c, const TownshipId& township) {
  ByteWriter out;
  out.raw(township.data);
  out.raw(c.generation.data);
  out.integer(bits(c.time));
  out.raw(c.heads_digest.data);
  return out.take();
}

}  // namespace

ServerId server_id(const VerifyKey& key) {
  const Hash full = hash("mq/sv1", {key.view()});
  ServerId out;
  std::memcpy(out.data.data(), full.data.data(), out.data.size());
  return out;
}

Hash first_head(const TownshipId& township, const StreamId& stream, const Generation& generation) {
  return hash("mq/i0", {township.view(), stream.view(), generation.view()});
}

Hash next_head(const Hash& before, std::uint64_t index, const Hash& envelope, WallTime time) {
  ByteWriter numbers;
  numbers.integer(index);
  numbers.raw(envelope.data);
  numbers.integer(bits(time));
  return hash("mq/i1", {before.view(), numbers.bytes()});
}

Bytes Receipt::signed_bytes(const TownshipId& township) const {
  ByteWriter out;
  out.raw(township.data);
  out.raw(generation.data);
  out.integer(stream);
  out.raw(device.data);
  out.integer(incarnation);
  out.integer(seq_from);
  out.integer(seq_to);
  out.raw(last_hash.data);
  out.integer(index);
  out.raw(head.data);
  out.integer(bits(time));
  out.integer(static_cast<std::uint8_t>(receipt_class));
  return out.take();
}

Receipt sign_receipt(Receipt receipt, const TownshipId& township, const SigningKey& server) {
  receipt.signature = server.sign("mq/rc1", receipt.signed_bytes(township));
  return receipt;
}

bool verify_receipt(const Receipt& receipt, const TownshipId& township, const VerifyKey& server) {
  return verify(server, "mq/rc1", receipt.signed_bytes(township), receipt.signature);
}

Checkpoint sign_checkpoint(Checkpoint checkpoint, const TownshipId& township,
                           const SigningKey& server) {
  checkpoint.signature = server.sign("mq/ck1", checkpoint_bytes(checkpoint, township));
  return checkpoint;
}

bool verify_checkpoint(const Checkpoint& c, const TownshipId& township, const VerifyKey& server) {
  return verify(server, "mq/ck1", checkpoint_bytes(c, township), c.signature);
}

Bytes request_signed_bytes(const ServerId& server, const TownshipId& township, ByteView device,
                           std::string_view method, ByteView body, WallTime time) {
  // Two parts of free length: each states its own, so that no two requests share their bytes.
  ByteWriter out;
  out.raw(server.data);
  out.raw(township.data);
  out.block(device);
  out.block(method);
  out.raw(hash("mq/rb1", {body}).data);
  out.integer(bits(time));
  return out.take();
}

}  // namespace mq::wire
