#include "founding_root.h"

#include <filesystem>

#include "county_root.h"
#include "mq/base/text.h"
#include "new_file.h"
#include "setup_text.h"

namespace mq::cli {

namespace {

// Setting of the vault while a founding is under way: the root's public half, and its seed if this
// founding drew it.
constexpr std::string_view kBegun = "org.founding_root";

struct Begun {
  VerifyKey key;
  std::optional<Key32> seed;
};

Result<std::optional<Begun>> begun_in(vault::Vault& vault) {
  MQ_TRY(std::optional<Bytes> kept, vault.setting(kBegun));
  if (!kept || kept->size() < VerifyKey::kSize) return std::optional<Begun>();
  const auto key = VerifyKey::from(ByteView(*kept).first(VerifyKey::kSize));
  MQ_ASSERT(key.has_value());
  Begun begun{*key, {}};
  if (kept->size() == VerifyKey::kSize + Key32::kSize) {
    begun.seed.emplace(ByteView(*kept).last<Key32::kSize>());
  }
  wipe(*kept);
  return std::optional<Begun>(std::move(begun));
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

Error begun_under(const VerifyKey& root) {
  const std::string number = key_number(root);
  return {Code::kConflict,
          cat("上次建镇没有做完,用的是另一个县根(号码 ", number,
              "),没有改动;请用上次的 --root 或 --root-out 再来一次"),
          cat("an earlier founding began under another county root (number ", number,
              ") and did not end; call again with the --root or --root-out of that time")};
}

Result<wire::SigningKey> root_of(Call& call, const std::optional<Begun>& begun) {
  if (const auto path = call.args.value("root")) {
    MQ_TRY(wire::SigningKey root, read_county_root(call, *path));
    if (begun && begun->key != root.public_key()) return begun_under(begun->key);
    return root;
  }
  if (!begun) return wire::SigningKey::generate(call.world.random);
  if (!begun->seed) return begun_under(begun->key);
  return wire::SigningKey::from_seed(begun->seed->clone());
}

// A root lies in one file only, so that `status` knows which has to go from this machine.
Status check_noted(Call& call, Home& home, const std::optional<std::string>& path) {
  MQ_TRY(const std::optional<Bytes> noted, home.vault().setting(kRootFile));
  if (!noted || noted->empty()) return {};
  const std::string before = to_string(*noted);
  if (path && absolute(*path) == before) return {};
  if (!call.world.files.exists(before)) return {};
  return Error{Code::kConflict,
               cat("上次建镇没有做完,县根密钥已写在 ", before, ",没有改动;请用 --root-out ", before,
                   " 再来一次"),
               cat("an earlier founding did not end and wrote the county root to ", before,
                   "; call again with --root-out ", before)};
}

bool holds(Call& call, const std::string& path, const wire::SigningKey& root) {
  const auto read = read_county_root(call, path);
  return read.ok() && read->public_key() == root.public_key();
}

Status check_files(Call& call, Home& home, const wire::SigningKey& root, bool begun) {
  if (call.args.value("root")) return {};
  const auto path = call.args.value("root_out");
  if (begun) MQ_CHECK(check_noted(call, home, path));
  if (!path || (begun && holds(call, *path, root))) return {};
  return check_new_file(call, *path);
}

}  // namespace

Result<FoundingRoot> FoundingRoot::of(Call& call, Home& home) {
  MQ_TRY(const std::optional<Begun> begun, begun_in(home.vault()));
  if (!begun && home.keyring().identity() != nullptr) {
    return Error{Code::kConflict, "这个文件夹已经属于一个乡镇;请换一个 --home",
                 "this home belongs to a township already; choose another --home"};
  }
  MQ_TRY(wire::SigningKey root, root_of(call, begun));
  MQ_CHECK(check_files(call, home, root, begun.has_value()));
  return FoundingRoot(std::move(root), begun.has_value());
}

Status FoundingRoot::keep(Call& call, Home& home) const {
  const bool drawn = !call.args.value("root");
  Bytes kept = to_bytes(key_.public_key().view());
  if (drawn) kept.insert(kept.end(), key_.seed().view().begin(), key_.seed().view().end());
  const Status stored = begun_ ? Status() : home.vault().set_setting(kBegun, kept);
  wipe(kept);
  MQ_CHECK(stored);
  const auto path = call.args.value("root_out");
  if (!path) return {};
  MQ_CHECK(home.vault().set_setting(kRootFile, view_of(absolute(*path))));
  return write_county_root(call, *path, key_);  // if it stands, it is this one
}

Status FoundingRoot::hand_over(Call& call, Home& home) const {
  if (const auto path = call.args.value("root")) {
    MQ_CHECK(home.vault().set_setting(kRootFile, view_of(absolute(*path))));
  } else if (const auto file = call.args.value("root_out")) {
    call.out.say(cat("县根密钥已写入 ", *file, ":请存到离线介质,不要留在本机"),
                 cat("county root written to ", *file, ": keep it offline"));
  } else {
    const std::string text = to_hex(key_.seed().view());
    call.out.object()["county_root"] = text;
    call.out.say(cat("县根密钥(只显示这一次,请抄在纸上): ", text),
                 cat("county root (shown once, write it down): ", text));
  }
  return home.vault().set_setting(kBegun, ByteView{});
}

Status check_root_out(Call& call) {
  const auto path = call.args.value("root_out");
  if (!path) return {};
  MQ_TRY(const std::string folder, home_folder(call));
  return call.world.files.exists(key_path(folder)) ? Status() : check_new_file(call, *path);
}

}  // namespace mq::cli
