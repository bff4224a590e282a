// The roles of the membership log, as commands take them and as people say them.
#pragma once

#include <optional>
#include <string_view>

#include "minqing/sync/v1/control.pb.h"

namespace mq::cli {

using RoleKind = ::minqing::sync::v1::RoleKind;

// "admin"; "-" for a role newer than this program.
std::string_view role_name(RoleKind kind);
// 管理员
std::string_view role_zh(RoleKind kind);
std::optional<RoleKind> role_named(std::string_view name);

}  // namespace mq::cli
