#include "mq/vault/placed_row.h"

#include <algorithm>
#include <tuple>

namespace mq::vault {

namespace {

bool named(const std::vector<PlacedRow>& rows, const PlacedRow& one) {
  return std::ranges::find(rows, std::optional(one.stream), &PlacedRow::moved_to) != rows.end();
}

// Moved there and back apart: each row says another.
bool in_a_ring(const std::vector<PlacedRow>& rows) {
  return rows.size() > 1 && std::ranges::all_of(rows, [&](const PlacedRow& one) {
           return one.moved_to &&
                  std::ranges::find(rows, *one.moved_to, &PlacedRow::stream) != rows.end();
         });
}

std::size_t first(const std::vector<PlacedRow>& rows) {
  return static_cast<std::size_t>(std::ranges::min_element(rows, {}, &PlacedRow::stream) -
                                  rows.begin());
}

}  // namespace

std::optional<std::size_t> counted_row(const std::vector<PlacedRow>& rows) {
  const auto rank = [&](std::size_t k) { return std::pair(!named(rows, rows[k]), rows[k].stream); };
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k].deleted || rows[k].moved) continue;
    if (!best || rank(k) < rank(*best)) best = k;
  }
  return !best && in_a_ring(rows) ? first(rows) : best;
}

std::size_t row_to_read(const std::vector<PlacedRow>& rows) {
  if (const auto counted = counted_row(rows)) return *counted;
  const auto rank = [](const PlacedRow& one) {
    return std::tuple(one.moved, one.deleted, one.stream);
  };
  return static_cast<std::size_t>(std::ranges::min_element(rows, {}, rank) - rows.begin());
}

}  // namespace mq::vault
