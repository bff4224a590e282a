// Founding by file: a township asks, the county root signs where no network is, the township
// enrols.
//
// A request holds the genesis entry that the founder's device signed, and the names beside it in
// the clear: whoever keeps the root must see whom it founds. Bytes in core/wire/FORMAT.md.
#pragma once

#include <string>

#include "mq/sync/membership.h"

namespace mq::sync {

struct FoundingFile {
  std::string county, township, founder;
  std::string server_address;
  VerifyKey server_key, county_root;
  DeviceId device;
  bool certified = false;  // the county root has signed
};
// kCorrupt: damaged, or not such a file.
Result<FoundingFile> read_founding(ByteView file);

// Draws identity and keys in an empty home and keeps what it asks for; no contact. Again draws the
// request anew: a certificate for the one before is then void. kConflict: the home is somebody's.
struct RequestOptions {
  FoundOptions found;  // without a code
  VerifyKey county_root, server_key;
};
Result<Bytes> request_founding(const RequestOptions& options, vault::Vault& vault,
                               seal::Keyring& keyring, const ControlStore& control,
                               const Clock& clock, Random& random);

// The same file with the root's signature. kInvalidInput: it names another root; kCorrupt as above.
Result<Bytes> certify_founding(ByteView file, const wire::SigningKey& root);

// Founds on the server what this home asked for. Goes on after a kill or a lost answer.
//
// kNotFound this home asked for nothing; kInvalidInput not certified, or for another request;
// kNotAllowed another county's server, or a wrong enrolment code; kUnavailable no contact.
Result<TownshipId> enrol_township(ByteView file, const std::string& code, const Member& member);

// Asks the server at the other end for its key. kUnavailable: no contact; kCorrupt: its
// introduction does not verify.
Result<VerifyKey> server_key_of(Transport& transport, const Clock& clock, Random& random);

// As found_township, under a county root that exists.
Result<Founded> found_under(const wire::SigningKey& root, const FoundOptions& options,
                            const Member& member);

}  // namespace mq::sync
