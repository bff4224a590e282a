#include "mq/seal/sealing.h"

#include "mq/seal/box.h"
#include "mq/vault/aead.h"

namespace mq::seal {
namespace {

constexpr std::size_t kSaltAt = 120;  // of the 132 bytes: salt 8, ct_len 4 stand last
constexpr std::size_t kSaltBytes = 8;

vault::Nonce nonce_of(ByteView header) {
  vault::Nonce nonce{};
  wire::hash_into(nonce, {}, "mq/n1", {header});
  return nonce;
}

}  // namespace

wire::Envelope seal_envelope(wire::EnvelopeHeader header, ByteView padded, const Key32& stream_key,
                             const wire::SigningKey& sign, Random& random) {
  header.salt = {};
  header.ct_bytes = static_cast<std::uint32_t>(padded.size() + vault::kTagBytes);
  std::array<std::uint8_t, 32> chance{};
  random.fill(chance);
  const auto unsalted = header.encode();
  const ByteView before = ByteView(unsalted).first(kSaltAt);
  const ByteView after = ByteView(unsalted).subspan(kSaltAt + kSaltBytes);
  const Key32 salt_key = subkey(stream_key, Use::kSalt, header.stream, header.epoch);
  wire::hash_into(header.salt, salt_key.view(), "", {chance, before, after, padded});
  const auto bytes = header.encode();
  Bytes ct = vault::seal(subkey(stream_key, Use::kEnvelope, header.stream, header.epoch),
                         nonce_of(bytes), bytes, padded);
  return wire::sign_envelope(header, std::move(ct), sign);
}

Result<Bytes> open_envelope(const wire::Envelope& envelope, const Key32& stream_key) {
  const wire::EnvelopeHeader& header = envelope.header;
  if (header.suite != wire::kSuite1) {
    return Error{Code::kUnsupported, "这个信封用了较新的算法,已留存,请更新程序",
                 "the envelope uses a newer suite; it is kept, update the program"};
  }
  if (envelope.pruned()) {
    return Error{Code::kNotFound, "这个信封的正文已按规定清除,只剩签名的外壳",
                 "the body of the envelope was pruned; only its signed header is left"};
  }
  const auto bytes = header.encode();
  auto padded = vault::open(subkey(stream_key, Use::kEnvelope, header.stream, header.epoch),
                            nonce_of(bytes), bytes, envelope.ct);
  if (padded.ok()) return padded;
  return Error{Code::kCorrupt, "信封打不开:密钥不符或内容已损坏,已留存不用",
               "the envelope does not open: another key, or damaged; it is kept aside"};
}

}  // namespace mq::seal
