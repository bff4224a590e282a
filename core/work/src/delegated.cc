#include "mq/work/delegated.h"

#include <algorithm>
#include <set>

#include "diary_place.h"
#include "minqing/model/v1/diary.pb.h"
#include "mq/base/text.h"
#include "record_parts.h"
#include "row_at.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Diary;

namespace {

const model::Entity& diary_of(const Workplace& place) {
  return *place.vault.schema().entity("Diary");
}

// Submitted, of another's words than the recorder's; a row that stands in two streams twice, the
// one in the stream of the author first.
constexpr std::string_view kDelegated =
    "SELECT id, stream FROM \"diary\" WHERE deleted = 0 AND status >= ?1 AND "
    "author_id IS NOT NULL AND recorded_by IS NOT NULL AND author_id <> recorded_by";

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
    std::set<RowId> listed;
    const std::optional<vault::StreamIx> own = stream_of_author(place, cadre);
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(cat(kDelegated,
                                            " AND author_id = ?2 AND date BETWEEN ?3 AND ?4 ORDER "
                                            "BY date, id, stream <> ?5")));
    q.bind(5, own.value_or(0))
        .bind(1, std::int64_t{mpb::DIARY_STATUS_SUBMITTED})
        .bind(2, cadre.id.view())
        .bind(3, std::int64_t{period.from.days})
        .bind(4, std::int64_t{period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
      if (!listed.insert(row).second) continue;
      MQ_TRY(std::optional<vault::RowData> data,
             load_at(place, {&diary_of(place), q.integer(1), row}));
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

}  // namespace mq::work
