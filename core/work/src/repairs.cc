// What stands in the way of right numbers: two versions of a fact, required facts that lack, work
// that waits to be completed, pairings with households that are no more.
#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/issue.h"
#include "mq/work/local_entry.h"
#include "mq/work/month.h"
#include "roster_repairs.h"

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

// What two devices may have written apart: an end before the beginning, or a day of the end that
// does not go with the state. Ledgers count such an end on the day of the beginning, and without a
// day not at all.
constexpr std::pair<std::string_view, std::string_view> kImpossible[] = {
    {"issue", "registered_on IS NULL OR closed_on < registered_on OR callback_on < closed_on"},
    {"dispute", "accepted_on < found_on OR ended_on < found_on OR ended_on < accepted_on"},
    {"commitment", "settled_on < proposed_on"}};

Status add_impossible_days(const Workplace& place, std::vector<Repair>& out) {
  for (const auto& [table, where] : kImpossible) {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(cat("SELECT count(*), lower(hex(min(id))) FROM \"", table,
                                            "\" WHERE deleted = 0 AND (", where, ")")));
    MQ_TRY(const bool row, q.step());
    if (!row) continue;
    add(out, {"日期前后不符,如办结早于登记;按开头那天计,没有登记日期的不计",
              "days that contradict each other, such as closed before registered",
              cat(table, " show ", q.text(1)), q.integer(0)});
  }
  return {};
}

// The day of closing says that an issue is over and its state says that it is not, or the other
// way round.
Status add_parted_ends(const Workplace& place, std::vector<Repair>& out) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT state, closed_on IS NOT NULL, count(*), lower(hex(min(id))) FROM \"issue\" "
             "WHERE deleted = 0 GROUP BY 1, 2"));
  Repair parted{"事项的办结日期与状态不符;有没有办结按日期计",
                "issues whose day of closing contradicts the state; they count by the day", "", 0};
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    if (issue_ended(q.integer(0)) == (q.integer(1) != 0)) continue;
    parted.count += q.integer(2);
    parted.command = cat("issue show ", q.text(3));
  }
  add(out, std::move(parted));
  return {};
}

// It says something else than the one that stands, and no later version has settled it.
bool stands_apart(const std::vector<SignedReport>& all, const SignedReport& one) {
  const Ledger& ledger = one.record.ledger;
  const SignedReport* last = last_signed(all, ledger.id, ledger.period);
  return one.outdone && last != nullptr &&
         last->record.ledger.signing->version == ledger.signing->version &&
         !differences(ledger, last->record.ledger).empty();
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
  MQ_TRY(const std::vector<SignedReport> reports, signed_reports(place));
  add(out, {"两台设备各签发了同一版;以签发时间在后的为准,要统一请更正",
            "versions that two devices signed apart; the later one stands", "month list",
            std::ranges::count_if(
                reports, [&](const SignedReport& one) { return stands_apart(reports, one); })});
  MQ_TRY(const std::vector<Repair> roster, roster_repairs(place));
  for (const Repair& one : roster) add(out, one);
  MQ_CHECK(add_impossible_days(place, out));
  MQ_CHECK(add_parted_ends(place, out));
  MQ_CHECK(add_missing(place, out));
  return out;
}

}  // namespace mq::work
