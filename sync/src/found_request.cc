// The founding file, and the three acts on it.
#include "append_file.h"
#include "founding_parts.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/sync/founding.h"
#include "mq/wire/control_draft.h"

namespace mq::sync {
namespace {

constexpr std::string_view kMagic = "mqtf1";
constexpr std::string_view kRequest = "sync.request";
constexpr std::size_t kFileBytesMax = 16u << 10;

struct Parts {
  std::string county, township, founder;
  pb::ControlEntry genesis;
  pb::ControlBody body;
};

Error damaged() {
  return {Code::kCorrupt, "这不是建镇申请或证书,或文件已损坏。请重新拷贝一次。",
          "this is no founding request or certificate, or it is damaged; copy it again"};
}

Bytes write_parts(const Parts& parts) {
  ByteWriter writer;
  for (const std::string& name : {parts.county, parts.township, parts.founder}) writer.block(name);
  writer.block(parts.genesis.SerializeAsString());
  return checked_file(kMagic, writer.bytes());
}

Result<Parts> read_parts(ByteView file) {
  MQ_TRY(const Bytes content, checked_content(kMagic, file, kFileBytesMax));
  ByteReader reader(content);
  Parts parts;
  for (std::string* name : {&parts.county, &parts.township, &parts.founder}) {
    *name = to_string(reader.block());
  }
  const bool parsed = parts.genesis.ParseFromString(to_string(reader.block())) && reader.done();
  const bool genesis = parsed && parts.body.ParseFromString(parts.genesis.body()) &&
                       parts.body.has_genesis() && parts.genesis.co_signatures_size() <= 1;
  if (!genesis) return damaged();
  return parts;
}

Result<FoundingFile> described(const Parts& parts) {
  const pb::Genesis& genesis = parts.body.genesis();
  FoundingFile out{parts.county,
                   parts.township,
                   parts.founder,
                   genesis.server_address(),
                   {},
                   {},
                   {},
                   parts.genesis.co_signatures_size() > 0};
  const auto server = VerifyKey::from(view_of(genesis.server_key()));
  const auto root = VerifyKey::from(view_of(genesis.county_root()));
  const auto device = DeviceId::from(view_of(genesis.device().device()));
  if (!server || !root || !device) return damaged();
  out.server_key = *server;
  out.county_root = *root;
  out.device = *device;
  return out;
}

Error not_ours() {
  return {Code::kInvalidInput,
          "这张证书不是给本机现在的申请的。请用本机最后一次 request 的文件去签。",
          "this certificate is not for what this home asked for; have its newest request signed"};
}

// The genesis as the root certified it, which must be the one that this home asked for.
Result<Parts> certified(vault::Vault& vault, ByteView file) {
  MQ_TRY(const std::optional<Bytes> kept, vault.setting(kRequest));
  if (!kept || kept->empty()) {
    return Error{Code::kNotFound, "本机没有提过建镇申请;请先 org township request",
                 "this home asked for no township; begin with org township request"};
  }
  MQ_TRY(const Parts asked, read_parts(*kept));
  MQ_TRY(Parts given, read_parts(file));
  if (given.genesis.body() != asked.genesis.body()) return not_ours();
  if (given.genesis.co_signatures_size() == 0) {
    return Error{Code::kInvalidInput, "这份申请县里还没有签;请带到县里 org township certify",
                 "the county has not signed this request; take it to org township certify"};
  }
  wire::ControlState state;
  if (!state.apply({given.genesis}).ok()) {
    return Error{Code::kInvalidInput, "县里的签名对不上,不能用这张证书。请重新签一次。",
                 "the county's signature does not verify; have it signed again"};
  }
  return given;
}

Result<Founding> whole_founding(Acts& acts, const Parts& parts, const Clock& clock) {
  MQ_TRY(std::optional<Founding> kept, load_founding(acts.vault));
  const bool same =
      kept && !kept->entries.empty() && kept->entries[0].body() == parts.genesis.body();
  if (same) return std::move(*kept);
  wire::ControlState state;
  MQ_CHECK(state.apply({parts.genesis}));
  const seal::Identity& me = *acts.keyring.identity();
  const Author author{to_bytes(me.device.view()), &me.sign, nullptr};
  Plan plan(state, author, acts.caller.server_time(), acts.random);
  FoundOptions options;
  options.township_name = parts.township;
  options.founder_name = parts.founder;
  MQ_CHECK(plan_township(plan, options, me, clock, acts.random));
  Founding fresh;
  fresh.entries.push_back(parts.genesis);
  for (pb::ControlEntry& entry : plan.entries()) fresh.entries.push_back(std::move(entry));
  MQ_CHECK(store_founding(acts.vault, fresh));
  return fresh;
}

}  // namespace

Result<FoundingFile> read_founding(ByteView file) {
  MQ_TRY(const Parts parts, read_parts(file));
  return described(parts);
}

Result<Bytes> request_founding(const RequestOptions& options, vault::Vault& vault,
                               seal::Keyring& keyring, const ControlStore& control,
                               const Clock& clock, Random& random) {
  MQ_CHECK(check_no_township(control));
  MQ_TRY(const std::optional<Bytes> before, vault.setting(kRequest));
  if (keyring.identity() != nullptr && !before) {
    return Error{Code::kConflict, "这个文件夹已开始加入或建立另一个乡镇。请换一个空文件夹。",
                 "this home began to join or found another township; use an empty one"};
  }
  if (!before) MQ_CHECK(vault.set_setting(kRequest, ByteView{}));
  MQ_CHECK(draw_identity(vault, keyring, clock, random));
  const seal::Identity& me = *keyring.identity();
  Parts parts{
      options.found.county_name, options.found.township_name, options.found.founder_name, {}, {}};
  wire::ControlDraft draft(wire::ControlState(), me.device.view(), clock.wall());
  draft.add(genesis_body(options.found, me, options.county_root, options.server_key), me.sign);
  parts.genesis = draft.take().front();
  Bytes file = write_parts(parts);
  MQ_CHECK(vault.set_setting(kRequest, file));
  return file;
}

Result<VerifyKey> server_key_of(Transport& transport, const Clock& clock, Random& random) {
  transport.expect_server(VerifyKey{});
  Caller caller(transport, clock, random);
  MQ_CHECK(caller.meet(nullptr));
  return caller.server_key();
}

Result<Bytes> certify_founding(ByteView file, const wire::SigningKey& root) {
  MQ_TRY(Parts parts, read_parts(file));
  MQ_TRY(const FoundingFile described_file, described(parts));
  if (described_file.county_root != root.public_key()) {
    return Error{Code::kInvalidInput,
                 "申请里写的是另一个县的卡,没有签。请让乡镇用本县的县卡重新申请。",
                 "the request names another county's card; nothing was signed"};
  }
  parts.genesis.clear_co_signatures();
  wire::co_sign_control(parts.genesis, root);
  wire::ControlState state;
  if (!state.apply({parts.genesis}).ok()) return damaged();
  return write_parts(parts);
}

Result<TownshipId> enrol_township(ByteView file, const std::string& code, const Member& member) {
  MQ_CHECK(check_no_township(member.control));
  MQ_TRY(const Parts parts, certified(member.vault, file));
  MQ_TRY(const FoundingFile asked, described(parts));
  member.transport.expect_server(asked.server_key);
  Caller caller(member.transport, member.clock, member.random);
  MQ_CHECK(caller.meet(&asked.server_key));
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_TRY(const Founding founding, whole_founding(acts, parts, member.clock));
  MQ_TRY(const Signer signer, device_signer(member.keyring));
  MQ_TRY(const bool stands, stands_on_server(acts, signer, founding));
  MQ_CHECK(send_founding(acts, founding, code, stands));
  MQ_CHECK(member.vault.set_setting(kRequest, ByteView{}));
  return member.control.state().township();
}

}  // namespace mq::sync
