// Opening, identity, streams, settings, drafts of forms.
#include "mq/vault/vault.h"

#include <algorithm>

#include "mq/base/text.h"
#include "search.h"
#include "state.h"

namespace mq::vault {

namespace {
constexpr int kReserveBytes = 40;  // per page, for nonce and tag of the encrypting VFS
}

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(const VaultOptions& options, const Clock& clock,
                                           Random& random) {
  sqlite::OpenOptions open;
  open.path = options.path;
  open.vfs = options.vfs;
  open.reserve_bytes = options.vfs.empty() ? 0 : kReserveBytes;
  open.create = options.create;
  // One process at a time has a home open; SQLite then needs no shared memory, and pages may be
  // written behind its back (page_writer.h).
  open.exclusive = true;
  open.prepare = register_tokenizer;
  MQ_TRY(sqlite::Database database, sqlite::Database::open(open));
  const model::Schema& schema =
      options.schema != nullptr ? *options.schema : model::Schema::current();
  auto state = std::make_unique<State>(std::move(database), clock, random, schema);
  State& s = *state;
  const Status done = s.atomically([&]() -> Status {
    MQ_CHECK(s.create_tables());
    MQ_CHECK(s.reload());
    return s.upgrade();
  });
  MQ_CHECK(done);
  return std::unique_ptr<Vault>(new Vault(std::move(state)));
}

const model::Schema& Vault::schema() const { return state_->schema; }
sqlite::Database& Vault::database() { return state_->db; }

Result<std::optional<Bytes>> Vault::setting(std::string_view name) { return state_->setting(name); }

Status Vault::set_setting(std::string_view name, ByteView value) {
  return state_->atomically([&] { return state_->set_setting(name, value); });
}

Status Vault::together(const std::function<Status()>& body) { return state_->atomically(body); }

Status Vault::set_device(const DeviceId& device, std::uint32_t incarnation) {
  State& s = *state_;
  if (s.device && (*s.device != device || s.incarnation != incarnation)) {
    return Error{Code::kConflict, "设置设备编号:本库已有编号", "setting the device: already set"};
  }
  ByteWriter number;
  number.integer(incarnation);
  const Status done = s.atomically([&]() -> Status {
    MQ_CHECK(s.set_setting("vault.device", device.view()));
    return s.set_setting("vault.incarnation", number.bytes());
  });
  MQ_CHECK(done);
  s.device = device;
  s.incarnation = incarnation;
  return {};
}

std::optional<DeviceId> Vault::device() const { return state_->device; }
std::uint32_t Vault::incarnation() const { return state_->incarnation; }

Status Vault::set_actor(const PersonId& person) {
  if (state_->actor == person) return {};
  MQ_CHECK(state_->atomically([&] { return state_->set_setting("vault.actor", person.view()); }));
  state_->actor = person;
  return {};
}

Result<StreamIx> Vault::add_stream(const StreamInfo& info) {
  State& s = *state_;
  StreamInfo next = info;
  const StreamInfo* known = stream(info.id);
  next.ix = known != nullptr ? known->ix : static_cast<StreamIx>(s.streams.size() + 1);
  const Status done = s.atomically([&]() -> Status {
    MQ_CHECK(
        s.db.run("INSERT INTO mq_stream(ix, id, kind, ordinal, owner, label) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(ix) DO UPDATE SET "
                 "kind = ?3, ordinal = ?4, owner = ?5, label = ?6",
                 next.ix, next.id.view(), next.kind, next.ordinal, next.owner, next.label));
    if (next.ix > static_cast<StreamIx>(s.streams.size())) {
      s.streams.push_back(next);
    } else {
      s.streams[static_cast<std::size_t>(next.ix - 1)] = next;
    }
    return {};
  });
  MQ_CHECK(done);
  return next.ix;
}

std::vector<StreamInfo> Vault::streams() const { return state_->streams; }
const StreamInfo* Vault::stream(StreamIx ix) const { return state_->stream(ix); }
const StreamInfo* Vault::stream(const StreamId& id) const {
  for (const StreamInfo& info : state_->streams) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

Status Vault::keep_form(std::string_view key, ByteView content) {
  return state_->atomically([&] {
    return state_->db.run(
        "INSERT INTO mq_form(key, content) VALUES (?1, ?2) "
        "ON CONFLICT(key) DO UPDATE SET content = ?2",
        key, content);
  });
}

Result<std::optional<Bytes>> Vault::kept_form(std::string_view key) {
  MQ_TRY(sqlite::Query q, state_->db.query("SELECT content FROM mq_form WHERE key = ?1"));
  q.bind(1, key);
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Bytes>{};
  return std::optional<Bytes>(to_bytes(q.blob(0)));
}

Status Vault::drop_form(std::string_view key) {
  return state_->atomically(
      [&] { return state_->db.run("DELETE FROM mq_form WHERE key = ?1", key); });
}

Result<std::vector<std::string>> Vault::kept_forms() {
  std::vector<std::string> out;
  MQ_TRY(sqlite::Query q, state_->db.query("SELECT key FROM mq_form ORDER BY key"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    out.emplace_back(q.text(0));
  }
}

}  // namespace mq::vault
