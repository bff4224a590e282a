// Taking a bundle in: log entries that the server is proved to hold, receipts, then envelopes.
#include <algorithm>
#include <set>

#include "alarms.h"
#include "bundle_records.h"
#include "bundle_store.h"
#include "mq/base/text.h"
#include "mq/seal/age.h"
#include "mq/sync/late.h"

namespace mq::sync {
namespace {

constexpr std::size_t kEnvelopesAtOnce = 32;  // in one commit

Error of_another_township() {
  return {Code::kInvalidInput, "没有收:这份存件是另一个乡镇的,什么也没有改动",
          "not taken: this bundle is of another township; nothing was changed"};
}

bool proved(const wire::Receipt& receipt, const wire::ControlState& log) {
  return std::ranges::any_of(log.server_keys(), [&](const wire::ServerKeyRecord& server) {
    return wire::verify_receipt(receipt, log.township(), server.key);
  });
}

// The head up to which one of our township's servers holds the log.
struct LogPoint {
  std::uint32_t seq = 0;
  Hash head;
};
LogPoint proved_log(const Bundle& bundle, const wire::ControlState& log) {
  LogPoint out;
  for (const pb::LogProof& proof : bundle.proofs) {
    const auto receipt = wire::receipt_of(proof.receipt());
    const auto envelope = wire::parse_envelope(view_of(proof.envelope()));
    const bool fits = receipt && receipt->receipt_class == wire::ReceiptClass::kStored &&
                      envelope.ok() && envelope->hash() == receipt->last_hash &&
                      proved(*receipt, log);
    if (!fits || envelope->header.control_seq <= out.seq) continue;
    out = {envelope->header.control_seq, envelope->header.control_head};
  }
  return out;
}

// Those that follow what is held, up to the proved head; none if there is one missing.
std::vector<pb::ControlEntry> following(const Bundle& bundle, std::uint32_t held,
                                        std::uint32_t through) {
  std::map<std::uint32_t, const pb::ControlEntry*> by_seq;
  for (const pb::ControlEntry& entry : bundle.entries) {
    pb::ControlBody body;
    if (body.ParseFromString(entry.body())) by_seq.emplace(body.seq(), &entry);
  }
  std::vector<pb::ControlEntry> out;
  for (std::uint32_t seq = held + 1; seq <= through; ++seq) {
    const auto entry = by_seq.find(seq);
    if (entry == by_seq.end()) return {};
    out.push_back(*entry->second);
  }
  return out;
}

// An entry carried by bundle is a proposal until the server has it in its order (PROTOCOL section
// 5): only what a receipt proves to stand there is believed.
Status take_entries(const Bundle& bundle, const BundleHome& home, BundleTaken& taken) {
  const wire::ControlState before = home.control.state();
  const LogPoint proof = proved_log(bundle, before);
  const auto entries = following(bundle, home.control.held(), proof.seq);
  if (entries.empty()) return {};
  wire::ControlState after = before;
  if (!after.apply(entries).ok() || after.head_at(proof.seq) != proof.head) return {};
  MQ_CHECK(home.control.append(entries, home.keyring));
  MQ_CHECK(home.control.complete_keys(home.keyring));
  MQ_CHECK(rule_by_log(home.vault, home.control, home.sealer));
  taken.entries = entries.size();
  MQ_TRY(taken.alarms,
         take_news(home.vault, home.control.state(), home.keyring, home.clock.wall()));
  return {};
}

Status take_receipts(const Bundle& bundle, const BundleHome& home, BundleTaken& taken) {
  const wire::ControlState& log = home.control.state();
  std::vector<wire::Receipt> good;
  for (const wire::Receipt& receipt : bundle.receipts) {
    if (log.device(receipt.device) != nullptr && proved(receipt, log)) good.push_back(receipt);
  }
  taken.receipts = good.size();
  return home.vault.together([&]() -> Status {
    for (const wire::Receipt& receipt : good) {
      const wire::StreamRecord* stream = log.stream_by_ordinal(receipt.stream);
      if (stream == nullptr || home.vault.stream(stream->id) == nullptr) continue;
      MQ_CHECK(home.vault.store_receipt(receipt));
    }
    return keep_receipts(home.vault, good);
  });
}

// Whole envelopes that a device of the log has signed, each chain in its order.
std::vector<const wire::Envelope*> signed_envelopes(const Bundle& bundle,
                                                    const wire::ControlState& log) {
  std::vector<const wire::Envelope*> out;
  for (const wire::Envelope& envelope : bundle.envelopes) {
    const wire::DeviceRecord* author = log.device(envelope.header.device);
    const bool good = !envelope.pruned() && author != nullptr &&
                      wire::verify_envelope(envelope, author->sign_key);
    if (good) out.push_back(&envelope);
  }
  std::ranges::stable_sort(out, [](const wire::Envelope* a, const wire::Envelope* b) {
    const auto place = [](const wire::EnvelopeHeader& h) {
      return std::pair(wire::chain_of(h), h.seq);
    };
    return place(a->header) < place(b->header);
  });
  return out;
}

// What another device made, and what this one made and does not hold any more, goes on to the
// server unless a receipt for it is here: the author waits for that.
Result<std::vector<Hash>> to_relay(const std::vector<const wire::Envelope*>& envelopes,
                                   const BundleHome& home) {
  std::map<DeviceId, std::vector<wire::Receipt>> receipts;
  std::vector<Hash> out;
  for (const wire::Envelope* envelope : envelopes) {
    const wire::EnvelopeHeader& header = envelope->header;
    if (header.device == home.vault.device()) {
      MQ_TRY(const auto held, home.vault.envelope(envelope->hash()));
      if (!held) out.push_back(envelope->hash());
      continue;
    }
    if (!receipts.contains(header.device)) {
      MQ_TRY(receipts[header.device], load_receipts_for(home.vault, header.device));
    }
    const wire::StreamRecord* stream = home.control.state().stream(header.stream);
    const bool covered =
        std::ranges::any_of(receipts[header.device], [&](const wire::Receipt& receipt) {
          return stream != nullptr && receipt.stream == stream->ordinal &&
                 receipt.incarnation == header.incarnation && receipt.seq_from <= header.seq &&
                 (header.seq < receipt.seq_to || receipt.last_hash == envelope->hash());
        });
    if (!covered) out.push_back(envelope->hash());
  }
  return out;
}

Status take_some(const std::vector<const wire::Envelope*>& envelopes, const BundleHome& home,
                 BundleTaken& taken) {
  using Received = seal::Sealer::Received;
  MQ_TRY(const std::vector<Hash> relay, to_relay(envelopes, home));
  BundleTaken counted;
  MQ_CHECK(home.vault.together([&]() -> Status {
    counted = BundleTaken();
    MQ_CHECK(add_relay(home.vault, relay));
    return home.sealer.receive_all(envelopes, home.control.state(),
                                   [&](std::size_t, Received received) -> Status {
                                     counted.duplicates += received == Received::kDuplicate;
                                     counted.refused += received == Received::kRefused;
                                     return {};
                                   });
  }));
  taken.duplicates += counted.duplicates;
  taken.refused += counted.refused;
  return {};
}

Status settle(const BundleHome& home, BundleTaken& taken) {
  MQ_TRY(const int first, home.sealer.retry_parked(home.control.state()));
  static_cast<void>(first);
  if (!home.sealer.restore_suspected()) return {};
  taken.renewed = true;
  MQ_CHECK(home.sealer.start_incarnation());
  const auto again = home.sealer.retry_parked(home.control.state());
  return again.ok() ? Status() : again.error();
}

// How what came stands now; what came a second time as well.
Status count_outcome(const std::vector<const wire::Envelope*>& envelopes, const BundleHome& home,
                     BundleTaken& taken) {
  std::uint64_t parked = 0;
  for (const wire::Envelope* envelope : envelopes) {
    MQ_TRY(const auto standing, home.vault.standing(envelope->hash()));
    MQ_TRY(const auto held, home.vault.envelope(envelope->hash()));
    parked += held && !standing ? 1 : 0;
    taken.undecided += standing && *standing != vault::Standing::kInForce ? 1 : 0;
  }
  // What was refused is kept with what waits.
  taken.waiting = parked - std::min(parked, taken.refused);
  const std::uint64_t fresh = envelopes.size() - taken.duplicates - taken.refused;
  taken.merged = fresh - std::min(fresh, taken.waiting + taken.undecided);
  return {};
}

Status take_envelopes(const Bundle& bundle, const BundleHome& home, BundleTaken& taken) {
  const auto envelopes = signed_envelopes(bundle, home.control.state());
  taken.envelopes = bundle.envelopes.size();
  taken.unproved = bundle.envelopes.size() - envelopes.size();
  const std::uint64_t before = home.sealer.transactions_taken();
  for (std::size_t at = 0; at < envelopes.size(); at += kEnvelopesAtOnce) {
    const auto end = std::min(at + kEnvelopesAtOnce, envelopes.size());
    MQ_CHECK(take_some({envelopes.begin() + static_cast<std::ptrdiff_t>(at),
                        envelopes.begin() + static_cast<std::ptrdiff_t>(end)},
                       home, taken));
  }
  MQ_CHECK(settle(home, taken));
  taken.records = home.sealer.transactions_taken() - before;
  return count_outcome(envelopes, home, taken);
}

Status note_maker(const Bundle& bundle, const BundleHome& home, BundleTaken& taken) {
  const auto maker = DeviceId::from(view_of(bundle.head.device()));
  const auto signature = Signature::from(view_of(bundle.head_signature));
  const wire::DeviceRecord* device = maker ? home.control.state().device(*maker) : nullptr;
  if (device == nullptr || !signature) return {};
  if (!wire::verify(device->sign_key, "mq/bh1", view_of(bundle.head_bytes), *signature)) return {};
  taken.from = *maker;
  MQ_TRY(const std::uint32_t known, load_peer_seq(home.vault, *maker));
  const std::uint32_t said = bundle.head.control_seq();
  const bool ours =
      Hash::from(view_of(bundle.head.control_head())) == home.control.state().head_at(said);
  if (said <= known || !ours) return {};
  return store_peer_seq(home.vault, *maker, said);
}

}  // namespace

Result<BundleTaken> import_bundle(ByteView file, const BundleHome& home) {
  const seal::Identity* me = home.keyring.identity();
  if (me == nullptr || home.control.state().head_seq() == 0) {
    return Error{Code::kConflict, "还没有加入乡镇,收不了存件;请先 join",
                 "this device has not joined a township; join first"};
  }
  MQ_TRY(const seal::AgePlain plain, seal::age_open(me->box, file, kBundleBytesMax));
  MQ_TRY(const Bundle bundle, parse_bundle(plain.bytes));
  if (TownshipId::from(view_of(bundle.head.township())) != home.control.state().township()) {
    return of_another_township();
  }
  BundleTaken taken;
  taken.whole = plain.whole && bundle.whole;
  MQ_CHECK(take_entries(bundle, home, taken));
  MQ_CHECK(take_receipts(bundle, home, taken));
  MQ_CHECK(take_envelopes(bundle, home, taken));
  MQ_CHECK(note_maker(bundle, home, taken));
  MQ_TRY(const std::vector<Hash> relay, load_relay(home.vault));
  taken.relay = relay.size();
  return taken;
}

}  // namespace mq::sync
