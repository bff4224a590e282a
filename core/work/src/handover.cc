#include "mq/work/handover.h"

#include <algorithm>

#include "minqing/model/v1/commitment.pb.h"
#include "minqing/model/v1/dispute.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
#include "rights.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Handover;
using I = mpb::Issue;
using R = mpb::Pairing;

namespace {

constexpr std::size_t kReasonBytesMax = 1200;

RowId row_at(const sqlite::Query& q, int column) {
  return RowId::from(q.blob(column)).value_or(RowId{});
}
Date day_at(const sqlite::Query& q, int column) {
  return Date{static_cast<std::int32_t>(q.integer(column))};
}

// Nothing is left to be done by whoever has it in hand.
bool settled(std::int64_t state) {
  switch (state) {
    case mpb::ISSUE_STATE_CLOSED:
    case mpb::ISSUE_STATE_CALLED_BACK:
    case mpb::ISSUE_STATE_FINISHED:
    case mpb::ISSUE_STATE_ANSWERED:
    case mpb::ISSUE_STATE_MERGED:
    case mpb::ISSUE_STATE_NOT_NEEDED:
    case mpb::ISSUE_STATE_WITHDRAWN:
    case mpb::ISSUE_STATE_LEGAL:
      return true;
    default:
      return false;
  }
}

struct Pair {
  RowId row, household, programme;
  Date from;
  vault::StreamIx stream = 0;  // where the household stands
};

Result<std::vector<Pair>> pairs_of(const Workplace& place, const RowId& cadre) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT r.id, r.household_id, r.programme_id, r.\"from\", h.stream FROM \"pairing\" r "
             "JOIN \"household\" h ON h.id = r.household_id AND h.deleted = 0 AND h.moved_to IS "
             "NULL WHERE r.deleted = 0 AND r.cadre_id = ?1 AND r.status = ?2 ORDER BY r.id"));
  q.bind(1, cadre.view()).bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  std::vector<Pair> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back({row_at(q, 0), row_at(q, 1), row_at(q, 2), day_at(q, 3), q.integer(4)});
  }
}

// An issue, a promise or a dispute.
struct OpenWork {
  RowId row;
  vault::StreamIx stream = 0;
};

// In his hands: he handles it, or he wrote it down and nobody was named.
Result<std::vector<OpenWork>> open_issues(const Workplace& place, const RowId& cadre) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id, stream, state FROM \"issue\" WHERE deleted = 0 AND "
                              "closed_on IS NULL AND (handler_id = ?1 OR (handler_id IS NULL AND "
                              "recorded_by = ?1)) ORDER BY id"));
  q.bind(1, cadre.view());
  std::vector<OpenWork> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    if (!settled(q.integer(2))) out.push_back({row_at(q, 0), q.integer(1)});
  }
}

// What else stands in one person's name until it is settled.
struct Kept {
  const char* entity;
  std::uint32_t holder;  // number of the field
  const char* sql;
  std::size_t Charge::*count;
};
constexpr Kept kKept[] = {
    {"Commitment", mpb::Commitment::kOwnerIdFieldNumber,
     "SELECT id, stream FROM \"commitment\" WHERE deleted = 0 AND owner_id = ?1 AND settled_on IS "
     "NULL ORDER BY id",
     &Charge::commitments},
    {"Dispute", mpb::Dispute::kLeadIdFieldNumber,
     "SELECT id, stream FROM \"dispute\" WHERE deleted = 0 AND lead_id = ?1 AND ended_on IS NULL "
     "ORDER BY id",
     &Charge::disputes}};

Result<std::vector<OpenWork>> kept_by(const Workplace& place, const Kept& kept,
                                      const RowId& cadre) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kept.sql));
  q.bind(1, cadre.view());
  std::vector<OpenWork> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back({row_at(q, 0), q.integer(1)});
  }
}

class HandingOver {
 public:
  HandingOver(const Workplace& place, const HandoverOptions& options)
      : place_(place), options_(options), stream_(options.village.stream), inner_{stream_, {}} {}

  Result<HandedOver> run() {
    const vault::View seen = place_.vault.view();
    MQ_CHECK(need_desk(place_));
    const Directory directory(place_);
    MQ_TRY(from_, directory.cadre(options_.from.hex()));
    MQ_TRY(to_, directory.cadre(options_.to.hex()));
    MQ_TRY(township_.stream, directory.township_stream());
    MQ_CHECK(check());
    MQ_CHECK(fix_day());
    MQ_CHECK(note());
    note_charge();
    MQ_CHECK(move_pairings());
    MQ_CHECK(move_issues());
    for (const Kept& kept : kKept) MQ_CHECK(move_kept(kept));
    std::vector<vault::Draft> drafts;
    for (const vault::Draft& draft : {township_, inner_}) {
      if (!draft.changes.empty()) drafts.push_back(draft);
    }
    if (!drafts.empty()) MQ_CHECK(place_.vault.commit(drafts, seen));
    return done_;
  }

 private:
  Date today() const { return Date::in_shanghai(place_.clock.wall()); }

  Status check() const {
    if (options_.from == options_.to) {
      return Error{Code::kInvalidInput, "移交:移交人和接手人是同一个人;--to 请写另一位",
                   "handing over: from and to are the same person; name another with --to"};
    }
    if (options_.reason.size() > kReasonBytesMax) {
      return Error{Code::kInvalidInput, "移交:原因太长,请控制在 400 字以内",
                   "handing over: the reason is too long"};
    }
    if (options_.on && *options_.on > today()) {
      return Error{Code::kInvalidInput,
                   cat("移交:日期 ", options_.on->iso(), " 还没有到;请到那一天再办"),
                   cat("handing over: ", options_.on->iso(), " has not come; do it on that day")};
    }
    return {};
  }

  // Without a day: that of the handover that stands between the two, else today.
  Status fix_day() {
    done_.on = options_.on.value_or(today());
    if (options_.on) return {};
    MQ_TRY(const std::vector<Handover> all, handovers(place_));
    const Handover* last = nullptr;
    for (const Handover& each : all) {
      const bool concerned = each.from == from_.id || each.to == from_.id;
      if (each.village == options_.village.org_unit && concerned) last = &each;
    }
    if (last != nullptr && last->from == from_.id && last->to == to_.id) done_.on = last->on;
    return {};
  }

  RowId township_row(std::string_view entity, std::initializer_list<RowId> ids, Date day) const {
    ByteWriter key;
    for (const RowId& id : ids) key.raw(id.view());
    key.zigzag(day.days);
    return model::imported_row_id(place_.vault.stream(township_.stream)->id,
                                  place_.vault.schema().entity(entity)->number, key.bytes());
  }

  // The same handover noted at two desks is one row.
  Status note() {
    const RowId& village = options_.village.org_unit;
    const RowId row = township_row("Handover", {from_.id, to_.id, village}, done_.on);
    RowChanges changes(place_, "Handover", row);
    changes.set_row(H::kFromIdFieldNumber, from_.id)
        .set_row(H::kToIdFieldNumber, to_.id)
        .set_row(H::kVillageIdFieldNumber, village)
        .set(H::kOnFieldNumber, std::int64_t{done_.on.days});
    const std::string reason(trimmed(options_.reason));
    if (!reason.empty()) changes.set(H::kReasonFieldNumber, reason);
    changes.into(township_);
    return {};
  }

  // Only what is there is taken out, and only what is missing put in.
  void note_charge() {
    const RowId& village = options_.village.org_unit;
    const auto serves = [&](const Cadre& cadre) {
      return std::ranges::find(cadre.areas, village) != cadre.areas.end();
    };
    RowChanges before(place_, "Cadre", from_.id), after(place_, "Cadre", to_.id);
    if (serves(from_)) before.remove_row(mpb::Cadre::kAreaIdsFieldNumber, village);
    if (!serves(to_)) after.add_row(mpb::Cadre::kAreaIdsFieldNumber, village);
    before.into(township_);
    after.into(township_);
  }

  // The day before is the last of the one, so that no day counts for both.
  Status move_pairings() {
    MQ_TRY(const std::vector<Pair> pairs, pairs_of(place_, from_.id));
    MQ_TRY(const std::vector<Pair> theirs, pairs_of(place_, to_.id));
    for (const Pair& pair : pairs) {
      if (pair.stream != stream_) continue;
      ++done_.pairings;
      const Date last{std::max(done_.on.days - 1, pair.from.days)};
      RowChanges ended(place_, "Pairing", pair.row);
      ended.set(R::kToFieldNumber, std::int64_t{last.days})
          .set(R::kStatusFieldNumber, std::int64_t{mpb::PAIRING_STATUS_CHANGED})
          .set(R::kReasonFieldNumber, reason_for(to_, "移交给 "));
      ended.into(township_);
      const bool theirs_already = std::ranges::any_of(
          theirs, [&](const Pair& other) { return other.household == pair.household; });
      if (!theirs_already) begin_pairing(pair, Date{last.days + 1});
    }
    return {};
  }

  void begin_pairing(const Pair& pair, Date from) {
    const RowId row = township_row("Pairing", {to_.id, pair.household}, from);
    RowChanges begun(place_, "Pairing", row);
    begun.set_row(R::kCadreIdFieldNumber, to_.id)
        .set_row(R::kHouseholdIdFieldNumber, pair.household)
        .set(R::kFromFieldNumber, std::int64_t{from.days})
        .set(R::kToFieldNumber, {})  // it may have been theirs, and have ended, before
        .set(R::kStatusFieldNumber, std::int64_t{mpb::PAIRING_STATUS_ACTIVE})
        .set(R::kReasonFieldNumber, reason_for(from_, "接手自 "));
    if (pair.programme != RowId{}) begun.set_row(R::kProgrammeIdFieldNumber, pair.programme);
    begun.into(township_);
  }

  std::string reason_for(const Cadre& other, std::string_view how) const {
    const std::string reason(trimmed(options_.reason));
    return cat(how, other.name, reason.empty() ? "" : ":", reason);
  }

  Status move_issues() {
    MQ_TRY(const std::vector<OpenWork> issues, open_issues(place_, from_.id));
    const std::string reason(trimmed(options_.reason));
    for (const OpenWork& issue : issues) {
      if (issue.stream != stream_) continue;
      ++done_.issues;
      RowChanges(place_, "Issue", issue.row)
          .set_row(I::kHandlerIdFieldNumber, to_.id)
          .add(I::kHopsFieldNumber, cat("移交 ", from_.name, "→", to_.name, " ", done_.on.iso(),
                                        reason.empty() ? "" : " ", reason))
          .into(inner_);
    }
    return {};
  }

  Status move_kept(const Kept& kept) {
    MQ_TRY(const std::vector<OpenWork> all, kept_by(place_, kept, from_.id));
    for (const OpenWork& each : all) {
      if (each.stream != stream_) continue;
      ++(done_.*kept.count);
      RowChanges(place_, kept.entity, each.row).set_row(kept.holder, to_.id).into(inner_);
    }
    return {};
  }

  const Workplace& place_;
  const HandoverOptions& options_;
  vault::StreamIx stream_;
  vault::Draft township_, inner_;
  Cadre from_, to_;
  HandedOver done_;
};

}  // namespace

Result<std::vector<Handover>> handovers(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT h.id, h.from_id, h.to_id, h.village_id, h.\"on\", o.stream_id FROM "
             "\"handover\" h LEFT JOIN \"org_unit\" o ON o.id = h.village_id WHERE h.deleted = 0 "
             "ORDER BY h.\"on\", h.id"));
  std::vector<Handover> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back({row_at(q, 0), row_at(q, 1), row_at(q, 2), row_at(q, 3), day_at(q, 4),
                   StreamId::from(q.blob(5)).value_or(StreamId{})});
  }
}

Result<HandedOver> hand_over(const Workplace& place, const HandoverOptions& options) {
  return HandingOver(place, options).run();
}

Result<Charge> charge_of(const Workplace& place, const RowId& cadre) {
  MQ_TRY(const std::vector<Pair> pairs, pairs_of(place, cadre));
  MQ_TRY(const std::vector<OpenWork> issues, open_issues(place, cadre));
  Charge charge{pairs.size(), issues.size(), 0, 0};
  for (const Kept& kept : kKept) {
    MQ_TRY(const std::vector<OpenWork> all, kept_by(place, kept, cadre));
    charge.*kept.count = all.size();
  }
  return charge;
}

Result<Custody> Custody::load(const Workplace& place) {
  Custody custody;
  MQ_TRY(custody.handovers_, handovers(place));
  if (custody.handovers_.empty()) return custody;
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  for (const Cadre& cadre : cadres) {
    for (const RowId& area : cadre.areas) custody.in_charge_.emplace(cadre.id, area);
  }
  return custody;
}

RowId Custody::holder(const RowId& village, const RowId& cadre) const {
  RowId holder = cadre;
  for (const Handover& each : handovers_) {
    if (in_charge_.contains({holder, village})) break;
    if (each.village == village && each.from == holder) holder = each.to;
  }
  return holder;
}

}  // namespace mq::work
