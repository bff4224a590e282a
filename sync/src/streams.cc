// Opening streams: villages, their private streams, diaries. One append, boxes to all entitled.

#include "acts.h"
#include "messages.h"

namespace mq::sync {

Status create_streams(const std::vector<NewStream>& streams, vault::Vault& vault,
                      seal::Keyring& keyring, ControlStore& control, Transport& transport,
                      const Clock& clock, Random& random) {
  Caller caller(transport, clock, random);
  Acts acts{vault, keyring, control, caller, random};
  return append_plan(acts, [&](Plan& plan) -> Status {
    MQ_TRY(const LabelKey label, label_key(acts));
    for (const NewStream& wanted : streams) {
      // An earlier call whose answer was lost has opened it already.
      if (plan.state().stream(wanted.id) != nullptr) continue;
      pb::Stream stream;
      stream.set_stream(to_field(wanted.id.view()));
      stream.set_kind(wanted.kind);
      stream.set_owner(to_field(wanted.owner));
      stream.set_sealed_label(sealed(label, wanted.label, random));
      Key32 key;
      random.fill(key.writable());
      MQ_CHECK(add_stream(plan, stream, key, random));
    }
    return {};
  });
}

}  // namespace mq::sync
