#include "alarms.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::sync {
namespace {

namespace pb = wire::pb;

// Eight digits to read out on the telephone; the ids themselves say nothing to a person.
std::string short_number(ByteView id) { return to_hex(id.last(4)); }

bool reads(const wire::ControlState& state, const PersonId& person, const StreamId& stream) {
  return state.may_read(person, stream, state.head_seq());
}

void new_devices(const wire::ControlState& before, const wire::ControlState& after,
                 const seal::Identity& me, std::vector<std::string>& out) {
  for (const wire::DeviceRecord* device : after.devices_of(me.person)) {
    if (device->id == me.device || before.device(device->id) != nullptr) continue;
    out.push_back(cat("有一台新设备以你的名义加入(号码 ", short_number(device->id.view()),
                      ")。如果不是你本人,请马上告诉乡镇管理员。"));
  }
}

void new_roles(const wire::ControlState& before, const wire::ControlState& after,
               const seal::Identity& me, std::vector<std::string>& out) {
  const std::size_t known = before.roles_of(me.person).size();
  const std::size_t now = after.roles_of(me.person).size();
  if (now > known) {
    out.push_back("你的职责登记有了变动。如果你不知道这件事,请问乡镇管理员。");
  }
}

void new_readers(const wire::ControlState& before, const wire::ControlState& after,
                 const seal::Identity& me, std::vector<std::string>& out) {
  for (const wire::StreamRecord& stream : after.streams()) {
    const bool mine =
        stream.kind == pb::STREAM_KIND_DIARY && std::ranges::equal(stream.owner, me.person.view());
    if (!mine || before.stream(stream.id) == nullptr) continue;
    for (const wire::PersonRecord& person : after.persons()) {
      if (person.id == me.person || !reads(after, person.id, stream.id)) continue;
      if (reads(before, person.id, stream.id)) continue;
      out.push_back(cat("有一位新成员可以看你的日记(号码 ", short_number(person.id.view()),
                        ")。他有管理员或工作台的职责。"));
    }
  }
}

}  // namespace

std::vector<std::string> alarms_between(const wire::ControlState& before,
                                        const wire::ControlState& after, const seal::Identity& me) {
  std::vector<std::string> out;
  // The log as it came with joining is no news.
  if (before.device(me.device) == nullptr) return out;
  new_devices(before, after, me, out);
  new_roles(before, after, me, out);
  new_readers(before, after, me, out);
  return out;
}

std::string claimed_twice_zh(const InviteId& invite) {
  return cat("一个邀请码被人用了第二次(号码 ", short_number(invite.view()),
             "),第二次没有成功。请乡镇管理员核实是谁。");
}

}  // namespace mq::sync
