#include "paper_records.h"

#include <algorithm>
#include <map>
#include <set>

#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/papers.h"
#include "record_json.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNumberHex = 8;

// In the heading, among the marks, or nothing to people.
constexpr std::string_view kElsewhere[] = {
    "date",         "household_id", "village_id",    "paper_no",  "recorded_by", "recorded_on",
    "diary_id",     "programme_id", "cancel_reason", "author_id", "status",      "submit_at",
    "submitted_by", "agreed",       "visit_ids",     "org_id",    "reviewer_id", "target_kind"};
constexpr std::string_view kOfUnrecorded[] = {"visited_by", "part", "outcome", "method"};

const vault::Cell* cell_of(const work::Workplace& place, const vault::RowData& data,
                           std::string_view name) {
  const model::Field* field = place.vault.schema().entity(data.entity)->field(name);
  return field == nullptr ? nullptr : data.cell(field->number);
}

Result<std::string> text_of(const work::Workplace& place, const vault::RowData& data,
                            std::string_view name) {
  const vault::Cell* cell = cell_of(place, data, name);
  if (cell == nullptr) return std::string();
  return cell_text(place, *place.vault.schema().entity(data.entity)->field(name), *cell);
}

std::optional<RowId> row_in(const vault::Cell* cell) {
  const auto* bytes = cell == nullptr ? nullptr : std::get_if<Bytes>(&cell->value);
  return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
}

// How often its words changed after it stood: a diary stands once it is submitted.
class Amendments {
 public:
  explicit Amendments(const model::Entity& entity)
      : entity_(entity), status_(entity.field("status")), stands_(status_ == nullptr) {}

  // Oldest first.
  void take(const std::vector<vault::HistoryEntry>& all) {
    // What goes with a deletion corrects nothing: a reason, or what is left where a diary was.
    std::set<Change> deletions;
    for (const vault::HistoryEntry& entry : all) {
      if (entry.op.kind == model::OpKind::kDelete) deletions.insert(change_of(entry));
    }
    for (const vault::HistoryEntry& entry : all) {
      const model::Field* field = entity_.field(entry.op.field);
      if (field == nullptr || deletions.contains(change_of(entry))) continue;
      if (!first_) first_ = entry.hlc.packed;
      if (field == status_ && entry.hlc.packed != *first_) stands_ = true;
      const bool words = !field->rule.system() && is_news(*field, entry.op);
      if (!stands_ || !words || entry.hlc.packed == *first_) continue;
      changes_.insert(change_of(entry));
      last_ = Date::in_shanghai({entry.hlc.ms()});
    }
  }

  std::optional<std::string> text() const {
    if (!last_) return std::nullopt;
    return cat("改过 ", changes_.size(), " 次，最近 ", last_->iso());
  }

 private:
  using Change = std::pair<DeviceId, std::uint64_t>;
  static Change change_of(const vault::HistoryEntry& entry) {
    return {entry.device, entry.hlc.packed};
  }

  // Carried to its author's stream it says again what it said.
  bool is_news(const model::Field& field, const model::Op& op) {
    if (field.repeated)
      return op.kind != model::OpKind::kAdd || said_[op.field].insert(op.value).second;
    std::set<Bytes>& said = said_[op.field];
    if (said.contains(op.value)) return false;
    said = {op.value};
    return true;
  }

  const model::Entity& entity_;
  const model::Field* status_;
  bool stands_;
  std::map<std::uint32_t, std::set<Bytes>> said_;
  std::set<Change> changes_;
  std::optional<std::uint64_t> first_;
  std::optional<Date> last_;
};

Result<std::optional<std::string>> amendments(Home& home, const work::Workplace& place,
                                              const vault::RowData& data) {
  const auto open = [&](const wire::Envelope& envelope) { return home.opened(envelope); };
  MQ_TRY(const std::vector<vault::HistoryEntry> all,
         place.vault.history(data.entity, data.id, open));
  Amendments out(*place.vault.schema().entity(data.entity));
  out.take(all);
  return out.text();
}

Result<std::vector<std::string>> marks(Home& home, const work::Workplace& place,
                                       const vault::RowData& data) {
  MQ_TRY(const work::PaperMarks said, work::marks_of(place, data));
  std::vector<std::string> out;
  MQ_TRY(const std::string status, text_of(place, data, "status"));
  if (status == "草稿") out.push_back(status);
  if (said.late) {
    MQ_TRY(const std::string day, text_of(place, data, "recorded_on"));
    out.push_back(cat("补录", day.empty() ? "" : cat("，", day, " 记")));
  }
  if (said.by_another) out.push_back(cat("代录，", said.recorder, " 记"));
  if (data.contested) out.emplace_back("两种说法，待定");
  MQ_TRY(std::optional<std::string> amended, amendments(home, place, data));
  if (amended) out.push_back(*std::move(amended));
  return out;
}

Status put_lines(const work::Workplace& place, const vault::RowData& data, BookletRecord& out) {
  const model::Entity& entity = *place.vault.schema().entity(data.entity);
  MQ_TRY(const std::string outcome, text_of(place, data, "outcome"));
  const bool unrecorded = outcome == "请不要记";
  for (const vault::Cell& cell : data.cells) {
    const model::Field* field = entity.field(cell.field);
    if (field == nullptr || std::ranges::find(kElsewhere, field->name) != std::end(kElsewhere)) {
      continue;
    }
    const bool kept = std::ranges::find(kOfUnrecorded, field->name) != std::end(kOfUnrecorded);
    if (unrecorded && !kept) continue;
    std::string text;
    if (field->name == "issue_ids") {
      std::vector<std::string> lines;
      for (const model::Value& value : cell.values) {
        const auto* bytes = std::get_if<Bytes>(&value);
        const auto row = bytes == nullptr ? std::nullopt : RowId::from(*bytes);
        if (!row) continue;
        MQ_TRY(std::string line, issue_line(place, *row));
        lines.push_back(std::move(line));
      }
      text = join(lines, "；");
    } else {
      MQ_TRY(text, cell_text(place, *field, cell));
    }
    if (!text.empty()) out.lines.emplace_back(field->zh, std::move(text));
  }
  return {};
}

}  // namespace

std::string short_number(const RowId& row) {
  const std::string hex = row.hex();
  return hex.substr(hex.size() - kNumberHex);
}

Result<std::string> issue_line(const work::Workplace& place, const RowId& row) {
  MQ_TRY(const std::optional<vault::RowData> data,
         place.vault.load(place.vault.schema().entity("Issue")->number, row));
  if (!data) return short_number(row);
  MQ_TRY(const std::string no, text_of(place, *data, "no"));
  MQ_TRY(const std::string title, text_of(place, *data, "title"));
  MQ_TRY(const std::string state, text_of(place, *data, "state"));
  return cat(no, " ", title, "（", state, "）");
}

Result<std::string> household_line(const work::Workplace& place, const RowId& row) {
  const work::Directory directory(place);
  const auto household = directory.household(row.hex());
  if (!household.ok()) return short_number(row);
  MQ_TRY(const std::optional<work::Village> village,
         directory.village_of_stream(household->stream));
  return cat(village ? cat(village->name, " ") : "",
             household->group_no > 0 ? cat(household->group_no, "组 ") : "", household->number, " ",
             household->head_name);
}

Result<BookletRecord> paper_record(Home& home, const work::Workplace& place,
                                   const vault::RowData& data) {
  BookletRecord out;
  MQ_TRY(out.heading, text_of(place, data, "date"));
  MQ_TRY(out.number, text_of(place, data, "paper_no"));
  if (out.number.empty()) out.number = short_number(data.id);
  MQ_TRY(std::string where, text_of(place, data, "org_id"));
  if (const auto household = row_in(cell_of(place, data, "household_id"))) {
    MQ_TRY(where, household_line(place, *household));
  } else if (where.empty()) {
    MQ_TRY(where, text_of(place, data, "village_id"));
  }
  out.heading += cat("　", where);
  MQ_TRY(out.marks, marks(home, place, data));
  MQ_CHECK(put_lines(place, data, out));
  return out;
}

}  // namespace mq::cli
