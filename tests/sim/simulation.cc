#include "simulation.h"

#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::sim {
namespace {

using testing::SimDevice;

const model::Entity& entity_named(std::string_view name) {
  const model::Entity* entity = model::Schema::current().entity(name);
  MQ_ASSERT(entity != nullptr);
  return *entity;
}

std::uint32_t field_number(const model::Entity& entity, std::string_view name) {
  const model::Field* field = entity.field(name);
  MQ_ASSERT(field != nullptr);
  return field->number;
}

// The cells the simulation writes: two registers, a text, a set of ids.
struct Fields {
  std::uint32_t entity, first, second, text, set;
};
const Fields& fields_of(std::uint32_t entity) {
  static const model::Entity& visit = entity_named("Visit");
  static const model::Entity& diary = entity_named("Diary");
  static const Fields of_visit{visit.number, field_number(visit, "theme"),
                               field_number(visit, "place_note"), field_number(visit, "text"),
                               field_number(visit, "issue_ids")};
  static const Fields of_diary{diary.number, field_number(diary, "title"),
                               field_number(diary, "reason"), field_number(diary, "body"),
                               field_number(diary, "issue_ids")};
  return entity == visit.number ? of_visit : of_diary;
}

vault::Change change_of(const CellName& cell, const std::string& text) {
  vault::Change change;
  change.entity = cell.entity;
  change.row = cell.row;
  change.field = cell.field;
  change.value = text;
  return change;
}

}  // namespace

std::vector<std::uint32_t> Simulation::first_fields(std::uint32_t entity) {
  return {fields_of(entity).first, fields_of(entity).text};
}
std::vector<std::uint32_t> Simulation::all_fields(std::uint32_t entity) {
  const Fields& f = fields_of(entity);
  return {f.first, f.second, f.text, f.set};
}

Simulation::Simulation(const SimOptions& options)
    : options_(options), random_(options.seed), world_(options.seed) {
  SimDevice& admin = world_.found(2);
  world_.add_cadre(admin, "甲", {world_.villages[0]});
  world_.add_cadre(admin, "乙");
  notes_.resize(world_.devices.size());
}

SimResult Simulation::run() {
  for (int i = 0; i < options_.steps && result_.faults.empty(); ++i) step();
  if (result_.faults.empty()) check_end();
  return std::move(result_);
}

void Simulation::step() {
  const int index = static_cast<int>(random_.below(world_.devices.size()));
  world_.advance(std::chrono::milliseconds(random_.below(20'000)));
  if (!device(index).running()) {
    kill(index);  // brings it back
    return;
  }
  const std::uint64_t dice = random_.below(100);
  if (dice < 14) return record_visit(index);
  if (dice < 20) return record_diary(index);
  if (dice < 32) return edit(index);
  if (dice < 37) return edit_set(index);
  if (dice < 39) return delete_row(index);
  if (dice < 42) return open_form(index);
  if (dice < 46) return save_form(index);
  if (dice < 76) return exchange(index);
  if (dice < 81) return change_weather(index);
  if (dice < 83) return change_clock(index);
  if (dice < 85) return change_disk(index);
  if (dice < 90) return kill(index);
  if (dice < 92) return back_up(index);
  if (dice < 94) return restore(index);
  if (dice < 95) return clone(index);
  if (dice < 98) return trouble_server();
  if (dice < 99) return add_member();
  world_.devices[static_cast<std::size_t>(index)]->network.deliver_late();
}

std::string Simulation::new_token() {
  return cat("入户走访所见 ", options_.seed, "-", ++next_token_, " 句");
}

const vault::StreamInfo* Simulation::some_stream(int index, int kind) {
  const seal::Identity& me = *device(index).keyring().identity();
  std::vector<StreamId> ids;
  for (const vault::StreamInfo& stream : device(index).vault().streams()) {
    const bool mine =
        kind != wire::pb::STREAM_KIND_DIARY || std::ranges::equal(stream.owner, me.person.view());
    if (stream.kind == kind && mine) ids.push_back(stream.id);
  }
  if (ids.empty()) return nullptr;
  return device(index).vault().stream(ids[random_.below(ids.size())]);
}

// An error means that nothing was saved; only a full disk may give one.
bool Simulation::save(int index, const vault::Draft& draft, vault::View view) {
  const auto saved = device(index).vault().commit({draft}, view);
  if (saved.ok()) {
    ++result_.writes;
    return true;
  }
  say(cat(device(index).name(), " could not save: ", saved.error().en));
  if (saved.error().code != Code::kExhausted) fault("a save failed: " + saved.error().en);
  return false;
}

void Simulation::record_visit(int index) {
  record(index, wire::pb::STREAM_KIND_VILLAGE, entity_named("Visit").number);
}
void Simulation::record_diary(int index) {
  record(index, wire::pb::STREAM_KIND_DIARY, entity_named("Diary").number);
}

// A new row with two cells, whole or not at all.
void Simulation::record(int index, int stream_kind, std::uint32_t entity) {
  const vault::StreamInfo* stream = some_stream(index, stream_kind);
  if (stream == nullptr) return;
  const Fields& f = fields_of(entity);
  const auto row = new_id<RowId>(device(index).clock, device(index).random);
  const std::string first = new_token();
  const std::string text = new_token();
  const StreamId id = stream->id;
  const vault::Draft draft{
      stream->ix,
      {change_of({entity, row, f.first}, first), change_of({entity, row, f.text}, text)}};
  if (!save(index, draft, device(index).vault().view())) return;
  oracle_.wrote(index, {entity, row, f.first}, first, {});
  oracle_.wrote(index, {entity, row, f.text}, text, {});
  rows_.emplace_back(entity, row);
  stream_of_.emplace(row, id);
  created_.emplace(row, std::pair(first, text));
  say(cat(device(index).name(), " records ", row.hex(), " with ", first));
}

std::optional<std::pair<std::uint32_t, RowId>> Simulation::some_row(int index) {
  if (rows_.empty()) return std::nullopt;
  for (int i = 0; i < 8; ++i) {
    const auto& [entity, row] = rows_[random_.below(rows_.size())];
    const auto loaded = device(index).vault().load(entity, row);
    if (loaded.ok() && *loaded) return std::pair(entity, row);
  }
  return std::nullopt;
}

CellName Simulation::some_cell(std::uint32_t entity, const RowId& row) {
  const Fields& f = fields_of(entity);
  const std::uint32_t fields[] = {f.first, f.second, f.text};
  return {entity, row, fields[random_.below(3)]};
}

bool Simulation::is_set(const CellName& cell) const {
  return cell.field == fields_of(cell.entity).set;
}

// Texts and members written and not yet sealed, of whoever wrote them in this home.
Tokens Simulation::unsealed(int index) {
  Tokens out;
  for (const vault::StreamInfo& stream : device(index).vault().streams()) {
    const auto waiting = device(index).vault().unsealed(stream.ix, 1u << 30);
    if (!waiting.ok()) continue;
    for (const auto& one : *waiting) {
      for (const model::Op& op : one.transaction.ops) {
        out.insert(op.kind == model::OpKind::kAdd ? to_hex(op.value) : to_string(op.value));
      }
    }
  }
  return out;
}

Tokens Simulation::visible(int index, const CellName& cell) {
  Tokens out;
  if (is_set(cell)) {
    const auto row = device(index).vault().load(cell.entity, cell.row);
    if (!row.ok() || !*row) return out;
    const vault::Cell* held = (*row)->cell(cell.field);
    if (held == nullptr) return out;
    for (const model::Value& value : held->values) {
      if (const auto* bytes = std::get_if<Bytes>(&value)) out.insert(to_hex(*bytes));
    }
    return out;
  }
  const auto claims = device(index).vault().claims(cell.entity, cell.row, cell.field);
  if (!claims.ok()) return out;
  for (const vault::Claim& claim : *claims) {
    if (const auto* text = std::get_if<std::string>(&claim.value)) out.insert(*text);
  }
  return out;
}

void Simulation::write(int index, const CellName& cell, vault::StreamIx stream, vault::View view,
                       const Tokens& seen) {
  const std::string token = new_token();
  const vault::Draft draft{stream, {change_of(cell, token)}};
  if (!save(index, draft, view)) return;
  oracle_.wrote(index, cell, token, seen);
  say(cat(device(index).name(), " writes ", token, " in field ", cell.field, " of ", cell.row.hex(),
          " over ", seen.empty() ? "nothing" : *seen.begin(), seen.size() > 1 ? " and more" : ""));
}

void Simulation::edit(int index) {
  const auto row = some_row(index);
  if (!row) return;
  const CellName cell = some_cell(row->first, row->second);
  const auto loaded = device(index).vault().load(row->first, row->second);
  if (!loaded.ok() || !*loaded) return;
  write(index, cell, (*loaded)->stream, device(index).vault().view(), visible(index, cell));
}

void Simulation::edit_set(int index) {
  const auto row = some_row(index);
  if (!row) return;
  const CellName cell{row->first, row->second, fields_of(row->first).set};
  const auto loaded = device(index).vault().load(row->first, row->second);
  if (!loaded.ok() || !*loaded) return;
  const Tokens members = visible(index, cell);
  vault::Change change = change_of(cell, {});
  change.kind = vault::Change::Kind::kAdd;
  const bool removes = !members.empty() && random_.chance(40);
  std::string token = random_id<RowId>(device(index).random).hex();
  if (removes) {
    change.kind = vault::Change::Kind::kRemove;
    token = *std::next(members.begin(), static_cast<long>(random_.below(members.size())));
  }
  change.value = *from_hex(token);
  if (!save(index, {(*loaded)->stream, {change}}, device(index).vault().view())) return;
  if (removes) {
    oracle_.removed(index, cell, token);
  } else {
    oracle_.wrote(index, cell, token, {});
  }
  say(cat(device(index).name(), removes ? " removes " : " adds ", token));
}

void Simulation::delete_row(int index) {
  const auto row = some_row(index);
  if (!row) return;
  const auto loaded = device(index).vault().load(row->first, row->second);
  if (!loaded.ok() || !*loaded) return;
  Tokens seen;
  for (const std::uint32_t field : all_fields(row->first)) {
    seen.merge(visible(index, {row->first, row->second, field}));
  }
  vault::Change change;
  change.kind = vault::Change::Kind::kDelete;
  change.entity = row->first;
  change.row = row->second;
  if (!save(index, {(*loaded)->stream, {change}}, device(index).vault().view())) return;
  oracle_.deleted(index, row->first, row->second, seen);
  say(cat(device(index).name(), " deletes ", row->second.hex()));
}

// A form stays open while other things happen; what it showed is what its author had seen.
void Simulation::open_form(int index) {
  const auto row = some_row(index);
  if (!row) return;
  const CellName cell = some_cell(row->first, row->second);
  notes(index).form = Form{device(index).vault().view(), device(index).vault().incarnation(), cell,
                           visible(index, cell)};
}

void Simulation::save_form(int index) {
  if (!notes(index).form) return;
  const Form form = *std::exchange(notes(index).form, std::nullopt);
  say(cat(device(index).name(), " saves an open form"));
  const auto loaded = device(index).vault().load(form.cell.entity, form.cell.row);
  if (!loaded.ok() || !*loaded) return;
  // A new incarnation's own line covers less; the door closes its forms.
  if (form.incarnation != device(index).vault().incarnation()) return;
  // What this device wrote itself since then is covered without being shown.
  Tokens seen = form.seen;
  for (const std::string& token : visible(index, form.cell)) {
    if (oracle_.written_by(index, token)) seen.insert(token);
  }
  write(index, form.cell, (*loaded)->stream, form.view, seen);
}

void Simulation::exchange(int index) {
  SimDevice& d = device(index);
  const auto steps = 1 + random_.below(12);
  for (std::uint64_t i = 0; i < steps; ++i) {
    const auto progress = d.step();
    ++result_.exchanges;
    if (!progress.ok()) say(cat(d.name(), " exchanges: ", progress.error().en));
    check_outbox(index);
    check_reads(index, 2);
    if (!progress.ok()) {
      const std::int64_t pause = d.engine().wake_at().ms - d.clock.monotonic().ms;
      if (pause > 0) world_.advance(std::chrono::milliseconds(pause));
      continue;
    }
    if (*progress != sync::Progress::kIdle) continue;
    const auto delivery = d.vault().delivery();
    if (delivery.ok() && delivery->unsealed == 0 && delivery->sealed_waiting == 0) {
      oracle_.delivered(index);
      say(cat(d.name(), " is level"));
    }
    return;
  }
}

void Simulation::say(const std::string& what) { result_.trace.push_back(what); }

void Simulation::fault(const std::string& what) {
  say("FAULT: " + what);
  result_.faults.push_back(what);
}

}  // namespace mq::sim
