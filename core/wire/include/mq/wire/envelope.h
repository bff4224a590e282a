// Envelope: one sealed segment as devices and server both see it (PROTOCOL section 4).
//
// Parsing is strict: one envelope has one byte form, and a wrong length, version or flag is an
// error. Nothing here opens the ciphertext.
#pragma once

#include <cstdint>

#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/wire/crypto.h"

namespace mq::wire {

enum class EnvelopeKind : std::uint8_t { kSegment = 1, kManifest = 2, kStatement = 3, kDrop = 4 };

inline constexpr std::size_t kHeaderBytes = 132;
inline constexpr std::size_t kEnvelopeBytesMax = 65'536;  // header, ciphertext and signature
// A whole envelope is then never as long as a pruned one; suite 1 makes 80 at least.
inline constexpr std::uint32_t kCiphertextBytesMin = 33;
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::uint8_t kSuite1 = 1;

struct EnvelopeHeader {
  std::uint8_t version = kVersion;
  std::uint8_t suite = kSuite1;
  std::uint8_t kind = 1;  // an EnvelopeKind, or a newer one
  std::uint8_t flags = 0;
  StreamId stream;
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint32_t epoch = 0;
  std::uint64_t seq = 0;  // from 1
  Hash prev;  // env_hash before it; at seq 1 the last of the earlier incarnation, or zeros
  std::uint32_t control_seq = 0;
  Hash control_head;
  std::array<std::uint8_t, 8> salt{};
  std::uint32_t ct_bytes = 0;

  bool operator==(const EnvelopeHeader&) const = default;
  std::array<std::uint8_t, kHeaderBytes> encode() const;
  // kInvalidInput: not 132 bytes, flags set in version 1, seq 0, ct_bytes < 33. Other versions:
  // kUnsupported.
  static Result<EnvelopeHeader> parse(ByteView bytes);
};

// ct is empty in a pruned envelope; ct_hash always stands.
struct Envelope {
  EnvelopeHeader header;
  Bytes ct;
  Hash ct_hash;
  Signature signature;

  bool pruned() const { return ct.empty(); }
  // H("mq/e1" ‖ header ‖ ct_hash): the name of the envelope for ever.
  Hash hash() const;
  std::size_t bytes() const { return kHeaderBytes + ct.size() + 64; }
};

// H("mq/c1" ‖ ct).
Hash ciphertext_hash(ByteView ct);
// Signs a sealed segment; header.ct_bytes is set from ct.
Envelope sign_envelope(EnvelopeHeader header, Bytes ct, const SigningKey& key);
// Signature "mq/s1" over env_hash, and that ct fits its length.
bool verify_envelope(const Envelope& envelope, const VerifyKey& key);

// For files and databases: header ‖ signature ‖ ct, or pruned header ‖ ct_hash ‖ signature (228 B).
// parse refuses what encode cannot have made and computes ct_hash; it does not check the signature.
Bytes encode_envelope(const Envelope& envelope);
Result<Envelope> parse_envelope(ByteView bytes);

// One device's line of envelopes in a stream since an install or a restore.
struct ChainId {
  StreamId stream;
  DeviceId device;
  std::uint32_t incarnation = 0;
  auto operator<=>(const ChainId&) const = default;
};
inline ChainId chain_of(const EnvelopeHeader& h) { return {h.stream, h.device, h.incarnation}; }

}  // namespace mq::wire
