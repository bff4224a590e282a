// Any bytes as the inside of a bundle that is sealed to this desk. Once as they stand, once with
// the hashes of its records mended, so that chance reaches what lies behind them. Nothing but a
// code comes of it, and the vault stays whole.
#include <cstdlib>

#include "fuzz/bundle_world.h"

namespace {

void import(mq::fuzz::BundleTownship& town, mq::ByteView records) {
  const auto& keys = town.desk.keyring().identity()->box;
  const auto file = mq::seal::age_encrypt({keys.public_key()}, records, town.world.random);
  if (!file.ok()) std::abort();
  const auto taken = mq::sync::import_bundle(*file, mq::testing::home_of(town.desk));
  if (taken.ok() && taken->merged > taken->envelopes) std::abort();
}

mq::Bytes mended(mq::ByteView records) {
  mq::sync::BundleWriter writer;
  mq::ByteReader reader(records);
  reader.raw(9);
  while (reader.left() > 0) {
    const auto kind = reader.integer<std::uint8_t>();
    const auto size = reader.integer<std::uint32_t>();
    const mq::ByteView bytes = reader.raw(std::min<std::size_t>(size, reader.left()));
    writer.add(static_cast<mq::sync::BundleKind>(kind), bytes);
    reader.raw(std::min<std::size_t>(16, reader.left()));
  }
  return writer.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static mq::fuzz::BundleTownship town;
  static std::uint64_t runs = 0;
  import(town, {data, size});
  import(town, mended({data, size}));
  if (++runs % 500 != 0) return 0;
  const auto faults = town.desk.vault().verify();
  if (!faults.ok() || !faults->empty()) std::abort();
  return 0;
}
