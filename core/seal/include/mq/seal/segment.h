// Segment: the plaintext of an envelope, whole transactions of one stream (PROTOCOL section 4).
//
// u32 length ‖ zstd frame ‖ zeros to max(64 B, Padmé), in diary streams to the next KiB. Decoding
// is bounded before it allocates (1 MiB) and strict: one list of transactions has one canonical
// frame content; anything else is kCorrupt. The byte form stands in core/seal/FORMAT.md.
#pragma once

#include <vector>

#include "mq/base/result.h"
#include "mq/model/op.h"

namespace mq::seal {

inline constexpr std::size_t kSegmentPlainMax = 1u << 20;
// Plaintext bytes aimed at: a step of Padmé (15 KiB in diary streams), so that little is padding,
// and the envelope still fits an exchange message of 16 KiB on a weak link.
inline constexpr std::size_t kSegmentTarget = 15'872;
inline constexpr std::size_t kDiarySegmentTarget = 15'360;

struct SegmentOptions {
  bool whole_context = false;  // the first and every 64th envelope of a chain
  bool diary = false;          // padded to KiB
};

// running: the context at the end of the chain's previous envelope (ignored when whole_context).
// Returns the padded plaintext. kExhausted if it cannot fit an envelope.
Result<Bytes> encode_segment(const std::vector<model::Transaction>& transactions,
                             const model::Context& running, const SegmentOptions& options);
// The first transactions, as many as come near the target and at least one.
struct FittedSegment {
  Bytes plaintext;
  std::size_t count = 0;
};
Result<FittedSegment> fit_segment(const std::vector<model::Transaction>& transactions,
                                  const model::Context& running, const SegmentOptions& options);
// kUnsupported: written by a newer version. Gives whole contexts back; `running` becomes the
// context at its end.
Result<std::vector<model::Transaction>> decode_segment(ByteView plaintext, model::Context& running);

}  // namespace mq::seal
