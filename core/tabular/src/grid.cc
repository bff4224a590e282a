#include "grid.h"

#include "mq/base/text.h"

namespace mq::tabular {

std::string column_name(std::size_t column) {
  std::string name;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return name;
}

Status Grid::begin_row(std::size_t line) {
  MQ_CHECK(end_row());
  row_.line = line;
  return {};
}

Status Grid::check_room(std::size_t column, std::string_view text) const {
  const std::size_t line = row_.line;
  const std::size_t widest = text.empty() ? kWidestSheet : limits_.columns_max;
  if (column >= widest) {
    return Error{Code::kInvalidInput,
                 cat("第 ", line, " 行的列数超过 ", widest, " 列，不像一张表，请检查这一行。"),
                 cat("Line ", line, " has more than ", widest, " columns; check this line.")};
  }
  if (text.size() > limits_.cell_bytes_max) {
    return Error{
        Code::kExhausted,
        cat("第 ", line, " 行 ", column_name(column), " 列的一格超过上限 ", limits_.cell_bytes_max,
            " 字节，请检查是否缺了引号或换行。"),
        cat("Line ", line, " column ", column_name(column), ": a cell exceeds the limit of ",
            limits_.cell_bytes_max, " bytes; a quote or line end may be missing.")};
  }
  if (text.size() > limits_.unpacked_bytes_max - text_bytes_) {
    return Error{Code::kExhausted,
                 cat("读到第 ", line, " 行，全表文字超过上限 ", limits_.unpacked_bytes_max,
                     " 字节，请把表拆成几份。"),
                 cat("At line ", line, " the text of the table exceeds the limit of ",
                     limits_.unpacked_bytes_max, " bytes; split the table.")};
  }
  return {};
}

Status Grid::put(std::size_t column, std::string_view text) {
  MQ_CHECK(check_room(column, text));
  if (text.empty()) return {};
  text_bytes_ += text.size();
  if (column < row_.cells.size()) {
    row_.cells[column] = text;
    return {};
  }
  const std::size_t more = column + 1 - row_.cells.size();
  if (more > limits_.cells_max - cells_) {
    return Error{Code::kExhausted,
                 cat("读到第 ", row_.line, " 行，格子数超过上限 ", limits_.cells_max,
                     " 个，请把表拆成几份。"),
                 cat("At line ", row_.line, " the table exceeds the limit of ", limits_.cells_max,
                     " cells; split it.")};
  }
  cells_ += more;
  row_.cells.resize(column);
  row_.cells.emplace_back(text);
  return {};
}

Status Grid::end_row() {
  if (row_.cells.empty()) return {};
  if (rows_.size() >= limits_.rows_max) {
    return Error{
        Code::kExhausted,
        cat("读到第 ", row_.line, " 行，超过上限 ", limits_.rows_max, " 行，请把表拆成几份。"),
        cat("At line ", row_.line, " the table exceeds the limit of ", limits_.rows_max,
            " rows; split it.")};
  }
  // Copied to its size; row_ keeps its room for the next.
  rows_.push_back({row_.line, std::vector<std::string>(std::move_iterator(row_.cells.begin()),
                                                       std::move_iterator(row_.cells.end()))});
  row_.cells.clear();
  return {};
}

}  // namespace mq::tabular
