#include "mq/work/setup.h"

#include <algorithm>

#include "minqing/model/v1/organisation.pb.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace {

namespace mpb = ::minqing::model::v1;
using Facts = mpb::TownshipFacts;

constexpr std::size_t kAdminDevices = 2;

struct FactsRow {
  RowId id;
  std::optional<Date> drilled;
  std::int64_t phase = 0;
};

Result<std::optional<FactsRow>> facts_row(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, recovery_drilled, phase FROM \"township_facts\" "
                                      "WHERE deleted = 0 ORDER BY id LIMIT 1"));
  MQ_TRY(const bool found, q.step());
  const auto id = found ? RowId::from(q.blob(0)) : std::nullopt;
  if (!id) return std::optional<FactsRow>();
  FactsRow row{*id, std::nullopt, q.integer(2)};
  if (!q.is_null(1)) row.drilled = Date{static_cast<std::int32_t>(q.integer(1))};
  return std::optional<FactsRow>(row);
}

Status change_facts(const Workplace& place, const RowId& row, std::uint32_t field,
                    model::Value value) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  vault::Change change;
  change.entity = place.vault.schema().entity("TownshipFacts")->number;
  change.row = row;
  change.field = field;
  change.value = std::move(value);
  MQ_CHECK(place.vault.commit({{stream, {change}}}, seen));
  return {};
}

Result<FactsRow> facts_to_change(const Workplace& place) {
  if (!place.is_admin()) {
    return Error{Code::kNotAllowed, "恢复单和正式启用由乡镇管理员办理",
                 "only an admin keeps the recovery kit and opens the township"};
  }
  MQ_TRY(const std::optional<FactsRow> row, facts_row(place));
  if (row) return *row;
  return Error{Code::kConflict, "本机还没有乡镇的基本资料;请先同步一次再做这件事",
               "the township's facts are not here yet; sync once, then try again"};
}

Result<bool> any(const Workplace& place, const char* sql) {
  MQ_TRY(const std::int64_t count, place.vault.database().integer(sql));
  return count > 0;
}

}  // namespace

Result<std::optional<Date>> recovery_drilled(const Workplace& place) {
  MQ_TRY(const std::optional<FactsRow> row, facts_row(place));
  return row ? row->drilled : std::nullopt;
}

Status note_recovery_drill(const Workplace& place, std::optional<Date> day) {
  MQ_TRY(const FactsRow row, facts_to_change(place));
  if (row.drilled == day) return {};
  const model::Value value = day ? model::Value(std::int64_t{day->days}) : model::Value();
  return change_facts(place, row.id, Facts::kRecoveryDrilledFieldNumber, value);
}

bool drill_due(const std::optional<Date>& drilled, Date today) {
  return !drilled || today.days > drilled->days + kDrillDays;
}

Result<bool> has_founding_rows(const Workplace& place) {
  MQ_TRY(const std::optional<FactsRow> row, facts_row(place));
  return row.has_value();
}

Status note_opened(const Workplace& place) {
  MQ_TRY(const FactsRow row, facts_to_change(place));
  if (row.phase == mpb::TOWNSHIP_PHASE_OPEN) return {};
  return change_facts(place, row.id, Facts::kPhaseFieldNumber,
                      std::int64_t{mpb::TOWNSHIP_PHASE_OPEN});
}

Result<std::vector<SetupItem>> setup_items(const Workplace& place) {
  const wire::ControlState& log = place.control;
  MQ_TRY(const std::optional<Date> drilled, recovery_drilled(place));
  MQ_TRY(const bool roster, any(place, "SELECT count(*) FROM \"household\" WHERE deleted = 0"));
  MQ_TRY(const bool cadres,
         any(place, "SELECT max(0, count(*) - 1) FROM \"cadre\" WHERE deleted = 0"));
  MQ_TRY(const bool pairings, any(place, "SELECT count(*) FROM \"pairing\" WHERE deleted = 0"));
  const bool two = log.admin_devices(log.head_seq()).size() >= kAdminDevices;
  const bool kit = log.recovery() != nullptr;
  const bool drill = kit && !drill_due(drilled, Date::in_shanghai(place.clock.wall()));
  const bool used = std::ranges::none_of(log.invites(), &wire::InviteRecord::live);
  return std::vector<SetupItem>{
      {"second_admin_device", "第二台管理员设备", "a second admin's device", "invite --role admin",
       true, two},
      {"recovery_kit", "恢复单", "a recovery kit", "recover make", true, kit},
      {"recovery_drill", "恢复单演练", "a drill of the recovery kit", "recover drill", true, drill},
      {"roster", "名册", "a roster", "import roster", false, roster},
      {"cadres", "干部名单", "the cadres", "import cadres", false, cadres},
      {"pairings", "结对", "pairings", "import pairings", false, pairings},
      {"invitations", "邀请全部用上", "every invitation used", "members", false, used}};
}

}  // namespace mq::work
