// Service: the blind log's answers, without gRPC: messages in, messages out.
//
// It verifies requests and admits envelopes; it links neither vault nor seal, so it cannot open
// one. The gRPC glue and the simulator both call it. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/clock.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/server/store.h"

namespace mq::server {

namespace pb = ::minqing::sync::v1;

struct ServiceOptions {
  bool loopback = false;                            // founding needs no enrolment code
  std::size_t push_bytes_max = 256u << 10;          // one exchange message
  std::uint64_t quota_bytes_per_hour = 256u << 20;  // of one pusher; counted in memory only
};

class Service {
 public:
  // Draws server key, generation and enrolment code at first start. Borrows all.
  static Result<std::unique_ptr<Service>> start(Store& store, const Clock& clock, Random& random,
                                                ServiceOptions options);
  ~Service();

  VerifyKey server_key() const;
  // Printed once at first start; empty when a county root is bound.
  std::string enrolment_code() const;
  // The TLS certificate that Info endorses: hash("mq/tc1", DER).
  void set_certificate_hash(const Hash& hash);
  // Signs the certificate for files or tools that check it.
  Signature endorse(const Hash& certificate_hash) const;

  Result<pb::InfoReply> info(const pb::InfoRequest& request);
  Result<pb::ControlAppendReply> found(const pb::SignedRequest& request);
  Result<pb::FindInviteReply> find_invite(const pb::FindInviteRequest& request);
  Result<pb::ControlReadReply> control_read(const pb::SignedRequest& request);
  Result<pb::ControlAppendReply> control_append(const pb::SignedRequest& request);
  Result<pb::ExchangeReply> exchange(const pb::SignedRequest& request);
  Result<pb::ChainHeadsReply> chain_heads(const pb::SignedRequest& request);
  // Verifies a watch request; the counter grows with every change of the township.
  Result<std::uint64_t> watch_counter(const pb::SignedRequest& request);
  // Called after every change with the township's new counter, from the thread that made it. Set
  // once, before the first request.
  using Listener = std::function<void(const TownshipId& township, std::uint64_t counter)>;
  void set_listener(Listener listener);

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Draws a new generation and recomputes the heads: after a restore, with no Service running on it.
Status renew_generation(Store& store, Random& random);

}  // namespace mq::server
