// members: who belongs to the township, with which role and which devices.
#include "../home.h"
#include "../member_names.h"
#include "../role_names.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

// When each entry of the log was made, by its author's idea of the server's time.
Result<std::vector<WallTime>> times_of(Home& home) {
  MQ_TRY(const std::vector<wire::pb::ControlEntry> entries, home.control().entries(0));
  std::vector<WallTime> out;
  for (const wire::pb::ControlEntry& entry : entries) {
    wire::pb::ControlBody body;
    const bool read = body.ParseFromString(entry.body());
    out.push_back({read ? static_cast<std::int64_t>(body.time_ms()) : 0});
  }
  return out;
}

class Listing {
 public:
  Listing(const work::Workplace& place, const MemberNames& names, std::vector<WallTime> times,
          const DeviceId& here)
      : place_(place),
        control_(place.control),
        names_(names),
        times_(std::move(times)),
        here_(here) {}

  void add(const wire::PersonRecord& person, bool devices_too) {
    Json one = {{"name", names_.name(person.id)},
                {"person", person.id.hex()},
                {"roles", Json::array()},
                {"devices", 0},
                {"invited", false},
                {"me", person.id == place_.member}};
    std::string text = add_roles(person, one);
    add_invited(person, one, text);
    if (devices_too) {
      add_devices(person, one);
      add_invites(person, one);
    }
    std::size_t live = 0;
    for (const wire::DeviceRecord* device : control_.devices_of(person.id)) {
      live += device->span.until ? 0 : 1;
    }
    one["devices"] = live;
    const char* note = one["invited"] == true ? "已邀请,未加入" : one["me"] == true ? "本人" : "";
    people.push_back({names_.name(person.id), text, cat(live), note});
    list.push_back(std::move(one));
  }

  Json list = Json::array();
  std::vector<std::vector<std::string>> people, devices;

 private:
  std::string day(std::uint32_t seq) const {
    if (seq == 0 || seq > times_.size()) return "";
    return Date::in_shanghai(times_[seq - 1]).iso();
  }

  std::string add_roles(const wire::PersonRecord& person, Json& one) const {
    std::string text;
    for (const wire::RoleRecord* role : control_.roles_of(person.id)) {
      if (!role->span.holds_at(control_.head_seq())) continue;
      one["roles"].push_back(role_name(role->kind));
      text += cat(text.empty() ? "" : ",", role_name(role->kind));
    }
    return text;
  }

  void add_invited(const wire::PersonRecord& person, Json& one, std::string& text) const {
    for (const wire::InviteRecord& invite : control_.invites()) {
      if (!(invite.person == person.id) || !invite.live()) continue;
      one["invited"] = true;
      if (text.empty()) text = role_name(invite.role);
    }
  }

  void add_devices(const wire::PersonRecord& person, Json& one) {
    one["device_list"] = Json::array();
    for (const wire::DeviceRecord* device : control_.devices_of(person.id)) {
      const std::string number = short_number(device->id.view());
      const bool mine = device->id == here_;
      const char* state = device->span.until ? "已停用" : "在用";
      Json line = {{"id", device->id.hex()},
                   {"number", number},
                   {"since", day(device->span.from)},
                   {"state", state},
                   {"mine", mine}};
      if (device->span.until) line["until"] = day(*device->span.until);
      one["device_list"].push_back(std::move(line));
      devices.push_back(
          {number, names_.name(person.id), day(device->span.from), state, mine ? "这台设备" : ""});
    }
  }

  void add_invites(const wire::PersonRecord& person, Json& one) {
    one["invites"] = Json::array();
    for (const wire::InviteRecord& invite : control_.invites()) {
      if (!(invite.person == person.id) || !invite.live()) continue;
      const std::string number = short_number(invite.id.view());
      const std::string last = Date{static_cast<std::int32_t>(invite.last_day)}.iso();
      one["invites"].push_back(
          {{"number", number}, {"role", role_name(invite.role)}, {"last_day", last}});
      devices.push_back(
          {number, names_.name(person.id), day(invite.seq), "邀请中", cat("到 ", last, " 为止")});
    }
  }

  const work::Workplace& place_;
  const wire::ControlState& control_;
  const MemberNames& names_;
  const std::vector<WallTime> times_;
  const DeviceId here_;
};

}  // namespace

Status run_members(Call& call) {
  MQ_CHECK(only_flags(call, {"devices"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(std::vector<WallTime> times, times_of(*home));
  const bool devices_too = call.args.has("devices");
  Listing listing(place, names, std::move(times), home->keyring().identity()->device);
  for (const wire::PersonRecord& person : place.control.persons()) {
    listing.add(person, devices_too);
  }
  call.out.object()["members"] = std::move(listing.list);
  call.out.table({"姓名", "角色", "设备", ""}, listing.people);
  if (!devices_too) return {};
  call.out.text("");
  call.out.table({"设备号码", "姓名", "登记日期", "状态", ""}, listing.devices);
  return {};
}

}  // namespace mq::cli
