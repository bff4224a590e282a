#include "county_root.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/wire/code_text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kFileBytesMax = 4096;
constexpr std::size_t kCheckBytes = 13;
constexpr std::size_t kGroup = 5;
constexpr std::string_view kCountyLine = "县: ";
constexpr wire::CodeName kRootName{"县根密钥", "county root"};
constexpr wire::CodeName kCardName{"县卡", "county card"};

using Checked = Secret<Key32::kSize + kCheckBytes>;

// key ‖ the beginning of H(label ‖ key ‖ name).
Checked checked(std::string_view label, ByteView key, std::string_view name) {
  const Hash check = wire::hash(label, {key, view_of(name)});
  Checked out;
  std::copy(key.begin(), key.end(), out.writable().begin());
  std::copy_n(check.data.begin(), kCheckBytes, out.writable().begin() + Key32::kSize);
  return out;
}

Result<Key32> read_checked(std::string_view text, const wire::CodeName& name,
                           std::string_view label, std::string_view about) {
  Checked read;
  MQ_CHECK(wire::decode_lines(text, name, read.writable()));
  const ByteView key = read.view().first(Key32::kSize);
  if (checked(label, key, about) == read) return Key32(key.first<Key32::kSize>());
  return wire::unusable_code(name, "各行合起来对不上,或名称被改过",
                             "its lines do not go together, or its name was changed");
}

Result<wire::SigningKey> root_in(std::string_view text) {
  std::optional<Bytes> seed = from_hex(trimmed(text));
  if (seed && seed->size() == Key32::kSize) {
    Key32 key(ByteView(*seed).first<Key32::kSize>());
    wipe(*seed);
    return wire::SigningKey::from_seed(std::move(key));
  }
  MQ_TRY(Key32 key, read_checked(text, kRootName, "mq/cs1", ""));
  return wire::SigningKey::from_seed(std::move(key));
}

std::string county_in(std::string_view text) {
  for (const std::string& line : split(text, "\n")) {
    if (line.starts_with(kCountyLine)) return std::string(trimmed(line.substr(kCountyLine.size())));
  }
  return {};
}

}  // namespace

std::string root_lines(const Key32& seed) {
  return wire::encode_lines(checked("mq/cs1", seed.view(), "").view(), kGroup);
}

Result<wire::SigningKey> read_county_root(Call& call, const std::string& path) {
  MQ_TRY(Bytes file, call.world.files.read(path, kFileBytesMax));
  auto root = root_in(text_of(file));
  wipe(file);
  return root;
}

Status write_county_root(Call& call, const std::string& path, const wire::SigningKey& root) {
  if (call.world.files.exists(path)) return {};
  std::string text = cat(to_hex(root.seed().view()), "\n");
  Status written = call.world.files.replace(path, view_of(text));
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return written;
}

std::string card_text(const CountyCard& card) {
  return cat("民情县卡\n", kCountyLine, card.county, "\n",
             wire::encode_lines(checked("mq/cc1", card.root.view(), card.county).view(), kGroup));
}

Result<CountyCard> read_county_card(Call& call, const std::string& path) {
  MQ_TRY(const Bytes file, call.world.files.read(path, kFileBytesMax));
  const std::string county = county_in(text_of(file));
  MQ_TRY(const Key32 key, read_checked(text_of(file), kCardName, "mq/cc1", county));
  const auto root = VerifyKey::from(key.view());
  MQ_ASSERT(root.has_value());
  return CountyCard{county, *root};
}

std::string key_number(const VerifyKey& key) { return to_hex(key.view().first(4)); }

}  // namespace mq::cli
