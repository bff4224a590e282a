#include "record_lines.h"

#include <algorithm>

#include "mq/base/text.h"
#include "record_json.h"

namespace mq::cli {

namespace {

constexpr std::size_t kListCharacters = 24;  // of one column
constexpr std::size_t kIdHex = 32;
constexpr std::size_t kIdTail = 8;

struct ListForm {
  std::string_view entity, date;
  std::vector<std::string_view> fields;
};

const ListForm& list_form(const model::Entity& entity) {
  static const std::vector<ListForm> kForms = {
      {"Visit", "date", {"date", "household_id", "visited_by", "outcome", "text"}},
      {"Diary", "date", {"date", "title", "status", "body"}},
      {"Issue", "registered_on", {"registered_on", "no", "category", "title", "state"}},
      {"Household", "", {"household_no", "head_person_id", "group_no", "status", "class"}},
      {"Person", "", {"name", "household_id", "relation", "sex", "birth"}},
      {"Cadre", "", {"name", "rank_class", "phone", "area_ids"}},
      {"Pairing", "from", {"cadre_id", "household_id", "from", "to", "status"}},
      {"Meeting", "date", {"date", "village_id", "group_no", "attendees", "topics"}},
      {"Opinion", "", {"meeting_id", "by", "handling", "text"}},
      {"Reception", "date", {"date", "leader_id", "place", "people", "text"}},
      {"Deed", "done_on", {"done_on", "title", "place", "money", "owner_id"}},
      {"Commitment", "due", {"due", "promiser", "kind", "state", "text"}},
      {"Dispute", "found_on", {"found_on", "parties", "kind", "state", "text"}},
      {"OrgUnit", "", {"name", "kind", "region_code"}},
      {"Handout", "", {"no", "title", "state", "village"}},
      {"RosterChange", "on", {"on", "kind", "from", "to", "undone_on"}},
      {"ExportProfile", "", {"name", "id_style", "phone_style", "encoding", "basis"}},
      {"WorkYear", "", {"year", "source", "off", "on"}}};
  const auto found = std::ranges::find(kForms, entity.name, &ListForm::entity);
  MQ_ASSERT(found != kForms.end());
  return *found;
}

}  // namespace

std::string_view list_date(const model::Entity& entity) { return list_form(entity).date; }

std::vector<std::string> record_header(const model::Entity& entity, bool english) {
  std::vector<std::string> out{"编号"};
  for (const std::string_view name : list_form(entity).fields) {
    const model::Field& field = *entity.field(name);
    out.push_back(english ? field.rule.en() : field.zh);
  }
  return out;
}

Result<std::vector<std::string>> record_line(const work::Workplace& place,
                                             const vault::RowData& data) {
  const model::Entity& entity = *place.vault.schema().entity(data.entity);
  std::vector<std::string> line{data.id.hex().substr(kIdHex - kIdTail)};
  for (const std::string_view name : list_form(entity).fields) {
    const model::Field& field = *entity.field(name);
    const vault::Cell* cell = data.cell(field.number);
    std::string text;
    if (cell != nullptr) {
      MQ_TRY(text, cell_text(place, field, *cell));
    }
    line.emplace_back(first_characters(text, kListCharacters));
  }
  if (data.deleted) line.emplace_back("已作废");
  return line;
}

}  // namespace mq::cli
