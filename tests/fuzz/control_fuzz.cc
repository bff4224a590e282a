// Fuzzes ControlState::apply: a log of strangers' bytes is refused or waits, and an error leaves
// the state as it was. Once with the bytes as one entry, once with the bytes as a body that is
// signed as well as a stranger can sign.
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mq/wire/control.h"

namespace {

const mq::wire::SigningKey& key() {
  static const auto made = mq::wire::SigningKey::from_seed(mq::Key32{});
  return made;
}

void offer(const mq::wire::pb::ControlEntry& entry) {
  mq::wire::ControlState state;
  const bool taken = state.apply({entry}).ok();
  const bool grew = state.head_seq() != 0 || !state.pending().empty();
  if (taken != grew) std::abort();
  if (!taken && (!state.persons().empty() || !state.devices().empty())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(silent);
  mq::wire::pb::ControlEntry entry;
  if (entry.ParseFromArray(data, static_cast<int>(size))) offer(entry);

  mq::wire::pb::ControlEntry own;
  own.set_body(data, size);
  const mq::Hash hash = mq::wire::control_hash({data, size});
  const auto signature = key().sign("mq/s2", hash.view());
  own.set_signature(signature.data.data(), signature.data.size());
  mq::wire::co_sign_control(own, key());
  offer(own);
  return 0;
}
