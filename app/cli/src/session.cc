#include "session.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "mq/base/text.h"
#include "mq/wire/crypto.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNameBytes = 16;

// However the folder was typed, it is one home.
std::string whole_path(const std::string& folder) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(folder.c_str(), nullptr),
                                                          &std::free);
  return found ? std::string(found.get()) : folder;
}

std::string name_of(const std::string& folder) { return keyring_name("minqing:", folder); }

}  // namespace

std::string keyring_name(std::string_view prefix, const std::string& folder) {
  const std::string path = whole_path(folder);
  const Hash hash = wire::hash("mq/session", {view_of(path)});
  return cat(prefix, to_hex(hash.view().first(kNameBytes)));
}

SessionSecret keyring_secret(const Key32& key, std::uint32_t number) {
  SessionSecret out;
  const auto bytes = out.writable();
  std::ranges::copy(key.view(), bytes.begin());
  for (std::size_t i = 0; i < sizeof number; ++i) {
    bytes[Key32::kSize + i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return out;
}

Status open_session(SessionKeys& keys, const std::string& folder, const Key32& key,
                    std::chrono::minutes time) {
  const std::chrono::seconds seconds = time;
  return keys.keep(name_of(folder),
                   keyring_secret(key, static_cast<std::uint32_t>(seconds.count())), time);
}

std::optional<Key32> session_key(SessionKeys& keys, const std::string& folder, Renew renew) {
  const std::string name = name_of(folder);
  const std::optional<SessionSecret> kept = keys.get(name);
  if (!kept) return std::nullopt;
  ByteReader in(kept->view());
  Key32 key(in.raw(Key32::kSize).first<Key32::kSize>());
  const std::chrono::seconds time(in.integer<std::uint32_t>());
  if (renew == Renew::kYes) keys.extend(name, time);
  return key;
}

bool close_session(SessionKeys& keys, const std::string& folder) {
  const std::string name = name_of(folder);
  const bool was_open = keys.get(name).has_value();
  keys.drop(name);
  return was_open;
}

}  // namespace mq::cli
