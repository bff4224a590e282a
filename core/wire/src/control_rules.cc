#include "control_rules.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::wire {

namespace {

constexpr int kCoSignaturesMax = 1;

std::string_view advice_zh(Code code) {
  switch (code) {
    case Code::kCorrupt:
      return "请重新同步;若再次出现,请报告乡镇管理员。";
    case Code::kNotAllowed:
      return "请由有权限的管理员办理。";
    case Code::kConflict:
      return "请先同步,再看是否仍需办理。";
    case Code::kUnsupported:
      return "请先升级本程序,数据不会丢。";
    default:
      return "请改正后重新提交。";
  }
}

std::string_view advice_en(Code code) {
  switch (code) {
    case Code::kCorrupt:
      return "sync again; if it comes back, tell the township's administrator";
    case Code::kNotAllowed:
      return "an administrator with the right must do it";
    case Code::kConflict:
      return "sync first, then see whether it is still needed";
    case Code::kUnsupported:
      return "upgrade this program first, nothing is lost";
    default:
      return "correct it and append again";
  }
}

bool is_genesis(const ControlStep& step) {
  return step.body.payload_case() == pb::ControlBody::kGenesis;
}
bool is_device(const ControlStep& step) {
  return step.body.payload_case() == pb::ControlBody::kDevice;
}

bool signed_by(const VerifyKey& key, const Hash& hash, const std::string& signature) {
  const auto bytes = Signature::from(view_of(signature));
  return bytes && verify(key, "mq/s2", hash.view(), *bytes);
}

}  // namespace

Error control_fault(Code code, const ControlStep& step, std::string_view zh, std::string_view en) {
  return {code, cat("成员名册第 ", step.seq, " 条无法接受:", zh, "。", advice_zh(code)),
          cat("control entry ", step.seq, " cannot be accepted: ", en, "; ", advice_en(code))};
}

Status ControlRules::add(const pb::ControlEntry& entry, bool verified) {
  MQ_TRY(ControlStep step, take_apart(entry));
  MQ_CHECK(check_chain(step));
  MQ_CHECK(check_batch(step));
  MQ_CHECK(check_author(step, verified));
  MQ_CHECK(check_co_signatures(step, verified));
  MQ_CHECK(check_right(step));
  MQ_CHECK(take_record(step));
  MQ_CHECK(payload(step));
  advance(step);
  return {};
}

// One entry has one byte form: bytes that another parser could read otherwise are refused.
Result<ControlStep> ControlRules::take_apart(const pb::ControlEntry& entry) const {
  ControlStep step{.entry = entry, .body = {}, .hash = {}, .record = {}};
  step.seq = state_.head_seq_ + 1;
  const std::string& bytes = entry.body();
  const bool parsed = step.body.ParseFromString(bytes);
  if (!parsed || step.body.ByteSizeLong() != bytes.size()) {
    return control_fault(Code::kCorrupt, step, "内容无法读取", "its body cannot be read");
  }
  if (!entry.GetReflection()->GetUnknownFields(entry).empty()) {
    return control_fault(Code::kCorrupt, step, "带有未签名的字段", "it carries unsigned fields");
  }
  if (step.body.version() != 1) {
    return control_fault(Code::kUnsupported, step, "版本比本程序新",
                         "its version is newer than this program");
  }
  step.hash = control_hash(view_of(bytes));
  return step;
}

Status ControlRules::check_chain(const ControlStep& step) const {
  const auto township = id_of<TownshipId>(step.body.township());
  const bool first = state_.head_seq_ == 0;
  if (!township || (!first && *township != state_.township_)) {
    return control_fault(Code::kCorrupt, step, "属于另一个乡镇", "it is of another township");
  }
  if (step.body.seq() != step.seq) {
    return control_fault(Code::kCorrupt, step, "序号不连续", "its seq does not follow");
  }
  if (Hash::from(view_of(step.body.prev())) != state_.head_) {
    return control_fault(Code::kCorrupt, step, "与上一条接不上", "its prev is not the head");
  }
  if (first != is_genesis(step)) {
    return control_fault(Code::kCorrupt, step, "第一条且只有第一条是创建条目",
                         "the first entry and no other is the genesis");
  }
  return {};
}

Status ControlRules::check_batch(const ControlStep& step) const {
  const std::string& batch = step.body.batch();
  const bool follows = in_batch()
                           ? batch == batch_ && step.body.batch_left() == batch_left_ - 1
                           : batch.size() == 16 || (batch.empty() && step.body.batch_left() == 0);
  if (!follows) {
    return control_fault(Code::kCorrupt, step, "不属于正在提交的一批",
                         "it does not continue its batch");
  }
  if (batch_bytes_ + step.entry.body().size() > kControlAppendBytesMax) {
    return control_fault(Code::kExhausted, step, "一批超过 1 MiB",
                         "its batch is larger than 1 MiB");
  }
  return {};
}

Status ControlRules::check_author(ControlStep& step, bool verified) const {
  std::optional<VerifyKey> key;
  const std::string& author = step.body.author();
  if (is_genesis(step)) {
    if (author == step.body.genesis().device().device()) {
      key = id_of<VerifyKey>(step.body.genesis().device().sign_key());
    }
  } else if (step.body.payload_case() == pb::ControlBody::kAppoint) {
    key = appointer(author);
  } else if (is_device(step)) {
    const auto id = InviteId::from(view_of(author));
    step.by_invite = id ? state_.invite(*id) : nullptr;
    if (step.by_invite != nullptr) key = step.by_invite->sign_key;
  } else {
    const auto id = DeviceId::from(view_of(author));
    step.author = id ? state_.device(*id) : nullptr;
    if (step.author != nullptr) key = step.author->sign_key;
  }
  if (!key) {
    return control_fault(Code::kNotAllowed, step, "作者不在名册中", "its author is not in the log");
  }
  if (!verified && !signed_by(*key, step.hash, step.entry.signature())) {
    return control_fault(Code::kCorrupt, step, "签名不符", "its signature does not verify");
  }
  return {};
}

// Devices of other persons who are admins.
std::vector<VerifyKey> ControlRules::second_admins(const ControlStep& step) const {
  std::vector<VerifyKey> keys;
  for (const RoleRecord& role : state_.roles_) {
    if (role.kind != pb::ROLE_KIND_ADMIN || !role.span.holds_at(state_.head_seq_)) continue;
    if (step.author != nullptr && role.person == step.author->person) continue;
    for (const DeviceRecord* device : state_.devices_of(role.person)) {
      if (device->span.holds_at(state_.head_seq_)) keys.push_back(device->sign_key);
    }
  }
  return keys;
}

ControlRules::CoSigners ControlRules::co_signers(const ControlStep& step) const {
  const auto exactly = [](const std::string& field) -> CoSigners {
    const auto key = id_of<VerifyKey>(field);
    return {key ? std::vector{*key} : std::vector<VerifyKey>{}, true};
  };
  switch (step.body.payload_case()) {
    case pb::ControlBody::kGenesis:
      return exactly(step.body.genesis().county_root());
    case pb::ControlBody::kDevice:
      return exactly(step.body.device().sign_key());
    case pb::ControlBody::kAppoint:
      return exactly(step.body.appoint().device().sign_key());
    case pb::ControlBody::kRecovery:
      return {recovery_signers(step), !state_.setup()};
    case pb::ControlBody::kGrant:
      return by_two_readers(step) ? CoSigners{second_readers(step), true} : CoSigners{};
    case pb::ControlBody::kRole:
    case pb::ControlBody::kInvite:
      return role_signers(step);
    default:
      return {};
  }
}

ControlRules::CoSigners ControlRules::role_signers(const ControlStep& step) const {
  const bool by_role = step.body.payload_case() == pb::ControlBody::kRole;
  const auto kind = by_role ? step.body.role().kind() : step.body.invite().role();
  if (kind == pb::ROLE_KIND_COUNTY_DESK || kind == pb::ROLE_KIND_DISCIPLINE) {
    return {{state_.county_root_}, true};
  }
  const auto person =
      id_of<PersonId>(by_role ? step.body.role().person() : step.body.invite().person());
  // A further role for an admin makes no new admin; a further device in his name does.
  const bool second = by_role
                          ? kind == pb::ROLE_KIND_ADMIN || kind == pb::ROLE_KIND_SUPERVISOR
                          : state_.needs_two(person.value_or(PersonId{}), kind, state_.head_seq_);
  if (!second) return {};
  CoSigners out{second_admins(step), !state_.setup()};
  out.keys.push_back(state_.county_root_);
  return out;
}

// Exactly the co-signatures that the payload's rule asks for: none that nobody checks.
Status ControlRules::check_co_signatures(const ControlStep& step, bool verified) const {
  const CoSigners who = co_signers(step);
  const int given = step.entry.co_signatures_size();
  if (given == 0 && who.required) {
    return control_fault(Code::kNotAllowed, step, "缺少第二人或县级的签名",
                         "it lacks the second signature");
  }
  if (given > (who.keys.empty() ? 0 : kCoSignaturesMax)) {
    return control_fault(Code::kCorrupt, step, "签名过多", "it has too many signatures");
  }
  if (given == 0 || verified) return {};
  const std::string& signature = step.entry.co_signatures(0);
  const bool fits = std::any_of(who.keys.begin(), who.keys.end(), [&](const VerifyKey& key) {
    return signed_by(key, step.hash, signature);
  });
  if (fits) return {};
  return control_fault(Code::kCorrupt, step, "第二个签名不符",
                       "its second signature does not verify");
}

Status ControlRules::check_right(const ControlStep& step) const {
  if (step.author == nullptr) return {};  // genesis, device, appoint: their own rules
  const bool live = step.author->span.holds_at(state_.head_seq_);
  const bool admin = state_.has_role(step.author->person, pb::ROLE_KIND_ADMIN, state_.head_seq_);
  // A grant by two readers has a rule of its own.
  if (live && (admin || step.body.payload_case() == pb::ControlBody::kGrant)) return {};
  return control_fault(Code::kNotAllowed, step, "作者不是管理员,或设备已停用",
                       "its author is no administrator, or the device has ended");
}

Status ControlRules::take_record(ControlStep& step) const {
  const std::string& bytes = step.entry.key_record();
  const auto named = id_of<Hash>(step.body.key_record_hash());
  step.names_record = named.has_value();
  const bool malformed = !step.body.key_record_hash().empty() && !named;
  if (malformed || (!bytes.empty() && (!named || key_record_hash(view_of(bytes)) != *named))) {
    return control_fault(Code::kInvalidInput, step, "密钥记录与其摘要不符",
                         "its key record does not fit its hash");
  }
  if (bytes.empty()) {
    if (!named || records_ == Records::kMayBePruned) return {};
    return control_fault(Code::kInvalidInput, step, "缺少密钥记录", "its key record is missing");
  }
  step.record.emplace();
  if (step.record->ParseFromString(bytes)) return {};
  return control_fault(Code::kInvalidInput, step, "密钥记录无法读取",
                       "its key record cannot be read");
}

void ControlRules::advance(const ControlStep& step) {
  state_.heads_.push_back(step.hash);
  undo_.push_back([before = state_.head_](ControlState& s) {
    s.heads_.pop_back();
    s.head_seq_ -= 1;
    s.head_ = before;
  });
  state_.head_seq_ = step.seq;
  state_.head_ = step.hash;
  batch_ = step.body.batch();
  batch_left_ = step.body.batch_left();
  batch_bytes_ = in_batch() ? batch_bytes_ + step.entry.body().size() : 0;
}

}  // namespace mq::wire
