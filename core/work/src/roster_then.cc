#include "roster_then.h"

#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/roster.pb.h"
#include "mq/model/ddl.h"
#include "mq/model/identity.h"
#include "mq/vault/cell_time.h"
#include "mq/work/directory.h"
#include "roster_step.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::string_view kChangesSql =
    "SELECT kind, \"from\", \"to\", village_from, \"on\", \"before\", id FROM \"roster_change\" "
    "WHERE "
    "undone_on IS NULL AND \"on\" IS NOT NULL AND kind IN (?1, ?2, ?3, ?4)";
// What a row stands in its table with is of the size of a page: only those that are out are asked
// when they came to be so.
constexpr std::string_view kHouseholdsSql =
    "SELECT id, stream, status, rid, CASE WHEN status IN (?1, ?2, ?3, ?4) THEN meta END FROM "
    "\"household\" WHERE deleted = 0";
constexpr std::string_view kSignedSql =
    "SELECT min(signed_at) FROM \"report_snapshot\" WHERE \"to\" = ?1 AND deleted = 0";
constexpr std::string_view kVisitSql =
    "SELECT 1 FROM \"visit\" WHERE household_id = ?1 AND date <= ?2 AND deleted = 0 LIMIT 1";

constexpr int kOut[] = {mpb::HOUSEHOLD_STATUS_MOVED_OUT, mpb::HOUSEHOLD_STATUS_DEAD,
                        mpb::HOUSEHOLD_STATUS_CANCELLED, mpb::HOUSEHOLD_STATUS_EMPTY};

// The day on which something was recorded: never after its receipt, and nothing if nobody knows.
std::optional<Date> recorded_on(Hlc hlc, ClockClass clock, const std::optional<WallTime>& receipt) {
  const bool clock_wrong = clock == ClockClass::kKnownWrong || (receipt && hlc.ms() > receipt->ms);
  if (!clock_wrong) return Date::in_shanghai({hlc.ms()});
  return receipt ? std::optional(Date::in_shanghai(*receipt)) : std::nullopt;
}

// Of ids made by hand, by their device's clock; an imported row's is made of its content.
std::optional<WallTime> time_of_id(const RowId& row) {
  constexpr std::size_t kTimeBytes = 6;
  const bool by_time = (row.data[kTimeBytes] >> 4) == 7 && (row.data[kTimeBytes + 2] >> 6) == 2;
  if (!by_time) return std::nullopt;
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) ms = ms << 8 | row.data[i];
  return WallTime{ms};
}

Result<std::optional<WallTime>> first_signing(const Workplace& place, Date last) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kSignedSql));
  q.bind(1, std::int64_t{last.days});
  MQ_TRY(const bool row, q.step());
  if (!row || q.is_null(0)) return std::optional<WallTime>();
  return std::optional(WallTime{q.integer(0)});
}

Result<std::vector<RowId>> rows_in(const Workplace& place, const char* field, ByteView packed) {
  const model::Entity& entity = *place.vault.schema().entity("RosterChange");
  MQ_TRY(const std::vector<Bytes> elements, model::unpack_repeated(*entity.field(field), packed));
  std::vector<RowId> out;
  for (const Bytes& element : elements) {
    if (const auto row = RowId::from(element)) out.push_back(*row);
  }
  return out;
}

}  // namespace

bool out_of_scope(std::int64_t status) { return std::ranges::find(kOut, status) != std::end(kOut); }

Result<RosterThen> RosterThen::at(const Workplace& place, Date last, Canonical canonical) {
  RosterThen out;
  out.last_ = last;
  out.canonical_ = std::move(canonical);
  MQ_TRY(out.signed_at_, first_signing(place, last));
  MQ_CHECK(out.read(place));
  return out;
}

Status RosterThen::read(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kChangesSql));
  q.bind(1, std::int64_t{mpb::CHANGE_KIND_SPLIT})
      .bind(2, std::int64_t{mpb::CHANGE_KIND_MERGED})
      .bind(3, std::int64_t{mpb::CHANGE_KIND_MOVED})
      .bind(4, std::int64_t{mpb::CHANGE_KIND_NEW_HEAD});
  bool any = false;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    if (!any) {
      MQ_TRY(const std::vector<Village> villages, Directory(place).villages());
      for (const Village& village : villages) streams_[village.org_unit] = village.stream;
      any = true;
    }
    MQ_TRY(const std::vector<RowId> from, rows_in(place, "from", q.blob(1)));
    MQ_TRY(const std::vector<RowId> to, rows_in(place, "to", q.blob(2)));
    Date on{static_cast<std::int32_t>(q.integer(4))};
    const auto recorded = time_of_id(RowId::from(q.blob(6)).value_or(RowId{}));
    const bool said = !recorded || Date::in_shanghai(*recorded) != on;
    if (!said && !came_later(*recorded)) on = std::min(on, last_);
    if (q.integer(0) == mpb::CHANGE_KIND_MOVED) {
      take_move(from, RowId::from(q.blob(3)), on);
    } else if (q.integer(0) == mpb::CHANGE_KIND_SPLIT) {
      take_split(from, to, on);
      MQ_CHECK(take_head(place, on, q.text(5)));
    } else if (q.integer(0) == mpb::CHANGE_KIND_NEW_HEAD) {
      MQ_CHECK(take_head(place, on, q.text(5)));
    } else {
      MQ_CHECK(take_merger(place, from, on, q.text(5)));
    }
  }
}

void RosterThen::take_move(const std::vector<RowId>& households, const std::optional<RowId>& from,
                           Date on) {
  const auto village = from ? streams_.find(*from) : streams_.end();
  if (on <= last_ || village == streams_.end()) return;
  const std::pair move(on, village->second);
  for (const RowId& row : households) {
    const auto [at, fresh] = moved_later_.try_emplace(row, move);
    if (!fresh) at->second = std::min(at->second, move);
  }
}

void RosterThen::take_split(const std::vector<RowId>& from, const std::vector<RowId>& to, Date on) {
  for (const RowId& row : to) {
    if (on <= last_) {
      split_before_.insert(row);
    } else if (!from.empty()) {
      split_later_.emplace(row, from.front());
    }
  }
}

// Who splits off as a household of his own may have been the head of the other.
Status RosterThen::take_head(const Workplace& place, Date on, std::string_view before) {
  if (on <= last_) return {};
  MQ_TRY(const std::vector<Undo> undo, decode_undo(place, before));
  for (const Undo& one : undo) {
    const bool head = one.kind == Undo::Kind::kCell && one.field->name == "head_person_id";
    if (!head || one.before.empty()) continue;
    const std::pair was(on, row_of(one.before).value_or(RowId{}));
    const auto [at, fresh] = head_later_.try_emplace(one.at.row, was);
    if (!fresh) at->second = std::min(at->second, was);
  }
  return {};
}

Status RosterThen::take_merger(const Workplace& place, const std::vector<RowId>& from, Date on,
                               std::string_view before) {
  if (on <= last_) {
    merged_before_.insert(from.begin(), from.end());
    return {};
  }
  MQ_TRY(const std::vector<Undo> undo, decode_undo(place, before));
  for (const Undo& one : undo) {
    const bool status = one.kind == Undo::Kind::kCell && one.field->name == "status";
    if (status && std::ranges::find(from, one.at.row) != from.end()) {
      merged_later_.emplace(one.at.row, integer_of(one.before));
    }
  }
  return {};
}

RowId RosterThen::of(const RowId& row) const {
  RowId out = canonical_.of(row);
  // Split off from what was itself split off later: as many steps as there are splits at most.
  for (std::size_t i = 0; i < split_later_.size(); ++i) {
    const auto at = split_later_.find(out);
    if (at == split_later_.end()) break;
    out = canonical_.of(at->second);
  }
  return out;
}

bool RosterThen::counts(const RowId& row, vault::StreamIx stream) const {
  if (split_later_.contains(row)) return false;
  const auto moved = moved_later_.find(row);
  if (moved == moved_later_.end()) return canonical_.counts(row, stream);
  return moved->second.second == stream && canonical_.of(row) == row;
}

vault::StreamIx RosterThen::stream(const RowId& row, vault::StreamIx now) const {
  const auto moved = moved_later_.find(row);
  return moved == moved_later_.end() ? now : moved->second.second;
}

std::optional<RowId> RosterThen::former_head(const RowId& row) const {
  const auto later = head_later_.find(row);
  return later == head_later_.end() ? std::nullopt : std::optional(later->second.second);
}

// A household that is out now: since when, and what it was before. A status that it did not have
// from the first was another one before that, and of those nearly all are in scope.
Result<std::int64_t> RosterThen::status_then(const Workplace& place, const Standing& one) const {
  if (!out_of_scope(one.status) || merged_before_.contains(one.row)) return one.status;
  if (const auto merged = merged_later_.find(one.row); merged != merged_later_.end()) {
    return merged->second;
  }
  MQ_TRY(const auto time,
         vault::cell_time(place.vault, one.meta, mpb::Household::kStatusFieldNumber));
  if (!time || time->with_row || !came_later({time->hlc.ms()})) return one.status;
  const auto day = recorded_on(time->hlc, time->clock_class, time->not_after);
  return day && last_ < *day ? std::int64_t{mpb::HOUSEHOLD_STATUS_NORMAL} : one.status;
}

// Its id is made of its number, and one in sixty-four of such looks like one made by hand.
Result<bool> RosterThen::of_a_roster(const Workplace& place, const Standing& one) {
  const model::Entity& entity = *place.vault.schema().entity("Household");
  MQ_TRY(const Content number,
         cell_of(place, {&entity, one.stream, one.row}, *entity.field("household_no")));
  return model::household_row_id(place.control.township(), text_of(number)) == one.row;
}

// A household that was added by hand later: it did not, unless somebody was there before.
Result<bool> RosterThen::stood(const Workplace& place, const Standing& one) const {
  if (!signed_at_) return true;
  const std::optional<WallTime> made = time_of_id(one.row);
  bool later = made && Date::in_shanghai(*made) > last_ && !split_before_.contains(one.row);
  if (later) {
    MQ_TRY(const bool listed, of_a_roster(place, one));
    later = !listed;
  }
  if (!later) return true;
  MQ_TRY(const auto origin,
         place.vault.origin(place.vault.schema().entity("Household")->number, one.rid));
  if (!origin || !came_later({origin->hlc.ms()})) return true;
  const auto day = recorded_on(origin->hlc, origin->clock_class, origin->not_after);
  if (!day || *day <= last_) return true;
  MQ_TRY(sqlite::Query q, place.vault.database().query(kVisitSql));
  q.bind(1, one.row.view()).bind(2, std::int64_t{last_.days});
  return q.step();
}

Result<std::map<vault::StreamIx, Scope>> RosterThen::scopes(const Workplace& place) const {
  const model::Field& status =
      *place.vault.schema().entity("Household")->field(mpb::Household::kStatusFieldNumber);
  MQ_TRY(sqlite::Query q, place.vault.database().query(kHouseholdsSql));
  for (std::size_t i = 0; i < std::size(kOut); ++i) {
    q.bind(static_cast<int>(i) + 1, std::int64_t{kOut[i]});
  }
  std::map<vault::StreamIx, Scope> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    Standing one{RowId::from(q.blob(0)).value_or(RowId{}), q.integer(1), q.integer(2), q.integer(3),
                 to_bytes(q.blob(4))};
    if (!counts(one.row, one.stream)) continue;
    MQ_TRY(const std::int64_t then, status_then(place, one));
    if (out_of_scope(then) && !canonical_.revived(one.row)) {
      ++out[one.stream].left_out[model::format_value(status, then)];
      continue;
    }
    MQ_TRY(const bool there, stood(place, one));
    if (there) out[one.stream].households.insert(one.row);
  }
}

}  // namespace mq::work
