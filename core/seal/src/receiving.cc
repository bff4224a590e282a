// The receiving side of the sealer: what is in force is merged, what may come into force is held.
#include <algorithm>
#include <set>

#include "mq/seal/sealer.h"
#include "opening.h"

namespace mq::seal {
namespace {

using wire::ControlState;
using wire::EnvelopeHeader;

// How many are opened before their turn: enough to keep a worker busy, and what a hostile author's
// segments can make of memory stays bounded.
constexpr std::size_t kAhead = 4;

// The worker never outlives what its jobs write into.
class OpeningJobs {
 public:
  explicit OpeningJobs(Worker& worker) : worker_(worker) {}
  OpeningJobs(const OpeningJobs&) = delete;
  OpeningJobs& operator=(const OpeningJobs&) = delete;
  ~OpeningJobs() { worker_.finish(last_); }
  std::size_t started() const { return numbers_.size(); }
  void start(std::function<void()> job) {
    last_ = worker_.start(std::move(job));
    numbers_.push_back(last_);
  }
  void finish(std::size_t i) { worker_.finish(numbers_[i]); }
  // What a segment opens into is a hundred thousand pieces of memory.
  void drop(std::function<void()> job) { last_ = worker_.start(std::move(job)); }

 private:
  Worker& worker_;
  std::vector<std::uint64_t> numbers_;
  std::uint64_t last_ = 0;
};

}  // namespace

Result<Sealer::Received> Sealer::wait(const wire::Envelope& envelope, std::string_view why) {
  MQ_CHECK(vault_.park(envelope, why));
  return Received::kParked;
}

Result<Sealer::Received> Sealer::refuse(const wire::Envelope& envelope, std::string_view why) {
  MQ_CHECK(vault_.park(envelope, why));
  return Received::kRefused;
}

// Who signed it, and whether he might: decided by the control log at the head that it names.
Result<Sealer::Received> Sealer::admit(const wire::Envelope& envelope, const ControlState& state,
                                       const Opening& opening) {
  const EnvelopeHeader& header = envelope.header;
  if (header.suite != wire::kSuite1) return wait(envelope, "newer");
  const auto place = state.place_of(header.control_seq, header.control_head);
  if (!place) return wait(envelope, "control");
  if (!opening.verified) return Received::kRefused;
  // What the author might do he had from the head that he names, void or not.
  const bool right = header.suite >= state.lowest_suite() &&
                     place->log->may_write(header.device, header.stream, header.control_seq) &&
                     header.epoch == place->log->epoch_at(header.stream, header.control_seq);
  if (!right) return refuse(envelope, "refused");
  const vault::StreamInfo* stream = vault_.stream(header.stream);
  if (stream == nullptr) return wait(envelope, "stream");
  // Our own current chain, and we do not hold it: this home is older than what it once sent.
  if (header.device == vault_.device() && header.incarnation == vault_.incarnation()) {
    restore_suspected_ = true;
    return wait(envelope, "restore");
  }
  MQ_TRY(const vault::Standing standing, ruling(header, envelope.hash(), state));
  MQ_TRY(const Received received, merge(envelope, *stream, opening, standing));
  if (received != Received::kParked && received != Received::kRefused) {
    MQ_CHECK(follow_end(envelope, stream->ix, state));
  }
  return received;
}

// What becomes of a segment that did not open: most reasons pass with time.
Result<Sealer::Received> Sealer::unopened(const wire::Envelope& envelope, Error why) {
  switch (why.code) {
    case Code::kUnauthenticated:
      return wait(envelope, "key");
    case Code::kUnsupported:
      return wait(envelope, "newer");
    case Code::kNotFound:
      return wait(envelope, "pruned");
    case Code::kCorrupt:
      return refuse(envelope, "corrupt");
    default:
      return why;
  }
}

Result<Sealer::Received> Sealer::merge(const wire::Envelope& envelope,
                                       const vault::StreamInfo& stream, const Opening& opening,
                                       vault::Standing standing) {
  static const std::vector<model::Transaction> kNone;
  const bool in_force = standing == vault::Standing::kInForce;
  const bool out_for_ever = standing == vault::Standing::kRefused;
  const std::vector<model::Transaction>* content = &kNone;
  if (is_segment(envelope.header)) {
    if (!opening.content) return wait(envelope, "gap");
    const bool spoilt = opening.content->ok() ? opening.names_strangers
                                              : opening.content->error().code == Code::kCorrupt;
    if (!spoilt && !opening.content->ok()) return unopened(envelope, opening.content->error());
    // What was refused keeps its place even if nobody can read it.
    if (spoilt && !out_for_ever) return refuse(envelope, "corrupt");
    if (!spoilt) content = &**opening.content;
  }
  auto applied = vault_.apply(stream.ix, envelope, *content, standing, opening.prepared);
  if (!applied.ok() && applied.error().code == Code::kCorrupt) {
    if (!out_for_ever) return refuse(envelope, "corrupt");
    applied = vault_.apply(stream.ix, envelope, kNone, standing);
  }
  if (!applied.ok()) return applied.error();
  if (opening.statement && in_force && *applied == vault::Vault::Applied::kMerged) {
    MQ_CHECK(vault_.note_statement(stream.ix, envelope.header.device, opening.statement->until));
  }
  switch (*applied) {
    case vault::Vault::Applied::kDuplicate:
      return Received::kDuplicate;
    case vault::Vault::Applied::kGap:
      return wait(envelope, "gap");
    default:
      break;
  }
  if (!in_force) return Received::kUndecided;
  transactions_taken_ += content->size();
  return *applied == vault::Vault::Applied::kFork ? Received::kFork : Received::kMerged;
}

// The opener learns what the vault holds of the chains that go on here.
Status Sealer::show_ends(const std::vector<const wire::Envelope*>& envelopes, Opener& opener) {
  std::set<Hash> shown;
  for (const wire::Envelope* envelope : envelopes) {
    const EnvelopeHeader& header = envelope->header;
    if (header.seq > 1 && shown.insert(header.prev).second) {
      MQ_TRY(auto context, vault_.chain_context(wire::chain_of(header), header.prev));
      if (context) opener.know(header.prev, std::move(*context));
    }
    shown.insert(envelope->hash());
  }
  return {};
}

Result<Sealer::Received> Sealer::take(const wire::Envelope& envelope, const ControlState& state,
                                      const Opening& opening) {
  MQ_TRY(const auto held, vault_.envelope(envelope.hash()));
  if (held) return Received::kDuplicate;
  return admit(envelope, state, opening);
}

Status Sealer::receive_all(const std::vector<const wire::Envelope*>& envelopes,
                           const ControlState& state, const Told& told) {
  Opener opener(vault_, keyring_, state);
  MQ_CHECK(show_ends(envelopes, opener));
  std::vector<Opening> openings(envelopes.size());
  OpeningJobs jobs(worker_);
  for (std::size_t i = 0; i < envelopes.size(); ++i) {
    while (jobs.started() < std::min(i + kAhead, envelopes.size())) {
      const std::size_t k = jobs.started();
      jobs.start(
          [&opener, &out = openings[k], envelope = envelopes[k]] { out = opener.open(*envelope); });
    }
    jobs.finish(i);
    MQ_TRY(const Received received, take(*envelopes[i], state, openings[i]));
    jobs.drop([&out = openings[i]] { out = Opening(); });
    MQ_CHECK(told(i, received));
  }
  return {};
}

Result<Sealer::Received> Sealer::receive(const wire::Envelope& envelope,
                                         const ControlState& state) {
  Received out = Received::kRefused;
  const auto told = [&](std::size_t, Received received) -> Status {
    out = received;
    return {};
  };
  MQ_CHECK(receive_all({&envelope}, state, told));
  return out;
}

// Goes once over what waits; how many envelopes need not wait any more.
Result<int> Sealer::retry_once(const ControlState& state, int& merged) {
  int settled = 0;
  MQ_TRY(const auto waiting, vault_.parked());
  for (const wire::Envelope& envelope : waiting) {
    // Not take(): the vault counts what is parked as held.
    Opener opener(vault_, keyring_, state);
    MQ_CHECK(show_ends({&envelope}, opener));
    const Opening opening = opener.open(envelope);
    MQ_TRY(const Received received, admit(envelope, state, opening));
    if (received == Received::kParked || received == Received::kRefused) continue;
    MQ_CHECK(vault_.unpark(envelope.hash()));
    ++settled;
    merged += received == Received::kMerged || received == Received::kFork ? 1 : 0;
  }
  return settled;
}

Result<int> Sealer::retry_parked(const ControlState& state) {
  int merged = 0;
  for (;;) {
    MQ_TRY(const int settled, retry_once(state, merged));
    if (settled == 0) return merged;
  }
}

}  // namespace mq::seal
