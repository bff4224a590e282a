#include "fuzz/seeds.h"
#include "mq/seal/segment.h"
#include "seal/transactions.h"

namespace mq::fuzz {

// Padded plaintexts as they stand in envelopes, and the compressed part alone.
std::vector<Bytes> seeds() {
  testing::SimRandom random(5);
  std::vector<Bytes> out;
  for (int i = 0; i < 12; ++i) {
    const auto transactions = i < 4 ? std::vector{testing::visit(3, "敲门无人，年底回。")}
                                    : testing::some_transactions(random, {});
    const auto plain = seal::encode_segment(transactions, {}, {i % 2 == 0, i % 3 == 0});
    MQ_ASSERT(plain.ok());
    ByteReader in(*plain);
    const auto size = in.integer<std::uint32_t>();
    out.push_back(to_bytes(in.raw(size)));
    out.push_back(*plain);
  }
  return out;
}

}  // namespace mq::fuzz
