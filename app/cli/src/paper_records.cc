#include "paper_records.h"

#include <algorithm>
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
Result<std::vector<std::string>> amendments(Home& home, const work::Workplace& place,
                                            const vault::RowData& data) {
  const model::Entity& entity = *place.vault.schema().entity(data.entity);
  const model::Field* status = entity.field("status");
  const auto open = [&](const wire::Envelope& envelope) { return home.opened(envelope); };
  MQ_TRY(const std::vector<vault::HistoryEntry> all,
         place.vault.history(data.entity, data.id, open));
  std::set<std::pair<DeviceId, std::uint64_t>> changes;
  std::optional<Date> last;
  bool stands = status == nullptr;
  std::optional<std::uint64_t> first;
  for (const vault::HistoryEntry& entry : all) {
    const model::Field* field = entity.field(entry.op.field);
    if (!first) first = entry.hlc.packed;
    if (status != nullptr && field == status && entry.hlc.packed != *first) stands = true;
    const bool words = field != nullptr && !field->rule.system() && entry.hlc.packed != *first;
    if (!stands || !words) continue;
    changes.emplace(entry.device, entry.hlc.packed);
    last = Date::in_shanghai({entry.hlc.ms()});
  }
  if (changes.empty()) return std::vector<std::string>();
  return std::vector<std::string>{cat("改过 ", changes.size(), " 次，最近 ", last->iso())};
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
  MQ_TRY(const std::vector<std::string> amended, amendments(home, place, data));
  out.insert(out.end(), amended.begin(), amended.end());
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
