#include "oracle.h"

#include <algorithm>

namespace mq::sim {

void Oracle::wrote(int device, const CellName& cell, const std::string& token, const Tokens& seen) {
  Value value;
  static_cast<Write&>(value) = now_by(device);
  value.seen = seen;
  cells_[cell].values.emplace(token, std::move(value));
  place_.emplace(token, cell);
}

void Oracle::removed(int device, const CellName& cell, const std::string& token) {
  cells_[cell].removals[token].push_back(act_by(device));
}

void Oracle::deleted(int device, std::uint32_t entity, const RowId& row, const Tokens& seen) {
  Deletion deletion;
  static_cast<Write&>(deletion) = act_by(device);
  deletion.covered = below(seen);
  deletions_[{entity, row}].push_back(std::move(deletion));
}

void Oracle::together(std::uint32_t entity, const RowId& row, const Together& writes) {
  together_[{entity, row}].push_back(writes);
}

bool Oracle::written_by(int device, const std::string& token) const {
  const auto place = place_.find(token);
  if (place == place_.end()) return false;
  return cells_.at(place->second).values.at(token).device == device;
}

const CellName* Oracle::place_of(const std::string& token) const {
  const auto place = place_.find(token);
  return place == place_.end() ? nullptr : &place->second;
}

template <class Visit>
void Oracle::each(const Visit& visit) {
  for (auto& [name, cell] : cells_) {
    for (auto& [token, value] : cell.values) visit(value);
    for (auto& [token, removals] : cell.removals) {
      for (Write& write : removals) visit(write);
    }
  }
  for (auto& [row, deletions] : deletions_) {
    for (Deletion& deletion : deletions) visit(deletion);
  }
}

Oracle::Write Oracle::act_by(int device) {
  Write write = now_by(device);
  write.certain = !doubted_.contains(device);
  return write;
}

void Oracle::doubt(int device) {
  doubted_.insert(device);
  const auto mark = [&](Write& write) {
    if (write.device == device) write.certain = false;
  };
  for (auto& [name, cell] : cells_) {
    for (auto& [token, removals] : cell.removals) {
      std::for_each(removals.begin(), removals.end(), mark);
    }
  }
  for (auto& [row, deletions] : deletions_) {
    std::for_each(deletions.begin(), deletions.end(), mark);
  }
}

void Oracle::take_out(const Tokens& out, const Tokens& ever) {
  out_ = out;
  ever_out_.insert(ever.begin(), ever.end());
  again_.insert(ever.begin(), ever.end());
}

bool Oracle::under_what_is_out(const Cell& cell, const std::string& token) const {
  std::vector<std::string> todo = {token};
  Tokens met;
  while (!todo.empty()) {
    const std::string under = std::move(todo.back());
    todo.pop_back();
    for (const auto& [other, by] : cell.values) {
      if (!by.seen.contains(under) || !met.insert(other).second) continue;
      if (!out_.contains(other)) return true;
      todo.push_back(other);
    }
  }
  return false;
}

void Oracle::delivered(int device) {
  each([&](Write& write) {
    if (write.device == device) write.on_server = write.at_author = true;
  });
}

void Oracle::device_restored(int device, std::uint64_t since) {
  each([&](Write& write) {
    if (write.device != device || write.time <= since) return;
    if (!write.on_server) write.certain = false;
    write.at_author = false;
  });
}

void Oracle::server_restored() {
  each([](Write& write) {
    if (!write.at_author) write.certain = false;
    write.on_server = false;
  });
}

Tokens Oracle::below(const Tokens& tokens) const {
  Tokens out = tokens;
  std::vector<std::string> todo(tokens.begin(), tokens.end());
  while (!todo.empty()) {
    const std::string token = std::move(todo.back());
    todo.pop_back();
    const auto place = place_.find(token);
    if (place == place_.end()) continue;
    for (const std::string& older : cells_.at(place->second).values.at(token).seen) {
      if (out.insert(older).second) todo.push_back(older);
    }
  }
  return out;
}

std::vector<std::string> Oracle::check_cell(const CellName& name, const Tokens& visible) const {
  std::vector<std::string> faults;
  const auto found = cells_.find(name);
  if (found == cells_.end()) return faults;
  const Cell& cell = found->second;
  for (const std::string& token : visible) {
    if (!cell.values.contains(token)) faults.push_back(token + " is visible and was never written");
    if (out_.contains(token)) faults.push_back(token + " is visible and out of force");
  }
  for (const auto& [token, value] : cell.values) {
    if (out_.contains(token)) continue;
    bool over = under_what_is_out(cell, token);
    bool surely_over = false;
    for (const auto& [other, by] : cell.values) {
      if (!by.seen.contains(token) || out_.contains(other)) continue;
      over = true;
      // A device whose right has ended may name, as seen, work of its own that waits for a
      // decision: whoever does not hold that cannot tell what is covered, and shows both.
      surely_over = surely_over || (by.certain && !doubted_.contains(by.device));
    }
    if (const auto removals = cell.removals.find(token); removals != cell.removals.end()) {
      over = true;
      for (const Write& by : removals->second) surely_over = surely_over || by.certain;
    }
    const bool shown = visible.contains(token);
    if (value.certain && !over && !shown) faults.push_back(token + " is lost");
    if (surely_over && shown && !again_.contains(token))
      faults.push_back(token + " was written over and is back");
  }
  return faults;
}

std::vector<std::string> Oracle::check_deleted(std::uint32_t entity, const RowId& row,
                                               bool shown_deleted) const {
  const auto found = deletions_.find({entity, row});
  if (found == deletions_.end()) {
    if (!shown_deleted) return {};
    return {row.hex() + " is deleted and nobody deleted it"};
  }
  bool may_be = false;
  bool must_be = false;
  for (const Deletion& deletion : found->second) {
    bool certain_edit = false;
    bool any_edit = false;
    for (const auto& [name, cell] : cells_) {
      if (name.entity != entity || name.row != row) continue;
      for (const auto& [token, value] : cell.values) {
        if (out_.contains(token)) continue;
        // Taken out of its set before or after: no way to tell from here.
        any_edit = any_edit || again_.contains(token);
        if (deletion.covered.contains(token) || cell.removals.contains(token)) continue;
        any_edit = true;
        certain_edit = certain_edit || value.certain;
      }
      for (const auto& [token, removals] : cell.removals) any_edit = any_edit || !removals.empty();
    }
    may_be = may_be || !certain_edit;
    must_be = must_be || (!any_edit && deletion.certain);
  }
  if (shown_deleted && !may_be) return {row.hex() + " is deleted over an edit nobody had seen"};
  if (!shown_deleted && must_be) return {row.hex() + " is back and nobody edited it"};
  return {};
}

std::vector<std::string> Oracle::check_together(
    std::uint32_t entity, const RowId& row,
    const std::function<Tokens(const CellName&)>& visible) const {
  std::vector<std::string> faults;
  const auto found = together_.find({entity, row});
  if (found == together_.end()) return faults;
  for (const Together& writes : found->second) {
    bool any = false;
    std::string missing;
    for (const auto& [cell, token] : writes) {
      const Tokens shown = visible(cell);
      any = any || shown.contains(token);
      if (!below(shown).contains(token) && !out_.contains(token)) missing = token;
    }
    if (any && !missing.empty()) faults.push_back(missing + " is torn from its transaction");
  }
  return faults;
}

std::vector<std::string> Oracle::check_forward(const CellName& name, const Tokens& before,
                                               const Tokens& now) const {
  std::vector<std::string> faults;
  const Tokens under = below(now);
  const auto found = cells_.find(name);
  for (const std::string& token : before) {
    if (under.contains(token) || was_out(token)) continue;
    const bool taken_out = found != cells_.end() && found->second.removals.contains(token);
    if (!taken_out) faults.push_back(token + " was visible here and is gone");
  }
  return faults;
}

}  // namespace mq::sim
