#include "heads.h"

#include <set>

#include "caller.h"

namespace mq::server {
namespace {

constexpr int kDevicesMax = 64;

Status add_heads(Core& core, const Caller& caller, const wire::ChainId& chain,
                 pb::ChainHeadsReply& reply) {
  const wire::StreamRecord* stream = caller.log->control.stream(chain.stream);
  if (stream == nullptr) return {};  // of an entry appended since this request began
  MQ_TRY(const auto heads, core.store.chain_heads(caller.township->id, chain));
  for (const ChainHead& head : heads) {
    pb::ChainHead& message = *reply.add_heads();
    message.set_stream(stream->ordinal);
    message.set_device(bytes_of(chain.device.view()));
    message.set_incarnation(chain.incarnation);
    message.set_seq(head.seq);
    message.set_hash(bytes_of(head.hash.view()));
  }
  return {};
}

Result<std::set<DeviceId>> devices_named(const pb::ChainHeadsRequest& asked) {
  std::set<DeviceId> out;
  for (const std::string& bytes : asked.devices()) {
    const auto id = id_of<DeviceId>(bytes);
    if (!id) return malformed("chain heads");
    out.insert(*id);
  }
  return out;
}

}  // namespace

Result<pb::ChainHeadsReply> answer_chain_heads(Core& core, const pb::SignedRequest& request) {
  MQ_TRY(const Caller caller, authenticate(core, request, "ChainHeads"));
  if (!caller.is_admin()) {
    return Error{Code::kNotAllowed, "只有管理员的设备可以查看链头",
                 "only an admin's device may ask for chain heads"};
  }
  pb::ChainHeadsRequest asked;
  if (!asked.ParseFromString(request.body()) || asked.devices_size() > kDevicesMax) {
    return malformed("chain heads");
  }
  MQ_TRY(const std::set<DeviceId> devices, devices_named(asked));
  pb::ChainHeadsReply reply;
  for (const DeviceId& device : devices) {
    MQ_TRY(const auto chains, core.store.device_chains(caller.township->id, device));
    for (const wire::ChainId& chain : chains) MQ_CHECK(add_heads(core, caller, chain, reply));
  }
  return reply;
}

}  // namespace mq::server
