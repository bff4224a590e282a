// Who can open what, by keys alone: every key within reach of a device is tried on every byte the
// server stores. Filters, cursors and what the server shows to whom do not count here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/seal/box.h"
#include "mq/seal/sealing.h"
#include "mq/sync/founding.h"
#include "mq/sync/membership.h"
#include "mq/wire/invitation.h"
#include "sync/raw_entry.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

namespace pb = wire::pb;

// A device together with the server's disk: its keyring, every box of the log that its own secret
// or its invitation's opens, every older key wrapped under one of these, and what is sealed to
// these secrets themselves, as drops are.
class Reach {
 public:
  Reach(SimDevice& device, const std::vector<pb::ControlEntry>& log, const std::string& code) {
    const wire::ControlState& state = device.control().state();
    for (const wire::StreamRecord& stream : state.streams()) {
      for (std::uint32_t epoch = 1; epoch <= device.keyring().newest_epoch(stream.id); ++epoch) {
        const Key32* key = device.keyring().key(stream.id, epoch);
        if (key != nullptr) keys_.push_back(key->clone());
      }
    }
    boxes_.push_back(seal::BoxKeyPair::from_seed(device.keyring().identity()->box.secret()));
    if (!code.empty()) boxes_.push_back(invitation_box(code));
    for (const pb::ControlEntry& entry : log) {
      for (const seal::BoxKeyPair& box : boxes_) open_boxes(entry, box);
    }
    while (unwrap(log)) {
    }
  }

  bool opens(const wire::Envelope& envelope) const {
    const auto by_key = [&](const Key32& key) { return seal::open_envelope(envelope, key).ok(); };
    const auto by_box = [&](const auto& box) { return seal::open_box(box, envelope.ct).ok(); };
    return std::ranges::any_of(keys_, by_key) || std::ranges::any_of(boxes_, by_box);
  }

 private:
  static seal::BoxKeyPair invitation_box(const std::string& code) {
    const auto parsed = wire::parse_invite_code(code);
    MQ_ASSERT(parsed.ok());
    return seal::BoxKeyPair::from_seed(wire::derive_invite(parsed->secret).box_seed);
  }

  void take(ByteView key) {
    Key32 copy;
    std::ranges::copy(key, copy.writable().begin());
    keys_.push_back(std::move(copy));
  }

  void open_boxes(const pb::ControlEntry& entry, const seal::BoxKeyPair& box) {
    pb::KeyRecord record;
    MQ_ASSERT(record.ParseFromString(entry.key_record()));
    const auto open = [&](const std::string& sealed) {
      const auto key = seal::open_box(box, view_of(sealed));
      if (key.ok() && key->size() == 32) take(*key);
    };
    for (const pb::KeyRecord::Box& each : record.boxes()) open(each.box());
    for (const std::string& each : record.ordered()) open(each);
  }

  bool unwrap(const std::vector<pb::ControlEntry>& log) {
    const std::size_t before = keys_.size();
    for (std::size_t i = 0; i < log.size(); ++i) {
      pb::ControlBody body;
      MQ_ASSERT(body.ParseFromString(log[i].body()));
      if (unwrapped_.contains(i) || body.rotate().wrapped_older().empty()) continue;
      const auto stream = StreamId::from(view_of(body.rotate().stream()));
      for (std::size_t k = 0; k < keys_.size() && !unwrapped_.contains(i); ++k) {
        const auto older = seal::unwrap_older(keys_[k], *stream, body.rotate().epoch(),
                                              view_of(body.rotate().wrapped_older()));
        if (!older.ok()) continue;
        unwrapped_.insert(i);
        for (const seal::EpochKey& one : *older) take(one.key.view());
      }
    }
    return keys_.size() > before;
  }

  std::vector<Key32> keys_;
  std::vector<seal::BoxKeyPair> boxes_;
  std::set<std::size_t> unwrapped_;
};

// When a record was sealed, as seen from 李 and 孙.
enum Stage { kBeforeGrant, kGranted, kEnded, kRotated, kLate, kStages };

class KeyMatrix : public ::testing::Test {
 protected:
  SimDevice& founded() {
    SimDevice& device = world.add_device("管理员");
    MQ_ASSERT(device.boot().ok());
    const sync::FoundOptions options{"试验县", "试验镇", "管理员", "simulated:1", "", false};
    MQ_ASSERT(sync::found_under(root, options, device.member()).ok());
    MQ_ASSERT(world.open_villages(device, 2).ok());
    return device;
  }
  SimDevice& member(const std::string& name, pb::RoleKind role,
                    const std::vector<StreamId>& streams) {
    sync::InviteOptions invite;
    invite.role = role;
    invite.name = name;
    invite.person = new_id<PersonId>(admin.clock, world.random);
    invite.streams = streams;
    const auto invited = sync::invite_members({invite}, admin.member());
    if (!invited.ok()) ADD_FAILURE() << invited.error().en;
    return joined(name, invited->front().code);
  }
  // The county's own come by its signature, and are handed their keys once they are there.
  SimDevice& of_county(const std::string& name, pb::RoleKind role,
                       const std::vector<StreamId>& streams) {
    sync::InviteOptions invite{role, name, new_id<PersonId>(admin.clock, world.random), streams};
    const auto proposal = sync::propose_invite(invite, admin.member());
    MQ_ASSERT(proposal.ok());
    const Status signed_off = sync::sign_proposal(proposal->file, &root, admin.member());
    if (!signed_off.ok()) ADD_FAILURE() << signed_off.error().en;
    SimDevice& device = joined(name, proposal->code);
    EXPECT_TRUE(sync::grant_keys(invite.person, admin.member()).ok());
    sync(device);
    return device;
  }
  SimDevice& joined(const std::string& name, const std::string& code) {
    codes[name] = code;
    SimDevice& device = world.add_device(name);
    MQ_ASSERT(device.boot().ok());
    const Status joined = device.join(codes[name]);
    if (!joined.ok()) ADD_FAILURE() << joined.error().en;
    sync(device);
    return device;
  }
  void sync(SimDevice& device) {
    ASSERT_TRUE(device.sync_until_idle()) << device.name() << ": " << device.last_error()->en;
  }

  SimDevice& compared(SimDevice& device) {
    EXPECT_TRUE(sync::compare_device(device.keyring().identity()->device, admin.member()).ok());
    return device;
  }

  StreamId open_stream(pb::StreamKind kind) {
    sync::NewStream stream;
    stream.kind = kind;
    stream.label = "流";
    stream.id = new_id<StreamId>(admin.clock, world.random);
    const Status opened =
        sync::create_streams({stream}, admin.vault(), admin.keyring(), admin.control(),
                             admin.network, admin.clock, admin.random);
    if (!opened.ok()) ADD_FAILURE() << opened.error().en;
    return stream.id;
  }
  // By hand: checks and drops have no act that opens them yet. Nobody draws a key for a stream that
  // he may not read, so it begins without one.
  StreamId open_bare(pb::StreamKind kind) {
    const auto id = new_id<StreamId>(admin.clock, world.random);
    pb::ControlBody body;
    body.mutable_stream()->set_stream(to_field(id.view()));
    body.mutable_stream()->set_kind(kind);
    EXPECT_TRUE(append_as_is(world, admin, body).ok());
    return id;
  }
  // The first key of the spot check, to exactly whom the log names; it lies in no keyring here.
  void begin_check() {
    const wire::ControlState& state = admin.control().state();
    Key32 key;
    world.random.fill(key.writable());
    pb::ControlBody body;
    body.mutable_rotate()->set_stream(to_field(check.view()));
    body.mutable_rotate()->set_epoch(1);
    body.mutable_rotate()->set_commitment(to_field(seal::commitment(key, check, 1).view()));
    pb::KeyRecord record;
    for (const auto& [recipient, box] : state.recipients(check)) {
      const auto sealed = seal::seal_box(box, key.view(), world.random);
      ASSERT_TRUE(sealed.ok());
      record.add_ordered(to_field(*sealed));
    }
    EXPECT_EQ(record.ordered_size(), 2) << "supervisor and county desk";
    const Status begun = append_as_is(world, admin, body, &record);
    ASSERT_TRUE(begun.ok()) << begun.error().en;
    for (SimDevice* device : {&supervisor, &county_desk}) sync(*device);
  }
  // Two thousand bytes sealed to the one who reads it, from any member's device.
  void drop_by(SimDevice& device) {
    const wire::ControlState& state = device.control().state();
    const seal::Identity& me = *device.keyring().identity();
    wire::EnvelopeHeader header;
    header.kind = static_cast<std::uint8_t>(wire::EnvelopeKind::kDrop);
    header.stream = drop;
    header.device = me.device;
    header.incarnation = 1;
    header.seq = ++drops;
    header.prev = last_drop;
    header.control_seq = state.head_seq();
    header.control_head = state.head();
    const BoxKey to = discipline.keyring().identity()->box.public_key();
    const auto sealed = seal::seal_box(to, Bytes(2'000, 7), world.random);
    ASSERT_TRUE(sealed.ok());
    const wire::Envelope envelope = wire::sign_envelope(header, *sealed, me.sign);
    last_drop = envelope.hash();
    ASSERT_EQ(push_as_is(world, device, envelope), sync::pb::PUSH_CODE_STORED);
  }
  StreamId find(pb::StreamKind kind, ByteView owner = {}) {
    for (const wire::StreamRecord& stream : admin.control().state().streams()) {
      const bool fits = owner.empty() || std::ranges::equal(stream.owner, owner);
      if (stream.kind == kind && fits) return stream.id;
    }
    ADD_FAILURE() << "no stream of kind " << kind;
    return {};
  }
  StreamId diary_of(SimDevice& device) {
    return find(pb::STREAM_KIND_DIARY, device.keyring().identity()->person.view());
  }
  // A village and its private stream.
  std::vector<StreamId> pair_of(std::size_t village) {
    const StreamId& id = world.villages[village];
    return {id, find(pb::STREAM_KIND_PRIVATE, id.view())};
  }

  void record_in(SimDevice& device, const std::vector<StreamId>& streams) {
    for (const StreamId& id : streams) {
      const vault::StreamInfo* stream = device.vault().stream(id);
      ASSERT_NE(stream, nullptr);
      const auto row = new_id<RowId>(device.clock, device.random);
      const auto saved =
          device.vault().commit({{stream->ix, {themed(row, "话")}}}, device.vault().view());
      ASSERT_TRUE(saved.ok()) << saved.error().en;
    }
    sync(device);
  }
  // The admin records in every stream he has by now, the supervisor in the check; 王 drops one.
  void stage(Stage stage) {
    std::vector<StreamId> all;
    for (const vault::StreamInfo& stream : admin.vault().streams()) all.push_back(stream.id);
    record_in(admin, all);
    record_in(supervisor, {check});
    drop_by(named("王"));
    file(stage);
  }
  // What is new on the server is of this stage.
  void file(Stage stage) {
    const auto data = world.server.store.copy();
    const auto add = [&](const StreamId& stream, ByteView bytes) {
      const auto envelope = wire::parse_envelope(bytes);
      MQ_ASSERT(envelope.ok());
      if (filed.insert(envelope->hash()).second) stored[{stream, stage}].push_back(*envelope);
    };
    for (const auto& [key, placed] : data.streams) {
      for (const auto& one : placed) add(key.second, one.stored.envelope);
    }
    for (const auto& [key, late] : data.late) {
      for (const auto& one : late) add(key.second, one.envelope);
    }
  }

  // "o" opens, "-" does not, "." nothing of that stage.
  std::string row(const Reach& reach, const StreamId& stream) {
    std::string out;
    for (int s = 0; s < kStages; ++s) {
      const auto found = stored.find({stream, static_cast<Stage>(s)});
      if (found == stored.end()) {
        out += '.';
        continue;
      }
      const auto opened = std::ranges::count_if(
          found->second, [&](const wire::Envelope& each) { return reach.opens(each); });
      const auto all = static_cast<std::ptrdiff_t>(found->second.size());
      out += opened == all ? 'o' : opened == 0 ? '-' : '?';
    }
    return out;
  }
  std::vector<pb::ControlEntry> log() {
    std::vector<pb::ControlEntry> out;
    const auto& control = world.server.store.copy().control;
    for (const Bytes& bytes : control.at(admin.control().state().township())) {
      MQ_ASSERT(out.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    }
    return out;
  }

  // 李 comes, is stopped and delivers late; 孙 comes and loses the first village; 赵 comes last.
  void play() {
    begin_check();
    SimDevice& wang = member("王", pb::ROLE_KIND_CADRE, pair_of(1));
    stage(kBeforeGrant);
    SimDevice& li = member("李", pb::ROLE_KIND_CADRE, pair_of(0));
    std::vector<StreamId> both = pair_of(0);
    for (const StreamId& stream : pair_of(1)) both.push_back(stream);
    SimDevice& sun = member("孙", pb::ROLE_KIND_CADRE, both);
    const std::vector<StreamId> of_li = {pair_of(0)[0], pair_of(0)[1], diary_of(li)};
    record_in(li, of_li);
    sync(admin);
    stage(kGranted);
    end_both(li, sun);
    stage(kEnded);
    record_in(li, of_li);
    file(kLate);
    ASSERT_TRUE(sync::rotate_streams({}, admin.member()).ok());
    stage(kRotated);
    member("赵", pb::ROLE_KIND_CADRE, pair_of(0));
    for (SimDevice* device : {&wang, &sun, &second, &desk, &unit, &county_desk}) sync(*device);
  }
  void end_both(SimDevice& li, SimDevice& sun) {
    const DeviceId stopped = li.keyring().identity()->device;
    const auto revoked = sync::revoke_device({stopped, "", std::nullopt}, admin.member());
    ASSERT_TRUE(revoked.ok()) << revoked.error().en;
    sync::EndOptions end;
    end.person = sun.keyring().identity()->person;
    end.kind = pb::ROLE_KIND_CADRE;
    end.streams = pair_of(0);
    const auto ended = sync::end_right(end, admin.member());
    ASSERT_TRUE(ended.ok()) << ended.error().en;
    sync(sun);
  }
  SimDevice& named(const std::string& name) {
    for (const auto& device : world.devices) {
      if (device->name() == name) return *device;
    }
    ADD_FAILURE() << name;
    return admin;
  }
  std::vector<std::pair<std::string, StreamId>> streams() {
    return {{"township", find(pb::STREAM_KIND_TOWNSHIP)},
            {"village 1", pair_of(0)[0]},
            {"private 1", pair_of(0)[1]},
            {"village 2", pair_of(1)[0]},
            {"private 2", pair_of(1)[1]},
            {"diary of wang", diary_of(named("王"))},
            {"diary of li", diary_of(named("李"))},
            {"diary of sun", diary_of(named("孙"))},
            {"hand-out", handout},
            {"county", county},
            {"check", check},
            {"drop", drop}};
  }

  World world;
  wire::SigningKey root = wire::SigningKey::generate(world.random);
  SimDevice& admin = founded();
  std::map<std::string, std::string> codes;
  std::set<Hash> filed;
  std::map<std::pair<StreamId, Stage>, std::vector<wire::Envelope>> stored;
  StreamId handout = open_stream(pb::STREAM_KIND_HANDOUT);
  StreamId county = open_stream(pb::STREAM_KIND_COUNTY);
  StreamId check = open_bare(pb::STREAM_KIND_CHECK);
  StreamId drop = open_bare(pb::STREAM_KIND_DROP);
  std::uint64_t drops = 0;
  Hash last_drop;
  SimDevice& second = world.add_admin(admin, "副");  // compared and granted
  SimDevice& uncompared = member("新", pb::ROLE_KIND_ADMIN, {});
  SimDevice& desk = member("内勤", pb::ROLE_KIND_DESK, {});
  SimDevice& unit = member("单位", pb::ROLE_KIND_UNIT, {handout});
  SimDevice& supervisor = compared(member("督查", pb::ROLE_KIND_SUPERVISOR, {check}));
  SimDevice& unlisted = compared(member("别处督查", pb::ROLE_KIND_SUPERVISOR, {}));
  SimDevice& county_desk = of_county("县", pb::ROLE_KIND_COUNTY_DESK, {check});
  SimDevice& discipline = of_county("纪检", pb::ROLE_KIND_DISCIPLINE, {});
};

struct Column {
  const char* name;
  std::vector<std::string> opens;  // by stream
};

// FORMAT.md's table of readers, in time: before 李 and 孙 came, with them, after the end of both,
// after one more change of keys, and 李's late work.
std::vector<Column> expected() {
  const std::vector<std::string> all = {"oooo.", "ooooo", "ooooo", "oooo.", "oooo.", "oooo.",
                                        ".oooo", ".ooo.", "oooo.", "oooo.", "----.", "----."};
  const std::vector<std::string> none = {"----.", "-----", "-----", "----.", "----.", "----.",
                                         ".----", ".---.", "----.", "----.", "----.", "----."};
  const auto only = [&](const std::vector<std::size_t>& streams) {
    std::vector<std::string> out = none;
    for (const std::size_t i : streams) out[i] = all[i] == none[i] ? "oooo." : all[i];
    return out;
  };
  return {
      {"管理员", all},
      {"副", all},
      {"内勤", all},
      {"新", none},  // never compared
      {"单位", only({8})},
      {"督查", only({10})},
      {"别处督查", none},
      {"县", only({9, 10})},
      {"纪检", only({11})},
      {"王",
       {"oooo.", "-----", "-----", "oooo.", "oooo.", "oooo.", ".----", ".---.", "----.", "----.",
        "----.", "----."}},
      {"李",
       {"oo--.", "oo--o", "oo--o", "----.", "----.", "----.", ".o--o", ".---.", "----.", "----.",
        "----.", "----."}},
      {"孙",
       {"oooo.", "oo--o", "oo--o", "oooo.", "oooo.", "----.", ".----", ".ooo.", "----.", "----.",
        "----.", "----."}},
      {"赵",
       {"oooo.", "ooooo", "ooooo", "----.", "----.", "----.", ".----", ".---.", "----.", "----.",
        "----.", "----."}},
  };
}

TEST_F(KeyMatrix, WhoOpensWhat) {
  play();
  const std::vector<pb::ControlEntry> entries = log();
  const auto all = streams();
  for (const Column& column : expected()) {
    const Reach reach(named(column.name), entries, codes[column.name]);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(row(reach, all[i].second), column.opens[i])
          << all[i].first << " by " << column.name;
    }
  }
}

}  // namespace
}  // namespace mq::testing
