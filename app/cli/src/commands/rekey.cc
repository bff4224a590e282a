// rekey: the whole vault under a new key, every record kept; older copies of the key open it no
// more.
#include "../key_room.h"
#include "../passphrase.h"
#include "../session.h"
#include "all.h"

namespace mq::cli {

Status run_rekey(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  vault::KeyFile& key_file = room.key_file();
  MQ_TRY(const bool had_code, key_file.has_wrap(vault::WrapKind::kUnlockCode));
  MQ_TRY(const bool had_pin, key_file.has_wrap(vault::WrapKind::kDevicePin));
  MQ_TRY(const LockedText passphrase, ask_passphrase(call, false));
  room.wait();
  const auto key = key_file.rekey(passphrase.view(), "");
  if (!key.ok()) {
    // Half a copy would only take room, on a disk that may be full.
    static_cast<void>(key_file.remove_strays(""));
    return key.error();
  }
  close_session(call.world.sessions, room.folder());
  if (had_pin) static_cast<void>(remove_pin(room.pin_place(), *key));
  call.out.object()["rekeyed"] = true;
  call.out.object()["unlock_code_dropped"] = had_code;
  call.out.say("整个保险箱已换新钥匙,记录都在,口令不变。",
               "the whole vault has a new key; every record is kept, the passphrase stands");
  call.out.object()["pin_dropped"] = had_pin;
  if (had_pin) {
    call.out.say("原来的 PIN 已作废;请用 pin set 重设",
                 "the PIN opens nothing any more; see pin set");
  }
  if (had_code) {
    call.out.say(
        "原来的解锁码已作废;下次联系时换新的交给管理员,要抄在纸上请用 unlock make 重新制作",
        "the unlock code opens nothing any more; the next contact hands another to the "
        "admins, unlock make prints one for paper");
  }
  return {};
}

}  // namespace mq::cli
