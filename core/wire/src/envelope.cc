#include "mq/wire/envelope.h"

#include "mq/base/text.h"

namespace mq::wire {

namespace {

constexpr std::size_t kPrunedBytes = kHeaderBytes + Hash::kSize + Signature::kSize;

Error malformed(std::string_view zh, std::string_view en) {
  return {Code::kInvalidInput, cat("读取信封失败:", zh, "。请让发来的一方重新发送。"),
          cat("cannot read an envelope: ", en, "; ask the sender to send it again")};
}

class Fixed {
 public:
  explicit Fixed(std::uint8_t* to) : to_(to) {}
  template <class Integer>
  void integer(Integer value) {
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      *to_++ = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
  void raw(ByteView bytes) {
    std::memcpy(to_, bytes.data(), bytes.size());
    to_ += bytes.size();
  }

 private:
  std::uint8_t* to_;
};

EnvelopeHeader read_fields(ByteReader& in) {
  EnvelopeHeader h;
  h.version = in.integer<std::uint8_t>();
  h.suite = in.integer<std::uint8_t>();
  h.kind = in.integer<std::uint8_t>();
  h.flags = in.integer<std::uint8_t>();
  h.stream.data = in.array<16>();
  h.device.data = in.array<16>();
  h.incarnation = in.integer<std::uint32_t>();
  h.epoch = in.integer<std::uint32_t>();
  h.seq = in.integer<std::uint64_t>();
  h.prev.data = in.array<32>();
  h.control_seq = in.integer<std::uint32_t>();
  h.control_head.data = in.array<32>();
  h.salt = in.array<8>();
  h.ct_bytes = in.integer<std::uint32_t>();
  return h;
}

}  // namespace

std::array<std::uint8_t, kHeaderBytes> EnvelopeHeader::encode() const {
  std::array<std::uint8_t, kHeaderBytes> bytes{};
  Fixed out(bytes.data());
  out.integer(version);
  out.integer(suite);
  out.integer(kind);
  out.integer(flags);
  out.raw(stream.data);
  out.raw(device.data);
  out.integer(incarnation);
  out.integer(epoch);
  out.integer(seq);
  out.raw(prev.data);
  out.integer(control_seq);
  out.raw(control_head.data);
  out.raw(salt);
  out.integer(ct_bytes);
  return bytes;
}

Result<EnvelopeHeader> EnvelopeHeader::parse(ByteView bytes) {
  if (bytes.size() != kHeaderBytes)
    return malformed("信头不是 132 字节", "its header is not 132 bytes");
  ByteReader in(bytes);
  const EnvelopeHeader h = read_fields(in);
  if (h.version != kVersion) {
    return Error{Code::kUnsupported,
                 cat("读取信封失败:版本 ", h.version, " 比本程序新。请先升级本程序,数据不会丢。"),
                 cat("cannot read an envelope: its version ", h.version,
                     " is newer than this program; upgrade first, nothing is lost")};
  }
  if (h.flags != 0) return malformed("标志位不是 0", "its flags are not 0");
  if (h.seq == 0) return malformed("序号是 0", "its seq is 0");
  if (h.ct_bytes < kCiphertextBytesMin) return malformed("密文太短", "its ciphertext is too short");
  return h;
}

Hash Envelope::hash() const {
  const auto bytes = header.encode();
  return wire::hash("mq/e1", {bytes, ct_hash.view()});
}

Hash ciphertext_hash(ByteView ct) { return hash("mq/c1", {ct}); }

Envelope sign_envelope(EnvelopeHeader header, Bytes ct, const SigningKey& key) {
  Envelope out;
  header.ct_bytes = static_cast<std::uint32_t>(ct.size());
  out.header = header;
  out.ct = std::move(ct);
  out.ct_hash = ciphertext_hash(out.ct);
  out.signature = key.sign("mq/s1", out.hash().view());
  return out;
}

bool verify_envelope(const Envelope& envelope, const VerifyKey& key) {
  if (!envelope.pruned()) {
    if (envelope.ct.size() != envelope.header.ct_bytes) return false;
    if (ciphertext_hash(envelope.ct) != envelope.ct_hash) return false;
  }
  return verify(key, "mq/s1", envelope.hash().view(), envelope.signature);
}

Bytes encode_envelope(const Envelope& envelope) {
  ByteWriter out;
  out.raw(envelope.header.encode());
  if (envelope.pruned()) out.raw(envelope.ct_hash.data);
  out.raw(envelope.signature.data);
  out.raw(envelope.ct);
  return out.take();
}

Result<Envelope> parse_envelope(ByteView bytes) {
  if (bytes.size() < kPrunedBytes) return malformed("长度不足", "it is too short");
  if (bytes.size() > kEnvelopeBytesMax) return malformed("超过 64 KiB", "it is larger than 64 KiB");
  MQ_TRY(const EnvelopeHeader header, EnvelopeHeader::parse(bytes.first(kHeaderBytes)));
  ByteReader in(bytes.subspan(kHeaderBytes));
  const bool pruned = bytes.size() == kPrunedBytes;  // a whole one has 229 at least
  Envelope out;
  out.header = header;
  if (pruned) out.ct_hash.data = in.array<32>();
  out.signature.data = in.array<64>();
  if (!pruned) {
    out.ct = to_bytes(in.raw(header.ct_bytes));
    out.ct_hash = ciphertext_hash(out.ct);
  }
  if (!in.done()) return malformed("密文长度不符", "its ciphertext is not as long as it says");
  return out;
}

}  // namespace mq::wire
