#include "import_merge.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/wire/crypto.h"

namespace mq::work {

namespace {

using Digest = std::array<std::uint8_t, 8>;

// Of a cell's content, whatever the order of a set.
Digest digest(const model::Field& field, const std::vector<model::Value>& values) {
  std::vector<Bytes> encoded;
  for (const model::Value& value : values) encoded.push_back(model::encode_value(field, value));
  std::sort(encoded.begin(), encoded.end());
  ByteWriter all;
  for (const Bytes& one : encoded) all.block(one);
  Digest out;
  wire::hash_into(out, {}, "mq/im", {all.bytes()});
  return out;
}

// A row and its P3 companion have one id.
std::string memory_name(const Wish& wish) {
  return cat(wish.guarded ? "import.private." : "import.", wish.row.hex());
}

std::vector<model::Value> shown(const std::optional<vault::RowData>& data,
                                const model::Field& field) {
  const vault::Cell* cell = data ? data->cell(field.number) : nullptr;
  if (cell == nullptr)
    return field.repeated ? std::vector<model::Value>{} : std::vector<model::Value>{{}};
  return field.repeated ? cell->values : std::vector<model::Value>{cell->value};
}

std::string people_text(const model::Field& field, const std::vector<model::Value>& values) {
  std::vector<std::string> parts;
  for (const model::Value& value : values) parts.push_back(model::format_value(field, value));
  return join(parts, "、");
}

}  // namespace

Result<ImportMerge::Memory> ImportMerge::remembered(const Wish& wish) {
  MQ_TRY(const std::optional<Bytes> stored, place_.vault.setting(memory_name(wish)));
  Memory memory;
  if (!stored) return memory;
  ByteReader reader(*stored);
  while (reader.left() > 0 && !reader.failed()) {
    const auto field = static_cast<std::uint32_t>(reader.varint());
    memory[field] = reader.array<8>();
  }
  if (reader.failed()) memory.clear();  // without a memory people's corrections win
  return memory;
}

Result<bool> ImportMerge::add(const Wish& wish, std::vector<ImportFault>& faults) {
  MQ_TRY(const std::optional<vault::RowData> data,
         place_.vault.load(wish.entity->number, wish.row));
  MQ_TRY(Memory memory, remembered(wish));
  const Memory before = memory;
  bool writes = false;
  std::vector<vault::Change>& out = changes_[wish.stream];
  if (!data) out.insert(out.end(), wish.first.begin(), wish.first.end());
  for (const WishCell& cell : wish.cells) {
    const model::Field& field = *wish.entity->field(cell.field);
    const Digest file = digest(field, cell.values);
    const Digest here = digest(field, shown(data, field));
    const auto last = memory.find(cell.field);
    const bool file_unchanged = data && last != memory.end() && last->second == file;
    const bool people_changed = data && last != memory.end() && last->second != here;
    if (!cell.provisional) memory[cell.field] = file;
    if (file == here || file_unchanged) continue;
    if (people_changed) {
      faults.push_back(
          {wish.line, cell.column, Fate::kFlagged, people_text(field, shown(data, field)),
           people_text(field, cell.values), "名册改了这一项,本地也改过:两种都列出,没有覆盖",
           "changed both in the file and here: both are listed, nothing was overwritten"});
      if (last != before.end()) memory[cell.field] = before.at(cell.field);
      continue;
    }
    vault::Change change;
    change.entity = wish.entity->number;
    change.row = wish.row;
    change.field = cell.field;
    if (field.repeated) {
      change.values = cell.values;
    } else if (!cell.values.empty()) {
      change.value = cell.values.front();
    }
    out.push_back(std::move(change));
    writes = true;
  }
  if (memory != before) {
    ByteWriter writer;
    for (const auto& [field, value] : memory) {
      writer.varint(field);
      writer.raw(value);
    }
    memories_.emplace_back(memory_name(wish), writer.take());
  }
  return writes;
}

Status ImportMerge::commit() {
  return place_.vault.together([&]() -> Status {
    std::vector<vault::Draft> drafts;
    for (auto& [stream, changes] : changes_) {
      if (!changes.empty()) drafts.push_back({stream, std::move(changes)});
    }
    if (!drafts.empty()) MQ_CHECK(place_.vault.commit(drafts, seen_));
    for (const auto& [name, bytes] : memories_) MQ_CHECK(place_.vault.set_setting(name, bytes));
    return {};
  });
}

}  // namespace mq::work
