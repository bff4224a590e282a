#include "fuzz/hostile_server.h"

#include <utility>

namespace mq::fuzz {

template <class Reply>
Result<Reply> HostileServer::heard(const std::string& bytes) const {
  Reply reply;
  if (reply.ParseFromString(bytes)) return reply;
  return Error{Code::kUnavailable, "回话没有收全。", "the answer did not come whole"};
}

template <class Reply, class Request>
Result<Reply> HostileServer::truth(const Request& request,
                                   Result<Reply> (server::Service::*method)(const Request&)) {
  return (town_.world_.server.service().*method)(request);
}

Result<pb::InfoReply> HostileServer::info(const pb::InfoRequest& request) {
  if (door_ == Door::kInfo) return heard<pb::InfoReply>(answer_);
  return truth(request, &server::Service::info);
}

Result<pb::ControlAppendReply> HostileServer::found(const pb::SignedRequest&) {
  return heard<pb::ControlAppendReply>(answer_);
}

Result<pb::FindInviteReply> HostileServer::find_invite(const pb::FindInviteRequest& request) {
  if (door_ == Door::kJoinFind) return heard<pb::FindInviteReply>(answer_);
  return truth(request, &server::Service::find_invite);
}

Result<pb::ControlReadReply> HostileServer::control_read(const pb::SignedRequest& request) {
  switch (door_) {
    case Door::kControl:
    case Door::kJoinRead:
      return heard<pb::ControlReadReply>(answer_);
    case Door::kControlMade:
      return heard<pb::ControlReadReply>(town_.chained(answer_));
    default:
      return truth(request, &server::Service::control_read);
  }
}

Result<pb::ControlAppendReply> HostileServer::control_append(const pb::SignedRequest&) {
  pb::ControlAppendReply reply;
  reply.set_appended(true);
  return reply;
}

// The input once; afterwards there is nothing new.
Result<pb::ExchangeReply> HostileServer::exchange(const pb::SignedRequest& request) {
  pb::ExchangeRequest asked;
  MQ_ASSERT(asked.ParseFromString(request.body()));
  const bool first = !std::exchange(told_, true);
  if (first && door_ == Door::kExchange) return heard<pb::ExchangeReply>(answer_);
  if (first && door_ == Door::kInsider) return town_.fitted(asked, town_.from_insider(answer_));
  if (first && door_ == Door::kSigned) {
    MQ_TRY(pb::ExchangeReply reply, heard<pb::ExchangeReply>(answer_));
    return town_.fitted(asked, std::move(reply));
  }
  pb::ExchangeReply reply = town_.fitted(asked, {});
  const bool log = door_ == Door::kControl || door_ == Door::kControlMade;
  if (first && log) reply.set_control_seq(asked.control_seq() + 1);
  return reply;
}

// No door of its own: a device without an admin's act never asks.
Result<pb::ChainHeadsReply> HostileServer::chain_heads(const pb::SignedRequest&) {
  return heard<pb::ChainHeadsReply>(answer_);
}

Result<bool> HostileServer::watch(const pb::SignedRequest&, int) {
  return Error{Code::kUnavailable, "现在没有通知。", "no notices here"};
}

}  // namespace mq::fuzz
