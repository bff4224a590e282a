// Entries of the control log and envelopes as a device could make them by hand: what no act of ours
// would send.
#pragma once

#include <string>

#include "mq/wire/control_draft.h"
#include "mq/wire/envelope.h"
#include "mq/wire/stream_head.h"
#include "support/world.h"

namespace mq::testing {

inline std::string to_field(ByteView bytes) { return to_string(bytes); }

inline sync::pb::SignedRequest signed_as_is(World& world, SimDevice& device,
                                            std::string_view method, const std::string& body) {
  const seal::Identity& me = *device.keyring().identity();
  const WallTime now = world.server.clock.wall();
  sync::pb::SignedRequest request;
  request.set_township(to_field(me.township.view()));
  request.set_device(to_field(me.device.view()));
  request.set_time_ms(static_cast<std::uint64_t>(now.ms));
  request.set_body(body);
  const Bytes bytes = wire::request_signed_bytes(
      wire::server_id(device.control().state().server_key()), me.township, me.device.view(), method,
      view_of(request.body()), now);
  request.set_signature(to_field(me.sign.sign("mq/r1", bytes).view()));
  return request;
}

inline Status append_as_is(World& world, SimDevice& admin, const wire::pb::ControlBody& body,
                           const wire::pb::KeyRecord* record = nullptr) {
  const seal::Identity& me = *admin.keyring().identity();
  const wire::ControlState& state = admin.control().state();
  wire::ControlDraft draft(state, me.device.view(), world.server.clock.wall());
  const auto entries = draft.add(body, me.sign, record).take();
  sync::pb::ControlAppendRequest append;
  append.set_expected_head(to_field(state.head().view()));
  *append.add_entries() = entries.front();
  MQ_CHECK(admin.network.control_append(
      signed_as_is(world, admin, "ControlAppend", append.SerializeAsString())));
  return admin.control().append(entries, admin.keyring());
}

// What the server says to it.
inline sync::pb::PushCode push_as_is(World& world, SimDevice& device,
                                     const wire::Envelope& envelope) {
  sync::pb::ExchangeRequest exchange;
  exchange.set_control_seq(device.control().state().head_seq());
  sync::pb::Envelope& message = *exchange.add_push();
  message.set_header(to_field(envelope.header.encode()));
  message.set_ct(to_field(envelope.ct));
  message.set_signature(to_field(envelope.signature.view()));
  const auto reply = device.network.exchange(
      signed_as_is(world, device, "Exchange", exchange.SerializeAsString()));
  const bool answered = reply.ok() && reply->results_size() == 1;
  return answered ? reply->results(0).code() : sync::pb::PUSH_CODE_UNSPECIFIED;
}

}  // namespace mq::testing
