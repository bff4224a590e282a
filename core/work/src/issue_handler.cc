#include "issue_handler.h"

#include <algorithm>

#include "minqing/model/v1/issue.pb.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// Of moves made apart from each other only those that the merge let count.
Result<std::optional<DeviceId>> closed_at(const Workplace& place, const RowId& issue) {
  MQ_TRY(const std::vector<vault::Claim> moves,
         place.vault.claims(place.vault.schema().entity("Issue")->number, issue,
                            mpb::Issue::kStateFieldNumber));
  const vault::Claim* last = nullptr;
  for (const vault::Claim& move : moves) {
    const auto* to = std::get_if<std::int64_t>(&move.value);
    if (!move.shown || to == nullptr || *to != mpb::ISSUE_STATE_CLOSED) continue;
    if (last == nullptr || last->hlc < move.hlc) last = &move;
  }
  return last == nullptr ? std::optional<DeviceId>() : last->device;
}

}  // namespace

Result<std::optional<RowId>> handled_by(const Workplace& place, const RowId& issue,
                                        const Handling& says) {
  if (says.handler || says.unit) return says.handler;
  MQ_TRY(const std::optional<DeviceId> at, closed_at(place, issue));
  const wire::DeviceRecord* device = at ? place.control.device(*at) : nullptr;
  if (device == nullptr) return std::optional<RowId>();
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  const auto closer = std::ranges::find(cadres, std::optional(device->person), &Cadre::member);
  return closer == cadres.end() ? std::optional<RowId>() : std::optional(closer->id);
}

}  // namespace mq::work
