// HostileServer: answers one door with the input, all others as the true server would, without
// changing it. It can also write down what the true one says.
#pragma once

#include "fuzz/answers.h"

namespace mq::fuzz {

class HostileServer final : public sync::Transport {
 public:
  // Borrows; `answer` must outlive it.
  HostileServer(Answers& town, Door door, const std::string& answer)
      : town_(town), door_(door), answer_(answer) {}

  Result<pb::InfoReply> info(const pb::InfoRequest& request) override;
  Result<pb::ControlAppendReply> found(const pb::SignedRequest& request) override;
  Result<pb::FindInviteReply> find_invite(const pb::FindInviteRequest& request) override;
  Result<pb::ControlReadReply> control_read(const pb::SignedRequest& request) override;
  Result<pb::ControlAppendReply> control_append(const pb::SignedRequest& request) override;
  Result<pb::ExchangeReply> exchange(const pb::SignedRequest& request) override;
  Result<pb::ChainHeadsReply> chain_heads(const pb::SignedRequest& request) override;
  Result<bool> watch(const pb::SignedRequest& request, int wait_ms) override;
  void expect_server(const VerifyKey&) override {}

 private:
  template <class Reply>
  Result<Reply> heard(const std::string& bytes) const;
  template <class Reply, class Request>
  Result<Reply> truth(const Request& request,
                      Result<Reply> (server::Service::*method)(const Request&));

  Answers& town_;
  const Door door_;
  bool told_ = false;
  const std::string& answer_;
};

}  // namespace mq::fuzz
