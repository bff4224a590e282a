// The lines of a form and what each fact is on them, read from the vault's tables at once: a row at
// a time would cost a hundred times as much.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fill_facts.h"
#include "mq/base/id_hash.h"
#include "mq/tabular/template.h"
#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "mq/work/fill.h"

namespace mq::work {

struct FillRow {
  RowId id;
  vault::StreamIx stream = 0;
  RowId link;  // the household for which a person, visit or issue counts; the head of a household
  std::optional<std::int64_t> day;  // of birth, of the visit, of registration
  std::int64_t order = 0;           // group of a household, relation of a person
  std::int64_t state = 0;           // status of a household; 1: the reporter of an issue is hidden
  std::string number;               // 户编号
  std::vector<tabular::FillCell> cells;  // of the fields that were asked for
};

// One entity's rows as far as they are wanted.
class FillTable {
 public:
  FillTable(const Workplace& place, const model::Entity& entity) : place_(place), entity_(entity) {}

  // The place of the field's cell in a row; before load().
  std::size_t want(const model::Field& field);
  // What the rows of other tables say of a row.
  struct Known {
    std::unordered_map<RowId, std::string, IdHash> names;  // of cadres and org units
    Canonical households, people;
    std::unordered_map<vault::StreamIx, vault::StreamIx> village;  // of a PRIVATE stream
  };
  Status load(const Known& known);
  const FillRow* find(const RowId& id) const;
  const std::vector<FillRow>& rows() const { return rows_; }

 private:
  bool counts(const FillRow& row, const Known& known) const;
  RowId linked(const RowId& to, const Known& known) const;

  const Workplace& place_;
  const model::Entity& entity_;
  std::vector<const model::Field*> fields_;
  std::vector<FillRow> rows_;
  std::unordered_map<RowId, std::size_t, IdHash> at_;
};

struct FillLineRows {
  const FillRow* own = nullptr;
  const FillRow* house = nullptr;  // the line itself, if it is a household; may be null
  const FillRow* head = nullptr;   // may be null
  std::size_t village = 0;         // place in villages()
};

class FillData {
 public:
  FillData(const Workplace& place, FillAbout about, const FillOptions& options)
      : place_(place), about_(about), options_(options) {}

  // What will be asked for; before load().
  void want(const Fact& fact);
  Status load();
  const std::vector<Village>& villages() const { return villages_; }
  // In village, group, number order; of households out of scope none, unless `all`.
  std::vector<FillLineRows> lines(bool all) const;
  // NotHeld if nothing is known. kSerial and kChange are the caller's.
  tabular::FillCell value(const Fact& fact, const FillLineRows& line) const;

 private:
  struct Visits {
    std::int64_t count = 0, last = 0;
  };
  struct Helper {
    RowId cadre;
    std::string name, phone, unit, title;
  };

  FillTable& table(const model::Entity& entity);
  const FillTable* table_of(std::string_view entity) const;
  void want_field(std::string_view entity, std::uint32_t field);
  Status load_known();
  Status load_visits();
  Status load_helpers();
  tabular::FillCell of_row(const Fact& fact, const FillLineRows& line) const;
  tabular::FillCell computed(const Fact& fact, const FillLineRows& line) const;
  tabular::FillCell income(const FillLineRows& line) const;
  tabular::FillCell of_helpers(const FillLineRows& line, std::string Helper::*part) const;
  tabular::FillCell cell(std::string_view entity, std::uint32_t field, const FillRow* row) const;
  const FillRow* with_private(const model::Entity& entity, const FillRow* row) const;
  std::int64_t people(const FillLineRows& line) const;
  bool in_period(std::optional<std::int64_t> day) const;

  const Workplace& place_;
  const FillAbout about_;
  const FillOptions& options_;
  std::vector<Village> villages_;
  std::map<vault::StreamIx, std::size_t> village_of_;  // PRIVATE streams too
  std::string township_;
  FillTable::Known known_;
  std::map<std::string, std::unique_ptr<FillTable>, std::less<>> tables_;
  std::map<const model::Field*, std::size_t> places_;
  std::set<Computed> wanted_;
  std::unordered_map<RowId, Visits, IdHash> visits_;
  std::unordered_map<RowId, std::vector<Helper>, IdHash> helpers_;
  std::unordered_map<RowId, std::int64_t, IdHash> counted_;  // people of a household
};

}  // namespace mq::work
