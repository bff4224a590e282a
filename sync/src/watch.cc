// The request that waits for news; its answer says only "something new".
#include "acts.h"

namespace mq::sync {

Result<pb::SignedRequest> watch_request(const seal::Keyring& keyring, const ControlStore& control,
                                        Transport& transport, const Clock& clock, Random& random) {
  MQ_TRY(const Signer signer, device_signer(keyring));
  Caller caller(transport, clock, random);
  const VerifyKey& expected = control.state().server_key();
  MQ_CHECK(caller.meet(&expected));
  return caller.sign(signer, "Watch", std::string());
}

}  // namespace mq::sync
