// Form: one entry on its way from typed inputs to changes; collects faults instead of stopping.
//
// References are resolved by what people call them. The rules that only one workflow knows (which
// fields it fills, which moves are legal) stay with that workflow.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mq/work/directory.h"
#include "mq/work/entry.h"

namespace mq::work {

// Whether a reference must name a row that is here, or is taken for granted: some name, no row.
enum class References { kResolved, kAsTyped };

class Form {
 public:
  // Takes the inputs whose names are fields of the entity or of its P3 companion (by identifier,
  // with or without "_id", or by Chinese label); the others are faults unless they are listed in
  // `extra`. A fact behind a gate is a fault unless a programme names the need; clearing is free.
  static Result<Form> read(const Workplace& place, const model::Entity& entity,
                           const Inputs& inputs, const std::vector<std::string_view>& extra = {},
                           References references = References::kResolved);

  bool has(std::uint32_t field) const { return values_.contains(field); }
  const model::Value& value(std::uint32_t field) const;
  // Of a repeated field.
  const std::vector<model::Value>& values(std::uint32_t field) const;
  std::int64_t integer(std::uint32_t field) const;
  std::string text(std::uint32_t field) const;
  // The extra input, or empty.
  std::string extra(std::string_view name) const;

  void set(std::uint32_t field, model::Value value) { values_[field] = {std::move(value)}; }
  void set_values(std::uint32_t field, std::vector<model::Value> values) {
    values_[field] = std::move(values);
  }
  void set_row(std::uint32_t field, const RowId& row) { set(field, Bytes(to_bytes(row.view()))); }
  void set_default(std::uint32_t field, model::Value value);
  void fault(std::string_view field, std::string_view zh, std::string_view en);
  void flag(std::string_view field, std::string_view zh, std::string_view en);
  // Adds a fault for every field that `need` asks for and that has nothing.
  void require(model::pb::Need need);

  std::vector<model::Fault>& faults() { return faults_; }
  std::vector<model::Fault>& flags() { return flags_; }
  // One kSet for each field of the entity itself that was given.
  std::vector<vault::Change> changes(const RowId& row) const;
  // The same with the P3 facts, which go to the companion of the same id in the PRIVATE stream of
  // that village. kNotAllowed if this device does not hold it.
  Result<std::vector<vault::Draft>> drafts(const Workplace& place, vault::StreamIx stream,
                                           const RowId& row) const;
  // What was given for one field of the companion; nothing if it was not.
  std::optional<model::Value> private_value(std::uint32_t field) const;

  // A copy in which every field that was not given holds what the row holds.
  Form over(const vault::RowData& data) const;

 private:
  using Values = std::map<std::uint32_t, std::vector<model::Value>>;

  Form(const model::Schema& schema, const model::Entity& entity);
  Status take(const Workplace& place, const Input& input,
              const std::vector<std::string_view>& extra);
  Status take_value(const Workplace& place, const model::Field& field, std::string_view text,
                    std::vector<model::Value>& into);
  Result<bool> gate_open(const Workplace& place, const model::Field& field);

  const model::Entity* entity_;
  const model::Entity* companion_;  // may be null
  References references_ = References::kResolved;
  Values values_, private_values_;
  std::optional<std::set<std::string>> needs_;  // read when first asked for
  std::map<std::string, std::string, std::less<>> extra_;
  std::vector<model::Fault> faults_, flags_;
};

// A field by what a flag, a JSON key or a person calls it; nullptr if there is none.
const model::Field* field_named(const model::Entity& entity, std::string_view name);

// Value of a typed reference to a row of `entity`.
Result<RowId> resolve(const Workplace& place, std::string_view entity, std::string_view typed);

// 廉政 and 检举控告 may stand in no stream (PROTOCOL section 9); empty if the words are elsewhere.
std::optional<model::Fault> confidential(std::string_view category, std::string_view nature);

}  // namespace mq::work
