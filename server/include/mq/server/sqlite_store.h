// SqliteStore: the embedded default, one file with its write-ahead log.
//
// Writes of many threads are joined into one durable commit by whichever of them comes first; no
// thread is started. Reads go through a connection of their own and never wait for a commit.
#pragma once

#include <memory>
#include <string>

#include "mq/server/store.h"

namespace mq::server {

class SqliteStore final : public Store {
 public:
  // Creates the file if it is missing. kUnsupported: written by a newer version. kNotFound: it is
  // missing and `create` is false.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, bool create = true);
  ~SqliteStore() override;

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
  void tidy() override;
  Status prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) override;
  Result<std::optional<Bytes>> setting(const std::string& name) override;
  Status set_setting(const std::string& name, ByteView value) override;
  Status backup_to(const std::string& path) override;
  Result<std::vector<std::string>> check() override;

 private:
  struct State;
  explicit SqliteStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mq::server
