// Store: what the blind log keeps, behind one interface (PROTOCOL section 7).
//
// Every key begins with the township, so a sharded database needs no cross-shard transaction. A
// method that returns success has made its effect durable. One conformance suite
// (tests/server/store_conformance.h) runs over every implementation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mq/base/clock.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/wire/envelope.h"
#include "mq/wire/stream_head.h"

namespace mq::server {

// The setting that holds the generation, 16 bytes; first_head() depends on it.
inline constexpr const char* kGenerationSetting = "generation";

struct ChainHead {
  std::uint64_t seq = 0;
  Hash hash;
  std::uint32_t control_seq = 0;  // what the head's envelope names; never falls within a chain
  bool operator==(const ChainHead&) const = default;
};

struct StreamHead {
  std::uint64_t index = 0;  // 0: empty
  Hash head;                // first_head at 0
  bool operator==(const StreamHead&) const = default;
};

struct StoredEnvelope {
  std::uint64_t index = 0;
  WallTime time;
  Bytes envelope;  // wire::encode_envelope
};

// An envelope on its way in, with what its caller had to find out anyway: the store neither parses
// nor hashes it again. A wrong word is the caller's fault; check() must find it.
struct NewEnvelope {
  std::uint64_t index = 0;
  WallTime time;
  Bytes envelope;               // wire::encode_envelope
  wire::EnvelopeHeader header;  // of `envelope`
  Hash hash;                    // of `envelope`
};

// One append of a run of envelopes to one stream, decided against the expected head.
struct AppendRun {
  TownshipId township;
  StreamId stream;
  StreamHead expected;                  // compare-and-swap
  std::vector<NewEnvelope> envelopes;   // index = expected.index + 1 …
  StreamHead head;                      // after the run
  std::vector<wire::Receipt> receipts;  // kept in the same commit as what they promise
};

inline constexpr std::size_t kBlobChunkBytes = 32u << 10;

struct BlobStat {
  std::uint64_t bytes = 0;
  std::vector<bool> chunks;  // which 32 KiB chunks are held
};

// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::vector<TownshipId>> townships() = 0;

  // ---- control log
  // Entries are serialised ControlEntry; appends all or nothing if the log's length is
  // expected_seq. kConflict otherwise.
  virtual Status control_cas(const TownshipId& township, std::uint32_t expected_seq,
                             const std::vector<Bytes>& entries) = 0;
  virtual Result<std::vector<Bytes>> control_read(const TownshipId& township,
                                                  std::uint32_t after_seq) = 0;

  // ---- streams
  // All runs in one durable commit (group commit over many requests); kConflict if any expected
  // head is not the current one, and nothing is stored.
  virtual Status append_cas(const std::vector<AppendRun>& runs) = 0;
  // From after_index on, until bytes_max is passed (at least one).
  virtual Result<std::vector<StoredEnvelope>> read_range(const TownshipId& township,
                                                         const StreamId& stream,
                                                         std::uint64_t after_index,
                                                         std::size_t bytes_max) = 0;
  virtual Result<StreamHead> stream_head(const TownshipId& township, const StreamId& stream) = 0;
  // kNotFound beyond the head.
  virtual Result<Hash> head_at(const TownshipId& township, const StreamId& stream,
                               std::uint64_t index) = 0;
  // Every head of the chain (forks: up to 16), ascending by seq and hash.
  virtual Result<std::vector<ChainHead>> chain_heads(const TownshipId& township,
                                                     const wire::ChainId& chain) = 0;
  // Chains of the device that hold anything, ascending.
  virtual Result<std::vector<wire::ChainId>> device_chains(const TownshipId& township,
                                                           const DeviceId& device) = 0;
  // Chains of the township with more than one head.
  virtual Result<std::vector<wire::ChainId>> forks(const TownshipId& township) = 0;
  // The envelopes of a chain at one seq, as (env_hash, server index); more than one after a fork.
  struct Held {
    Hash hash;
    std::uint64_t index = 0;
  };
  virtual Result<std::vector<Held>> held_at(const TownshipId& township, const wire::ChainId& chain,
                                            std::uint64_t seq) = 0;
  // Streams that hold at least one envelope.
  virtual Result<std::vector<StreamId>> streams(const TownshipId& township) = 0;
  // A new generation: every stream head computed anew over what is held, one commit with the
  // setting. Runs decided before it then meet kConflict.
  virtual Status rebase(const wire::Generation& generation) = 0;

  // ---- late work, receipts, blobs
  // The store numbers the box from 1; an envelope that is in it already is not stored again.
  virtual Status late_put(const TownshipId& township, const StreamId& stream,
                          const NewEnvelope& envelope) = 0;
  virtual Result<std::vector<StoredEnvelope>> late_read(const TownshipId& township,
                                                        const StreamId& stream,
                                                        std::uint64_t after_index,
                                                        std::size_t bytes_max) = 0;
  virtual Result<std::uint64_t> late_bytes(const TownshipId& township, const StreamId& stream) = 0;
  virtual Result<bool> late_holds(const TownshipId& township, const StreamId& stream,
                                  const Hash& envelope) = 0;
  // The hash chain over the box up to `index`, as over a stream; takes time in proportion to the
  // index. kNotFound: the box does not reach so far.
  virtual Result<Hash> late_head(const TownshipId& township, const StreamId& stream,
                                 std::uint64_t index) = 0;
  // The first receipt for a seq stands; a second one is not stored.
  virtual Status put_receipt(const TownshipId& township, const StreamId& stream,
                             const wire::Receipt& receipt) = 0;
  virtual Result<std::optional<wire::Receipt>> receipt_for(const TownshipId& township,
                                                           const wire::ChainId& chain,
                                                           std::uint64_t seq,
                                                           wire::ReceiptClass receipt_class) = 0;
  // kInvalidInput: a chunk that does not lie in `bytes`, or another size than before.
  virtual Status put_blob_chunk(const TownshipId& township, const Hash& blob, std::uint64_t bytes,
                                std::uint32_t chunk, ByteView content) = 0;
  // kNotFound if it is not held.
  virtual Result<Bytes> get_blob_chunk(const TownshipId& township, const Hash& blob,
                                       std::uint32_t chunk) = 0;
  // bytes = 0 if nothing of it is held.
  virtual Result<BlobStat> blob_stat(const TownshipId& township, const Hash& blob) = 0;
  // Drops the ciphertext of an envelope; header, ct hash and signature stay. Idempotent.
  virtual Status prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) = 0;

  // Housekeeping that holds up nobody but its caller, who is about to answer: cheap if there is
  // nothing to do, and nothing is lost if it never runs.
  virtual void tidy() {}

  // ---- the server's own few facts: key seed, generation, enrolment code state
  virtual Result<std::optional<Bytes>> setting(const std::string& name) = 0;
  virtual Status set_setting(const std::string& name, ByteView value) = 0;

  // A consistent copy for backup; kUnsupported where the engine brings its own tools.
  virtual Status backup_to(const std::string& path) = 0;
  // Every fault a sentence: hash chains, chains contiguous, indexes.
  virtual Result<std::vector<std::string>> check() = 0;
};

}  // namespace mq::server
