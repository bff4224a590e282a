// recover grant: two members hand the keys of streams they both read to an appointed device, when
// no admin is left. The first proposes by file, the second signs and appends.
#include "../contact.h"
#include "../home.h"
#include "../new_file.h"
#include "mq/base/text.h"
#include "mq/sync/rejoin.h"
#include "mq/work/directory.h"
#include "recover.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNumberMin = 4;  // digits

// By the digits that `recover use` and `org township rejoin` print: the end of its id.
Result<DeviceId> appointed_by_number(Call& call, const wire::ControlState& log,
                                     const std::string& number) {
  std::vector<DeviceId> found;
  for (const wire::DeviceRecord& device : log.devices()) {
    const bool fits =
        device.appointed && !device.span.until && to_hex(device.id.view()).ends_with(number);
    if (fits) found.push_back(device.id);
  }
  if (number.size() < kNumberMin) {
    return call.usage("--for 要写设备号码的至少 4 位", "--for takes at least 4 digits");
  }
  if (found.size() == 1) return found[0];
  return Error{Code::kNotFound,
               cat("没有号码是 ", number, " 的、由县里或恢复单任命的设备;请先 sync"),
               cat("no appointed device has the number ", number, "; sync first")};
}

Result<PersonId> second_person(const work::Workplace& place, const std::string& name) {
  MQ_TRY(const work::Cadre cadre, work::Directory(place).cadre(name));
  if (cadre.member) return *cadre.member;
  return Error{Code::kNotFound, cat(name, " 还没有加入,不能一起签"),
               cat(name, " has not joined and cannot sign")};
}

Status propose(Call& call) {
  auto number = call.args.required("for");
  auto with = call.args.required("with");
  auto out = call.args.required("o");
  for (auto* flag : {&number, &with, &out}) {
    if (!flag->ok()) return call.usage(std::move(*flag).error());
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(reconcile(call, *home, *transport));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const DeviceId device, appointed_by_number(call, place.control, *number));
  MQ_TRY(const PersonId second, second_person(place, *with));
  MQ_TRY(const Bytes file, sync::propose_grants(device, second,
                                                {home->vault(), home->keyring(), home->control(),
                                                 *transport, call.world.clock, call.world.random}));
  MQ_CHECK(write_new_file(call, *out, file));
  call.out.object() = {{"file", *out}, {"with", *with}};
  call.out.say(cat("提议在 ", *out, ":请尽快交给 ", *with, ",在他的设备上 recover grant ", *out,
                   "。先当面确认新管理员是谁。"),
               cat("the proposal is ", *out, ": hand it to ", *with, " soon, for recover grant ",
                   *out, "; make sure first who the new admin is"));
  return {};
}

Status second(Call& call, const std::string& path) {
  MQ_TRY(const Bytes file, call.world.files.read(path, wire::kControlAppendBytesMax));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_TRY(const std::size_t streams,
         sync::second_grants(file, {home->vault(), home->keyring(), home->control(), *transport,
                                    call.world.clock, call.world.random}));
  call.out.object() = {{"granted", streams}};
  call.out.say(cat("已交出 ", streams, " 条数据流的钥匙。请新管理员 sync。"),
               cat("the keys of ", streams, " streams were handed over; the new admin syncs now"));
  return {};
}

}  // namespace

Status recover_grant(Call& call) {
  MQ_CHECK(only_flags(call, {"for", "with", "o"}));
  const std::string path = call.args.word(2);
  return path.empty() ? propose(call) : second(call, path);
}

}  // namespace mq::cli
