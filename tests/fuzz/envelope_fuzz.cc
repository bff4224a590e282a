// Fuzzes parse_envelope: whatever is accepted encodes back to the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mq/wire/envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mq::ByteView bytes(data, size);
  const auto envelope = mq::wire::parse_envelope(bytes);
  if (!envelope.ok()) return 0;
  if (!std::ranges::equal(mq::wire::encode_envelope(*envelope), bytes)) std::abort();
  if (!envelope->pruned() && envelope->ct.size() != envelope->header.ct_bytes) std::abort();
  return 0;
}
