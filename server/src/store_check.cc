#include "store_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "minqing/sync/v1/control.pb.h"
#include "mq/base/text.h"
#include "mq/wire/control.h"

namespace mq::server {
namespace {

constexpr std::size_t kPageBytes = 1u << 20;

Status check_control(Store& store, const TownshipId& township, std::vector<std::string>& faults) {
  MQ_TRY(const std::vector<Bytes> entries, store.control_read(township, 0));
  Hash prev;
  std::uint32_t seq = 0;
  for (const Bytes& bytes : entries) {
    ++seq;
    minqing::sync::v1::ControlEntry entry;
    minqing::sync::v1::ControlBody body;
    const bool parsed = entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                        body.ParseFromString(entry.body());
    if (!parsed || body.seq() != seq || view_of(body.prev()).size() != prev.data.size() ||
        Hash::from(view_of(body.prev())) != prev) {
      faults.push_back(cat("township ", township.hex(), ": control entry ", seq,
                           " does not follow the one before / 控制日志第 ", seq, " 条接不上"));
    }
    prev = wire::control_hash(view_of(entry.body()));
  }
  return {};
}

// What a chain's envelopes make of it, in the order in which they were stored.
class ChainWalk {
 public:
  // False: nothing was there to follow.
  bool add(const wire::EnvelopeHeader& header, const Hash& hash) {
    const auto before = std::make_pair(header.seq - 1, header.prev);
    const bool follows = header.seq == 1 || held_.contains(before);
    held_.emplace(header.seq, hash);
    heads_.erase(before);
    heads_[{header.seq, hash}] = header.control_seq;
    return follows;
  }
  std::vector<ChainHead> heads() const {
    std::vector<ChainHead> out;
    for (const auto& [place, control_seq] : heads_) {
      out.push_back({place.first, place.second, control_seq});
    }
    return out;
  }

 private:
  using Place = std::pair<std::uint64_t, Hash>;
  std::set<Place> held_;
  std::map<Place, std::uint32_t> heads_;
};

// Follows one stream from its first envelope to its head.
class StreamWalk {
 public:
  StreamWalk(Store& store, const TownshipId& township, const StreamId& stream,
             std::vector<std::string>& faults)
      : store_(store), township_(township), stream_(stream), faults_(faults) {}

  Status run() {
    MQ_TRY(const Hash first, store_.head_at(township_, stream_, 0));
    at_ = {0, first};
    for (;;) {
      MQ_TRY(const auto page, store_.read_range(township_, stream_, at_.index, kPageBytes));
      if (page.empty()) break;
      for (const StoredEnvelope& stored : page) MQ_CHECK(check_one(stored));
    }
    MQ_TRY(const StreamHead head, store_.stream_head(township_, stream_));
    if (head != at_) fault("head does not fit its envelopes", "流的链头与内容不符");
    for (const auto& [chain, walked] : chains_) {
      MQ_TRY(const auto heads, store_.chain_heads(township_, chain));
      if (heads != walked.heads()) fault("chain heads do not fit", "设备链的链头不符");
    }
    return {};
  }

 private:
  void fault(std::string_view en, std::string_view zh) {
    faults_.push_back(cat("township ", township_.hex(), " stream ", stream_.hex(), " index ",
                          at_.index, ": ", en, " / ", zh));
  }

  Status check_one(const StoredEnvelope& stored) {
    if (stored.index != at_.index + 1) fault("index gap", "序号不连续");
    at_.index = stored.index;
    const auto parsed = wire::parse_envelope(stored.envelope);
    if (!parsed.ok()) {
      fault("envelope does not parse", "信封已损坏");
      return {};
    }
    const Hash hash = parsed->hash();
    at_.head = wire::next_head(at_.head, stored.index, hash, stored.time);
    const auto head = store_.head_at(township_, stream_, stored.index);
    if (!head.ok() || *head != at_.head) fault("head chain is broken", "链头接不上");
    return check_chain(parsed->header, hash);
  }

  Status check_chain(const wire::EnvelopeHeader& header, const Hash& hash) {
    if (header.stream != stream_) fault("envelope of another stream", "别的流的信封");
    const wire::ChainId id = wire::chain_of(header);
    if (!chains_[id].add(header, hash)) fault("chain has a gap", "设备链缺号");
    MQ_TRY(const auto held, store_.held_at(township_, id, header.seq));
    const bool found = std::any_of(held.begin(), held.end(), [&](const Store::Held& each) {
      return each.hash == hash && each.index == at_.index;
    });
    if (!found) fault("envelope is not found by its chain", "按设备链查不到信封");
    return {};
  }

  Store& store_;
  const TownshipId& township_;
  const StreamId& stream_;
  std::vector<std::string>& faults_;
  StreamHead at_;
  std::map<wire::ChainId, ChainWalk> chains_;
};

}  // namespace

Status check_logs(Store& store, std::vector<std::string>& faults) {
  MQ_TRY(const std::vector<TownshipId> townships, store.townships());
  for (const TownshipId& township : townships) {
    MQ_CHECK(check_control(store, township, faults));
    MQ_TRY(const std::vector<StreamId> streams, store.streams(township));
    for (const StreamId& stream : streams) {
      MQ_CHECK(StreamWalk(store, township, stream, faults).run());
    }
  }
  return {};
}

Error wrong_chunk() {
  return {Code::kInvalidInput, "附件块的大小或序号不对",
          "attachment chunk has a wrong size or place"};
}

Status check_chunk(std::uint64_t bytes, std::uint32_t chunk, std::size_t chunk_bytes) {
  const std::uint64_t start = static_cast<std::uint64_t>(chunk) * kBlobChunkBytes;
  if (start >= bytes) return wrong_chunk();
  const std::uint64_t left = bytes - start;
  if (chunk_bytes != (left < kBlobChunkBytes ? left : kBlobChunkBytes)) return wrong_chunk();
  return {};
}

}  // namespace mq::server
