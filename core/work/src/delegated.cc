#include "mq/work/delegated.h"

#include <algorithm>

#include "diary_place.h"
#include "minqing/model/v1/diary.pb.h"
#include "mq/base/text.h"
#include "record_parts.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Diary;

namespace {

const model::Entity& diary_of(const Workplace& place) {
  return *place.vault.schema().entity("Diary");
}

// Submitted, of another's words than the recorder's; a row that stands in two streams twice.
constexpr std::string_view kDelegated =
    "SELECT id, stream, author_id, rid FROM \"diary\" WHERE deleted = 0 AND status >= ?1 AND "
    "author_id IS NOT NULL AND recorded_by IS NOT NULL AND author_id <> recorded_by";

struct Strayed {
  RowId row;
  vault::StreamIx from = 0, home = 0;
  std::int64_t rid = 0;
};

// In a stream that is not their author's though he has one that this device may write.
Result<std::vector<Strayed>> strayed(const Workplace& place) {
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  MQ_TRY(sqlite::Query q, place.vault.database().query(kDelegated));
  q.bind(1, std::int64_t{mpb::DIARY_STATUS_SUBMITTED});
  std::vector<Strayed> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    const auto author = RowId::from(q.blob(2));
    const auto listed =
        std::ranges::find_if(cadres, [&](const Cadre& c) { return c.id == author; });
    if (listed == cadres.end()) continue;
    const auto home = stream_of_author(place, *listed);
    if (!home || *home == q.integer(1)) continue;
    out.push_back({RowId::from(q.blob(0)).value_or(RowId{}), q.integer(1), *home, q.integer(3)});
  }
}

// The day on which it was typed: its copy is younger, and would else seem to be entered later.
Result<std::optional<Date>> typed_on(const Workplace& place, std::int64_t rid) {
  MQ_TRY(const std::optional<vault::Origin> origin,
         place.vault.origin(diary_of(place).number, rid));
  if (!origin || origin->clock_class == ClockClass::kKnownWrong) return std::optional<Date>();
  return std::optional(Date::in_shanghai({origin->hlc.ms()}));
}

vault::Change copy_of(const model::Field& field, const RowId& row, const vault::Cell& cell,
                      std::uint32_t entity) {
  vault::Change change;
  change.entity = entity;
  change.row = row;
  change.field = field.number;
  change.value = cell.value;
  change.values = cell.values;
  if (field.rule.merge() == model::pb::MERGE_STEP) change.kind = vault::Change::Kind::kStep;
  return change;
}

Result<vault::Draft> copy_home(const Workplace& place, const Strayed& one,
                               const vault::RowData& data) {
  const model::Entity& entity = diary_of(place);
  vault::Draft draft{one.home, {}};
  for (const vault::Cell& cell : data.cells) {
    const model::Field* field = entity.field(cell.field);
    if (field != nullptr) draft.changes.push_back(copy_of(*field, one.row, cell, entity.number));
  }
  if (data.cell(D::kRecordedOnFieldNumber) != nullptr) return draft;
  MQ_TRY(const std::optional<Date> day, typed_on(place, one.rid));
  if (day) {
    RowChanges(place, "Diary", one.row)
        .set(D::kRecordedOnFieldNumber, std::int64_t{day->days})
        .into(draft);
  }
  return draft;
}

vault::Draft leave_stream(const Workplace& place, const Strayed& one) {
  vault::Draft draft{one.from, {}};
  RowChanges(place, "Diary", one.row)
      .set(D::kCancelReasonFieldNumber, std::string("已转入本人的日记"))
      .into(draft);
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = diary_of(place).number;
  gone.row = one.row;
  draft.changes.push_back(gone);
  return draft;
}

// In the author's stream already: a colleague's late edit brought the old one back.
Result<bool> at_home(const Workplace& place, const Strayed& one) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT 1 FROM \"diary\" WHERE id = ?1 AND stream = ?2"));
  q.bind(1, one.row.view()).bind(2, one.home);
  return q.step();
}

}  // namespace

std::optional<vault::StreamIx> stream_of_author(const Workplace& place, const Cadre& author) {
  if (!author.member) return std::nullopt;
  const bool mine = *author.member == place.member;
  if (!mine && !place.is_desk()) return std::nullopt;
  for (const vault::StreamInfo& stream : place.vault.streams()) {
    const bool his = stream.kind == wire::pb::STREAM_KIND_DIARY &&
                     std::ranges::equal(stream.owner, author.member->data);
    const bool held = stream.ordinal == 0 ||
                      place.control.may_read(place.member, stream.id, place.control.head_seq());
    if (his && held) return stream.ix;
  }
  return std::nullopt;
}

Result<vault::StreamIx> stream_for_diary(const Workplace& place,
                                         const std::optional<RowId>& author) {
  if (author) {
    MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
    for (const Cadre& cadre : cadres) {
      if (cadre.id != *author) continue;
      if (const auto his = stream_of_author(place, cadre)) return *his;
    }
  }
  return Directory(place).diary_stream();
}

Result<std::vector<DelegatedDiary>> delegated_diaries(const Workplace& place, const Period& period,
                                                      const std::optional<std::string>& author) {
  const Directory directory(place);
  std::optional<RowId> wanted;
  if (author) {
    MQ_TRY(const Cadre cadre, directory.cadre(*author));
    wanted = cadre.id;
  }
  MQ_TRY(const std::vector<Cadre> cadres, directory.cadres());
  const auto name_of = [&](const std::optional<RowId>& row) {
    const auto found = std::ranges::find_if(cadres, [&](const Cadre& c) { return c.id == row; });
    return found == cadres.end() ? std::string("不详") : found->name;
  };
  std::vector<DelegatedDiary> out;
  for (const Cadre& cadre : cadres) {
    if (wanted && cadre.id != *wanted) continue;
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(cat("SELECT DISTINCT id FROM (", kDelegated,
                                            " AND author_id = ?2 AND date BETWEEN ?3 AND ?4 ORDER "
                                            "BY date, id)")));
    q.bind(1, std::int64_t{mpb::DIARY_STATUS_SUBMITTED})
        .bind(2, cadre.id.view())
        .bind(3, std::int64_t{period.from.days})
        .bind(4, std::int64_t{period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
      MQ_TRY(std::optional<vault::RowData> data, place.vault.load(diary_of(place).number, row));
      if (!data) continue;
      const vault::Cell* agreed = data->cell(D::kAgreedFieldNumber);
      const auto* how = agreed == nullptr ? nullptr : std::get_if<std::string>(&agreed->value);
      std::string typist = name_of(id_of(*data, D::kRecordedByFieldNumber));
      out.push_back({*std::move(data), cadre.id, cadre.name, std::move(typist),
                     how == nullptr ? std::string() : *how});
    }
  }
  return out;
}

Result<std::size_t> take_diaries_home(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  MQ_TRY(const std::vector<Strayed> all, strayed(place));
  std::size_t taken = 0;
  for (const Strayed& one : all) {
    const vault::View seen = place.vault.view();
    std::vector<vault::Draft> drafts;
    MQ_TRY(const bool there, at_home(place, one));
    if (!there) {
      MQ_TRY(const std::optional<vault::RowData> data,
             place.vault.load(diary_of(place).number, one.row));
      if (!data || data->stream != one.from) continue;
      MQ_TRY(vault::Draft copy, copy_home(place, one, *data));
      drafts.push_back(std::move(copy));
    }
    drafts.push_back(leave_stream(place, one));
    MQ_CHECK(place.vault.commit(drafts, seen));
    ++taken;
  }
  return taken;
}

}  // namespace mq::work
