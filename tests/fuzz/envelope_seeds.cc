#include "fuzz/seeds.h"
#include "mq/wire/envelope.h"

namespace mq::fuzz {

std::vector<Bytes> seeds() {
  const auto key = wire::SigningKey::from_seed(Key32{});
  std::vector<Bytes> out;
  for (const std::size_t size : {33u, 64u, 1000u}) {
    wire::EnvelopeHeader header;
    header.stream.data.fill(0x11);
    header.device.data.fill(0x22);
    header.seq = size;
    wire::Envelope envelope = wire::sign_envelope(header, Bytes(size, 0x5a), key);
    out.push_back(wire::encode_envelope(envelope));
    envelope.ct.clear();
    out.push_back(wire::encode_envelope(envelope));
  }
  return out;
}

}  // namespace mq::fuzz
