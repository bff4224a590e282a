#include "age_stream.h"

#include <sodium.h>

#include <algorithm>

namespace mq::seal {
namespace {

using ChunkNonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

// 11 bytes of counter, big-endian, then whether it is the last.
ChunkNonce nonce_of(std::uint64_t counter, bool last) {
  ChunkNonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
  }
  nonce[11] = last ? 1 : 0;
  return nonce;
}

bool open_chunk(const Key32& key, ByteView chunk, const ChunkNonce& nonce, Bytes& out) {
  if (chunk.size() < kAgeTagBytes) return false;
  const std::size_t before = out.size();
  out.resize(before + chunk.size() - kAgeTagBytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data() + before, nullptr, nullptr, chunk.data(),
                                                chunk.size(), nullptr, 0, nonce.data(),
                                                key.view().data()) == 0) {
    return true;
  }
  out.resize(before);
  return false;
}

}  // namespace

void age_stream_seal(const Key32& key, ByteView plain, Bytes& out) {
  for (std::uint64_t counter = 0;; ++counter) {
    const std::size_t size = std::min(plain.size(), kAgeChunkBytes);
    const bool last = size == plain.size();
    const ChunkNonce nonce = nonce_of(counter, last);
    const std::size_t before = out.size();
    out.resize(before + size + kAgeTagBytes);
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + before, nullptr, plain.data(), size,
                                              nullptr, 0, nullptr, nonce.data(), key.view().data());
    plain = plain.subspan(size);
    if (last) return;
  }
}

AgePlain age_stream_open(const Key32& key, ByteView chunks) {
  AgePlain out;
  out.bytes.reserve(age_plain_bytes(chunks.size()));
  for (std::uint64_t counter = 0;; ++counter) {
    const ByteView chunk = chunks.first(std::min(chunks.size(), kAgeChunkBytes + kAgeTagBytes));
    chunks = chunks.subspan(chunk.size());
    // A last chunk without content stands only where there is no other.
    if (counter > 0 && chunk.size() <= kAgeTagBytes) return out;
    // A last chunk may be full, so a chunk with nothing behind it is tried as what it should be.
    const bool last = chunks.empty();
    if (!open_chunk(key, chunk, nonce_of(counter, last), out.bytes)) {
      // Cut behind a whole chunk, or something stands behind the last: the chunk itself is good.
      const bool full = chunk.size() == kAgeChunkBytes + kAgeTagBytes;
      if (full) open_chunk(key, chunk, nonce_of(counter, !last), out.bytes);
      return out;
    }
    if (!last) continue;
    out.whole = true;
    return out;
  }
}

std::size_t age_plain_bytes(std::size_t payload_bytes) {
  const std::size_t chunk = kAgeChunkBytes + kAgeTagBytes;
  const std::size_t chunks = (payload_bytes + chunk - 1) / chunk;
  return payload_bytes - std::min(payload_bytes, chunks * kAgeTagBytes);
}

}  // namespace mq::seal
