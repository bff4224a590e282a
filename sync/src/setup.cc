#include "mq/sync/setup.h"

#include "acts.h"

namespace mq::sync {

Status open_township(const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  return append_plan(acts, [&](Plan& plan) -> Status {
    pb::ControlBody body;
    body.mutable_open();
    return plan.add(std::move(body));
  });
}

}  // namespace mq::sync
