// Zstandard behind one door: a frame without its magic number, bounded on the way back.
#pragma once

#include "frame.h"
#include "mq/base/result.h"

namespace mq::seal {

// The frame's areas in blocks of their own where that is shorter. `prefix` may be empty.
Bytes compress(const Frame& frame, ByteView prefix);
// kCorrupt: not exactly one zstd frame, or more than bytes_max.
Result<Bytes> decompress(ByteView compressed, ByteView prefix, std::size_t bytes_max);

}  // namespace mq::seal
