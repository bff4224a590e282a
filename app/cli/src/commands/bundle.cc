// bundle: unsent work into one file that USB or any messenger carries; and what came so, taken in.
#include "../home.h"
#include "../member_names.h"
#include "../unsent_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/seal/age.h"

namespace mq::cli {

namespace {

Error nobody(const std::string& who) {
  return {Code::kNotFound,
          cat("没有存:收件人 ", who, " 在本乡镇没有在用的设备;用 members --devices 查看姓名和号码"),
          cat("nothing written: ", who, " has no device in use here; see members --devices")};
}

// A name, or a device's number.
Result<std::vector<DeviceId>> devices_of(const work::Workplace& place, const MemberNames& names,
                                         const std::string& who) {
  std::vector<DeviceId> out;
  const auto person = names.person(who);
  if (person.ok()) {
    for (const wire::DeviceRecord* device : place.control.devices_of(*person)) {
      if (device->span.holds_at(place.control.head_seq())) out.push_back(device->id);
    }
  } else if (person.error().code != Code::kNotFound) {
    return person.error();
  } else if (const auto device = device_by_number(place, names, who); device.ok()) {
    out.push_back(*device);
  } else if (device.error().code != Code::kNotFound) {
    return device.error();
  }
  if (out.empty()) return nobody(who);
  return out;
}

Result<std::vector<DeviceId>> recipients(Call& call, Home& home) {
  std::vector<DeviceId> out;
  if (!call.args.has("to")) return out;
  MQ_TRY(const work::Workplace place, home.place());
  MQ_TRY(const MemberNames names, MemberNames::of(home, place));
  for (const std::string& who : call.args.values("to")) {
    MQ_TRY(const std::vector<DeviceId> devices, devices_of(place, names, who));
    for (const DeviceId& device : devices) {
      if (std::find(out.begin(), out.end(), device) == out.end()) out.push_back(device);
    }
  }
  return out;
}

// Into a folder under a name that says nothing of anybody.
std::string target(Call& call, std::string path) {
  if (!call.world.files.list(path).ok()) return path;
  if (!path.ends_with('/')) path += '/';
  Bytes name(4);
  call.world.random.fill(name);
  return cat(path, "minqing-", to_hex(name), ".age");
}

void tell_renewed(Call& call) {
  call.out.warn("这台设备的数据曾从备份恢复或被复制过,已换新编号继续,没有丢失",
                "this home had been restored or copied; it goes on under a new number");
}

void tell_written(Call& call, const std::string& path, const sync::BundleWritten& written) {
  call.out.object() = {{"file", path},
                       {"envelopes", written.envelopes},
                       {"records", written.records},
                       {"receipts", written.receipts},
                       {"entries", written.entries},
                       {"bytes", written.bytes},
                       {"recipients", written.recipients},
                       {"left", written.left}};
  call.out.say(cat("已存一份:", written.records, " 条未送出的记录写进 ", path,
                   ",可用 U 盘或任何聊天软件带给乡镇。带的人看不到内容。"),
               cat("copied: ", written.records, " unsent records into ", path,
                   "; any stick or messenger may carry it, who carries it reads nothing"));
  if (written.receipts > 0) {
    call.out.say(cat("一并带回 ", written.receipts, " 张回执"),
                 cat(written.receipts, " receipts go with it"));
  }
  if (written.left > 0) {
    call.out.warn(cat("还有 ", written.left, " 条没有钥匙或数据流未登记,没有装进去,只在本机"),
                  cat(written.left,
                      " records have no key or registered stream yet: not in it, "
                      "on this device alone"));
  }
  if (written.renewed) tell_renewed(call);
}

Status write(Call& call, const std::string& path) {
  MQ_CHECK(only_flags(call, {"to"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  sync::BundleOptions options;
  options.path = target(call, path);
  MQ_TRY(options.recipients, recipients(call, *home));
  MQ_TRY(const sync::BundleWritten written,
         sync::export_bundle(options, bundle_home(call, *home), call.world.files));
  tell_written(call, options.path, written);
  return {};
}

Result<std::string> maker(Home& home, const work::Workplace& place,
                          const std::optional<DeviceId>& device) {
  const wire::DeviceRecord* record = device ? place.control.device(*device) : nullptr;
  if (record == nullptr) return std::string("不详");
  MQ_TRY(const MemberNames names, MemberNames::of(home, place));
  return names.name(record->person);
}

void tell_taken(Call& call, const std::string& from, const sync::BundleTaken& taken) {
  call.out.object() = {{"from", from},
                       {"envelopes", taken.envelopes},
                       {"merged", taken.merged},
                       {"records", taken.records},
                       {"waiting", taken.waiting},
                       {"duplicates", taken.duplicates},
                       {"refused", taken.refused},
                       {"undecided", taken.undecided},
                       {"unproved", taken.unproved},
                       {"receipts", taken.receipts},
                       {"entries", taken.entries},
                       {"relay", taken.relay},
                       {"cut", !taken.whole},
                       {"alarms", Json::array()}};
  call.out.say(
      cat("收进 ", taken.envelopes - taken.unproved, " 件(", from, "),新的 ", taken.records,
          " 条记录,其中 ", taken.waiting, " 件等前文;回执 ", taken.receipts, " 张"),
      cat("taken in: ", taken.envelopes - taken.unproved, " envelopes from ", from, ", ",
          taken.records, " new records, ", taken.waiting, " wait for what comes before them; ",
          taken.receipts, " receipts"));
  if (taken.relay > 0) {
    call.out.say(
        cat("下次联系时替人送到县里 ", taken.relay, " 件;回执请再用 bundle export --to 姓名 带回"),
        cat(taken.relay,
            " envelopes go to the server at the next contact; take the "
            "receipts back with bundle export --to NAME"));
  }
  if (taken.unproved > 0) {
    call.out.warn(cat("有 ", taken.unproved,
                      " 件没有收:本机的成员登记里没有它的设备,或签名不对;先 sync 再收一次"),
                  cat(taken.unproved,
                      " were not taken: of no device this log knows, or not signed "
                      "by it; sync, then import again"));
  }
  if (taken.undecided > 0) {
    call.out.say(
        cat("待核收 ", taken.undecided, " 件:停用或移交以后写的,由管理员用 quarantine 核收"),
        cat(taken.undecided,
            " came after their device was stopped or its right ended: an "
            "admin decides, see quarantine"));
  }
  for (const sync::Alarm& alarm : taken.alarms) {
    call.out.object()["alarms"].push_back(call.out.pick(alarm.zh, alarm.en));
    call.out.warn(alarm.zh, alarm.en);
  }
  if (taken.renewed) tell_renewed(call);
}

Result<Bytes> read_bundle(Call& call, const std::string& path) {
  auto file = call.world.files.read(path, sync::kBundleFileBytesMax);
  if (file.ok() && !seal::begins_as_age(*file)) {
    return Error{Code::kInvalidInput,
                 cat("没有收:", path, " 不是一份存件,什么也没有改动;存件由 bundle export 生成"),
                 cat("not taken: ", path, " is no bundle; bundle export makes one")};
  }
  if (file.ok() || file.error().code != Code::kExhausted) return file;
  return Error{Code::kInvalidInput, cat("没有收:", path, " 太大,不是一份存件"),
               cat("not taken: ", path, " is too large to be a bundle")};
}

// A file for somebody else is not a server that does not know us.
Error as_refused(Error error) {
  if (error.code == Code::kUnauthenticated) error.code = Code::kNotAllowed;
  return error;
}

Status take(Call& call, const std::string& path) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const Bytes file, read_bundle(call, path));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  sync::BundleTaken taken;
  const Status done = home->saving([&]() -> Status {
    MQ_TRY(taken, sync::import_bundle(file, bundle_home(call, *home)));
    return {};
  });
  if (!done.ok()) return as_refused(done.error());
  MQ_TRY(const std::string from, maker(*home, place, taken.from));
  tell_taken(call, from, taken);
  if (taken.whole) return {};
  return Error{Code::kCorrupt,
               cat("文件不完整:前面 ", taken.envelopes, " 件是好的,已收下;请重新拷贝一份再收"),
               cat("the file is cut or damaged: the first ", taken.envelopes,
                   " envelopes were good and are taken; copy it again and import it once more")};
}

}  // namespace

Status run_bundle(Call& call) {
  const std::string act = call.args.word(1);
  const std::string path = call.args.word(2);
  if (act == "export" && !path.empty()) return write(call, path);
  if (act == "import" && !path.empty()) return take(call, path);
  return call.usage("用法:bundle export 文件或文件夹 [--to 姓名|号码]… 或 bundle import 文件",
                    "usage: bundle export FILE|FOLDER [--to NAME|NUMBER]…, or bundle import FILE");
}

}  // namespace mq::cli
