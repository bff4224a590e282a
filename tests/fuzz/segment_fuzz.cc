// Any bytes as the content of a frame: never a crash, never more memory than the bounds allow, and
// what is accepted is exactly what the encoder writes.
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
  const bool whole = decoded->front().context != before;
  for (const bool guess : {whole, !whole}) {
    const auto again = mq::seal::encode_frame(*decoded, before, {guess, packed});
    if (!again.ok()) std::abort();
    const mq::Bytes joined = again->joined();
    if (joined.size() == content.size() &&
        std::equal(joined.begin(), joined.end(), content.begin()))
      return 0;
  }
  std::abort();
}
