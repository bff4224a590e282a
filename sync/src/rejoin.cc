// A device appointed by the county root, by file.
#include "mq/sync/rejoin.h"

#include "acts.h"
#include "append_file.h"
#include "founding_parts.h"
#include "mq/base/text.h"
#include "mq/wire/control_draft.h"
#include "whole_log.h"

namespace mq::sync {
namespace {

constexpr std::string_view kRequestMagic = "mqrj1";
constexpr std::string_view kAppointMagic = "mqap1";
constexpr std::string_view kRejoin = "sync.rejoin";  // the request, until it is done
constexpr std::size_t kRequestBytesMax = 4096;

Error unreadable() {
  return {Code::kCorrupt, "这不是任命申请或任命,或文件已损坏。请重新拷贝一次。",
          "this is no request for an appointment, nor an appointment, or it is damaged"};
}

// As draw_identity, into a township that exists.
Status draw_member(const TownshipId& township, vault::Vault& vault, seal::Keyring& keyring,
                   const Clock& clock, Random& random) {
  if (keyring.identity() == nullptr) {
    if (!vault.device()) MQ_CHECK(vault.set_device(new_id<DeviceId>(clock, random), random.u32()));
    MQ_CHECK(keyring.set_identity({township, *vault.device(), new_id<PersonId>(clock, random),
                                   wire::SigningKey::generate(random),
                                   seal::BoxKeyPair::generate(random)}));
  }
  return vault.set_actor(keyring.identity()->person);
}

Bytes request_of(const seal::Identity& me, const std::string& name, const std::string& address) {
  ByteWriter writer;
  writer.raw(me.township.view());
  writer.raw(me.device.view());
  writer.raw(me.person.view());
  writer.raw(me.sign.public_key().view());
  writer.raw(me.box.public_key().view());
  writer.block(name);
  writer.block(address);
  return checked_file(kRequestMagic, writer.bytes());
}

pb::ControlBody appoint_body(const RejoinFile& asked) {
  pb::ControlBody body;
  pb::Device& device = *body.mutable_appoint()->mutable_device();
  device.set_device(to_field(asked.device.view()));
  device.set_person(to_field(asked.person.view()));
  device.set_sign_key(to_field(asked.sign_key.view()));
  device.set_box_key(to_field(asked.box_key.view()));
  return body;
}

Error unknown_root() {
  return {Code::kNotAllowed,
          "服务器上的这个乡镇不认这把县根密钥,没有签。请核对乡镇编号、服务器地址和县根文件。",
          "the township on that server has another county root; nothing was signed"};
}

// The one appointment that the file holds, if it is this device's.
Result<AppendFile> own_appointment(ByteView file, const seal::Identity* me) {
  MQ_TRY(AppendFile read, read_append_file(kAppointMagic, file));
  pb::ControlBody body;
  const bool one = read.entries.size() == 1 && body.ParseFromString(read.entries[0].body()) &&
                   body.has_appoint();
  if (!one) return unreadable();
  const bool ours =
      me != nullptr && body.appoint().device().device() == to_field(me->device.view());
  if (ours) return read;
  return Error{Code::kInvalidInput, "这份任命不是给本机的。请用本机的申请去办。",
               "this appointment is of another device; have this home's own request signed"};
}

// Appended as the device that the entry makes known; a server that knows it already has the entry.
Status append_own(Acts& acts, const Signer& signer, const AppendFile& file) {
  const auto reply = acts.caller.control_append(signer, file.prev, file.entries);
  if (reply.ok() && reply->appended()) return {};
  const bool moved_on = reply.ok() || reply.error().code == Code::kUnauthenticated;
  if (moved_on) return stale_file();
  return reply.error();
}

// The log is believed for the appointment in it, whose hash chain reaches back to its genesis.
Status check_log(const WholeLog& log, const AppendFile& file, const VerifyKey& server) {
  for (const pb::ControlEntry& entry : log.entries) {
    if (entry.body() != file.entries[0].body()) continue;
    if (log.state.server_key() == server) return {};
    break;
  }
  return Error{Code::kUnauthenticated, "服务器给出的成员登记与任命不符。请核对服务器地址。",
               "the log shown does not fit the appointment; check the server address"};
}

}  // namespace

Result<Bytes> request_rejoin(const RejoinOptions& options, vault::Vault& vault,
                             seal::Keyring& keyring, const ControlStore& control,
                             const Clock& clock, Random& random) {
  MQ_CHECK(check_no_township(control));
  MQ_TRY(const std::optional<Bytes> before, vault.setting(kRejoin));
  const seal::Identity* begun = keyring.identity();
  if (begun != nullptr && (!before || begun->township != options.township)) {
    return Error{Code::kConflict, "这个文件夹已开始加入或建立另一个乡镇。请换一个空文件夹。",
                 "this home began to join or found another township; use an empty one"};
  }
  if (!before) MQ_CHECK(vault.set_setting(kRejoin, ByteView{}));
  MQ_CHECK(draw_member(options.township, vault, keyring, clock, random));
  return request_of(*keyring.identity(), options.name, options.server_address);
}

Result<RejoinFile> read_rejoin(ByteView request) {
  MQ_TRY(const Bytes content, checked_content(kRequestMagic, request, kRequestBytesMax));
  ByteReader reader(content);
  RejoinFile out;
  out.township = TownshipId{reader.array<TownshipId::kSize>()};
  out.device = DeviceId{reader.array<DeviceId::kSize>()};
  out.person = PersonId{reader.array<PersonId::kSize>()};
  out.sign_key = VerifyKey{reader.array<VerifyKey::kSize>()};
  out.box_key = BoxKey{reader.array<BoxKey::kSize>()};
  out.name = to_string(reader.block());
  out.server_address = to_string(reader.block());
  if (!reader.done()) return unreadable();
  return out;
}

Result<Bytes> sign_appointment(ByteView request, const wire::SigningKey& root, Transport& transport,
                               const Clock& clock, Random& random) {
  MQ_TRY(const RejoinFile asked, read_rejoin(request));
  transport.expect_server(VerifyKey{});
  Caller caller(transport, clock, random);
  MQ_CHECK(caller.meet(nullptr));
  const Bytes name = wire::county_author(root.public_key());
  const auto log = read_whole_log(caller, {asked.township, name, &root});
  if (!log.ok() && log.error().code == Code::kUnauthenticated) return unknown_root();
  if (!log.ok()) return log.error();
  if (log->state.county_root() != root.public_key()) return unknown_root();
  wire::ControlDraft draft(log->state, name, caller.server_time());
  draft.add(appoint_body(asked), root);
  return append_file(kAppointMagic, log->state.head(), draft.take());
}

Status take_appointment(ByteView appointment, const Member& member) {
  MQ_CHECK(check_no_township(member.control));
  const seal::Identity* me = member.keyring.identity();
  MQ_TRY(AppendFile file, own_appointment(appointment, me));
  wire::co_sign_control(file.entries[0], me->sign);
  member.transport.expect_server(VerifyKey{});
  Caller caller(member.transport, member.clock, member.random);
  MQ_CHECK(caller.meet(nullptr));
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_TRY(const Signer signer, device_signer(member.keyring));
  MQ_CHECK(append_own(acts, signer, file));
  MQ_TRY(const WholeLog log, read_whole_log(caller, signer));
  MQ_CHECK(check_log(log, file, caller.server_key()));
  MQ_CHECK(member.control.append(log.entries, member.keyring));
  member.transport.expect_server(member.control.state().server_key());
  return {};
}

}  // namespace mq::sync
