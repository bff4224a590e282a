// Segment: the plaintext of an envelope, whole transactions of one stream (PROTOCOL section 4).
//
// u32 length ‖ zstd frame ‖ zeros to max(64 B, Padmé), in diary streams to the next KiB. Decoding is
// bounded before it allocates (1 MiB) and strict: one list of transactions has one canonical frame
// content; anything else is kCorrupt. The byte form stands in core/seal/FORMAT.md.
#pragma once

#include <vector>

#include "mq/base/result.h"
#include "mq/model/op.h"

namespace mq::seal {

inline constexpr std::size_t kSegmentPlainMax = 1u << 20;
inline constexpr std::size_t kSegmentTarget = 12'288;  // compressed bytes aimed at, 4–16 KiB

struct SegmentOptions {
  bool whole_context = false;  // the first and every 64th envelope of a chain
  bool diary = false;          // padded to KiB
};

// running: the context at the end of the chain's previous envelope (ignored when whole_context).
// Returns the padded plaintext. kExhausted if it cannot fit an envelope.
Result<Bytes> encode_segment(const std::vector<model::Transaction>& transactions,
                             const model::Context& running, const SegmentOptions& options);
// Gives whole contexts back; `running` becomes the context at its end.
Result<std::vector<model::Transaction>> decode_segment(ByteView plaintext, model::Context& running);

}  // namespace mq::seal
