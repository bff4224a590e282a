// The facts that a form can ask for, by what a line of it is, and the names under which forms do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/model/schema.h"

namespace mq::work {

// Numbers of the schema's FormAbout.
enum class FillAbout { kHousehold = 1, kPerson, kVisit, kIssue };
inline constexpr FillAbout kAbouts[] = {FillAbout::kHousehold, FillAbout::kPerson,
                                        FillAbout::kVisit, FillAbout::kIssue};

// Whose fact it is: of the row that a line is, of its household, of that one's head; or computed.
enum class Whose { kLine, kHouse, kHead, kComputed };

enum class Computed {
  kNone,
  kSerial,
  kTownship,
  kVillage,
  kVillageAndGroup,
  kPeople,
  kAge,
  kIncomePerHead,
  kLastVisit,
  kVisits,
  kHelper,
  kHelperPhone,
  kHelperUnit,
  kHelperTitle,
  kChange,
};

enum class Sort { kOther, kName, kPhone, kDocument };

struct Fact {
  std::string id;  // "household.addr", "head.name", "age"
  std::string zh;
  std::vector<std::string> names;  // as header_form makes them
  Whose whose = Whose::kComputed;
  Computed computed = Computed::kNone;
  const model::Entity* entity = nullptr;  // null: computed
  const model::Field* field = nullptr;
  int tier = 0;  // of two facts under one name the lower one is meant; 2: only if the kind was said
  int privacy = 0;  // 0 … 2 for P1 … P3
  std::string gate;
  Sort sort = Sort::kOther;
};

// A header without blanks, brackets, units and marks, half width.
std::string header_form(std::string_view header);
// Columns that people fill by hand afterwards: remarks, signatures.
bool is_for_hands(std::string_view form);

std::vector<Fact> facts_of(const model::Schema& schema, FillAbout about);
// The entity whose rows the lines are.
std::string_view entity_of(FillAbout about);

}  // namespace mq::work
