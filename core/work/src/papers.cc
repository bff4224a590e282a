#include "mq/work/papers.h"

#include <algorithm>
#include <map>

#include "ledger_parts.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/canonical.h"
#include "record_parts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

std::uint32_t number_of_field(const model::Entity& entity, std::string_view name) {
  const model::Field* field = entity.field(name);
  return field == nullptr ? 0 : field->number;
}

// Whoever went, or whose diary it is.
std::vector<RowId> speakers(const model::Entity& entity, const vault::RowData& data) {
  std::vector<RowId> out;
  const vault::Cell* visitors = data.cell(number_of_field(entity, "visited_by"));
  if (visitors != nullptr) {
    for (const model::Value& value : visitors->values) {
      const auto* bytes = std::get_if<Bytes>(&value);
      if (bytes != nullptr) out.push_back(RowId::from(*bytes).value_or(RowId{}));
    }
  }
  const auto author = id_of(data, number_of_field(entity, "author_id"));
  if (author) out.push_back(*author);
  return out;
}

Result<bool> is_late(const Workplace& place, const model::Entity& entity,
                     const vault::RowData& data) {
  const auto day = [&](std::string_view name) {
    return Date{static_cast<std::int32_t>(number_of(data, number_of_field(entity, name)))};
  };
  if (data.cell(number_of_field(entity, "recorded_on")) != nullptr) {
    return lateness(day("date"), day("recorded_on"), {}) == Lateness::kLate;
  }
  MQ_TRY(sqlite::Query q, place.vault.database().query(cat("SELECT rid FROM \"", entity.table,
                                                           "\" WHERE id = ?1 AND stream = ?2")));
  q.bind(1, data.id.view()).bind(2, data.stream);
  MQ_TRY(const bool found, q.step());
  if (!found) return false;
  MQ_TRY(const std::optional<vault::Origin> origin,
         place.vault.origin(entity.number, q.integer(0)));
  return lateness(day("date"), {}, origin) == Lateness::kLate;
}

Result<std::vector<RowId>> rows(sqlite::Query& q) {
  std::vector<RowId> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
  }
}

}  // namespace

Result<PaperMarks> marks_of(const Workplace& place, const vault::RowData& data) {
  const model::Entity& entity = *place.vault.schema().entity(data.entity);
  PaperMarks out;
  MQ_TRY(out.late, is_late(place, entity, data));
  const auto recorder = id_of(data, number_of_field(entity, "recorded_by"));
  if (!recorder) return out;
  const std::vector<RowId> said = speakers(entity, data);
  out.by_another = std::ranges::find(said, *recorder) == said.end();
  MQ_TRY(const auto names, cadre_names(place));
  const auto named = names.find(*recorder);
  if (named != names.end()) out.recorder = named->second;
  return out;
}

Result<std::vector<RowId>> visits_to_print(const Workplace& place, const VisitsWanted& wanted) {
  std::string where;
  const Directory directory(place);
  if (wanted.village) {
    MQ_TRY(const Village village, directory.village(*wanted.village));
    where += cat(" AND stream = ", village.stream);
  }
  if (wanted.household) {
    MQ_TRY(const Household household, directory.household(*wanted.household));
    MQ_TRY(const Canonical canonical, Canonical::households(place));
    std::vector<std::string> ids;
    for (const RowId& row : canonical.aliases(canonical.of(household.id))) {
      ids.push_back(cat("x'", row.hex(), "'"));
    }
    where += cat(" AND household_id IN (", join(ids, ","), ")");
  }
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(cat("SELECT id FROM \"visit\" WHERE deleted = 0 AND date "
                                          "BETWEEN ?1 AND ?2",
                                          where, " ORDER BY date, part, id")));
  q.bind(1, std::int64_t{wanted.period.from.days}).bind(2, std::int64_t{wanted.period.to.days});
  return rows(q);
}

Result<std::string> township_name(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT township_name FROM \"township_facts\" WHERE deleted = 0 LIMIT 1"));
  MQ_TRY(const bool found, q.step());
  return found ? std::string(q.text(0)) : std::string();
}

Result<std::vector<RowId>> paired_households(const Workplace& place, const RowId& cadre,
                                             const std::optional<std::string>& village) {
  std::string where;
  if (village) {
    MQ_TRY(const Village named, Directory(place).village(*village));
    where = cat(" AND h.stream = ", named.stream);
  }
  MQ_TRY(const Canonical canonical, Canonical::households(place));
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT household_id FROM \"pairing\" WHERE cadre_id = ?1 "
                                      "AND deleted = 0 AND status = ?2"));
  q.bind(1, cadre.view()).bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  MQ_TRY(const std::vector<RowId> paired, rows(q));
  std::map<std::string, RowId> by_number;
  for (const RowId& each : paired) {
    const RowId row = canonical.of(each);
    MQ_TRY(sqlite::Query house,
           place.vault.database().query(cat("SELECT h.household_no, h.stream FROM \"household\" h "
                                            "WHERE h.id = ?1 AND h.deleted = 0",
                                            where)));
    house.bind(1, row.view());
    for (;;) {
      MQ_TRY(const bool more, house.step());
      if (!more) break;
      if (canonical.counts(row, house.integer(1))) by_number[std::string(house.text(0))] = row;
    }
  }
  std::vector<RowId> out;
  for (const auto& [number, row] : by_number) out.push_back(row);
  return out;
}

Result<std::vector<RowId>> paired_cadres(const Workplace& place, const RowId& household) {
  MQ_TRY(const Canonical canonical, Canonical::households(place));
  std::vector<RowId> out;
  for (const RowId& row : canonical.aliases(canonical.of(household))) {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               "SELECT DISTINCT c.id FROM \"pairing\" r JOIN \"cadre\" c ON c.id = r.cadre_id AND "
               "c.deleted = 0 WHERE r.household_id = ?1 AND r.deleted = 0 AND r.status = ?2 ORDER "
               "BY c.order_no IS NULL, c.order_no, c.id"));
    q.bind(1, row.view()).bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
    MQ_TRY(const std::vector<RowId> cadres, rows(q));
    for (const RowId& cadre : cadres) {
      if (std::ranges::find(out, cadre) == out.end()) out.push_back(cadre);
    }
  }
  return out;
}

// The newest of those in force says.
Result<std::string> complaint_phone(const Workplace& place, Date day) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT complaint_phone FROM \"programme\" WHERE deleted = 0 AND \"from\" <= ?1 AND "
             "\"to\" >= ?1 AND complaint_phone IS NOT NULL ORDER BY \"from\" DESC, id DESC LIMIT "
             "1"));
  q.bind(1, std::int64_t{day.days});
  MQ_TRY(const bool found, q.step());
  return found ? std::string(q.text(0)) : std::string();
}

}  // namespace mq::work
