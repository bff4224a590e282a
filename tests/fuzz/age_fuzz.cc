// Any bytes as an age file: never a crash, never more than the bound; a header that is accepted
// has one text, and what opens can be sealed again and reads the same.
#include <algorithm>
#include <cstdlib>

#include "age_header.h"
#include "fuzz/age_keys.h"
#include "mq/seal/age.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mq::ByteView file(data, size);
  if (const auto parsed = mq::seal::parse_age_header(file); parsed.ok()) {
    const std::string again = mq::seal::age_header_text(parsed->header.stanzas) +
                              mq::seal::age_mac_line(parsed->header.mac);
    if (!std::ranges::equal(mq::view_of(again), file.first(parsed->bytes))) std::abort();
  }
  const auto keys = mq::fuzz::age_keys();
  const auto plain = mq::seal::age_open(keys, file, 1 << 20);
  if (!plain.ok()) return 0;
  if (plain->bytes.size() > size) std::abort();
  mq::testing::SimRandom random(7);
  const auto again = mq::seal::age_encrypt({keys.public_key()}, plain->bytes, random);
  const auto same = mq::seal::age_decrypt(keys, *again, 1 << 20);
  if (!same.ok() || *same != plain->bytes) std::abort();
  return 0;
}
