// Recovery: the kit, the admin's device that it or the county root appoints, and how such a device
// comes to its keys when no admin is left to grant them.
#include <algorithm>
#include <set>

#include "control_rules.h"
#include "mq/base/text.h"

namespace mq::wire {

namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr std::uint64_t kDigits = 1'000'000;
constexpr std::size_t kDigitCount = 6;

Error bad_field(const ControlStep& step) {
  return control_fault(Code::kInvalidInput, step, "有字段缺失或长度不对",
                       "a field is missing or has a wrong length");
}

}  // namespace

// Three different sheets; a new kit replaces the old one, whose holders may sign for it.
Status ControlRules::recovery(const ControlStep& step) {
  const pb::Recovery& r = step.body.recovery();
  const auto box_key = id_of<BoxKey>(r.box_key());
  const auto sign_key = id_of<VerifyKey>(r.sign_key());
  RecoveryRecord record;
  const bool three = static_cast<std::size_t>(r.sheet_checks_size()) == record.sheet_checks.size();
  if (!box_key || !sign_key || !three || step.names_record) return bad_field(step);
  std::set<Hash> seen;
  for (std::size_t i = 0; i < record.sheet_checks.size(); ++i) {
    const auto check = id_of<Hash>(r.sheet_checks(static_cast<int>(i)));
    if (!check || !seen.insert(*check).second) return bad_field(step);
    record.sheet_checks[i] = *check;
  }
  record.from = step.seq;
  record.box_key = *box_key;
  record.sign_key = *sign_key;
  add_recovery(record);
  return {};
}

std::vector<VerifyKey> ControlRules::recovery_signers(const ControlStep& step) const {
  std::vector<VerifyKey> keys = second_admins(step);
  keys.push_back(state_.county_root_);
  if (const RecoveryRecord* old = state_.recovery()) keys.push_back(old->sign_key);
  return keys;
}

// Recovery and the county root are authors of this one kind of entry.
std::optional<VerifyKey> ControlRules::appointer(const std::string& author) const {
  const RecoveryRecord* kit = state_.recovery();
  if (kit != nullptr && author == text_of(recovery_recipient(kit->box_key))) return kit->sign_key;
  if (author == text_of(county_author(state_.county_root_))) return state_.county_root_;
  return std::nullopt;
}

Status ControlRules::appoint(const ControlStep& step) {
  const pb::Appoint& a = step.body.appoint();
  const auto id = id_of<DeviceId>(a.device().device());
  const auto person = id_of<PersonId>(a.device().person());
  const auto sign_key = id_of<VerifyKey>(a.device().sign_key());
  const auto box_key = id_of<BoxKey>(a.device().box_key());
  const bool complete = id && person && sign_key && box_key && a.device().invite().empty() &&
                        a.sealed_name().size() <= kSealedBytesMax && !step.names_record;
  if (!complete) return bad_field(step);
  if (state_.device(*id) != nullptr || state_.invite(InviteId{id->data}) != nullptr) {
    return control_fault(Code::kConflict, step, "设备编号已存在", "its device id exists");
  }
  const PersonRecord* known = state_.person(*person);
  const bool named = known != nullptr && !known->sealed_name.empty();
  if (named && !a.sealed_name().empty()) {
    return control_fault(Code::kConflict, step, "此人已在名册中", "its person is in the log");
  }
  if (!named) add_person({*person, to_bytes(a.sealed_name()), step.seq, step.seq});
  add_device({*id, *person, *sign_key, *box_key, std::nullopt, {step.seq, std::nullopt}, true});
  for (const auto kind : {pb::ROLE_KIND_ADMIN, pb::ROLE_KIND_DESK}) {
    if (state_.has_role(*person, kind, state_.head_seq_)) continue;
    add_role({*person, kind, {}, {step.seq, std::nullopt}});
  }
  return {};
}

// The nonce is drawn after the keys stand in the log, by somebody else than who made them.
Status ControlRules::compare(const ControlStep& step) {
  const pb::Compare& c = step.body.compare();
  const auto id = id_of<DeviceId>(c.device());
  const DeviceRecord* device = id ? state_.device(*id) : nullptr;
  const bool fits = device != nullptr && device->span.holds_at(state_.head_seq_) &&
                    c.nonce().size() == kNonceBytes && !step.names_record;
  if (!fits) return bad_field(step);
  const bool needed = state_.needs_two(device->person, pb::ROLE_KIND_UNSPECIFIED, state_.head_seq_);
  if (!needed || device->id == step.author->id) {
    return control_fault(Code::kNotAllowed, step, "这台设备不需要核对,或不能由自己核对",
                         "the device needs no comparison, or compares itself");
  }
  const auto same = [&](const CompareRecord& each) { return each.device == *id; };
  if (std::any_of(state_.compares_.begin(), state_.compares_.end(), same)) {
    return control_fault(Code::kConflict, step, "这台设备已有核对数字",
                         "the device has its digits");
  }
  CompareRecord record;
  record.entry = step.seq;
  record.device = *id;
  std::copy(c.nonce().begin(), c.nonce().end(), record.nonce.begin());
  add_compare(record);
  return {};
}

bool ControlRules::by_two_readers(const ControlStep& step) const {
  return step.author != nullptr &&
         !state_.has_role(step.author->person, pb::ROLE_KIND_ADMIN, state_.head_seq_);
}

std::vector<VerifyKey> ControlRules::second_readers(const ControlStep& step) const {
  std::vector<VerifyKey> keys;
  const auto id = id_of<StreamId>(step.body.grant().stream());
  for (const DeviceRecord& device : state_.devices_) {
    const bool other = step.author == nullptr || device.person != step.author->person;
    if (!id || !other || !device.span.holds_at(state_.head_seq_)) continue;
    if (state_.may_read(device.person, *id, state_.head_seq_)) keys.push_back(device.sign_key);
  }
  return keys;
}

// Two persons who read a stream may give its keys to an appointed device, and to no other.
Status ControlRules::check_granter(const ControlStep& step, const StreamRecord& stream,
                                   const DeviceRecord* recipient) const {
  if (!by_two_readers(step)) return {};
  const bool may = recipient != nullptr && recipient->appointed &&
                   state_.person_reads(step.author->person, stream, state_.head_seq_);
  if (may) return {};
  return control_fault(Code::kNotAllowed, step, "只有两位读者能给恢复任命的设备授钥匙",
                       "only two of its readers may grant it, and only to an appointed device");
}

void ControlRules::add_compare(CompareRecord record) {
  state_.compares_.push_back(record);
  undo_.push_back([](ControlState& s) { s.compares_.pop_back(); });
}

// What the digits were drawn for: whoever compared them found them equal, and handed over a key.
void ControlRules::note_granted(const DeviceId& device, std::uint32_t seq) {
  for (Index i = 0; i < state_.compares_.size(); ++i) {
    CompareRecord& each = state_.compares_[i];
    if (each.device != device || each.granted != 0) continue;
    each.granted = seq;
    undo_.push_back([i](ControlState& s) { s.compares_[i].granted = 0; });
  }
}

const RecoveryRecord* ControlState::recovery() const {
  return recoveries_.empty() ? nullptr : &recoveries_.back();
}

std::optional<std::string> ControlState::compare_digits(const DeviceId& device_id) const {
  const DeviceRecord* d = device(device_id);
  const auto at = std::find_if(compares_.begin(), compares_.end(),
                               [&](const CompareRecord& each) { return each.device == device_id; });
  if (d == nullptr || at == compares_.end()) return std::nullopt;
  std::array<std::uint8_t, 8> bytes{};
  hash_into(bytes, {}, "mq/sas1", {head_at(d->span.from).view(), at->nonce});
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  const std::string digits = std::to_string(number % kDigits);
  return std::string(kDigitCount - digits.size(), '0') + digits;
}

Bytes county_author(const VerifyKey& root) {
  const Hash full = hash("mq/cr1", {root.view()});
  return to_bytes(full.view().first(16));
}

}  // namespace mq::wire
