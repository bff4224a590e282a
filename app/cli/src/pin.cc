#include "pin.h"

#include <algorithm>

#include "locked_memory.h"
#include "mq/base/text.h"
#include "session.h"

namespace mq::cli {

namespace {

using vault::WrapKind;

constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kDigitsMax = 12;
constexpr std::chrono::hours kKeptFor{24 * 30};

// The platform's part, and how many wrong tries there were.
struct Half {
  Key32 key;
  std::uint32_t tries = 0;
};

std::string name_of(const std::string& folder) { return keyring_name("minqing-pin:", folder); }
std::string name_of(const PinPlace& place) { return name_of(place.folder); }

std::optional<Half> load(const PinPlace& place) {
  const std::optional<SessionSecret> kept = place.keys.get(name_of(place));
  if (!kept) return std::nullopt;
  ByteReader in(kept->view());
  Half half;
  half.key = Key32(in.raw(Key32::kSize).first<Key32::kSize>());
  half.tries = in.integer<std::uint32_t>();
  return half;
}

Status store(const PinPlace& place, const Half& half) {
  SessionSecret secret = keyring_secret(half.key, half.tries);
  return place.keys.keep(name_of(place), secret, kKeptFor);
}

LockedText secret_of(const Half& half, std::string_view digits) {
  LockedText out;
  MQ_ASSERT(out.append(text_of(half.key.view())) && out.append(digits));
  return out;
}

}  // namespace

Status check_pin(std::string_view digits) {
  const bool plain = digits.size() >= kDigitsMin && digits.size() <= kDigitsMax &&
                     digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (plain && digits.find_first_not_of(digits.front()) != std::string_view::npos) return {};
  return Error{Code::kInvalidInput, "PIN 应是 4 到 12 位数字,不能全是同一个数字;什么也没有改动",
               "a PIN has 4 to 12 digits, not all the same; nothing was changed"};
}

Status set_pin(const PinPlace& place, const Key32& vault_key, std::string_view digits,
               Random& random, const vault::KdfCost& cost) {
  MQ_CHECK(check_pin(digits));
  Half half;
  random.fill(half.key.writable());
  // The platform first: a wrap without its other half would be asked for and never open.
  MQ_CHECK(store(place, half));
  Status wrapped =
      place.key_file.rewrap(vault_key, WrapKind::kDevicePin, secret_of(half, digits).view(), cost);
  if (!wrapped.ok()) place.keys.drop(name_of(place));
  return wrapped;
}

Result<bool> pin_is_set(const PinPlace& place) {
  MQ_TRY(const bool wrapped, place.key_file.has_wrap(WrapKind::kDevicePin));
  return wrapped && load(place).has_value();
}

Result<Key32> unlock_by_pin(const PinPlace& place, std::string_view digits) {
  std::optional<Half> half = load(place);
  if (!half) {
    return Error{Code::kLocked, "PIN 现在不能用(机器重启过,或已作废);请用口令",
                 "the PIN cannot be used now (restarted, or void); use the passphrase"};
  }
  ++half->tries;
  MQ_CHECK(store(place, *half));
  Result<Key32> key = place.key_file.unlock(secret_of(*half, digits).view(), WrapKind::kDevicePin);
  if (key.ok()) {
    half->tries = 0;
    static_cast<void>(store(place, *half));
    return key;
  }
  if (key.error().code != Code::kLocked) return key;
  const int left = kPinTries - static_cast<int>(half->tries);
  if (left > 0) {
    return Error{Code::kLocked, cat("PIN 不对,没有解锁;还可以试 ", left, " 次"),
                 cat("wrong PIN, still locked; ", left, " more tries")};
  }
  place.keys.drop(name_of(place));
  return Error{Code::kLocked, "PIN 错了五次,已作废;请用口令打开,再用 pin set 重设",
               "five wrong PINs: it is void; use the passphrase, then pin set"};
}

Result<bool> remove_pin(const PinPlace& place, const Key32& vault_key) {
  MQ_TRY(const bool wrapped, place.key_file.has_wrap(WrapKind::kDevicePin));
  place.keys.drop(name_of(place));
  MQ_CHECK(place.key_file.remove_wrap(vault_key, WrapKind::kDevicePin));
  return wrapped;
}

void forget_pin(SessionKeys& keys, const std::string& folder) { keys.drop(name_of(folder)); }

}  // namespace mq::cli
