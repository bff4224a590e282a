// The data dictionary: one row a field, made from the schema, so that it cannot be out of date.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mq/model/schema.h"

namespace mq::model {

struct DictionaryRow {
  std::uint32_t entity_number = 0;
  std::string entity;  // "Visit"
  std::string entity_zh;
  std::string scope;  // "village"
  std::uint32_t field = 0;
  std::string name;  // flag, JSON key, column
  std::string zh;
  std::string en;
  std::string type;  // text, integer, yes/no, choice, date, money …; "[]" if repeated; →Entity
  std::string unit;
  std::string need;     // "", "save", "submit"
  std::string merge;    // register, text, set, append, step
  std::string privacy;  // P1, P2, P3
  std::string bounds;   // "1–31", "≤ 50"; empty: none of its own
  std::string values;   // "1 市管 (city); 2 县级 (county)"
  std::string columns;  // headers of imports, the Chinese name first
  bool search = false;
  bool system = false;
  std::string gate;
};

// By entity and field number.
std::vector<DictionaryRow> dictionary(const Schema& schema);

// Names for people and JSON: "village", "date".
std::string scope_name(pb::Scope scope);
std::string merge_name(pb::Merge merge);
std::string type_name(const Field& field);

}  // namespace mq::model
