// org township: a township founded by file. `request` on the founder's device, `certify` where the
// county root is kept, `enrol` on the founder's device again.
#include "../contact.h"
#include "../county_root.h"
#include "../home.h"
#include "../member_names.h"
#include "../new_file.h"
#include "../township_state.h"
#include "mq/base/text.h"
#include "mq/sync/founding.h"
#include "mq/work/organisation.h"
#include "mq/work/setup.h"
#include "org.h"

namespace mq::cli {

namespace {

constexpr std::size_t kFileBytesMax = 16u << 10;

Result<std::string> file_word(Call& call) {
  const std::string path = call.args.word(3);
  if (!path.empty()) return path;
  return call.usage("请写明文件", "a file is missing");
}

// Asked of the server itself, unless it was given: the log that this founding begins names it.
Result<VerifyKey> server_key(Call& call, Home& home, const std::string& address) {
  if (auto given = call.args.value("server_key")) {
    const auto bytes = from_hex(*given);
    const auto key = bytes ? VerifyKey::from(*bytes) : std::nullopt;
    if (key) return *key;
    return call.usage("--server-key 应是服务器打印的 64 个十六进制字符",
                      "--server-key is the 64 hexadecimal digits that the server prints");
  }
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home.connect(address));
  return sync::server_key_of(*transport, call.world.clock, call.world.random);
}

void describe(Call& call, const sync::FoundingFile& file) {
  call.out.object() = {{"county", file.county},
                       {"township", file.township},
                       {"founder", file.founder},
                       {"device", short_number(file.device.view())},
                       {"server", file.server_address},
                       {"server_key", to_hex(file.server_key.view())},
                       {"root_number", key_number(file.county_root)},
                       {"certified", file.certified}};
  call.out.say(cat(file.county, " ", file.township, ",管理员 ", file.founder, ",设备号码 ",
                   short_number(file.device.view()), ",服务器 ", file.server_address, "(",
                   key_number(file.server_key), "),县根号码 ", key_number(file.county_root)),
               cat(file.county, " ", file.township, ", admin ", file.founder, ", device ",
                   short_number(file.device.view()), ", server ", file.server_address, " (",
                   key_number(file.server_key), "), root ", key_number(file.county_root)));
}

Status request(Call& call) {
  MQ_CHECK(only_flags(call, {"card", "township", "server", "server_key", "name", "practice", "o"}));
  MQ_TRY(const std::string card_path, needed_flag(call, "card"));
  MQ_TRY(const std::string out, needed_flag(call, "o"));
  sync::RequestOptions options;
  MQ_TRY(options.found.township_name, needed_flag(call, "township"));
  MQ_TRY(options.found.server_address, needed_flag(call, "server"));
  MQ_TRY(const CountyCard card, read_county_card(call, card_path));
  // Before the request is drawn anew, which makes the one before void.
  MQ_CHECK(check_new_file(call, out));
  options.found.county_name = card.county;
  options.found.founder_name = call.args.value("name").value_or("乡镇管理员");
  options.found.practice = call.args.has("practice");
  options.county_root = card.root;
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  MQ_TRY(options.server_key, server_key(call, *home, options.found.server_address));
  MQ_TRY(const Bytes file,
         sync::request_founding(options, home->vault(), home->keyring(), home->control(),
                                call.world.clock, call.world.random));
  MQ_CHECK(write_new_file(call, out, file));
  MQ_TRY(const sync::FoundingFile described, sync::read_founding(file));
  describe(call, described);
  call.out.object()["file"] = out;
  call.out.say(cat("申请在 ", out,
                   ":请带到保管县根密钥的人那里 org township certify,"
                   "在电话里核对设备号码"),
               cat("the request is ", out,
                   ": take it to whoever keeps the county root, for org "
                   "township certify, and compare the device number by telephone"));
  return {};
}

Status certify(Call& call) {
  MQ_CHECK(only_flags(call, {"root", "o"}));
  MQ_TRY(const std::string in, file_word(call));
  MQ_TRY(const std::string root_path, needed_flag(call, "root"));
  MQ_TRY(const std::string out, needed_flag(call, "o"));
  MQ_TRY(const Bytes file, call.world.files.read(in, kFileBytesMax));
  MQ_TRY(const wire::SigningKey root, read_county_root(call, root_path));
  MQ_TRY(const Bytes certificate, sync::certify_founding(file, root));
  MQ_CHECK(write_new_file(call, out, certificate));
  MQ_TRY(const sync::FoundingFile described, sync::read_founding(certificate));
  describe(call, described);
  call.out.object()["file"] = out;
  call.out.say(cat("证书在 ", out, ":请带回乡镇,在提申请的设备上 org township enrol"),
               cat("the certificate is ", out, ": take it back, for org township enrol"));
  return {};
}

// A kill after the founding stood left the township without its first rows.
Status enrol_or_go_on(Call& call, Home& home, sync::Transport& transport, const Bytes& file) {
  if (home.control().state().head_seq() > 0) {
    MQ_TRY(const work::Workplace place, home.place());
    MQ_TRY(const bool rows, work::has_founding_rows(place));
    if (!rows) return {};
  }
  MQ_CHECK(sync::enrol_township(file, call.args.value("code").value_or(""),
                                {home.vault(), home.keyring(), home.control(), transport,
                                 call.world.clock, call.world.random}));
  return home.settle();
}

Status enrol(Call& call) {
  MQ_CHECK(only_flags(call, {"code"}));
  MQ_TRY(const std::string in, file_word(call));
  MQ_TRY(const Bytes file, call.world.files.read(in, kFileBytesMax));
  MQ_TRY(const sync::FoundingFile asked, sync::read_founding(file));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(asked.server_address));
  MQ_CHECK(enrol_or_go_on(call, *home, *transport, file));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_CHECK(home->saving([&] {
    return work::write_founding_rows(place, {asked.county, asked.township, asked.founder});
  }));
  MQ_CHECK(reconcile(call, *home, *transport));
  const TownshipState state = township_state(place.control);
  const std::string id = place.control.township().hex();
  call.out.object() = {{"township", id}, {"state", state.zh}};
  call.out.say(cat("已建 ", asked.county, asked.township, "(", state.zh, ");编号 ", id),
               cat("founded ", asked.township, " (", state.en, "); id ", id));
  return {};
}

}  // namespace

Status org_township(Call& call) {
  const std::string act = call.args.word(2);
  if (act == "request") return call.args.has("rejoin") ? org_rejoin_request(call) : request(call);
  if (act == "rejoin") return org_rejoin(call);
  if (act == "certify") return certify(call);
  if (act == "enrol") return enrol(call);
  return call.usage("用法:org township request|certify|enrol|rejoin",
                    "usage: org township request|certify|enrol|rejoin");
}

}  // namespace mq::cli
