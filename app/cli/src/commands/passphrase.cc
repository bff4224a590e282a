// passphrase change: another passphrase for the same vault key; nothing but the key file changes.
#include "../passphrase.h"

#include "../key_room.h"
#include "all.h"

namespace mq::cli {

Status run_passphrase(Call& call) {
  MQ_CHECK(only_flags(call, {"new_passphrase_file"}));
  if (call.args.word(1) != "change") {
    return call.usage("用法:passphrase change", "usage: passphrase change");
  }
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const LockedText old, ask_passphrase(call, false));
  room.wait();
  MQ_TRY(const Key32 key, room.key_file().unlock(old.view()));
  MQ_TRY(const LockedText chosen, ask_new_passphrase(call));
  if (chosen.view() == old.view()) {
    return Error{Code::kInvalidInput, "新口令和原来的一样,什么也没有改动;请另选一个",
                 "the new passphrase is the old one; nothing was changed, choose another"};
  }
  MQ_CHECK(room.key_file().rewrap(key, vault::WrapKind::kPassphrase, chosen.view()));
  call.out.object()["changed"] = true;
  call.out.say("口令已换,原来的不再能用。解锁码不变。",
               "the passphrase is changed, the old one opens nothing here; the unlock code stands");
  call.out.say("别处若有这个文件夹的旧备份,旧口令仍能打开;原来的口令被人知道了,请再运行 rekey",
               "it still opens older copies of this home; if somebody knows it, run rekey too");
  return {};
}

}  // namespace mq::cli
