// shred: makes this home unreadable for ever; refused while something stands nowhere else, and on
// the only device that can run a township.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../home.h"
#include "../session.h"
#include "../unsent_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/engine.h"

namespace mq::cli {

namespace {

constexpr int kPasses = 2;

Error still_alone(std::uint64_t alone) {
  return {Code::kNotAllowed,
          cat("没有销毁:还有 ", alone, " 条只在本机,先 sync,或用 bundle export 存一份"),
          cat("not shredded: ", alone,
              " records stand on this device alone; sync first, or write "
              "them with bundle export")};
}

// What the server once took of this device may be lost there, whatever the receipts say.
Status check_known(Home& home) {
  MQ_TRY(const bool unknown, sync::unknown_to_server(home.vault()));
  if (!unknown) return {};
  return Error{Code::kNotAllowed,
               "没有销毁:服务器不认得这台设备(它从较旧的备份恢复过),这里的记录可能别处都没有;"
               "请先用 bundle export 存一份,并请管理员核实这台设备",
               "not shredded: the server does not know this device (it was restored from an older "
               "backup), so what stands here may stand nowhere else; write it with bundle export "
               "and have the admin look into it"};
}

// A township without an admin's device and without a recovery kit can be run by nobody any more.
Status check_not_last(Home& home) {
  const auto place = home.place();
  if (!place.ok()) return {};
  const wire::ControlState& log = place->control;
  const auto admins = log.admin_devices(log.head_seq());
  const bool last = admins.size() == 1 && admins.front()->id == home.vault().device();
  if (!last || log.practice() || log.recovery() != nullptr) return {};
  return Error{Code::kNotAllowed,
               "没有销毁:这是乡镇唯一的管理员设备,也没有恢复单,销毁后谁也管不了这个乡镇;"
               "请先 invite --role admin 请人接手,或 recover make",
               "not shredded: this is the township's only admin device and it has no recovery "
               "kit, so nobody could run it any more; first invite --role admin, or recover make"};
}

// In place, since a file system may keep what a replaced file held. Flash may keep it all the same:
// what is left there is still sealed under the passphrase.
Status overwrite(const std::string& path, Random& random) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat about {};
  bool good = fd >= 0 && ::fstat(fd, &about) == 0;
  Bytes noise(good ? static_cast<std::size_t>(about.st_size) : 0);
  for (int pass = 0; pass < kPasses && good; ++pass) {
    random.fill(noise);
    good = ::pwrite(fd, noise.data(), noise.size(), 0) == static_cast<ssize_t>(noise.size()) &&
           ::fsync(fd) == 0;
  }
  if (fd >= 0) ::close(fd);
  if (good) return {};
  return Error{Code::kInternal, "没有销毁完:钥匙文件改写不了;请检查磁盘后再运行一次",
               "not shredded: the key file cannot be overwritten; look at the disk, run it again"};
}

bool ours(std::string_view name) {
  return name.starts_with("vault") || name == "reserve" || name == "lock";
}

// The key first: without it the rest is noise, wherever the power goes.
Status destroy(Call& call, const std::string& folder, const std::string& token) {
  FileSystem& files = call.world.files;
  const std::string key = folder + "/vault.key";
  if (files.exists(key)) {
    MQ_CHECK(overwrite(key, call.world.random));
    MQ_CHECK(files.remove(key));
  }
  MQ_TRY(const std::vector<std::string> names, files.list(folder));
  for (const std::string& name : names) {
    if (ours(name)) MQ_CHECK(files.remove(cat(folder, "/", name)));
  }
  return files.remove(token);
}

}  // namespace

Status run_shred(Call& call) {
  MQ_CHECK(only_flags(call, {"yes"}));
  MQ_TRY(std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const sync::Unsent unsent, unsent_of(*home));
  if (unsent.alone > 0) return still_alone(unsent.alone);
  MQ_CHECK(check_known(*home));
  MQ_CHECK(check_not_last(*home));
  if (unsent.copied > 0) {
    call.out.warn(cat("有 ", unsent.copied, " 条还没有回执,只在存件 ", copy_text(unsent),
                      " 里:请收好那份文件,直到乡镇收到"),
                  cat(unsent.copied, " records have no receipt and stand in the bundle ",
                      copy_text(unsent), " alone: keep that file until the township has it"));
  }
  if (!call.args.has("yes")) {
    return call.usage("销毁后这台设备上的全部记录都打不开,不能恢复;确定请加 --yes",
                      "nothing on this device will open any more, for ever; add --yes if sure");
  }
  const std::string folder = home->folder();
  const std::string token = home->token_path();
  home.reset();
  close_session(call.world.sessions, folder);
  forget_pin(call.world.sessions, folder);
  MQ_CHECK(destroy(call, folder, token));
  call.out.object()["shredded"] = true;
  call.out.object()["copied"] = unsent.copied;
  call.out.say("已销毁:这台设备上的记录再也打不开", "shredded: nothing here opens any more");
  return {};
}

}  // namespace mq::cli
