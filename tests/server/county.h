// County: a service over a store in memory, one founded township on it, and devices that speak to
// it with real signatures. The township's log is grown with Town and brought to the server.
#pragma once

#include <memory>

#include "mq/server/service.h"
#include "support/faulty_store.h"
#include "support/sim_clock.h"
#include "wire/town.h"

namespace mq::testing {

inline constexpr std::int64_t kTownDay = 1'700'000'000'000;  // when Town signs

// A device's chain in one stream; says what its owner would seal, names the town's newest head.
class Chain {
 public:
  Chain(const Town& town, const Holder& holder, const StreamId& stream,
        std::uint32_t incarnation = 1);

  // The next envelope of the chain, `bytes` of ciphertext.
  wire::Envelope next(std::size_t bytes = 100);
  // As above with a change to its header before it is signed.
  wire::Envelope next_with(const std::function<void(wire::EnvelopeHeader&)>& change);

  std::uint64_t seq = 0;
  Hash prev;
  // Until when the owner has heard of the log; none: all of it.
  std::optional<std::uint32_t> knows;

 private:
  const Town& town_;
  const Holder& holder_;
  StreamId stream_;
  std::uint32_t incarnation_;
  std::uint8_t fill_ = 0;
};

pb::Envelope to_message(const wire::Envelope& envelope);

// Signs a request as a device or an invitation does.
pb::SignedRequest signed_request(const Town& town, ByteView id, const wire::SigningKey& key,
                                 std::string_view method, const std::string& body,
                                 std::int64_t time_ms = kTownDay);

class County {
 public:
  // A village, the township's stream and a cadre with that village; keys rotated once each.
  explicit County(server::ServiceOptions options = {.loopback = true},
                  server::Store* store = nullptr);

  // Starts the service again on what is stored.
  void restart();
  // Founds with the first entry of the log and appends the rest.
  Result<pb::ControlAppendReply> found(const std::string& code = "");
  // Brings what the town has appended since to the server, as the founder.
  Result<pb::ControlAppendReply> bring_log();
  Result<pb::ControlAppendReply> append_as(ByteView id, const wire::SigningKey& key,
                                           const Hash& expected_head, const Entries& entries);

  pb::ExchangeRequest request_for(const std::vector<wire::Envelope>& envelopes) const;
  Result<pb::ExchangeReply> exchange(const Holder& holder, const pb::ExchangeRequest& request);
  // Pushes as the cadre; the reply must be a success.
  pb::ExchangeReply push(const std::vector<wire::Envelope>& envelopes);
  pb::PushResult push_one(const wire::Envelope& envelope);
  // A pull of one stream from the start.
  pb::ExchangeReply pull(const Holder& holder, const StreamId& stream, std::uint64_t have = 0,
                         const std::string& tag = "", std::uint32_t bytes_max = 0);
  std::uint32_t ordinal(const StreamId& stream) const;
  StreamHead head(const StreamId& stream);
  Chain chain(std::uint32_t incarnation = 1) { return {town, cadre, village, incarnation}; }

  MemoryStore memory;
  server::Store* store;
  SimClock clock{kTownDay};
  SimRandom random{99};
  Town town;
  StreamId township, village;
  Holder cadre;
  server::ServiceOptions options;
  std::unique_ptr<server::Service> service;

 private:
  Holder populate();
};

}  // namespace mq::testing
