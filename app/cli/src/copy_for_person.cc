#include "copy_for_person.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "mq/work/papers.h"
#include "mq/work/readers.h"
#include "mq/work/reference.h"
#include "paper_records.h"
#include "record_json.h"
#include "role_names.h"

namespace mq::cli {

namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

// References to other rows by id, which say nothing to a villager.
constexpr std::string_view kInternal[] = {"village_id", "same_as",  "moved_from",
                                          "moved_to",   "local_no", "household_id"};

class Copy {
 public:
  Copy(Home& home, const work::Workplace& place, const RowId& household)
      : home_(home), place_(place), household_(household) {}

  Result<BookletPart> of(const std::optional<RowId>& person) {
    MQ_TRY(const std::string line, household_line(place_, household_));
    MQ_TRY(const std::string township, work::township_name(place_));
    part_ = {"给本人的一份",
             {cat(township, "　", line),
              "这里是本机上关于您家的全部记录。有不对的、不愿意留的，请告诉来走访的人，或乡镇。"},
             {},
             "",
             "收到这一份"};
    MQ_CHECK(add_row("Household", household_, "这一户"));
    MQ_CHECK(add_people(person));
    MQ_CHECK(add_pairings());
    MQ_CHECK(add_visits());
    MQ_CHECK(add_issues());
    MQ_CHECK(add_readers());
    return std::move(part_);
  }

 private:
  const model::Entity& entity(std::string_view name) const {
    return *place_.vault.schema().entity(name);
  }

  Status put(const vault::RowData& data, Lines& lines) {
    for (const vault::Cell& cell : data.cells) {
      const model::Field* field = place_.vault.schema().entity(data.entity)->field(cell.field);
      if (field == nullptr || hidden(*field)) continue;
      MQ_TRY(std::string text, cell_text(place_, *field, cell));
      if (!text.empty()) lines.emplace_back(field->zh, std::move(text));
    }
    return {};
  }

  static bool hidden(const model::Field& field) {
    const auto kind = field.rule.kind();
    return kind == model::pb::KIND_FINGERPRINT || kind == model::pb::KIND_SECRET ||
           std::ranges::find(kInternal, field.name) != std::end(kInternal);
  }

  // The row and the sensitive facts beside it; what this device has no key to is said.
  Status add_row(std::string_view name, const RowId& row, const std::string& heading) {
    MQ_TRY(const std::optional<vault::RowData> data, place_.vault.load(entity(name).number, row));
    if (!data) return Error{Code::kNotFound, "没有找到这条记录", "no such record"};
    BookletRecord record{heading, short_number(row), {}, {}, ""};
    MQ_CHECK(put(*data, record.lines));
    MQ_TRY(const work::PrivateFacts facts, work::private_facts(place_, *data));
    if (facts.row && !facts.row->deleted) MQ_CHECK(put(*facts.row, record.lines));
    if (!facts.readable) {
      record.lines.emplace_back("敏感项", "本机没有钥匙，看不到有没有；请向乡镇要");
    }
    part_.records.push_back(std::move(record));
    return {};
  }

  Result<std::vector<RowId>> rows(std::string_view table, std::string_view order) {
    MQ_TRY(sqlite::Query q, place_.vault.database().query(cat(
                                "SELECT DISTINCT id FROM \"", table,
                                "\" WHERE household_id = ?1 AND deleted = 0 ORDER BY ", order)));
    q.bind(1, household_.view());
    std::vector<RowId> out;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return out;
      out.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
    }
  }

  Status add_people(const std::optional<RowId>& person) {
    MQ_TRY(const std::vector<RowId> people, rows("person", "id"));
    if (person && std::ranges::find(people, *person) == people.end()) {
      return Error{Code::kNotFound, "这个人不在这一户", "that person is not of this household"};
    }
    BookletRecord others{"同户的其他人", "", {}, {}, ""};
    for (const RowId& row : people) {
      MQ_TRY(const std::string name, work::reference_text(place_, "Person", row));
      if (!person || *person == row) {
        MQ_CHECK(add_row("Person", row, name));
      } else {
        MQ_TRY(const std::string relation, field_text("Person", row, "relation"));
        others.lines.emplace_back(name, relation);
      }
    }
    if (!others.lines.empty()) part_.records.push_back(std::move(others));
    return {};
  }

  Result<std::string> field_text(std::string_view name, const RowId& row, std::string_view field) {
    MQ_TRY(const std::optional<vault::RowData> data, place_.vault.load(entity(name).number, row));
    const model::Field& of = *entity(name).field(field);
    const vault::Cell* cell = data ? data->cell(of.number) : nullptr;
    if (cell == nullptr) return std::string();
    return cell_text(place_, of, *cell);
  }

  Status add_pairings() {
    MQ_TRY(const std::vector<RowId> cadres, work::paired_cadres(place_, household_));
    Lines lines;
    for (const RowId& row : cadres) {
      MQ_TRY(std::string name, work::reference_text(place_, "Cadre", row));
      MQ_TRY(std::string phone, field_text("Cadre", row, "phone"));
      lines.emplace_back(std::move(name), std::move(phone));
    }
    if (!lines.empty()) part_.records.push_back({"结对的干部", "", {}, std::move(lines), ""});
    return {};
  }

  Status add_visits() {
    MQ_TRY(const std::vector<RowId> visits, rows("visit", "date, id"));
    for (const RowId& row : visits) {
      MQ_TRY(const std::optional<vault::RowData> data,
             place_.vault.load(entity("Visit").number, row));
      if (!data) continue;
      MQ_TRY(BookletRecord record, paper_record(home_, place_, *data));
      MQ_TRY(const std::string day, field_text("Visit", row, "date"));
      record.heading = cat("走访　", day);
      part_.records.push_back(std::move(record));
    }
    return {};
  }

  Status add_issues() {
    MQ_TRY(const std::vector<RowId> issues, rows("issue", "registered_on, id"));
    for (const RowId& row : issues) {
      MQ_TRY(const std::string line, issue_line(place_, row));
      BookletRecord record{cat("民情事项　", line), short_number(row), {}, {}, ""};
      for (const std::string_view field :
           {"text", "reporter", "phone", "to_org", "result", "closure", "closed_on", "callback"}) {
        MQ_TRY(std::string text, field_text("Issue", row, field));
        if (!text.empty()) {
          record.lines.emplace_back(entity("Issue").field(field)->zh, std::move(text));
        }
      }
      part_.records.push_back(std::move(record));
    }
    return {};
  }

  Status add_readers() {
    MQ_TRY(const work::Household household, work::Directory(place_).household(household_.hex()));
    const StreamId stream = place_.vault.stream(household.stream)->id;
    BookletRecord record{"谁能看到", "", {}, {}, ""};
    const auto put_all = [&](const StreamId& id, const std::string& what) -> Status {
      MQ_TRY(const std::vector<std::string> lines, reader_lines(place_, id));
      record.lines.emplace_back(what, lines.empty() ? "只有这台设备" : join(lines, "；"));
      return {};
    };
    MQ_CHECK(put_all(stream, "以上记录"));
    if (const auto apart = work::private_stream_of(place_.control, stream)) {
      MQ_CHECK(put_all(*apart, "其中的敏感项"));
    }
    record.lines.emplace_back("其他人", "看不到。县里的服务器只存密文，也看不到");
    part_.records.push_back(std::move(record));
    return {};
  }

  Home& home_;
  const work::Workplace& place_;
  const RowId household_;
  BookletPart part_;
};

}  // namespace

Result<BookletPart> copy_for_person(Home& home, const work::Workplace& place,
                                    const RowId& household, const std::optional<RowId>& person) {
  return Copy(home, place, household).of(person);
}

Result<std::vector<std::string>> reader_lines(const work::Workplace& place, const StreamId& stream,
                                              std::size_t names_max) {
  MQ_TRY(const std::vector<work::Reader> readers, work::readers_of(place, stream));
  std::vector<std::pair<std::string, std::vector<std::string>>> roles;
  for (const work::Reader& reader : readers) {
    std::vector<std::string> titles;
    for (const RoleKind kind : reader.roles) titles.emplace_back(role_zh(kind));
    std::string title = reader.person ? join(titles, "兼") : std::string("恢复单（两张合用）");
    if (reader.how == work::ReaderHow::kUntilRekeyed) title = "已停用、换钥前仍可见";
    if (reader.how == work::ReaderHow::kInvited) title += "（邀请中）";
    auto same = std::ranges::find(roles, title, [](const auto& one) { return one.first; });
    if (same == roles.end()) same = roles.insert(roles.end(), {title, {}});
    if (!reader.name.empty()) same->second.push_back(reader.name);
  }
  std::vector<std::string> out;
  for (const auto& [title, names] : roles) {
    const std::size_t shown = std::min(names.size(), names_max);
    const std::string list = join({names.begin(), names.begin() + static_cast<long>(shown)}, "、");
    const std::string more = shown < names.size() ? cat(" 等 ", names.size(), " 人") : "";
    out.push_back(names.empty() ? title : cat(title, " ", list, more));
  }
  return out;
}

}  // namespace mq::cli
