#include "mq/work/fill.h"

#include <algorithm>
#include <map>
#include <set>

#include "fill_data.h"
#include "fill_match.h"
#include "fill_register.h"
#include "fill_style.h"
#include "fill_where.h"
#include "id_number.h"
#include "mq/base/text.h"
#include "mq/work/profile.h"
#include "needs.h"

namespace mq::work {

namespace pb = model::pb;
using tabular::FillCell;
using tabular::FillLine;
using tabular::NotHeld;

namespace {

constexpr std::string_view kNew = "新增", kChanged = "变更";

bool says_something(const FillCell& cell) {
  return !std::holds_alternative<NotHeld>(cell) && !std::holds_alternative<std::monostate>(cell);
}

// A line on its way out, with the row it tells of.
struct Line {
  RowId row;
  FillLine cells;
  KeyedLine keyed;
};

class Filler {
 public:
  Filler(const Workplace& place, const tabular::Template& form, const FillOptions& options)
      : place_(place), form_(form), options_(options) {}

  Result<Filled> run() {
    if (!place_.is_desk()) return not_of_the_desk();
    if (options_.from && options_.until && *options_.until < *options_.from) {
      return Error{Code::kInvalidInput,
                   cat("填表:起始日期 ", options_.from->iso(), " 晚于截止日期 ",
                       options_.until->iso(), ",没有一天在里面;请核对 --from 和 --until"),
                   cat("filling a form: the period begins on ", options_.from->iso(),
                       " and ends before it, on ", options_.until->iso())};
    }
    MQ_CHECK(take_profile());
    MQ_TRY(match_, match_form(place_, form_, options_));
    if (match_.answered) {
      MQ_TRY(vault::Draft draft, mapping_draft(place_, match_, form_.title()));
      out_.drafts.push_back(std::move(draft));
    }
    if (!match_.questions.empty()) {
      out_.questions = match_.questions;
      return std::move(out_);
    }
    MQ_TRY(needs_, needs_named(place_));
    MQ_CHECK(take_conditions());
    MQ_CHECK(describe_columns());
    MQ_CHECK(make_lines());
    if (!options_.to.empty()) MQ_CHECK(hand_out());
    if (options_.to.empty() && options_.changes) {
      return Error{Code::kInvalidInput, "只报变化要写明报给谁:--to 接收单位",
                   "only changes: say to whom with --to"};
    }
    finish();
    return std::move(out_);
  }

 private:
  static Error not_of_the_desk() {
    return Error{Code::kNotAllowed,
                 "填表由乡镇管理员或内勤办理:填的是全镇的名册,报给谁也由他们登记;"
                 "请把空表交给他们来填(minqing members 看是谁)",
                 "the township's desk fills forms: hand the blank to an admin or the desk "
                 "(minqing members)"};
  }

  Status take_profile() {
    if (!options_.profile.empty()) {
      MQ_TRY(profile_, profile_named(place_, options_.profile));
    }
    basis_ = options_.basis.empty() ? profile_.basis : options_.basis;
    out_.encoding = profile_.encoding;
    return {};
  }

  // Why a fact of class P3 may not be given at all; empty if it may, once a basis is named.
  std::string closed(const Fact& fact) const {
    const bool named = fact.gate.empty() || needs_.contains(fact.gate);
    return fact.privacy == pb::PRIVACY_P3 && !named ? fact.gate : std::string();
  }

  Status take_conditions() {
    for (const std::string& typed : options_.where) {
      MQ_TRY(Condition condition, read_condition(match_.facts, typed));
      const bool open = condition.fact->privacy < pb::PRIVACY_P3 ||
                        (!basis_.empty() && closed(*condition.fact).empty());
      if (!open) {
        return Error{Code::kNotAllowed,
                     cat("按“", condition.fact->zh,
                         "”选户会说出敏感信息:要写明依据(--basis 文号),活动里也要写明需采集"),
                     cat("choosing by ", condition.fact->id,
                         " tells a sensitive fact: name the basis, and the need in a programme")};
      }
      conditions_.push_back(std::move(condition));
    }
    return {};
  }

  Status describe_columns() {
    for (const MatchedColumn& column : match_.columns) {
      FillColumn described;
      described.header = column.header;
      if (column.provided) {
        described.fate = ColumnFate::kProvided;
        described.why_zh = "空表自带,没有动";
        described.why_en = "the blank's own stays";
      } else if (column.left) {
        described.fate = ColumnFate::kLeft;
        described.field = "空着";
      } else if (column.fact == nullptr) {
        described.fate = ColumnFate::kUnknown;
        described.why_zh = "没有记录这一项";
        described.why_en = "not recorded here";
      } else {
        describe(*column.fact, described);
      }
      out_.columns.push_back(std::move(described));
    }
    if (profile_.columns.empty()) return {};
    for (const std::string& name : profile_.columns) {
      const auto found = std::ranges::find(out_.columns, name, &FillColumn::header);
      if (found != out_.columns.end()) {
        out_.order.push_back(static_cast<std::size_t>(found - out_.columns.begin()));
      }
    }
    return {};
  }

  void describe(const Fact& fact, FillColumn& described) const {
    described.field = fact.id;
    described.label = fact.zh;
    if (const std::string need = closed(fact); !need.empty()) {
      described.fate = ColumnFate::kUnknown;
      described.why_zh = "没有活动写明需采集这一项";
      described.why_en = "no programme names the need";
    } else if (fact.privacy >= pb::PRIVACY_P2 && basis_.empty()) {
      described.fate = ColumnFate::kMasked;
      described.why_zh = "没有写明依据(--basis 文号)";
      described.why_en = "no basis was named";
    }
  }

  Status make_lines() {
    FillData data(place_, match_.about, options_);
    for (const MatchedColumn& column : match_.columns) {
      if (column.fact != nullptr) data.want(*column.fact);
    }
    bool by_status = false;
    for (const Condition& condition : conditions_) {
      data.want(*condition.fact);
      by_status = by_status || condition.fact->id == "household.status";
    }
    MQ_CHECK(data.load());
    std::optional<RowId> village;
    if (options_.village) {
      MQ_TRY(const Village found, Directory(place_).village(*options_.village));
      village = found.org_unit;
    }
    for (const FillLineRows& rows : data.lines(by_status)) {
      if (village && data.villages()[rows.village].org_unit != *village) continue;
      const bool wanted = std::ranges::all_of(conditions_, [&](const Condition& condition) {
        return holds(condition, data.value(*condition.fact, rows));
      });
      if (wanted) lines_.push_back({rows.own->id, cells_of(data, rows), {}});
    }
    return {};
  }

  FillLine cells_of(const FillData& data, const FillLineRows& rows) const {
    FillLine out;
    out.reserve(match_.columns.size());
    for (std::size_t i = 0; i < match_.columns.size(); ++i) {
      const ColumnFate fate = out_.columns[i].fate;
      if (fate == ColumnFate::kLeft || fate == ColumnFate::kProvided) {
        out.emplace_back();
        continue;
      }
      const Fact* fact = match_.columns[i].fact;
      if (fate == ColumnFate::kUnknown) {
        out.emplace_back(NotHeld{});
      } else if (fact->computed == Computed::kSerial || fact->computed == Computed::kChange) {
        out.emplace_back();  // known only once the lines are chosen
      } else {
        const FillCell cell = data.value(*fact, rows);
        out.push_back(fate == ColumnFate::kMasked ? masked(*fact, cell)
                                                  : styled(*fact, cell, profile_));
      }
    }
    return out;
  }

  std::string where_text() const {
    std::vector<std::string> parts;
    for (const Condition& condition : conditions_) parts.push_back(condition.typed);
    std::ranges::sort(parts);
    if (options_.village) parts.push_back(cat("村=", *options_.village));
    if (options_.from) parts.push_back(cat("起=", options_.from->iso()));
    if (options_.until) parts.push_back(cat("止=", options_.until->iso()));
    return join(parts, "; ");
  }

  bool is_computed(std::size_t column, Computed what) const {
    const Fact* fact = match_.columns[column].fact;
    return fact != nullptr && fact->computed == what;
  }

  // Compares with what this recipient has had, and writes it down.
  Status hand_out() {
    const FormIdentity form{options_.to, match_.header_key, where_text()};
    MQ_TRY(const Bytes key, fingerprint_key(place_));
    std::vector<bool> left_out;
    for (std::size_t i = 0; i < match_.columns.size(); ++i) {
      left_out.push_back(is_computed(i, Computed::kSerial) || is_computed(i, Computed::kChange));
    }
    for (Line& line : lines_) line.keyed = keyed_line(key, form, line.row, line.cells, left_out);
    MQ_TRY(Standing before, standing(place_, form));
    if (options_.changes && before.version == 0) {
      return Error{Code::kNotFound,
                   cat("没有给 ", options_.to, " 报过这张表(同样的条件),不能只报变化"),
                   cat("nothing of this form was handed to ", options_.to, " before")};
    }
    std::vector<KeyedLine> keyed;
    if (before.version > 0) compare(before, keyed);
    for (const Line& line : lines_) keyed.push_back(line.keyed);
    NewRecord record{form, form_.title(), basis_,           options_.today,  before.version + 1,
                     {},   lines_.size(), options_.changes, std::move(keyed)};
    for (const FillColumn& column : out_.columns) {
      record.columns.push_back(cat(column.header, "=", column.field));
    }
    out_.version = record.version;
    MQ_TRY(vault::Draft draft, record_draft(place_, record));
    out_.drafts.push_back(std::move(draft));
    return {};
  }

  // With changes only, lines that are as they were go, and those that have gone are noted first.
  void compare(const Standing& before, std::vector<KeyedLine>& noted) {
    HandedOut told{before.on, before.version, before.lines.size(), 0, 0, 0, {}};
    std::map<LineId, LineDigest> rest = before.lines;
    std::vector<Line> kept;
    for (Line& line : lines_) {
      const auto had = rest.find(line.keyed.id);
      const bool fresh = had == rest.end();
      const bool changed = !fresh && had->second != line.keyed.digest;
      if (!fresh) rest.erase(had);
      told.fresh += fresh ? 1 : 0;
      told.changed += changed ? 1 : 0;
      if (options_.changes && !fresh && !changed) continue;
      for (std::size_t i = 0; i < line.cells.size(); ++i) {
        if (!is_computed(i, Computed::kChange)) continue;
        if (fresh || changed) line.cells[i] = std::string(fresh ? kNew : kChanged);
      }
      kept.push_back(std::move(line));
    }
    lines_ = std::move(kept);
    told.gone = rest.size();
    for (const auto& [id, digest] : rest) {
      told.gone_ids.push_back(to_hex(id));
      if (options_.changes) noted.push_back({id, {}});
    }
    out_.before = std::move(told);
  }

  void finish() {
    out_.about = place_.vault.schema()
                     .entity("FormMapping")
                     ->field("about")
                     ->value_of(static_cast<int>(match_.about))
                     ->zh;
    std::int64_t serial = 0;
    for (Line& line : lines_) {
      ++serial;
      for (std::size_t i = 0; i < line.cells.size(); ++i) {
        if (is_computed(i, Computed::kSerial)) line.cells[i] = serial;
        out_.columns[i].filled += says_something(line.cells[i]) ? 1 : 0;
        out_.columns[i].empty += std::holds_alternative<NotHeld>(line.cells[i]) ? 1 : 0;
      }
      out_.lines.push_back(std::move(line.cells));
    }
  }

  const Workplace& place_;
  const tabular::Template& form_;
  const FillOptions& options_;
  Profile profile_;
  std::string basis_;
  FormMatch match_;
  std::set<std::string> needs_;
  std::vector<Condition> conditions_;
  std::vector<Line> lines_;
  Filled out_;
};

}  // namespace

Result<Filled> fill_form(const Workplace& place, const tabular::Template& form,
                         const FillOptions& options) {
  return Filler(place, form, options).run();
}

Status keep_fill(const Workplace& place, const Filled& filled, vault::View seen) {
  if (filled.drafts.empty()) return {};
  MQ_TRY([[maybe_unused]] const GroupId group, place.vault.commit(filled.drafts, seen));
  return {};
}

}  // namespace mq::work
