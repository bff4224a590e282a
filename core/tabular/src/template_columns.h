// Which columns of a blank are its table. A list of allowed values or a box of remarks beside it,
// divided from it by a column without a word, is none of it, unless it has headers of its own on
// the header's row.
#pragma once

#include <map>
#include <vector>

#include "cell_refs.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

class TableColumns {
 public:
  // Rows by their numbers; they must outlive. Headers are looked for on the first `within` of them.
  TableColumns(const std::map<std::size_t, const Row*>& lines, const std::vector<CellArea>& merges,
               std::size_t within);

  // begin <= column < end, without what stands aside between them.
  struct Part {
    std::size_t begin = 0, end = 0, width = 0;
    std::vector<bool> aside;
    bool holds(std::size_t column) const {
      return column >= begin && column < end && !(column < aside.size() && aside[column]);
    }
  };
  // With a header of one line or more there, of which the last is `bottom`.
  Part at(std::size_t line, std::size_t bottom) const;

 private:
  // Columns side by side of which each says something on some row.
  struct Block {
    std::size_t begin = 0, end = 0;
  };
  void take_blocks(const std::vector<CellArea>& merges);
  bool may_name(const Row& row, const Block& block) const;
  bool belongs(const Block& block, std::size_t line, std::size_t bottom) const;

  const std::map<std::size_t, const Row*>& lines_;
  std::vector<Block> blocks_;
  std::size_t main_ = 0;
};

}  // namespace mq::tabular
