// The framing of a bundle inside its age file: "mqbundle1", then records, each with a hash, so that
// a file cut anywhere is good up to the cut. Bytes stand in sync/FORMAT.md.
#pragma once

#include <vector>

#include "messages.h"
#include "minqing/sync/v1/bundle.pb.h"
#include "mq/base/bytes.h"

namespace mq::sync {

enum class BundleKind : std::uint8_t {
  kHead = 1,
  kEntry = 2,
  kEnvelope = 3,
  kReceipt = 4,
  kProof = 5,
  kEnd = 9,  // how many records came before it
};

// A control append may have one entry as large as it may be itself.
inline constexpr std::size_t kBundleRecordBytesMax = (1u << 20) + 4096;
inline constexpr std::size_t kBundleRecordsMax = 65'536;

class BundleWriter {
 public:
  BundleWriter();
  void add(BundleKind kind, ByteView bytes);
  std::size_t size() const { return out_.size(); }
  std::size_t count() const { return count_; }
  Bytes end();

 private:
  ByteWriter out_;
  std::uint32_t count_ = 0;
};

struct Bundle {
  pb::BundleHead head;
  std::string head_bytes, head_signature;  // as signed
  std::vector<pb::ControlEntry> entries;
  std::vector<wire::Envelope> envelopes;
  std::vector<wire::Receipt> receipts;
  std::vector<pb::LogProof> proofs;
  bool whole = false;
};
// What stands before the first record that is cut or damaged; records of unknown kinds, and those
// that do not parse as their kind, are passed over. kCorrupt: not even a head;
// kInvalidInput: it begins as something else.
Result<Bundle> parse_bundle(ByteView plain);

}  // namespace mq::sync
