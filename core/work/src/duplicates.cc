#include "mq/work/duplicates.h"

#include <algorithm>
#include <map>
#include <set>

#include "likely.h"
#include "minqing/model/v1/roster.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/canonical.h"
#include "record_parts.h"
#include "roster_step.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using N = mpb::NotSame;

namespace {

using RowPair = std::pair<RowId, RowId>;
RowPair ordered(const RowId& a, const RowId& b) { return a < b ? RowPair{a, b} : RowPair{b, a}; }

// Every two of those that one row of NotSame names.
Result<std::set<RowPair>> known_distinct(const Workplace& place, std::string_view column) {
  const model::Field& field = *place.vault.schema().entity("NotSame")->field(column);
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              cat("SELECT ", column, " FROM \"not_same\" WHERE deleted = 0 AND ",
                                  column, " IS NOT NULL")));
  std::set<RowPair> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(field, q.blob(0)));
    std::vector<RowId> rows;
    for (const Bytes& one : packed) rows.push_back(RowId::from(one).value_or(RowId{}));
    for (const RowId& a : rows) {
      for (const RowId& b : rows) {
        if (a < b) out.emplace(a, b);
      }
    }
  }
}

std::string text_of(const PersonFacts& one) {
  return one.birth ? cat(one.shown, " ", one.birth->iso()) : one.shown;
}

// What speaks for two households being one.
struct Evidence {
  std::size_t people = 0;
  bool heads = false;
  Reason why;
};

struct Side {
  const PersonFacts* head = nullptr;
  std::size_t size = 0;
  vault::StreamIx stream = 0;
  std::string number;
};

bool enough(const Evidence& found, const Side& a, const Side& b) {
  if (found.heads) return true;
  return found.people >= 2 && found.people * 2 >= std::min(a.size, b.size);
}

LikelyPair described(const RowId& a, const Side& of_a, const RowId& b, const Side& of_b,
                     const Evidence& found) {
  const auto text = [](const Side& one) {
    return one.head == nullptr ? std::string() : one.head->shown;
  };
  LikelyPair out{a, b, text(of_a), text(of_b), of_a.number, of_b.number, {}, {}};
  out.why_zh = found.heads ? cat("户主", found.why.zh) : cat(found.people, " 个人像是同样的人");
  out.why_en =
      found.heads ? cat("heads: ", found.why.en) : cat(found.people, " people look like the same");
  return out;
}

}  // namespace

Result<std::vector<LikelyPair>> likely_people(const Workplace& place,
                                              std::optional<vault::StreamIx> village) {
  MQ_TRY(const std::vector<PersonFacts> people, everybody(place));
  MQ_TRY(const std::set<RowPair> distinct, known_distinct(place, "people"));
  MQ_TRY(const std::set<RowPair> houses, known_distinct(place, "households"));
  std::vector<LikelyPair> out;
  for (const Match& match : matches(people)) {
    const PersonFacts* a = &people[match.a];
    const PersonFacts* b = &people[match.b];
    if (b->id < a->id) std::swap(a, b);
    if (village && a->stream != *village && b->stream != *village) continue;
    if (distinct.contains({a->id, b->id})) continue;
    if (houses.contains(ordered(a->household, b->household))) continue;
    out.push_back({a->id, b->id, text_of(*a), text_of(*b), a->house, b->house,
                   std::string(match.why.zh), std::string(match.why.en)});
  }
  return out;
}

Result<std::vector<LikelyPair>> likely_households(const Workplace& place,
                                                  std::optional<vault::StreamIx> village) {
  MQ_TRY(const std::vector<PersonFacts> people, everybody(place));
  MQ_TRY(const std::set<RowPair> distinct, known_distinct(place, "households"));
  std::map<RowId, Side> households;
  for (const PersonFacts& one : people) {
    if (one.house.empty()) continue;  // a household that is not here
    Side& household = households[one.household];
    ++household.size;
    household.number = one.house;
    household.stream = one.stream;
    if (one.head || household.head == nullptr) household.head = &one;
  }
  std::map<RowPair, Evidence> found;
  for (const Match& match : matches(people)) {
    const PersonFacts& a = people[match.a];
    const PersonFacts& b = people[match.b];
    if (a.household == b.household || a.house.empty() || b.house.empty()) continue;
    Evidence& one = found[ordered(a.household, b.household)];
    ++one.people;
    if (one.people == 1 || (a.head && b.head)) one.why = match.why;
    one.heads = one.heads || (a.head && b.head);
  }
  std::vector<LikelyPair> out;
  for (const auto& [rows, evidence] : found) {
    const Side& a = households.at(rows.first);
    const Side& b = households.at(rows.second);
    if (distinct.contains(rows) || !enough(evidence, a, b)) continue;
    if (village && a.stream != *village && b.stream != *village) continue;
    out.push_back(described(rows.first, a, rows.second, b, evidence));
  }
  return out;
}

Result<Outcome> say_distinct(const Workplace& place, const model::Entity& entity, const RowId& a,
                             const RowId& b) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::RowData first, standing_row(place, entity, a));
  MQ_TRY(const vault::RowData second, standing_row(place, entity, b));
  MQ_CHECK(need_stream(place, first.stream));
  Outcome outcome;
  outcome.row = new_id<RowId>(place.clock, place.random);
  if (a == b) {
    outcome.faults.push_back({"*", "两个编号是同一条", "this is one and the same row"});
    return outcome;
  }
  const auto field = entity.name == "Person" ? N::kPeopleFieldNumber : N::kHouseholdsFieldNumber;
  RowChanges note(place, "NotSame", outcome.row);
  note.add_row(field, a).add_row(field, b);
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  if (me) note.set_row(N::kRecordedByFieldNumber, me->id);
  vault::Draft draft{first.stream, {}};
  note.into(draft);
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

}  // namespace mq::work
