// Caller: signed calls to one server, in the server's own time.
//
// A wrong clock on this device costs one round trip: the server is asked for its time once, and
// monotonic time carries it on. One method is one round trip.
#pragma once

#include <optional>

#include "messages.h"
#include "mq/base/clock.h"
#include "mq/base/random.h"
#include "mq/sync/transport.h"
#include "mq/wire/crypto.h"

namespace mq::sync {

// In whose name a request is signed: a device, or an invitation while it is being used.
struct Signer {
  TownshipId township;
  ByteView id;
  const wire::SigningKey* key = nullptr;
};

class Caller {
 public:
  // Borrows all.
  Caller(Transport& transport, const Clock& clock, Random& random)
      : transport_(transport), clock_(clock), random_(random) {}

  // Asks who is there and what time it is. kCorrupt: the answer is not signed by the key it names;
  // kUnauthenticated: it is another server than `expected` (null: any).
  Status meet(const VerifyKey* expected);
  bool met() const { return server_.has_value(); }
  // After a request was refused for its time: meet again before the next.
  void forget() { server_.reset(); }
  const VerifyKey& server_key() const { return server_->key; }
  WallTime server_time() const;

  Result<pb::ControlAppendReply> found(const Signer& signer, const pb::FoundRequest& request);
  Result<TownshipId> find_invite(const InviteId& invite);
  Result<pb::ControlReadReply> control_read(const Signer& signer, std::uint32_t after_seq);
  Result<pb::ControlAppendReply> control_append(const Signer& signer, const Hash& expected_head,
                                                const std::vector<pb::ControlEntry>& entries);
  // Where the server's chains of these devices stand, for an admin who cuts them.
  Result<pb::ChainHeadsReply> chain_heads(const Signer& signer,
                                          const std::vector<DeviceId>& devices);
  Result<pb::ExchangeReply> exchange(const pb::SignedRequest& request);
  pb::SignedRequest sign(const Signer& signer, std::string_view method, std::string body) const;

 private:
  struct Server {
    VerifyKey key;
    WallTime time;
    MonotonicTime at;
  };
  Transport& transport_;
  const Clock& clock_;
  Random& random_;
  std::optional<Server> server_;
};

}  // namespace mq::sync
