#include "role_names.h"

#include <algorithm>
#include <iterator>

namespace mq::cli {

namespace pb = ::minqing::sync::v1;

namespace {

struct RoleWord {
  RoleKind kind;
  std::string_view name, zh;
};
constexpr RoleWord kRoles[] = {{pb::ROLE_KIND_ADMIN, "admin", "管理员"},
                               {pb::ROLE_KIND_DESK, "desk", "内勤"},
                               {pb::ROLE_KIND_CADRE, "cadre", "包村"},
                               {pb::ROLE_KIND_UNIT, "unit", "部门"},
                               {pb::ROLE_KIND_SUPERVISOR, "supervisor", "督查"},
                               {pb::ROLE_KIND_COUNTY_DESK, "county-desk", "县级内勤"},
                               {pb::ROLE_KIND_DISCIPLINE, "discipline", "纪检"}};
constexpr RoleWord kNewer = {pb::ROLE_KIND_UNSPECIFIED, "-", "成员"};

const RoleWord& word_of(RoleKind kind) {
  const auto* found = std::ranges::find(kRoles, kind, &RoleWord::kind);
  return found == std::end(kRoles) ? kNewer : *found;
}

}  // namespace

std::string_view role_name(RoleKind kind) { return word_of(kind).name; }

std::string_view role_zh(RoleKind kind) { return word_of(kind).zh; }

std::optional<RoleKind> role_named(std::string_view name) {
  const auto* found = std::ranges::find(kRoles, name, &RoleWord::name);
  if (found == std::end(kRoles)) return std::nullopt;
  return found->kind;
}

}  // namespace mq::cli
