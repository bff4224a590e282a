#include "mq/seal/age.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

#include "age_header.h"
#include "age_stream.h"
#include "mq/base/text.h"
#include "mq/vault/aead.h"

namespace mq::seal {
namespace {

constexpr std::string_view kX25519 = "X25519";
constexpr std::string_view kScrypt = "scrypt";
constexpr std::string_view kHybrid = "mlkem768x25519";
constexpr std::size_t kFileKeyBytes = 16;
constexpr std::size_t kPayloadNonceBytes = 16;
using FileKey = Secret<kFileKeyBytes>;
using Mac = std::array<std::uint8_t, 32>;

Error malformed() {
  return {Code::kCorrupt, "age 文件的文件头被改动或已损坏:请重新拷贝一份",
          "the header of the age file was changed or damaged: copy it again"};
}

void hmac_into(std::uint8_t* out, ByteView key, std::initializer_list<ByteView> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const ByteView part : parts) {
    crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  crypto_auth_hmacsha256_final(&state, out);
  sodium_memzero(&state, sizeof state);
}

// HKDF-SHA256 with 32 bytes out: one round of each half.
Key32 hkdf(ByteView input, ByteView salt, std::string_view info) {
  static constexpr std::array<std::uint8_t, 32> kNoSalt{};
  static constexpr std::array<std::uint8_t, 1> kFirstRound{1};
  Key32 extracted;
  hmac_into(extracted.writable().data(), salt.empty() ? ByteView(kNoSalt) : salt, {input});
  Key32 out;
  hmac_into(out.writable().data(), extracted.view(), {view_of(info), kFirstRound});
  return out;
}

Mac header_mac(const FileKey& file_key, ByteView authenticated) {
  Mac mac{};
  hmac_into(mac.data(), hkdf(file_key.view(), {}, "header").view(), {authenticated});
  return mac;
}

// Nothing for a share of small order, whose secret everybody knows.
std::optional<Key32> wrapping_key(const Key32& secret, ByteView theirs, ByteView share,
                                  ByteView recipient) {
  Key32 shared;
  if (crypto_scalarmult(shared.writable().data(), secret.view().data(), theirs.data()) != 0) {
    return std::nullopt;
  }
  Bytes salt = to_bytes(share);
  salt.insert(salt.end(), recipient.begin(), recipient.end());
  return hkdf(shared.view(), salt, "age-encryption.org/v1/X25519");
}

// A wrapping key serves once, so its nonce may be zero.
constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> kZeroNonce{};

Result<AgeStanza> stanza_for(const BoxKey& recipient, const FileKey& file_key, Random& random) {
  const BoxKeyPair once = BoxKeyPair::generate(random);
  const ByteView share = once.public_key().view();
  const auto wrapping = wrapping_key(once.secret(), recipient.view(), share, recipient.view());
  if (!wrapping) {
    return Error{Code::kInvalidInput, "不能为该设备加密:它的公钥无效,请让它重新加入",
                 "cannot encrypt to this device: its public key is of small order; let it rejoin"};
  }
  AgeStanza stanza{{std::string(kX25519), to_base64(share, Base64::kBare)}, {}};
  stanza.body.resize(kFileKeyBytes + kAgeTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(stanza.body.data(), nullptr, file_key.view().data(),
                                            kFileKeyBytes, nullptr, 0, nullptr, kZeroNonce.data(),
                                            wrapping->view().data());
  return stanza;
}

// The file key if this stanza is ours, nothing if it is another's, kCorrupt if it is malformed.
Result<std::optional<FileKey>> unwrapped(const AgeStanza& stanza, const BoxKeyPair& keys) {
  if (stanza.args.size() != 2) return malformed();
  const auto share = from_base64(stanza.args[1], Base64::kBare);
  const bool fits =
      share && share->size() == 32 && stanza.body.size() == kFileKeyBytes + kAgeTagBytes;
  if (!fits) return malformed();
  const auto wrapping = wrapping_key(keys.secret(), *share, *share, keys.public_key().view());
  if (!wrapping) return malformed();
  FileKey file_key;
  if (crypto_aead_chacha20poly1305_ietf_decrypt(file_key.writable().data(), nullptr, nullptr,
                                                stanza.body.data(), stanza.body.size(), nullptr, 0,
                                                kZeroNonce.data(), wrapping->view().data()) != 0) {
    return std::optional<FileKey>();
  }
  return std::optional<FileKey>(std::move(file_key));
}

bool names(const AgeHeader& header, std::string_view type) {
  return std::ranges::any_of(header.stanzas,
                             [&](const AgeStanza& stanza) { return stanza.args[0] == type; });
}

Error nobody(const AgeHeader& header) {
  if (names(header, kScrypt) || names(header, kHybrid)) {
    return {Code::kUnsupported, "这种 age 文件本程序不收:请让对方按设备公钥(X25519)加密",
            "this age file is not taken: a passphrase or hybrid file; use X25519 recipients"};
  }
  return {Code::kUnauthenticated, "这份文件不是给本机的:请在收件的设备上打开",
          "this file is not for this device: open it on the device it was made for"};
}

Result<FileKey> file_key_of(const AgeHeader& header, const BoxKeyPair& keys) {
  // A passphrase stanza stands alone, or somebody has pushed himself in between.
  if (names(header, kScrypt) && header.stanzas.size() > 1) return malformed();
  std::optional<FileKey> found;
  for (const AgeStanza& stanza : header.stanzas) {
    if (stanza.args[0] != kX25519) continue;
    MQ_TRY(auto file_key, unwrapped(stanza, keys));
    if (file_key && !found) found = std::move(file_key);
  }
  if (!found) return nobody(header);
  return std::move(*found);
}

Error too_large(std::size_t bytes, std::size_t plain_max) {
  return {Code::kExhausted,
          cat("文件太大:里面约 ", bytes >> 20, " MiB,上限 ", plain_max >> 20, " MiB;没有打开"),
          cat("the file is too large: about ", bytes >> 20, " MiB inside, at most ",
              plain_max >> 20, " MiB; it was not opened")};
}

}  // namespace

Result<Bytes> age_encrypt(const std::vector<BoxKey>& recipients, ByteView plain, Random& random) {
  vault::init_crypto();
  if (recipients.empty() || recipients.size() > kAgeStanzasMax) {
    return Error{Code::kInvalidInput, "加密文件要有 1 到 256 台收件设备",
                 "an age file needs 1 to 256 recipients"};
  }
  FileKey file_key;
  random.fill(file_key.writable());
  std::vector<AgeStanza> stanzas;
  for (const BoxKey& recipient : recipients) {
    MQ_TRY(AgeStanza stanza, stanza_for(recipient, file_key, random));
    stanzas.push_back(std::move(stanza));
  }
  std::string header = age_header_text(stanzas);
  header += age_mac_line(header_mac(file_key, view_of(header)));
  std::array<std::uint8_t, kPayloadNonceBytes> nonce{};
  random.fill(nonce);
  Bytes out = to_bytes(header);
  out.insert(out.end(), nonce.begin(), nonce.end());
  age_stream_seal(hkdf(file_key.view(), nonce, "payload"), plain, out);
  return out;
}

bool begins_as_age(ByteView file) {
  constexpr std::string_view kAnyVersion = "age-encryption.org/v";
  const std::string_view text = text_of(file);
  return is_armored(file) || text.starts_with(kAnyVersion) || kAnyVersion.starts_with(text);
}

Result<AgePlain> age_open(const BoxKeyPair& keys, ByteView file, std::size_t plain_max) {
  vault::init_crypto();
  Bytes unarmored;
  if (is_armored(file)) {
    MQ_TRY(unarmored, without_armor(file));
    file = unarmored;
  }
  MQ_TRY(const ParsedAgeHeader parsed, parse_age_header(file));
  MQ_TRY(const FileKey file_key, file_key_of(parsed.header, keys));
  const Mac mac = header_mac(file_key, parsed.authenticated);
  if (sodium_memcmp(mac.data(), parsed.header.mac.data(), mac.size()) != 0) return malformed();
  const ByteView payload = file.subspan(parsed.bytes);
  if (payload.size() < kPayloadNonceBytes) return malformed();
  const ByteView chunks = payload.subspan(kPayloadNonceBytes);
  const std::size_t bytes = age_plain_bytes(chunks.size());
  if (bytes > plain_max) return too_large(bytes, plain_max);
  return age_stream_open(hkdf(file_key.view(), payload.first(kPayloadNonceBytes), "payload"),
                         chunks);
}

Result<Bytes> age_decrypt(const BoxKeyPair& keys, ByteView file, std::size_t plain_max) {
  MQ_TRY(AgePlain plain, age_open(keys, file, plain_max));
  if (plain.whole) return std::move(plain.bytes);
  return Error{Code::kCorrupt, "age 文件不完整或已损坏:请重新拷贝一份",
               "the age file is cut or damaged: copy it again"};
}

}  // namespace mq::seal
