#include "store_check.h"

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
    check_chain(parsed->header, hash);
    return {};
  }

  void check_chain(const wire::EnvelopeHeader& header, const Hash& hash) {
    if (header.stream != stream_) fault("envelope of another stream", "别的流的信封");
    std::set<std::pair<std::uint64_t, Hash>>& held = chains_[wire::chain_of(header)];
    const bool follows = header.seq == 1 || held.contains({header.seq - 1, header.prev});
    if (!follows) fault("chain has a gap", "设备链缺号");
    held.emplace(header.seq, hash);
  }

  Store& store_;
  const TownshipId& township_;
  const StreamId& stream_;
  std::vector<std::string>& faults_;
  StreamHead at_;
  std::map<wire::ChainId, std::set<std::pair<std::uint64_t, Hash>>> chains_;
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
