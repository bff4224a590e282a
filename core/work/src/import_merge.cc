#include "import_merge.h"

#include <algorithm>
#include <bit>

#include "mq/base/text.h"
#include "mq/vault/aead.h"

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

void append_value(Bytes& to, const model::Field& field, const model::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return append_block(to, view_of(*text));
  if (const auto* bytes = std::get_if<Bytes>(&value)) return append_block(to, *bytes);
  append_block(to, model::encode_value(field, value));
}

// A set's content, whatever its order.
void append_set(Bytes& to, const model::Field& field, const std::vector<model::Value>& values) {
  std::vector<Bytes> encoded;
  for (const model::Value& value : values) encoded.push_back(model::encode_value(field, value));
  std::sort(encoded.begin(), encoded.end());
  for (const Bytes& one : encoded) append_block(to, one);
}

// Only ever compared with others of the same vault, which keeps them; no secret key is needed.
ImportMemory::Digest digest(const Bytes& content) {
  static const Key32 kSame;
  return std::bit_cast<ImportMemory::Digest>(vault::short_hash(kSame, content));
}

std::string people_text(const model::Field& field, const model::Value& value,
                        const std::vector<model::Value>& values) {
  if (!field.repeated && values.empty()) return model::format_value(field, value);
  std::vector<std::string> parts;
  for (const model::Value& one : values) parts.push_back(model::format_value(field, one));
  return join(parts, "、");
}

ImportFault both_changed(const Wish& wish, const WishCell& cell, const model::Field& field,
                         const vault::Cell* shown) {
  const vault::Cell nothing;
  const vault::Cell& here = shown != nullptr ? *shown : nothing;
  return {wish.line,
          std::string(cell.column),
          Fate::kFlagged,
          people_text(field, here.value, here.values),
          people_text(field, cell.value, cell.values),
          "名册改了这一项,本地也改过:两种都列出,没有覆盖",
          "changed both in the file and here: both are listed, nothing was overwritten"};
}

bool holds_something(const model::Field& field, const std::optional<vault::RowData>& data) {
  const vault::Cell* cell = data ? data->cell(field.number) : nullptr;
  return cell != nullptr &&
         (field.repeated ? !cell->values.empty() : !model::is_empty(cell->value));
}

vault::Change change_of(const Wish& wish, const model::Field& field, WishCell& cell) {
  vault::Change change;
  change.entity = wish.entity->number;
  change.row = wish.row;
  change.field = cell.field;
  if (field.repeated) {
    change.values = std::move(cell.values);
  } else {
    change.value = std::move(cell.values.empty() ? cell.value : cell.values.front());
  }
  return change;
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

// What the file says and what is here, as bytes that are equal if the contents are.
void ImportMerge::read_cells(const WishCell& cell, const model::Field& field,
                             const std::optional<vault::RowData>& data) {
  const vault::Cell* shown = data ? data->cell(field.number) : nullptr;
  file_.clear();
  here_.clear();
  if (field.repeated || !cell.values.empty()) {
    append_set(file_, field, cell.values);
  } else {
    append_value(file_, field, cell.value);
  }
  if (!field.repeated) {
    append_value(here_, field, shown != nullptr ? shown->value : model::Value{});
  } else if (shown != nullptr) {
    append_set(here_, field, shown->values);
  }
}

Result<bool> ImportMerge::add(Wish wish, std::vector<ImportFault>& faults) {
  MQ_TRY(const std::optional<vault::RowData> data, known_.at(wish.entity->number).load(wish.row));
  // A row and its memory are stored in one commit: no row, no memory.
  const ImportMemory::Of of{wish.stream, wish.entity->number, wish.row};
  ImportMemory::Cells memory;
  if (data) {
    MQ_TRY(memory, memory_.read(of));
  }
  memory.reserve(std::max(memory.size(), wish.cells.size()));
  bool writes = false, learns = false;
  std::vector<vault::Change>& out = changes_[wish.stream];
  if (!data) std::move(wish.first.begin(), wish.first.end(), std::back_inserter(out));
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  for (WishCell& cell : wish.cells) {
    const model::Field& field = *wish.entity->field(cell.field);
    read_cells(cell, field, data);
    const ImportMemory::Digest file = digest(file_);
    const auto last =
        std::lower_bound(memory.begin(), memory.end(), cell.field,
                         [](const auto& entry, std::uint32_t f) { return entry.first < f; });
    const bool known = last != memory.end() && last->first == cell.field;
    const bool differs = file_ != here_ && !(known && data && last->second == file);
    // What this device does not remember of an earlier file may be somebody's word: only what is
    // empty here is filled.
    const bool theirs = known ? last->second != digest(here_) : holds_something(field, data);
    if (differs && data && theirs) {
      faults.push_back(both_changed(wish, cell, field, data->cell(cell.field)));
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
    out.push_back(change_of(wish, field, cell));
    writes = true;
  }
  // By field, as the vault stores a new row soonest.
  std::sort(out.begin() + begin, out.end(),
            [](const auto& a, const auto& b) { return a.field < b.field; });
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
