// One line of a roster, read by itself: a person, and what the line says of his household.
//
// Asks the vault for nothing, so that another thread may read lines too.
#pragma once

#include <optional>
#include <string>

#include "import_private.h"
#include "mq/base/date.h"
#include "mq/model/chinese_id.h"

namespace mq::work {

struct Member {
  std::size_t line = 0;
  std::string name, relation_text;
  std::int64_t relation = 0, sex = 0;
  std::optional<Date> birth;
  std::optional<std::int32_t> birth_month;  // where no day is known, as model::parse_month
  Bytes fingerprint;
  std::string document;  // its number, forgotten with this
  RowId id;
  vault::StreamIx stream = 0;  // where the row stands already; 0: new
  bool left_alone = false;     // another row of the same person counts
  bool asked = false;          // may be somebody here: for a person to say, nothing is written
  bool related = false;        // the file says how
  bool shares = false;         // its number stands at another of the family too
  PrivateCells guarded;
};

struct RosterLine {
  bool refused = false;
  std::string number, village;  // of the household
  std::vector<std::string> phones;
  std::int64_t group = 0;
  std::vector<model::Value> classes;
  std::optional<bool> away;
  Member member;  // without its row
};

class RosterLines {
 public:
  explicit RosterLines(ImportRun& run);

  // Once, before the lines.
  Status open();
  RosterLine read(std::size_t row, std::vector<ImportFault>& faults) const;
  const PrivateColumns& of_household() const { return of_household_; }
  const PrivateColumns& of_person() const { return of_person_; }

 private:
  void find_firsts();
  bool of_the_one_above(std::size_t row) const;
  std::string read_number(RowReader& reader, std::size_t row) const;
  std::string read_village(RowReader& reader, std::size_t row) const;
  Member read_member(RowReader& reader) const;
  static void read_birth(RowReader& reader, Member& member);
  static void look_at_birth(RowReader& reader, Member& member);
  static void look_at_sex(RowReader& reader, const Member& member);
  void read_relation(RowReader& reader, Member& member) const;
  void read_id(RowReader& reader, Member& member) const;
  void keep_number(RowReader& reader, const std::string& typed,
                   const std::optional<model::ChineseId>& id, Member& member) const;

  ImportRun& run_;
  const model::Entity &household_, &person_;
  PrivateColumns of_household_, of_person_;
  Bytes fingerprint_key_;
  // Of each row the first of those directly above it that are of the same household.
  std::vector<std::size_t> first_;
};

}  // namespace mq::work
