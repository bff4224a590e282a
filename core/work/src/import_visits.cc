// Paper visits: (village, month of the visit, 编号) identifies one; a need makes an Issue.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "import_kinds.h"
#include "issue_making.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/id_hash.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/directory.h"
#include "visit_outcome.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using V = mpb::Visit;

const std::vector<ColumnSpec>& visit_columns() {
  static const std::vector<ColumnSpec> kColumns = {{{"走访日期", "日期"}, true},
                                                   {{"户编号", "户号"}, true},
                                                   {{"走访人"}, true},
                                                   {{"结果", "走访结果"}, true},
                                                   {{"编号"}, false},
                                                   {{"时段"}, false},
                                                   {{"记录人"}, false},
                                                   {{"记录日期"}, false},
                                                   {{"户主", "户主姓名"}, false},
                                                   {{"村", "村(社区)"}, false},
                                                   {{"方式", "走访方式"}, false},
                                                   {{"类型", "走访类型"}, false},
                                                   {{"走访内容", "内容"}, false},
                                                   {{"诉求类别", "类别"}, false},
                                                   {{"诉求", "诉求建议"}, false},
                                                   {{"当场答复"}, false}};
  return kColumns;
}

namespace {

struct PaperVisit {
  const Household* household = nullptr;  // null only in a row that is refused
  const Village* village = nullptr;
  std::string paper_no, text, need;
  Date date;
  std::optional<Date> recorded_on;
  std::vector<RowId> visitors;
  std::optional<RowId> recorder;
  std::int64_t part = 0, method = 0, type = 0, outcome = 0, category = 0;
  std::optional<bool> answered;
};

// What tells two rows of one number apart, and where a further need of the same visit goes.
struct EarlierRow {
  std::size_t line = 0;
  RowId household;
  std::vector<RowId> visitors;
  std::vector<std::string> needs;
  std::size_t wish = 0;
};

class VisitReader {
 public:
  explicit VisitReader(ImportRun& run)
      : run_(run),
        visit_(*run.place.vault.schema().entity("Visit")),
        issue_(*run.place.vault.schema().entity("Issue")),
        directory_(run.place),
        known_(run.place.vault, visit_, run.table.size()) {}

  Status read() {
    MQ_CHECK(load());
    for (std::size_t row = 0; row < run_.table.size(); ++row) {
      RowReader reader(run_.table, row, run_.result.faults);
      if (only_ && elsewhere(row)) {
        ++run_.result.elsewhere;
        continue;
      }
      PaperVisit visit;
      MQ_CHECK(read_row(reader, visit));
      if (!reader.refused()) MQ_CHECK(wish(reader, visit));
    }
    return {};
  }

 private:
  Status load() {
    MQ_TRY(const std::vector<Cadre> cadres, directory_.cadres());
    for (const Cadre& cadre : cadres) cadres_[cadre.name].push_back(cadre.id);
    MQ_TRY(villages_, directory_.villages());
    MQ_CHECK(load_households());
    if (!run_.options.village.empty()) {
      MQ_TRY(only_, directory_.village(run_.options.village));
    }
    return {};
  }

  // One number a household in each village; of two villages the later one's.
  Status load_households() {
    std::map<vault::StreamIx, std::size_t> order;
    for (const Village& village : villages_) order.emplace(village.stream, order.size());
    MQ_TRY(std::vector<Household> all, directory_.bare_households());
    std::erase_if(all, [&](const Household& one) { return !order.contains(one.stream); });
    std::stable_sort(all.begin(), all.end(), [&](const Household& a, const Household& b) {
      return order.at(a.stream) < order.at(b.stream);
    });
    for (Household& one : all) {
      std::string number = one.number;
      households_.insert_or_assign(std::move(number), Listed{std::move(one), false});
    }
    return {};
  }

  // By its own word, else by where its household stands.
  bool elsewhere(std::size_t row) const {
    const std::string_view typed = trimmed(run_.table.raw(row, "村"));
    if (!typed.empty()) return typed != only_->name;
    const auto found = households_.find(model::normal_number(run_.table.raw(row, "户编号")));
    return found != households_.end() && found->second.household.stream != only_->stream;
  }

  const model::Field& field(std::uint32_t number) const { return *visit_.field(number); }

  Status read_row(RowReader& reader, PaperVisit& visit) {
    MQ_CHECK(read_household(reader, visit));
    const std::optional<Date> date = reader.date("走访日期");
    if (!date && !reader.refused()) reader.refuse("走访日期", "没有走访日期", "no date");
    visit.recorded_on = reader.date("记录日期");
    if (date) visit.date = *date;
    if (date && visit.recorded_on && *visit.recorded_on < *date) {
      reader.refuse("走访日期", "走访日期晚于记录日期", "the visit is later than its record");
    }
    visit.paper_no = reader.text("编号");
    visit.visitors = cadres_named(reader, "走访人");
    if (visit.visitors.empty() && !reader.refused())
      reader.refuse("走访人", "没有走访人", "no visitor");
    const std::vector<RowId> recorders = cadres_named(reader, "记录人");
    if (!recorders.empty()) visit.recorder = recorders.front();
    visit.part = reader.label("时段", field(V::kPartFieldNumber));
    visit.method = reader.label("方式", field(V::kMethodFieldNumber));
    visit.type = reader.label("类型", field(V::kVisitTypeFieldNumber));
    visit.outcome = reader.label("结果", field(V::kOutcomeFieldNumber));
    if (visit.outcome == 0 && !reader.refused()) reader.refuse("结果", "没有结果", "no outcome");
    visit.text = reader.text("走访内容");
    read_need(reader, visit);
    refuse_unwanted(reader, visit);
    flag_outcome(reader, visit);
    return {};
  }

  Status read_household(RowReader& reader, PaperVisit& visit) {
    const std::string number = reader.number("户编号");
    const auto found = households_.find(number);
    if (number.empty() || found == households_.end()) {
      reader.refuse(
          "户编号",
          number.empty() ? "没有户编号" : "本机名册里没有这一户;新户先用 household add 登记",
          "no such household here");
      return {};
    }
    if (!found->second.head_named) MQ_CHECK(directory_.name_head(found->second.household));
    found->second.head_named = true;
    visit.household = &found->second.household;
    for (const Village& village : villages_) {
      if (village.stream == visit.household->stream) visit.village = &village;
    }
    const std::string village = reader.name("村");
    if (!village.empty() && visit.village != nullptr && !visit.village->name.starts_with(village)) {
      reader.flag("村", visit.village->name, cat("名册里这一户在 ", visit.village->name),
                  "the roster has this household in another village");
    }
    const std::string head = reader.name("户主");
    const std::string& listed = visit.household->head_name;
    if (!head.empty() && !listed.empty() && head != listed) {
      reader.flag("户主", "", cat("名册里这一户的户主是 ", listed),
                  "the roster names another head");
    }
    return {};
  }

  std::vector<RowId> cadres_named(RowReader& reader, std::string_view column) {
    std::vector<RowId> out;
    for (const std::string& name : split(reader.name(column), "、")) {
      if (trimmed(name).empty()) continue;
      const auto found = cadres_.find(std::string(trimmed(name)));
      if (found == cadres_.end()) {
        reader.refuse(column, cat("干部名单里没有 ", name), cat("no cadre ", name));
      } else if (found->second.size() > 1) {
        reader.refuse(column, cat("同名干部有 ", found->second.size(), " 人:", name, ";请先区分"),
                      cat(found->second.size(), " cadres are called ", name));
      } else {
        out.push_back(found->second.front());
      }
    }
    return out;
  }

  void read_need(RowReader& reader, PaperVisit& visit) {
    visit.need = reader.text("诉求");
    const model::Field& category = *issue_.field(mpb::Issue::kCategoryFieldNumber);
    visit.category = reader.label("诉求类别", category);
    visit.answered = reader.yes_no("当场答复");
    if (visit.category == mpb::ISSUE_CATEGORY_INTEGRITY) {
      const auto fault = confidential("廉政", "");
      reader.refuse("诉求类别", fault->zh, fault->en);
    }
    if (!visit.need.empty() && visit.category == 0 && !reader.refused()) {
      visit.category = mpb::ISSUE_CATEGORY_LIVELIHOOD;
      reader.flag("诉求类别", "生产生活", "有诉求但没有类别,暂记为 生产生活",
                  "a need without a category, kept as 生产生活");
    }
  }

  // 请不要记 with words beside it is asked about: they were not to be written down.
  static void refuse_unwanted(RowReader& reader, const PaperVisit& visit) {
    if (visit.outcome != mpb::OUTCOME_NOT_TO_BE_RECORDED) return;
    for (const auto& [column, text] :
         {std::pair{"走访内容", &visit.text}, std::pair{"诉求", &visit.need}}) {
      if (text->empty()) continue;
      reader.refuse(column, "结果是请不要记,这一栏要空着", "they asked that nothing be kept");
    }
    if (visit.answered.value_or(false)) {
      reader.refuse("当场答复", "结果是请不要记,这一栏要空着", "they asked that nothing be kept");
    }
  }

  void flag_outcome(RowReader& reader, const PaperVisit& visit) {
    if (reader.refused()) return;
    const bool gone = visit.household->status == mpb::HOUSEHOLD_STATUS_MOVED_OUT ||
                      visit.household->status == mpb::HOUSEHOLD_STATUS_CANCELLED;
    if (somebody_met(visit.outcome) && gone) {
      reader.flag("结果", "", "见到了人,但这一户登记为迁出或注销",
                  "met, but recorded as moved out");
    }
    if (visit.outcome == mpb::OUTCOME_NO_SUCH_HOUSEHOLD) {
      reader.flag("结果", "", "结果是查无此户,但这一户在名册里",
                  "no such household, but it is listed");
    }
  }

  // Without a number on the paper the content is the key: the same row twice is one visit.
  Bytes source_key(const PaperVisit& visit) const {
    ByteWriter key;
    const std::int64_t months = std::int64_t{visit.date.year()} * 12 + visit.date.month();
    key.varint(static_cast<std::uint64_t>(months));
    if (!visit.paper_no.empty()) {
      key.block(visit.paper_no);
      return key.take();
    }
    key.block(std::string_view());
    key.raw(visit.household->id.view());
    key.zigzag(visit.date.days);
    key.varint(static_cast<std::uint64_t>(visit.part));
    for (const RowId& visitor : visit.visitors) key.raw(visitor.view());
    key.block(visit.text);
    return key.take();
  }

  // Another line of the same visit: its need is one more, and nothing else of it is new.
  Status same_line(RowReader& reader, EarlierRow& row, const PaperVisit& visit) {
    if (row.household != visit.household->id || row.visitors != visit.visitors) {
      reader.refuse("编号", cat("与第 ", row.line, " 行编号相同,户或走访人不同,请核对"),
                    cat("the number of line ", row.line, " with another household or visitor"));
      return {};
    }
    if (visit.need.empty() || std::ranges::find(row.needs, visit.need) != row.needs.end()) {
      reader.duplicate(cat("与第 ", row.line, " 行是同一份记录,这一行跳过"),
                       cat("the same record as line ", row.line, "; skipped"));
      return {};
    }
    run_.wishes[row.wish].further_lines.push_back(reader.line());
    return wish_need(visit, row);
  }

  // The same number with another household or visitor is asked about, never skipped.
  Result<bool> another_visit(RowReader& reader, const RowId& id, const PaperVisit& visit) {
    MQ_TRY(const std::optional<vault::RowData> here, known_.load(id));
    if (!here) return false;
    const vault::Cell* household = here->cell(V::kHouseholdIdFieldNumber);
    if (household != nullptr &&
        household->value != model::Value(to_bytes(visit.household->id.view()))) {
      reader.refuse("编号", "本月这个编号已经记在另一户名下,请核对",
                    "this month's number already belongs to another household");
      return true;
    }
    const vault::Cell* visitors = here->cell(V::kVisitedByFieldNumber);
    const bool somebody_of_them =
        visitors == nullptr || visitors->values.empty() ||
        std::ranges::any_of(visit.visitors, [&](const RowId& one) {
          return std::ranges::find(visitors->values, model::Value(to_bytes(one.view()))) !=
                 visitors->values.end();
        });
    if (somebody_of_them) return false;
    reader.refuse("编号", "本月这个编号已经记了别人的走访;走访人写错了请用 visit amend 改",
                  "this month's number already belongs to a visit of others; a wrong visitor is "
                  "put right with visit amend");
    return true;
  }

  Status wish(RowReader& reader, const PaperVisit& visit) {
    const StreamId stream = run_.place.vault.stream(visit.village->stream)->id;
    const RowId id = model::imported_row_id(stream, visit_.number, source_key(visit));
    if (const auto earlier = lines_.find(id); earlier != lines_.end()) {
      return same_line(reader, earlier->second, visit);
    }
    MQ_TRY(const bool another, another_visit(reader, id, visit));
    if (another) return {};
    EarlierRow& line = lines_[id];
    line = {reader.line(), visit.household->id, visit.visitors, {}, run_.wishes.size()};
    Wish wish{&visit_, id, visit.village->stream, "", reader.line(), {}, {}};
    wish.cells.reserve(16);
    const auto add = [&](std::uint32_t number, model::Value value, std::string_view column) {
      wish.cells.push_back(wish_cell(number, std::move(value), column));
    };
    WishCell visitors{V::kVisitedByFieldNumber, {}, {}, "走访人", false};
    for (const RowId& visitor : visit.visitors)
      visitors.values.emplace_back(to_bytes(visitor.view()));
    wish.cells.push_back(std::move(visitors));
    if (visit.recorder)
      wish.cells.push_back(wish_row(V::kRecordedByFieldNumber, *visit.recorder, "记录人"));
    add(V::kTargetKindFieldNumber, std::int64_t{mpb::TARGET_KIND_HOUSEHOLD}, "*");
    wish.cells.push_back(wish_row(V::kHouseholdIdFieldNumber, visit.household->id, "户编号"));
    wish.cells.push_back(wish_row(V::kVillageIdFieldNumber, visit.village->org_unit, "村"));
    if (!visit.paper_no.empty()) add(V::kPaperNoFieldNumber, visit.paper_no, "编号");
    add(V::kDateFieldNumber, std::int64_t{visit.date.days}, "走访日期");
    if (visit.part > 0) add(V::kPartFieldNumber, visit.part, "时段");
    if (visit.recorded_on)
      add(V::kRecordedOnFieldNumber, std::int64_t{visit.recorded_on->days}, "记录日期");
    if (!visit.text.empty()) add(V::kTextFieldNumber, visit.text, "走访内容");
    add(V::kVisitTypeFieldNumber,
        visit.type > 0 ? visit.type : std::int64_t{mpb::VISIT_TYPE_REGULAR}, "类型");
    add(V::kMethodFieldNumber, visit.method > 0 ? visit.method : std::int64_t{mpb::METHOD_HOME},
        "方式");
    add(V::kOutcomeFieldNumber, visit.outcome, "结果");
    if (visit.answered) add(V::kAnsweredFieldNumber, std::int64_t{*visit.answered}, "当场答复");
    run_.wishes.push_back(std::move(wish));
    return visit.need.empty() ? Status() : wish_need(visit, line);
  }

  // The Issue that a need becomes is made once, with the word of it in the visit; later files do
  // not touch it.
  Status wish_need(const PaperVisit& visit, EarlierRow& line) {
    Wish& wish = run_.wishes[line.wish];
    Bytes key = source_key(visit);
    if (!line.needs.empty()) key.insert(key.end(), visit.need.begin(), visit.need.end());
    IssueFacts facts;
    facts.row = model::imported_row_id(run_.place.vault.stream(visit.village->stream)->id,
                                       issue_.number, key);
    facts.visit = wish.row;
    facts.village = visit.village->org_unit;
    facts.region_code = visit.village->region_code;
    facts.household = visit.household->id;
    facts.recorded_by = visit.recorder;
    facts.reporter = visit.household->head_name;
    facts.text = visit.need;
    facts.category = visit.category;
    facts.nature = mpb::ISSUE_NATURE_HELP;
    facts.registered = visit.date;
    facts.answered = visit.answered.value_or(false);
    line.needs.push_back(visit.need);
    if (line.needs.size() == 1) {
      wish.cells.push_back(wish_cell(V::kDemandFieldNumber, visit.need, "诉求"));
      wish.cells.push_back({V::kIssueIdsFieldNumber, {}, {}, "诉求", false});
      wish.first_with = V::kIssueIdsFieldNumber;
    }
    for (WishCell& cell : wish.cells) {
      if (cell.field == V::kDemandFieldNumber) cell.value = join(line.needs, ";");
      if (cell.field == V::kIssueIdsFieldNumber) cell.values.push_back(to_bytes(facts.row.view()));
    }
    std::ranges::move(begin_issue(run_.place, facts), std::back_inserter(wish.first));
    return {};
  }

  ImportRun& run_;
  const model::Entity &visit_, &issue_;
  Directory directory_;
  KnownRows known_;
  std::vector<Village> villages_;
  std::optional<Village> only_;
  struct Listed {
    Household household;
    bool head_named = false;
  };
  std::unordered_map<std::string, Listed> households_;
  std::map<std::string, std::vector<RowId>> cadres_;
  std::unordered_map<RowId, EarlierRow, IdHash> lines_;
};

}  // namespace

Status read_visits(ImportRun& run) { return VisitReader(run).read(); }

}  // namespace mq::work
