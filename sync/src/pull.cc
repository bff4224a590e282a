#include "pull.h"

#include <algorithm>
#include <set>

#include "mq/base/text.h"

namespace mq::sync {
namespace {

Error wrong_heads(std::uint32_t number) {
  return {
      Code::kCorrupt,
      cat("服务器给出的内容没有通过核对(号码 ", number, "),这次收到的都没有采用。请告诉管理员。"),
      cat("the server's envelopes do not fit its own heads or their signatures (", number,
          "); nothing of them was applied; tell the admin")};
}

class PartChecker {
 public:
  PartChecker(const Asked& asked, const Hash& head, const wire::Receipt* receipt,
              const Reading& reading)
      : asked_(asked),
        receipt_(receipt),
        reading_(reading),
        index_(asked.cursor.index),
        head_(head) {}

  // Goes over the envelopes; false if the server's stream is another than ours.
  Result<bool> check(const pb::StreamPart& part, Pulled& pulled) {
    if (part.diverged() || part.head_index() < index_) return false;
    if (part.envelopes_size() > 0 && part.from_index() > index_ + 1) {
      // It took our push for held in order, which we could not see; asked again, it gives the rest.
      pulled.level = false;
      return true;
    }
    std::uint64_t index = part.from_index();
    for (const pb::StoredEnvelope& stored : part.envelopes()) {
      if (index++ <= index_) continue;  // placed by its receipt
      MQ_TRY(wire::Envelope envelope, from_message(stored.envelope()));
      MQ_TRY(const bool known, check_author(envelope));
      if (!known) {
        pulled.level = false;
        return true;
      }
      const WallTime time{static_cast<std::int64_t>(stored.time_ms())};
      head_ = wire::next_head(head_, ++index_, envelope.hash(), time);
      if (receipt_ != nullptr && receipt_->index == index_ && receipt_->head != head_) return false;
      pulled.envelopes.push_back({asked_.ix, index_, head_, time, std::move(envelope)});
    }
    return check_head(part, pulled);
  }

 private:
  // The heads do not cover the signature: a bent one must not make us drop an envelope for ever.
  Result<bool> check_author(const wire::Envelope& envelope) const {
    const wire::EnvelopeHeader& header = envelope.header;
    if (header.stream != asked_.id) return wrong_heads(header.control_seq);
    const wire::DeviceRecord* device = reading_.log.device(header.device);
    // A void head has a number of its own side's.
    const bool heard_of = header.control_seq <= reading_.log.head_seq() ||
                          reading_.log.place_of(header.control_seq, header.control_head);
    const bool known = device != nullptr && heard_of;
    if (!known && reading_.same_log) return wrong_heads(header.control_seq);
    if (!known) return false;
    if (envelope.pruned() || wire::verify_envelope(envelope, device->sign_key)) return true;
    return wrong_heads(header.control_seq);
  }

  Result<bool> check_head(const pb::StreamPart& part, Pulled& pulled) const {
    MQ_TRY(const Hash head, from_field<Hash>(part.head()));
    if (index_ > part.head_index()) return wrong_heads(part.stream());
    if (index_ == part.head_index() && head != head_) return wrong_heads(part.stream());
    pulled.level = pulled.level && index_ == part.head_index();
    return !(receipt_ != nullptr && receipt_->index > part.head_index());
  }

  const Asked& asked_;
  const wire::Receipt* receipt_;
  const Reading& reading_;
  std::uint64_t index_;
  Hash head_;
};

// The head at the cursor; the stream's first one if nothing is held.
Hash head_of(const Asked& asked, const TownshipId& township, const wire::Generation& generation) {
  return asked.cursor.index == 0 ? wire::first_head(township, asked.id, generation)
                                 : asked.cursor.head;
}

using PushedAt = std::map<std::pair<wire::ChainId, std::uint64_t>, Hash>;

// The run of one receipt, if it follows the cursor and all of it was pushed just now.
std::vector<Placed> run_of(const wire::Receipt& receipt, const PushedAt& pushed, const Asked& asked,
                           Hash head) {
  std::vector<Placed> run;
  if (receipt.seq_to < receipt.seq_from) return {};
  const std::uint64_t count = receipt.seq_to - receipt.seq_from + 1;
  if (count > pushed.size() || receipt.index != asked.cursor.index + count) return {};
  for (std::uint64_t i = 0; i < count; ++i) {
    const wire::ChainId chain{asked.id, receipt.device, receipt.incarnation};
    const auto found = pushed.find({chain, receipt.seq_from + i});
    if (found == pushed.end()) return {};
    const std::uint64_t index = asked.cursor.index + 1 + i;
    head = wire::next_head(head, index, found->second, receipt.time);
    run.push_back({asked.ix, index, head, found->second, receipt.time});
  }
  if (head != receipt.head) return {};
  return run;
}

}  // namespace

std::vector<Placed> place_pushed(const std::vector<wire::Envelope>& pushed,
                                 const std::vector<wire::Receipt>& receipts,
                                 const TownshipId& township, const wire::Generation& generation,
                                 AskedStreams& asked) {
  PushedAt at;
  for (const wire::Envelope& envelope : pushed) {
    at.emplace(std::pair(wire::chain_of(envelope.header), envelope.header.seq), envelope.hash());
  }
  std::vector<Placed> out;
  for (const wire::Receipt& receipt : receipts) {
    const auto stream = asked.find(receipt.stream);
    const bool counts =
        receipt.generation == generation && receipt.receipt_class == wire::ReceiptClass::kStored;
    if (!counts || stream == asked.end()) continue;
    Asked& ours = stream->second;
    const auto run = run_of(receipt, at, ours, head_of(ours, township, generation));
    if (run.empty()) continue;
    ours.cursor = {run.back().index, run.back().head};
    out.insert(out.end(), run.begin(), run.end());
  }
  return out;
}

Result<Hash> shown_digest(const pb::ExchangeReply& reply, const AskedStreams& asked,
                          const TownshipId& township, const wire::Generation& generation) {
  std::map<std::uint32_t, const pb::StreamPart*> parts;
  for (const pb::StreamPart& part : reply.parts()) parts.emplace(part.stream(), &part);
  ByteWriter shown;
  for (const auto& [ordinal, ours] : asked) {
    std::uint64_t index = ours.cursor.index;
    Hash head = head_of(ours, township, generation);
    if (const auto part = parts.find(ordinal); part != parts.end()) {
      index = part->second->head_index();
      MQ_TRY(head, from_field<Hash>(part->second->head()));
    }
    shown.integer(ordinal);
    shown.integer(index);
    shown.raw(head.view());
  }
  return wire::hash("mq/hd1", {shown.bytes()});
}

Result<Pulled> check_parts(const pb::ExchangeReply& reply, const Reading& reading) {
  Pulled pulled;
  std::set<std::uint32_t> answered;
  const auto receipt_of = [&](std::uint32_t stream) -> const wire::Receipt* {
    const auto found = reading.receipts.find(stream);
    const bool current =
        found != reading.receipts.end() && found->second.generation == reading.generation;
    return current ? &found->second : nullptr;
  };
  for (const pb::StreamPart& part : reply.parts()) {
    const auto found = reading.asked.find(part.stream());
    if (found == reading.asked.end() || !answered.insert(part.stream()).second) {
      return wrong_heads(part.stream());
    }
    const std::size_t before = pulled.envelopes.size();
    const Hash head = head_of(found->second, reading.log.township(), reading.generation);
    PartChecker checker(found->second, head, receipt_of(part.stream()), reading);
    MQ_TRY(const bool same, checker.check(part, pulled));
    if (same) continue;
    pulled.envelopes.resize(before);
    pulled.diverged.push_back(part.stream());
  }
  // A stream without a part stands where our cursor is; a receipt beyond it says that it lost some.
  for (const auto& [stream, ours] : reading.asked) {
    const wire::Receipt* receipt = receipt_of(stream);
    if (answered.contains(stream) || receipt == nullptr) continue;
    if (receipt->index > ours.cursor.index && !reply.more()) pulled.diverged.push_back(stream);
  }
  return pulled;
}

}  // namespace mq::sync
