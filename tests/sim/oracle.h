// Oracle: what must be visible in the end, kept beside the devices by plain bookkeeping.
//
// It knows nothing of merging. Every write is a token that occurs nowhere else, together with the
// tokens its author could see in that cell. A token must be visible unless somebody who had seen it
// wrote over it. What stood on one device alone when that device lost it is in doubt: it may come
// back or not. What the control log has taken out of force is told from outside: it counts for
// nothing as long as it is out.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mq/base/ids.h"

namespace mq::sim {

struct CellName {
  std::uint32_t entity = 0;
  RowId row;
  std::uint32_t field = 0;
  auto operator<=>(const CellName&) const = default;
};
using Tokens = std::set<std::string>;

class Oracle {
 public:
  // A value written by a device that could see `seen` in the cell.
  void wrote(int device, const CellName& cell, const std::string& token, const Tokens& seen);
  // An element taken out of a set by a device that could see it.
  void removed(int device, const CellName& cell, const std::string& token);
  // A row deleted by a device that could see these tokens in its cells.
  void deleted(int device, std::uint32_t entity, const RowId& row, const Tokens& seen);

  // Written in one transaction: seen together or not at all, but for what was written over since.
  using Together = std::vector<std::pair<CellName, std::string>>;
  void together(std::uint32_t entity, const RowId& row, const Together& writes);

  bool written_by(int device, const std::string& token) const;
  // nullptr: nobody wrote it.
  const CellName* place_of(const std::string& token) const;

  // Out of force for everybody but its author: neither shown nor written over anything. `ever`: at
  // some head of the log, or in one of several copies; by a decision it may come in force again,
  // and then stands beside what was written meanwhile.
  void take_out(const Tokens& out, const Tokens& ever);
  bool is_out(const std::string& token) const { return out_.contains(token); }
  bool was_out(const std::string& token) const { return ever_out_.contains(token); }
  // The device's right has ended somewhere: what it takes out of sets or deletes may count or not.
  void doubt(int device);

  // These stood unsealed in a home that now goes on a second time. Under a new incarnation they get
  // new numbers (PROTOCOL section 1), and nobody can have seen those: whoever wrote over the first
  // copy has not written over the second, which therefore rightly stands beside it.
  void may_come_again(const Tokens& tokens) { again_.insert(tokens.begin(), tokens.end()); }

  // Everything this device ever acknowledged is on the server, and on the device.
  void delivered(int device);
  // The device lost what it wrote since its clock of writes stood at `since`.
  void device_restored(int device, std::uint64_t since);
  // The server lost what was delivered; whoever holds it brings it back.
  void server_restored();
  std::uint64_t now() const { return time_; }

  // Faults as sentences; empty if all is well.
  std::vector<std::string> check_cell(const CellName& cell, const Tokens& visible) const;
  std::vector<std::string> check_deleted(std::uint32_t entity, const RowId& row,
                                         bool shown_deleted) const;
  // A transaction of this row of which one write shows and another neither shows nor lies under
  // what shows.
  std::vector<std::string> check_together(
      std::uint32_t entity, const RowId& row,
      const std::function<Tokens(const CellName&)>& visible) const;
  // Something visible before is neither visible nor written over by what is visible now.
  std::vector<std::string> check_forward(const CellName& cell, const Tokens& before,
                                         const Tokens& now) const;

 private:
  struct Write {
    int device = 0;
    std::uint64_t time = 0;
    bool certain = true;
    bool on_server = false;
    bool at_author = true;
  };
  struct Value : Write {
    Tokens seen;
  };
  struct Deletion : Write {
    Tokens covered;
  };
  struct Cell {
    std::map<std::string, Value> values;
    std::map<std::string, std::vector<Write>> removals;
  };
  using RowName = std::pair<std::uint32_t, RowId>;

  Write now_by(int device) { return {device, ++time_, true, false, true}; }
  Write act_by(int device);
  // Whether somebody in force had seen what had seen it, with only what is out between.
  bool under_what_is_out(const Cell& cell, const std::string& token) const;
  // Every token that the given ones wrote over, directly or not, themselves included.
  Tokens below(const Tokens& tokens) const;
  template <class Visit>
  void each(const Visit& visit);

  std::uint64_t time_ = 0;
  Tokens again_, out_, ever_out_;
  std::set<int> doubted_;
  std::map<CellName, Cell> cells_;
  std::map<std::string, CellName> place_;
  std::map<RowName, std::vector<Deletion>> deletions_;
  std::map<RowName, std::vector<Together>> together_;
};

}  // namespace mq::sim
