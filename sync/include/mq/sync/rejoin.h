// Rejoin: a township that has no admin and no recovery sheets gets an admin again (PROTOCOL 6).
//
// The county root appoints a device, by file, and two readers of a stream together hand that device
// its key. What nobody else reads stays closed. Bytes in core/wire/FORMAT.md.
#pragma once

#include <string>

#include "mq/sync/membership.h"

namespace mq::sync {

struct RejoinFile {
  TownshipId township;
  DeviceId device;
  PersonId person;
  VerifyKey sign_key;
  BoxKey box_key;
  std::string name;  // of the new admin, for whoever signs
  std::string server_address;
};
struct RejoinOptions {
  TownshipId township;
  std::string name;  // of the new admin
  std::string server_address;
};
// In an empty home; no contact. Again gives a request of the same device. kConflict: the home is
// somebody's.
Result<Bytes> request_rejoin(const RejoinOptions& options, vault::Vault& vault,
                             seal::Keyring& keyring, const ControlStore& control,
                             const Clock& clock, Random& random);
// kCorrupt: damaged, or not such a file.
Result<RejoinFile> read_rejoin(ByteView request);

// Where the county root is kept, with a contact: reads the log as the root, and signs the
// appointment of the device that asks at its head. It is appended by that device, and stale once
// anybody else appends. kNotAllowed: the server knows no such root, or the log names another.
Result<Bytes> sign_appointment(ByteView request, const wire::SigningKey& root, Transport& transport,
                               const Clock& clock, Random& random);

// In the home that asked: signs as well, appends and takes the log, as yet without keys. Goes on
// after a kill or a lost answer. kInvalidInput: for another device, or stale.
Status take_appointment(ByteView appointment, const Member& member);

// Keys for an appointed device, of every stream that this person and `second` both read; signed by
// this device, to be signed by one of the second's. Nothing is appended. kNotFound: no such
// appointed device, or nothing to hand over.
Result<Bytes> propose_grants(const DeviceId& appointed, const PersonId& second,
                             const Member& member);
// Signs such a proposal as well and appends it; returns how many streams. kInvalidInput: stale (the
// log has moved on), or not proposed to this person; kCorrupt: damaged.
Result<std::size_t> second_grants(ByteView proposal, const Member& member);

}  // namespace mq::sync
