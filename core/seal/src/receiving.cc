// The receiving side of the sealer: what is in force is merged, what may come into force waits.
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

// The rule is the control log's, the server's as well. What an admission refused waits with what is
// undecided. Before an end only what leads to it is in force: the line of an end that is held is
// held whole, so what is not held lies on another.
Result<bool> Sealer::beyond_end(const wire::Envelope& envelope, const ControlState& state) {
  const EnvelopeHeader& header = envelope.header;
  const wire::ChainId chain = wire::chain_of(header);
  const wire::Ruling ruling = state.ruling(chain, header.seq, envelope.hash(), header.control_seq);
  if (ruling != wire::Ruling::kInForce) return true;
  bool before_an_end = false;
  for (const wire::ChainPoint& end : state.ends_of(chain, header.control_seq)) {
    if (end.seq < header.seq) continue;
    MQ_TRY(const auto held, vault_.chain_context(chain, end.hash));
    if (!held) return false;
    before_an_end = true;
  }
  return before_an_end;
}

// Who signed it, and whether he might: decided by the control log at the head that it names.
Result<Sealer::Received> Sealer::admit(const wire::Envelope& envelope, const ControlState& state,
                                       const Opening& opening) {
  const EnvelopeHeader& header = envelope.header;
  if (header.suite != wire::kSuite1) return wait(envelope, "newer");
  if (header.control_seq > state.head_seq() ||
      state.head_at(header.control_seq) != header.control_head) {
    return wait(envelope, "control");
  }
  if (!opening.verified) return Received::kRefused;
  const bool right = header.suite >= state.lowest_suite() &&
                     state.may_write(header.device, header.stream, header.control_seq) &&
                     header.epoch == state.epoch_at(header.stream, header.control_seq);
  if (!right) return refuse(envelope, "refused");
  MQ_TRY(const bool beyond, beyond_end(envelope, state));
  if (beyond) return wait(envelope, "cut");
  const vault::StreamInfo* stream = vault_.stream(header.stream);
  if (stream == nullptr) return wait(envelope, "stream");
  // Our own current chain, and we do not hold it: this home is older than what it once sent.
  if (header.device == vault_.device() && header.incarnation == vault_.incarnation()) {
    restore_suspected_ = true;
    return wait(envelope, "restore");
  }
  return merge(envelope, *stream, opening);
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
                                       const vault::StreamInfo& stream, const Opening& opening) {
  static const std::vector<model::Transaction> kNone;
  const std::vector<model::Transaction>* content = &kNone;
  if (is_segment(envelope.header)) {
    if (!opening.content) return wait(envelope, "gap");
    if (!opening.content->ok()) return unopened(envelope, opening.content->error());
    if (opening.names_strangers) return refuse(envelope, "corrupt");
    content = &**opening.content;
  }
  const std::vector<model::Transaction>& transactions = *content;
  const auto applied =
      vault_.apply(stream.ix, envelope, transactions, vault::Standing::kInForce, opening.prepared);
  if (!applied.ok() && applied.error().code == Code::kCorrupt) return refuse(envelope, "corrupt");
  if (!applied.ok()) return applied.error();
  if (opening.statement && *applied == vault::Vault::Applied::kMerged) {
    MQ_CHECK(vault_.note_statement(stream.ix, envelope.header.device, opening.statement->until));
  }
  switch (*applied) {
    case vault::Vault::Applied::kMerged:
      transactions_taken_ += transactions.size();
      return Received::kMerged;
    case vault::Vault::Applied::kDuplicate:
      return Received::kDuplicate;
    case vault::Vault::Applied::kFork:
      transactions_taken_ += transactions.size();
      return Received::kFork;
    case vault::Vault::Applied::kGap:
      break;
  }
  return wait(envelope, "gap");
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
    merged += received == Received::kDuplicate ? 0 : 1;
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
