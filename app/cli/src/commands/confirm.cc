// confirm: six digits, read over the telephone, before a new admin's or supervisor's device gets
// keys.
#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

namespace {

constexpr std::size_t kDigits = 6;

// The devices of a person that are to be compared: joined by a code, in use, not this one.
std::vector<const wire::DeviceRecord*> to_compare(const work::Workplace& place,
                                                  const PersonId& person) {
  const wire::ControlState& control = place.control;
  std::vector<const wire::DeviceRecord*> out;
  const bool rose = control.has_role(person, sync::pb::ROLE_KIND_ADMIN, control.head_seq()) ||
                    control.has_role(person, sync::pb::ROLE_KIND_SUPERVISOR, control.head_seq());
  if (!rose) return out;
  for (const wire::DeviceRecord* device : control.devices_of(person)) {
    const bool joined = device->invite.has_value() || device->appointed;
    const bool here = device->id == place.vault.device();
    if (joined && !here && !device->span.until) out.push_back(device);
  }
  return out;
}

Result<DeviceId> chosen(Call& call, const work::Workplace& place, const MemberNames& names,
                        const std::string& name) {
  MQ_TRY(const PersonId person, names.person(name));
  const auto waiting = to_compare(place, person);
  if (const auto typed = call.args.value("device")) return device_by_number(place, names, *typed);
  if (waiting.size() == 1) return waiting.front()->id;
  if (waiting.empty()) {
    return Error{Code::kNotFound,
                 cat(name, " 没有要核对的设备:只核对新管理员和督查的设备,要等他先 join"),
                 cat(name,
                     " has no device to compare: it is for new admins and supervisors, "
                     "after they joined")};
  }
  std::vector<std::string> numbers;
  for (const wire::DeviceRecord* device : waiting) {
    numbers.push_back(short_number(device->id.view()));
  }
  return Error{Code::kInvalidInput,
               cat(name, " 有几台设备,请写 --device 号码:", join(numbers, "、")),
               cat(name, " has several devices, say --device: ", join(numbers, ", "))};
}

Status show(Call& call, const std::string& name, const std::string& number,
            const std::string& digits) {
  call.out.object() = {{"device", number}, {"digits", digits}};
  call.out.say(cat("核对数字(设备 ", number, "):", digits),
               cat("digits of device ", number, ": ", digits));
  call.out.say(
      cat("请给 ", name,
          " 打电话:他 sync 以后 status 里的六位数要和这里一样。一样就运行 "
          "confirm ",
          name, " --digits 他读的数;不一样就停用这台设备:revoke ", number),
      cat("call ", name, ": after a sync his status must show the same six. If so: confirm ", name,
          " --digits WHAT HE READS; if not: revoke ", number));
  return {};
}

Status hand_over(Call& call, const sync::Member& member, const DeviceId& device,
                 const std::string& name) {
  MQ_TRY(const sync::Granted done, sync::confirm_device(device, member));
  call.out.object()["granted"] = done.keys;
  if (done.keys + done.lacking == 0) {
    call.out.say(
        cat("数字一致;", name,
            " 现在还没有能看的数据,没有钥匙可交。给了他职责以后,再用同样的数字 confirm 一次。"),
        cat("the digits agree; ", name,
            " may read nothing yet, so there is no key to hand over. Confirm again, with "
            "the same digits, once there is."));
    return {};
  }
  call.out.say(
      cat("数字一致,已交给 ", name, " 钥匙 ", done.keys, " 把;他下次联系时取到。"),
      cat("the digits agree; granted ", name, " ", done.keys, " keys, taken at the next contact"));
  if (done.lacking > 0) {
    call.out.warn(
        cat("有 ", done.lacking, " 把钥匙这台设备也没有,请在另一台管理员设备上再办一次"),
        cat(done.lacking, " keys are not held here; do it on another admin's device too"));
  }
  return {};
}

Error disagree(const std::string& number) {
  return {Code::kInvalidInput,
          cat("数字不一致:没有交钥匙。可能有人冒充,请停用这台设备:revoke ", number),
          cat("the digits differ: no keys were given. Somebody may stand between; stop the device: "
              "revoke ",
              number)};
}

bool six_digits(const std::string& typed) {
  return typed.size() == kDigits && typed.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

Status run_confirm(Call& call) {
  MQ_CHECK(only_flags(call, {"digits", "device"}));
  const std::string name = call.args.word(1);
  const auto heard = call.args.value("digits");
  if (heard && !six_digits(*heard)) {
    return call.usage(cat("--digits 应是他读的六位数,不是 ", *heard, ";没有交钥匙"),
                      cat("--digits: the six that he reads, not ", *heard, "; no keys were given"));
  }
  if (name.empty()) {
    return call.usage("用法:confirm 姓名 [--digits 六位数] [--device 号码]",
                      "usage: confirm NAME [--digits N] [--device NUMBER]");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_CHECK(home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(const DeviceId device, chosen(call, place, names, name));
  const std::string number = short_number(device.view());
  const sync::Member member = member_of(*home, *transport, call.world);
  // Drawn only now, they cannot be what he read.
  const bool drawn = place.control.compare_digits(device).has_value();
  MQ_TRY(const std::string digits, sync::compare_device(device, member));
  if (!heard || !drawn) return show(call, name, number, digits);
  if (*heard != digits) return disagree(number);
  call.out.object()["device"] = number;
  return hand_over(call, member, device, name);
}

}  // namespace mq::cli
