#include "wire/town.h"

#include "mq/base/text.h"

namespace mq::testing {

namespace {

constexpr WallTime kNow{1'700'000'000'000};

pb::KeyRecord::Box* add_box(pb::KeyRecord& record, ByteView recipient, const StreamId& stream,
                            std::uint32_t epoch) {
  pb::KeyRecord::Box* box = record.add_boxes();
  put(box->mutable_recipient(), recipient);
  put(box->mutable_stream(), stream.view());
  box->set_epoch(epoch);
  box->set_box(std::string(80, 'k'));
  return box;
}

std::string text(const wire::Span& span) {
  return span.until ? cat(span.from, "-", *span.until) : cat(span.from, "-");
}

}  // namespace

Town::Town(bool practice, std::uint64_t seed)
    : random(seed),
      root(wire::SigningKey::generate(random)),
      server(wire::SigningKey::generate(random)),
      kit(wire::SigningKey::generate(random)),
      kit_box(random_id<BoxKey>(random)),
      founder(new_holder(random_id<PersonId>(random))) {
  wire::ControlDraft draft(state, founder.id.view(), kNow);
  draft.add(genesis_body(*this, practice, random_id<TownshipId>(random)), founder.sign, nullptr,
            {&root});
  EXPECT_TRUE(append(draft.take()).ok());
}

Status Town::append(const Entries& entries) {
  MQ_CHECK(state.apply(entries, wire::Records::kRequired));
  log.insert(log.end(), entries.begin(), entries.end());
  return {};
}

Entries Town::by(const Holder& author, pb::ControlBody body, const pb::KeyRecord* record,
                 std::initializer_list<const wire::SigningKey*> co_signers) const {
  wire::ControlDraft draft(state, author.id.view(), kNow);
  draft.add(std::move(body), author.sign, record, co_signers);
  return draft.take();
}

PersonId Town::add_person() {
  const auto id = random_id<PersonId>(random);
  EXPECT_TRUE(append(person_body(id)).ok());
  return id;
}

StreamId Town::add_stream(pb::StreamKind kind, ByteView owner) {
  const auto id = random_id<StreamId>(random);
  EXPECT_TRUE(append(stream_body(id, kind, owner)).ok());
  return id;
}

void Town::add_role(const PersonId& person, pb::RoleKind kind, std::vector<StreamId> streams) {
  EXPECT_TRUE(append(role_body(person, kind, streams)).ok());
}

Invited Town::new_invite() {
  wire::InviteSecret secret = wire::new_invite_secret(random);
  wire::InviteKeys keys = wire::derive_invite(secret);
  return {keys.id, std::move(secret), std::move(keys)};
}

Holder Town::new_holder(const PersonId& person) {
  return {random_id<DeviceId>(random), person, wire::SigningKey::generate(random),
          random_id<BoxKey>(random)};
}

Invited Town::add_invite(const PersonId& person, pb::RoleKind kind, std::vector<StreamId> streams) {
  Invited invited = new_invite();
  const Status added = append(invite_body(invited, person, kind, std::move(streams)));
  EXPECT_TRUE(added.ok()) << (added.ok() ? "" : added.error().en);
  return invited;
}

Entries Town::device_entry(const Invited& invited, const Holder& holder) {
  pb::ControlBody body;
  pb::Device* device = body.mutable_device();
  put(device->mutable_device(), holder.id.view());
  put(device->mutable_person(), holder.person.view());
  put(device->mutable_sign_key(), holder.sign.public_key().view());
  put(device->mutable_box_key(), holder.box.view());
  put(device->mutable_invite(), invited.id.view());
  wire::ControlDraft draft(state, invited.id.view(), kNow);
  draft.add(body, invited.keys.sign, nullptr, {&holder.sign});
  return draft.take();
}

Holder Town::join(const Invited& invited, const PersonId& person) {
  Holder holder = new_holder(person);
  const Status joined = append(device_entry(invited, holder));
  EXPECT_TRUE(joined.ok()) << (joined.ok() ? "" : joined.error().en);
  return holder;
}

Holder Town::add_holder(pb::RoleKind kind, std::vector<StreamId> streams) {
  const PersonId person = add_person();
  return join(add_invite(person, kind, std::move(streams)), person);
}

void Town::rotate(const StreamId& stream) {
  const pb::KeyRecord record = rotate_record(stream);
  const Status rotated = append(by(founder, rotate_body(stream), &record));
  EXPECT_TRUE(rotated.ok()) << (rotated.ok() ? "" : rotated.error().en);
}

Holder Town::open() {
  Holder second = add_holder(pb::ROLE_KIND_ADMIN);
  for (const auto& body : {recovery_body(kit_box, kit.public_key()), open_body()}) {
    const Status done = append(body);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
  }
  return second;
}

void Town::end_role(const PersonId& person, pb::RoleKind kind, std::vector<pb::Cut> cuts) {
  pb::ControlBody body;
  put(body.mutable_end_of_right()->mutable_person(), person.view());
  body.mutable_end_of_right()->set_kind(kind);
  for (const pb::Cut& cut : cuts) *body.mutable_end_of_right()->add_cuts() = cut;
  const Status ended = append(body);
  EXPECT_TRUE(ended.ok()) << (ended.ok() ? "" : ended.error().en);
}

void Town::revoke(const DeviceId& device, std::vector<pb::Cut> cuts) {
  pb::ControlBody body;
  put(body.mutable_revoke()->mutable_device(), device.view());
  for (const pb::Cut& cut : cuts) *body.mutable_revoke()->add_cuts() = cut;
  const Status revoked = append(body);
  EXPECT_TRUE(revoked.ok()) << (revoked.ok() ? "" : revoked.error().en);
}

Entries Town::appoint_entry(const Holder& holder, const Bytes& author,
                            const wire::SigningKey& key) const {
  pb::ControlBody body;
  pb::Device* device = body.mutable_appoint()->mutable_device();
  put(device->mutable_device(), holder.id.view());
  put(device->mutable_person(), holder.person.view());
  put(device->mutable_sign_key(), holder.sign.public_key().view());
  put(device->mutable_box_key(), holder.box.view());
  wire::ControlDraft draft(state, author, kNow);
  draft.add(body, key, nullptr, {&holder.sign});
  return draft.take();
}

pb::ControlBody Town::invite_body(const Invited& invited, const PersonId& person, pb::RoleKind kind,
                                  std::vector<StreamId> streams) const {
  pb::ControlBody body;
  pb::Invite* invite = body.mutable_invite();
  put(invite->mutable_invite(), invited.id.view());
  put(invite->mutable_person(), person.view());
  invite->set_role(kind);
  for (const StreamId& stream : streams) put(invite->add_streams(), stream.view());
  invite->set_last_day(19'800);
  put(invite->mutable_sign_key(), invited.keys.sign.public_key().view());
  put(invite->mutable_box_key(), wire::hash("mq/tb", {invited.id.view()}).view());
  put(invite->mutable_mac(), wire::invite_mac(invited.keys.mac, state.head(), invited.id).view());
  return body;
}

pb::ControlBody Town::rotate_body(const StreamId& stream) const {
  const std::uint32_t epoch = state.epoch_at(stream, state.head_seq()) + 1;
  pb::ControlBody body;
  pb::Rotate* rotate = body.mutable_rotate();
  put(rotate->mutable_stream(), stream.view());
  rotate->set_epoch(epoch);
  put(rotate->mutable_commitment(), wire::hash("mq/tc", {stream.view()}).view());
  if (epoch > 1) rotate->set_wrapped_older("older keys");
  return body;
}

pb::KeyRecord Town::rotate_record(const StreamId& stream) const {
  pb::KeyRecord record;
  const std::uint32_t epoch = state.epoch_at(stream, state.head_seq()) + 1;
  for (const auto& [id, key] : state.recipients(stream)) add_box(record, id, stream, epoch);
  return record;
}

pb::ControlBody genesis_body(const Town& town, bool practice, const TownshipId& township) {
  pb::ControlBody body;
  put(body.mutable_township(), township.view());
  pb::Genesis* genesis = body.mutable_genesis();
  put(genesis->mutable_county_root(), town.root.public_key().view());
  put(genesis->mutable_server_key(), town.server.public_key().view());
  genesis->set_server_address("127.0.0.1:7443");
  put(genesis->mutable_founder(), town.founder.person.view());
  pb::Device* device = genesis->mutable_device();
  put(device->mutable_device(), town.founder.id.view());
  put(device->mutable_person(), town.founder.person.view());
  put(device->mutable_sign_key(), town.founder.sign.public_key().view());
  put(device->mutable_box_key(), town.founder.box.view());
  genesis->set_practice(practice);
  return body;
}

pb::ControlBody person_body(const PersonId& person) {
  pb::ControlBody body;
  put(body.mutable_person()->mutable_person(), person.view());
  body.mutable_person()->set_sealed_name("sealed name");
  return body;
}

pb::ControlBody role_body(const PersonId& person, pb::RoleKind kind,
                          const std::vector<StreamId>& streams) {
  pb::ControlBody body;
  pb::Role* role = body.mutable_role();
  put(role->mutable_person(), person.view());
  role->set_kind(kind);
  for (const StreamId& stream : streams) put(role->add_streams(), stream.view());
  return body;
}

pb::ControlBody stream_body(const StreamId& stream, pb::StreamKind kind, ByteView owner) {
  pb::ControlBody body;
  put(body.mutable_stream()->mutable_stream(), stream.view());
  body.mutable_stream()->set_kind(kind);
  put(body.mutable_stream()->mutable_owner(), owner);
  body.mutable_stream()->set_sealed_label("sealed label");
  return body;
}

pb::ControlBody recovery_body(const BoxKey& box, const VerifyKey& sign) {
  pb::ControlBody body;
  put(body.mutable_recovery()->mutable_box_key(), box.view());
  put(body.mutable_recovery()->mutable_sign_key(), sign.view());
  for (const auto* sheet : {"sheet 1", "sheet 2", "sheet 3"}) {
    put(body.mutable_recovery()->add_sheet_checks(), wire::hash(sheet, {box.view()}).view());
  }
  return body;
}

pb::ControlBody compare_body(const DeviceId& device, char nonce) {
  pb::ControlBody body;
  put(body.mutable_compare()->mutable_device(), device.view());
  body.mutable_compare()->set_nonce(std::string(16, nonce));
  return body;
}

pb::ControlBody open_body() {
  pb::ControlBody body;
  body.mutable_open();
  return body;
}

pb::Cut cut_of(const wire::ChainId& chain, std::uint64_t seq, const Hash& hash) {
  pb::Cut cut;
  put(cut.mutable_stream(), chain.stream.view());
  put(cut.mutable_device(), chain.device.view());
  cut.set_incarnation(chain.incarnation);
  cut.set_seq(seq);
  if (seq > 0) put(cut.mutable_hash(), hash.view());
  return cut;
}

pb::ControlBody admit_body(const pb::Cut& from, const pb::Cut& to, const std::vector<Hash>& applied,
                           const std::vector<Hash>& refused) {
  pb::ControlBody body;
  *body.mutable_admit()->mutable_from() = from;
  *body.mutable_admit()->mutable_to() = to;
  for (const Hash& hash : applied) put(body.mutable_admit()->add_applied(), hash.view());
  for (const Hash& hash : refused) put(body.mutable_admit()->add_refused(), hash.view());
  return body;
}

void expect_refused(Town& town, const Entries& entries, Code code) {
  const std::string before = describe(town.state);
  const Status refused = town.state.apply(entries, wire::Records::kRequired);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, code) << refused.error().en;
  EXPECT_EQ(describe(town.state), before);
}

std::string describe(const wire::ControlState& s) {
  std::string out =
      cat(s.township().hex(), " ", s.head_seq(), " ", s.head().hex(), " ", s.server_key().hex(),
          s.county_root().hex(), s.server_address(), " ", s.practice() ? 1 : 0, s.setup() ? 1 : 0,
          s.lowest_suite(), " pending ", s.pending().size());
  for (std::uint32_t i = 0; i <= s.head_seq() + 1; ++i) out += s.head_at(i).hex();
  for (const auto& p : s.persons()) {
    out += cat("\nperson ", p.id.hex(), " ", to_hex(p.sealed_name), " ", p.seq, " ",
               s.devices_of(p.id).size(), " ", s.roles_of(p.id).size());
  }
  for (const auto& d : s.devices()) {
    out += cat("\ndevice ", d.id.hex(), d.person.hex(), d.sign_key.hex(), d.box_key.hex(),
               d.invite ? d.invite->hex() : "", text(d.span), s.device(d.id) == &d ? "" : "!");
  }
  for (const auto& r : s.roles()) {
    out += cat("\nrole ", r.person.hex(), static_cast<int>(r.kind), " ", text(r.span));
    for (const auto& id : r.streams) out += id.hex();
  }
  for (const auto& t : s.streams()) {
    out += cat("\nstream ", t.id.hex(), t.ordinal, " ", static_cast<int>(t.kind), to_hex(t.owner),
               to_hex(t.sealed_label), t.closed.value_or(0), s.stream(t.id) == &t ? "" : "!",
               s.stream_by_ordinal(t.ordinal) == &t ? "" : "!");
    for (const auto& e : t.epochs) out += cat(" ", e.epoch, "@", e.from, e.commitment.hex());
    for (const auto& [id, key] : s.recipients(t.id)) out += cat(" ", to_hex(id), key.hex());
  }
  for (const auto& i : s.invites()) {
    out += cat("\ninvite ", i.id.hex(), i.person.hex(), static_cast<int>(i.role), i.mac.hex(),
               i.prev.hex(), i.seq, i.used_by ? i.used_by->hex() : "", i.ended.value_or(0), " ",
               i.refused_claims, s.invite(i.id) == &i ? "" : "!");
  }
  for (const auto& c : s.cuts()) out += cat("\ncut ", c.entry, c.device.hex(), c.seq);
  for (const auto& c : s.cuts()) {
    const wire::ChainId chain{c.stream, c.device, c.incarnation};
    for (const auto& end : s.ends_of(chain, 0)) out += cat("\nend ", end.seq, end.hash.hex());
  }
  for (const auto& a : s.admissions()) {
    out += cat("\nadmission ", a.entry, a.from.seq, a.to.hash.hex());
    for (const auto& hash : a.applied) {
      out += s.ruling(a.chain, a.to.seq, hash, 0) == wire::Ruling::kInForce ? "+" : "-";
    }
  }
  for (const auto& a : s.announced()) out += cat("\nannounced ", a.person.hex(), a.last_day);
  for (const auto& c : s.compares()) {
    out += cat("\ncompare ", c.entry, c.device.hex(), s.compare_digits(c.device).value_or(""), " ",
               c.granted);
  }
  for (const auto& line : s.void_lines()) {
    out += cat("\nvoid ", line.entry, " ", line.fork_seq, " ", line.state->head().hex(),
               s.place_of(line.state->head_seq(), line.state->head()) ? "" : "!");
  }
  for (const auto& k : s.void_keys()) out += cat("\nvoid key ", k.entry, " ", k.under);
  for (const auto& c : s.carried()) out += cat("\ncarried ", c.seq, " ", c.field);
  for (const auto& k : s.server_keys()) out += cat("\nserver ", k.from, k.key.hex(), k.address);
  return out + (s.recovery_box() ? s.recovery_box()->hex() : "");
}

}  // namespace mq::testing
