#include "whole_log.h"

namespace mq::sync {

Result<WholeLog> read_whole_log(Caller& caller, const Signer& signer) {
  WholeLog log;
  for (;;) {
    const auto held = static_cast<std::uint32_t>(log.entries.size());
    MQ_TRY(const pb::ControlReadReply reply, caller.control_read(signer, held));
    const std::vector<pb::ControlEntry> more(reply.entries().begin(), reply.entries().end());
    if (!more.empty()) MQ_CHECK(log.state.apply(more));
    log.entries.insert(log.entries.end(), more.begin(), more.end());
    if (reply.head_seq() <= log.state.head_seq()) return log;
    if (more.empty()) {
      return Error{Code::kCorrupt, "服务器没有给全成员登记。请稍后再试。",
                   "the server did not give the whole log; try again later"};
    }
  }
}

}  // namespace mq::sync
