// RowChanges: the wishes of one row, written one after the other and then put into a draft.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

class RowChanges {
 public:
  RowChanges(const Workplace& place, std::string_view entity, const RowId& row)
      : entity_(place.vault.schema().entity(entity)->number), row_(row) {}
  RowChanges& set(std::uint32_t field, model::Value value) {
    vault::Change change;
    change.entity = entity_;
    change.row = row_;
    change.field = field;
    change.value = std::move(value);
    list_.push_back(std::move(change));
    return *this;
  }
  RowChanges& set_row(std::uint32_t field, const RowId& row) {
    return set(field, to_bytes(row.view()));
  }
  RowChanges& add(std::uint32_t field, model::Value value) {
    set(field, std::move(value));
    list_.back().kind = vault::Change::Kind::kAdd;
    return *this;
  }
  RowChanges& add_row(std::uint32_t field, const RowId& row) {
    return add(field, to_bytes(row.view()));
  }
  RowChanges& remove_row(std::uint32_t field, const RowId& row) {
    set_row(field, row);
    list_.back().kind = vault::Change::Kind::kRemove;
    return *this;
  }
  bool empty() const { return list_.empty(); }
  void into(vault::Draft& draft) const {
    draft.changes.insert(draft.changes.end(), list_.begin(), list_.end());
  }

 private:
  std::uint32_t entity_;
  RowId row_;
  std::vector<vault::Change> list_;
};

}  // namespace mq::work
