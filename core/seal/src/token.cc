#include <algorithm>

#include "mq/seal/sealer.h"
#include "mq/wire/crypto.h"

namespace mq::seal {
namespace {

constexpr std::string_view kSetting = "seal.token";
constexpr std::string_view kMagic = "mqtk";
constexpr std::size_t kFileMax = 4096;

// What the vault remembers of its last export.
struct Mark {
  std::uint64_t counter = 0;  // 0: nothing ever left
  Hash digest;
};

Result<Mark> mark_in(vault::Vault& vault) {
  MQ_TRY(const auto bytes, vault.setting(kSetting));
  Mark mark;
  if (!bytes) return mark;
  ByteReader reader(*bytes);
  mark.counter = reader.integer<std::uint64_t>();
  mark.digest = Hash{reader.array<32>()};
  if (!reader.done() || mark.counter == 0) {
    return Error{Code::kCorrupt, "本机的导出记号已损坏,请运行 doctor 或用备份恢复",
                 "the export mark of this device is damaged; run doctor or restore a backup"};
  }
  return mark;
}

Status keep(vault::Vault& vault, const Mark& mark) {
  ByteWriter out;
  out.integer(mark.counter);
  out.raw(mark.digest.view());
  return vault.set_setting(kSetting, out.bytes());
}

// The ends of all own chains that have one.
Result<Hash> digest_of(vault::Vault& vault) {
  std::vector<vault::StreamInfo> streams = vault.streams();
  std::sort(streams.begin(), streams.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  ByteWriter out;
  for (const vault::StreamInfo& stream : streams) {
    MQ_TRY(const auto end, vault.own_chain(stream.ix));
    if (end.seq == 0) continue;
    out.raw(stream.id.view());
    out.integer(vault.incarnation());
    out.integer(end.seq);
    out.raw(end.hash.view());
  }
  return wire::hash("mq/tk1", {out.bytes()});
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

struct ContinuationToken::Known {
  std::uint32_t incarnation = 0;
  Mark mark;
  Bytes machine;
};

ContinuationToken::ContinuationToken(FileSystem& files, std::string path, Bytes machine_id)
    : files_(files), path_(std::move(path)), machine_id_(std::move(machine_id)) {}

// A damaged file says no more than a missing one.
Result<std::optional<ContinuationToken::Known>> ContinuationToken::stored() {
  auto bytes = files_.read(path_, kFileMax);
  if (!bytes.ok()) {
    const Code code = bytes.error().code;
    if (code == Code::kNotFound || code == Code::kExhausted) return std::optional<Known>();
    return std::move(bytes).error();
  }
  if (bytes->size() < 32) return std::optional<Known>();
  const ByteView body = ByteView(*bytes).first(bytes->size() - 32);
  const bool whole = Hash::from(ByteView(*bytes).last(32)) == wire::hash("mq/tk2", {body});
  ByteReader reader(body);
  const ByteView magic = reader.raw(kMagic.size());
  Known known;
  known.incarnation = reader.integer<std::uint32_t>();
  known.mark.counter = reader.integer<std::uint64_t>();
  known.mark.digest = Hash{reader.array<32>()};
  known.machine = to_bytes(reader.block());
  if (!whole || !reader.done() || text_of(magic) != kMagic) return std::optional<Known>();
  return std::optional<Known>(std::move(known));
}

Result<ContinuationToken::Verdict> ContinuationToken::check(vault::Vault& vault) {
  MQ_TRY(const Mark mark, mark_in(vault));
  MQ_TRY(const auto known, stored());
  if (!known) return mark.counter == 0 ? Verdict::kFresh : Verdict::kCloned;
  if (known->mark.counter > mark.counter) return Verdict::kRestored;
  if (known->machine != machine_id_) return Verdict::kCloned;
  if (known->mark.counter < mark.counter) {
    MQ_CHECK(write(vault, mark.counter));
    return Verdict::kCrashed;
  }
  const bool same = known->mark.digest == mark.digest && known->incarnation == vault.incarnation();
  return same ? Verdict::kMatches : Verdict::kCloned;
}

Status ContinuationToken::write(vault::Vault& vault, std::uint64_t counter) {
  MQ_TRY(const Mark mark, mark_in(vault));
  MQ_ASSERT(mark.counter == counter);
  ByteWriter out;
  out.raw(view_of(kMagic));
  out.integer(vault.incarnation());
  out.integer(mark.counter);
  out.raw(mark.digest.view());
  out.block(machine_id_);
  const Hash check = wire::hash("mq/tk2", {out.bytes()});
  out.raw(check.view());
  if (const std::string folder = folder_of(path_); !folder.empty()) {
    MQ_CHECK(files_.make_folder(folder));
  }
  return files_.replace(path_, out.bytes());
}

Status ContinuationToken::advance(vault::Vault& vault) {
  MQ_TRY(const Verdict verdict, check(vault));
  if (verdict == Verdict::kRestored || verdict == Verdict::kCloned) {
    return Error{
        Code::kConflict, "这份数据是恢复或复制来的,未送出的记录都在,将换新编号后再送",
        "this home was restored or copied; nothing is lost, it goes on under a new number"};
  }
  MQ_TRY(const Mark mark, mark_in(vault));
  MQ_TRY(const Hash digest, digest_of(vault));
  if (digest == mark.digest || (mark.counter == 0 && digest == wire::hash("mq/tk1", {}))) return {};
  if (mark.counter == 0) {
    // There before the first export, so that a kill within it does not look like a copied home.
    MQ_TRY(const auto known, stored());
    if (!known) MQ_CHECK(write(vault, 0));
  }
  // The vault first: a crash in between leaves the file below, which check() takes for what it is.
  MQ_CHECK(keep(vault, {mark.counter + 1, digest}));
  return write(vault, mark.counter + 1);
}

Status ContinuationToken::adopt(vault::Vault& vault) {
  MQ_TRY(const Mark mark, mark_in(vault));
  MQ_TRY(const auto known, stored());
  MQ_TRY(const Hash digest, digest_of(vault));
  const std::uint64_t counter = std::max(mark.counter, known ? known->mark.counter : 0) + 1;
  MQ_CHECK(keep(vault, {counter, digest}));
  return write(vault, counter);
}

}  // namespace mq::seal
