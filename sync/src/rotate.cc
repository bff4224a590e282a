// Changing keys: each rotate carries the new key to exactly those who may read, and the older keys
// under the new one, so that whoever comes later can read what was written before.
#include "rotate.h"

#include <algorithm>

#include "messages.h"
#include "mq/seal/box.h"
#include "mq/sync/membership.h"

namespace mq::sync {
namespace {

// What a stranger could read longest comes first, should the contact break off.
int rank(const wire::StreamRecord& stream) {
  if (stream.kind == pb::STREAM_KIND_TOWNSHIP) return 0;
  return stream.kind == pb::STREAM_KIND_PRIVATE ? 1 : 2;
}

// Whoever draws a key knows it: nobody draws one for a stream that he may not read.
bool may_rotate(const wire::ControlState& state, const wire::StreamRecord& stream,
                const PersonId& me) {
  return !stream.epochs.empty() && state.may_read(me, stream.id, state.head_seq());
}

template <class Wanted>
std::vector<StreamId> streams_where(const wire::ControlState& state, const Wanted& wanted) {
  std::vector<const wire::StreamRecord*> found;
  for (const wire::StreamRecord& stream : state.streams()) {
    if (wanted(stream)) found.push_back(&stream);
  }
  std::ranges::stable_sort(found, {}, [](const auto* stream) { return rank(*stream); });
  std::vector<StreamId> out;
  for (const wire::StreamRecord* stream : found) out.push_back(stream->id);
  return out;
}

Status plan_rotation(Plan& plan, const Acts& acts, const StreamId& stream) {
  const wire::ControlState& state = plan.state();
  const std::uint32_t epoch = state.epoch_at(stream, state.head_seq()) + 1;
  Key32 key;
  acts.random.fill(key.writable());
  pb::ControlBody body;
  pb::Rotate& rotate = *body.mutable_rotate();
  rotate.set_stream(to_field(stream.view()));
  rotate.set_epoch(epoch);
  rotate.set_commitment(to_field(seal::commitment(key, stream, epoch).view()));
  rotate.set_wrapped_older(to_field(acts.keyring.wrapped_older(stream, epoch, key, acts.random)));
  MQ_TRY(const pb::KeyRecord record, rotate_record(state, stream, key, acts.random));
  return plan.add(std::move(body), &record);
}

Status check_readable(const wire::ControlState& state, const PersonId& me,
                      const std::vector<StreamId>& streams) {
  for (const StreamId& id : streams) {
    const wire::StreamRecord* stream = state.stream(id);
    if (stream == nullptr) {
      return Error{Code::kNotFound, "换钥匙:成员登记里没有这条数据流",
                   "changing keys: the log has no such stream"};
    }
    if (!may_rotate(state, *stream, me)) {
      return Error{Code::kNotAllowed, "换钥匙:看不到这条数据流的人不能给它换钥匙",
                   "changing keys: whoever may not read a stream may not draw its key"};
    }
  }
  return {};
}

}  // namespace

std::vector<StreamId> missing_rotations(const wire::ControlState& state, const PersonId& me) {
  return streams_where(state, [&](const wire::StreamRecord& stream) {
    return may_rotate(state, stream, me) && state.rotation_missing(stream.id);
  });
}

Result<std::size_t> plan_rotations(Plan& plan, const Acts& acts,
                                   const std::vector<StreamId>& streams) {
  std::size_t planned = 0;
  while (planned < streams.size() && plan.bytes() < kAppendBytes) {
    MQ_CHECK(plan_rotation(plan, acts, streams[planned]));
    ++planned;
  }
  return planned;
}

Result<std::size_t> rotate_missing(Acts& acts) {
  const PersonId& me = acts.keyring.identity()->person;
  for (std::size_t all = 0;;) {
    std::size_t planned = 0;
    MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
      MQ_TRY(planned, plan_rotations(plan, acts, missing_rotations(plan.state(), me)));
      return {};
    }));
    if (planned == 0) return all;
    all += planned;
  }
}

Result<std::size_t> rotate_streams(const std::vector<StreamId>& streams, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  const wire::ControlState& state = acts.control.state();
  const PersonId me = acts.keyring.identity()->person;
  MQ_CHECK(check_readable(state, me, streams));
  std::vector<StreamId> left = streams_where(state, [&](const wire::StreamRecord& stream) {
    return may_rotate(state, stream, me) &&
           (streams.empty() || std::ranges::find(streams, stream.id) != streams.end());
  });
  const std::size_t all = left.size();
  while (!left.empty()) {
    std::size_t planned = 0;
    MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
      MQ_TRY(planned, plan_rotations(plan, acts, left));
      return {};
    }));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(planned));
  }
  return all;
}

Result<std::size_t> complete_rotations(const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  return rotate_missing(acts);
}

}  // namespace mq::sync
