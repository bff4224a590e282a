#include "import_merge.h"

#include <algorithm>
#include <bit>

#include "mq/base/text.h"
#include "mq/vault/aead.h"
#include "mq/work/reference.h"

namespace mq::work {

namespace {

void append_varint(Bytes& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to.push_back(static_cast<std::uint8_t>(number | 0x80));
  to.push_back(static_cast<std::uint8_t>(number));
}

void append_block(Bytes& to, ByteView block) {
  append_varint(to, block.size());
  to.insert(to.end(), block.begin(), block.end());
}

// One value's content: where it stands, or written into `room`.
ByteView content_of(const model::Field& field, const model::Value& value, Bytes& room) {
  if (const auto* text = std::get_if<std::string>(&value)) return view_of(*text);
  if (const auto* bytes = std::get_if<Bytes>(&value)) return *bytes;
  room = model::encode_value(field, value);
  return room;
}

// A set's content, whatever its order.
void append_set(Bytes& to, const model::Field& field, const std::vector<model::Value>& values) {
  std::vector<Bytes> encoded;
  for (const model::Value& value : values) encoded.push_back(model::encode_value(field, value));
  std::sort(encoded.begin(), encoded.end());
  for (const Bytes& one : encoded) append_block(to, one);
}

// Only ever compared with others of the same vault, which keeps them; no secret key is needed.
ImportMemory::Digest digest(ByteView content) {
  static const Key32 kSame;
  return std::bit_cast<ImportMemory::Digest>(vault::short_hash(kSame, content));
}

// As people know it: a row by its name, and nothing of what only programs read.
Result<std::string> people_text(const Workplace& place, const Wish& wish, const model::Field& field,
                                const model::Value& value,
                                const std::vector<model::Value>& values) {
  std::vector<std::string> parts;
  const bool one = !field.repeated && values.empty();
  if (field.rule.kind() == model::pb::KIND_FINGERPRINT) return std::string();
  for (const model::Value& each : one ? std::vector{value} : values) {
    const auto* bytes = std::get_if<Bytes>(&each);
    const auto row = bytes == nullptr ? std::nullopt : RowId::from(*bytes);
    if (field.rule.kind() != model::pb::KIND_REF || !row) {
      parts.push_back(model::format_value(field, each));
      continue;
    }
    MQ_TRY(std::string name, reference_text(place, field.rule.ref(), *row));
    const bool comes_with_it = name == row->hex() && !wish.newcomer.empty();
    if (comes_with_it) name = wish.newcomer;
    parts.push_back(std::move(name));
  }
  return join(parts, "、");
}

// What the file is, by what it says.
std::string_view file_of(const model::Entity& entity) {
  if (entity.name == "Visit") return "走访表";
  if (entity.name == "Cadre") return "干部名单";
  return entity.name == "Pairing" ? "结对表" : "名册";
}

Result<ImportFault> both_changed(const Workplace& place, const Wish& wish, const WishCell& cell,
                                 const model::Field& field, const vault::Cell* shown) {
  const vault::Cell nothing;
  const vault::Cell& here = shown != nullptr ? *shown : nothing;
  MQ_TRY(std::string ours, people_text(place, wish, field, here.value, here.values));
  MQ_TRY(std::string theirs, people_text(place, wish, field, cell.value, cell.values));
  return ImportFault{wish.line,
                     std::string(cell.column),
                     Fate::kFlagged,
                     std::move(ours),
                     std::move(theirs),
                     cat(file_of(*wish.entity), "改了这一项,本地也改过:两种都列出,没有覆盖"),
                     "changed both in the file and here: both are listed, nothing was overwritten"};
}

bool holds_something(const model::Field& field, const vault::Cell* cell) {
  return cell != nullptr &&
         (field.repeated ? !cell->values.empty() : !model::is_empty(cell->value));
}

void append_change(const Wish& wish, const model::Field& field, WishCell& cell,
                   std::vector<vault::Change>& out) {
  vault::Change& change = out.emplace_back();
  change.entity = wish.entity->number;
  change.row = wish.row;
  change.field = cell.field;
  if (field.repeated) {
    change.values = std::move(cell.values);
  } else {
    change.value = std::move(cell.values.empty() ? cell.value : cell.values.front());
  }
}

}  // namespace

ImportMerge::ImportMerge(const Workplace& place, vault::View seen, const std::vector<Wish>& wishes)
    : place_(place), seen_(seen), memory_(place) {
  std::map<const model::Entity*, std::size_t> rows;
  for (const Wish& wish : wishes) ++rows[wish.entity];
  for (const auto& [entity, count] : rows) {
    known_.try_emplace(entity->number, place.vault, *entity, count);
  }
}

// What the file says, as bytes that are equal if the contents are.
ByteView ImportMerge::said(const WishCell& cell, const model::Field& field) {
  if (!field.repeated) {
    return content_of(field, cell.values.empty() ? cell.value : cell.values.front(), file_);
  }
  file_.clear();
  append_set(file_, field, cell.values);
  return file_;
}

// The same of what is here.
ByteView ImportMerge::held(const model::Field& field, const vault::Cell* shown) {
  here_.clear();
  if (shown == nullptr) return here_;
  if (!field.repeated) return content_of(field, shown->value, here_);
  append_set(here_, field, shown->values);
  return here_;
}

Result<bool> ImportMerge::add(Wish wish, std::vector<ImportFault>& faults) {
  // By field, as the memory keeps them and the vault stores a new row soonest.
  if (!std::ranges::is_sorted(wish.cells, {}, &WishCell::field)) {
    std::ranges::sort(wish.cells, {}, &WishCell::field);
  }
  MQ_TRY(const std::optional<vault::RowData> data, known_.at(wish.entity->number).load(wish.row));
  return data ? compare(wish, *data, faults) : add_new(wish);
}

// A row and its memory are stored in one commit: no row, no memory.
Result<bool> ImportMerge::add_new(Wish& wish) {
  std::vector<vault::Change>& out = changes_[wish.stream];
  std::move(wish.first.begin(), wish.first.end(), std::back_inserter(out));
  const std::size_t before = out.size();
  cells_.clear();
  for (WishCell& cell : wish.cells) {
    const model::Field& field = *wish.entity->field(cell.field);
    const ByteView content = said(cell, field);
    if (!cell.provisional) cells_.emplace_back(cell.field, digest(content));
    if (!content.empty()) append_change(wish, field, cell, out);
  }
  if (!cells_.empty()) {
    MQ_CHECK(memory_.learn({wish.stream, wish.entity->number, wish.row}, cells_));
  }
  return out.size() > before;
}

// Of what is here already nothing: it has been moved on since.
Status ImportMerge::begin_later(Wish& wish) {
  std::map<std::pair<std::uint32_t, RowId>, bool> here;
  for (vault::Change& change : wish.first) {
    const auto [at, asked] = here.try_emplace({change.entity, change.row}, false);
    if (asked) {
      MQ_TRY(const auto held, place_.vault.load(change.entity, change.row));
      at->second = held.has_value();
    }
    if (!at->second) changes_[wish.stream].push_back(std::move(change));
  }
  return {};
}

Result<bool> ImportMerge::compare(Wish& wish, const vault::RowData& data,
                                  std::vector<ImportFault>& faults) {
  const ImportMemory::Of of{wish.stream, wish.entity->number, wish.row};
  MQ_TRY(ImportMemory::Cells memory, memory_.read(of));
  bool writes = false, learns = false;
  for (WishCell& cell : wish.cells) {
    const model::Field& field = *wish.entity->field(cell.field);
    const vault::Cell* const shown = data.cell(cell.field);
    const ByteView content = said(cell, field), here = held(field, shown);
    const ImportMemory::Digest file = digest(content);
    const auto last = std::ranges::lower_bound(memory, cell.field, {}, &ImportMemory::Cell::first);
    const bool known = last != memory.end() && last->first == cell.field;
    const bool same = std::ranges::equal(content, here);
    const bool differs = !same && !(known && last->second == file);
    // What this device does not remember of an earlier file may be somebody's word: only what is
    // empty here is filled.
    const bool theirs = known ? last->second != digest(here) : holds_something(field, shown);
    if (differs && theirs) {
      MQ_TRY(ImportFault fault, both_changed(place_, wish, cell, field, shown));
      faults.push_back(std::move(fault));
      continue;
    }
    if (!cell.provisional && !(known && last->second == file)) {
      learns = true;
      if (known) {
        last->second = file;
      } else {
        memory.insert(last, {cell.field, file});
      }
    }
    if (!differs) continue;
    if (cell.field == wish.first_with) MQ_CHECK(begin_later(wish));
    append_change(wish, field, cell, changes_[wish.stream]);
    writes = true;
  }
  if (learns) MQ_CHECK(memory_.learn(of, memory));
  return writes;
}

Status ImportMerge::commit() {
  return place_.vault.together([&]() -> Status {
    std::vector<vault::Draft> drafts;
    for (auto& [stream, changes] : changes_) {
      if (!changes.empty()) drafts.push_back({stream, std::move(changes)});
    }
    if (!drafts.empty()) MQ_CHECK(place_.vault.commit(drafts, seen_));
    return memory_.store();
  });
}

}  // namespace mq::work
