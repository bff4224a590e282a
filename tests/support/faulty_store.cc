#include "support/faulty_store.h"

namespace mq::testing {

template <class Call>
auto FaultyStore::guarded(const Call& call) -> decltype(call()) {
  const Error down{Code::kUnavailable, "存储暂时不可用", "the store is down"};
  if (faults_.next()) return down;
  auto result = call();
  if (faults_.next()) return down;
  return result;
}

Result<std::vector<TownshipId>> FaultyStore::townships() {
  return guarded([&] { return inner_.townships(); });
}
Status FaultyStore::control_cas(const TownshipId& township, std::uint32_t expected_seq,
                                const std::vector<Bytes>& entries) {
  return guarded([&] { return inner_.control_cas(township, expected_seq, entries); });
}
Result<std::vector<Bytes>> FaultyStore::control_read(const TownshipId& township,
                                                     std::uint32_t after_seq) {
  return guarded([&] { return inner_.control_read(township, after_seq); });
}
Status FaultyStore::append_cas(const std::vector<AppendRun>& runs) {
  return guarded([&] { return inner_.append_cas(runs); });
}
Result<std::vector<StoredEnvelope>> FaultyStore::read_range(const TownshipId& township,
                                                            const StreamId& stream,
                                                            std::uint64_t after_index,
                                                            std::size_t bytes_max) {
  return guarded([&] { return inner_.read_range(township, stream, after_index, bytes_max); });
}
Result<StreamHead> FaultyStore::stream_head(const TownshipId& township, const StreamId& stream) {
  return guarded([&] { return inner_.stream_head(township, stream); });
}
Result<Hash> FaultyStore::head_at(const TownshipId& township, const StreamId& stream,
                                  std::uint64_t index) {
  return guarded([&] { return inner_.head_at(township, stream, index); });
}
Result<std::vector<ChainHead>> FaultyStore::chain_heads(const TownshipId& township,
                                                        const wire::ChainId& chain) {
  return guarded([&] { return inner_.chain_heads(township, chain); });
}
Result<std::vector<wire::ChainId>> FaultyStore::device_chains(const TownshipId& township,
                                                              const DeviceId& device) {
  return guarded([&] { return inner_.device_chains(township, device); });
}
Result<std::vector<wire::ChainId>> FaultyStore::forks(const TownshipId& township) {
  return guarded([&] { return inner_.forks(township); });
}
Result<std::vector<server::Store::Held>> FaultyStore::held_at(const TownshipId& township,
                                                              const wire::ChainId& chain,
                                                              std::uint64_t seq) {
  return guarded([&] { return inner_.held_at(township, chain, seq); });
}
Result<std::vector<StreamId>> FaultyStore::streams(const TownshipId& township) {
  return guarded([&] { return inner_.streams(township); });
}
Status FaultyStore::rebase(const wire::Generation& generation) {
  return guarded([&] { return inner_.rebase(generation); });
}
Status FaultyStore::late_put(const TownshipId& township, const StreamId& stream,
                             const NewEnvelope& envelope) {
  return guarded([&] { return inner_.late_put(township, stream, envelope); });
}
Result<std::vector<StoredEnvelope>> FaultyStore::late_read(const TownshipId& township,
                                                           const StreamId& stream,
                                                           std::uint64_t after_index,
                                                           std::size_t bytes_max) {
  return guarded([&] { return inner_.late_read(township, stream, after_index, bytes_max); });
}
Result<std::uint64_t> FaultyStore::late_bytes(const TownshipId& township, const StreamId& stream) {
  return guarded([&] { return inner_.late_bytes(township, stream); });
}
Result<bool> FaultyStore::late_holds(const TownshipId& township, const StreamId& stream,
                                     const Hash& envelope) {
  return guarded([&] { return inner_.late_holds(township, stream, envelope); });
}
Result<Hash> FaultyStore::late_head(const TownshipId& township, const StreamId& stream,
                                    std::uint64_t index) {
  return guarded([&] { return inner_.late_head(township, stream, index); });
}
Status FaultyStore::put_receipt(const TownshipId& township, const StreamId& stream,
                                const wire::Receipt& receipt) {
  return guarded([&] { return inner_.put_receipt(township, stream, receipt); });
}
Result<std::optional<wire::Receipt>> FaultyStore::receipt_for(const TownshipId& township,
                                                              const wire::ChainId& chain,
                                                              std::uint64_t seq,
                                                              wire::ReceiptClass receipt_class) {
  return guarded([&] { return inner_.receipt_for(township, chain, seq, receipt_class); });
}
Status FaultyStore::put_blob_chunk(const TownshipId& township, const Hash& blob,
                                   std::uint64_t bytes, std::uint32_t chunk, ByteView content) {
  return guarded([&] { return inner_.put_blob_chunk(township, blob, bytes, chunk, content); });
}
Result<Bytes> FaultyStore::get_blob_chunk(const TownshipId& township, const Hash& blob,
                                          std::uint32_t chunk) {
  return guarded([&] { return inner_.get_blob_chunk(township, blob, chunk); });
}
Result<BlobStat> FaultyStore::blob_stat(const TownshipId& township, const Hash& blob) {
  return guarded([&] { return inner_.blob_stat(township, blob); });
}
Status FaultyStore::prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) {
  return guarded([&] { return inner_.prune(township, stream, index); });
}
Result<std::optional<Bytes>> FaultyStore::setting(const std::string& name) {
  return guarded([&] { return inner_.setting(name); });
}
Status FaultyStore::set_setting(const std::string& name, ByteView value) {
  return guarded([&] { return inner_.set_setting(name, value); });
}
Status FaultyStore::backup_to(const std::string& path) {
  return guarded([&] { return inner_.backup_to(path); });
}
Result<std::vector<std::string>> FaultyStore::check() {
  return guarded([&] { return inner_.check(); });
}

}  // namespace mq::testing
