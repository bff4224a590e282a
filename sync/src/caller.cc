#include "caller.h"

#include "mq/wire/stream_head.h"

namespace mq::sync {

Status Caller::meet(const VerifyKey* expected) {
  std::array<std::uint8_t, 16> nonce{};
  random_.fill(nonce);
  pb::InfoRequest request;
  request.set_nonce(to_field(nonce));
  MQ_TRY(const pb::InfoReply reply, transport_.info(request));
  MQ_TRY(const VerifyKey key, from_field<VerifyKey>(reply.server_key()));
  MQ_TRY(const Signature signature, from_field<Signature>(reply.signature()));
  ByteWriter signed_bytes;
  signed_bytes.raw(nonce);
  signed_bytes.integer(reply.time_ms());
  signed_bytes.raw(view_of(reply.certificate_hash()));
  if (!wire::verify(key, "mq/in1", signed_bytes.bytes(), signature)) {
    return Error{Code::kCorrupt,
                 "服务器的自我介绍没有通过核对,没有送出任何东西。请检查地址和网络。",
                 "the server's introduction does not verify; nothing was sent"};
  }
  if (expected != nullptr && key != *expected) {
    return Error{Code::kUnauthenticated,
                 "这个地址上不是本乡镇的服务器,没有送出任何东西。请检查地址。",
                 "this address is not our township's server; nothing was sent"};
  }
  server_ = Server{key, {static_cast<std::int64_t>(reply.time_ms())}, clock_.monotonic()};
  return {};
}

WallTime Caller::server_time() const {
  return {server_->time.ms + (clock_.monotonic().ms - server_->at.ms)};
}

pb::SignedRequest Caller::sign(const Signer& signer, std::string_view method,
                               std::string body) const {
  const WallTime time = server_time();
  pb::SignedRequest request;
  request.set_township(to_field(signer.township.view()));
  request.set_device(to_field(signer.id));
  request.set_time_ms(static_cast<std::uint64_t>(time.ms));
  const Bytes signed_bytes = wire::request_signed_bytes(
      wire::server_id(server_->key), signer.township, signer.id, method, view_of(body), time);
  request.set_signature(to_field(signer.key->sign("mq/r1", signed_bytes).view()));
  request.set_body(std::move(body));
  return request;
}

Result<pb::ControlAppendReply> Caller::found(const Signer& signer,
                                             const pb::FoundRequest& request) {
  return transport_.found(sign(signer, "Found", request.SerializeAsString()));
}

Result<TownshipId> Caller::find_invite(const InviteId& invite) {
  pb::FindInviteRequest request;
  request.set_invite(to_field(invite.view()));
  MQ_TRY(const pb::FindInviteReply reply, transport_.find_invite(request));
  return from_field<TownshipId>(reply.township());
}

Result<pb::ControlReadReply> Caller::control_read(const Signer& signer, std::uint32_t after_seq) {
  pb::ControlReadRequest request;
  request.set_after_seq(after_seq);
  return transport_.control_read(sign(signer, "ControlRead", request.SerializeAsString()));
}

Result<pb::ControlAppendReply> Caller::control_append(
    const Signer& signer, const Hash& expected_head, const std::vector<pb::ControlEntry>& entries) {
  pb::ControlAppendRequest request;
  request.set_expected_head(to_field(expected_head.view()));
  for (const pb::ControlEntry& entry : entries) *request.add_entries() = entry;
  return transport_.control_append(sign(signer, "ControlAppend", request.SerializeAsString()));
}

Result<pb::ChainHeadsReply> Caller::chain_heads(const Signer& signer,
                                                const std::vector<DeviceId>& devices) {
  pb::ChainHeadsRequest request;
  for (const DeviceId& device : devices) request.add_devices(to_field(device.view()));
  return transport_.chain_heads(sign(signer, "ChainHeads", request.SerializeAsString()));
}

Result<pb::ExchangeReply> Caller::exchange(const pb::SignedRequest& request) {
  return transport_.exchange(request);
}

}  // namespace mq::sync
