// The rules of entries about streams, their keys, the server and the township's state.
#include <algorithm>
#include <set>

#include "address.h"
#include "control_rules.h"

namespace mq::wire {

namespace {

constexpr std::size_t kWrappedBytesMax = 65'536;
constexpr std::uint32_t kSuiteMax = 255;
constexpr std::size_t kAdminDevicesMin = 2;

Error malformed(const ControlStep& step, std::string_view zh, std::string_view en) {
  return control_fault(Code::kInvalidInput, step, zh, en);
}
Error bad_field(const ControlStep& step) {
  return malformed(step, "有字段缺失或长度不对", "a field is missing or has a wrong length");
}
Error unknown_stream(const ControlStep& step) {
  return malformed(step, "数据流不在名册中", "its stream is not in the log");
}

bool has_epochs(pb::StreamKind kind) { return kind != pb::STREAM_KIND_DROP; }

// The recipients in the record's order of bytes, each once; nothing if a box does not fit.
std::optional<std::vector<ByteView>> boxed(const pb::KeyRecord& record, const pb::Rotate& rotate) {
  std::vector<ByteView> out;
  out.reserve(static_cast<std::size_t>(record.boxes_size()));
  for (const pb::KeyRecord::Box& box : record.boxes()) {
    const bool fits = box.stream() == rotate.stream() && box.epoch() == rotate.epoch() &&
                      box.box().size() == kBoxBytes;
    if (!fits) return std::nullopt;
    out.push_back(view_of(box.recipient()));
  }
  return out;
}

bool before(ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); }
bool same(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

}  // namespace

Status ControlRules::check_owner(const ControlStep& step) const {
  const pb::Stream& s = step.body.stream();
  bool fits = s.owner().empty();
  if (s.kind() == pb::STREAM_KIND_DIARY) {
    const auto person = PersonId::from(view_of(s.owner()));
    fits = person && state_.person(*person) != nullptr;
  } else if (s.kind() == pb::STREAM_KIND_PRIVATE) {
    const auto village = StreamId::from(view_of(s.owner()));
    const StreamRecord* known = village ? state_.stream(*village) : nullptr;
    fits = known != nullptr && known->kind == pb::STREAM_KIND_VILLAGE;
  }
  if (fits) return {};
  return malformed(step, "数据流的归属不对", "its owner does not fit its kind");
}

Status ControlRules::stream(const ControlStep& step) {
  const pb::Stream& s = step.body.stream();
  const auto id = id_of<StreamId>(s.stream());
  const bool fits = id && s.kind() != pb::STREAM_KIND_UNSPECIFIED &&
                    s.sealed_label().size() <= kSealedBytesMax && !step.names_record;
  if (!fits) return bad_field(step);
  if (s.kind() < 0 || s.kind() > pb::STREAM_KIND_DROP) {
    return control_fault(Code::kUnsupported, step, "数据流种类比本程序新",
                         "its stream kind is newer than this program");
  }
  if (state_.stream(*id) != nullptr) {
    return control_fault(Code::kConflict, step, "数据流已存在", "its stream id exists");
  }
  const bool second = s.kind() == pb::STREAM_KIND_TOWNSHIP &&
                      std::any_of(state_.streams_.begin(), state_.streams_.end(), [](auto& other) {
                        return other.kind == pb::STREAM_KIND_TOWNSHIP;
                      });
  if (second) {
    return control_fault(Code::kConflict, step, "乡镇数据流只有一个",
                         "there is one township stream only");
  }
  MQ_CHECK(check_owner(step));
  StreamRecord record;
  record.id = *id;
  record.ordinal = step.seq;
  record.kind = s.kind();
  record.owner = to_bytes(s.owner());
  record.sealed_label = to_bytes(s.sealed_label());
  add_stream(std::move(record));
  return {};
}

Status ControlRules::close(const ControlStep& step) {
  const auto id = id_of<StreamId>(step.body.close().stream());
  if (!id || step.names_record) return bad_field(step);
  const StreamRecord* known = state_.stream(*id);
  if (known == nullptr) return unknown_stream(step);
  if (known->closed) {
    return control_fault(Code::kConflict, step, "数据流已关闭", "its stream is closed");
  }
  close_stream(state_.stream_at_.at(*id), step.seq);
  return {};
}

Status ControlRules::grant(const ControlStep& step) {
  const pb::Grant& g = step.body.grant();
  const auto id = id_of<StreamId>(g.stream());
  const StreamRecord* stream = id ? state_.stream(*id) : nullptr;
  if (stream == nullptr) return unknown_stream(step);
  if (!step.names_record || g.epoch() == 0 || g.epoch() > stream->epochs.size()) {
    return bad_field(step);
  }
  const auto device_id = DeviceId::from(view_of(g.recipient()));
  const DeviceRecord* device = device_id ? state_.device(*device_id) : nullptr;
  const auto& recovery = state_.recovery_box_;
  const bool to_device = device != nullptr && device->span.holds_at(state_.head_seq_) &&
                         state_.person_reads(device->person, *stream, state_.head_seq_);
  const bool to_recovery = recovery && stream->kind != pb::STREAM_KIND_CHECK &&
                           same(view_of(g.recipient()), recovery_recipient(*recovery));
  if (!to_device && !to_recovery) {
    return malformed(step, "接收设备无权阅读此数据流", "its recipient may not read the stream");
  }
  MQ_CHECK(check_granter(step, *stream, device));
  MQ_CHECK(check_grant_record(step));
  if (device != nullptr) note_granted(device->id, step.seq);
  return {};
}

Status ControlRules::check_grant_record(const ControlStep& step) const {
  const pb::Grant& g = step.body.grant();
  if (!step.record) return {};
  if (step.record->ordered_size() > 0) return bad_field(step);
  std::set<std::uint32_t> epochs;
  for (const pb::KeyRecord::Box& box : step.record->boxes()) {
    const bool fits = box.recipient() == g.recipient() && box.stream() == g.stream() &&
                      box.epoch() >= 1 && box.epoch() <= g.epoch() &&
                      box.box().size() == kBoxBytes && epochs.insert(box.epoch()).second;
    if (!fits) return malformed(step, "密钥记录与授权不符", "its key record does not fit");
  }
  if (epochs.contains(g.epoch())) return {};
  return malformed(step, "密钥记录缺少该期密钥", "its key record lacks the epoch it grants");
}

Status ControlRules::rotate(const ControlStep& step) {
  const pb::Rotate& r = step.body.rotate();
  const auto id = id_of<StreamId>(r.stream());
  const StreamRecord* stream = id ? state_.stream(*id) : nullptr;
  if (stream == nullptr || !has_epochs(stream->kind)) return unknown_stream(step);
  const auto commitment = id_of<Hash>(r.commitment());
  const bool wrapped_fits =
      r.wrapped_older().size() <= kWrappedBytesMax && (r.epoch() > 1 || r.wrapped_older().empty());
  if (!commitment || !step.names_record || !wrapped_fits) return bad_field(step);
  const std::uint32_t last = stream->epochs.empty() ? 0 : stream->epochs.back().epoch;
  if (r.epoch() != last + 1) {
    return malformed(step, "密钥期号不连续", "its epoch does not follow the last");
  }
  MQ_CHECK(check_rotate_record(step, *id));
  add_epoch(state_.stream_at_.at(*id), {r.epoch(), step.seq, *commitment});
  return {};
}

Status ControlRules::check_rotate_record(const ControlStep& step, const StreamId& stream) const {
  if (!step.record) return {};
  if (step.record->ordered_size() > 0) return check_ordered(step, stream);
  auto given = boxed(*step.record, step.body.rotate());
  if (!given) return malformed(step, "密钥记录与换钥不符", "its key record does not fit");
  const auto expected = state_.recipients(stream);
  std::vector<ByteView> wanted;
  wanted.reserve(expected.size());
  for (const auto& [id, key] : expected) wanted.emplace_back(id);
  std::sort(given->begin(), given->end(), before);
  std::sort(wanted.begin(), wanted.end(), before);
  if (std::ranges::equal(*given, wanted, same)) return {};
  return malformed(step, "密钥接收者与名册不一致",
                   "its recipients are not exactly those of the log");
}

Status ControlRules::check_ordered(const ControlStep& step, const StreamId& stream) const {
  const auto& boxes = step.record->ordered();
  const bool fits = step.record->boxes().empty() &&
                    std::all_of(boxes.begin(), boxes.end(),
                                [](const std::string& box) { return box.size() == kBoxBytes; });
  if (!fits) return malformed(step, "密钥记录与换钥不符", "its key record does not fit");
  const std::size_t wanted = state_.recipient_count(*state_.stream(stream));
  if (static_cast<std::size_t>(boxes.size()) == wanted) return {};
  return malformed(step, "密钥接收者与名册不一致",
                   "its recipients are not exactly those of the log");
}

Status ControlRules::server_key(const ControlStep& step) {
  const pb::ServerKey& k = step.body.server_key();
  const auto key = id_of<VerifyKey>(k.key());
  if (!key || !is_address(k.address()) || step.names_record) return bad_field(step);
  add_server_key({step.seq, *key, k.address()});
  return {};
}

Status ControlRules::lowest_suite(const ControlStep& step) {
  const std::uint32_t suite = step.body.lowest_suite().suite();
  if (suite == 0 || suite > kSuiteMax || step.names_record) return bad_field(step);
  if (suite < state_.lowest_suite_) {
    return malformed(step, "密码套件不能降低", "the lowest suite never falls");
  }
  set_suite(step.seq, static_cast<std::uint8_t>(suite));
  return {};
}

// With one admin device alone a lost machine would end the township.
Status ControlRules::open(const ControlStep& step) {
  if (step.names_record) return bad_field(step);
  if (state_.practice_) {
    return control_fault(Code::kNotAllowed, step, "试用乡镇不能正式启用",
                         "a practice township never opens");
  }
  if (state_.opened_ != 0) {
    return control_fault(Code::kConflict, step, "乡镇已正式启用", "the township is open");
  }
  if (state_.admin_devices(state_.head_seq_).size() < kAdminDevicesMin) {
    return control_fault(Code::kNotAllowed, step, "还缺:第二台管理员设备",
                         "a second administrator's device is missing");
  }
  if (state_.recovery() == nullptr) {
    return control_fault(Code::kNotAllowed, step, "还缺:恢复单", "the recovery kit is missing");
  }
  set(&ControlState::opened_, step.seq);
  return {};
}

}  // namespace mq::wire
