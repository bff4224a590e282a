#include "alarms.h"

#include <algorithm>
#include <set>

#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"

namespace mq::sync {
namespace {

constexpr std::size_t kNamedMax = 3;

// Eight digits to read out on the telephone; the ids themselves say nothing to a person.
std::string short_number(ByteView id) { return to_hex(id.last(4)); }

struct RoleWords {
  pb::RoleKind kind;
  const char* zh;
  const char* en;
};
constexpr RoleWords kRoles[] = {{pb::ROLE_KIND_ADMIN, "管理员", "admin"},
                                {pb::ROLE_KIND_DESK, "内勤", "desk"},
                                {pb::ROLE_KIND_CADRE, "包村干部", "cadre"},
                                {pb::ROLE_KIND_UNIT, "部门", "unit"},
                                {pb::ROLE_KIND_SUPERVISOR, "督查", "supervisor"},
                                {pb::ROLE_KIND_COUNTY_DESK, "县级内勤", "county desk"},
                                {pb::ROLE_KIND_DISCIPLINE, "纪检", "discipline"}};

// One look at what is new.
class News {
 public:
  News(const wire::ControlState& log, std::uint32_t since, const seal::Keyring& keyring)
      : log_(log),
        since_(since),
        now_(log.head_seq()),
        keyring_(keyring),
        me_(*keyring.identity()) {}

  std::vector<Alarm> take() {
    own_devices();
    own_roles();
    own_villages();
    own_cuts();
    announced_ends();
    admissions();
    digits();
    readers();
    everybodys();
    healings();
    return std::move(out_);
  }

 private:
  bool fresh(std::uint32_t seq) const { return seq > since_; }
  bool fresh(const std::optional<std::uint32_t>& seq) const { return seq && fresh(*seq); }
  void say(std::string zh, std::string en) { out_.push_back({std::move(zh), std::move(en)}); }

  std::string name(const PersonId& person) const {
    const wire::PersonRecord* record = log_.person(person);
    std::string text =
        record != nullptr ? seal::label_or_nothing(log_, keyring_, record->sealed_name) : "";
    return text.empty() ? short_number(person.view()) : text;
  }
  std::string label(const wire::StreamRecord& stream) const {
    std::string text = seal::label_or_nothing(log_, keyring_, stream.sealed_label);
    return text.empty() ? short_number(stream.id.view()) : text;
  }

  void own_devices() {
    for (const wire::DeviceRecord* device : log_.devices_of(me_.person)) {
      const std::string number = short_number(device->id.view());
      const bool here = device->id == me_.device;
      if (!here && fresh(device->span.from)) {
        say(cat("有一台新设备以你的名义加入(号码 ", number,
                ")。如果不是你本人,请马上告诉乡镇管理员。"),
            cat("a new device joined in your name (number ", number,
                "); if that was not you, tell the township's admin at once"));
      }
      if (!fresh(device->span.until)) continue;
      if (here) {
        say("这台设备已停用:还没送到的记录照样送出,由乡镇核收。如果你不知道这件事,请问乡镇管理员。",
            "this device was stopped: what it still holds is delivered, and the township decides "
            "on "
            "it; if you did not know, ask the admin");
      } else {
        say(cat("你的另一台设备(号码 ", number, ")已停用。如果你不知道这件事,请问乡镇管理员。"),
            cat("another device of yours (number ", number,
                ") was stopped; if you did not know, ask the admin"));
      }
    }
  }

  void own_roles() {
    for (const RoleWords& role : kRoles) {
      const bool had = log_.has_role(me_.person, role.kind, since_);
      const bool has = log_.has_role(me_.person, role.kind, now_);
      if (had == has) continue;
      say(cat("你的职责登记有了变动:", role.zh, has ? " 开始" : " 结束",
              "。如果你不知道这件事,请问乡镇管理员。"),
          cat("your role of ", role.en, has ? " begins" : " has ended",
              "; if you did not know, ask the admin"));
    }
  }

  // What changes for whoever stays a cadre.
  void own_villages() {
    if (!log_.has_role(me_.person, pb::ROLE_KIND_CADRE, since_)) return;
    if (!log_.has_role(me_.person, pb::ROLE_KIND_CADRE, now_)) return;
    for (const wire::StreamRecord& stream : log_.streams()) {
      if (stream.kind != pb::STREAM_KIND_VILLAGE) continue;
      const bool had = log_.may_read(me_.person, stream.id, since_);
      const bool has = log_.may_read(me_.person, stream.id, now_);
      if (had == has) continue;
      say(cat(has ? "你开始负责 " : "你不再负责 ", label(stream),
              "。如果你不知道这件事,请问乡镇管理员。"),
          cat(has ? "you now look after " : "you no longer look after ", label(stream),
              "; if you did not know, ask the admin"));
    }
  }

  bool mine(const DeviceId& id) const {
    const wire::DeviceRecord* device = log_.device(id);
    return device != nullptr && device->person == me_.person;
  }

  void own_cuts() {
    std::set<std::string> where;
    for (const wire::CutRecord& cut : log_.cuts()) {
      const wire::StreamRecord* stream = log_.stream(cut.stream);
      if (fresh(cut.entry) && mine(cut.device) && stream != nullptr) where.insert(label(*stream));
    }
    if (where.empty()) return;
    const std::string list = listed(where);
    say(cat("你在 ", list, " 的记录:截止前送到的都在,之后送到的进 待核收。"),
        cat("your records in ", list,
            ": what was delivered before the cut stays, what comes later waits for a decision"));
  }

  void announced_ends() {
    for (const wire::AnnouncedEnd& end : log_.announced()) {
      if (!fresh(end.entry) || end.person != me_.person) continue;
      const std::string day = Date{static_cast<std::int32_t>(end.last_day)}.iso();
      say(cat("你的一项职责到 ", day, " 为止;请在那之前 sync,把还没送到的送出。"),
          cat("one of your roles ends after ", day, "; sync before, so that all is delivered"));
    }
  }

  void admissions() {
    std::size_t applied = 0, refused = 0;
    for (const wire::AdmissionRecord& admission : log_.admissions()) {
      if (!fresh(admission.entry) || !mine(admission.chain.device)) continue;
      applied += admission.applied.size();
      refused += admission.refused.size();
    }
    if (applied + refused == 0) return;
    say(cat("你晚到的记录有了结果:核收 ", applied, " 件,没有收 ", refused, " 件。"),
        cat("your late work was decided: ", applied, " envelopes admitted, ", refused, " not"));
  }

  void digits() {
    for (const wire::CompareRecord& compare : log_.compares()) {
      if (!fresh(compare.entry) || compare.device != me_.device) continue;
      const auto six = log_.compare_digits(me_.device);
      if (!six) continue;
      say(cat("管理员要和你核对数字:", *six, "。请在电话里读给他听,一致了他才把钥匙交给你。"),
          cat("an admin compares digits with you: ", *six, "; read them to him on the telephone"));
    }
  }

  std::string listed(const std::set<std::string>& names) const {
    std::vector<std::string> some;
    for (const std::string& each : names) {
      if (some.size() < kNamedMax) some.push_back(each);
    }
    if (names.size() <= kNamedMax) return join(some, "、");
    return cat(join(some, "、"), " … (", names.size(), ")");
  }

  // Streams that I write and he reads; with `newly`, did not read before.
  std::set<std::string> shared(const PersonId& person, bool newly) const {
    std::set<std::string> out;
    for (const wire::StreamRecord& stream : log_.streams()) {
      const bool reads =
          log_.may_write(me_.device, stream.id, now_) && log_.may_read(person, stream.id, now_);
      const bool known = stream.ordinal > since_ || log_.may_read(person, stream.id, since_);
      if (reads && !(newly && known)) out.insert(label(stream));
    }
    return out;
  }

  bool role_changed(const PersonId& person) const {
    return std::ranges::any_of(log_.roles_of(person), [&](const wire::RoleRecord* role) {
      return fresh(role->span.from) || fresh(role->span.until);
    });
  }

  void readers() {
    for (const wire::PersonRecord& person : log_.persons()) {
      if (person.id == me_.person) continue;
      std::vector<std::string> devices;
      bool held = false;
      for (const wire::DeviceRecord* device : log_.devices_of(person.id)) {
        if (device->span.until) continue;
        held = held || !fresh(device->span.from);
        if (fresh(device->span.from)) devices.push_back(short_number(device->id.view()));
      }
      if (!devices.empty()) tell_devices(person.id, devices);
      if (held && role_changed(person.id)) tell_reader(person.id);
    }
  }

  void tell_devices(const PersonId& person, const std::vector<std::string>& devices) {
    const std::set<std::string> where = shared(person, false);
    if (where.empty()) return;
    say(cat(name(person), " 有了新设备(号码 ", join(devices, "、"),
            "),能看你记录的:", listed(where), "。"),
        cat(name(person), " has a new device (", join(devices, ", "), ") that can read what you ",
            "write in: ", listed(where)));
  }

  void tell_reader(const PersonId& person) {
    const std::set<std::string> where = shared(person, true);
    if (where.empty()) return;
    say(cat("有一位新读者能看你记录的 ", listed(where), ":", name(person), "。"),
        cat("a new reader of what you write in ", listed(where), ": ", name(person)));
  }

  void healings() {
    const auto recent = [&](const wire::VoidLine& line) { return fresh(line.entry); };
    if (std::ranges::none_of(log_.void_lines(), recent)) return;
    say("成员登记曾经分叉,管理员已合拢,以服务器那一边为准。记录都在;在另一边写的,由管理员核收后"
        "大家都能看到。",
        "the control log had parted and an admin has healed it, in the server's order. Everything "
        "is kept; what was written on the other side counts once an admin admits it");
  }

  void everybodys() {
    for (const wire::DeviceRecord& device : log_.devices()) {
      if (!device.appointed || !fresh(device.span.from)) continue;
      const std::string number = short_number(device.id.view());
      say(cat("乡镇用恢复单、或由县里任命了新的管理员设备(号码 ", number,
              ")。如果不该有这件事,请马上问乡镇和县里。"),
          cat("an admin's device (", number,
              ") was appointed by the recovery sheets or by the "
              "county; if that should not be, ask the township and the county at once"));
    }
    const wire::RecoveryRecord* recovery = log_.recovery();
    if (recovery == nullptr || !fresh(recovery->from)) return;
    say("乡镇有了新的恢复单;以前的恢复单都已作废。",
        "the township has new recovery sheets; all earlier ones are void");
  }

  const wire::ControlState& log_;
  const std::uint32_t since_, now_;
  const seal::Keyring& keyring_;
  const seal::Identity& me_;
  std::vector<Alarm> out_;
};

// Everybody is told: whoever has two sheets, or the county's root, has the township's keys now.
}  // namespace

std::vector<Alarm> alarms_since(const wire::ControlState& log, std::uint32_t since,
                                const seal::Keyring& keyring) {
  return News(log, since, keyring).take();
}

Alarm claimed_twice(const InviteId& invite) {
  const std::string number = short_number(invite.view());
  return {cat("一个邀请码被人用了第二次(号码 ", number, "),第二次没有成功。请乡镇管理员核实是谁。"),
          cat("an invitation was used a second time (number ", number,
              "), in vain; let the admin find out by whom")};
}

Alarm restored_home() {
  return {
      "这台设备的数据曾从备份恢复或被复制过。已换新编号继续,没有丢失;如果不是你做的,"
      "请告诉管理员。",
      "this home was restored from a backup, or copied. It goes on under a new number and "
      "nothing is lost; if that was not you, tell the admin"};
}

Alarm role_words(pb::RoleKind kind) {
  for (const RoleWords& each : kRoles) {
    if (each.kind == kind) return {each.zh, each.en};
  }
  return {"成员", "member"};
}

}  // namespace mq::sync
