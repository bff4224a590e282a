// RP14 民情日记统计: per author in organisation order; never a ranking, never sent upward.
#include <map>
#include <set>

#include "ledger_parts.h"
#include "minqing/model/v1/diary.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::string_view kSql =
    "SELECT d.author_id, d.date, d.recorded_on, d.recorded_by, d.rid, d.issue_ids, d.id FROM "
    "\"diary\" d WHERE d.deleted = 0 AND d.date BETWEEN ?1 AND ?2 AND d.status >= ?3";
constexpr std::string_view kVisitSql =
    "SELECT issue_ids FROM \"visit\" WHERE diary_id = ?1 AND deleted = 0 AND length(issue_ids) > 0";

// Whether one of them was not cancelled since; of one that is not held here nobody knows.
Result<bool> one_stands(const Workplace& place, ByteView packed) {
  MQ_TRY(const std::vector<RowId> issues, ids_in(packed));
  for (const RowId& issue : issues) {
    MQ_TRY(const bool stands, issue_stands(place, issue));
    if (stands) return true;
  }
  return false;
}

Result<bool> has_issue(const Workplace& place, const sqlite::Query& diary) {
  MQ_TRY(const bool itself, one_stands(place, diary.blob(5)));
  if (itself) return true;
  MQ_TRY(sqlite::Query q, place.vault.database().query(kVisitSql));
  q.bind(1, diary.blob(6));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return false;
    MQ_TRY(const bool stands, one_stands(place, q.blob(0)));
    if (stands) return true;
  }
}

struct DiaryTally {
  Trace trace;
  std::int64_t diaries = 0, with_issue = 0, late = 0, late_unknown = 0, by_another = 0;

  struct Fact {
    bool with_issue = false, by_another = false;
    Lateness late = Lateness::kNot;
  };
  void add(const Source& source, const Fact& fact) {
    const auto count = [&](bool counts, std::int64_t& sum, const char* column) {
      sum += counts ? 1 : 0;
      trace.note_if(counts, column, source);
    };
    count(true, diaries, "篇数");
    count(fact.with_issue, with_issue, "有事项篇数");
    count(fact.late == Lateness::kLate, late, "补录篇数");
    count(fact.late == Lateness::kUnknown, late_unknown, "补录无从判断");
    count(fact.by_another, by_another, "代录篇数");
  }
  std::vector<LedgerCell> row(const std::string& name) const {
    return {name,         diaries,    with_issue,      late,
            late_unknown, by_another, std::int64_t{0}, std::int64_t{0}};
  }
};

}  // namespace

Result<Ledger> ledger_rp14(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP14", "民情日记统计"));
  ledger.columns = {"干部",         "篇数",     "有事项篇数", "补录篇数",
                    "补录无从判断", "代录篇数", "抽查数",     "核实数"};
  const std::uint32_t entity = place.vault.schema().entity("Diary")->number;
  MQ_TRY(const std::vector<Cadre> cadres, cadres_of(place, request));
  std::set<RowId> here;
  for (const Cadre& cadre : cadres) here.insert(cadre.id);
  std::map<RowId, DiaryTally> by_author;
  DiaryTally all;
  std::set<RowId> counted;
  MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
  q.bind(1, std::int64_t{request.period.from.days})
      .bind(2, std::int64_t{request.period.to.days})
      .bind(3, std::int64_t{mpb::DIARY_STATUS_SUBMITTED});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    // Between two contacts one that went home to its author may stand in two streams.
    if (!counted.insert(RowId::from(q.blob(6)).value_or(RowId{})).second) continue;
    const RowId author = RowId::from(q.blob(0)).value_or(RowId{});
    if (request.village && !here.contains(author)) continue;
    std::optional<Date> said;
    std::optional<vault::Origin> origin;
    if (!q.is_null(2)) said = Date{static_cast<std::int32_t>(q.integer(2))};
    if (!said) {
      MQ_TRY(origin, place.vault.origin(entity, q.integer(4)));
    }
    MQ_TRY(const bool with_issue, has_issue(place, q));
    const Lateness late = lateness(Date{static_cast<std::int32_t>(q.integer(1))}, said, origin);
    const auto recorder = RowId::from(q.blob(3));
    const Source source{entity, RowId::from(q.blob(6)).value_or(RowId{})};
    for (DiaryTally* tally : {&by_author[author], &all}) {
      tally->trace.on(request.explain);
      tally->add(source, {with_issue, recorder && !(*recorder == author), late});
    }
  }
  for (const Cadre& cadre : cadres) {
    const auto found = by_author.find(cadre.id);
    const bool wrote = found != by_author.end();
    if (!wrote && cadre.rank == 0) continue;
    DiaryTally nothing;
    DiaryTally& tally = wrote ? found->second : nothing;
    add_row(ledger, tally.row(cadre.name), tally.trace);
  }
  set_totals(ledger, all.row("合计"), all.trace);
  ledger.basis.emplace_back("篇数", "已提交的日记,按日记日期;草稿不算");
  ledger.basis.emplace_back("有事项篇数", "写明事项、或所记走访登记了事项的;事项全作废了的不算");
  ledger.basis.emplace_back("用途", "按组织顺序排列,不排名、不打分、不上报");
  ledger.basis.emplace_back("抽查", "本版本尚未启用抽查,两列为 0");
  ledger.basis.emplace_back("补录", "记录日期晚于日记日期 3 天以上;没填且时钟不可信的无从判断");
  return ledger;
}

const std::vector<LedgerEntry>& ledgers() {
  static const std::vector<LedgerEntry> kLedgers = {
      {"RP01", "走访情况统计表", ledger_rp01},       {"RP02", "民情台账", ledger_rp02},
      {"RP03", "事项办理情况", ledger_rp03},         {"RP04", "事项分类表", ledger_rp04},
      {"RP05", "结对帮扶一览表", ledger_rp05},       {"RP06", "各职级结对统计", ledger_rp06},
      {"RP07", "承诺兑现台账", ledger_rp07},         {"RP08", "为民办实事台账", ledger_rp08},
      {"RP09", "矛盾纠纷排查化解月报", ledger_rp09}, {"RP10", "接访下访登记", ledger_rp10},
      {"RP11", "院坝会统计", ledger_rp11},           {"RP14", "民情日记统计", ledger_rp14},
      {"RP17", "季度、半年、年度通报", ledger_rp17}};
  return kLedgers;
}

}  // namespace mq::work
