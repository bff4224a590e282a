#include "simulation.h"

#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::sim {
namespace {

using testing::SimDevice;

vault::Change change_of(const CellName& cell, const model::Value& value) {
  vault::Change change;
  change.entity = cell.entity;
  change.row = cell.row;
  change.field = cell.field;
  change.value = value;
  return change;
}

}  // namespace

Simulation::Simulation(const SimOptions& options)
    : options_(options),
      random_(options.seed),
      world_(options.seed, &faults_),
      turns_(options.seed + 77'000'000) {
  SimDevice& admin = world_.found(1);
  MQ_ASSERT(world_.open_villages(admin, 1, testing::Guarded::kNo).ok());
  bare_village_ = world_.villages[1];
  world_.add_cadre(admin, "甲", {world_.villages[0]});
  world_.add_cadre(admin, "乙");
  if (options_.membership) world_.add_admin(admin, "副");
  notes_.resize(world_.devices.size());
}

SimResult Simulation::run() {
  try {
    for (int i = 0; i < options_.steps && result_.faults.empty(); ++i) step();
    if (result_.faults.empty()) check_end();
  } catch (const GivenUp&) {
    say("it cannot go on");
  }
  return std::move(result_);
}

void Simulation::step() {
  const int index = static_cast<int>(random_.below(world_.devices.size()));
  world_.advance(std::chrono::milliseconds(random_.below(20'000)));
  if (!device(index).running()) {
    kill(index);  // brings it back
    return;
  }
  if (options_.membership && turns_.below(1'000) < 45) change_membership();
  if (options_.membership && turns_.below(1'000) < 40) courier(index);
  if (options_.membership && turns_.below(1'000) < 30) forget(index);
  const std::uint64_t dice = random_.below(108);
  if (dice < 20) return record_something(index);
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
  if (dice < 100) return world_.devices[static_cast<std::size_t>(index)]->network.deliver_late();
  if (dice < 103) return move_on(index);
  if (dice < 104) return import_rows(index);
  if (dice < 105) return open_private();
  if (dice < 107) return stumble(index);
  forge_replies(index);
}

model::Value Simulation::new_value(const CellName& cell) {
  model::Value value = unique_value(cell, ++next_token_, options_.seed);
  values_.emplace(word_of(value), value);
  return value;
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

void Simulation::record_something(int index) {
  const std::uint64_t dice = random_.below(20);
  if (dice < 11) return record(index, wire::pb::STREAM_KIND_VILLAGE, visit_fields());
  if (dice < 15) return record(index, wire::pb::STREAM_KIND_DIARY, diary_fields());
  if (dice < 17) return record(index, wire::pb::STREAM_KIND_VILLAGE, issue_fields());
  record(index, wire::pb::STREAM_KIND_PRIVATE, private_fields());
}

vault::Draft Simulation::new_row(int index, const vault::StreamInfo& stream, const Fields& f) {
  const auto row = new_id<RowId>(device(index).clock, device(index).random);
  vault::Draft draft{stream.ix, {}};
  for (const std::uint32_t field : {f.first, f.text}) {
    const CellName cell{f.entity, row, field};
    draft.changes.push_back(change_of(cell, new_value(cell)));
  }
  return draft;
}

// What a successful save of new rows promises: each whole.
void Simulation::note_rows(int index, const std::vector<vault::Draft>& drafts) {
  for (const vault::Draft& draft : drafts) {
    Oracle::Together together;
    for (const vault::Change& change : draft.changes) {
      const CellName cell{change.entity, change.row, change.field};
      oracle_.wrote(index, cell, word_of(change.value), {});
      together.emplace_back(cell, word_of(change.value));
    }
    const vault::Change& first = draft.changes.front();
    oracle_.together(first.entity, first.row, together);
    rows_.emplace_back(first.entity, first.row);
    stream_of_.emplace(first.row, device(index).vault().stream(draft.stream)->id);
    say(cat(device(index).name(), " records ", first.row.hex(), " with ", word_of(first.value)));
  }
}

// A new row with two cells, whole or not at all.
void Simulation::record(int index, int stream_kind, const Fields& fields) {
  const vault::StreamInfo* stream = some_stream(index, stream_kind);
  if (stream == nullptr) return;
  const vault::Draft draft = new_row(index, *stream, fields);
  if (save(index, draft, device(index).vault().view())) note_rows(index, {draft});
}

// Many rows of several streams in one commit; the power goes somewhere on the way. All of them are
// there afterwards, or none; taken up again, with the same ids, each is there once.
void Simulation::import_rows(int index) {
  std::vector<vault::Draft> drafts;
  for (int i = 0; i < 4; ++i) {
    const vault::StreamInfo* village = some_stream(index, wire::pb::STREAM_KIND_VILLAGE);
    const vault::StreamInfo* guarded = some_stream(index, wire::pb::STREAM_KIND_PRIVATE);
    if (village != nullptr) drafts.push_back(new_row(index, *village, visit_fields()));
    if (guarded != nullptr) drafts.push_back(new_row(index, *guarded, private_fields()));
  }
  if (drafts.empty()) return;
  say(cat(device(index).name(), " imports ", drafts.size(), " rows"));
  faults_.arm(testing::Faults::Mode::kFromThere, 1 + random_.below(60));
  const auto saved = device(index).vault().commit(drafts, device(index).vault().view());
  faults_.stop();
  stand_up(index);
  std::size_t there = 0;
  for (const vault::Draft& draft : drafts) {
    const auto loaded = device(index).vault().load(draft.changes[0].entity, draft.changes[0].row);
    there += loaded.ok() && *loaded ? 1 : 0;
  }
  if (there != 0 && there != drafts.size()) fault(cat("an import stands in part: ", there));
  if (saved.ok() && there == 0) fault("an import that was acknowledged is gone");
  const auto again = device(index).vault().commit(drafts, device(index).vault().view());
  if (!again.ok()) return fault("an import cannot be taken up again: " + again.error().en);
  note_rows(index, drafts);
  for (const vault::Draft& draft : drafts) {
    const std::string word = word_of(draft.changes[1].value);
    if (visible(index, {draft.changes[1].entity, draft.changes[1].row, draft.changes[1].field}) !=
        Tokens{word}) {
      fault(word + " was imported twice and is not there once");
    }
  }
}

// A step of a state machine, from where this device sees it stand.
void Simulation::move_on(int index) {
  std::vector<RowId> issues;
  for (const auto& [entity, row] : rows_) {
    if (entity == issue_fields().entity) issues.push_back(row);
  }
  if (issues.empty()) return;
  const CellName cell{issue_fields().entity, issues[random_.below(issues.size())],
                      issue_fields().step};
  const auto loaded = device(index).vault().load(cell.entity, cell.row);
  if (!loaded.ok() || !*loaded) return;
  Move move{index, 0, {}};
  const vault::Cell* state = (*loaded)->cell(cell.field);
  if (state != nullptr) move.from = std::get<std::int64_t>(state->value);
  const auto claims = device(index).vault().claims(cell.entity, cell.row, cell.field);
  if (!claims.ok()) return fault(claims.error().en);
  for (const vault::Claim& claim : *claims) move.seen.insert(std::get<std::int64_t>(claim.value));
  const model::Value to = new_value(cell);
  vault::Change change = change_of(cell, to);
  change.kind = vault::Change::Kind::kStep;
  change.reason = "走访时";
  if (!save(index, {(*loaded)->stream, {change}}, device(index).vault().view())) return;
  // No move is ever written over: each stays, counted or not.
  oracle_.wrote(index, cell, word_of(to), {});
  moves_[cell.row].emplace(std::get<std::int64_t>(to), move);
  say(cat(device(index).name(), " moves ", cell.row.hex(), " from ", move.from, " to ",
          word_of(to)));
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

// Texts and members written and not yet sealed, of whoever wrote them in this home.
Tokens Simulation::unsealed(int index) {
  Tokens out;
  for (const vault::StreamInfo& stream : device(index).vault().streams()) {
    const auto waiting = device(index).vault().unsealed(stream.ix, 1u << 30);
    if (!waiting.ok()) continue;
    for (const auto& one : *waiting) {
      for (const model::Op& op : one.transaction.ops) {
        if (op.kind != model::OpKind::kStep) out.insert(word_of(op));
      }
    }
  }
  out.erase("");
  return out;
}

Tokens Simulation::visible(int index, const CellName& cell) {
  Tokens out;
  const auto claims = device(index).vault().claims(cell.entity, cell.row, cell.field);
  if (!claims.ok()) return out;
  for (const vault::Claim& claim : *claims) out.insert(word_of(claim.value));
  out.erase("");
  return out;
}

void Simulation::write(int index, const CellName& cell, vault::StreamIx stream, vault::View view,
                       const Tokens& seen) {
  const model::Value value = new_value(cell);
  const std::string token = word_of(value);
  const vault::Draft draft{stream, {change_of(cell, value)}};
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
  if (!row || fields_of(row->first).set == 0) return;
  const CellName cell{row->first, row->second, fields_of(row->first).set};
  const auto loaded = device(index).vault().load(row->first, row->second);
  if (!loaded.ok() || !*loaded) return;
  const Tokens members = visible(index, cell);
  const bool removes = !members.empty() && random_.chance(40);
  std::string token;
  vault::Change change = change_of(cell, {});
  if (removes) {
    change.kind = vault::Change::Kind::kRemove;
    token = *std::next(members.begin(), static_cast<long>(random_.below(members.size())));
    change.value = values_.at(token);
  } else {
    change.kind = vault::Change::Kind::kAdd;
    change.value = new_value(cell);
    token = word_of(change.value);
  }
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
  for (const std::uint32_t field : plain_fields(row->first)) {
    seen.merge(visible(index, {row->first, row->second, field}));
  }
  // Who has seen a move has seen what its author had.
  for (const std::string& word :
       visible(index, {row->first, row->second, fields_of(row->first).step})) {
    seen.insert(word);
    const auto move = moves_[row->second].find(std::get<std::int64_t>(values_.at(word)));
    if (move == moves_[row->second].end()) continue;
    for (const std::int64_t each : move->second.seen) seen.insert(word_of(each));
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
    const bool forged = std::exchange(d.network.forged, false);
    if (forged && progress.ok() && *progress == sync::Progress::kIdle) {
      fault(cat(d.name(), " believed a reply that its server had not signed so"));
    }
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
    check_level(index);
    check_out_of_force(index);
    const auto delivery = d.vault().delivery();
    if (delivery.ok() && delivery->unsealed == 0 && delivery->sealed_waiting == 0) {
      oracle_.delivered(index);
      say(cat(d.name(), " is level"));
    }
    if (options_.membership && turns_.chance(30)) tend(index);
    return;
  }
}

void Simulation::say(const std::string& what) { result_.trace.push_back(what); }

void Simulation::fault(const std::string& what) {
  say("FAULT: " + what);
  result_.faults.push_back(what);
}

}  // namespace mq::sim
