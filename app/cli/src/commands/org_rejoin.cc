// A township without an admin and without recovery sheets: a new home asks, the county root
// appoints it, it takes the appointment.
#include "../contact.h"
#include "../county_root.h"
#include "../home.h"
#include "../member_names.h"
#include "../new_file.h"
#include "mq/base/text.h"
#include "mq/sync/grpc_transport.h"
#include "mq/sync/rejoin.h"
#include "org.h"

namespace mq::cli {

namespace {

constexpr std::size_t kFileBytesMax = 64u << 10;

Result<TownshipId> township_flag(Call& call) {
  MQ_TRY(const std::string typed, needed_flag(call, "township_id"));
  const auto bytes = from_hex(typed);
  const auto id = bytes ? TownshipId::from(*bytes) : std::nullopt;
  if (id) return *id;
  return call.usage("--township-id 是乡镇编号,32 个十六进制字符(任何成员 status --json 里有)",
                    "--township-id is the township's id, 32 hexadecimal digits (in any member's "
                    "status --json)");
}

void describe(Call& call, const sync::RejoinFile& file, const std::string& path) {
  call.out.object() = {{"township", file.township.hex()},
                       {"name", file.name},
                       {"device", short_number(file.device.view())},
                       {"server", file.server_address},
                       {"file", path}};
  call.out.say(cat("乡镇 ", file.township.hex(), ",", file.name, ",设备号码 ",
                   short_number(file.device.view()), ",服务器 ", file.server_address),
               cat("township ", file.township.hex(), ", ", file.name, ", device ",
                   short_number(file.device.view()), ", server ", file.server_address));
}

}  // namespace

Status org_rejoin_request(Call& call) {
  MQ_CHECK(only_flags(call, {"rejoin", "township_id", "server", "name", "o"}));
  MQ_TRY(const std::string server, needed_flag(call, "server"));
  MQ_TRY(const std::string out, needed_flag(call, "o"));
  MQ_TRY(const TownshipId township, township_flag(call));
  MQ_CHECK(check_new_file(call, out));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  MQ_TRY(const Bytes file,
         sync::request_rejoin({township, call.args.value("name").value_or("乡镇管理员"), server},
                              home->vault(), home->keyring(), home->control(), call.world.clock,
                              call.world.random));
  MQ_CHECK(write_new_file(call, out, file));
  MQ_TRY(const sync::RejoinFile asked, sync::read_rejoin(file));
  describe(call, asked, out);
  call.out.say("请带到保管县根密钥的人那里 org county appoint,在电话里核对设备号码",
               "take it to whoever keeps the county root, for org county appoint, and compare the "
               "device number by telephone");
  return {};
}

Status org_county_appoint(Call& call) {
  MQ_CHECK(only_flags(call, {"root", "o"}));
  const std::string in = call.args.word(3);
  if (in.empty()) return call.usage("请写明申请文件", "the request file is missing");
  MQ_TRY(const std::string root_path, needed_flag(call, "root"));
  MQ_TRY(const std::string out, needed_flag(call, "o"));
  MQ_TRY(const Bytes request, call.world.files.read(in, kFileBytesMax));
  MQ_TRY(const sync::RejoinFile asked, sync::read_rejoin(request));
  MQ_TRY(const wire::SigningKey root, read_county_root(call, root_path));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport,
         sync::connect_grpc(asked.server_address, call.world.random));
  MQ_TRY(const Bytes appointment,
         sync::sign_appointment(request, root, *transport, call.world.clock, call.world.random));
  MQ_CHECK(write_new_file(call, out, appointment));
  describe(call, asked, out);
  call.out.say("请尽快带回,在提申请的设备上 org township rejoin;期间成员登记有变动就要重签",
               "take it back soon, for org township rejoin on the device that asked; if the "
               "membership changes meanwhile it must be signed again");
  return {};
}

Status org_rejoin(Call& call) {
  MQ_CHECK(only_flags(call, {"server"}));
  const std::string in = call.args.word(3);
  if (in.empty()) return call.usage("请写明任命文件", "the appointment file is missing");
  MQ_TRY(const std::string server, needed_flag(call, "server"));
  MQ_TRY(const Bytes file, call.world.files.read(in, kFileBytesMax));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(server));
  MQ_CHECK(sync::take_appointment(file, {home->vault(), home->keyring(), home->control(),
                                         *transport, call.world.clock, call.world.random}));
  MQ_CHECK(home->settle());
  const std::string number = short_number(home->vault().device()->view());
  call.out.object() = {{"rejoined", true},
                       {"township", home->control().state().township().hex()},
                       {"device", number}};
  call.out.say(
      cat("本机(号码 ", number, ")已是管理员设备,还没有钥匙。请两位成员 recover grant ", "--for ",
          number, " 交钥匙,再在本机 sync。"),
      cat("this device (", number, ") is an admin's, as yet without keys: let two members ",
          "recover grant --for ", number, ", then sync here"));
  return {};
}

}  // namespace mq::cli
