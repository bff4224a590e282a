#include "ledger_parts.h"

#include <algorithm>

#include "minqing/model/v1/programme.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/handover.h"
#include "mq/work/villages.h"
#include "visit_outcome.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
namespace cpb = wire::pb;

bool VisitFact::effective() const { return somebody_met(outcome); }

bool VisitFact::recorded_by_another() const {
  return recorder && std::find(visitors.begin(), visitors.end(), *recorder) == visitors.end();
}

std::string yuan(const Money& money) {
  const std::int64_t fen = money.fen < 0 ? -money.fen : money.fen;
  return cat(money.fen < 0 ? "-" : "", fen / 100, ".", fen / 10 % 10, fen % 10);
}

Result<std::vector<Village>> villages_of(const Workplace& place, const LedgerRequest& request) {
  const Directory directory(place);
  MQ_TRY(std::vector<Village> all, directory.villages());
  std::vector<Village> out;
  for (Village& village : all) {
    if (village.office && !request.village) {
      MQ_TRY(const std::vector<Household> households, directory.households(village.stream));
      if (households.empty()) continue;
    }
    out.push_back(std::move(village));
  }
  MQ_TRY(const std::vector<VillageMerger> mergers, village_mergers(place));
  if (!request.village) return with_merged(mergers, request.period.to, std::move(out));
  MQ_TRY(const Village named, directory.village(*request.village));
  const bool closed = std::ranges::any_of(mergers, [&](const VillageMerger& one) {
    return one.village == named.org_unit && one.last < request.period.to;
  });
  if (closed) return std::vector<Village>{named};  // asked for by its old name
  out = with_merged(mergers, request.period.to, std::move(out));
  std::erase_if(out, [&](const Village& one) { return one.org_unit != named.org_unit; });
  return out;
}

Result<std::vector<Village>> villages_with(const Workplace& place, const LedgerRequest& request,
                                           std::string_view table) {
  MQ_TRY(std::vector<Village> out, villages_of(place, request));
  if (request.village) return out;
  MQ_TRY(const std::vector<Village> all, Directory(place).villages());
  for (const Village& village : all) {
    const bool there = std::ranges::find(out, village.stream, &Village::stream) != out.end();
    if (there) continue;  // only the office village can be missing
    MQ_TRY(const std::int64_t rows, place.vault.database().integer(
                                        cat("SELECT count(*) FROM \"", table,
                                            "\" WHERE deleted = 0 AND stream = ", village.stream)));
    if (rows > 0) out.push_back(village);
  }
  return out;
}

namespace {

Date later_by(Date from, int months) {
  const int month = from.year() * 12 + from.month() - 1 + months;
  for (int day = from.day();; --day) {
    if (const auto date = Date::of(month / 12, month % 12 + 1, day)) return *date;
  }
}

}  // namespace

int months_between(Date from, Date to) {
  const int months = (to.year() - from.year()) * 12 + to.month() - from.month();
  return later_by(from, months) <= to ? months : months - 1;
}

int whole_months(const Period& period) {
  return months_between(period.from, Date{period.to.days + 1});
}

namespace {
constexpr std::int64_t kPlausibleSince = 1'735'689'600'000;  // 2025-01-01, before any release
}

Lateness lateness(Date happened, std::optional<Date> said,
                  const std::optional<vault::Origin>& origin) {
  if (said) return said->days - happened.days > kLateDays ? Lateness::kLate : Lateness::kNot;
  if (!origin || origin->clock_class == ClockClass::kKnownWrong) return Lateness::kUnknown;
  const std::int64_t at = origin->hlc.ms();
  const bool too_early = at < kPlausibleSince;
  const bool too_late = origin->not_after && at > origin->not_after->ms;
  if (too_early || too_late || !origin->not_after) return Lateness::kUnknown;
  const Date recorded = Date::in_shanghai({at});
  return recorded.days - happened.days > kLateDays ? Lateness::kLate : Lateness::kNot;
}

// A packed list of references is their 16-byte ids, one after the other.
Result<std::vector<RowId>> ids_in(ByteView packed) {
  std::vector<RowId> out;
  out.reserve(packed.size() / RowId::kSize);
  for (; packed.size() >= RowId::kSize; packed = packed.subspan(RowId::kSize)) {
    out.push_back(*RowId::from(packed.first(RowId::kSize)));
  }
  if (packed.empty()) return out;
  return Error{Code::kCorrupt, "读取走访:走访人或事项一栏的内容已损坏,请运行 doctor",
               "reading a visit: its visitors or issues are damaged, run doctor"};
}

Result<bool> issue_stands(const Workplace& place, const RowId& issue) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT min(deleted) FROM \"issue\" WHERE id = ?1"));
  MQ_CHECK(q.bind(1, issue.view()).step());
  return q.is_null(0) || q.integer(0) == 0;
}

namespace {

constexpr std::string_view kVisitSql =
    "SELECT id, stream, household_id, date, outcome, part, answered, visited_by, issue_ids, "
    "recorded_by, recorded_on, rid FROM \"visit\" WHERE stream = ?1 AND deleted = 0 AND "
    "date BETWEEN ?2 AND ?3";

Result<VisitFact> fact_of(const Workplace& place, const model::Entity& entity,
                          const Canonical& canonical, const sqlite::Query& q) {
  VisitFact fact;
  fact.id = RowId::from(q.blob(0)).value_or(RowId{});
  fact.stream = q.integer(1);
  if (const auto household = RowId::from(q.blob(2))) fact.household = canonical.of(*household);
  fact.date = Date{static_cast<std::int32_t>(q.integer(3))};
  fact.outcome = static_cast<int>(q.integer(4));
  fact.part = static_cast<int>(q.integer(5));
  fact.answered = q.integer(6) != 0;
  MQ_TRY(fact.visitors, ids_in(q.blob(7)));
  MQ_TRY(fact.issues, ids_in(q.blob(8)));
  fact.recorder = RowId::from(q.blob(9));
  std::optional<Date> said;
  std::optional<vault::Origin> origin;
  if (!q.is_null(10)) {
    said = Date{static_cast<std::int32_t>(q.integer(10))};
  } else {
    MQ_TRY(origin, place.vault.origin(entity.number, q.integer(11)));
  }
  fact.late = lateness(fact.date, said, origin);
  return fact;
}

}  // namespace

Status each_visit(const Workplace& place, const Period& period,
                  const std::vector<Village>& villages, const Canonical& canonical,
                  const std::function<void(const VisitFact&)>& take) {
  const model::Entity& entity = *place.vault.schema().entity("Visit");
  for (const Village& village : villages) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(kVisitSql));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{period.from.days})
        .bind(3, std::int64_t{period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      MQ_TRY(const VisitFact fact, fact_of(place, entity, canonical, q));
      take(fact);
    }
  }
  return {};
}

Result<std::vector<Cadre>> cadres_of(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(std::vector<Cadre> cadres, Directory(place).cadres());
  if (!request.village) return cadres;
  MQ_TRY(const Village village, Directory(place).village(*request.village));
  MQ_TRY(const std::vector<Handover> moved, handovers(place));
  std::set<RowId> before;  // still had it on some day of the period
  for (const Handover& each : moved) {
    if (each.village == village.org_unit && each.on > request.period.from) before.insert(each.from);
  }
  std::erase_if(cadres, [&](const Cadre& cadre) {
    return !before.contains(cadre.id) &&
           std::ranges::find(cadre.areas, village.org_unit) == cadre.areas.end();
  });
  return cadres;
}

Result<std::map<RowId, std::set<RowId>>> pairs_by_cadre(const Workplace& place,
                                                        const Period& period,
                                                        const Canonical& canonical) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT cadre_id, household_id FROM \"pairing\" WHERE deleted = 0 AND "
             "\"from\" <= ?1 AND (\"to\" >= ?1 OR (\"to\" IS NULL AND status = ?2))"));
  q.bind(1, std::int64_t{period.to.days}).bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  std::map<RowId, std::set<RowId>> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    const auto cadre = RowId::from(q.blob(0));
    const auto household = RowId::from(q.blob(1));
    if (cadre && household) out[*cadre].insert(canonical.of(*household));
  }
}

Result<std::map<RowId, std::string>> cadre_names(const Workplace& place) {
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  std::map<RowId, std::string> out;
  for (const Cadre& cadre : cadres) out[cadre.id] = cadre.name;
  return out;
}

std::string masked_name(std::string_view name) {
  std::string out(first_characters(name, 1));
  for (std::string_view rest = name.substr(out.size()); !rest.empty();) {
    rest.remove_prefix(first_characters(rest, 1).size());
    out += '*';
  }
  return out;
}

std::string ten_thousands(std::int64_t fen) {
  constexpr std::int64_t kTenth = 100'000;
  const std::int64_t tenths = (fen + kTenth / 2) / kTenth;
  return cat(tenths / 10, ".", tenths % 10);
}

std::string masked_phone(std::string_view phone) {
  if (phone.size() < 7) return phone.empty() ? "" : "****";
  return cat(phone.substr(0, 3), std::string(phone.size() - 7, '*'),
             phone.substr(phone.size() - 4));
}

std::uint32_t entity_number(const Workplace& place, std::string_view entity) {
  return place.vault.schema().entity(entity)->number;
}

void add_row(Ledger& ledger, std::vector<LedgerCell> row, Trace& trace) {
  ledger.rows.push_back(std::move(row));
  ledger.row_sources.push_back(trace.take());
}

void set_totals(Ledger& ledger, std::vector<LedgerCell> totals, Trace& trace) {
  ledger.totals = std::move(totals);
  ledger.total_sources = trace.take();
}

namespace {

// "渭源县清渭镇", as it was founded; empty before its facts are here.
Result<std::string> township_name(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT county_name, township_name FROM \"township_facts\" WHERE "
                              "deleted = 0 ORDER BY id LIMIT 1"));
  MQ_TRY(const bool found, q.step());
  return found ? cat(q.text(0), q.text(1)) : std::string();
}

}  // namespace

Result<Ledger> begin_ledger(const Workplace& place, const LedgerRequest& request, const char* id,
                            const char* title) {
  Ledger ledger;
  ledger.id = id;
  ledger.title = title;
  ledger.period = request.period;
  ledger.basis.emplace_back("统计期", cat(request.period.from.iso(), " 至 ",
                                          request.period.to.iso(), ",两天都算;按发生日期"));
  MQ_TRY(std::string unit, township_name(place));
  if (!unit.empty()) ledger.basis.emplace_back("填报单位", std::move(unit));
  ledger.basis.emplace_back("生成时间", cat(shanghai_minute(place.clock.wall()), "(本机时间)"));
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  ledger.basis.emplace_back("制表人", me ? me->name : "不详");
  ledger.basis.emplace_back("版本", "未签发");
  MQ_TRY(ledger.complete, completeness(place, request.village));
  return ledger;
}

namespace {
Date day_before(Date day) { return Date{day.days - 1}; }
}  // namespace

Result<std::vector<Completeness>> completeness(const Workplace& place,
                                               const std::optional<std::string>& village) {
  LedgerRequest request;
  request.village = village;
  MQ_TRY(const std::vector<Village> villages, villages_of(place, request));
  const std::uint32_t now = place.control.head_seq();
  std::vector<Completeness> out;
  for (const Village& one : villages) {
    const StreamId stream = place.vault.stream(one.stream)->id;
    std::map<std::optional<Date>, int> people;
    for (const wire::PersonRecord& person : place.control.persons()) {
      const bool works_here = place.control.has_role(person.id, cpb::ROLE_KIND_CADRE, now) &&
                              place.control.may_read(person.id, stream, now);
      if (!works_here) continue;
      std::optional<Date> until;
      for (const wire::DeviceRecord* device : place.control.devices_of(person.id)) {
        MQ_TRY(const std::optional<WallTime> stated,
               place.vault.stated_until(one.stream, device->id));
        // Of the day of the statement itself only a part is told.
        if (stated) until = std::max(until, std::optional(day_before(Date::in_shanghai(*stated))));
      }
      ++people[until];
    }
    Completeness entry{one.name, {}};
    for (auto at = people.rbegin(); at != people.rend(); ++at)
      entry.parts.push_back({at->second, at->first});
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace mq::work
