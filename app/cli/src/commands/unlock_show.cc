#include "unlock_show.h"

#include <algorithm>

#include "../member_names.h"
#include "../unlock_code.h"
#include "mq/base/text.h"
#include "mq/work/device_unlock.h"

namespace mq::cli {

namespace {

using Codes = std::vector<work::DeviceUnlock>;

bool writes_diary(const work::Workplace& place, const PersonId& person) {
  return std::ranges::any_of(place.control.streams(), [&](const wire::StreamRecord& stream) {
    return stream.kind == wire::pb::STREAM_KIND_DIARY &&
           std::ranges::equal(stream.owner, person.data);
  });
}

Error none_here(const work::Workplace& place, const PersonId& person, const std::string& name) {
  if (!writes_diary(place, person)) {
    return {Code::kNotFound,
            cat(name, " 的角色没有民情日记,解锁码交不上来:忘了口令,请给他换发邀请(replace)"),
            cat(name, " has no diary to hand a code over in: give him a new invitation (replace)")};
  }
  return {Code::kNotFound,
          cat("还没有 ", name,
              " 的解锁码:要等他的设备联系过一次;他若有抄在纸上的也能用,都没有就换发邀请(replace)"),
          cat("no unlock code of ", name,
              " yet: his device must be in contact once; a code on his paper does too, else give "
              "him a new invitation (replace)")};
}

Error which(const Codes& codes, const std::string& name) {
  std::vector<std::string> numbers;
  for (const work::DeviceUnlock& code : codes) {
    numbers.push_back(short_number(code.device.view()));
  }
  const std::string list = join(numbers, "、");
  return {Code::kInvalidInput,
          cat(name, " 有几台设备:", list, ";请问清是哪一台,再加 --device 号码"),
          cat(name, " has several devices: ", list, "; say which one with --device NUMBER")};
}

// The one that is asked for.
Result<work::DeviceUnlock> chosen(Call& call, const work::Workplace& place,
                                  const MemberNames& names, Codes codes, const std::string& name) {
  if (const auto number = call.args.value("device")) {
    MQ_TRY(const DeviceId device, device_by_number(place, names, *number));
    std::erase_if(codes, [&](const work::DeviceUnlock& code) { return code.device != device; });
  }
  if (codes.size() == 1) return std::move(codes.front());
  if (!codes.empty()) return which(codes, name);
  return Error{Code::kNotFound, cat("这台设备不是 ", name, " 的,或还没有交来解锁码;请核对号码"),
               cat("that device is not one of ", name, ", or has handed over no code")};
}

}  // namespace

Status show_unlock_code(Call& call) {
  MQ_CHECK(only_flags(call, {"device"}));
  const std::string name = call.args.word(2);
  if (name.empty()) return call.usage("用法:unlock show 姓名", "usage: unlock show NAME");
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  if (!place.is_admin()) {
    return Error{Code::kNotAllowed, "念解锁码由乡镇管理员办理", "only an admin reads out codes"};
  }
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(const PersonId person, names.person(name));
  MQ_TRY(Codes codes, work::device_unlocks(place, person));
  if (codes.empty()) return none_here(place, person, name);
  MQ_TRY(const work::DeviceUnlock unlock, chosen(call, place, names, std::move(codes), name));
  const seal::Identity& me = *home->keyring().identity();
  MQ_TRY(const UnlockCode code,
         seal::open_escrow(unlock.sealed, unlock.device, me.device.view(), me.box));
  const std::string text = format_unlock_code(code);
  const std::string number = short_number(unlock.device.view());
  call.out.object() = {{"code", text}, {"device", number}, {"made_on", unlock.made_on.iso()}};
  call.out.say(cat(name, " 的解锁码(设备 ", number, ",", unlock.made_on.iso(), " 做的):", text),
               cat("unlock code of ", name, " (device ", number, ", made on ", unlock.made_on.iso(),
                   "): ", text));
  call.out.say("请先在电话里认出本人,再念给他:让他运行 unlock --code 解锁码,设一个新口令。",
               "be sure whom you talk to, then read it out: he runs unlock --code CODE and sets a "
               "new passphrase");
  call.out.say("码只能用一次;念完请他尽快联系一次(sync),好换下一个。",
               "it works once; he should sync soon, so that the next one is made");
  return {};
}

}  // namespace mq::cli
