// Founding: the county root, the township, its first admin and streams, in one append.
//
// Identity and entries are stored before the request leaves. A kill or a lost answer is continued
// by calling again: the same entries are sent, and a server that has them already says so.

#include "founding_parts.h"
#include "messages.h"
#include "mq/seal/box.h"
#include "mq/sync/founding.h"
#include "mq/wire/crypto.h"

namespace mq::sync {
namespace {

constexpr std::string_view kFounding = "sync.founding";

}  // namespace

// root seed ‖ FoundRequest without the code.
Status store_founding(vault::Vault& vault, const Founding& founding) {
  pb::FoundRequest request;
  for (const pb::ControlEntry& entry : founding.entries) *request.add_entries() = entry;
  ByteWriter writer;
  writer.raw(founding.root.view());
  writer.raw(view_of(request.SerializeAsString()));
  return vault.set_setting(kFounding, writer.bytes());
}

Result<std::optional<Founding>> load_founding(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kFounding));
  if (!bytes || bytes->size() < Key32::kSize) return std::optional<Founding>();
  ByteReader reader(*bytes);
  const auto seed = reader.array<Key32::kSize>();
  pb::FoundRequest request;
  if (!request.ParseFromString(to_string(reader.rest()))) {
    return Error{Code::kCorrupt, "本机保存的建镇登记已损坏。请换一个空文件夹重新建。",
                 "the founding kept in this vault is damaged; found again in an empty home"};
  }
  return std::optional<Founding>(
      Founding{Key32(std::span(seed)), {request.entries().begin(), request.entries().end()}});
}

Status check_no_township(const ControlStore& control) {
  if (control.state().head_seq() == 0) return {};
  return Error{Code::kConflict, "这里已经属于一个乡镇,不能再建。请换一个空文件夹。",
               "this home belongs to a township already; use an empty one"};
}

Status draw_identity(vault::Vault& vault, seal::Keyring& keyring, const Clock& clock,
                     Random& random) {
  if (keyring.identity() != nullptr) return vault.set_actor(keyring.identity()->person);
  if (!vault.device()) MQ_CHECK(vault.set_device(new_id<DeviceId>(clock, random), random.u32()));
  MQ_CHECK(keyring.set_identity(
      {random_id<TownshipId>(random), *vault.device(), new_id<PersonId>(clock, random),
       wire::SigningKey::generate(random), seal::BoxKeyPair::generate(random)}));
  return vault.set_actor(keyring.identity()->person);
}

pb::ControlBody genesis_body(const FoundOptions& options, const seal::Identity& me,
                             const VerifyKey& root, const VerifyKey& server) {
  pb::ControlBody body;
  body.set_township(to_field(me.township.view()));
  pb::Genesis& genesis = *body.mutable_genesis();
  genesis.set_county_root(to_field(root.view()));
  genesis.set_server_key(to_field(server.view()));
  genesis.set_server_address(options.server_address);
  genesis.set_founder(to_field(me.person.view()));
  genesis.set_practice(options.practice);
  pb::Device& device = *genesis.mutable_device();
  device.set_device(to_field(me.device.view()));
  device.set_person(to_field(me.person.view()));
  device.set_sign_key(to_field(me.sign.public_key().view()));
  device.set_box_key(to_field(me.box.public_key().view()));
  return body;
}

// The township's own label needs its stream's first key, which is drawn with the stream: the label
// is sealed under a key given beforehand.
Status plan_township(Plan& plan, const FoundOptions& options, const seal::Identity& me,
                     const Clock& clock, Random& random) {
  const auto township = new_id<StreamId>(clock, random);
  Key32 key;
  random.fill(key.writable());
  const LabelKey label{township, 1, &key};

  pb::ControlBody person;
  person.mutable_person()->set_person(to_field(me.person.view()));
  person.mutable_person()->set_sealed_name(sealed(label, options.founder_name, random));
  MQ_CHECK(plan.add(std::move(person)));

  pb::Stream stream;
  stream.set_stream(to_field(township.view()));
  stream.set_kind(pb::STREAM_KIND_TOWNSHIP);
  stream.set_sealed_label(sealed(label, options.township_name, random));
  MQ_CHECK(add_stream(plan, stream, key, random));

  pb::Stream diary;
  diary.set_stream(to_field(new_id<StreamId>(clock, random).view()));
  diary.set_kind(pb::STREAM_KIND_DIARY);
  diary.set_owner(to_field(me.person.view()));
  diary.set_sealed_label(sealed(label, options.founder_name, random));
  Key32 diary_key;
  random.fill(diary_key.writable());
  return add_stream(plan, diary, diary_key, random);
}

namespace {

Result<Founding> make_founding(const FoundOptions& options, const wire::SigningKey& root,
                               const seal::Identity& me, const Caller& caller, const Clock& clock,
                               Random& random) {
  const Author author{to_bytes(me.device.view()), &me.sign, &root};
  Plan plan(wire::ControlState(), author, caller.server_time(), random);
  MQ_CHECK(plan.add(genesis_body(options, me, root.public_key(), caller.server_key())));
  MQ_CHECK(plan_township(plan, options, me, clock, random));
  std::vector<pb::ControlEntry> entries = plan.entries();
  return Founding{root.seed().clone(), std::move(entries)};
}

}  // namespace

// After an answer was lost the server may have the founding already.
Result<bool> stands_on_server(Acts& acts, const Signer& signer, const Founding& founding) {
  const auto reply = acts.caller.control_read(signer, 0);
  if (!reply.ok()) {
    if (reply.error().code == Code::kUnavailable) return reply.error();
    return false;
  }
  return reply->entries_size() >= static_cast<int>(founding.entries.size()) &&
         reply->entries(0).body() == founding.entries[0].body();
}

namespace {

struct Prepared {
  Founding founding;
  bool stands = false;  // the server has it
};

Result<Prepared> kept_or_new(const FoundOptions& options, const wire::SigningKey& root, Acts& acts,
                             const Clock& clock) {
  MQ_TRY(std::optional<Founding> kept, load_founding(acts.vault));
  MQ_CHECK(draw_identity(acts.vault, acts.keyring, clock, acts.random));
  if (kept) {
    MQ_TRY(const Signer signer, device_signer(acts.keyring));
    MQ_TRY(const bool stands, stands_on_server(acts, signer, *kept));
    if (stands) return Prepared{std::move(*kept), true};
  }
  MQ_TRY(Founding fresh,
         make_founding(options, root, *acts.keyring.identity(), acts.caller, clock, acts.random));
  MQ_CHECK(store_founding(acts.vault, fresh));
  return Prepared{std::move(fresh), false};
}

}  // namespace

Status send_founding(Acts& acts, const Founding& founding, const std::string& code, bool stands) {
  if (!stands) {
    MQ_TRY(const Signer signer, device_signer(acts.keyring));
    pb::FoundRequest request;
    request.set_code(code);
    for (const pb::ControlEntry& entry : founding.entries) *request.add_entries() = entry;
    MQ_TRY(const pb::ControlAppendReply reply, acts.caller.found(signer, request));
    if (!reply.appended()) {
      return Error{Code::kConflict, "服务器没有接受建镇登记。请核对服务器地址和登记码。",
                   "the server did not take the founding; check address and enrolment code"};
    }
  }
  MQ_CHECK(acts.control.append(founding.entries, acts.keyring));
  return acts.vault.set_setting(kFounding, ByteView{});
}

Result<Founded> found_under(const wire::SigningKey& root, const FoundOptions& options,
                            const Member& member) {
  MQ_CHECK(check_no_township(member.control));
  member.transport.expect_server(VerifyKey{});
  Caller caller(member.transport, member.clock, member.random);
  MQ_CHECK(caller.meet(nullptr));
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_TRY(const Prepared prepared, kept_or_new(options, root, acts, member.clock));
  MQ_CHECK(send_founding(acts, prepared.founding, options.code, prepared.stands));
  member.transport.expect_server(member.control.state().server_key());
  return Founded{member.control.state().township(), prepared.founding.root.clone()};
}

Result<Founded> found_township(const FoundOptions& options, vault::Vault& vault,
                               seal::Keyring& keyring, ControlStore& control, Transport& transport,
                               const Clock& clock, Random& random) {
  return found_under(wire::SigningKey::generate(random), options,
                     {vault, keyring, control, transport, clock, random});
}

}  // namespace mq::sync
