// pin: digits in place of the passphrase on this machine, as far as it can hold a key.
#include "../pin.h"

#include "../key_room.h"
#include "../passphrase.h"
#include "all.h"

namespace mq::cli {

namespace {

Status set(Call& call) {
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.unlock());
  MQ_TRY(const LockedText digits, ask_pin(call, true));
  MQ_CHECK(set_pin(room.pin_place(), key, digits.view(), call.world.random));
  call.out.object()["set"] = true;
  call.out.object()["tries"] = kPinTries;
  call.out.say("PIN 已设好:以后在本机可用它代替口令;错五次就作废,机器重启后要用口令再设一次。",
               "the PIN is set for this machine: five wrong ones make it void, and after a restart "
               "it has to be set again");
  call.out.say("口令请不要忘:换机器、重启、PIN 作废时都要用它。",
               "do not forget the passphrase: it is what remains");
  return {};
}

Status remove(Call& call) {
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.ask());
  MQ_TRY(const bool removed, remove_pin(room.pin_place(), key));
  call.out.object()["removed"] = removed;
  call.out.say(removed ? "PIN 已去掉,以后用口令" : "本来就没有 PIN",
               removed ? "the PIN is removed" : "there was no PIN");
  return {};
}

}  // namespace

Status run_pin(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const std::string verb = call.args.word(1);
  if (verb == "set") return set(call);
  if (verb == "remove") return remove(call);
  return call.usage("用法:pin set 或 pin remove", "usage: pin set, or pin remove");
}

}  // namespace mq::cli
