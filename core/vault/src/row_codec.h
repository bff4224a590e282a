// One row's RowState as the packed blob in column `meta` (SCHEMA.md, "meta").
//
// Heads share a table of transactions; a cell written like the one before it costs one byte. Line
// numbers are this device's own, so the blob never leaves it.
#pragma once

#include <optional>

#include "mq/base/result.h"
#include "row_state.h"

namespace mq::vault {

Bytes encode_row(const RowState& row);
// The same bytes for a row of one transaction with one head a cell; cells by key. The value stands
// in its column, or, of a set's member, here too.
struct FreshCell {
  CellKey key;
  std::uint32_t i = 0;
  const Bytes* member = nullptr;
};
struct FreshValue;
Bytes encode_fresh_row(const Stamp& stamp, std::span<const FreshValue> values);
// kCorrupt: bytes that encode_row cannot have made.
Result<RowState> decode_row(ByteView bytes);
// The stamp that all of a row carries, read without decoding it; nothing if that takes a closer
// look.
std::optional<Stamp> only_stamp(ByteView bytes);

void encode_entry(ByteWriter& out, const model::ContextEntry& entry);
model::ContextEntry decode_entry(ByteReader& in);

}  // namespace mq::vault
