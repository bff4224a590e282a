// RP07 承诺兑现台账: every promise that stood in the period, and how many of those due were kept.
#include "ledger_parts.h"
#include "minqing/model/v1/commitment.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::Commitment;

namespace {

// What was due and settled before the period began is past; what is still open never is.
constexpr std::string_view kSql =
    "SELECT promiser, kind, text, due, owner_id, state, progress, max(settled_on, proposed_on), "
    "rating_self, "
    "rating_peers, rating_leader, rating_people, explanation, result, id FROM \"commitment\" WHERE "
    "stream = ?1 AND deleted = 0 AND state <> ?4 AND proposed_on <= ?3 AND (due >= ?2 OR "
    "settled_on IS NULL OR settled_on >= ?2 OR proposed_on >= ?2) ORDER BY due, id";
constexpr std::pair<int, std::uint32_t> kRatings[] = {{8, C::kRatingSelfFieldNumber},
                                                      {9, C::kRatingPeersFieldNumber},
                                                      {10, C::kRatingLeaderFieldNumber},
                                                      {11, C::kRatingPeopleFieldNumber}};

class Rows {
 public:
  Rows(const Workplace& place, Ledger& ledger, bool explain)
      : entity_(*place.vault.schema().entity("Commitment")), ledger_(ledger), explain_(explain) {
    trace_.on(explain);
  }

  void take(const sqlite::Query& q, const std::string& owner) {
    const Date due{static_cast<std::int32_t>(q.integer(3))};
    const bool is_due = due <= ledger_.period.to;
    const bool settled =
        !q.is_null(7) && Date{static_cast<std::int32_t>(q.integer(7))} <= ledger_.period.to;
    const bool kept = settled && q.integer(5) == mpb::COMMITMENT_STATE_FULFILLED;
    due_ += is_due ? 1 : 0;
    kept_ += is_due && kept ? 1 : 0;
    LedgerCell kept_on = std::string();
    if (kept) kept_on = Date{static_cast<std::int32_t>(q.integer(7))};
    const Source source{entity_.number, RowId::from(q.blob(14)).value_or(RowId{})};
    Trace trace;
    trace.on(explain_);
    trace.note("", source);
    trace_.note("", source);
    trace_.note_if(is_due, "到期数", source);
    trace_.note_if(is_due && kept, "兑现数", source);
    add_row(ledger_,
            {std::string(q.text(0)), label(C::kKindFieldNumber, q.integer(1)),
             std::string(q.text(2)), due, owner, progress(q), kept_on, ratings(q),
             std::int64_t{is_due}, std::int64_t{is_due && kept}, LedgerCell()},
            trace);
  }

  void put_totals() {
    std::vector<LedgerCell> out(ledger_.columns.size());
    out[0] = std::string("合计");
    out[8] = due_;
    out[9] = kept_;
    out[10] = Ratio{kept_, due_};
    set_totals(ledger_, std::move(out), trace_);
  }

 private:
  std::string label(std::uint32_t field, std::int64_t number) const {
    return number == 0 ? std::string() : model::format_value(*entity_.field(field), number);
  }
  // The state, and the words that belong to it.
  std::string progress(const sqlite::Query& q) const {
    const std::int64_t state = q.integer(5);
    const bool unkept = state == mpb::COMMITMENT_STATE_UNFULFILLED;
    const int done = state >= mpb::COMMITMENT_STATE_REPORTED ? 13 : 6;
    const std::string words(q.text(unkept ? 12 : done));
    return cat(label(C::kStateFieldNumber, q.integer(5)), words.empty() ? "" : ":", words);
  }
  std::string ratings(const sqlite::Query& q) const {
    std::vector<std::string> out;
    for (const auto& [column, field] : kRatings) {
      if (q.is_null(column)) continue;
      out.push_back(cat(entity_.field(field)->zh, " ", label(field, q.integer(column))));
    }
    return join(out, ",");
  }

  const model::Entity& entity_;
  Ledger& ledger_;
  bool explain_;
  Trace trace_;
  std::int64_t due_ = 0, kept_ = 0;
};

}  // namespace

Result<Ledger> ledger_rp07(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP07", "承诺兑现台账"));
  ledger.columns = {"承诺主体", "类型", "内容",   "时限",   "责任人", "进度",
                    "兑现日期", "评诺", "到期数", "兑现数", "兑现率"};
  MQ_TRY(const std::vector<Village> villages, villages_with(place, request, "commitment"));
  MQ_TRY(const auto names, cadre_names(place));
  ledger.quotients = {{"兑现率", "兑现数", "到期数"}};
  Rows rows(place, ledger, request.explain);
  for (const Village& village : villages) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{request.period.from.days})
        .bind(3, std::int64_t{request.period.to.days})
        .bind(4, std::int64_t{mpb::COMMITMENT_STATE_RETURNED});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const auto owner = names.find(RowId::from(q.blob(4)).value_or(RowId{}));
      rows.take(q, owner == names.end() ? std::string() : owner->second);
    }
  }
  rows.put_totals();
  ledger.basis.emplace_back("兑现率", "到期数中已兑现的 ÷ 到期数;没有别的分母");
  ledger.basis.emplace_back("到期数",
                            "时限在统计期最后一天及以前的;期初以前已有结论的属于以前各期");
  ledger.basis.emplace_back("兑现数", "到期的承诺中,最后一天及以前评为兑现的;提前兑现的到期再计");
  ledger.basis.emplace_back("未列", "审诺退回的不是承诺,不列也不计;按组织顺序和时限排列,不排名");
  return ledger;
}

}  // namespace mq::work
