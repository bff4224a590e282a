// Writing a bundle: everything own that has no receipt, and for the receiving devices what they may
// lack.
#include <algorithm>

#include "bundle_records.h"
#include "bundle_store.h"
#include "mq/base/text.h"
#include "mq/seal/age.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr std::size_t kRecordOverhead = 21;
constexpr std::size_t kEntriesBytesMax = 16u << 20;
constexpr std::size_t kRoomForTheRest = 1u << 20;  // proof, end
constexpr std::size_t kRecordsForTheRest = 16;

bool live(const wire::ControlState& log, const wire::DeviceRecord& device) {
  return device.span.holds_at(log.head_seq());
}

Result<std::vector<const wire::DeviceRecord*>> recipients_of(const BundleOptions& options,
                                                             const wire::ControlState& log) {
  std::vector<const wire::DeviceRecord*> out;
  for (const DeviceId& id : options.recipients) {
    const wire::DeviceRecord* device = log.device(id);
    if (device == nullptr || !live(log, *device)) {
      return Error{Code::kNotAllowed,
                   cat("没有存:收件设备 ", id.hex(), " 不在本乡镇,或已停用;用 members 查看"),
                   cat("nothing written: the device ", id.hex(),
                       " is not of this township, or revoked; see members")};
    }
    out.push_back(device);
  }
  if (!options.recipients.empty()) return out;
  for (const wire::DeviceRecord& device : log.devices()) {
    const bool receives = log.has_role(device.person, wire::pb::ROLE_KIND_ADMIN, log.head_seq()) ||
                          log.has_role(device.person, wire::pb::ROLE_KIND_DESK, log.head_seq());
    if (receives && live(log, device)) out.push_back(&device);
  }
  return out;
}

Status renew(const BundleHome& home, BundleWritten& written) {
  written.renewed = true;
  return home.sealer.start_incarnation();
}

Status seal_stream(const BundleHome& home, vault::StreamIx stream, BundleWritten& written) {
  for (;;) {
    MQ_TRY(const auto sealed, home.sealer.seal_next(stream, home.control.state()));
    if (home.sealer.restore_suspected()) {
      MQ_CHECK(renew(home, written));
    } else if (!sealed) {
      return {};
    }
  }
}

// Nothing is sealed under a head that the server is known not to share.
Status seal_all(const BundleHome& home, BundleWritten& written) {
  MQ_TRY(const auto parted, parting(home.vault, home.control));
  if (parted) return {};
  for (const vault::StreamInfo& stream : home.vault.streams()) {
    MQ_CHECK(seal_stream(home, stream.ix, written));
  }
  return {};
}

// The token stands behind all that leaves, as before a push.
Status flush(const BundleHome& home, BundleWritten& written) {
  Status ready = home.sealer.flush();
  if (ready.ok() || ready.error().code != Code::kConflict) return ready;
  MQ_CHECK(renew(home, written));
  return home.sealer.flush();
}

Result<pb::BundleHead> head_of(const BundleHome& home) {
  const wire::ControlState& log = home.control.state();
  pb::BundleHead head;
  head.set_township(to_field(log.township().view()));
  head.set_device(to_field(home.keyring.identity()->device.view()));
  head.set_made_ms(static_cast<std::uint64_t>(home.clock.wall().ms));
  head.set_control_seq(log.head_seq());
  head.set_control_head(to_field(log.head().view()));
  for (const vault::StreamInfo& stream : home.vault.streams()) {
    MQ_TRY(const auto chain, home.vault.own_chain(stream.ix));
    if (chain.seq == 0) continue;
    pb::ChainEnd& end = *head.add_vector();
    end.set_stream(to_field(stream.id.view()));
    end.set_incarnation(home.vault.incarnation());
    end.set_seq(chain.seq);
    end.set_hash(to_field(chain.hash.view()));
  }
  return head;
}

Status add_head(const BundleHome& home, BundleWriter& writer) {
  MQ_TRY(const pb::BundleHead head, head_of(home));
  pb::SignedBundleHead message;
  message.set_head(head.SerializeAsString());
  const Signature signature = home.keyring.identity()->sign.sign("mq/bh1", view_of(message.head()));
  message.set_signature(to_field(signature.view()));
  writer.add(BundleKind::kHead, view_of(message.SerializeAsString()));
  return {};
}

Error too_much() {
  return {Code::kExhausted, "没有存:未送出的记录超过一份存件的上限(64 MiB);请先 sync",
          "nothing written: more unsent work than one bundle holds (64 MiB); sync first"};
}

Status add_envelopes(const BundleHome& home, BundleWriter& writer, Copied& copied,
                     BundleWritten& written) {
  MQ_TRY(const std::vector<wire::Envelope> outbox, home.vault.outbox(kBundleBytesMax));
  for (const wire::Envelope& envelope : outbox) {
    const Bytes bytes = wire::encode_envelope(envelope);
    const bool fits = writer.size() + bytes.size() + kRoomForTheRest <= kBundleBytesMax &&
                      writer.count() + kRecordsForTheRest < kBundleRecordsMax;
    if (!fits) return too_much();
    writer.add(BundleKind::kEnvelope, bytes);
    std::uint64_t& through = copied.through[{envelope.header.stream, envelope.header.incarnation}];
    through = std::max(through, envelope.header.seq);
    MQ_TRY(const std::uint64_t records, records_in(home.vault, home.sealer, envelope));
    written.records += records;
    ++written.envelopes;
  }
  return {};
}

// The receipt whose envelope names the newest head of all that the server is proved to hold.
struct Proof {
  std::uint32_t control_seq = 0;
  pb::LogProof message;
};
Result<Proof> newest_proof(const BundleHome& home) {
  Proof out;
  const wire::ControlState& log = home.control.state();
  for (const vault::StreamInfo& stream : home.vault.streams()) {
    if (stream.ordinal == 0) continue;
    MQ_TRY(const auto receipt,
           load_latest_receipt(home.vault, stream.ordinal, wire::ReceiptClass::kStored));
    if (!receipt || receipt->receipt_class != wire::ReceiptClass::kStored) continue;
    MQ_TRY(std::optional<wire::Envelope> held, home.vault.envelope(receipt->last_hash));
    if (!held || held->header.control_seq <= out.control_seq) continue;
    if (log.head_at(held->header.control_seq) != held->header.control_head) continue;
    out.control_seq = held->header.control_seq;
    *out.message.mutable_receipt() = to_message(*receipt);
    held->ct.clear();
    out.message.set_envelope(to_field(wire::encode_envelope(*held)));
  }
  return out;
}

// What a device surely holds of the log: its own entry, what it appended, what its bundle said.
Result<std::uint32_t> known_to(const BundleHome& home, const wire::DeviceRecord& device,
                               const std::vector<pb::ControlEntry>& all) {
  MQ_TRY(std::uint32_t known, load_peer_seq(home.vault, device.id));
  known = std::max(known, device.span.from);
  for (const pb::ControlEntry& entry : all) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body()) || body.seq() <= known) continue;
    if (std::ranges::equal(view_of(body.author()), device.id.view())) known = body.seq();
  }
  return known;
}

// Entries that a recipient may lack, as far as the server is proved to have them in its order:
// beyond that they would be proposals, under which nobody may seal.
Status add_entries(const BundleHome& home, const std::vector<const wire::DeviceRecord*>& to,
                   BundleWriter& writer, BundleWritten& written) {
  MQ_TRY(const Proof proof, newest_proof(home));
  MQ_TRY(const std::vector<pb::ControlEntry> all, home.control.entries(0));
  std::uint32_t from = proof.control_seq;
  for (const wire::DeviceRecord* device : to) {
    MQ_TRY(const std::uint32_t known, known_to(home, *device, all));
    from = std::min(from, known);
  }
  if (from >= proof.control_seq) return {};
  std::size_t bytes = 0;
  for (std::uint32_t seq = from; seq < proof.control_seq; ++seq) bytes += all[seq].ByteSizeLong();
  const std::size_t records = proof.control_seq - from;
  const std::size_t full = writer.size() + bytes + records * kRecordOverhead + kRoomForTheRest;
  const bool fits = bytes <= kEntriesBytesMax && full <= kBundleBytesMax &&
                    writer.count() + records + kRecordsForTheRest < kBundleRecordsMax;
  if (!fits) return {};  // the work goes first; entries come from the server
  for (std::uint32_t seq = from; seq < proof.control_seq; ++seq) {
    writer.add(BundleKind::kEntry, view_of(all[seq].SerializeAsString()));
    ++written.entries;
  }
  writer.add(BundleKind::kProof, view_of(proof.message.SerializeAsString()));
  return {};
}

Status add_receipts(const BundleHome& home, const std::vector<const wire::DeviceRecord*>& to,
                    BundleWriter& writer, BundleWritten& written) {
  for (const wire::DeviceRecord* device : to) {
    MQ_TRY(const auto receipts, load_receipts_for(home.vault, device->id));
    for (const wire::Receipt& receipt : receipts) {
      writer.add(BundleKind::kReceipt, view_of(to_message(receipt).SerializeAsString()));
      ++written.receipts;
    }
  }
  return {};
}

std::string name_of(std::string_view path) {
  return std::string(
      path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1));
}

}  // namespace

Result<BundleWritten> export_bundle(const BundleOptions& options, const BundleHome& home,
                                    FileSystem& files) {
  if (home.keyring.identity() == nullptr || home.control.state().head_seq() == 0) {
    return Error{Code::kConflict, "还没有钥匙,这些先存在本机;加入乡镇后再存一份",
                 "no keys yet: what is recorded stays here; join the township first"};
  }
  MQ_TRY(const auto to, recipients_of(options, home.control.state()));
  BundleWritten written;
  written.recipients = to.size();
  MQ_CHECK(seal_all(home, written));
  MQ_CHECK(flush(home, written));
  MQ_TRY(const vault::Delivery delivery, home.vault.delivery());
  written.left = delivery.unsealed;
  MQ_TRY(Copied copied, load_copied(home.vault));
  BundleWriter writer;
  MQ_CHECK(add_head(home, writer));
  MQ_CHECK(add_receipts(home, to, writer, written));
  MQ_CHECK(add_envelopes(home, writer, copied, written));
  MQ_CHECK(add_entries(home, to, writer, written));
  std::vector<BoxKey> keys;
  for (const wire::DeviceRecord* device : to) keys.push_back(device->box_key);
  MQ_TRY(const Bytes file, seal::age_encrypt(keys, writer.end(), home.random));
  written.bytes = file.size();
  MQ_CHECK(files.replace(options.path, file));
  if (written.envelopes == 0) return written;
  copied.file = name_of(options.path);
  copied.written = home.clock.wall();
  MQ_CHECK(store_copied(home.vault, copied));
  return written;
}

Result<Unsent> unsent_work(vault::Vault& vault, const seal::Sealer& sealer) {
  MQ_TRY(const vault::Delivery delivery, vault.delivery());
  MQ_TRY(const Copied copied, load_copied(vault));
  Unsent out;
  out.alone = delivery.unsealed;
  out.file = copied.file;
  out.written = copied.written;
  if (delivery.sealed_waiting == 0) return out;
  MQ_TRY(const std::vector<wire::Envelope> outbox, vault.outbox(SIZE_MAX));
  for (const wire::Envelope& envelope : outbox) {
    MQ_TRY(const std::uint64_t records, records_in(vault, sealer, envelope));
    (copied.holds(envelope.header) ? out.copied : out.alone) += records;
  }
  return out;
}

}  // namespace mq::sync
