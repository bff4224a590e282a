#include "mq/vault/key_file.h"

#include <algorithm>
#include <charconv>

#include "mq/base/text.h"

namespace mq::vault {
namespace {

constexpr std::string_view kMagic{"mqkey 1\0", 8};
constexpr std::uint16_t kVersion = 1;
constexpr std::uint8_t kArgon2id = 1;
constexpr std::size_t kFileBytesMax = 64 << 10;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kWrapsMax = 64;
constexpr const char* kCheckLabel = "mq/key-check";
constexpr int kFailuresMax = 1'000'000;

Error damaged(const std::string& path) {
  return {Code::kCorrupt, cat("密钥文件已损坏:", path, ";请用备份恢复此文件,数据库本身未动"),
          cat("the key file is damaged: ", path,
              "; restore it from a copy, the database itself is untouched")};
}

// What of a wrap is not sealed, and what it is bound to.
struct WrapHead {
  KdfCost cost;
  Salt16 salt{};
  Nonce nonce{};
};

Bytes encode_head(const WrapHead& head) {
  ByteWriter out;
  out.integer(kArgon2id);
  out.integer(head.cost.ops);
  out.integer(head.cost.memory_bytes);
  out.raw(head.salt);
  out.raw(head.nonce);
  return out.take();
}

Bytes bound_to(std::uint8_t kind, ByteView head) {
  Bytes aad = to_bytes("mq/key-wrap");
  aad.push_back(kind);
  aad.insert(aad.end(), head.begin(), head.end());
  return aad;
}

bool has_secret(WrapKind kind) {
  return kind == WrapKind::kPassphrase || kind == WrapKind::kUnlockCode ||
         kind == WrapKind::kDevicePin;
}

}  // namespace

const KeyFile::Wrap* KeyFile::Content::wrap(WrapKind kind) const {
  const auto found = std::find_if(wraps.begin(), wraps.end(), [&](const Wrap& each) {
    return each.kind == static_cast<std::uint8_t>(kind);
  });
  return found == wraps.end() ? nullptr : &*found;
}

void KeyFile::Content::set(Wrap wrap) {
  for (Wrap& each : wraps) {
    if (each.kind != wrap.kind) continue;
    each = std::move(wrap);
    return;
  }
  wraps.push_back(std::move(wrap));
}

bool KeyFile::Content::drop(WrapKind kind) {
  const auto gone = std::erase_if(
      wraps, [&](const Wrap& each) { return each.kind == static_cast<std::uint8_t>(kind); });
  return gone > 0;
}

KeyFile::KeyFile(FileSystem& files, Random& random, std::string path)
    : files_(files), random_(random), path_(std::move(path)) {}

bool KeyFile::exists() { return files_.exists(path_); }

Result<KeyFile::Content> KeyFile::load() {
  MQ_TRY(const Bytes bytes, files_.read(path_, kFileBytesMax));
  if (bytes.size() < kMagic.size() + 2 * kDigestBytes) return damaged(path_);
  const ByteView body = ByteView(bytes).first(bytes.size() - kDigestBytes);
  const auto whole = digest(body);
  if (!std::equal(whole.begin(), whole.end(), body.data() + body.size())) return damaged(path_);

  ByteReader in(body);
  if (text_of(in.raw(kMagic.size())) != kMagic) return damaged(path_);
  if (in.integer<std::uint16_t>() != kVersion) {
    return Error{Code::kUnsupported, cat("密钥文件由更新版本的程序写成,请先升级程序:", path_),
                 cat("the key file was written by a newer program, upgrade first: ", path_)};
  }
  Content content;
  content.generation = in.integer<std::uint64_t>();
  const std::uint64_t wraps = in.varint();
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(wraps, kWrapsMax); ++i) {
    const auto kind = in.integer<std::uint8_t>();
    content.wraps.push_back({kind, to_bytes(in.block())});
  }
  const std::size_t checked = body.size() - in.left();
  content.checked = to_bytes(body.first(checked));
  content.check = in.array<kDigestBytes>();
  if (!in.done() || wraps > kWrapsMax) return damaged(path_);
  return content;
}

Status KeyFile::store(const Content& content, const Key32& key) {
  ByteWriter out;
  out.raw(view_of(kMagic));
  out.integer(kVersion);
  out.integer(content.generation);
  out.varint(content.wraps.size());
  for (const Wrap& wrap : content.wraps) {
    out.integer(wrap.kind);
    out.block(wrap.body);
  }
  out.raw(keyed_digest(key, kCheckLabel, out.bytes()));
  out.raw(digest(out.bytes()));
  return files_.replace(path_, out.bytes());
}

Result<KeyFile::Wrap> KeyFile::make_wrap(const Key32& key, WrapKind kind, std::string_view secret,
                                         const KdfCost& cost) {
  if (!has_secret(kind) || secret.empty()) {
    return Error{Code::kInvalidInput, "口令不能为空", "the passphrase must not be empty"};
  }
  WrapHead head;
  head.cost = cost;
  random_.fill(head.salt);
  random_.fill(head.nonce);
  MQ_TRY(const Key32 wrapping, derive_passphrase_key(secret, head.salt, cost));
  Wrap wrap{static_cast<std::uint8_t>(kind), encode_head(head)};
  const Bytes sealed = seal(wrapping, head.nonce, bound_to(wrap.kind, wrap.body), key.view());
  wrap.body.insert(wrap.body.end(), sealed.begin(), sealed.end());
  return wrap;
}

Result<Key32> KeyFile::open_wrap(const Content& content, std::string_view secret, WrapKind kind) {
  const Wrap* wrap = has_secret(kind) ? content.wrap(kind) : nullptr;
  if (wrap == nullptr) {
    return Error{Code::kNotFound, cat("此密钥文件没有这种解锁方式:", path_),
                 cat("the key file has no such way to unlock: ", path_)};
  }
  ByteReader in(wrap->body);
  WrapHead head;
  const auto kdf = in.integer<std::uint8_t>();
  head.cost.ops = in.integer<std::uint64_t>();
  head.cost.memory_bytes = in.integer<std::uint64_t>();
  head.salt = in.array<sizeof(Salt16)>();
  head.nonce = in.array<kNonceBytes>();
  const ByteView sealed = in.raw(Key32::kSize + kTagBytes);
  if (!in.done()) return damaged(path_);
  if (kdf != kArgon2id) {
    return Error{Code::kUnsupported, cat("密钥文件由更新版本的程序写成,请先升级程序:", path_),
                 cat("the key file was written by a newer program, upgrade first: ", path_)};
  }
  MQ_TRY(const Key32 wrapping, derive_passphrase_key(secret, head.salt, head.cost));
  Key32 key;
  const ByteView bound = ByteView(wrap->body).first(wrap->body.size() - sealed.size());
  if (!open_detached(wrapping, head.nonce, bound_to(wrap->kind, bound), sealed.first(Key32::kSize),
                     sealed.data() + Key32::kSize, key.writable().data())) {
    return Error{Code::kLocked, "口令不对,没有解锁", "wrong passphrase; still locked"};
  }
  // Somebody without the key may have changed the rest of the file and its digest.
  if (keyed_digest(key, kCheckLabel, content.checked) != content.check) return damaged(path_);
  return key;
}

Result<Key32> KeyFile::create(std::string_view passphrase, const KdfCost& cost) {
  if (exists()) {
    return Error{Code::kConflict, cat("密钥文件已存在:", path_),
                 cat("the key file exists already: ", path_)};
  }
  Key32 key;
  random_.fill(key.writable());
  Content content;
  MQ_TRY(Wrap wrap, make_wrap(key, WrapKind::kPassphrase, passphrase, cost));
  content.set(std::move(wrap));
  MQ_CHECK(store(content, key));
  return key;
}

Result<Key32> KeyFile::unlock(std::string_view secret, WrapKind kind) {
  MQ_TRY(const Content content, load());
  const int before = failures();
  // Counted first, so that killing the program during the attempt gains nothing.
  count(before + 1);
  Result<Key32> key = open_wrap(content, secret, kind);
  if (key.ok()) {
    static_cast<void>(files_.remove(path_ + ".tries"));
  } else if (key.error().code != Code::kLocked) {
    count(before);
  }
  return key;
}

Result<KeyFile::Content> KeyFile::load_for(const Key32& key) {
  MQ_TRY(Content content, load());
  if (keyed_digest(key, kCheckLabel, content.checked) != content.check) {
    return Error{Code::kLocked, "手中的密钥不是这个密钥文件的", "not the key of this key file"};
  }
  return content;
}

Status KeyFile::rewrap(const Key32& key, WrapKind kind, std::string_view secret,
                       const KdfCost& cost) {
  MQ_TRY(Content content, load_for(key));
  MQ_TRY(Wrap wrap, make_wrap(key, kind, secret, cost));
  content.set(std::move(wrap));
  return store(content, key);
}

Status KeyFile::redeem(const Key32& key, std::string_view passphrase, const KdfCost& cost) {
  MQ_TRY(Content content, load_for(key));
  MQ_TRY(Wrap wrap, make_wrap(key, WrapKind::kPassphrase, passphrase, cost));
  content.set(std::move(wrap));
  content.drop(WrapKind::kUnlockCode);
  return store(content, key);
}

Status KeyFile::remove_wrap(const Key32& key, WrapKind kind) {
  if (kind == WrapKind::kPassphrase) {
    return Error{Code::kInvalidInput, "不能去掉口令", "the passphrase cannot be removed"};
  }
  MQ_TRY(Content content, load_for(key));
  return content.drop(kind) ? store(content, key) : Status();
}

Result<bool> KeyFile::has_wrap(WrapKind kind) {
  MQ_TRY(const Content content, load());
  return content.wrap(kind) != nullptr;
}

Result<bool> KeyFile::fits(const Key32& key) {
  MQ_TRY(const Content content, load());
  return keyed_digest(key, kCheckLabel, content.checked) == content.check;
}

int KeyFile::failures() {
  const auto bytes = files_.read(path_ + ".tries", 16);
  if (!bytes.ok()) return 0;
  const std::string_view text = text_of(*bytes);
  int value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
  return whole ? std::clamp(value, 0, kFailuresMax) : 0;
}

void KeyFile::count(int failures) {
  // Not worth locking anybody out on a full disk: who can hinder the write can delete the file.
  static_cast<void>(
      files_.replace(path_ + ".tries", view_of(cat(std::min(failures, kFailuresMax)))));
}

std::chrono::seconds KeyFile::delay_after(int failures) {
  constexpr int kFree = 3;
  constexpr std::int64_t kMost = 60;
  if (failures < kFree) return std::chrono::seconds(0);
  const int doublings = std::min(failures - kFree, 6);
  return std::chrono::seconds(std::min(std::int64_t{1} << doublings, kMost));
}

std::string KeyFile::database_path(std::uint64_t generation) const {
  const std::string_view stem =
      path_.ends_with(".key") ? std::string_view(path_).substr(0, path_.size() - 4) : path_;
  return generation == 0 ? cat(stem, ".db") : cat(stem, "-", generation, ".db");
}

Result<std::string> KeyFile::database_path() {
  MQ_TRY(const Content content, load());
  return database_path(content.generation);
}

}  // namespace mq::vault
