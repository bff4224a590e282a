// Vault: everything one person's device knows, encrypted on disk.
//
// A commit is durable and captured for reconciliation in the same local transaction; merging never
// needs the schema; nothing acknowledged is lost whatever order envelopes come in. It has no key of
// any stream: seal opens and closes envelopes. It reads no clock but the one given.
//
// One thread at a time. After any error nothing has changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mq/base/clock.h"
#include "mq/base/hlc.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/model/op.h"
#include "mq/model/schema.h"
#include "mq/sqlite/database.h"
#include "mq/wire/envelope.h"
#include "mq/wire/stream_head.h"

namespace mq::vault {

// Local short name of a stream, from 1; rows carry it in column `stream`.
using StreamIx = std::int64_t;

struct StreamInfo {
  StreamIx ix = 0;
  StreamId id;
  int kind = 0;               // minqing.sync.v1.StreamKind
  std::uint32_t ordinal = 0;  // in the control log; 0: not yet in it
  Bytes owner;
  std::string label;  // village name; opened by seal
};

// What had been seen when a form was loaded; the door and commands carry it to commit().
struct View {
  std::int64_t token = 0;
};

// One wish of a person. `value` as in model; kSet on a repeated field names the whole new set and
// becomes adds and removes against what is shown.
struct Change {
  enum class Kind { kSet, kAdd, kRemove, kStep, kDelete };
  Kind kind = Kind::kSet;
  std::uint32_t entity = 0;
  RowId row;
  std::uint32_t field = 0;
  model::Value value;
  std::vector<model::Value> values;  // kSet on a repeated field
  std::string reason;                // kStep
};

// The changes of one stream; one transaction, or several if larger than 32 KiB compressed.
struct Draft {
  StreamIx stream = 0;
  std::vector<Change> changes;
};

struct Cell {
  std::uint32_t field = 0;
  model::Value value;                // shown
  std::vector<model::Value> values;  // repeated
};

struct RowData {
  std::uint32_t entity = 0;
  RowId id;
  StreamIx stream = 0;
  bool deleted = false;
  bool contested = false;   // at least one cell with more than one head
  std::vector<Cell> cells;  // known fields that hold something, by number
  const Cell* cell(std::uint32_t field) const;
};

// One of several concurrent values of a cell.
struct Claim {
  model::Value value;
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint64_t n = 0;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  bool shown = false;
};
struct Conflict {
  std::uint32_t entity = 0;
  RowId row;
  StreamIx stream = 0;
  std::uint32_t field = 0;
  std::vector<Claim> claims;
};

// One op that touched a row, oldest first, from retained envelopes and unsealed transactions.
struct HistoryEntry {
  model::Op op;
  DeviceId device;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  model::CheckpointMark not_before;
  std::optional<WallTime> not_after;  // time of the receipt or of the server's log, if delivered
};

// When a row was first written, as far as its device and the server can say.
struct Origin {
  DeviceId device;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  std::optional<WallTime> not_after;  // the server's log or receipt, if delivered
};

// What the control log says of a held envelope. Its place in its chain, its number of transactions
// and what they name as seen count in any case; its ops are merged only in force.
enum class Standing : std::uint8_t { kInForce = 0, kUndecided = 1, kRefused = 2 };

struct VaultOptions {
  std::string path;  // database file
  std::string vfs;   // an installed EncryptedVfs, or empty in tests of logic alone
  const model::Schema* schema = nullptr;  // null: Schema::current()
  bool create = false;
};

// What stands where, for `status`.
struct Delivery {
  std::uint64_t unsealed = 0;        // transactions only on this device, not yet exported
  std::uint64_t sealed_waiting = 0;  // own envelopes without a receipt
  std::uint64_t delivered = 0;       // own envelopes covered by a receipt
  std::uint64_t open_entries = 0;    // context entries waiting for envelopes not held
  std::uint64_t conflicts = 0;
};

class Vault {
 public:
  struct State;  // inside; not for callers

  // kNotFound, kCorrupt, kLocked (wrong key), kUnsupported (written by a newer program). Upgrades
  // the tables of an older schema and brings kept unknown fields and entities to light.
  static Result<std::unique_ptr<Vault>> open(const VaultOptions& options, const Clock& clock,
                                             Random& random);
  ~Vault();

  const model::Schema& schema() const;
  // Read access for ledgers and lists: table per entity, columns by field name, SCHEMA.md.
  sqlite::Database& database();
  // Small durable facts of upper layers: keyring, identity, cursors. Names are theirs ("seal.…").
  Result<std::optional<Bytes>> setting(std::string_view name);
  Status set_setting(std::string_view name, ByteView value);

  // ---- identity
  // Fixed once; incarnation is redrawn by start_incarnation after a detected restore or clone.
  Status set_device(const DeviceId& device, std::uint32_t incarnation);
  std::optional<DeviceId> device() const;
  // The member who records here: the actor of state moves. Kept.
  Status set_actor(const PersonId& person);
  std::uint32_t incarnation() const;
  // Renumbers what is unsealed under the new incarnation (PROTOCOL section 1, dots).
  Status start_incarnation(std::uint32_t incarnation);

  // ---- streams
  Result<StreamIx> add_stream(const StreamInfo& info);  // ix is assigned; known id: updated
  std::vector<StreamInfo> streams() const;
  const StreamInfo* stream(StreamIx ix) const;
  const StreamInfo* stream(const StreamId& id) const;

  // Takes a stream from this device: rows, envelopes, history, search and cursor; the stream is
  // still known, and is pulled anew by whoever may read it again. kConflict, and nothing is
  // dropped: own work of it has no receipt yet, or its chain goes on under the present incarnation
  // (start_incarnation first: no chain begins twice).
  Status drop_stream(StreamIx ix);

  // ---- recording
  View view() const;
  void set_clock_class(ClockClass c);  // 2 anchored, 1 wall, 0 known wrong
  // Kept over sessions; durable with the next commit.
  void set_checkpoint(const model::CheckpointMark& mark);
  model::CheckpointMark checkpoint() const;
  // All drafts in one durable local commit, with one group id if there are several; dots, HLC and
  // contexts are fixed here. Returns the group id (zeros if one transaction).
  Result<GroupId> commit(const std::vector<Draft>& drafts, View seen);
  // Drafts of forms: local only, never ops.
  Status keep_form(std::string_view key, ByteView content);
  Result<std::optional<Bytes>> kept_form(std::string_view key);
  Status drop_form(std::string_view key);
  Result<std::vector<std::string>> kept_forms();

  // ---- reading
  Result<std::optional<RowData>> load(std::uint32_t entity, const RowId& row);
  Result<std::vector<Conflict>> conflicts();
  Result<std::vector<Claim>> claims(std::uint32_t entity, const RowId& row, std::uint32_t field);

  // ---- search: FTS5 over cells whose rule says search; rows not yet indexed are scanned.
  struct Hit {
    std::uint32_t entity = 0;
    RowId row;
  };
  Result<std::vector<Hit>> search(std::string_view text, std::size_t limit);
  // Indexes up to `rows` rows in its own transaction; returns how many are left.
  Result<std::uint64_t> index_some(std::uint64_t rows);

  // ---- for seal: own work on its way out
  struct Unsealed {
    model::Transaction transaction;
  };
  // Whole transactions in order of n, until their encoded size passes bytes_max (at least one).
  Result<std::vector<Unsealed>> unsealed(StreamIx stream, std::size_t bytes_max);
  struct ChainEnd {
    std::uint64_t seq = 0;   // 0: none yet
    Hash hash;               // env_hash at seq; at 0 the last of the earlier incarnation, or zeros
    std::uint64_t n = 0;     // last transaction sealed
    model::Context context;  // running context at the end of the chain
    std::uint32_t control_seq = 0;
  };
  Result<ChainEnd> own_chain(StreamIx stream);
  // Stores the sealed envelope and forgets the unsealed transactions first_n … last_n, in one
  // commit.
  Status store_sealed(StreamIx stream, const wire::Envelope& envelope, std::uint64_t first_n,
                      std::uint64_t last_n, const model::Context& running);

  // ---- for sync: what came in and what went out
  enum class Applied { kMerged, kDuplicate, kFork, kGap };
  // One foreign (or own, after a restore) envelope with its opened transactions, in chain order;
  // `transactions` has whole contexts. kGap: an earlier envelope of the chain is missing, keep it
  // with park(). A fork is kept and merged on a line of its own. Out of force nothing of it is
  // shown; one that does not open may be refused with no transactions, and none can follow it then
  // but refused ones.
  struct Prepared;
  Result<Applied> apply(StreamIx stream, const wire::Envelope& envelope,
                        const std::vector<model::Transaction>& transactions,
                        Standing standing = Standing::kInForce,
                        const std::shared_ptr<const Prepared>& prepared = nullptr);
  // What apply() needs of these transactions before it asks the database. Reads nothing that
  // changes while the vault is open: safe on another thread. Views them and the vault.
  std::shared_ptr<const Prepared> prepare(
      const std::vector<model::Transaction>& transactions) const;
  // Envelopes that cannot be applied yet (gap, missing key, unknown control head): kept verbatim.
  Status park(const wire::Envelope& envelope, std::string_view why);
  Result<std::vector<wire::Envelope>> parked();
  Result<std::vector<std::pair<wire::Envelope, std::string>>> parked_with_reason();
  Status unpark(const Hash& envelope);
  // Running context of a chain line, which the next segment's context changes start from.
  Result<std::optional<model::Context>> chain_context(const wire::ChainId& chain, const Hash& prev);

  // ---- what the log rules out, or in again
  struct Held {
    Hash hash;
    std::uint64_t seq = 0;
    Hash prev;
    std::uint32_t control_seq = 0;   // the head that it names
    std::uint64_t transactions = 0;  // that it carries
    Standing standing = Standing::kInForce;
    bool own = false;
    std::optional<WallTime> received;
  };
  // Every held envelope of all lines of the chain, by seq; parked ones are not held.
  Result<std::vector<Held>> chain(const wire::ChainId& chain);
  Result<std::vector<wire::ChainId>> chains(StreamIx stream);
  // Both are held, and the line of prev links that ends with `end` goes through `envelope`.
  Result<bool> on_line(const Hash& envelope, const Hash& end);
  // Nothing: not held.
  Result<std::optional<Standing>> standing(const Hash& envelope);
  struct Verdict {
    Hash envelope;
    Standing standing = Standing::kInForce;
  };
  // The retained envelopes that touch a row are opened by `open` (seal's), with whole contexts; own
  // unsealed work is added.
  using Opener = std::function<Result<std::vector<model::Transaction>>(const wire::Envelope&)>;
  // The rows that the envelopes touch are merged again, as if each had always stood like this;
  // returns how many rows. One commit. What is not held, or stands so already, is passed over. What
  // comes in force counts as seen by no form that was loaded before. An error of `open` is
  // returned.
  Result<std::uint64_t> rule(StreamIx stream, const std::vector<Verdict>& verdicts,
                             const Opener& open);

  // Own envelopes of all streams without receipt, oldest first, up to bytes_max.
  Result<std::vector<wire::Envelope>> outbox(std::size_t bytes_max);
  // Those of others that no server is known to hold as they stand, in the order they came: a bundle
  // brought them, or they lie in the late box and have been decided since.
  Result<std::vector<wire::Envelope>> relay(std::size_t bytes_max);
  // The server holds it in its late box, since then.
  Status note_late(const Hash& envelope, WallTime received);
  Status store_receipt(const wire::Receipt& receipt);
  Result<std::optional<wire::Envelope>> envelope(const Hash& hash);
  // Every held envelope of a stream in server order where known; for healing a server and bundles.
  Result<std::vector<Hash>> held(StreamIx stream);
  struct Cursor {
    std::uint64_t index = 0;  // server index held
    Hash head;                // head at index, recomputed here
  };
  Result<Cursor> cursor(StreamIx stream);
  // Sets the cursor and notes (index, time) of the envelope stored last, in one commit with apply
  // when called inside `together`.
  Status set_cursor(StreamIx stream, const Cursor& cursor, const Hash& envelope, WallTime received);
  // Runs several calls in one durable commit.
  Status together(const std::function<Status()>& body);

  // The earliest stamp that the row of that rid still carries.
  Result<std::optional<Origin>> origin(std::uint32_t entity, std::int64_t rid);
  // A device's statement "all that I wrote here before this server time is exported" (PROTOCOL
  // section 4, kind 3): noted when its envelope opens, only ever later; read for completeness.
  Status note_statement(StreamIx stream, const DeviceId& device, WallTime until);
  Result<std::optional<WallTime>> stated_until(StreamIx stream, const DeviceId& device);

  // ---- proof
  // PROTOCOL section 2, over bytes as received; equal on every device with the same envelopes.
  Result<Hash> state_hash(StreamIx stream);
  Result<Delivery> delivery();
  // Of what is in force.
  Result<std::vector<HistoryEntry>> history(std::uint32_t entity, const RowId& row,
                                            const Opener& open);
  // PRAGMA integrity_check, counters, chains contiguous; each fault a sentence.
  Result<std::vector<std::string>> verify();
  // Chains that contradict themselves: several lines (a clone, or two envelopes with one seq), or
  // contexts that name envelopes which do not stand there. Nothing of them is left out of the
  // merge.
  struct Doubt {
    StreamIx stream = 0;
    DeviceId device;
    std::uint32_t incarnation = 0;
    std::uint64_t lines = 0;
    std::uint64_t void_entries = 0;
  };
  std::vector<Doubt> doubts() const;
  // Transactions kept and relayed but not read, because they need a newer program.
  Result<std::uint64_t> update_needed();

 private:
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mq::vault
