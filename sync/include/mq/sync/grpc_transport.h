// GrpcTransport: reaches a server over TLS; the one place of the device that opens a socket.
//
// Trust is the server's key, not its certificate: before anything else is said, the server must
// endorse, under a nonce of ours, exactly the certificate that the connection shows (or one whose
// chain and name the system vouches for). One long-lived channel; every call has a deadline that
// grows with its size, counted in monotonic time, so that a wrong wall clock does no harm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mq/base/random.h"
#include "mq/sync/transport.h"

namespace mq::sync {

// One thread at a time.
class GrpcTransport final : public Transport {
 public:
  // address: host:port, [v6]:port; a leading https:// is ignored. Borrows random. Opens nothing.
  GrpcTransport(const std::string& address, Random& random);
  ~GrpcTransport() override;

  // Every call connects first if there is no channel.
  //
  // kUnavailable      not reached, no answer in time, or the answer got lost
  // kUnauthenticated  another server than expected, or one that does not endorse its certificate
  // others            as the server says, with its own sentences
  Result<pb::InfoReply> info(const pb::InfoRequest& request) override;
  Result<pb::ControlAppendReply> found(const pb::SignedRequest& request) override;
  Result<pb::FindInviteReply> find_invite(const pb::FindInviteRequest& request) override;
  Result<pb::ControlReadReply> control_read(const pb::SignedRequest& request) override;
  Result<pb::ControlAppendReply> control_append(const pb::SignedRequest& request) override;
  Result<pb::ExchangeReply> exchange(const pb::SignedRequest& request) override;
  Result<pb::ChainHeadsReply> chain_heads(const pb::SignedRequest& request) override;
  Result<bool> watch(const pb::SignedRequest& request, int wait_ms) override;
  // A change drops the channel: the next call meets the server anew.
  void expect_server(const VerifyKey& key) override;

  // Serialised messages, without framing and TLS, since this was made.
  std::uint64_t bytes_up() const;
  std::uint64_t bytes_down() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// kInvalidInput: not an address.
Result<std::unique_ptr<Transport>> connect_grpc(const std::string& address, Random& random);

}  // namespace mq::sync
