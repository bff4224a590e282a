// Any bytes as a padded plaintext, compressed part included: bounded, and never a crash.
#include "compress.h"
#include "mq/seal/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 65'536) return 0;
  const mq::ByteView bytes(data, size);
  const auto opened = mq::seal::decompress(bytes, {}, mq::seal::kSegmentPlainMax);
  if (opened.ok() && opened->size() > mq::seal::kSegmentPlainMax) __builtin_trap();
  mq::model::Context running;
  (void)mq::seal::decode_segment(bytes, running);
  // The same bytes as the body of a well-formed plaintext, so that the fuzzer need not find
  // padding.
  mq::ByteWriter out;
  out.integer(static_cast<std::uint32_t>(size));
  out.raw(bytes);
  mq::Bytes plain = out.take();
  plain.resize((plain.size() + 1023) / 1024 * 1024);
  (void)mq::seal::decode_segment(plain, running);
  return 0;
}
