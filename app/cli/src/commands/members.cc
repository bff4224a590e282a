// members: who belongs to the township, with which role and how many devices.
#include <map>

#include "../home.h"
#include "../role_names.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"

namespace mq::cli {

Status run_members(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::vector<work::Cadre> cadres, work::Directory(place).cadres());
  std::map<PersonId, std::string> names;
  for (const work::Cadre& cadre : cadres) {
    if (cadre.member) names[*cadre.member] = cadre.name;
  }
  const wire::ControlState& control = place.control;
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const wire::PersonRecord& person : control.persons()) {
    Json roles = Json::array();
    std::string text;
    for (const wire::RoleRecord* role : control.roles_of(person.id)) {
      if (!role->span.holds_at(control.head_seq())) continue;
      roles.push_back(role_name(role->kind));
      text += cat(text.empty() ? "" : ",", role_name(role->kind));
    }
    std::size_t devices = 0;
    for (const wire::DeviceRecord* device : control.devices_of(person.id)) {
      devices += device->span.holds_at(control.head_seq()) ? 1 : 0;
    }
    bool invited = false;
    for (const wire::InviteRecord& invite : control.invites()) {
      if (!(invite.person == person.id) || invite.used_by) continue;
      invited = true;
      if (text.empty()) text = role_name(invite.role);
    }
    const std::string name = names.contains(person.id) ? names[person.id] : person.id.hex();
    const bool me = person.id == place.member;
    list.push_back({{"name", name},
                    {"person", person.id.hex()},
                    {"roles", roles},
                    {"devices", devices},
                    {"invited", invited},
                    {"me", me}});
    lines.push_back({name, text, cat(devices), invited ? "已邀请,未加入" : me ? "本人" : ""});
  }
  call.out.object()["members"] = std::move(list);
  call.out.table({"姓名", "角色", "设备", ""}, lines);
  return {};
}

}  // namespace mq::cli
