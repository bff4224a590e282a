// Diaries that a colleague typed go to their author's own stream, and what the colleague does to
// them before he has heard of it goes after them.
//
// The row that is left is emptied and cancelled: whatever its typist writes then stands out.
#include <algorithm>

#include "diary_place.h"
#include "minqing/model/v1/diary.pb.h"
#include "mq/base/text.h"
#include "mq/vault/cell_time.h"
#include "mq/work/delegated.h"
#include "record_parts.h"
#include "roster_step.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Diary;

namespace {

const model::Entity& diary_of(const Workplace& place) {
  return *place.vault.schema().entity("Diary");
}

// A row of somebody's words in another's stream.
struct Strayed {
  RowAt here, home;
  std::int64_t rid = 0;
};

// In a stream that is not their author's though he has one that this device may write: submitted
// ones that stand, or those that were cancelled.
Result<std::vector<Strayed>> strayed(const Workplace& place, bool cancelled) {
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             cat("SELECT id, stream, author_id, rid FROM \"diary\" WHERE author_id IS NOT NULL AND "
                 "recorded_by IS NOT NULL AND author_id <> recorded_by AND status >= ?1 AND ",
                 cancelled ? "deleted = 1 AND cancel_reason IS NOT NULL AND cancel_reason <> ?2"
                           : "deleted = 0 AND ?2 IS NOT NULL")));
  q.bind(1, std::int64_t{mpb::DIARY_STATUS_SUBMITTED}).bind(2, kCarriedHome);
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
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    const model::Entity& diary = diary_of(place);
    out.push_back({{&diary, q.integer(1), row}, {&diary, *home, row}, q.integer(3)});
  }
}

// The day on which it was typed: its copy is younger, and would else seem to be entered later.
Result<std::optional<Date>> typed_on(const Workplace& place, std::int64_t rid) {
  MQ_TRY(const std::optional<vault::Origin> origin,
         place.vault.origin(diary_of(place).number, rid));
  if (!origin || origin->clock_class == ClockClass::kKnownWrong) return std::optional<Date>();
  return std::optional(Date::in_shanghai({origin->hlc.ms()}));
}

Result<vault::Draft> copy_home(const Workplace& place, const Strayed& one) {
  vault::Draft draft{one.home.stream, {}};
  for (const model::Field& field : one.here.entity->fields) {
    MQ_TRY(const Content content, cell_of(place, one.here, field));
    if (content.empty()) continue;
    const bool step = field.rule.merge() == model::pb::MERGE_STEP;
    if (step) {
      MQ_TRY(const Content now, cell_of(place, one.home, field));
      if (now == content) continue;
    }
    draft.changes.push_back(content_change(one.home, field, content));
    if (step) {
      draft.changes.back().kind = vault::Change::Kind::kStep;
    }
  }
  MQ_TRY(const Content said,
         cell_of(place, one.here, *one.here.entity->field(D::kRecordedOnFieldNumber)));
  if (!said.empty()) return draft;
  MQ_TRY(const std::optional<Date> day, typed_on(place, one.rid));
  if (day) {
    RowChanges(place, "Diary", one.here.row)
        .set(D::kRecordedOnFieldNumber, std::int64_t{day->days})
        .into(draft);
  }
  return draft;
}

// By them a row is known as another's words; everything else is the author's now.
bool stays(std::uint32_t field) {
  constexpr std::uint32_t kStay[] = {D::kAuthorIdFieldNumber, D::kRecordedByFieldNumber,
                                     D::kStatusFieldNumber, D::kCancelReasonFieldNumber};
  return std::ranges::find(kStay, field) != std::end(kStay);
}

Result<vault::Draft> leave(const Workplace& place, const Strayed& one) {
  vault::Draft draft{one.here.stream, {}};
  for (const model::Field& field : one.here.entity->fields) {
    if (stays(field.number) || field.number == D::kTitleFieldNumber) continue;
    draft.changes.push_back(content_change(one.here, field, {}));
  }
  RowChanges(place, "Diary", one.here.row)
      .set(D::kTitleFieldNumber, std::string(kCarriedHome))
      .into(draft);
  draft.changes.push_back(deletion(one.here));
  return draft;
}

// What somebody wrote into an emptied cell: the version that shows, or one beside it.
Result<Content> written(const Workplace& place, const Strayed& one, const model::Field& field,
                        const std::vector<vault::Conflict>& conflicts) {
  MQ_TRY(const Content shows, cell_of(place, one.here, field));
  if (!shows.empty() && text_of(shows) != kCarriedHome) return shows;
  for (const vault::Conflict& conflict : conflicts) {
    if (conflict.row != one.here.row || conflict.stream != one.here.stream) continue;
    if (conflict.entity != one.here.entity->number || conflict.field != field.number) continue;
    for (const vault::Claim& claim : conflict.claims) {
      const Content said{claim.value};
      if (!model::is_empty(claim.value) && text_of(said) != kCarriedHome) return said;
    }
  }
  return Content{};
}

// What its author wrote himself in a field, or anywhere in it.
Result<bool> author_wrote(const Workplace& place, const RowAt& home, const model::Field& field) {
  const auto owner = PersonId::from(place.vault.stream(home.stream)->owner);
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT meta FROM \"diary\" WHERE id = ?1 AND stream = ?2"));
  q.bind(1, home.row.view()).bind(2, home.stream);
  MQ_TRY(const bool found, q.step());
  if (!found) return false;
  MQ_TRY(const std::vector<DeviceId> devices,
         vault::cell_writers(place.vault, q.blob(0), field.number));
  return std::ranges::any_of(devices, [&](const DeviceId& id) {
    const wire::DeviceRecord* device = place.control.device(id);
    return device != nullptr && device->person == owner;
  });
}
Result<bool> author_wrote(const Workplace& place, const RowAt& home) {
  for (const model::Field& field : home.entity->fields) {
    MQ_TRY(const bool wrote, author_wrote(place, home, field));
    if (wrote) return true;
  }
  return false;
}

// Where its author changed it too, it is written as by somebody who has not seen that: two versions
// stand before him. What desks carried, each for itself, is what it corrects.
Status take_late(const Workplace& place, const Strayed& one,
                 const std::vector<vault::Conflict>& conflicts) {
  const vault::View seen = place.vault.view();
  vault::Draft late{one.home.stream, {}}, beside{one.home.stream, {}};
  for (const model::Field& field : one.here.entity->fields) {
    if (stays(field.number)) continue;
    MQ_TRY(const Content said, written(place, one, field, conflicts));
    MQ_TRY(const Content there, cell_of(place, one.home, field));
    if (said.empty() || hash_of(field, said) == hash_of(field, there)) continue;
    MQ_TRY(const bool changed, author_wrote(place, one.home, field));
    std::vector<vault::Change>& changes = changed ? beside.changes : late.changes;
    changes.push_back(content_change(one.home, field, said));
    if (field.repeated) changes.back().kind = vault::Change::Kind::kAdd;
  }
  for (auto& [draft, view] : {std::pair(&beside, vault::View{}), std::pair(&late, seen)}) {
    if (!draft->changes.empty()) MQ_CHECK(place.vault.commit({*draft}, view));
  }
  return {};
}

Result<std::optional<vault::RowData>> standing_at_home(const Workplace& place, const Strayed& one) {
  MQ_TRY(std::optional<vault::RowData> home, load_at(place, one.home));
  if (home && home->deleted) home.reset();
  return home;
}

Status take_home(const Workplace& place, const Strayed& one,
                 const std::vector<vault::Conflict>& conflicts) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const auto home, load_at(place, one.home));
  std::vector<vault::Draft> drafts;
  if (home) {
    MQ_CHECK(take_late(place, one, conflicts));
  } else {
    MQ_TRY(vault::Draft copy, copy_home(place, one));
    drafts.push_back(std::move(copy));
  }
  MQ_TRY(vault::Draft left, leave(place, one));
  drafts.push_back(std::move(left));
  const auto done = place.vault.commit(drafts, seen);
  return done.ok() ? Status() : Status(done.error());
}

// Its typist cancelled it while the desk carried it over. The author's own words are not cancelled
// by somebody who has not seen them.
Result<bool> cancel_home(const Workplace& place, const Strayed& one) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const auto home, standing_at_home(place, one));
  if (!home) return false;
  MQ_TRY(const bool changed, author_wrote(place, one.home));
  if (changed) return false;
  const model::Field& field = *one.here.entity->field(D::kCancelReasonFieldNumber);
  MQ_TRY(const Content reason, cell_of(place, one.here, field));
  vault::Draft there{one.home.stream, {content_change(one.home, field, reason)}};
  there.changes.push_back(deletion(one.home));
  const vault::Draft told{one.here.stream,
                          {content_change(one.here, field, {std::string(kCarriedHome)})}};
  // The word brings the row back: it goes once more.
  MQ_CHECK(place.vault.together([&]() -> Status {
    MQ_CHECK(place.vault.commit({there, told}, seen));
    MQ_CHECK(place.vault.commit({{one.here.stream, {deletion(one.here)}}}, seen));
    return {};
  }));
  return true;
}

// Nothing is left in it but where it went.
Result<bool> is_empty(const Workplace& place, const RowAt& at) {
  for (const model::Field& field : at.entity->fields) {
    if (stays(field.number)) continue;
    MQ_TRY(const Content said, cell_of(place, at, field));
    const bool gone = field.number == D::kTitleFieldNumber && text_of(said) == kCarriedHome;
    if (!said.empty() && !gone) return false;
  }
  return true;
}

// Emptied rows that stand again, because their typist gave them to somebody else.
Result<std::vector<RowAt>> given_away(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id, stream FROM \"diary\" WHERE deleted = 0 AND title = ?1 "
                              "ORDER BY id, stream"));
  q.bind(1, kCarriedHome);
  std::vector<RowAt> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    const RowAt at{&diary_of(place), q.integer(1), RowId::from(q.blob(0)).value_or(RowId{})};
    MQ_TRY(const bool empty, is_empty(place, at));
    if (empty) out.push_back(at);
  }
}

// Where its words are now, as another's: there, and whether they stand.
struct Words {
  RowAt at;
  std::int64_t rid = 0;
  bool deleted = false;
};
Result<std::optional<Words>> words_of(const Workplace& place, const RowAt& husk,
                                      const Content& author) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT stream, rid, deleted FROM \"diary\" WHERE id = ?1 AND stream <> ?2 AND "
             "author_id <> ?3 ORDER BY deleted, rid LIMIT 1"));
  q.bind(1, husk.row.view()).bind(2, husk.stream);
  q.bind(3, ByteView(std::get<Bytes>(author.front())));
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Words>();
  return std::optional(
      Words{{husk.entity, q.integer(0), husk.row}, q.integer(1), q.integer(2) != 0});
}

// The author's own stream, if there is one that this device may write; else its typist's.
Result<RowAt> home_for(const Workplace& place, const RowAt& husk, const Content& author) {
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  const auto listed =
      std::ranges::find(cadres, row_of(author), [](const Cadre& c) { return std::optional(c.id); });
  const auto stream = listed == cadres.end() ? std::nullopt : stream_of_author(place, *listed);
  return RowAt{husk.entity, stream.value_or(husk.stream), husk.row};
}

// It was carried to the first author before its typist named another: it goes on to that one,
// unless the first has written in it himself.
Result<bool> pass_on(const Workplace& place, const RowAt& husk) {
  const vault::View seen = place.vault.view();
  const model::Field& field = *husk.entity->field(D::kAuthorIdFieldNumber);
  MQ_TRY(const Content author, cell_of(place, husk, field));
  if (author.empty()) return false;
  MQ_TRY(const std::optional<Words> words, words_of(place, husk, author));
  if (!words || !need_stream(place, words->at.stream).ok()) return false;
  MQ_TRY(const bool kept, author_wrote(place, words->at));
  std::vector<vault::Draft> drafts;
  RowAt home = husk;
  if (!kept && !words->deleted) {
    MQ_TRY(home, home_for(place, husk, author));
    const Strayed move{words->at, home, words->rid};
    MQ_TRY(vault::Draft copy, copy_home(place, move));
    const auto titled = [](const vault::Change& one) { return one.field == D::kTitleFieldNumber; };
    const bool title = std::ranges::any_of(copy.changes, titled);
    if (!title)
      copy.changes.push_back(content_change(home, *husk.entity->field(D::kTitleFieldNumber), {}));
    std::erase_if(copy.changes,
                  [&](const vault::Change& one) { return one.field == field.number; });
    copy.changes.push_back(content_change(home, field, author));
    MQ_TRY(vault::Draft left, leave(place, move));
    drafts = {std::move(copy), std::move(left)};
  }
  if (drafts.empty() || home.stream != husk.stream) {
    drafts.push_back({husk.stream, {deletion(husk)}});
  }
  MQ_CHECK(place.vault.commit(drafts, seen));
  return true;
}

}  // namespace

Result<std::size_t> take_diaries_home(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  std::size_t taken = 0;
  MQ_TRY(const std::vector<RowAt> given, given_away(place));
  for (const RowAt& one : given) {
    MQ_TRY(const bool passed, pass_on(place, one));
    taken += passed ? 1 : 0;
  }
  MQ_TRY(const std::vector<Strayed> standing, strayed(place, false));
  std::vector<vault::Conflict> conflicts;
  if (!standing.empty()) {
    MQ_TRY(conflicts, place.vault.conflicts());
  }
  for (const Strayed& one : standing) {
    MQ_CHECK(take_home(place, one, conflicts));
    ++taken;
  }
  MQ_TRY(const std::vector<Strayed> cancelled, strayed(place, true));
  for (const Strayed& one : cancelled) {
    MQ_TRY(const bool took, cancel_home(place, one));
    taken += took ? 1 : 0;
  }
  return taken;
}

}  // namespace mq::work
