#include "import_memory.h"

#include "mq/base/text.h"

namespace mq::work {

namespace {

ImportMemory::Cells cells_of(ByteView packed) {
  ImportMemory::Cells out;
  ByteReader reader(packed);
  while (reader.left() > 0 && !reader.failed()) {
    const auto field = static_cast<std::uint32_t>(reader.varint());
    out.emplace_back(field, reader.array<8>());
  }
  if (reader.failed()) out.clear();
  return out;
}

}  // namespace

std::string ImportMemory::name_of(const Key& key) const {
  const vault::StreamInfo* info = place_.vault.stream(key.first);
  return cat("import.", info == nullptr ? std::string() : info->id.hex(), ".", key.second);
}

Result<ImportMemory::Shelf*> ImportMemory::shelf_of(const Key& key) {
  const auto [at, fresh] = shelves_.try_emplace(key);
  Shelf& shelf = at->second;
  if (!fresh) return &shelf;
  MQ_TRY(const std::optional<Bytes> stored, place_.vault.setting(name_of(key)));
  if (stored) shelf.bytes.raw(*stored);
  return &shelf;
}

// The entries of a shelf: row, cells. The last one of a row is valid.
void ImportMemory::index(Shelf& shelf) {
  if (shelf.indexed) return;
  shelf.indexed = true;
  const ByteView bytes = shelf.bytes.bytes();
  ByteReader reader(bytes);
  while (reader.left() > 0) {
    const RowId row{reader.array<16>()};
    const ByteView cells = reader.block();
    if (reader.failed()) return;
    const auto begin = static_cast<std::size_t>(cells.data() - bytes.data());
    shelf.entries[row] = {begin, cells.size()};
  }
}

Result<ImportMemory::Cells> ImportMemory::read(const Of& of) {
  const auto look = [&](vault::StreamIx stream) -> Result<std::optional<Cells>> {
    MQ_TRY(Shelf* const shelf, shelf_of({stream, of.entity}));
    index(*shelf);
    const auto found = shelf->entries.find(of.row);
    if (found == shelf->entries.end()) return std::optional<Cells>();
    const auto [begin, size] = found->second;
    return std::optional(cells_of(ByteView(shelf->bytes.bytes()).subspan(begin, size)));
  };
  MQ_TRY(std::optional<Cells> cells, look(of.stream));
  if (cells) return *cells;
  for (const vault::StreamInfo& other : place_.vault.streams()) {
    if (other.ix == of.stream) continue;
    MQ_TRY(cells, look(other.ix));
    if (cells) return *cells;
  }
  return Cells{};
}

Status ImportMemory::learn(const Of& of, const Cells& cells) {
  MQ_TRY(Shelf* const shelf, shelf_of({of.stream, of.entity}));
  packed_.clear();
  for (const auto& [field, digest] : cells) {
    packed_.varint(field);
    packed_.raw(digest);
  }
  shelf->bytes.raw(of.row.view());
  shelf->bytes.block(packed_.bytes());
  const std::size_t size = packed_.size();
  if (shelf->indexed) {
    shelf->entries[of.row] = {shelf->bytes.size() - size, size};
  }
  shelf->learnt = true;
  return {};
}

// Without what newer entries replaced.
Bytes ImportMemory::tidied(const Shelf& shelf) {
  ByteWriter out;
  for (const auto& [row, place] : shelf.entries) {
    out.raw(row.view());
    out.block(ByteView(shelf.bytes.bytes()).subspan(place.first, place.second));
  }
  return out.take();
}

Status ImportMemory::store() const {
  for (const auto& [key, shelf] : shelves_) {
    if (!shelf.learnt) continue;
    MQ_CHECK(place_.vault.set_setting(name_of(key),
                                      shelf.indexed ? tidied(shelf) : shelf.bytes.bytes()));
  }
  return {};
}

}  // namespace mq::work
