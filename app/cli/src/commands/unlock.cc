// unlock: alone, one passphrase for a while of work; else for a forgotten passphrase. `make` prints
// a code to keep on paper; `show` reads out the code of a member who calls an admin; `--code` opens
// the vault with either once, without any contact, and sets a new passphrase.
#include "../home.h"
#include "../key_room.h"
#include "../passphrase.h"
#include "../unlock_code.h"
#include "../unlock_escrow.h"
#include "all.h"
#include "hold_open.h"
#include "mq/base/date.h"
#include "mq/base/text.h"
#include "unlock_show.h"

namespace mq::cli {

namespace {

using vault::WrapKind;

// The code is printed after the key file has it: whatever is cut, a printed code is a good one.
Status make(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.unlock());
  MQ_TRY(const bool replaced, room.key_file().has_wrap(WrapKind::kUnlockCode));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_with(call, std::move(room), key));
  UnlockCode code;
  MQ_CHECK(home->saving([&]() -> Status {
    MQ_TRY(code, draw_for_paper(*home, call.world));
    return {};
  }));
  const std::string text = format_unlock_code(code);
  call.out.object()["code"] = text;
  call.out.object()["replaced"] = replaced;
  call.out.say(cat("解锁码(忘记口令时用一次):", text),
               cat("unlock code, for one use when the passphrase is forgotten: ", text));
  call.out.say("请抄在纸上,与本机分开收好;只显示这一次。拿到本机和这张纸的人能打开全部记录。",
               "copy it onto paper and keep it apart from this device; it is shown once. Who has "
               "both opens everything here.");
  if (replaced) call.out.say("以前的解锁码已作废。", "the code made before opens nothing any more");
  return {};
}

// Typed with blanks instead of hyphens, the rest of the code came as words.
Result<UnlockCode> typed_code(Call& call) {
  if (auto typed = call.args.value("code")) {
    for (std::size_t i = 1; i < call.args.words().size(); ++i) *typed += call.args.word(i);
    return parse_unlock_code(*typed);
  }
  MQ_TRY(const LockedText line,
         ask_line(call, {Code::kLocked, "请写 unlock --code 解锁码", "write unlock --code CODE"},
                  "解锁码: ", "unlock code: "));
  return parse_unlock_code(line.view());
}

Error no_code() {
  return {Code::kLocked,
          "没有解锁:本机现在没有解锁码(没有做过、已用过,或换钥匙时作废了),有信号时联系一次才会换新;"
          "请用口令打开,再用 unlock make 制作;口令想不起来,请找乡镇管理员换发邀请",
          "still locked: there is no unlock code now (never made, used up, or dropped by rekey), "
          "the next contact makes one; open with the passphrase and use unlock make, or ask the "
          "admin for a new invitation"};
}

Error wrong_code() {
  return {
      Code::kLocked,
      "没有解锁:解锁码不是现在的那个(已用过、已换新,或是别的设备的);请打电话向乡镇管理员要现在的"
      "那个,或找最近抄的那张",
      "still locked: not the present unlock code (used, replaced since, or of another device); "
      "ask the admin for the present one, or look for the newest paper"};
}

// The vault keeps the day, so that its owner sees that a code was used.
Status note_use(Call& call, KeyRoom room, const Key32& key) {
  const Date today = Date::in_shanghai(call.world.clock.wall());
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_with(call, std::move(room), key));
  return home->saving([&] { return note_unlock_use(*home, call.world, today); });
}

Status by_code(Call& call) {
  MQ_CHECK(only_flags(call, {"code", "new_passphrase_file"}));
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const UnlockCode code, typed_code(call));
  MQ_TRY(const bool there, room.key_file().has_wrap(WrapKind::kUnlockCode));
  if (!there) return no_code();
  MQ_TRY(const LockedText chosen, ask_new_passphrase(call));
  room.wait();
  const auto key = room.key_file().unlock(text_of(code.view()), WrapKind::kUnlockCode);
  if (!key.ok() && key.error().code == Code::kLocked) return wrong_code();
  if (!key.ok()) return key.error();
  MQ_CHECK(room.key_file().redeem(*key, chosen.view()));
  call.out.object()["unlocked"] = true;
  call.out.say(
      "已用解锁码打开,口令已换新。这个解锁码不能再用;下次联系时自动换新的交给管理员,也可以用 "
      "unlock "
      "make 做一个抄在纸上。",
      "opened with the unlock code, the new passphrase is set; the code is used up, the next "
      "contact hands another to the admins, unlock make prints one for paper");
  return note_use(call, std::move(room), *key);
}

Status for_a_while(Call& call) {
  MQ_CHECK(only_flags(call, {"minutes"}));
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.ask());
  return hold_open(call, std::move(room), key);
}

}  // namespace

Status run_unlock(Call& call) {
  const std::string verb = call.args.word(1);
  const bool typed = call.args.has("code");
  const bool named = verb == "make" || verb == "show";
  if (typed && !named) return by_code(call);
  if (verb == "make" && !typed) return make(call);
  if (verb == "show" && !typed) return show_unlock_code(call);
  if (verb.empty() && !typed) return for_a_while(call);
  return call.usage(
      "用法:unlock [--minutes 分钟]、unlock show 姓名、unlock --code 解锁码 或 unlock make",
      "usage: unlock, unlock show NAME, unlock --code CODE, or unlock make");
}

}  // namespace mq::cli
