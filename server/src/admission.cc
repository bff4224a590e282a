#include "admission.h"

namespace mq::server {
namespace {

constexpr auto kDropKind = static_cast<std::uint8_t>(wire::EnvelopeKind::kDrop);

std::optional<pb::Refusal> check_device(const wire::ControlState& control, const Pushed& pushed) {
  const wire::DeviceRecord* device = control.device(pushed.header.device);
  if (device == nullptr) return pb::REFUSAL_UNKNOWN_DEVICE;
  if (!pushed.signed_by(device->sign_key)) return pb::REFUSAL_SIGNATURE;
  return std::nullopt;
}

std::optional<pb::Refusal> check_right(const wire::ControlState& control,
                                       const wire::StreamRecord& stream,
                                       const wire::EnvelopeHeader& header) {
  if (!control.may_write(header.device, header.stream, header.control_seq)) {
    return pb::REFUSAL_ROLE;
  }
  const bool drop = stream.kind == pb::STREAM_KIND_DROP;
  if ((header.kind == kDropKind) != drop) return pb::REFUSAL_STREAM;
  const std::uint32_t epoch = control.epoch_at(header.stream, header.control_seq);
  // A drop is sealed to a county key; its stream has no epochs.
  if (header.epoch != epoch || (epoch == 0 && !drop)) return pb::REFUSAL_EPOCH;
  return std::nullopt;
}

bool beyond(const Limit& limit, const wire::EnvelopeHeader& header, const Hash& hash) {
  return header.seq > limit.seq || (header.seq == limit.seq && hash != limit.hash);
}

// Control entries after `control_seq` that may have taken the device's right in the stream.
std::set<std::uint32_t> possible_ends(const wire::ControlState& control,
                                      const wire::DeviceRecord& device, std::uint32_t control_seq) {
  std::set<std::uint32_t> ends;
  const auto add = [&](const wire::Span& span) {
    if (span.until && *span.until > control_seq) ends.insert(*span.until);
  };
  add(device.span);
  for (const wire::RoleRecord* role : control.roles_of(device.person)) add(role->span);
  return ends;
}

}  // namespace

pb::PushResult refused(pb::Refusal why) {
  pb::PushResult result = result_of(pb::PUSH_CODE_REFUSED);
  result.set_refusal(why);
  return result;
}

pb::PushResult result_of(pb::PushCode code, std::uint64_t need_seq) {
  pb::PushResult result;
  result.set_code(code);
  result.set_need_seq(need_seq);
  return result;
}

bool fits(const pb::Envelope& message) {
  return message.header().size() + message.ct().size() + message.signature().size() <=
         wire::kEnvelopeBytesMax;
}

std::optional<Limit> limit_of(const wire::ControlState& control, const wire::ChainId& chain,
                              std::uint32_t control_seq) {
  std::map<std::uint32_t, Limit> limits;  // by the entry that set them
  for (const wire::CutRecord& cut : control.cuts()) {
    const wire::ChainId cut_chain{cut.stream, cut.device, cut.incarnation};
    if (cut_chain == chain && cut.entry > control_seq) limits[cut.entry] = {cut.seq, cut.hash};
  }
  const wire::DeviceRecord* device = control.device(chain.device);
  if (device != nullptr) {
    for (const std::uint32_t end : possible_ends(control, *device, control_seq)) {
      if (control.may_write(chain.device, chain.stream, end)) continue;
      limits.try_emplace(end, Limit{});
    }
  }
  std::optional<Limit> lowest;
  for (const auto& [entry, limit] : limits) {
    if (!lowest || limit.seq < lowest->seq) lowest = limit;
  }
  return lowest;
}

Judged judge(const Log& log, const pb::Envelope& message) {
  const wire::ControlState& control = log.control;
  auto read = pushed_from(message);
  if (!read.ok()) {
    const bool newer = read.error().code == Code::kUnsupported;
    return refused(newer ? pb::REFUSAL_SUITE : pb::REFUSAL_MALFORMED);
  }
  Candidate out{std::move(*read), 0, false};
  const wire::EnvelopeHeader& header = out.pushed.header;
  if (header.suite != wire::kSuite1 || header.suite < control.lowest_suite()) {
    return refused(pb::REFUSAL_SUITE);
  }
  if (header.control_seq == 0 || header.control_seq > control.head_seq() ||
      control.head_at(header.control_seq) != header.control_head) {
    return result_of(pb::PUSH_CODE_PARKED);
  }
  const wire::StreamRecord* stream = control.stream(header.stream);
  if (stream == nullptr) return refused(pb::REFUSAL_STREAM);
  if (const auto why = check_device(control, out.pushed)) return refused(*why);
  if (const auto why = check_right(control, *stream, header)) return refused(*why);
  out.ordinal = stream->ordinal;
  const auto limit = limit_of(control, wire::chain_of(header), header.control_seq);
  out.late =
      limit && beyond(*limit, header, out.pushed.hash) && !log.admitted.contains(out.pushed.hash);
  return out;
}

}  // namespace mq::server
