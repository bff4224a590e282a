// lock: forgets the key of the unlocked home at once; the next command asks for the passphrase.
#include "../key_room.h"
#include "../session.h"
#include "all.h"

namespace mq::cli {

Status run_lock(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  if (call.args.words().size() > 1) return call.usage("用法:lock", "usage: lock");
  MQ_TRY(const std::string folder, home_folder(call));
  const bool was_open = close_session(call.world.sessions, folder);
  call.out.object()["locked"] = true;
  call.out.object()["was_unlocked"] = was_open;
  call.out.say(was_open ? "已锁上" : "本来就锁着", was_open ? "locked" : "it was locked");
  return {};
}

}  // namespace mq::cli
