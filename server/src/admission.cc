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

// `named` is the log at the head that the author knew, void or not.
std::optional<pb::Refusal> check_right(const wire::ControlState& named,
                                       const wire::StreamRecord& stream,
                                       const wire::EnvelopeHeader& header) {
  if (!named.may_write(header.device, header.stream, header.control_seq)) {
    return pb::REFUSAL_ROLE;
  }
  const bool drop = stream.kind == pb::STREAM_KIND_DROP;
  if ((header.kind == kDropKind) != drop) return pb::REFUSAL_STREAM;
  const std::uint32_t epoch = named.epoch_at(header.stream, header.control_seq);
  // A drop is sealed to a county key; its stream has no epochs.
  if (header.epoch != epoch || (epoch == 0 && !drop)) return pb::REFUSAL_EPOCH;
  return std::nullopt;
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

Judged judge(const wire::ControlState& control, const pb::Envelope& message, Date today) {
  auto read = pushed_from(message);
  if (!read.ok()) {
    const bool newer = read.error().code == Code::kUnsupported;
    return refused(newer ? pb::REFUSAL_SUITE : pb::REFUSAL_MALFORMED);
  }
  Candidate out;
  out.pushed = std::move(*read);
  const wire::EnvelopeHeader& header = out.pushed.header;
  if (header.suite != wire::kSuite1 || header.suite < control.lowest_suite()) {
    return refused(pb::REFUSAL_SUITE);
  }
  const auto place = control.place_of(header.control_seq, header.control_head);
  if (!place) return result_of(pb::PUSH_CODE_PARKED);
  const wire::StreamRecord* stream = control.stream(header.stream);
  if (stream == nullptr) return refused(pb::REFUSAL_STREAM);
  if (const auto why = check_device(control, out.pushed)) return refused(*why);
  if (const auto why = check_right(*place->log, *stream, header)) return refused(*why);
  out.ordinal = stream->ordinal;
  const wire::ChainId chain = wire::chain_of(header);
  // What a decision names, and work under a void head, stands by its decision alone, on whatever
  // line it lies.
  const bool decided =
      control.decision(chain, header.seq, out.pushed.hash) != wire::Ruling::kUndecided;
  if (!decided && !place->is_void) out.ends = control.ends_of(chain, header.control_seq);
  const auto day = static_cast<std::uint32_t>(today.days);
  out.ended = control.announced_over(header.device, header.stream, day);
  // An admission decides either way: what is refused keeps its place in the chain as well.
  out.late = control.ruling(header, out.pushed.hash) == wire::Ruling::kUndecided;
  return out;
}

}  // namespace mq::server
