// The inside of SyncEngine: what one run with one server remembers between steps.
//
// Everything here may be lost at any time; what must last is in the vault.
#pragma once

#include <optional>
#include <set>

#include "acts.h"
#include "caller.h"
#include "late_box.h"
#include "mq/sync/engine.h"
#include "outgoing.h"
#include "parting.h"
#include "pull.h"

namespace mq::sync {

// What the next step does.
enum class Phase {
  kBegin,      // a new contact: is there anything to send?
  kRenew,      // this vault was restored or copied: a new incarnation before more is sealed
  kIntroduce,  // the server does not know this device: hand it the entry that it has lost
  kLevel,      // bring the control log forward
  kParted,     // the server's log is another from some entry on: which one?
  kRetry,      // parked envelopes, now that the log or their chains have grown
  kSeal,       // one envelope a step
  kHeal,       // queue what a restored server lacks
  kExchange,
};

inline constexpr std::uint32_t kUnknownSeq = UINT32_MAX;

struct SyncEngine::State {
  State(vault::Vault& v, seal::Keyring& k, ControlStore& c, seal::Sealer& s, Transport& t,
        const Clock& cl, Random& r, SyncOptions o)
      : vault(v),
        keyring(k),
        control(c),
        sealer(s),
        clock(cl),
        random(r),
        options(o),
        transport(t),
        caller(t, cl, r),
        outgoing(v),
        bytes_max(o.exchange_bytes_max) {}

  // engine.cc
  Result<Progress> advance();
  Status begin_engine();
  void ask_refused_again();
  Status introduce_device();
  Status level();
  bool stopped() const;
  Status follow_rights();
  Status tell(const std::vector<Alarm>& alarms);
  Status tell_news();
  Status find_parting();
  Status renew();
  Status retry_parked();
  Status seal_one();
  Result<bool> anything_unsealed();
  void failed(const Error& error);

  // exchange.cc
  Result<Progress> exchange();
  Result<AskedStreams> asked_streams();
  pb::ExchangeRequest request_for(const AskedStreams& asked) const;
  Status push_into(pb::ExchangeRequest& request, std::vector<wire::Envelope>& pushed);
  Result<pb::ExchangeReply> call(const pb::ExchangeRequest& request);
  // An envelope of a late box, and its place there.
  struct LateEnvelope {
    std::uint32_t ordinal = 0;
    std::uint64_t index = 0;
    WallTime time;
    wire::Envelope envelope;
  };
  struct Incoming {
    wire::Checkpoint checkpoint;
    std::vector<wire::Receipt> receipts;
    std::vector<Placed> placed;
    Pulled pulled;
    std::vector<LateEnvelope> late;
    std::vector<std::uint32_t> late_lost;  // whose box is not the one that was read
    std::vector<InviteId> claimed_twice;
    bool new_generation = false;  // of a server that we knew under another
    bool forked_self = false;
    bool again = false;  // the server must be asked again before anything else
  };
  Result<Progress> after_exchange(const pb::ExchangeReply& reply, const Incoming& incoming);

  // merge.cc
  struct Counts {
    std::uint64_t parked = 0, refused = 0, forks = 0, transactions = 0;
  };
  Result<Incoming> check_signed(const pb::ExchangeReply& reply) const;
  Result<Incoming> check_reply(const pb::ExchangeReply& reply, AskedStreams asked,
                               const std::vector<wire::Envelope>& pushed) const;
  Status check_shown(const pb::ExchangeReply& reply, const AskedStreams& asked,
                     const Incoming& incoming) const;
  bool same_log(const pb::ExchangeReply& reply) const;
  Status store(const Incoming& incoming);
  Status store_receipts(const Incoming& incoming, LatestReceipts& latest, LatestReceipts& late);
  Status merge(const Pulled& pulled, Counts& counts);
  Status check_body(const wire::Envelope& envelope) const;
  void trust_time(const wire::Checkpoint& checkpoint);

  // late_box.cc
  Result<LateCursor> late_cursor(std::uint32_t ordinal, const wire::Generation& of) const;
  Status ask_late(const AskedStreams& asked, pb::ExchangeRequest& request);
  Status check_late(const pb::ExchangeReply& reply, const AskedStreams& asked,
                    Incoming& incoming) const;
  Status store_late(const Incoming& incoming, Counts& counts);
  void note_late(const wire::Envelope& envelope);

  // heal.cc
  struct Healing {
    std::set<std::uint32_t> streams;  // of which the server lacks something; durable
    std::set<std::uint32_t> reset;    // to be pulled anew from the start
    std::set<std::uint32_t> show;     // whose receipt the server must see next
    std::set<std::uint32_t> shown;    // it has seen it
    std::set<Hash> on_server;         // met while pulling
    bool queued = false;              // what it lacks is on its way
  };
  Status load_sync_state();
  Healing plan_healing(const Incoming& incoming);
  Status store_healing(const Incoming& incoming, const Healing& next);
  Status queue_healing();
  Status healed();

  vault::Vault& vault;
  seal::Keyring& keyring;
  ControlStore& control;
  seal::Sealer& sealer;
  const Clock& clock;
  Random& random;
  const SyncOptions options;
  Transport& transport;
  Caller caller;
  Outgoing outgoing;
  SyncReport report;

  Phase phase = Phase::kBegin;
  bool begun = false;
  MonotonicTime wake_at;
  MonotonicTime refusals_until;  // when refused envelopes are pushed once more
  int failures = 0;
  bool refused_for_time = false;
  bool introduced = false;              // tried since the last answer that knew us
  std::uint32_t reach = 1;              // how many entries are handed over, or compared
  ServerLog other_log;                  // while it is compared
  std::optional<OtherSide> other_side;  // once it is known from where on, while it is read
  std::size_t bytes_max;
  std::size_t next_to_seal = 0;  // place in the list of streams
  std::size_t sealed_bytes = 0;  // since the last exchange
  bool seal_again = false;       // the list of streams was not gone through to its end
  bool flushed = false;          // the continuation token stands behind all sealed envelopes
  bool parked = false;           // something in the vault waits for something else
  std::uint32_t server_control_seq = kUnknownSeq;  // behind ours: it is being given what it lost
  int fruitless_turns = 0;  // exchanges in a row that brought neither side anything
  bool busy = false;        // the server wants no more of us for a while

  std::optional<wire::Generation> generation;
  LatestReceipts receipts;
  LatestReceipts late_receipts;  // of this device's own work
  Healing healing;
  std::uint32_t alarms_seen = 0;
};

}  // namespace mq::sync
