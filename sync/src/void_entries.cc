// What a healing made void, in words: each line is something that an admin does again.
#include <algorithm>
#include <map>

#include "alarms.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/sync/healing.h"

namespace mq::sync {
namespace {

class Teller {
 public:
  Teller(const wire::ControlState& log, const seal::Keyring& keyring)
      : log_(log), keyring_(keyring) {}

  void tell(const std::vector<pb::ControlEntry>& entries, std::vector<VoidEntry>& out) {
    for (const pb::ControlEntry& entry : entries) {
      pb::ControlBody body;
      if (!body.ParseFromString(entry.body())) continue;
      learn(body);
      Alarm words = words_of(body);
      if (!words.zh.empty()) out.push_back({body.seq(), std::move(words.zh), std::move(words.en)});
    }
  }

 private:
  // Names that only the void side gave.
  void learn(const pb::ControlBody& body) {
    if (body.has_person()) names_[body.person().person()] = body.person().sealed_name();
    if (body.has_stream()) names_[body.stream().stream()] = body.stream().sealed_label();
  }

  Alarm words_of(const pb::ControlBody& body) const {
    switch (body.payload_case()) {
      case pb::ControlBody::kInvite:
        return invite(body.invite());
      case pb::ControlBody::kDevice:
        return device(body.device());
      case pb::ControlBody::kRole:
        return role(body.role());
      case pb::ControlBody::kStream:
        return stream(body.stream());
      case pb::ControlBody::kClose:
        return close(body.close());
      case pb::ControlBody::kRevoke:
        return revoke(body.revoke());
      case pb::ControlBody::kEndOfRight:
        return end_of_right(body.end_of_right());
      case pb::ControlBody::kCompare:
        return compare(body.compare());
      default:
        return of_the_township(body);
    }
  }

  // Persons come with their invitations; keys were changed where they must; a healing holds by the
  // ends in it.
  static Alarm of_the_township(const pb::ControlBody& body) {
    switch (body.payload_case()) {
      case pb::ControlBody::kAdmit:
        return {"核收或退回晚到的记录(quarantine)", "decide late work (quarantine)"};
      case pb::ControlBody::kRecovery:
        return {"做恢复单(recover make)", "make the recovery sheets (recover make)"};
      case pb::ControlBody::kOpen:
        return {"正式启用乡镇", "open the township"};
      case pb::ControlBody::kAppoint:
        return {"任命管理员设备", "appoint an admin's device"};
      case pb::ControlBody::kServerKey:
        return {"登记服务器的新密钥或地址", "enter the server's new key or address"};
      case pb::ControlBody::kLowestSuite:
        return {"提高密码套件的下限", "raise the lowest suite"};
      default:
        return {};
    }
  }

  std::string named(const std::string& id) const {
    const auto person = PersonId::from(view_of(id));
    const auto stream = StreamId::from(view_of(id));
    Bytes sealed;
    if (const auto* known = person ? log_.person(*person) : nullptr) sealed = known->sealed_name;
    if (const auto* known = stream ? log_.stream(*stream) : nullptr) sealed = known->sealed_label;
    std::string out = seal::label_or_nothing(log_, keyring_, sealed);
    const auto told = names_.find(id);
    if (out.empty() && told != names_.end()) {
      out = seal::label_or_nothing(log_, keyring_, view_of(told->second));
    }
    return out.empty() ? to_hex(view_of(id).last(4)) : out;
  }

  bool in_log(const std::string& device) const {
    const auto id = DeviceId::from(view_of(device));
    return id && log_.device(*id) != nullptr;
  }

  Alarm invite(const pb::Invite& i) const {
    const auto id = InviteId::from(view_of(i.invite()));
    if (id && log_.invite(*id) != nullptr) return {};
    const Alarm kind = role_words(i.role());
    return {cat("邀请 ", named(i.person()), "(", kind.zh, ")"),
            cat("invite ", named(i.person()), " (", kind.en, ")")};
  }

  Alarm device(const pb::Device& d) const {
    if (in_log(d.device())) return {};
    return {cat(named(d.person()), " 的设备 ", to_hex(view_of(d.device()).last(4)),
                " 不在登记里了:请重新邀请他,用新的邀请码加入"),
            cat("the device ", to_hex(view_of(d.device()).last(4)), " of ", named(d.person()),
                " is in the log no more: invite him again, he joins with the new code")};
  }

  Alarm role(const pb::Role& r) const {
    const auto person = PersonId::from(view_of(r.person()));
    if (person && log_.has_role(*person, r.kind(), log_.head_seq()) && r.streams().empty()) {
      return {};
    }
    const Alarm kind = role_words(r.kind());
    return {cat("给 ", named(r.person()), " ", kind.zh, " 的职责"),
            cat("give ", named(r.person()), " the role ", kind.en)};
  }

  Alarm stream(const pb::Stream& s) const {
    const auto id = StreamId::from(view_of(s.stream()));
    if (id && log_.stream(*id) != nullptr) return {};
    return {cat("新开 ", named(s.stream())), cat("open the stream ", named(s.stream()))};
  }

  Alarm close(const pb::Close& c) const {
    const auto id = StreamId::from(view_of(c.stream()));
    const wire::StreamRecord* known = id ? log_.stream(*id) : nullptr;
    if (known == nullptr || known->closed) return {};
    return {cat("关闭 ", named(c.stream())), cat("close the stream ", named(c.stream()))};
  }

  // What it ended has ended. One that was not held would have ended the last admin's device; an
  // invitation may have been used on the other side.
  Alarm revoke(const pb::Revoke& r) const {
    const auto device = DeviceId::from(view_of(r.device()));
    const auto invite = InviteId::from(view_of(r.device()));
    const wire::DeviceRecord* known = device ? log_.device(*device) : nullptr;
    if (known != nullptr && !known->span.until) return stop_device(*known);
    const wire::InviteRecord* taken = invite ? log_.invite(*invite) : nullptr;
    if (taken == nullptr || !taken->used_by) return {};
    const wire::DeviceRecord* came = log_.device(*taken->used_by);
    return came == nullptr || came->span.until ? Alarm() : used_meanwhile(*came);
  }

  Alarm stop_device(const wire::DeviceRecord& device) const {
    const std::string number = to_hex(device.id.view().last(4));
    return {cat("停用设备 ", number), cat("stop the device ", number)};
  }

  Alarm used_meanwhile(const wire::DeviceRecord& device) const {
    const std::string number = to_hex(device.id.view().last(4));
    return {cat("收回的邀请已在另一边被用:设备 ", number, " 是不是本人的,请核实,不是就停用"),
            cat("an invitation that was taken back was used on the other side: look into device ",
                number, " and stop it if it is not his")};
  }

  Alarm end_of_right(const pb::EndOfRight& e) const {
    const auto person = PersonId::from(view_of(e.person()));
    if (!person || !log_.has_role(*person, e.kind(), log_.head_seq())) return {};
    if (e.last_day() == 0 && !e.streams().empty()) return {};
    const Alarm kind = role_words(e.kind());
    return {cat("结束 ", named(e.person()), " ", kind.zh, " 的职责"),
            cat("end the role ", kind.en, " of ", named(e.person()))};
  }

  Alarm compare(const pb::Compare& c) const {
    const auto id = DeviceId::from(view_of(c.device()));
    const wire::DeviceRecord* device = id ? log_.device(*id) : nullptr;
    if (device == nullptr || device->span.until || log_.compare_digits(*id)) return {};
    const std::string name = named(to_field(device->person.view()));
    return {cat("和 ", name, " 核对数字(confirm)"), cat("compare digits with ", name)};
  }

  const wire::ControlState& log_;
  const seal::Keyring& keyring_;
  std::map<std::string, std::string> names_;  // id to sealed name
};

}  // namespace

Result<std::vector<VoidEntry>> void_entries(const seal::Keyring& keyring, ControlStore& control) {
  MQ_TRY(const auto lists, control.voided());
  std::vector<VoidEntry> out;
  Teller teller(control.state(), keyring);
  for (const std::vector<pb::ControlEntry>& entries : lists) teller.tell(entries, out);
  return out;
}

}  // namespace mq::sync
