// The payload of an age file: STREAM over ChaCha20-Poly1305, 64 KiB a chunk, the last one marked.
// Internal to age.cc.
#pragma once

#include "mq/base/bytes.h"
#include "mq/base/secret.h"
#include "mq/seal/age.h"

namespace mq::seal {

inline constexpr std::size_t kAgeChunkBytes = 65'536;
inline constexpr std::size_t kAgeTagBytes = 16;

// Appends the chunks to `out`; nothing to say is one empty chunk.
void age_stream_seal(const Key32& key, ByteView plain, Bytes& out);
// The chunks up to the first that does not open; whole if that one was past the marked last.
AgePlain age_stream_open(const Key32& key, ByteView chunks);
// How many bytes such a payload holds at most.
std::size_t age_plain_bytes(std::size_t payload_bytes);

}  // namespace mq::seal
