// One entry of the control log as a device could make it by hand: what no act of ours would append.
#pragma once

#include <string>

#include "mq/wire/control_draft.h"
#include "mq/wire/stream_head.h"
#include "support/world.h"

namespace mq::testing {

inline std::string to_field(ByteView bytes) { return to_string(bytes); }

inline Status append_as_is(World& world, SimDevice& admin, const wire::pb::ControlBody& body,
                           const wire::pb::KeyRecord* record = nullptr) {
  const seal::Identity& me = *admin.keyring().identity();
  const WallTime now = world.server.clock.wall();
  const wire::ControlState& state = admin.control().state();
  wire::ControlDraft draft(state, me.device.view(), now);
  const auto entries = draft.add(body, me.sign, record).take();
  sync::pb::ControlAppendRequest append;
  append.set_expected_head(to_field(state.head().view()));
  *append.add_entries() = entries.front();
  sync::pb::SignedRequest request;
  request.set_township(to_field(me.township.view()));
  request.set_device(to_field(me.device.view()));
  request.set_time_ms(static_cast<std::uint64_t>(now.ms));
  request.set_body(append.SerializeAsString());
  const Bytes bytes =
      wire::request_signed_bytes(wire::server_id(state.server_key()), me.township, me.device.view(),
                                 "ControlAppend", view_of(request.body()), now);
  request.set_signature(to_field(me.sign.sign("mq/r1", bytes).view()));
  MQ_CHECK(admin.network.control_append(request));
  return admin.control().append(entries, admin.keyring());
}

}  // namespace mq::testing
