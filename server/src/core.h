// Core: what all answers of the service share: keys, generation, and the townships in memory.
//
// A township's log is a value; a change makes a new one, so that a request keeps judging by the
// log it began with. Nothing here is counted or kept by device or person, but for the quota, which
// lives in memory only.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "gather.h"
#include "messages.h"
#include "mq/server/service.h"
#include "mq/wire/control.h"

namespace mq::server {

// The control log as computed; an append makes the next one beside it.
struct Log {
  wire::ControlState control;
};

struct Alarm {
  InviteId invite;
  WallTime time;
};

struct Push;  // one request's envelopes, waiting for their place; see sequencer.h

struct Township {
  explicit Township(const TownshipId& township) : id(township) {}
  const TownshipId id;
  std::mutex append_mutex;  // one control append at a time
  Gather<Push> pushes;

  std::mutex mutex;  // of all below
  std::shared_ptr<const Log> log;
  std::vector<Alarm> alarms;
  std::set<wire::ChainId> forks;
  std::uint64_t counter = 0;

  std::shared_ptr<const Log> current() {
    const std::lock_guard lock(mutex);
    return log;
  }
};

// Bytes that one pusher brought within an hour; forgotten with the process.
class Quota {
 public:
  explicit Quota(std::uint64_t bytes_per_hour) : bytes_per_hour_(bytes_per_hour) {}
  // False, and nothing counted, if it does not fit any more.
  bool take(const DeviceId& pusher, std::size_t bytes, MonotonicTime now);

 private:
  struct Hour {
    MonotonicTime since;
    std::uint64_t bytes = 0;
  };
  const std::uint64_t bytes_per_hour_;
  std::mutex mutex_;
  std::map<DeviceId, Hour> hours_;
};

struct Core {
  Core(Store& the_store, const Clock& the_clock, Random& the_random, ServiceOptions the_options,
       wire::SigningKey signing_key)
      : store(the_store),
        clock(the_clock),
        random(the_random),
        options(the_options),
        key(std::move(signing_key)),
        id(wire::server_id(key.public_key())),
        quota(the_options.quota_bytes_per_hour) {}

  Store& store;
  const Clock& clock;
  Random& random;  // under `mutex`
  const ServiceOptions options;
  const wire::SigningKey key;
  const wire::ServerId id;
  Quota quota;
  Service::Listener listener;
  std::atomic<bool> healed{false};  // a generation was drawn again: clients bring back old entries

  std::mutex found_mutex;  // one founding at a time
  // Held shared by whatever reads heads together with the generation, alone by renew().
  std::shared_mutex renewing;
  std::mutex mutex;  // of all below
  wire::Generation generation;
  std::string enrolment_code;
  std::optional<VerifyKey> county_root;
  Hash certificate_hash;
  std::map<TownshipId, std::unique_ptr<Township>> townships;

  Township* township(const TownshipId& township_id);
  Township* township_of(const InviteId& invite);
  wire::Generation current_generation();
  // Says "something new" to whoever watches.
  void announce(Township& township);
  // The server has lost data: new generation, unless somebody just drew one. Not under `renewing`.
  Status renew(const wire::Generation& lost);
  Status raise_alarm(Township& township, const InviteId& invite);
  // Reads a township's log, forks and alarms from the store.
  Status load(const TownshipId& township_id);
};

inline constexpr const char* kHealedSetting = "healed";

std::string alarms_setting(const TownshipId& township);

}  // namespace mq::server
