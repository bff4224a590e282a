// SimServer and SimNetwork: the real Service over a store in memory, reached through weather.
//
// Every message is serialised and parsed on its way, as on a wire. A call may lose its request or
// its reply, arrive twice, arrive again much later, be cut short or garbled. Everything comes from
// the seed, or from the knobs of a test that wants one fault.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mq/server/service.h"
#include "mq/sync/transport.h"
#include "support/fault.h"
#include "support/faulty_store.h"
#include "support/sim_clock.h"
#include "support/sim_random.h"

namespace mq::testing {

class SimServer {
 public:
  explicit SimServer(std::uint64_t seed);
  // The process ends and starts again over the same store.
  void restart();
  // The store of an earlier day; the process starts over it. `told`: as the server's own restore
  // does it, with a new generation; else the old one goes on as if nothing had happened.
  void restore(MemoryStore::Data data, bool told = false);
  server::Service& service() { return *service_; }

  SimClock clock;
  SimRandom random;
  MemoryStore store;

 private:
  std::unique_ptr<server::Service> service_;
};

// In hundredths.
struct Weather {
  unsigned lose_request = 0, lose_reply = 0, repeat = 0, later = 0, cut = 0, garble = 0;
};

// What an observer of the line sees; it holds the claim that no (key, nonce) pair repeats.
class Wiretap {
 public:
  void see(const sync::pb::SignedRequest& request);
  // Headers that were seen with two different ciphertexts: the nonce is a hash of the header.
  const std::vector<std::string>& repeated_nonces() const { return repeated_; }
  std::size_t envelopes() const { return seen_.size(); }

 private:
  std::map<std::string, std::string> seen_;  // header → ciphertext
  std::vector<std::string> repeated_;
};

// What a reply says that its server did not sign: the last envelope of a part left out, a whole
// part left out, two envelopes swapped, an envelope given twice.
enum class Forgery { kNone, kShort, kWithheld, kSwapped, kTwice };

class SimNetwork final : public sync::Transport {
 public:
  // Borrows all; faults and wiretap may be null.
  SimNetwork(SimServer& server, std::uint64_t seed, Faults* faults, Wiretap* wiretap)
      : server_(server), random_(seed), faults_(faults), wiretap_(wiretap) {}

  Result<sync::pb::InfoReply> info(const sync::pb::InfoRequest& request) override;
  Result<sync::pb::ControlAppendReply> found(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::FindInviteReply> find_invite(
      const sync::pb::FindInviteRequest& request) override;
  Result<sync::pb::ControlReadReply> control_read(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ChainHeadsReply> chain_heads(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ControlAppendReply> control_append(
      const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ExchangeReply> exchange(const sync::pb::SignedRequest& request) override;
  Result<bool> watch(const sync::pb::SignedRequest& request, int wait_ms) override;
  void expect_server(const VerifyKey& key) override { expected_ = key; }

  void set_offline(bool offline) { offline_ = offline; }
  void set_weather(const Weather& weather) { weather_ = weather; }
  void drop_next_request() { drop_request_ = true; }
  void drop_next_reply() { drop_reply_ = true; }
  // Runs before the next append to the control log is sent: the place for a race.
  std::function<void()> before_append;
  // Every envelope pulled arrives with another signature.
  bool bend_signatures = false;
  // The next reply in which there is something to forge.
  Forgery forge_next = Forgery::kNone;
  bool forged = false;
  // What a lying server answers to an exchange instead.
  std::function<void(sync::pb::ExchangeReply&)> alter;
  // Control entries read arrive with another body than was signed: those after this seq with
  // another predecessor, those before with another time.
  std::optional<std::uint32_t> bend_log_after;
  // Requests that the network kept arrive now, their senders long gone.
  void deliver_late();

  std::uint64_t round_trips() const { return round_trips_; }
  std::uint64_t bytes_up() const { return bytes_up_; }
  std::uint64_t bytes_down() const { return bytes_down_; }
  const VerifyKey& expected() const { return expected_; }
  // The largest request body seen, to hold the weak-link bound.
  std::size_t largest_up() const { return largest_up_; }

 private:
  template <class Reply, class Request>
  Result<Reply> carry(const Request& request,
                      Result<Reply> (server::Service::*method)(const Request&));
  template <class Request>
  bool request_lost(const Request& request, const std::function<void()>& deliver);
  bool hundredth(unsigned chance) { return chance > 0 && random_.chance(chance); }
  std::string damaged(std::string bytes);
  void forge(sync::pb::ExchangeReply& reply);

  SimServer& server_;
  SimRandom random_;
  Faults* faults_;
  Wiretap* wiretap_;
  Weather weather_;
  bool offline_ = false, drop_request_ = false, drop_reply_ = false;
  std::vector<std::function<void()>> late_;
  std::uint64_t round_trips_ = 0, bytes_up_ = 0, bytes_down_ = 0;
  std::size_t largest_up_ = 0;
  VerifyKey expected_;
};

}  // namespace mq::testing
