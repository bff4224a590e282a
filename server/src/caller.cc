#include "caller.h"

#include "mq/base/text.h"

namespace mq::server {
namespace {

constexpr std::int64_t kWindowMs = 300'000;

Status check_time(const Core& core, std::uint64_t time_ms) {
  const auto now = static_cast<std::uint64_t>(core.clock.wall().ms);
  const std::uint64_t apart = now > time_ms ? now - time_ms : time_ms - now;
  if (apart <= static_cast<std::uint64_t>(kWindowMs)) return {};
  return Error{Code::kUnauthenticated,
               cat("请求的时间与服务器相差太多;请先询问服务器时间(现在 ", now, ")再签名"),
               cat("the request's time is too far from the server's; ask for its time (now ", now,
                   ") and sign again")};
}

// The key of an author that is no device: it reads the log and appoints, and asks nothing else.
std::optional<VerifyKey> authority_key(const wire::ControlState& control, const std::string& name) {
  const wire::RecoveryRecord* kit = control.recovery();
  if (kit != nullptr && name == bytes_of(wire::recovery_recipient(kit->box_key))) {
    return kit->sign_key;
  }
  if (name == bytes_of(wire::county_author(control.county_root()))) return control.county_root();
  return std::nullopt;
}

bool answers_authority(std::string_view method) {
  return method == "ControlRead" || method == "ControlAppend";
}

}  // namespace

Status check_signature(const Core& core, const pb::SignedRequest& request, std::string_view method,
                       const VerifyKey& key) {
  MQ_CHECK(check_time(core, request.time_ms()));
  const auto township = id_of<TownshipId>(request.township());
  const auto signature = id_of<Signature>(request.signature());
  const Error wrong{Code::kUnauthenticated, "请求的签名核对不上",
                    "the request's signature does not verify"};
  if (!township || !signature) return wrong;
  const WallTime time{static_cast<std::int64_t>(request.time_ms())};
  const Bytes bytes = wire::request_signed_bytes(core.id, *township, view_of(request.device()),
                                                 method, view_of(request.body()), time);
  if (!wire::verify(key, "mq/r1", bytes, *signature)) return wrong;
  return {};
}

Status check_invite_open(const Core& core, const wire::InviteRecord& invite) {
  if (invite.ended) {
    return Error{Code::kNotAllowed, "这个邀请已被收回,请向乡镇管理员要新的邀请码",
                 "this invitation was taken back; ask the township admin for a new one"};
  }
  if (wire::invite_expired(invite, core.clock.wall())) {
    return Error{Code::kNotAllowed, "这个邀请已过期,请向乡镇管理员要新的邀请码",
                 "this invitation has expired; ask the township admin for a new one"};
  }
  return {};
}

Error unknown_caller() {
  return {Code::kUnauthenticated, "服务器不认识这台设备或这个邀请",
          "the server knows neither such a device nor such an invitation"};
}

Township* township_without(Core& core, const pb::SignedRequest& request) {
  const auto id = id_of<TownshipId>(request.township());
  Township* township = id ? core.township(*id) : nullptr;
  if (township == nullptr) return nullptr;
  const std::shared_ptr<const Log> log = township->current();
  const auto device = id_of<DeviceId>(request.device());
  const auto invite = id_of<InviteId>(request.device());
  const bool known = (device && log->control.device(*device) != nullptr) ||
                     (invite && log->control.invite(*invite) != nullptr) ||
                     authority_key(log->control, request.device());
  return known ? nullptr : township;
}

Result<Caller> authenticate(Core& core, const pb::SignedRequest& request, std::string_view method) {
  Caller caller;
  if (const auto id = id_of<TownshipId>(request.township())) caller.township = core.township(*id);
  if (caller.township == nullptr) {
    return Error{Code::kNotFound, "这台服务器上没有这个乡镇;请核对服务器地址",
                 "this server does not hold that township; check the server address"};
  }
  caller.log = caller.township->current();
  const wire::ControlState& control = caller.log->control;
  if (const auto id = id_of<DeviceId>(request.device())) caller.device = control.device(*id);
  if (caller.device != nullptr) {
    MQ_CHECK(check_signature(core, request, method, caller.device->sign_key));
    return caller;
  }
  if (const auto id = id_of<InviteId>(request.device())) caller.invite = control.invite(*id);
  if (caller.invite == nullptr) {
    const auto key = authority_key(control, request.device());
    if (!key || !answers_authority(method)) return unknown_caller();
    MQ_CHECK(check_signature(core, request, method, *key));
    caller.authority = true;
    return caller;
  }
  MQ_CHECK(check_signature(core, request, method, caller.invite->sign_key));
  // Whether a used one is claimed again, or only heard no answer, is for the method to see.
  if (!caller.invite->used_by) MQ_CHECK(check_invite_open(core, *caller.invite));
  return caller;
}

}  // namespace mq::server
