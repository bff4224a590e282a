#include "frame.h"
#include "fuzz/seeds.h"
#include "seal/transactions.h"

namespace mq::fuzz {

// As the entry reads them: whether packed, then the content of a frame after its context.
std::vector<Bytes> seeds() {
  testing::SimRandom random(3);
  const model::Context before{{DeviceId{{1}}, 1, 1, {}}};
  std::vector<Bytes> out;
  for (int i = 0; i < 24; ++i) {
    const bool packed = i % 2 == 1;
    const auto transactions = i < 4 ? std::vector{testing::visit(3, "敲门无人，年底回。")}
                                    : testing::some_transactions(random, before);
    const auto frame = seal::encode_frame(transactions, before, {i % 3 == 0, packed});
    MQ_ASSERT(frame.ok());
    Bytes input = {static_cast<std::uint8_t>(packed)};
    const Bytes content = frame->joined();
    input.insert(input.end(), content.begin(), content.end());
    out.push_back(std::move(input));
  }
  return out;
}

}  // namespace mq::fuzz
