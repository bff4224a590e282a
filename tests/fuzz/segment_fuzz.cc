// Any bytes as the content of a frame: never a crash, never more memory than the bounds allow, and
// what is accepted can be written again and reads the same.
#include <cstdlib>

#include "frame.h"
#include "mq/seal/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > mq::seal::kSegmentPlainMax) return 0;
  const bool packed = (data[0] & 1) != 0;
  const mq::ByteView content(data + 1, size - 1);
  const mq::model::Context before{{mq::DeviceId{{1}}, 1, 1, {}}};
  mq::model::Context running = before;
  const auto decoded = mq::seal::decode_frame(content, packed, running);
  if (!decoded.ok()) return running == before ? 0 : (std::abort(), 0);
  if (running != decoded->back().context) std::abort();
  const auto again = mq::seal::encode_frame(*decoded, before, {false, packed});
  if (!again.ok()) std::abort();
  mq::model::Context replayed = before;
  const auto same = mq::seal::decode_frame(again->joined(), packed, replayed);
  if (!same.ok() || *same != *decoded) std::abort();
  return 0;
}
