// ImportMemory: what earlier files said of a row, as digests of its cells, never as text.
//
// Kept in one setting of the vault for each stream and entity, new entries behind the old ones and
// the last one valid: a setting for each row would cost the first import of a township a tenth of
// its time, and one for all entities would be written anew by a file of any of them.
// Only ever compared with digests of the same vault. What cannot be read counts as forgotten, and
// without a memory people's corrections win. Errors are the database's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

class ImportMemory {
 public:
  using Digest = std::array<std::uint8_t, 8>;
  using Cell = std::pair<std::uint32_t, Digest>;
  using Cells = std::vector<Cell>;  // by field

  struct Of {
    vault::StreamIx stream = 0;
    std::uint32_t entity = 0;
    RowId row;
  };

  explicit ImportMemory(const Workplace& place) : place_(place) {}

  // Also of a row that has moved here from another stream.
  Result<Cells> read(const Of& of);
  Status learn(const Of& of, const Cells& cells);
  // Writes what was learnt; within the caller's commit.
  Status store() const;

 private:
  using Key = std::pair<vault::StreamIx, std::uint32_t>;  // stream and entity
  struct Shelf {
    ByteWriter bytes;
    bool learnt = false, indexed = false;
    std::map<RowId, std::pair<std::size_t, std::size_t>> entries;  // where its cells are, how many
  };
  std::string name_of(const Key& key) const;
  Result<Shelf*> shelf_of(const Key& key);
  static void index(Shelf& shelf);
  static Bytes tidied(const Shelf& shelf);

  const Workplace& place_;
  std::map<Key, Shelf> shelves_;
  ByteWriter packed_;  // the cells at hand
};

}  // namespace mq::work
