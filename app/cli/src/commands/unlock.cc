// unlock: for a forgotten passphrase. `make` prints a code to keep on paper; `--code` opens the
// vault with it once, without any contact, and sets a new passphrase.
#include "../home.h"
#include "../key_room.h"
#include "../passphrase.h"
#include "../unlock_code.h"
#include "all.h"
#include "mq/base/date.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

using vault::WrapKind;

// The code is printed after the key file has it: whatever is cut, a printed code is a good one.
Status make(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.unlock());
  MQ_TRY(const bool replaced, room.key_file().has_wrap(WrapKind::kUnlockCode));
  const UnlockCode code = new_unlock_code(call.world.random);
  MQ_CHECK(room.key_file().rewrap(key, WrapKind::kUnlockCode, text_of(code.view())));
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
          "没有解锁:本机现在没有解锁码(没有做过、已用过,或换钥匙时作废了);请用口令打开,"
          "再用 unlock make 制作",
          "still locked: there is no unlock code now (never made, used up, or dropped by rekey); "
          "open with the passphrase and make one with unlock make"};
}

Error wrong_code() {
  return {Code::kLocked, "没有解锁:解锁码不是现在的那个(已换新,或是别的设备的);请找最近做的那张",
          "still locked: not the present unlock code (replaced since, or of another device); look "
          "for the newest one"};
}

// The vault keeps the day, so that its owner sees that a code was used.
Status note_use(Call& call, KeyRoom room, const Key32& key) {
  const std::string day = Date::in_shanghai(call.world.clock.wall()).iso();
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_with(call, std::move(room), key));
  return home->saving(
      [&]() -> Status { return home->vault().set_setting(kUnlockUsed, view_of(day)); });
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
  call.out.say("已用解锁码打开,口令已换新。这个解锁码不能再用;请用 unlock make 制作下一个。",
               "opened with the unlock code, the new passphrase is set; the code is used up, make "
               "the next one with unlock make");
  return note_use(call, std::move(room), *key);
}

}  // namespace

Status run_unlock(Call& call) {
  const bool makes = call.args.word(1) == "make";
  if (makes && !call.args.has("code")) return make(call);
  if (!makes && call.args.has("code")) return by_code(call);
  return call.usage("用法:unlock make 或 unlock --code 解锁码",
                    "usage: unlock make, or unlock --code CODE");
}

}  // namespace mq::cli
