#include "mq/sync/engine.h"

#include "alarms.h"
#include "engine_state.h"
#include "mq/sync/late.h"
#include "parting.h"
#include "settings.h"

namespace mq::sync {

SyncEngine::SyncEngine(vault::Vault& vault, seal::Keyring& keyring, ControlStore& control,
                       seal::Sealer& sealer, Transport& transport, const Clock& clock,
                       Random& random, SyncOptions options)
    : state_(std::make_unique<State>(vault, keyring, control, sealer, transport, clock, random,
                                     options)) {}

SyncEngine::~SyncEngine() = default;

MonotonicTime SyncEngine::wake_at() const { return state_->wake_at; }
const SyncReport& SyncEngine::report() const { return state_->report; }

Result<Progress> SyncEngine::step() {
  State& s = *state_;
  if (s.clock.monotonic() < s.wake_at) return Progress::kWaiting;
  auto progress = s.advance();
  if (progress.ok()) return progress;
  const bool unknown = progress.error().code == Code::kUnauthenticated && s.caller.met();
  // Our idea of the server's time may be old; asked once, the refusal stands.
  if (unknown && !s.refused_for_time) {
    s.refused_for_time = true;
    s.caller.forget();
    return Progress::kMore;
  }
  if (unknown && !s.introduced && s.begun) {
    s.introduced = true;
    s.reach = 1;
    s.phase = Phase::kIntroduce;
    return Progress::kMore;
  }
  s.failed(progress.error());
  return progress;
}

Result<Progress> SyncEngine::State::advance() {
  if (!begun) MQ_CHECK(begin_engine());
  outgoing.at_log(control.state().head());
  if (!caller.met()) {
    ++report.round_trips;
    MQ_CHECK(caller.meet(&control.state().server_key()));
    return Progress::kMore;
  }
  if (phase == Phase::kBegin) {
    MQ_CHECK(rule_by_log(vault, control, sealer));
    ask_refused_again();
    // A file that was taken in meanwhile may have left something waiting.
    MQ_TRY(const auto waiting, vault.parked());
    parked = parked || !waiting.empty();
    MQ_TRY(const bool work, anything_unsealed());
    phase = work || parked ? Phase::kLevel : Phase::kExchange;
  }
  switch (phase) {
    case Phase::kIntroduce:
      MQ_CHECK(introduce_device());
      return Progress::kMore;
    case Phase::kLevel:
      MQ_CHECK(level());
      return Progress::kMore;
    case Phase::kParted:
      MQ_CHECK(find_parting());
      return Progress::kMore;
    case Phase::kRenew:
      MQ_CHECK(renew());
      return Progress::kMore;
    case Phase::kRetry:
      MQ_CHECK(retry_parked());
      return Progress::kMore;
    case Phase::kSeal:
      MQ_CHECK(seal_one());
      return Progress::kMore;
    case Phase::kHeal:
      MQ_CHECK(queue_healing());
      return Progress::kMore;
    default:
      return exchange();
  }
}

// A refusal is not signed: one that was bent on the way, or has lost its reason, must not hold a
// chain back for as long as this program runs.
void SyncEngine::State::ask_refused_again() {
  if (clock.monotonic() < refusals_until) return;
  refusals_until = clock.monotonic() + options.retry_delay_max;
  outgoing.forget_refusals();
}

Status SyncEngine::State::begin_engine() {
  MQ_TRY(const Signer signer, device_signer(keyring));
  if (control.state().township() != signer.township) {
    return Error{Code::kNotAllowed, "这台设备还没有加入完成。请用同一个邀请码再 join 一次。",
                 "this device has not finished joining; join again with the same code"};
  }
  transport.expect_server(control.state().server_key());
  MQ_CHECK(control.complete_keys(keyring));
  MQ_CHECK(load_sync_state());
  begun = true;
  return {};
}

Status SyncEngine::State::introduce_device() {
  MQ_TRY(const Signer signer, device_signer(keyring));
  Acts acts{vault, keyring, control, caller, random};
  ++report.round_trips;
  const auto server = introduce(acts, signer, reach);
  if (server.ok()) {
    server_control_seq = server->parted ? kUnknownSeq : server->seq;
    phase = Phase::kLevel;
    return {};
  }
  if (server.error().code != Code::kUnauthenticated) return server.error();
  if (!reaches_further(acts, reach)) return still_unknown(vault, server.error());
  reach *= 2;
  return {};
}

// The log comes first: nothing is sealed for readers, or under a key, that it has replaced.
Status SyncEngine::State::level() {
  MQ_TRY(const Signer signer, device_signer(keyring));
  Acts acts{vault, keyring, control, caller, random};
  const std::uint32_t before = control.state().head_seq();
  ++report.round_trips;
  MQ_TRY(const ServerLog server, server_control_seq < before
                                     ? bring_back_control(acts, signer, server_control_seq)
                                     : read_control(acts, signer));
  if (server.parted) {
    other_log = server;
    other_side.reset();
    reach = 1;
    phase = Phase::kParted;
    return {};
  }
  server_control_seq = server.seq;
  const std::uint32_t ours = control.state().head_seq();
  if (before != ours) MQ_CHECK(control.complete_keys(keyring));
  if (server_control_seq != ours) return {};
  MQ_CHECK(forget_parting(vault));
  MQ_CHECK(rule_by_log(vault, control, sealer));
  MQ_CHECK(follow_rights());
  MQ_CHECK(tell_news());
  server_control_seq = kUnknownSeq;
  phase = parked ? Phase::kRetry : Phase::kSeal;
  return {};
}

bool SyncEngine::State::stopped() const {
  const wire::DeviceRecord* device = control.state().device(keyring.identity()->device);
  return device != nullptr && device->span.until.has_value();
}

Status SyncEngine::State::tell(const std::vector<Alarm>& alarms) {
  MQ_CHECK(keep_alarms(vault, alarms, caller.server_time()));
  report.alarms.insert(report.alarms.end(), alarms.begin(), alarms.end());
  return {};
}

// Once for each entry of the log, however it came here.
Status SyncEngine::State::tell_news() {
  MQ_TRY(const std::vector<Alarm> news,
         take_news(vault, control.state(), keyring, caller.server_time()));
  report.alarms.insert(report.alarms.end(), news.begin(), news.end());
  return {};
}

// Where a right was lost and given again, the chain before has ended for everybody: this device
// goes on under a new incarnation, in all its streams.
Status SyncEngine::State::follow_rights() {
  const wire::ControlState& log = control.state();
  const wire::DeviceRecord* device = log.device(keyring.identity()->device);
  if (device == nullptr) return {};
  MQ_TRY(const bool rewound, load_rewound(vault));
  if (rewound) flushed = false;
  MQ_CHECK(renew_if_rewound(vault, control, sealer));
  if (stopped()) return {};
  MQ_TRY(const std::optional<std::uint32_t> noted, load_incarnation_since(vault));
  const std::uint32_t since = noted.value_or(device->span.from);
  for (const wire::StreamRecord& stream : log.streams()) {
    if (log.last_loss(device->id, stream.id) <= since) continue;
    if (!log.may_write(device->id, stream.id, log.head_seq())) continue;
    MQ_CHECK(sealer.start_incarnation());
    flushed = false;
    return store_incarnation_since(vault, log.head_seq());
  }
  return {};
}

// Nothing is sealed under a head that the server does not share; it stays here, and is said, unless
// an admin has healed it there.
Status SyncEngine::State::find_parting() {
  MQ_TRY(const Signer signer, device_signer(keyring));
  Acts acts{vault, keyring, control, caller, random};
  ++report.round_trips;
  if (other_side) {
    MQ_CHECK(read_on(acts, signer, *other_side));
  } else {
    MQ_TRY(Difference found, first_difference(acts, signer, other_log, reach));
    if (found.where == Difference::Where::kNowhere) return not_parted();
    reach *= 2;
    if (found.where == Difference::Where::kFurtherBack) return {};
    other_side = OtherSide{found.since, std::move(found.theirs)};
  }
  if (!other_side->whole(other_log)) return {};
  MQ_TRY(const bool healed, follow_heal(acts, *other_side));
  if (!healed) return parted(acts, other_log, other_side->since);
  other_side.reset();
  outgoing.forget_refusals();
  parked = true;  // what named heads that were not known here may be understood now
  phase = Phase::kLevel;
  return {};
}

Status SyncEngine::State::renew() {
  MQ_CHECK(sealer.start_incarnation());
  MQ_CHECK(tell({restored_home()}));
  flushed = false;
  phase = Phase::kRetry;
  return {};
}

Status SyncEngine::State::retry_parked() {
  const std::uint64_t taken = sealer.transactions_taken();
  MQ_TRY(const int merged, sealer.retry_parked(control.state()));
  report.transactions_down += sealer.transactions_taken() - taken;
  if (sealer.restore_suspected()) {
    phase = Phase::kRenew;
    return {};
  }
  if (merged > 0) return {};
  MQ_TRY(const auto left, vault.parked());
  parked = !left.empty();
  phase = Phase::kSeal;
  return {};
}

Result<bool> SyncEngine::State::anything_unsealed() {
  for (const vault::StreamInfo& stream : vault.streams()) {
    MQ_TRY(const auto some, vault.unsealed(stream.ix, 1));
    if (!some.empty()) return true;
  }
  return false;
}

// One envelope a step, until an exchange is full or nothing is left.
Status SyncEngine::State::seal_one() {
  const wire::ControlState& log = control.state();
  const std::vector<vault::StreamInfo> streams = vault.streams();
  while (next_to_seal < streams.size() && sealed_bytes < bytes_max) {
    const vault::StreamInfo& stream = streams[next_to_seal];
    MQ_TRY(const auto before, vault.own_chain(stream.ix));
    const auto tried = sealer.seal_next(stream.ix, log);
    if (sealer.restore_suspected()) {
      phase = Phase::kRenew;
      return {};
    }
    if (!tried.ok() || !*tried) ++next_to_seal;
    // The other streams do not wait for this one.
    if (!tried.ok()) return tried.error();
    if (!*tried) continue;
    const wire::Envelope& sealed = **tried;
    MQ_TRY(const auto after, vault.own_chain(stream.ix));
    report.transactions_up += after.n > before.n ? after.n - before.n : 0;
    sealed_bytes += sealed.bytes();
    flushed = false;
    return {};
  }
  sealed_bytes = 0;
  seal_again = next_to_seal < streams.size();
  if (!seal_again) next_to_seal = 0;
  phase = Phase::kExchange;
  return {};
}

// Any failure waits before the next try, longer each time; a broken exchange also gets smaller.
void SyncEngine::State::failed(const Error& error) {
  const std::int64_t least = options.retry_delay_min.count();
  const std::int64_t most = options.retry_delay_max.count();
  std::int64_t delay = least;
  for (int i = 0; i < failures && delay < most; ++i) delay *= 2;
  delay = std::min(delay, most);
  const auto jitter = static_cast<std::int64_t>(random.u32() % 1000);
  wake_at = clock.monotonic() + std::chrono::milliseconds(delay / 2 + delay * jitter / 2000);
  ++failures;
  server_control_seq = kUnknownSeq;
  introduced = false;
  if (phase == Phase::kParted) phase = Phase::kLevel;
  refused_for_time = false;  // its idea of the server's time grows old while it waits
  if (phase == Phase::kIntroduce) phase = Phase::kBegin;
  if (error.code != Code::kUnavailable) return;
  bytes_max = options.weak_link_bytes;
  phase = Phase::kBegin;
}

}  // namespace mq::sync
