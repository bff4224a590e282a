#include "roster_step.h"

#include <algorithm>
#include <bit>
#include <set>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/vault/aead.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::RosterChange;

namespace {

constexpr std::size_t kHashHex = 16;
constexpr std::int64_t kSizeMax = 99;
constexpr std::size_t kParts = 7;  // of an entry: kind, entity, stream, row, field, before, after

constexpr std::pair<Undo::Kind, std::string_view> kKinds[] = {{Undo::Kind::kCell, "cell"},
                                                              {Undo::Kind::kWatched, "watched"},
                                                              {Undo::Kind::kMade, "made"},
                                                              {Undo::Kind::kResized, "resized"},
                                                              {Undo::Kind::kCarried, "carried"}};

std::string hex_of(const model::Field& field, const Content& content) {
  std::vector<std::string> parts;
  for (const model::Value& value : content) {
    parts.push_back(to_hex(model::encode_value(field, value)));
  }
  if (field.repeated) std::ranges::sort(parts);
  return join(parts, ",");
}

Error unreadable() {
  return {Code::kCorrupt, "读取名册变动:原来的内容读不出来,不能撤销;请在新的办理里改回",
          "reading a change of the roster: what stood before cannot be read, so it cannot be taken "
          "back"};
}

Result<Content> content_from(const model::Field& field, std::string_view hex) {
  Content out;
  if (hex.empty()) return out;
  for (const std::string& part : split(hex, ",")) {
    const auto bytes = from_hex(part);
    if (!bytes) return unreadable();
    MQ_TRY(model::Value value, model::decode_value(field, *bytes));
    out.push_back(std::move(value));
  }
  return out;
}

bool empty(const Content& content) { return std::ranges::all_of(content, model::is_empty); }

}  // namespace

std::string hash_of(const model::Field& field, const Content& content) {
  static const Key32 kSame;  // compared with others of this township only
  const std::string hex = hex_of(field, content);
  return to_hex(std::bit_cast<std::array<std::uint8_t, kHashHex / 2>>(
      vault::short_hash(kSame, to_bytes(hex))));
}

std::string encode_undo(const Workplace& place, const std::vector<Undo>& list) {
  std::vector<std::string> out;
  for (const Undo& one : list) {
    const auto kind = std::ranges::find(kKinds, one.kind, [](const auto& k) { return k.first; });
    std::string before = one.field == nullptr ? "" : hex_of(*one.field, one.before);
    if (one.kind == Undo::Kind::kResized) before = cat(one.delta);
    const std::vector<std::string> parts{std::string(kind->second),
                                         one.at.entity->name,
                                         place.vault.stream(one.at.stream)->id.hex(),
                                         one.at.row.hex(),
                                         one.field == nullptr ? "" : one.field->name,
                                         before,
                                         one.after};
    out.push_back(cat("[\"", join(parts, "\",\""), "\"]"));
  }
  return cat("[", join(out, ","), "]");
}

namespace {

Result<Undo> undo_of(const Workplace& place, const std::vector<std::string>& parts) {
  if (parts.size() != kParts) return unreadable();
  const auto kind = std::ranges::find(kKinds, parts[0], [](const auto& k) { return k.second; });
  Undo out;
  out.at.entity = place.vault.schema().entity(parts[1]);
  const auto stream = StreamId::from_text(parts[2]);
  const auto row = RowId::from_text(parts[3]);
  if (kind == std::end(kKinds) || out.at.entity == nullptr || !stream || !row) return unreadable();
  out.kind = kind->first;
  const vault::StreamInfo* held = place.vault.stream(*stream);
  out.at.stream = held == nullptr ? 0 : held->ix;
  out.at.row = *row;
  out.after = parts[6];
  if (out.kind == Undo::Kind::kMade || out.kind == Undo::Kind::kCarried) return out;
  out.field = out.at.entity->field(parts[4]);
  if (out.field == nullptr) return unreadable();
  if (out.kind == Undo::Kind::kResized) {
    const auto* end = parts[5].data() + parts[5].size();
    if (std::from_chars(parts[5].data(), end, out.delta).ptr != end) return unreadable();
    return out;
  }
  MQ_TRY(out.before, content_from(*out.field, parts[5]));
  return out;
}

}  // namespace

// The words in it are identifiers and hexadecimal digits only, so that nothing is ever escaped.
Result<std::vector<Undo>> decode_undo(const Workplace& place, std::string_view text) {
  std::vector<Undo> out;
  if (text.size() < 2 || !text.starts_with("[") || !text.ends_with("]")) return unreadable();
  text = text.substr(1, text.size() - 2);
  if (text.empty()) return out;
  if (!text.starts_with("[\"") || !text.ends_with("\"]")) return unreadable();
  text = text.substr(2, text.size() - 4);
  for (const std::string& entry : split(text, "\"],[\"")) {
    MQ_TRY(Undo one, undo_of(place, split(entry, "\",\"")));
    out.push_back(std::move(one));
  }
  return out;
}

vault::Change content_change(const RowAt& at, const model::Field& field, const Content& content) {
  vault::Change change;
  change.entity = at.entity->number;
  change.row = at.row;
  change.field = field.number;
  if (field.repeated) {
    change.values = content;
  } else if (!content.empty()) {
    change.value = content.front();
  }
  return change;
}

vault::Change deletion(const RowAt& at) {
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = at.entity->number;
  gone.row = at.row;
  return gone;
}

Result<std::vector<vault::Change>> copied(const Workplace& place, const RowAt& from,
                                          const RowAt& to) {
  std::vector<vault::Change> out;
  for (const model::Field& field : from.entity->fields) {
    MQ_TRY(const Content content, cell_of(place, from, field));
    if (!empty(content)) out.push_back(content_change(to, field, content));
  }
  return out;
}

Result<std::vector<model::Fault>> covered(const Workplace& place, const RowAt& from,
                                          const RowAt& to) {
  std::vector<model::Fault> out;
  for (const model::Field& field : from.entity->fields) {
    MQ_TRY(const Content content, cell_of(place, from, field));
    MQ_TRY(const Content there, cell_of(place, to, field));
    if (empty(content) || empty(there) || hash_of(field, content) == hash_of(field, there))
      continue;
    out.push_back(
        {"private",
         cat("敏感项“", field.zh, "”两个村写的不一样,按迁走的那一份;另一份在历史里,请核对"),
         cat("sensitive fact ", field.name,
             ": written differently in both villages; what moved stands, the other is in "
             "the history")});
  }
  return out;
}

// Emptied before it is cancelled: what is written again later brings the row back.
Result<std::vector<vault::Change>> emptied(const Workplace& place, const RowAt& at) {
  std::vector<vault::Change> out;
  for (const model::Field& field : at.entity->fields) {
    MQ_TRY(const Content content, cell_of(place, at, field));
    if (!empty(content)) out.push_back(content_change(at, field, {}));
  }
  if (!out.empty()) out.push_back(deletion(at));
  return out;
}

RosterStep::RosterStep(const Workplace& place, mpb::ChangeKind kind) : place_(place), kind_(kind) {}

const model::Entity& RosterStep::entity(std::string_view name) const {
  return *place_.vault.schema().entity(name);
}
RowAt RosterStep::household(const Household& one) const {
  return {&entity("Household"), one.stream, one.id};
}
RowAt RosterStep::person(const RowId& row, vault::StreamIx stream) const {
  return {&entity("Person"), stream, row};
}

vault::Draft& RosterStep::draft(vault::StreamIx stream) {
  for (vault::Draft& one : drafts_) {
    if (one.stream == stream) return one;
  }
  return drafts_.emplace_back(vault::Draft{stream, {}});
}

void RosterStep::write(const RowAt& at, const model::Field& field, const Content& content) {
  draft(at.stream).changes.push_back(content_change(at, field, content));
}

Status RosterStep::set(const RowAt& at, std::uint32_t field, model::Value value) {
  Content content;
  if (!model::is_empty(value)) content.push_back(std::move(value));
  return set_content(at, *at.entity->field(field), content);
}

Status RosterStep::set_row(const RowAt& at, std::uint32_t field, const RowId& row) {
  return set(at, field, to_bytes(row.view()));
}

Status RosterStep::set_content(const RowAt& at, const model::Field& field, const Content& content) {
  MQ_TRY(Content before, cell_of(place_, at, field));
  return set_undone(at, field, content, std::move(before));
}

Status RosterStep::set_undone(const RowAt& at, const model::Field& field, const Content& content,
                              Content undone) {
  MQ_TRY(const Content now, cell_of(place_, at, field));
  const std::string after = hash_of(field, content);
  if (after == hash_of(field, now) && after == hash_of(field, undone)) return {};
  write(at, field, content);
  undo_.push_back({Undo::Kind::kCell, at, &field, std::move(undone), 0, after});
  return {};
}

void RosterStep::make(const RowAt& at) {
  undo_.push_back({Undo::Kind::kMade, at, nullptr, {}, 0, ""});
}

void RosterStep::fill(const RowAt& at, const model::Field& field, const Content& content) {
  if (empty(content)) return;
  write(at, field, content);
  watch(at, field, content);
}

void RosterStep::watch(const RowAt& at, const model::Field& field, const Content& content) {
  // How many people there are follows from every step, and hinders none.
  if (empty(content) || field.name == "size") return;
  undo_.push_back({Undo::Kind::kWatched, at, &field, {}, 0, hash_of(field, content)});
}

Status RosterStep::carry(const RowAt& from, vault::StreamIx to) {
  const RowAt target{from.entity, to, from.row};
  MQ_TRY(std::vector<vault::Change> there, copied(place_, from, target));
  MQ_TRY(std::vector<vault::Change> here, emptied(place_, from));
  if (here.empty()) return {};
  std::ranges::move(there, std::back_inserter(draft(to).changes));
  std::ranges::move(here, std::back_inserter(draft(from.stream).changes));
  undo_.push_back(
      {Undo::Kind::kCarried, target, nullptr, {}, 0, place_.vault.stream(from.stream)->id.hex()});
  return {};
}

Status RosterStep::resize(const RowAt& at, std::int64_t delta) {
  const model::Field& field = *at.entity->field(mpb::Household::kSizeFieldNumber);
  MQ_TRY(const Content before, cell_of(place_, at, field));
  if (before.empty()) return {};
  const std::int64_t size = std::clamp<std::int64_t>(integer_of(before) + delta, 0, kSizeMax);
  delta = size - integer_of(before);
  if (delta == 0) return {};
  write(at, field, {size});
  undo_.push_back({Undo::Kind::kResized, at, &field, {}, delta, ""});
  return {};
}

void RosterStep::villages(const RowId& from, const RowId& to) { villages_ = {from, to}; }

// What was the same as another, or moved away since, cannot be put back by cells alone.
Status RosterStep::watch_ends() {
  std::set<std::tuple<const model::Entity*, vault::StreamIx, RowId>> rows;
  for (const Undo& one : undo_) rows.insert({one.at.entity, one.at.stream, one.at.row});
  for (const auto& [entity, stream, row] : rows) {
    for (const char* name : {"same_as", "moved_to"}) {
      const model::Field* field = entity->field(name);
      if (field == nullptr) continue;
      const RowAt at{entity, stream, row};
      const bool known = std::ranges::any_of(undo_, [&](const Undo& one) {
        return one.field == field && one.at.row == at.row && one.at.stream == at.stream;
      });
      if (known) continue;
      MQ_TRY(const Content now, cell_of(place_, at, *field));
      undo_.push_back({Undo::Kind::kWatched, at, field, {}, 0, hash_of(*field, now)});
    }
  }
  return {};
}

Result<RowId> RosterStep::store(vault::StreamIx home, std::vector<vault::Change> typed,
                                vault::View seen) {
  MQ_CHECK(watch_ends());
  const RowId row = typed.empty() ? new_id<RowId>(place_.clock, place_.random) : typed.front().row;
  RowChanges note(place_, "RosterChange", row);
  note.set(C::kKindFieldNumber, std::int64_t{kind_});
  for (const RowId& one : from_) note.add_row(C::kFromFieldNumber, one);
  for (const RowId& one : to_) note.add_row(C::kToFieldNumber, one);
  for (const RowId& one : people_) note.add_row(C::kPeopleFieldNumber, one);
  if (villages_) {
    note.set_row(C::kVillageFromFieldNumber, villages_->first)
        .set_row(C::kVillageToFieldNumber, villages_->second);
  }
  note.set(C::kBeforeFieldNumber, encode_undo(place_, undo_));
  vault::Draft& last = draft(home);
  for (vault::Change& change : typed) last.changes.push_back(std::move(change));
  note.into(last);
  MQ_CHECK(place_.vault.commit(drafts_, seen));
  return row;
}

Result<std::vector<Resident>> residents_of(const Workplace& place, const RowId& household) {
  MQ_TRY(const Canonical households, Canonical::households(place));
  MQ_TRY(const Canonical people, Canonical::people(place));
  std::vector<Resident> out;
  for (const RowId& home : households.folded(household)) {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query("SELECT id, stream, name, birth, id_fingerprint FROM "
                                        "\"person\" WHERE household_id = ?1 AND deleted = 0 "
                                        "ORDER BY id"));
    q.bind(1, home.view());
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      Resident one{RowId::from(q.blob(0)).value_or(RowId{}),
                   q.integer(1),
                   home,
                   std::string(q.text(2)),
                   std::nullopt,
                   to_bytes(q.blob(4))};
      if (!q.is_null(3)) one.birth = Date{static_cast<std::int32_t>(q.integer(3))};
      if (people.counts(one.row, one.stream)) out.push_back(std::move(one));
    }
  }
  return out;
}

Status need_stream(const Workplace& place, vault::StreamIx stream) {
  const vault::StreamInfo* info = place.vault.stream(stream);
  const auto device = place.vault.device();
  const bool fresh = info != nullptr && info->ordinal == 0;  // made here, not registered yet
  if (fresh) return {};
  if (info != nullptr && device &&
      place.control.may_write(*device, info->id, place.control.head_seq())) {
    return {};
  }
  return Error{Code::kNotAllowed,
               "名册变动:要改的记录在您没有登记权限的村,什么也没有存;请有权限的人或乡镇办理",
               "changing the roster: this needs the right to write in that village; nothing was "
               "kept"};
}

}  // namespace mq::work
