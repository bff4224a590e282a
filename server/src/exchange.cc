#include "exchange.h"

#include <algorithm>
#include <map>
#include <set>

#include "sequencer.h"

namespace mq::server {
namespace {

// A body may exceed the sealed bytes in it by its cursors, receipts and framing.
constexpr std::size_t kFramingBytesMax = 64u << 10;
constexpr std::size_t kReplyBytesMin = 4096;
constexpr int kShownMax = 256;
constexpr std::size_t kPartFramingBytes = 64;

// A late envelope stands in its box, or in the stream since it was decided.
Result<bool> lost_late(Core& core, const TownshipId& township, const wire::StreamRecord& stream,
                       const wire::Receipt& receipt) {
  MQ_TRY(const bool in_its_box, core.store.late_holds(township, stream.id, receipt.last_hash));
  if (in_its_box) return false;
  const wire::ChainId chain{stream.id, receipt.device, receipt.incarnation};
  MQ_TRY(const auto held, core.store.held_at(township, chain, receipt.seq_to));
  return std::none_of(held.begin(), held.end(),
                      [&](const Store::Held& each) { return each.hash == receipt.last_hash; });
}

// Whether our own receipt promises what we do not have: then data was lost.
Result<bool> proves_loss(Core& core, const Caller& caller, const wire::Receipt& receipt,
                         const wire::Generation& generation) {
  const TownshipId& township = caller.township->id;
  if (receipt.generation != generation) return false;
  if (!wire::verify_receipt(receipt, township, core.key.public_key())) return false;
  const wire::StreamRecord* stream = caller.log->control.stream_by_ordinal(receipt.stream);
  if (stream == nullptr) return true;  // the log itself is behind the receipt
  if (receipt.receipt_class == wire::ReceiptClass::kLate) {
    return lost_late(core, township, *stream, receipt);
  }
  const auto head = core.store.head_at(township, stream->id, receipt.index);
  if (head.ok()) return *head != receipt.head;
  if (head.error().code == Code::kNotFound) return true;
  return head.error();
}

Status look_at_receipts(Core& core, const Caller& caller, const pb::ExchangeRequest& request) {
  const int count = std::min(request.show_size(), kShownMax);
  for (int i = 0; i < count; ++i) {
    const auto receipt = wire::receipt_of(request.show(i));
    if (!receipt) continue;
    const wire::Generation generation = core.current_generation();
    MQ_TRY(const bool lost, proves_loss(core, caller, *receipt, generation));
    if (lost) MQ_CHECK(core.renew(generation));
  }
  return {};
}

// ---- push

Status push(Core& core, const Caller& caller, const pb::ExchangeRequest& request,
            pb::ExchangeReply& reply) {
  Push mine;
  const Date today = Date::in_shanghai(core.clock.wall());
  std::vector<int> place_of;  // candidate → result
  for (const pb::Envelope& message : request.push()) {
    pb::PushResult& result = *reply.add_results();
    if (!fits(message)) {
      result = refused(pb::REFUSAL_SIZE);
      continue;
    }
    if (!core.quota.take(caller.device->id, message.ByteSizeLong(), core.clock.monotonic())) {
      result = refused(pb::REFUSAL_QUOTA);
      continue;
    }
    Judged judged = judge(caller.log->control, message, today);
    if (std::holds_alternative<pb::PushResult>(judged)) {
      result = std::get<pb::PushResult>(judged);
      continue;
    }
    mine.candidates.push_back(std::move(std::get<Candidate>(judged)));
    place_of.push_back(reply.results_size() - 1);
  }
  if (mine.candidates.empty()) return {};
  Township& township = *caller.township;
  township.pushes.run(mine,
                      [&](const std::vector<Push*>& all) { lead_pushes(core, township, all); });
  core.store.tidy();
  MQ_CHECK(mine.status);
  for (std::size_t i = 0; i < place_of.size(); ++i) {
    *reply.mutable_results(place_of[i]) = mine.results[i];
  }
  for (const wire::Receipt& receipt : mine.receipts) *reply.add_receipts() = to_message(receipt);
  return {};
}

// ---- pull

// A stream that the caller reads and asked for.
struct Asked {
  const wire::StreamRecord* stream = nullptr;
  std::uint64_t have = 0;
  std::string tag;
  StreamHead head;
  bool news = false;
  bool diverged = false;
};

Result<std::vector<Asked>> asked_streams(Core& core, const Caller& caller,
                                         const pb::ExchangeRequest& request) {
  std::map<std::uint32_t, Asked> by_ordinal;
  for (const pb::Cursor& cursor : request.cursors()) {
    const wire::StreamRecord* stream = caller.log->control.stream_by_ordinal(cursor.stream());
    if (stream == nullptr || !caller.may_read(stream->id)) continue;
    Asked& asked = by_ordinal[cursor.stream()];
    if (asked.stream == nullptr) {  // a stream named a thousand times is looked up once
      MQ_TRY(asked.head, core.store.stream_head(caller.township->id, stream->id));
    }
    asked.stream = stream;
    asked.have = cursor.have();
    asked.tag = cursor.head_tag();
  }
  std::vector<Asked> out;
  for (auto& [ordinal, asked] : by_ordinal) {
    const auto at = core.store.head_at(caller.township->id, asked.stream->id, asked.have);
    if (!at.ok() && at.error().code != Code::kNotFound) return at.error();
    asked.diverged = !at.ok() || (asked.have > 0 && tag_of(*at) != asked.tag);
    asked.news = !asked.diverged && asked.have < asked.head.index;
    out.push_back(asked);
  }
  return out;
}

// The envelopes that this request brought, by chain and seq; how many: two lines may share a seq.
using Brought = std::map<std::pair<wire::ChainId, std::uint64_t>, int>;

Brought brought_by(const pb::ExchangeRequest& request) {
  Brought out;
  for (const pb::Envelope& message : request.push()) {
    const auto header = wire::EnvelopeHeader::parse(view_of(message.header()));
    if (header.ok()) ++out[{wire::chain_of(*header), header->seq}];
  }
  return out;
}

// Whether the receipt covers only what this request brought, right behind `have`: its first
// envelope stands there, its last as many places on, so nobody else's stands between them.
Result<bool> follows(Core& core, const Caller& caller, const pb::Receipt& receipt,
                     const Asked& asked, const Brought& brought) {
  const auto device = id_of<DeviceId>(receipt.device());
  const bool stored =
      receipt.receipt_class() == static_cast<std::uint32_t>(wire::ReceiptClass::kStored);
  if (!device || !stored || receipt.stream() != asked.stream->ordinal) return false;
  const std::uint64_t count = receipt.seq_to() - receipt.seq_from() + 1;
  if (count > brought.size() || receipt.index() != asked.have + count) return false;
  const wire::ChainId chain{asked.stream->id, *device, receipt.incarnation()};
  for (std::uint64_t seq = receipt.seq_from(); seq <= receipt.seq_to(); ++seq) {
    const auto found = brought.find({chain, seq});
    if (found == brought.end() || found->second != 1) return false;
  }
  MQ_TRY(const auto first, core.store.held_at(caller.township->id, chain, receipt.seq_from()));
  return first.size() == 1 && first.front().index == asked.have + 1;
}

// What this request brought does not go back where its receipt places it for the caller.
Status skip_brought(Core& core, const Caller& caller, const pb::ExchangeReply& reply,
                    const Brought& brought, Asked& asked) {
  if (asked.diverged) return {};
  for (const pb::Receipt& receipt : reply.receipts()) {
    MQ_TRY(const bool placed, follows(core, caller, receipt, asked, brought));
    if (placed) asked.have = receipt.index();
  }
  asked.news = asked.have < asked.head.index;
  return {};
}

// How much of the log its reader needs: numbers of void heads are not those of this log's entries.
std::uint32_t names_entry(const wire::ControlState& control, const wire::EnvelopeHeader& header) {
  const auto place = control.place_of(header.control_seq, header.control_head);
  return place ? place->known : header.control_seq;
}

// What a part is filled by: `known`, the head of the caller's control log, and the room left.
struct Filling {
  const wire::ControlState& control;
  std::uint32_t known = 0;
  std::size_t room = 0;
  bool at_least_one = false;
};

// As many stored envelopes as fit into what is left; at least one if nothing was given yet. Those
// that name a control entry beyond `known` wait: a device that lacks it can only throw them away.
Status fill_part(const std::vector<StoredEnvelope>& stored, const Filling& filling,
                 pb::StreamPart& part) {
  std::size_t used = 0;
  for (const StoredEnvelope& each : stored) {
    MQ_TRY(const wire::Envelope envelope, wire::parse_envelope(each.envelope));
    if (names_entry(filling.control, envelope.header) > filling.known) break;
    pb::StoredEnvelope message;
    message.set_time_ms(static_cast<std::uint64_t>(each.time.ms));
    *message.mutable_envelope() = to_message(envelope);
    used += message.ByteSizeLong() + 8;
    const bool first = filling.at_least_one && part.envelopes_size() == 0;
    if (used > filling.room && !first) break;
    *part.add_envelopes() = std::move(message);
  }
  if (part.envelopes_size() > 0) part.set_from_index(stored.front().index);
  return {};
}

// Gives parts until the reply is as large as the device wants it.
class Filler {
 public:
  // known: the head of the caller's control log.
  Filler(Core& core, const Caller& caller, std::uint32_t known, std::size_t bytes_max)
      : core_(core), caller_(caller), known_(known), left_(bytes_max) {}

  Status add(const Asked& asked, pb::ExchangeReply& reply) {
    pb::StreamPart& part = *reply.add_parts();
    part.set_stream(asked.stream->ordinal);
    part.set_head_index(asked.head.index);
    part.set_head(bytes_of(asked.head.head.view()));
    part.set_diverged(asked.diverged);
    left_ -= std::min(left_, kPartFramingBytes);
    if (asked.diverged) return {};
    std::uint64_t last = asked.have;
    if (left_ > 0) {
      MQ_TRY(const auto stored,
             core_.store.read_range(caller_.township->id, asked.stream->id, asked.have, left_));
      MQ_CHECK(take(stored, part));
      last += static_cast<std::uint64_t>(part.envelopes_size());
    }
    if (last < asked.head.index) reply.set_more(true);
    return {};
  }

  Status add_late(const pb::Cursor& cursor, const wire::StreamRecord& stream,
                  pb::ExchangeReply& reply) {
    MQ_TRY(const bool diverged, late_diverged(cursor, stream));
    if (diverged) {
      pb::StreamPart& part = *reply.add_late();
      part.set_stream(cursor.stream());
      part.set_diverged(true);
      return {};
    }
    MQ_TRY(const auto stored, core_.store.late_read(caller_.township->id, stream.id, cursor.have(),
                                                    std::max<std::size_t>(left_, 1)));
    if (stored.empty()) return {};
    pb::StreamPart& part = *reply.add_late();
    part.set_stream(cursor.stream());
    MQ_CHECK(take(stored, part));
    part.set_head_index(stored.back().index);
    const auto given = static_cast<std::size_t>(part.envelopes_size());
    if (given < stored.size() || left_ == 0) reply.set_more(true);
    return {};
  }

 private:
  // The box is not the one that the caller has read up to there: this server was restored.
  Result<bool> late_diverged(const pb::Cursor& cursor, const wire::StreamRecord& stream) {
    if (cursor.have() == 0) return false;
    const auto head = core_.store.late_head(caller_.township->id, stream.id, cursor.have());
    if (!head.ok() && head.error().code == Code::kNotFound) return true;
    if (!head.ok()) return head.error();
    // A version before the tag names none.
    return !cursor.head_tag().empty() && cursor.head_tag() != tag_of(*head);
  }

  Status take(const std::vector<StoredEnvelope>& stored, pb::StreamPart& part) {
    MQ_CHECK(fill_part(stored, {caller_.log->control, known_, left_, !given_}, part));
    given_ = given_ || part.envelopes_size() > 0;
    left_ -= std::min<std::size_t>(left_, part.ByteSizeLong());
    // What did not fit stays for the next request; nothing smaller may jump the queue.
    if (static_cast<std::size_t>(part.envelopes_size()) < stored.size()) left_ = 0;
    return {};
  }

  Core& core_;
  const Caller& caller_;
  std::uint32_t known_;
  std::size_t left_;
  bool given_ = false;
};

// The township stream first, since the others' rows refer to it; then the beginning of a village
// of which the device has nothing, where its roster stands, so that a new device soon shows its
// households; then what is soonest done.
bool before(const Asked& a, const Asked& b) {
  const auto rank = [](const Asked& each) {
    return std::make_tuple(each.stream->kind != pb::STREAM_KIND_TOWNSHIP,
                           each.stream->kind != pb::STREAM_KIND_VILLAGE || each.have > 0,
                           each.head.index - std::min(each.have, each.head.index),
                           each.stream->ordinal);
  };
  return rank(a) < rank(b);
}

Status add_checkpoint(Core& core, const Caller& caller, const std::vector<ShownHead>& shown,
                      pb::ExchangeReply& reply) {
  wire::Checkpoint checkpoint;
  checkpoint.generation = core.current_generation();
  checkpoint.time = core.clock.wall();
  checkpoint.heads_digest = heads_digest(shown);
  checkpoint = wire::sign_checkpoint(checkpoint, caller.township->id, core.key);
  pb::Checkpoint& message = *reply.mutable_checkpoint();
  message.set_generation(bytes_of(checkpoint.generation.view()));
  message.set_time_ms(static_cast<std::uint64_t>(checkpoint.time.ms));
  message.set_heads_digest(bytes_of(checkpoint.heads_digest.view()));
  message.set_signature(bytes_of(checkpoint.signature.view()));
  return {};
}

Status pull(Core& core, const Caller& caller, const pb::ExchangeRequest& request,
            pb::ExchangeReply& reply) {
  const std::shared_lock steady(core.renewing);
  MQ_TRY(std::vector<Asked> asked, asked_streams(core, caller, request));
  const Brought brought = brought_by(request);
  for (Asked& each : asked) MQ_CHECK(skip_brought(core, caller, reply, brought, each));
  std::vector<ShownHead> shown;
  for (const Asked& each : asked) {
    shown.push_back({each.stream->ordinal, each.head.index, each.head.head});
  }
  MQ_CHECK(add_checkpoint(core, caller, shown, reply));
  std::erase_if(asked, [](const Asked& each) { return !each.news && !each.diverged; });
  std::sort(asked.begin(), asked.end(), before);
  const std::size_t wanted = request.reply_bytes_max();
  const std::size_t most = core.options.push_bytes_max;
  Filler filler(core, caller, request.control_seq(),
                wanted == 0 ? most : std::clamp(wanted, kReplyBytesMin, most));
  for (const Asked& each : asked) MQ_CHECK(filler.add(each, reply));
  const wire::ControlState& control = caller.log->control;
  const bool admin = caller.is_admin();
  std::set<std::uint32_t> given;
  for (const pb::Cursor& cursor : request.late()) {
    const wire::StreamRecord* stream = control.stream_by_ordinal(cursor.stream());
    const bool asks = admin && stream != nullptr && given.insert(cursor.stream()).second;
    if (asks) MQ_CHECK(filler.add_late(cursor, *stream, reply));
  }
  return {};
}

// A fork is decided once its device was cut off.
void add_alerts(const Caller& caller, const pb::ExchangeRequest& request,
                pb::ExchangeReply& reply) {
  if (!caller.live()) return;
  Township& township = *caller.township;
  const std::lock_guard lock(township.mutex);
  std::set<std::uint32_t> streams;
  for (const wire::ChainId& chain : township.forks) {
    const wire::DeviceRecord* device = caller.log->control.device(chain.device);
    const wire::StreamRecord* stream = caller.log->control.stream(chain.stream);
    const bool open = device != nullptr && !device->span.until;
    if (open && stream != nullptr && caller.may_read(stream->id)) streams.insert(stream->ordinal);
  }
  for (const std::uint32_t ordinal : streams) reply.add_alert_streams(ordinal);
  for (std::size_t i = request.alarms_seen(); i < township.alarms.size(); ++i) {
    pb::Alarm& alarm = *reply.add_alarms();
    alarm.set_invite(bytes_of(township.alarms[i].invite.view()));
    alarm.set_time_ms(static_cast<std::uint64_t>(township.alarms[i].time.ms));
  }
}

}  // namespace

Result<pb::ExchangeReply> answer_exchange(Core& core, const pb::SignedRequest& request) {
  if (request.body().size() > core.options.push_bytes_max + kFramingBytesMax) {
    return Error{Code::kInvalidInput, "一次同步的内容超过上限,请分成几次",
                 "one exchange is larger than the limit; split it"};
  }
  MQ_TRY(const Caller caller, authenticate(core, request, "Exchange"));
  if (caller.device == nullptr) {
    return Error{Code::kNotAllowed, "邀请码只能用来加入", "an invitation can only be joined with"};
  }
  pb::ExchangeRequest parsed;
  if (!parsed.ParseFromString(request.body())) {
    return Error{Code::kInvalidInput, "同步请求读不懂;请升级程序后再试",
                 "the exchange cannot be read; upgrade and try again"};
  }
  pb::ExchangeReply reply;
  MQ_CHECK(look_at_receipts(core, caller, parsed));
  MQ_CHECK(push(core, caller, parsed, reply));
  MQ_CHECK(pull(core, caller, parsed, reply));
  const wire::ControlState& control = caller.log->control;
  reply.set_control_seq(control.head_seq());
  reply.set_control_tag(tag_of(control.head()));
  add_alerts(caller, parsed, reply);
  return reply;
}

}  // namespace mq::server
