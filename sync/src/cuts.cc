#include "cuts.h"

#include <algorithm>
#include <map>
#include <set>

#include "messages.h"

namespace mq::sync {
namespace {

constexpr std::size_t kDevicesMax = 64;  // of one request

struct Head {
  wire::ChainId chain;
  wire::ChainPoint point;
};

Error malformed() {
  return {Code::kCorrupt, "服务器说的截止位置没有通过核对,什么也没有改动。请告诉县里管服务器的人。",
          "the server's chain heads do not verify; nothing was changed"};
}

Error not_level() {
  return {Code::kConflict,
          "服务器和本机收到的记录还不一样多,现在截止会把送到了的也截掉。什么也没有改动;请先 sync "
          "再办。",
          "this device and the server do not hold the same records yet; nothing was changed, sync "
          "first"};
}

// A stream newer than our log is skipped: then our append comes too late anyway.
Status take_head(const wire::ControlState& state, const std::set<DeviceId>& asked,
                 const pb::ChainHead& message, std::vector<Head>& out) {
  MQ_TRY(const DeviceId device, from_field<DeviceId>(message.device()));
  MQ_TRY(const Hash hash, from_field<Hash>(message.hash()));
  if (!asked.contains(device) || message.seq() == 0) return malformed();
  const wire::StreamRecord* stream = state.stream_by_ordinal(message.stream());
  if (stream == nullptr) return {};
  out.push_back({{stream->id, device, message.incarnation()}, {message.seq(), hash}});
  return {};
}

Result<std::vector<Head>> server_heads(Acts& acts, const std::vector<DeviceId>& devices) {
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  std::vector<Head> heads;
  for (std::size_t begin = 0; begin < devices.size(); begin += kDevicesMax) {
    const std::size_t end = std::min(begin + kDevicesMax, devices.size());
    const std::vector<DeviceId> part(devices.begin() + static_cast<std::ptrdiff_t>(begin),
                                     devices.begin() + static_cast<std::ptrdiff_t>(end));
    MQ_TRY(const pb::ChainHeadsReply reply, acts.caller.chain_heads(signer, part));
    const std::set<DeviceId> asked(part.begin(), part.end());
    for (const pb::ChainHead& head : reply.heads()) {
      MQ_CHECK(take_head(acts.control.state(), asked, head, heads));
    }
  }
  return heads;
}

// The log as it would be: who loses what is the log's own rule.
Result<wire::ControlState> state_after(const Acts& acts, const Plan& plan,
                                       const pb::ControlBody& body) {
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  Plan trial(plan.state(), {to_bytes(signer.id), signer.key, nullptr}, acts.caller.server_time(),
             acts.random);
  MQ_CHECK(trial.add(body));
  return trial.state();
}

// How far it goes in the server's stream: what is undecided lies beside it, in the late box.
std::uint64_t last_delivered(const std::vector<vault::Vault::Held>& held) {
  std::uint64_t last = 0;
  for (const vault::Vault::Held& each : held) {
    if (each.standing != vault::Standing::kUndecided) last = std::max(last, each.seq);
  }
  return last;
}

// A server that lost data, or hides some, would make us cut off what is delivered. A chain that has
// ended before may have gone on here alone.
Status check_not_behind(Acts& acts, const wire::ControlState& state, const Ending& ending,
                        const std::vector<Head>& heads) {
  std::map<wire::ChainId, std::uint64_t> farthest;
  for (const Head& head : heads) {
    std::uint64_t& seq = farthest[head.chain];
    seq = std::max(seq, head.point.seq);
  }
  for (const vault::StreamInfo& stream : acts.vault.streams()) {
    MQ_TRY(const std::vector<wire::ChainId> chains, acts.vault.chains(stream.ix));
    for (const wire::ChainId& chain : chains) {
      const bool asked = std::ranges::find(ending.devices, chain.device) != ending.devices.end();
      if (!asked || !state.ends_of(chain, 0).empty()) continue;
      MQ_TRY(const std::vector<vault::Vault::Held> held, acts.vault.chain(chain));
      const auto known = farthest.find(chain);
      const std::uint64_t servers = known == farthest.end() ? 0 : known->second;
      if (last_delivered(held) > servers) return not_level();
    }
  }
  return {};
}

// The last that the server had received by then.
Result<wire::ChainPoint> point_by(Acts& acts, const Head& head, WallTime since) {
  if (acts.vault.stream(head.chain.stream) == nullptr) return head.point;
  MQ_TRY(const std::vector<vault::Vault::Held> held, acts.vault.chain(head.chain));
  wire::ChainPoint last;
  bool whole = false;
  for (const vault::Vault::Held& each : held) {
    whole = whole || each.hash == head.point.hash;
    if (each.received && each.received->ms <= since.ms) last = {each.seq, each.hash};
  }
  if (!whole) return not_level();
  return last;
}

pb::Cut cut_of(const wire::ChainId& chain, const wire::ChainPoint& point) {
  pb::Cut cut;
  cut.set_stream(to_field(chain.stream.view()));
  cut.set_device(to_field(chain.device.view()));
  cut.set_incarnation(chain.incarnation);
  cut.set_seq(point.seq);
  if (point.seq > 0) cut.set_hash(to_field(point.hash.view()));
  return cut;
}

}  // namespace

Result<std::vector<pb::Cut>> cuts_for(Acts& acts, const Plan& plan, const Ending& ending) {
  MQ_TRY(const wire::ControlState after, state_after(acts, plan, ending.body));
  MQ_TRY(const std::vector<Head> heads, server_heads(acts, ending.devices));
  MQ_CHECK(check_not_behind(acts, plan.state(), ending, heads));
  std::set<std::pair<wire::ChainId, wire::ChainPoint>> points;
  for (const Head& head : heads) {
    if (after.last_loss(head.chain.device, head.chain.stream) != after.head_seq()) continue;
    wire::ChainPoint point = head.point;
    if (ending.since) {
      MQ_TRY(point, point_by(acts, head, *ending.since));
    }
    points.insert({head.chain, point});
  }
  std::vector<pb::Cut> cuts;
  for (const auto& [chain, point] : points) cuts.push_back(cut_of(chain, point));
  return cuts;
}

}  // namespace mq::sync
