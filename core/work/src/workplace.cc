#include "mq/work/workplace.h"

namespace mq::work {

namespace pb = wire::pb;

bool Workplace::is_admin() const {
  return control.has_role(member, pb::ROLE_KIND_ADMIN, control.head_seq());
}

bool Workplace::is_desk() const {
  return is_admin() || control.has_role(member, pb::ROLE_KIND_DESK, control.head_seq());
}

}  // namespace mq::work
