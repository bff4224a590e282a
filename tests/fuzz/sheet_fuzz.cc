// Fuzzes read_sheet and Template: whatever the bytes are, they give rows or an error, within small
// limits; a blank that was filled can be read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "mq/tabular/template.h"

namespace {

void fill(const mq::Bytes& file, const mq::tabular::Limits& limits) {
  const auto blank = mq::tabular::Template::read(file, {.limits = limits});
  if (!blank.ok() || !blank->is_workbook()) return;
  const mq::tabular::FillLine line(blank->columns().size(),
                                   mq::tabular::FillCell{std::string("=1")});
  const auto filled = blank->workbook_with({line, line, line});
  if (filled.ok() && !mq::tabular::read_sheet(*filled).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mq::tabular::Limits limits;
  limits.file_bytes_max = 1u << 20;
  limits.unpacked_bytes_max = 4u << 20;
  limits.rows_max = 2'000;
  limits.columns_max = 64;
  limits.cell_bytes_max = 4u << 10;
  limits.cells_max = 20'000;
  const auto sheet = mq::tabular::read_sheet({data, size}, limits);
  fill({data, data + size}, limits);
  if (!sheet.ok()) return 0;
  std::size_t line = 0;
  for (const mq::tabular::Row& row : sheet->rows) {
    if (row.line <= line || row.cells.size() > limits.columns_max) std::abort();
    line = row.line;
    for (const std::string& cell : row.cells) {
      if (!mq::is_utf8(cell) || cell.size() > limits.cell_bytes_max) std::abort();
    }
  }
  return 0;
}
