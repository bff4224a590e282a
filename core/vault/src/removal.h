// What a removal from a set says: which added elements it takes out.
//
// A dot alone is not enough. Two homes that go on from one copy write different things under one
// dot (device, incarnation, n, i) until both know of each other, and an author who held both lines
// would take out both while he meant one. So each name also carries the element's own tag.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "lines.h"
#include "mq/base/bytes.h"
#include "row_state.h"

namespace mq::vault {

// H("mq/el1" ‖ value), first 4 bytes.
ElementTag element_tag(ByteView value);

struct NamedElement {
  ChainName chain;
  std::uint64_t n = 0;
  std::uint32_t i = 0;
  ElementTag tag{};
  auto operator<=>(const NamedElement&) const = default;
};

// The value of a kRemove op: each name is device 16 ‖ u32 incarnation ‖ varint n ‖ varint i ‖
// tag 4. Written in order; nothing if the bytes are anything else.
Bytes encode_removal(const std::vector<NamedElement>& elements);
std::optional<std::vector<NamedElement>> decode_removal(ByteView bytes);

}  // namespace mq::vault
