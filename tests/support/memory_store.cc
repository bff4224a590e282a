#include <algorithm>
#include <utility>

#include "support/faulty_store.h"

namespace mq::testing {
namespace {

Error conflict() { return {Code::kConflict, "别的请求先到一步", "another request was first"}; }
Error invalid() { return {Code::kInvalidInput, "输入不合法", "invalid input"}; }
Error missing() { return {Code::kNotFound, "没有", "not held"}; }

std::vector<StoredEnvelope> page(const std::vector<StoredEnvelope>& all, std::uint64_t after_index,
                                 std::size_t bytes_max) {
  std::vector<StoredEnvelope> out;
  std::size_t bytes = 0;
  for (const StoredEnvelope& each : all) {
    if (each.index <= after_index) continue;
    if (bytes > bytes_max) break;
    out.push_back(each);
    bytes += each.envelope.size();
  }
  return out;
}

// This store takes nobody's word, so that whoever hands in a wrong one is found out by every test.
bool true_of_its_bytes(const NewEnvelope& fresh) {
  const auto parsed = wire::parse_envelope(fresh.envelope);
  return parsed.ok() && parsed->header == fresh.header && parsed->hash() == fresh.hash;
}

}  // namespace

MemoryStore::Data MemoryStore::copy() const {
  const std::lock_guard lock(mutex_);
  return data_;
}

void MemoryStore::restore(Data data) {
  const std::lock_guard lock(mutex_);
  data_ = std::move(data);
}

bool MemoryStore::holds(const Hash& envelope) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [stream, placed] : data_.streams) {
    for (const Placed& one : placed) {
      if (one.hash == envelope) return true;
    }
  }
  return false;
}

bool MemoryStore::holds_late(const Hash& envelope) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [stream, late] : data_.late) {
    for (const StoredEnvelope& one : late) {
      const auto parsed = wire::parse_envelope(one.envelope);
      if (parsed.ok() && parsed->hash() == envelope) return true;
    }
  }
  return false;
}

std::vector<Hash> MemoryStore::hashes(const TownshipId& township, const StreamId& stream) const {
  const std::lock_guard lock(mutex_);
  std::vector<Hash> out;
  const auto found = data_.streams.find({township, stream});
  if (found == data_.streams.end()) return out;
  for (const Placed& one : found->second) out.push_back(one.hash);
  return out;
}

Result<std::vector<TownshipId>> MemoryStore::townships() {
  const std::lock_guard lock(mutex_);
  std::vector<TownshipId> out;
  for (const auto& [id, entries] : data_.control) {
    if (!entries.empty()) out.push_back(id);
  }
  return out;
}

Status MemoryStore::control_cas(const TownshipId& township, std::uint32_t expected_seq,
                                const std::vector<Bytes>& entries) {
  const std::lock_guard lock(mutex_);
  std::vector<Bytes>& log = data_.control[township];
  if (log.size() != expected_seq) return conflict();
  log.insert(log.end(), entries.begin(), entries.end());
  return {};
}

Result<std::vector<Bytes>> MemoryStore::control_read(const TownshipId& township,
                                                     std::uint32_t after_seq) {
  const std::lock_guard lock(mutex_);
  const std::vector<Bytes>& log = data_.control[township];
  if (after_seq >= log.size()) return std::vector<Bytes>();
  return std::vector<Bytes>(log.begin() + after_seq, log.end());
}

wire::Generation MemoryStore::generation_of(const Data& data) {
  const auto setting = data.settings.find(server::kGenerationSetting);
  return setting == data.settings.end() ? wire::Generation()
                                        : *wire::Generation::from(setting->second);
}

StreamHead MemoryStore::head_of(const Data& data, const TownshipId& township,
                                const StreamId& stream) {
  const auto found = data.streams.find({township, stream});
  if (found != data.streams.end() && !found->second.empty()) {
    return {found->second.back().stored.index, found->second.back().head};
  }
  return {0, wire::first_head(township, stream, generation_of(data))};
}

void MemoryStore::add_receipt(Data& data, const TownshipId& township, const StreamId& stream,
                              const wire::Receipt& receipt) {
  const wire::ChainId chain{stream, receipt.device, receipt.incarnation};
  data.receipts[{township, chain, receipt.receipt_class}].emplace(receipt.seq_to, receipt);
}

Status MemoryStore::append_run(Data& data, const AppendRun& run) {
  StreamHead head = head_of(data, run.township, run.stream);
  if (head != run.expected) return conflict();
  for (const NewEnvelope& fresh : run.envelopes) {
    if (fresh.index != head.index + 1 || !true_of_its_bytes(fresh)) return invalid();
    const wire::EnvelopeHeader& header = fresh.header;
    head = {fresh.index, wire::next_head(head.head, fresh.index, fresh.hash, fresh.time)};
    data.streams[{run.township, run.stream}].push_back(
        {{fresh.index, fresh.time, fresh.envelope}, header, fresh.hash, head.head});
    std::vector<ChainHead>& heads = data.heads[{run.township, wire::chain_of(header)}];
    std::erase_if(heads, [&](const ChainHead& each) {
      return each.seq + 1 == header.seq && each.hash == header.prev;
    });
    heads.push_back({header.seq, fresh.hash, header.control_seq});
    std::sort(heads.begin(), heads.end(), [](const ChainHead& a, const ChainHead& b) {
      return std::tie(a.seq, a.hash) < std::tie(b.seq, b.hash);
    });
  }
  if (head != run.head) return invalid();
  for (const wire::Receipt& receipt : run.receipts) {
    add_receipt(data, run.township, run.stream, receipt);
  }
  return {};
}

Status MemoryStore::append_cas(const std::vector<AppendRun>& runs) {
  const std::lock_guard lock(mutex_);
  // Only the streams and chains that the runs touch are copied, and put back after a refusal.
  Data undo;
  for (const AppendRun& run : runs) {
    const StreamKey key{run.township, run.stream};
    if (const auto found = data_.streams.find(key); found != data_.streams.end()) {
      undo.streams.insert(*found);
    } else {
      undo.streams.emplace(key, std::vector<Placed>());
    }
  }
  undo.heads = data_.heads;
  undo.receipts = data_.receipts;
  for (const AppendRun& run : runs) {
    const Status appended = append_run(data_, run);
    if (appended.ok()) continue;
    for (auto& [key, placed] : undo.streams) data_.streams[key] = std::move(placed);
    data_.heads = std::move(undo.heads);
    data_.receipts = std::move(undo.receipts);
    return appended;
  }
  return {};
}

Result<std::vector<StoredEnvelope>> MemoryStore::read_range(const TownshipId& township,
                                                            const StreamId& stream,
                                                            std::uint64_t after_index,
                                                            std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredEnvelope> out;
  std::size_t bytes = 0;
  const std::vector<Placed>& all = data_.streams[{township, stream}];
  for (std::size_t i = after_index; i < all.size() && bytes <= bytes_max; ++i) {
    out.push_back(all[i].stored);
    bytes += out.back().envelope.size();
  }
  return out;
}

Result<StreamHead> MemoryStore::stream_head(const TownshipId& township, const StreamId& stream) {
  const std::lock_guard lock(mutex_);
  return head_of(data_, township, stream);
}

Result<Hash> MemoryStore::head_at(const TownshipId& township, const StreamId& stream,
                                  std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  const std::vector<Placed>& all = data_.streams[{township, stream}];
  if (index > all.size()) return missing();
  if (index > 0) return all[index - 1].head;
  Data empty;
  empty.settings = data_.settings;
  return head_of(empty, township, stream).head;
}

Result<std::vector<ChainHead>> MemoryStore::chain_heads(const TownshipId& township,
                                                        const wire::ChainId& chain) {
  const std::lock_guard lock(mutex_);
  return data_.heads[{township, chain}];
}

Result<std::vector<wire::ChainId>> MemoryStore::device_chains(const TownshipId& township,
                                                              const DeviceId& device) {
  const std::lock_guard lock(mutex_);
  std::vector<wire::ChainId> out;
  for (const auto& [key, heads] : data_.heads) {
    const bool held = key.first == township && key.second.device == device && !heads.empty();
    if (held) out.push_back(key.second);
  }
  return out;
}

Result<std::vector<wire::ChainId>> MemoryStore::forks(const TownshipId& township) {
  const std::lock_guard lock(mutex_);
  std::vector<wire::ChainId> out;
  for (const auto& [key, heads] : data_.heads) {
    if (key.first == township && heads.size() > 1) out.push_back(key.second);
  }
  return out;
}

Result<std::vector<server::Store::Held>> MemoryStore::held_at(const TownshipId& township,
                                                              const wire::ChainId& chain,
                                                              std::uint64_t seq) {
  const std::lock_guard lock(mutex_);
  std::vector<Held> out;
  for (const Placed& each : data_.streams[{township, chain.stream}]) {
    if (wire::chain_of(each.header) == chain && each.header.seq == seq) {
      out.push_back({each.hash, each.stored.index});
    }
  }
  return out;
}

Result<std::vector<StreamId>> MemoryStore::streams(const TownshipId& township) {
  const std::lock_guard lock(mutex_);
  std::vector<StreamId> out;
  for (const auto& [key, placed] : data_.streams) {
    if (key.first == township && !placed.empty()) out.push_back(key.second);
  }
  return out;
}

Status MemoryStore::rebase(const wire::Generation& generation) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, placed] : data_.streams) {
    Hash head = wire::first_head(key.first, key.second, generation);
    for (Placed& each : placed) {
      head = wire::next_head(head, each.stored.index, each.hash, each.stored.time);
      each.head = head;
    }
  }
  data_.settings[server::kGenerationSetting] = to_bytes(generation.view());
  return {};
}

Status MemoryStore::late_put(const TownshipId& township, const StreamId& stream,
                             const NewEnvelope& envelope) {
  if (!true_of_its_bytes(envelope)) return invalid();
  const std::lock_guard lock(mutex_);
  std::vector<StoredEnvelope>& box = data_.late[{township, stream}];
  for (const StoredEnvelope& each : box) {
    if (wire::parse_envelope(each.envelope)->hash() == envelope.hash) return {};
  }
  box.push_back({box.size() + 1, envelope.time, envelope.envelope});
  return {};
}

Result<std::vector<StoredEnvelope>> MemoryStore::late_read(const TownshipId& township,
                                                           const StreamId& stream,
                                                           std::uint64_t after_index,
                                                           std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  return page(data_.late[{township, stream}], after_index, bytes_max);
}

Result<std::uint64_t> MemoryStore::late_bytes(const TownshipId& township, const StreamId& stream) {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const StoredEnvelope& each : data_.late[{township, stream}]) bytes += each.envelope.size();
  return bytes;
}

Result<bool> MemoryStore::late_holds(const TownshipId& township, const StreamId& stream,
                                     const Hash& envelope) {
  const std::lock_guard lock(mutex_);
  const auto& box = data_.late[{township, stream}];
  return std::ranges::any_of(box, [&](const StoredEnvelope& each) {
    return wire::parse_envelope(each.envelope)->hash() == envelope;
  });
}

Result<Hash> MemoryStore::late_head(const TownshipId& township, const StreamId& stream,
                                    std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  const std::vector<StoredEnvelope>& box = data_.late[{township, stream}];
  if (index > box.size()) return Error{Code::kNotFound, "待核收箱没有这么长", "no such index"};
  Hash head = wire::first_head(township, stream, generation_of(data_));
  for (const StoredEnvelope& each : std::span(box).first(index)) {
    const Hash hash = wire::parse_envelope(each.envelope)->hash();
    head = wire::next_head(head, each.index, hash, each.time);
  }
  return head;
}

Status MemoryStore::put_receipt(const TownshipId& township, const StreamId& stream,
                                const wire::Receipt& receipt) {
  const std::lock_guard lock(mutex_);
  add_receipt(data_, township, stream, receipt);
  return {};
}

Result<std::optional<wire::Receipt>> MemoryStore::receipt_for(const TownshipId& township,
                                                              const wire::ChainId& chain,
                                                              std::uint64_t seq,
                                                              wire::ReceiptClass receipt_class) {
  const std::lock_guard lock(mutex_);
  const auto& all = data_.receipts[{township, chain, receipt_class}];
  const auto found = all.lower_bound(seq);
  if (found == all.end() || found->second.seq_from > seq) return std::optional<wire::Receipt>();
  return std::optional<wire::Receipt>(found->second);
}

Status MemoryStore::put_blob_chunk(const TownshipId& township, const Hash& blob,
                                   std::uint64_t bytes, std::uint32_t chunk, ByteView content) {
  const std::uint64_t start = static_cast<std::uint64_t>(chunk) * server::kBlobChunkBytes;
  if (start >= bytes) return invalid();
  if (content.size() != std::min<std::uint64_t>(bytes - start, server::kBlobChunkBytes)) {
    return invalid();
  }
  const std::lock_guard lock(mutex_);
  auto& held = data_.blobs[{township, blob}];
  if (held.second.empty()) held.first = bytes;
  if (held.first != bytes) return invalid();
  held.second.emplace(chunk, to_bytes(content));
  return {};
}

Result<Bytes> MemoryStore::get_blob_chunk(const TownshipId& township, const Hash& blob,
                                          std::uint32_t chunk) {
  const std::lock_guard lock(mutex_);
  const auto& held = data_.blobs[{township, blob}];
  const auto found = held.second.find(chunk);
  if (found == held.second.end()) return missing();
  return found->second;
}

Result<BlobStat> MemoryStore::blob_stat(const TownshipId& township, const Hash& blob) {
  const std::lock_guard lock(mutex_);
  const auto& held = data_.blobs[{township, blob}];
  BlobStat stat;
  stat.bytes = held.first;
  stat.chunks.resize((stat.bytes + server::kBlobChunkBytes - 1) / server::kBlobChunkBytes);
  for (const auto& [chunk, content] : held.second) stat.chunks[chunk] = true;
  return stat;
}

Status MemoryStore::prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  std::vector<Placed>& all = data_.streams[{township, stream}];
  if (index == 0 || index > all.size()) return missing();
  MQ_TRY(wire::Envelope envelope, wire::parse_envelope(all[index - 1].stored.envelope));
  envelope.ct.clear();
  all[index - 1].stored.envelope = wire::encode_envelope(envelope);
  return {};
}

Result<std::optional<Bytes>> MemoryStore::setting(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = data_.settings.find(name);
  if (found == data_.settings.end()) return std::optional<Bytes>();
  return std::optional<Bytes>(found->second);
}

Status MemoryStore::set_setting(const std::string& name, ByteView value) {
  const std::lock_guard lock(mutex_);
  data_.settings[name] = to_bytes(value);
  return {};
}

Status MemoryStore::backup_to(const std::string&) {
  return Error{Code::kUnsupported, "内存存储没有备份文件", "a store in memory has no backup file"};
}

Result<std::vector<std::string>> MemoryStore::check() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> faults;
  for (const auto& [key, placed] : data_.streams) {
    Data empty;
    empty.settings = data_.settings;
    Hash head = head_of(empty, key.first, key.second).head;
    for (const Placed& each : placed) {
      head = wire::next_head(head, each.stored.index, each.hash, each.stored.time);
      if (head != each.head) faults.push_back("head chain is broken in " + key.second.hex());
    }
  }
  return faults;
}

}  // namespace mq::testing
