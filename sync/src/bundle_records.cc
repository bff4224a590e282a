#include "bundle_records.h"

#include <algorithm>

#include "mq/wire/crypto.h"

namespace mq::sync {
namespace {

constexpr std::string_view kMagic = "mqbundle1";
constexpr std::size_t kCheckBytes = 16;

struct Record {
  std::uint8_t kind = 0;
  ByteView bytes;
};

std::array<std::uint8_t, 5> frame_of(std::uint8_t kind, std::size_t size) {
  std::array<std::uint8_t, 5> out{kind};
  for (std::size_t i = 0; i < 4; ++i) out[i + 1] = static_cast<std::uint8_t>(size >> (8 * i));
  return out;
}

Hash check_of(std::uint8_t kind, ByteView bytes) {
  return wire::hash("mq/bd1", {frame_of(kind, bytes.size()), bytes});
}

// The records up to the first that is cut, damaged or beyond the bounds.
std::vector<Record> good_records(ByteReader reader) {
  std::vector<Record> out;
  while (reader.left() > 0 && out.size() < kBundleRecordsMax) {
    Record record;
    record.kind = reader.integer<std::uint8_t>();
    const auto size = reader.integer<std::uint32_t>();
    if (size > kBundleRecordBytesMax) return out;
    record.bytes = reader.raw(size);
    const ByteView check = reader.raw(kCheckBytes);
    if (reader.failed()) return out;
    const Hash hash = check_of(record.kind, record.bytes);
    if (!std::ranges::equal(check, hash.view().first(kCheckBytes))) return out;
    out.push_back(record);
  }
  return out;
}

bool take_head(ByteView bytes, Bundle& bundle) {
  pb::SignedBundleHead head;
  if (!head.ParseFromString(to_string(bytes)) || !bundle.head.ParseFromString(head.head())) {
    return false;
  }
  bundle.head_bytes = head.head();
  bundle.head_signature = head.signature();
  return true;
}

void take(const Record& record, Bundle& bundle) {
  switch (static_cast<BundleKind>(record.kind)) {
    case BundleKind::kEntry: {
      pb::ControlEntry entry;
      if (entry.ParseFromString(to_string(record.bytes))) bundle.entries.push_back(entry);
      return;
    }
    case BundleKind::kEnvelope: {
      auto envelope = wire::parse_envelope(record.bytes);
      if (envelope.ok()) bundle.envelopes.push_back(std::move(*envelope));
      return;
    }
    case BundleKind::kReceipt: {
      pb::Receipt message;
      if (!message.ParseFromString(to_string(record.bytes))) return;
      const auto receipt = wire::receipt_of(message);
      if (receipt) bundle.receipts.push_back(*receipt);
      return;
    }
    case BundleKind::kProof: {
      pb::LogProof proof;
      if (proof.ParseFromString(to_string(record.bytes))) bundle.proofs.push_back(proof);
      return;
    }
    default:  // written by a newer program, or the end
      return;
  }
}

bool ends(const std::vector<Record>& records) {
  if (records.empty() || records.back().kind != static_cast<std::uint8_t>(BundleKind::kEnd)) {
    return false;
  }
  ByteReader reader(records.back().bytes);
  return reader.integer<std::uint32_t>() == records.size() - 1 && reader.done();
}

}  // namespace

BundleWriter::BundleWriter() { out_.raw(view_of(kMagic)); }

void BundleWriter::add(BundleKind kind, ByteView bytes) {
  const auto number = static_cast<std::uint8_t>(kind);
  out_.raw(frame_of(number, bytes.size()));
  out_.raw(bytes);
  out_.raw(check_of(number, bytes).view().first(kCheckBytes));
  ++count_;
}

Bytes BundleWriter::end() {
  ByteWriter count;
  count.integer(count_);
  add(BundleKind::kEnd, count.bytes());
  return out_.take();
}

Result<Bundle> parse_bundle(ByteView plain) {
  ByteReader reader(plain);
  const bool ours = text_of(reader.raw(kMagic.size())) == kMagic;
  if (!ours && plain.size() >= kMagic.size()) {
    return Error{Code::kInvalidInput, "没有收:这份文件里不是存件,什么也没有改动",
                 "not taken: this file holds something else than a bundle"};
  }
  const std::vector<Record> records = ours ? good_records(reader) : std::vector<Record>();
  Bundle bundle;
  const bool headed = !records.empty() &&
                      records.front().kind == static_cast<std::uint8_t>(BundleKind::kHead) &&
                      take_head(records.front().bytes, bundle);
  if (!headed) {
    return Error{Code::kCorrupt, "这不是一份存件,或开头已损坏:请重新拷贝一份",
                 "this is no bundle, or its beginning is damaged: copy it again"};
  }
  for (const Record& record : records) take(record, bundle);
  bundle.whole = ends(records);
  return bundle;
}

}  // namespace mq::sync
