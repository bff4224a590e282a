// Caller: who makes a request, after time and signature have been checked.
#pragma once

#include <memory>
#include <string_view>

#include "core.h"

namespace mq::server {

struct Caller {
  Township* township = nullptr;
  std::shared_ptr<const Log> log;  // keeps the two below alive
  const wire::DeviceRecord* device = nullptr;
  const wire::InviteRecord* invite = nullptr;  // while joining, instead of a device
  // The recovery kit in force or the county root, instead of both: reads the log and appends an
  // appointment of its own, nothing else.
  bool authority = false;

  // Not revoked.
  bool live() const { return device != nullptr && !device->span.until; }
  bool is_admin() const {
    return live() && log->control.has_role(device->person, wire::pb::ROLE_KIND_ADMIN,
                                           log->control.head_seq());
  }
  bool may_read(const StreamId& stream) const {
    return live() && log->control.may_read(device->person, stream, log->control.head_seq());
  }
};

// An authority is known to ControlRead and ControlAppend only.
//
// kNotFound         no such township here
// kUnauthenticated  unknown device, wrong signature, or a time outside the window of 5 minutes
// kNotAllowed       an invitation that was taken back or is past its last day
Result<Caller> authenticate(Core& core, const pb::SignedRequest& request, std::string_view method);

Error unknown_caller();
// The caller's township if its log names no such device and no such invitation; else null.
Township* township_without(Core& core, const pb::SignedRequest& request);

// As above for a key that no log names yet: founding, and a device that we have forgotten.
Status check_signature(const Core& core, const pb::SignedRequest& request, std::string_view method,
                       const VerifyKey& key);

// kNotAllowed with the reason, for an invitation that may not be claimed any more by its own date.
Status check_invite_open(const Core& core, const wire::InviteRecord& invite);

}  // namespace mq::server
