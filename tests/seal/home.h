// A township with real keys, and devices with a vault each, for the tests of the sealer.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "mq/seal/keyring.h"
#include "mq/seal/sealer.h"
#include "support/fault_vfs.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"
#include "wire/town.h"

namespace mq::testing {

// The control log, the stream keys that its rotations published, and the boxes for everyone.
class SealTown {
 public:
  explicit SealTown(std::uint64_t seed = 1) : town(false, seed) {}

  StreamId add_stream(pb::StreamKind kind, ByteView owner = {}) {
    const StreamId stream = town.add_stream(kind, owner);
    rotate(stream);
    return stream;
  }
  // A new key to all who must have it; with the older keys wrapped in it. Boxes in the form that
  // devices write, or in the named one that they also read.
  bool named = false;
  void rotate(const StreamId& stream) {
    const std::uint32_t epoch = town.state.epoch_at(stream, town.state.head_seq()) + 1;
    Key32 key;
    town.random.fill(key.writable());
    pb::KeyRecord record;
    for (const auto& [id, box_key] : town.state.recipients(stream)) {
      const auto sealed = seal::seal_box(box_key, key.view(), town.random);
      const auto bytes = sealed.ok() ? std::string(text_of(*sealed)) : std::string(80, 'k');
      if (!named) {
        record.add_ordered(bytes);
        continue;
      }
      pb::KeyRecord::Box* box = record.add_boxes();
      put(box->mutable_recipient(), id);
      put(box->mutable_stream(), stream.view());
      box->set_epoch(epoch);
      box->set_box(bytes);
    }
    pb::ControlBody body;
    put(body.mutable_rotate()->mutable_stream(), stream.view());
    body.mutable_rotate()->set_epoch(epoch);
    put(body.mutable_rotate()->mutable_commitment(), seal::commitment(key, stream, epoch).view());
    std::vector<seal::EpochKey> older;
    for (std::uint32_t e = 1; e < epoch; ++e) older.push_back({e, keys.at({stream, e}).clone()});
    if (epoch > 1) {
      put(body.mutable_rotate()->mutable_wrapped_older(),
          seal::wrap_older(key, stream, epoch, older, town.random));
    }
    const Status done = town.append(town.by(town.founder, body, &record));
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
    keys.emplace(std::pair(stream, epoch), std::move(key));
  }

  Town town;
  std::map<std::pair<StreamId, std::uint32_t>, Key32> keys;
};

// One device: vault on a simulated disk, keyring, token, sealer. reopen() reads all from the disks.
class Home {
 public:
  Home(SealTown& seal_town, pb::RoleKind role, std::vector<StreamId> streams, std::uint64_t seed)
      : town_(seal_town),
        random(seed),
        vfs_(std::make_unique<FaultVfs>("seal-home-" + std::to_string(seed))),
        box_(seal::BoxKeyPair::generate(random)) {
    Town& town = seal_town.town;
    person = town.add_person();
    const Invited invited = town.add_invite(person, role, streams);
    holder.emplace(town.new_holder(person));
    holder->box = box_.public_key();
    const Status joined = town.append(town.device_entry(invited, *holder));
    EXPECT_TRUE(joined.ok()) << (joined.ok() ? "" : joined.error().en);
    open(true);
    EXPECT_TRUE(vault->set_device(holder->id, random.u32()).ok());
    EXPECT_TRUE(keyring
                    ->set_identity({town.state.township(), holder->id, person,
                                    wire::SigningKey::from_seed(holder->sign.seed().clone()),
                                    seal::BoxKeyPair::from_seed(box_.secret())})
                    .ok());
  }

  void open(bool create = false) {
    sealer.reset();
    keyring.reset();
    vault.reset();
    vault::VaultOptions options;
    options.path = "home.db";
    options.vfs = vfs_->name();
    options.create = create;
    auto opened = vault::Vault::open(options, clock, random);
    ASSERT_TRUE(opened.ok()) << opened.error().en;
    vault = std::move(*opened);
    auto loaded = seal::Keyring::load(*vault);
    ASSERT_TRUE(loaded.ok()) << loaded.error().en;
    keyring = std::make_unique<seal::Keyring>(std::move(*loaded));
    token = std::make_unique<seal::ContinuationToken>(files, "/state/device", machine);
    sealer = std::make_unique<seal::Sealer>(*vault, *keyring, *token, random);
  }

  // A restored home, its token with it: nothing can tell.
  template <class Disk, class Files>
  void go_back(const Disk& disk, const Files& state) {
    sealer.reset();
    keyring.reset();
    vault.reset();
    vfs_->restore(disk, "");
    files.restore(state);
    open();
  }

  // Learns the stream and takes what boxes the log has for this device.
  vault::StreamIx learn(const StreamId& stream) {
    const auto* record = town_.town.state.stream(stream);
    vault::StreamInfo info;
    info.id = stream;
    info.kind = record->kind;
    info.ordinal = record->ordinal;
    info.owner = record->owner;
    auto ix = vault->add_stream(info);
    EXPECT_TRUE(ix.ok());
    take_keys();
    return *ix;
  }
  seal::Keyring::Taken take_keys() {
    seal::Keyring::Taken all;
    for (const auto& entry : town_.town.log) {
      const auto taken = keyring->take_boxes(town_.town.state, entry, nullptr, nullptr);
      EXPECT_TRUE(taken.ok());
      all.keys += taken->keys;
      all.misfits += taken->misfits;
    }
    return all;
  }

  const wire::ControlState& state() const { return town_.town.state; }

  // One visit with these words.
  void record(vault::StreamIx stream, std::string_view words) {
    const model::Entity* visit = vault->schema().entity("Visit");
    const model::Field* field = nullptr;
    for (const auto& f : visit->fields) {
      if (f.type == model::FieldType::kText && !f.repeated) field = &f;
    }
    vault::Change change;
    change.entity = visit->number;
    change.row = new_id<RowId>(clock, random);
    change.field = field->number;
    change.value = std::string(words);
    vault::Draft draft;
    draft.stream = stream;
    draft.changes.push_back(change);
    const auto done = vault->commit({draft}, vault->view());
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
  }
  std::vector<wire::Envelope> seal_all(vault::StreamIx stream) {
    std::vector<wire::Envelope> out;
    while (true) {
      auto next = sealer->seal_next(stream, state());
      EXPECT_TRUE(next.ok()) << (next.ok() ? "" : next.error().en);
      if (!next.ok() || !*next) return out;
      out.push_back(std::move(**next));
    }
  }
  seal::Sealer::Received receive(const wire::Envelope& envelope) {
    const auto received = sealer->receive(envelope, state());
    EXPECT_TRUE(received.ok()) << (received.ok() ? "" : received.error().en);
    return received.ok() ? *received : seal::Sealer::Received::kRefused;
  }
  std::uint64_t visits() {
    auto query = vault->database().query("SELECT count(*) FROM visit");
    EXPECT_TRUE(query.ok());
    EXPECT_TRUE(query->step().ok());
    return static_cast<std::uint64_t>(query->integer(0));
  }
  Hash state_hash(vault::StreamIx stream) { return vault->state_hash(stream).value(); }
  FaultVfs& disk() { return *vfs_; }

 private:
  SealTown& town_;

 public:
  SimRandom random;
  SimClock clock;
  SimFiles files;
  Bytes machine = to_bytes("machine");
  PersonId person;
  std::optional<Holder> holder;

 private:
  std::unique_ptr<FaultVfs> vfs_;
  seal::BoxKeyPair box_;

 public:
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<seal::Keyring> keyring;
  std::unique_ptr<seal::ContinuationToken> token;
  std::unique_ptr<seal::Sealer> sealer;
};

}  // namespace mq::testing
