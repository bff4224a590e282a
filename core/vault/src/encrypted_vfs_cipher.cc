#include "encrypted_vfs_cipher.h"

#include <algorithm>
#include <cstring>

namespace mq::vault {
namespace {

constexpr std::size_t kAadMax = 1 + 8 + 4 + (kPlainEnd - kMagicBytes);
constexpr int kRounds = 4;

// Where sealing begins; what stands before it in page 1 of the database is authenticated only.
std::size_t first_sealed(const PagePlace& place) {
  return place.kind == FileKind::kDatabase && place.page == 1 ? kPlainEnd : 0;
}

struct Aad {
  std::array<std::uint8_t, kAadMax> bytes;
  std::size_t size;
  ByteView view() const { return ByteView(bytes).first(size); }
};

Aad aad_of(const PagePlace& place, const std::uint8_t* page) {
  Aad aad;
  aad.bytes[0] = static_cast<std::uint8_t>(place.kind);
  for (std::size_t i = 0; i < 8; ++i) {
    aad.bytes[1 + i] = static_cast<std::uint8_t>(place.offset >> (8 * i));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    aad.bytes[9 + i] = static_cast<std::uint8_t>(place.page >> (8 * i));
  }
  aad.size = 13;
  if (first_sealed(place) > 0) {
    std::memcpy(aad.bytes.data() + aad.size, page + kMagicBytes, kPlainEnd - kMagicBytes);
    aad.size = kAadMax;
  }
  return aad;
}

bool all_zero(const std::uint8_t* bytes, std::size_t count) {
  return std::all_of(bytes, bytes + count, [](std::uint8_t b) { return b == 0; });
}

std::uint32_t half_at(const std::uint8_t* bytes) {
  return ByteReader(ByteView(bytes, 4)).integer<std::uint32_t>();
}

void put_half(std::uint8_t* bytes, std::uint32_t half) {
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(half >> (8 * i));
}

}  // namespace

NoncePool::NoncePool(Random& random)
    : random_(random), mutex_(sqlite3_mutex_alloc(SQLITE_MUTEX_FAST)), process_(getpid()) {}

NoncePool::~NoncePool() { sqlite3_mutex_free(mutex_); }

void NoncePool::draw(std::uint8_t* out) {
  sqlite3_mutex_enter(mutex_);
  if (const pid_t now = getpid(); now != process_) {
    process_ = now;
    used_ = kCount;
  }
  if (used_ == kCount) {
    random_.fill(bytes_);
    used_ = 0;
  }
  std::memcpy(out, bytes_.data() + used_ * kNonceBytes, kNonceBytes);
  ++used_;
  sqlite3_mutex_leave(mutex_);
}

PageCipher::PageCipher(const Key32& key, Random& random)
    : keys_{subkey(key, "mq/pages", "database"), subkey(key, "mq/pages", "wal"),
            subkey(key, "mq/pages", "journal")},
      checksum_key_(subkey(key, "mq/pages", "wal checksum")),
      scramble_key_(subkey(key, "mq/pages", "torn")),
      nonces_(random) {
  for (Key32& each : keys_) lock_memory(each.writable());
}

PageCipher::~PageCipher() {
  for (Key32& each : keys_) unlock_memory(each.writable());
}

bool PageCipher::takes(const PagePlace& place, const std::uint8_t* plain) const {
  if (!all_zero(plain + kUsable, kReserve)) return false;
  if (first_sealed(place) == 0) return true;
  return std::memcmp(plain, kSqliteMagic, kMagicBytes) == 0 && plain[16] == 0x10 &&
         plain[17] == 0 && plain[20] == kReserve;
}

void PageCipher::seal_page(const PagePlace& place, const std::uint8_t* plain,
                           std::uint8_t* stored) {
  const std::size_t from = first_sealed(place);
  const Aad aad = aad_of(place, plain);
  if (from > 0) {
    std::memcpy(stored, kMagic, kMagicBytes);
    std::memmove(stored + kMagicBytes, plain + kMagicBytes, kPlainEnd - kMagicBytes);
  }
  std::uint8_t* nonce = stored + kUsable;
  nonces_.draw(nonce);
  seal_detached(key_of(place.kind), std::span<const std::uint8_t, kNonceBytes>(nonce, kNonceBytes),
                aad.view(), ByteView(plain + from, kUsable - from), stored + from,
                nonce + kNonceBytes);
}

bool PageCipher::open_page(const PagePlace& place, const std::uint8_t* stored,
                           std::uint8_t* plain) const {
  const std::size_t from = first_sealed(place);
  if (from > 0 && std::memcmp(stored, kMagic, kMagicBytes) != 0) return false;
  const std::uint8_t* nonce = stored + kUsable;
  const bool good = open_detached(
      key_of(place.kind), std::span<const std::uint8_t, kNonceBytes>(nonce, kNonceBytes),
      aad_of(place, stored).view(), ByteView(stored + from, kUsable - from), nonce + kNonceBytes,
      plain + from);
  if (!good) return false;
  if (from > 0) {
    std::memmove(plain + kMagicBytes, stored + kMagicBytes, kPlainEnd - kMagicBytes);
    std::memcpy(plain, kSqliteMagic, kMagicBytes);
  }
  std::memset(plain + kUsable, 0, kReserve);
  return true;
}

void PageCipher::scramble(const PagePlace& place, const std::uint8_t* stored,
                          std::uint8_t* out) const {
  ByteWriter seed;
  seed.raw(aad_of(place, stored).view());
  seed.raw(ByteView(stored, kPage));
  const auto key_bytes = keyed_digest(scramble_key_, "torn", seed.bytes());
  const Key32 key{std::span<const std::uint8_t, 32>(key_bytes)};
  std::uint8_t tag[kTagBytes];
  std::memset(out, 0, kPage);
  seal_detached(key, Nonce{}, {}, ByteView(out, kPage), out, tag);
}

std::uint32_t PageCipher::round(std::uint8_t number, std::uint64_t offset,
                                std::uint32_t half) const {
  std::uint8_t input[13];
  input[0] = number;
  for (std::size_t i = 0; i < 8; ++i) input[1 + i] = static_cast<std::uint8_t>(offset >> (8 * i));
  put_half(input + 9, half);
  return static_cast<std::uint32_t>(short_hash(checksum_key_, input));
}

void PageCipher::hide_checksum(std::uint64_t offset, std::uint8_t* bytes) const {
  std::uint32_t left = half_at(bytes);
  std::uint32_t right = half_at(bytes + 4);
  for (int i = 0; i < kRounds; ++i) {
    left ^= round(static_cast<std::uint8_t>(i), offset, right);
    std::swap(left, right);
  }
  put_half(bytes, left);
  put_half(bytes + 4, right);
}

void PageCipher::show_checksum(std::uint64_t offset, std::uint8_t* bytes) const {
  std::uint32_t left = half_at(bytes);
  std::uint32_t right = half_at(bytes + 4);
  for (int i = kRounds - 1; i >= 0; --i) {
    std::swap(left, right);
    left ^= round(static_cast<std::uint8_t>(i), offset, right);
  }
  put_half(bytes, left);
  put_half(bytes + 4, right);
}

}  // namespace mq::vault
