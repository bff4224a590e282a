// Transport: how a device reaches a server. One call is one round trip; it blocks.
//
// The messages of minqing.sync.v1 are the vocabulary of this seam, for gRPC, for the simulator and
// for later HTTP gateways alike. A transport authenticates the server's TLS endpoint; everything
// else (signatures, receipts, heads) is checked above it.
#pragma once

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/result.h"
#include "mq/wire/crypto.h"

namespace mq::sync {

namespace pb = ::minqing::sync::v1;

// kUnavailable: not reached, or the reply got lost (the server may have acted).
// kUnauthenticated: it is not our server, or it does not accept our signature or time; NotAllowed,
// InvalidInput, Exhausted, Conflict as the server says.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<pb::InfoReply> info(const pb::InfoRequest& request) = 0;
  virtual Result<pb::ControlAppendReply> found(const pb::SignedRequest& request) = 0;
  virtual Result<pb::FindInviteReply> find_invite(const pb::FindInviteRequest& request) = 0;
  virtual Result<pb::ControlReadReply> control_read(const pb::SignedRequest& request) = 0;
  virtual Result<pb::ControlAppendReply> control_append(const pb::SignedRequest& request) = 0;
  virtual Result<pb::ExchangeReply> exchange(const pb::SignedRequest& request) = 0;
  virtual Result<pb::ChainHeadsReply> chain_heads(const pb::SignedRequest& request) = 0;
  // Blocks until something new is announced, at most about wait_ms; true if something is new.
  virtual Result<bool> watch(const pb::SignedRequest& request, int wait_ms) = 0;
  // The key that the endpoint must prove; zeros: accepted provisionally (join, founding on
  // loopback).
  virtual void expect_server(const VerifyKey& key) = 0;
};

}  // namespace mq::sync
