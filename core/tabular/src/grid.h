// Grid: the rows read so far, and the one place where the limits on cells are kept.
//
// Both readers put their cells here; what it holds never grows beyond Limits, however small the
// file that asks for it (a short shared string named a million times, one cell far to the right
// in every row).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

// The widest sheet any office program makes; what lies beyond is no table, even if empty.
inline constexpr std::size_t kWidestSheet = 16'384;

// "A" for 0, "AB" for 27: how people name columns.
std::string column_name(std::size_t column);

class Grid {
 public:
  explicit Grid(const Limits& limits) : limits_(limits) {}

  // Starts a row; an empty one before it is dropped.
  Status begin_row(std::size_t line);
  Status put(std::size_t column, std::string_view text);
  Status end_row();
  std::vector<Row> take() { return std::move(rows_); }

 private:
  Status check_room(std::size_t column, std::string_view text) const;

  const Limits& limits_;
  std::vector<Row> rows_;
  Row row_;
  std::size_t cells_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace mq::tabular
