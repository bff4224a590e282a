// What stands in the way of right numbers: two versions of a fact, required facts that lack, work
// that waits to be completed, pairings with households that are no more.
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/local_entry.h"
#include "mq/work/month.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr int kMerged = mpb::ISSUE_STATE_MERGED;
constexpr int kWayMax = 50;  // of issues that were merged one into the next

void add(std::vector<Repair>& out, Repair repair) {
  if (repair.count > 0) out.push_back(std::move(repair));
}

Result<std::int64_t> ended_pairs(const Workplace& place) {
  return place.vault.database().integer(
      cat("SELECT count(*) FROM \"pairing\" p JOIN \"household\" h ON h.id = p.household_id WHERE "
          "p.deleted = 0 AND p.\"to\" IS NULL AND p.status = ",
          static_cast<int>(mpb::PAIRING_STATUS_ACTIVE),
          " AND h.moved_to IS NULL AND (h.deleted "
          "= 1 OR h.status IN (",
          static_cast<int>(mpb::HOUSEHOLD_STATUS_MOVED_OUT), ", ",
          static_cast<int>(mpb::HOUSEHOLD_STATUS_DEAD), ", ",
          static_cast<int>(mpb::HOUSEHOLD_STATUS_CANCELLED), "))"));
}

// Two desks merged them into each other apart: nobody works on either.
Result<std::int64_t> mutual_mergers(const Workplace& place) {
  return place.vault.database().integer(
      cat("WITH RECURSIVE way(start, at, steps) AS (SELECT id, merged_into, 1 FROM \"issue\" WHERE "
          "state = ",
          kMerged,
          " AND deleted = 0 UNION SELECT w.start, i.merged_into, w.steps + 1 FROM way w JOIN "
          "\"issue\" i ON i.id = w.at WHERE i.state = ",
          kMerged, " AND i.deleted = 0 AND w.at <> w.start AND w.steps < ", kWayMax,
          ") SELECT count(DISTINCT start) FROM way WHERE at = start"));
}

Status add_missing(const Workplace& place, std::vector<Repair>& out) {
  MQ_TRY(const std::vector<MissingFact> missing, missing_facts(place));
  for (const MissingFact& each : missing) {
    add(out, {cat(each.entity->zh, " 的 ", each.field->zh, " 没有填"),
              cat(each.entity->name, ".", each.field->name, " is missing"), "doctor", each.rows});
  }
  return {};
}

}  // namespace

Result<std::vector<MissingFact>> missing_facts(const Workplace& place) {
  std::vector<MissingFact> out;
  for (const model::Entity& entity : place.vault.schema().entities()) {
    for (const model::Field& field : entity.fields) {
      if (field.rule.need() != model::pb::NEED_SAVE) continue;
      MQ_TRY(const std::int64_t rows,
             place.vault.database().integer(cat("SELECT count(*) FROM \"", entity.table,
                                                "\" WHERE deleted = 0 AND \"", field.name,
                                                "\" IS NULL")));
      if (rows > 0) out.push_back({&entity, &field, rows});
    }
  }
  return out;
}

Result<std::vector<Repair>> repairs(const Workplace& place) {
  std::vector<Repair> out;
  MQ_TRY(const auto conflicts, place.vault.conflicts());
  add(out, {"两种说法还没有定论", "facts with two versions", "conflicts",
            static_cast<std::int64_t>(conflicts.size())});
  MQ_TRY(const std::vector<LocalEntry> local, local_entries(place.vault));
  add(out, {"本机记下、还没有成为记录的", "entries kept here that are no records yet", "today",
            static_cast<std::int64_t>(local.size())});
  MQ_TRY(const std::int64_t pairs, ended_pairs(place));
  add(out, {"结对的户已迁出、死亡或注销,结对还在进行", "pairings with households that are no more",
            "pairing list", pairs});
  MQ_TRY(const std::int64_t merged, mutual_mergers(place));
  add(out, {"互相合并、没有一件在办的事项,留一件接着办(issue separate 编号)",
            "issues merged into each other; take one up again: issue separate ID", "issue list",
            merged});
  MQ_CHECK(add_missing(place, out));
  return out;
}

}  // namespace mq::work
