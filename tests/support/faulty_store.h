// MemoryStore: a Store in memory, with the promises of the real ones; copy() and restore() are a
// backup and its return. FaultyStore breaks the calls of another store, before or after their
// effect: what failed after it is stored, and nobody was told.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "mq/server/store.h"
#include "support/fault.h"

namespace mq::testing {

using server::AppendRun;
using server::BlobStat;
using server::ChainHead;
using server::NewEnvelope;
using server::StoredEnvelope;
using server::StreamHead;

class MemoryStore final : public server::Store {
 public:
  struct Placed {
    StoredEnvelope stored;
    wire::EnvelopeHeader header;
    Hash hash;
    Hash head;
  };
  using StreamKey = std::pair<TownshipId, StreamId>;
  using ChainKey = std::pair<TownshipId, wire::ChainId>;
  struct Data {
    std::map<TownshipId, std::vector<Bytes>> control;
    std::map<StreamKey, std::vector<Placed>> streams;
    std::map<ChainKey, std::vector<ChainHead>> heads;
    std::map<StreamKey, std::vector<StoredEnvelope>> late;
    std::map<std::tuple<TownshipId, wire::ChainId, wire::ReceiptClass>,
             std::map<std::uint64_t, wire::Receipt>>
        receipts;
    std::map<std::pair<TownshipId, Hash>, std::pair<std::uint64_t, std::map<std::uint32_t, Bytes>>>
        blobs;
    std::map<std::string, Bytes> settings;
  };

  Data copy() const;
  void restore(Data data);
  // Whether any stream holds the envelope; what one stream holds.
  bool holds(const Hash& envelope) const;
  bool holds_late(const Hash& envelope) const;
  std::vector<Hash> hashes(const TownshipId& township, const StreamId& stream) const;

  Result<std::vector<TownshipId>> townships() override;
  Status control_cas(const TownshipId& township, std::uint32_t expected_seq,
                     const std::vector<Bytes>& entries) override;
  Result<std::vector<Bytes>> control_read(const TownshipId& township,
                                          std::uint32_t after_seq) override;
  Status append_cas(const std::vector<AppendRun>& runs) override;
  Result<std::vector<StoredEnvelope>> read_range(const TownshipId& township, const StreamId& stream,
                                                 std::uint64_t after_index,
                                                 std::size_t bytes_max) override;
  Result<StreamHead> stream_head(const TownshipId& township, const StreamId& stream) override;
  Result<Hash> head_at(const TownshipId& township, const StreamId& stream,
                       std::uint64_t index) override;
  Result<std::vector<ChainHead>> chain_heads(const TownshipId& township,
                                             const wire::ChainId& chain) override;
  Result<std::vector<wire::ChainId>> device_chains(const TownshipId& township,
                                                   const DeviceId& device) override;
  Result<std::vector<wire::ChainId>> forks(const TownshipId& township) override;
  Result<std::vector<Held>> held_at(const TownshipId& township, const wire::ChainId& chain,
                                    std::uint64_t seq) override;
  Result<std::vector<StreamId>> streams(const TownshipId& township) override;
  Status rebase(const wire::Generation& generation) override;
  Status late_put(const TownshipId& township, const StreamId& stream,
                  const NewEnvelope& envelope) override;
  Result<std::vector<StoredEnvelope>> late_read(const TownshipId& township, const StreamId& stream,
                                                std::uint64_t after_index,
                                                std::size_t bytes_max) override;
  Result<std::uint64_t> late_bytes(const TownshipId& township, const StreamId& stream) override;
  Result<bool> late_holds(const TownshipId& township, const StreamId& stream,
                          const Hash& envelope) override;
  Result<Hash> late_head(const TownshipId& township, const StreamId& stream,
                         std::uint64_t index) override;
  Status put_receipt(const TownshipId& township, const StreamId& stream,
                     const wire::Receipt& receipt) override;
  Result<std::optional<wire::Receipt>> receipt_for(const TownshipId& township,
                                                   const wire::ChainId& chain, std::uint64_t seq,
                                                   wire::ReceiptClass receipt_class) override;
  Status put_blob_chunk(const TownshipId& township, const Hash& blob, std::uint64_t bytes,
                        std::uint32_t chunk, ByteView content) override;
  Result<Bytes> get_blob_chunk(const TownshipId& township, const Hash& blob,
                               std::uint32_t chunk) override;
  Result<BlobStat> blob_stat(const TownshipId& township, const Hash& blob) override;
  Status prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) override;
  Result<std::optional<Bytes>> setting(const std::string& name) override;
  Status set_setting(const std::string& name, ByteView value) override;
  Status backup_to(const std::string& path) override;
  Result<std::vector<std::string>> check() override;

 private:
  static Status append_run(Data& data, const AppendRun& run);
  static wire::Generation generation_of(const Data& data);
  static StreamHead head_of(const Data& data, const TownshipId& township, const StreamId& stream);
  static void add_receipt(Data& data, const TownshipId& township, const StreamId& stream,
                          const wire::Receipt& receipt);

  mutable std::mutex mutex_;
  Data data_;
};

// Every call asks `faults` twice: once before its effect, once after it.
class FaultyStore final : public server::Store {
 public:
  FaultyStore(server::Store& inner, Faults& faults) : inner_(inner), faults_(faults) {}

  Result<std::vector<TownshipId>> townships() override;
  Status control_cas(const TownshipId& township, std::uint32_t expected_seq,
                     const std::vector<Bytes>& entries) override;
  Result<std::vector<Bytes>> control_read(const TownshipId& township,
                                          std::uint32_t after_seq) override;
  Status append_cas(const std::vector<AppendRun>& runs) override;
  Result<std::vector<StoredEnvelope>> read_range(const TownshipId& township, const StreamId& stream,
                                                 std::uint64_t after_index,
                                                 std::size_t bytes_max) override;
  Result<StreamHead> stream_head(const TownshipId& township, const StreamId& stream) override;
  Result<Hash> head_at(const TownshipId& township, const StreamId& stream,
                       std::uint64_t index) override;
  Result<std::vector<ChainHead>> chain_heads(const TownshipId& township,
                                             const wire::ChainId& chain) override;
  Result<std::vector<wire::ChainId>> device_chains(const TownshipId& township,
                                                   const DeviceId& device) override;
  Result<std::vector<wire::ChainId>> forks(const TownshipId& township) override;
  Result<std::vector<Held>> held_at(const TownshipId& township, const wire::ChainId& chain,
                                    std::uint64_t seq) override;
  Result<std::vector<StreamId>> streams(const TownshipId& township) override;
  Status rebase(const wire::Generation& generation) override;
  Status late_put(const TownshipId& township, const StreamId& stream,
                  const NewEnvelope& envelope) override;
  Result<std::vector<StoredEnvelope>> late_read(const TownshipId& township, const StreamId& stream,
                                                std::uint64_t after_index,
                                                std::size_t bytes_max) override;
  Result<std::uint64_t> late_bytes(const TownshipId& township, const StreamId& stream) override;
  Result<bool> late_holds(const TownshipId& township, const StreamId& stream,
                          const Hash& envelope) override;
  Result<Hash> late_head(const TownshipId& township, const StreamId& stream,
                         std::uint64_t index) override;
  Status put_receipt(const TownshipId& township, const StreamId& stream,
                     const wire::Receipt& receipt) override;
  Result<std::optional<wire::Receipt>> receipt_for(const TownshipId& township,
                                                   const wire::ChainId& chain, std::uint64_t seq,
                                                   wire::ReceiptClass receipt_class) override;
  Status put_blob_chunk(const TownshipId& township, const Hash& blob, std::uint64_t bytes,
                        std::uint32_t chunk, ByteView content) override;
  Result<Bytes> get_blob_chunk(const TownshipId& township, const Hash& blob,
                               std::uint32_t chunk) override;
  Result<BlobStat> blob_stat(const TownshipId& township, const Hash& blob) override;
  Status prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) override;
  Result<std::optional<Bytes>> setting(const std::string& name) override;
  Status set_setting(const std::string& name, ByteView value) override;
  Status backup_to(const std::string& path) override;
  Result<std::vector<std::string>> check() override;

 private:
  template <class Call>
  auto guarded(const Call& call) -> decltype(call());

  server::Store& inner_;
  Faults& faults_;
};

}  // namespace mq::testing
