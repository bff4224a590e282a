#include "fill_data.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
namespace pb = model::pb;
using tabular::Decimal;
using tabular::FillCell;
using tabular::NotHeld;
using H = mpb::Household;
using HP = mpb::HouseholdPrivate;

namespace {

constexpr int kFixedColumns = 7;

RowId row_id(const sqlite::Query& q, int column) {
  return RowId::from(q.blob(column)).value_or(RowId{});
}

// What every row is read with beside the fields that a form asks for.
std::string_view fixed_columns(std::string_view entity) {
  if (entity == "Household") return "head_person_id, NULL, group_no, status, household_no";
  if (entity == "Person") return "household_id, birth, relation, NULL, NULL";
  if (entity == "Visit") return "household_id, date, NULL, NULL, NULL";
  if (entity == "Issue") return "household_id, registered_on, NULL, reporter_masked, no";
  return "NULL, NULL, NULL, NULL, NULL";
}

FillCell number_cell(const model::Field& field, std::int64_t value) {
  if (field.type == model::FieldType::kBool) return std::string(value != 0 ? "是" : "否");
  if (field.type == model::FieldType::kEnum) {
    const model::EnumValue* known = field.value_of(value);
    if (known == nullptr || known->number == 0) return NotHeld{};
    return known->zh;
  }
  switch (field.rule.kind()) {
    case pb::KIND_DATE:
      return Date{static_cast<std::int32_t>(value)};
    case pb::KIND_INSTANT:
      return Date::in_shanghai(WallTime{value});
    case pb::KIND_MONTH:
      return model::format_month(value);
    case pb::KIND_MONEY:
    case pb::KIND_AREA:
      return Decimal{value, 2};
    case pb::KIND_TENTHS:
      return Decimal{value, 1};
    default:
      return value;
  }
}

FillCell text_cell(std::string_view text) {
  if (text.empty()) return NotHeld{};
  return std::string(text);
}

class CellReader {
 public:
  CellReader(const model::Field& field, const FillTable::Known& known)
      : field_(field), known_(known) {}

  Result<FillCell> read(const sqlite::Query& q, int column) const {
    if (q.is_null(column)) return FillCell(NotHeld{});
    if (field_.repeated) return repeated(q.blob(column));
    if (field_.type == model::FieldType::kText) return text_cell(q.text(column));
    if (field_.type == model::FieldType::kBytes) return text_cell(named(q.blob(column)));
    return number_cell(field_, q.integer(column));
  }

 private:
  std::string named(ByteView id) const {
    const auto row = RowId::from(id);
    const auto found = row ? known_.names.find(*row) : known_.names.end();
    return found == known_.names.end() ? std::string() : found->second;
  }

  Result<FillCell> repeated(ByteView packed) const {
    MQ_TRY(const std::vector<Bytes> all, model::unpack_repeated(field_, packed));
    std::vector<std::string> parts;
    for (const Bytes& one : all) {
      if (field_.type == model::FieldType::kBytes) {
        parts.push_back(named(one));
        continue;
      }
      MQ_TRY(const model::Value value, model::decode_value(field_, one));
      parts.push_back(model::format_value(field_, value));
    }
    std::erase(parts, "");
    return text_cell(join(parts, "、"));
  }

  const model::Field& field_;
  const FillTable::Known& known_;
};

bool out_of_scope(std::int64_t status) {
  return status == mpb::HOUSEHOLD_STATUS_MOVED_OUT || status == mpb::HOUSEHOLD_STATUS_DEAD ||
         status == mpb::HOUSEHOLD_STATUS_CANCELLED || status == mpb::HOUSEHOLD_STATUS_EMPTY;
}

std::int64_t age_on(Date birth, Date day) {
  const bool before = std::pair(day.month(), day.day()) < std::pair(birth.month(), birth.day());
  return day.year() - birth.year() - (before ? 1 : 0);
}

constexpr std::array<std::uint32_t, 4> kIncomes = {HP::kIncWageFieldNumber, HP::kIncBizFieldNumber,
                                                   HP::kIncPropFieldNumber,
                                                   HP::kIncTransFieldNumber};

}  // namespace

std::size_t FillTable::want(const model::Field& field) {
  const auto found = std::ranges::find(fields_, &field);
  const auto at = static_cast<std::size_t>(found - fields_.begin());
  if (found == fields_.end()) fields_.push_back(&field);
  return at;
}

// P3 facts count where the row counts that they belong to.
bool FillTable::counts(const FillRow& row, const Known& known) const {
  const std::string_view of = entity_.rule.companion_of();
  const auto village = known.village.find(row.stream);
  const bool beside = !of.empty() && village != known.village.end();
  const vault::StreamIx stream = beside ? village->second : row.stream;
  const std::string_view owner = of.empty() ? std::string_view(entity_.name) : of;
  if (owner == "Household") return known.households.counts(row.id, stream);
  return owner != "Person" || known.people.counts(row.id, stream);
}

RowId FillTable::linked(const RowId& to, const Known& known) const {
  if (entity_.name == "Household") return known.people.of(to);
  return entity_.name == "Person" ? known.households.home(to) : known.households.of(to);
}

Status FillTable::load(const Known& known) {
  std::string sql = cat("SELECT id, stream, ", fixed_columns(entity_.name));
  std::vector<CellReader> readers;
  for (const model::Field* field : fields_) {
    sql += cat(", ", model::quoted(field->name));
    readers.emplace_back(*field, known);
  }
  sql += cat(" FROM ", model::quoted(entity_.table), " WHERE deleted = 0");
  MQ_TRY(sqlite::Query q, place_.vault.database().query(sql));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    FillRow row{row_id(q, 0), q.integer(1), row_id(q, 2),           std::nullopt,
                q.integer(4), q.integer(5), std::string(q.text(6)), {}};
    // P3 facts that could not move with their household are read where they stayed.
    const bool beside = !entity_.rule.companion_of().empty();
    if (!counts(row, known) && (!beside || at_.contains(row.id))) continue;
    row.link = linked(row.link, known);
    if (!q.is_null(3)) row.day = q.integer(3);
    row.cells.reserve(readers.size());
    for (std::size_t i = 0; i < readers.size(); ++i) {
      MQ_TRY(FillCell cell, readers[i].read(q, kFixedColumns + static_cast<int>(i)));
      row.cells.push_back(std::move(cell));
    }
    at_[row.id] = rows_.size();
    rows_.push_back(std::move(row));
  }
}

const FillRow* FillTable::find(const RowId& id) const {
  const auto found = at_.find(id);
  return found == at_.end() ? nullptr : &rows_[found->second];
}

FillTable& FillData::table(const model::Entity& entity) {
  std::unique_ptr<FillTable>& at = tables_[entity.name];
  if (at == nullptr) at = std::make_unique<FillTable>(place_, entity);
  return *at;
}

const FillTable* FillData::table_of(std::string_view entity) const {
  const auto found = tables_.find(entity);
  return found == tables_.end() ? nullptr : found->second.get();
}

void FillData::want_field(std::string_view name, std::uint32_t number) {
  const model::Entity& entity = *place_.vault.schema().entity(name);
  const model::Field& field = *entity.field(number);
  places_[&field] = table(entity).want(field);
}

void FillData::want(const Fact& fact) {
  if (fact.field != nullptr) {
    places_[fact.field] = table(*fact.entity).want(*fact.field);
    return;
  }
  wanted_.insert(fact.computed);
  if (fact.computed == Computed::kPeople || fact.computed == Computed::kIncomePerHead) {
    want_field("Household", H::kSizeFieldNumber);
    table(*place_.vault.schema().entity("Person"));
  }
  if (fact.computed == Computed::kIncomePerHead) {
    for (const std::uint32_t income : kIncomes) want_field("HouseholdPrivate", income);
    want_field("HouseholdPrivate", HP::kCostFieldNumber);
  }
}

Status FillData::load() {
  const model::Schema& schema = place_.vault.schema();
  MQ_TRY(villages_, Directory(place_).villages());
  for (std::size_t i = 0; i < villages_.size(); ++i) {
    village_of_[villages_[i].stream] = i;
    if (villages_[i].private_stream == 0) continue;
    village_of_[villages_[i].private_stream] = i;
    known_.village[villages_[i].private_stream] = villages_[i].stream;
  }
  table(*schema.entity("Household"));
  table(*schema.entity("Person"));  // heads
  table(*schema.entity(entity_of(about_)));
  MQ_CHECK(load_known());
  for (const auto& [name, one] : tables_) MQ_CHECK(one->load(known_));
  for (const FillRow& person : table_of("Person")->rows()) ++counted_[person.link];
  MQ_CHECK(load_visits());
  return load_helpers();
}

Status FillData::load_known() {
  MQ_TRY(known_.households, Canonical::households(place_));
  MQ_TRY(known_.people, Canonical::people(place_));
  sqlite::Database& db = place_.vault.database();
  for (const char* sql : {"SELECT id, name FROM \"cadre\"", "SELECT id, name FROM \"org_unit\""}) {
    MQ_TRY(sqlite::Query q, db.query(sql));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      known_.names[row_id(q, 0)] = q.text(1);
    }
  }
  MQ_TRY(sqlite::Query q,
         db.query("SELECT township_name FROM \"township_facts\" WHERE deleted = 0 LIMIT 1"));
  MQ_TRY(const bool found, q.step());
  if (found) township_ = q.text(0);
  return {};
}

Status FillData::load_visits() {
  if (!wanted_.contains(Computed::kVisits) && !wanted_.contains(Computed::kLastVisit)) return {};
  MQ_TRY(sqlite::Query q,
         place_.vault.database().query("SELECT household_id, date FROM \"visit\" WHERE deleted = 0 "
                                       "AND household_id IS NOT NULL"));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    const std::int64_t day = q.integer(1);
    if (!in_period(day)) continue;
    Visits& visits = visits_[known_.households.of(row_id(q, 0))];
    ++visits.count;
    visits.last = std::max(visits.last, day);
  }
}

// Pairings in force on the day; who came first, then in organisation order.
Status FillData::load_helpers() {
  const bool any = std::ranges::any_of(wanted_, [](Computed each) {
    return each >= Computed::kHelper && each <= Computed::kHelperTitle;
  });
  if (!any) return {};
  MQ_TRY(
      sqlite::Query q,
      place_.vault.database().query(
          "SELECT p.household_id, c.name, c.phone, o.name, c.title, c.id FROM \"pairing\" p JOIN "
          "\"cadre\" c ON c.id = p.cadre_id LEFT JOIN \"org_unit\" o ON o.id = c.org_id WHERE "
          "p.deleted = 0 AND c.deleted = 0 AND p.\"from\" <= ?1 AND (p.\"to\" >= ?1 OR "
          "(p.\"to\" IS NULL AND p.status = ?2)) ORDER BY p.\"from\", c.order_no IS NULL, "
          "c.order_no, c.id, p.id"));
  q.bind(1, std::int64_t{options_.until.value_or(options_.today).days})
      .bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    std::vector<Helper>& helpers = helpers_[known_.households.of(row_id(q, 0))];
    const RowId cadre = row_id(q, 5);
    if (std::ranges::find(helpers, cadre, &Helper::cadre) != helpers.end()) continue;
    helpers.push_back({cadre, std::string(q.text(1)), std::string(q.text(2)),
                       std::string(q.text(3)), std::string(q.text(4))});
  }
}

bool FillData::in_period(std::optional<std::int64_t> day) const {
  if (!options_.from && !options_.until) return true;
  return day && (!options_.from || *day >= options_.from->days) &&
         (!options_.until || *day <= options_.until->days);
}

std::vector<FillLineRows> FillData::lines(bool all) const {
  const FillTable& households = *table_of("Household");
  const FillTable& people = *table_of("Person");
  const bool dated = about_ == FillAbout::kVisit || about_ == FillAbout::kIssue;
  using Key = std::tuple<std::size_t, std::int64_t, std::string_view, std::int64_t, bool,
                         std::int64_t, RowId>;
  std::vector<std::pair<Key, FillLineRows>> found;
  for (const FillRow& row : table_of(entity_of(about_))->rows()) {
    const auto village = village_of_.find(row.stream);
    if (village == village_of_.end() || (dated && !in_period(row.day))) continue;
    FillLineRows line{&row, about_ == FillAbout::kHousehold ? &row : households.find(row.link),
                      nullptr, village->second};
    if (!dated && (line.house == nullptr || (!all && out_of_scope(line.house->state)))) continue;
    if (line.house != nullptr) line.head = people.find(line.house->link);
    found.emplace_back(
        Key(line.village, line.house == nullptr ? 0 : line.house->order,
            line.house == nullptr ? std::string_view() : line.house->number,
            dated ? row.day.value_or(0) : 0, line.head != &row, dated ? 0 : row.order, row.id),
        line);
  }
  std::ranges::sort(found, {}, &std::pair<Key, FillLineRows>::first);
  std::vector<FillLineRows> out;
  out.reserve(found.size());
  for (const auto& [key, line] : found) out.push_back(line);
  return out;
}

FillCell FillData::value(const Fact& fact, const FillLineRows& line) const {
  return fact.field != nullptr ? of_row(fact, line) : computed(fact, line);
}

// The row of the P3 facts has the id of its own.
const FillRow* FillData::with_private(const model::Entity& entity, const FillRow* row) const {
  if (row == nullptr || entity.rule.scope() != pb::SCOPE_PRIVATE) return row;
  const FillTable* companion = table_of(entity.name);
  const FillRow* found = companion == nullptr ? nullptr : companion->find(row->id);
  return found != nullptr && village_of_.contains(found->stream) ? found : nullptr;
}

FillCell FillData::of_row(const Fact& fact, const FillLineRows& line) const {
  const FillRow* row = fact.whose == Whose::kLine    ? line.own
                       : fact.whose == Whose::kHouse ? line.house
                                                     : line.head;
  const bool hidden = about_ == FillAbout::kIssue && fact.whose == Whose::kLine && row != nullptr &&
                      row->state != 0 && (fact.sort == Sort::kName || fact.sort == Sort::kPhone);
  if (hidden) return std::string("隐去");
  row = with_private(*fact.entity, row);
  return row == nullptr ? FillCell(NotHeld{}) : row->cells[places_.at(fact.field)];
}

FillCell FillData::cell(std::string_view entity, std::uint32_t number, const FillRow* row) const {
  const model::Entity& of = *place_.vault.schema().entity(entity);
  row = with_private(of, row);
  return row == nullptr ? FillCell(NotHeld{}) : row->cells[places_.at(of.field(number))];
}

// As the roster says, else as many as it names.
std::int64_t FillData::people(const FillLineRows& line) const {
  const FillCell said = cell("Household", H::kSizeFieldNumber, line.house);
  if (const auto* size = std::get_if<std::int64_t>(&said); size != nullptr && *size > 0) {
    return *size;
  }
  const auto counted = line.house == nullptr ? counted_.end() : counted_.find(line.house->id);
  return counted == counted_.end() ? 0 : counted->second;
}

// (wages + business + property + transfers − costs) ÷ people, if any of them is known.
FillCell FillData::income(const FillLineRows& line) const {
  std::int64_t sum = 0;
  bool any = false;
  for (const std::uint32_t field : kIncomes) {
    const FillCell part = cell("HouseholdPrivate", field, line.house);
    const auto* amount = std::get_if<Decimal>(&part);
    if (amount == nullptr) continue;
    sum += amount->value;
    any = true;
  }
  const FillCell cost = cell("HouseholdPrivate", HP::kCostFieldNumber, line.house);
  if (const auto* amount = std::get_if<Decimal>(&cost)) sum -= amount->value;
  const std::int64_t count = people(line);
  if (!any || count == 0) return NotHeld{};
  return Decimal{sum / count, 2};
}

FillCell FillData::of_helpers(const FillLineRows& line, std::string Helper::*part) const {
  const auto found = line.house == nullptr ? helpers_.end() : helpers_.find(line.house->id);
  if (found == helpers_.end()) return NotHeld{};
  std::vector<std::string> parts;
  for (const Helper& helper : found->second) {
    if (!(helper.*part).empty()) parts.push_back(helper.*part);
  }
  return text_cell(join(parts, "、"));
}

FillCell FillData::computed(const Fact& fact, const FillLineRows& line) const {
  const RowId house = line.house == nullptr ? RowId{} : line.house->id;
  const auto visits = visits_.find(house);
  const FillRow* aged = about_ == FillAbout::kPerson ? line.own : line.head;
  const std::string& village = villages_[line.village].name;
  switch (fact.computed) {
    case Computed::kTownship:
      return text_cell(township_);
    case Computed::kVillage:
      return village;
    case Computed::kVillageAndGroup: {
      const std::int64_t group = line.house == nullptr ? 0 : line.house->order;
      return group > 0 ? cat(village, group, "组") : village;
    }
    case Computed::kPeople: {
      const std::int64_t count = people(line);
      return count > 0 ? FillCell(count) : FillCell(NotHeld{});
    }
    case Computed::kAge: {
      if (aged == nullptr || !aged->day) return NotHeld{};
      return age_on(Date{static_cast<std::int32_t>(*aged->day)},
                    options_.until.value_or(options_.today));
    }
    case Computed::kIncomePerHead:
      return income(line);
    case Computed::kLastVisit:
      if (visits == visits_.end()) return NotHeld{};
      return Date{static_cast<std::int32_t>(visits->second.last)};
    case Computed::kVisits:
      return visits == visits_.end() ? std::int64_t{0} : visits->second.count;
    case Computed::kHelper:
      return of_helpers(line, &Helper::name);
    case Computed::kHelperPhone:
      return of_helpers(line, &Helper::phone);
    case Computed::kHelperUnit:
      return of_helpers(line, &Helper::unit);
    case Computed::kHelperTitle:
      return of_helpers(line, &Helper::title);
    default:
      return NotHeld{};
  }
}

}  // namespace mq::work
