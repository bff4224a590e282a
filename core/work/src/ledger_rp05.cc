// RP05 结对帮扶一览表: every pairing of the period, with what the cadre did for that household.
#include <map>
#include <set>
#include <utility>

#include "ledger_parts.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "roster_then.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// In force on some day of the period: 已结束 without a last day ended nobody knows when.
constexpr std::string_view kPairingSql =
    "SELECT household_id, \"from\", \"to\", id FROM \"pairing\" WHERE cadre_id = ?1 AND deleted = "
    "0 "
    "AND \"from\" <= ?3 AND (\"to\" >= ?2 OR (\"to\" IS NULL AND status = ?4)) "
    "ORDER BY \"from\", id";
constexpr std::string_view kCadreSql =
    "SELECT c.title, c.rank_class, o.name FROM \"cadre\" c LEFT JOIN \"org_unit\" o ON "
    "o.id = c.org_id WHERE c.id = ?1 AND c.deleted = 0";
// Of a head who has moved or split off since, whatever stream he stands in now.
constexpr std::string_view kNameSql =
    "SELECT name FROM \"person\" WHERE id = ?1 AND name IS NOT NULL ORDER BY deleted, stream";
constexpr std::string_view kDeedSql =
    "SELECT owner_id, household_id, done_on, coalesce(money, 0), id FROM \"deed\" WHERE "
    "deleted = 0 AND household_id IS NOT NULL AND done_on BETWEEN ?1 AND ?2";

// What a cadre did for a household on one day: a visit, or a deed with its money.
struct Act {
  Date on;
  Source source;
  bool deed = false;
  std::int64_t fen = 0;
};
struct Help {
  Trace trace;
  std::int64_t visits = 0, deeds = 0, fen = 0;
  void add(const Act& act) {
    (act.deed ? deeds : visits) += 1;
    fen += act.fen;
    trace.note(act.deed ? "办实事" : "本期走访次数", act.source);
    trace.note_if(act.fen != 0, "资金", act.source);
  }
};
using Pair = std::pair<RowId, RowId>;  // cadre, household
struct Of {
  std::string unit, title, rank;
};

class Rows {
 public:
  Rows(const Workplace& place, const LedgerRequest& request, Ledger& ledger)
      : place_(place),
        request_(request),
        ledger_(ledger),
        visit_(entity_number(place, "Visit")),
        deed_(entity_number(place, "Deed")),
        pairing_(entity_number(place, "Pairing")) {
    all_.trace.on(request.explain);
  }

  Status load() {
    MQ_TRY(const std::vector<Village> villages, villages_of(place_, request_));
    MQ_TRY(canonical_, Canonical::households(place_));
    // Visits stay where they were written: of a household that moved here, in another village.
    MQ_TRY(const std::vector<Village> all, Directory(place_).villages());
    MQ_CHECK(know_homes(villages, all));
    MQ_CHECK(
        each_visit(place_, request_.period, canonical_.plain() ? villages : all, canonical_,
                   [&](const VisitFact& visit) {
                     if (!visit.household) return;
                     for (const RowId& cadre : visit.visitors)
                       acts_[{cadre, *visit.household}].push_back({visit.date, {visit_, visit.id}});
                   }));
    MQ_TRY(sqlite::Query q, place_.vault.database().query(kDeedSql));
    q.bind(1, std::int64_t{request_.period.from.days})
        .bind(2, std::int64_t{request_.period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      const auto cadre = RowId::from(q.blob(0));
      const auto household = RowId::from(q.blob(1));
      if (!cadre || !household) continue;
      const Date on{static_cast<std::int32_t>(q.integer(2))};
      const Source deed{deed_, RowId::from(q.blob(4)).value_or(RowId{})};
      acts_[{*cadre, canonical_.of(*household)}].push_back({on, deed, true, q.integer(3)});
    }
  }

  Status add(const Cadre& cadre) {
    MQ_TRY(const Of of, described(cadre));
    MQ_TRY(sqlite::Query q, place_.vault.database().query(kPairingSql));
    q.bind(1, cadre.id.view())
        .bind(2, std::int64_t{request_.period.from.days})
        .bind(3, std::int64_t{request_.period.to.days})
        .bind(4, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
    std::set<std::pair<RowId, RowId>> told;  // kept household, the one that was named
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      const RowId named = RowId::from(q.blob(0)).value_or(RowId{});
      const RowId kept = canonical_.of(named);
      const auto home = homes_.find(kept);
      if (home == homes_.end()) continue;
      // Paired with both of what turned out to be one household: one pair.
      const auto other = told.lower_bound({kept, RowId{}});
      if (other != told.end() && other->first == kept && other->second != named) continue;
      told.insert({kept, named});
      put(cadre, of, home->second, q);
    }
  }

  void put_totals() {
    std::vector<LedgerCell> out(ledger_.columns.size());
    out[0] = std::string("合计");
    out[4] = cat(ledger_.rows.size(), " 对");
    out[7] = all_.visits;
    out[8] = all_.deeds;
    out[9] = Money{all_.fen};
    set_totals(ledger_, std::move(out), all_.trace);
  }

 private:
  // Where each stood on the last day.
  Status know_homes(const std::vector<Village>& villages, const std::vector<Village>& all) {
    MQ_TRY(const RosterThen then, RosterThen::at(place_, request_.period.to, canonical_));
    const Directory directory(place_);
    for (const Village& village : all) {
      MQ_TRY(const std::vector<Household> households, directory.households(village.stream));
      for (Household one : households) {
        const vault::StreamIx stream = then.stream(one.id, one.stream);
        const auto home = std::ranges::find(villages, stream, &Village::stream);
        if (home == villages.end()) continue;
        MQ_CHECK(name_head_then(then, stream, one));
        homes_[one.id] = {home->name, one};
      }
    }
    return {};
  }

  Status name_head_then(const RosterThen& then, vault::StreamIx stream, Household& one) const {
    if (stream != one.stream) {
      one.stream = stream;
      MQ_CHECK(Directory(place_).name_head(one));
    }
    const std::optional<RowId> person = then.former_head(one.id);
    if (!person) return {};
    MQ_TRY(sqlite::Query q, place_.vault.database().query(kNameSql));
    q.bind(1, person->view());
    MQ_TRY(const bool found, q.step());
    if (found) one.head_name = q.text(0);
    return {};
  }

  Result<Of> described(const Cadre& cadre) const {
    const model::Field& rank =
        *place_.vault.schema().entity("Cadre")->field(mpb::Cadre::kRankClassFieldNumber);
    MQ_TRY(sqlite::Query q, place_.vault.database().query(kCadreSql));
    q.bind(1, cadre.id.view());
    MQ_TRY(const bool found, q.step());
    if (!found) return Of{};
    return Of{std::string(q.text(2)), std::string(q.text(0)),
              q.is_null(1) ? std::string() : model::format_value(rank, q.integer(1))};
  }

  void put(const Cadre& cadre, const Of& of, const std::pair<std::string, Household>& home,
           const sqlite::Query& q) {
    const Household& household = home.second;
    const Date from{static_cast<std::int32_t>(q.integer(1))};
    const Date until =
        q.is_null(2) ? request_.period.to : Date{static_cast<std::int32_t>(q.integer(2))};
    Help help;
    const Source pairing{pairing_, RowId::from(q.blob(3)).value_or(RowId{})};
    help.trace.on(request_.explain);
    help.trace.note("", pairing);
    all_.trace.note("", pairing);
    for (const Act& act : acts_[{cadre.id, household.id}]) {
      if (act.on < from || until < act.on) continue;
      help.add(act);
      all_.add(act);
    }
    const std::string group = household.group_no > 0 ? cat(household.group_no, "组") : "";
    add_row(ledger_,
            {of.unit, cadre.name, of.title, of.rank, masked_name(household.head_name),
             cat(home.first, group),
             cat(from.iso(), " 至 ", q.is_null(2) ? std::string() : until.iso()), help.visits,
             help.deeds, Money{help.fen}},
            help.trace);
  }

  const Workplace& place_;
  const LedgerRequest& request_;
  Ledger& ledger_;
  std::uint32_t visit_, deed_, pairing_;
  Canonical canonical_;
  std::map<RowId, std::pair<std::string, Household>> homes_;
  std::map<Pair, std::vector<Act>> acts_;
  Help all_;
};

}  // namespace

Result<Ledger> ledger_rp05(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP05", "结对帮扶一览表"));
  ledger.columns = {"单位", "干部", "职务",         "职级",   "户主",
                    "村组", "起止", "本期走访次数", "办实事", "资金"};
  Rows rows(place, request, ledger);
  MQ_CHECK(rows.load());
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  for (const Cadre& cadre : cadres) MQ_CHECK(rows.add(cadre));
  rows.put_totals();
  ledger.basis.emplace_back("结对", "统计期内至少有一天在结对的;按组织顺序排列,不排名");
  ledger.basis.emplace_back("户主", "脱敏,只留姓");
  ledger.basis.emplace_back("本期走访次数", "结对期间这名干部对这一户的走访,没见到人的也算一次");
  ledger.basis.emplace_back("办实事、资金",
                            "由这名干部负责、写明这一户、本期办完的实事;慰问金不在内");
  return ledger;
}

}  // namespace mq::work
