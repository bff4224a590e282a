// Row 7: bytes on disk of a device that holds all of W, against plain rows with the sealed
// envelopes beside them once; and of the search index, against plain rows.
#include <sqlite3.h>

#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

std::uint64_t bytes_after_checkpoint(sqlite3* db, const std::string& path) {
  if (sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) !=
      SQLITE_OK) {
    stop("a checkpoint fails");
  }
  return file_bytes(path);
}

// Plain rows, in the order in which they were written.
std::uint64_t plain_bytes(const std::string& path, const std::vector<RowOp>& ops) {
  Plain plain(path);
  plain.execute("BEGIN");
  for (const RowOp& op : ops) plain.put(op);
  plain.execute("COMMIT");
  return bytes_after_checkpoint(plain.raw(), path);
}

}  // namespace

void row_size(Bench& bench) {
  Corpus& corpus = bench.corpus();
  Device& holder = bench.holder();
  sqlite3* db = holder.vault().database().raw();
  const auto whole = static_cast<double>(bytes_after_checkpoint(db, holder.database_path()));
  const auto rows = static_cast<double>(plain_bytes(bench.folder + "/rows.db", corpus.ops));
  const double raw = rows + static_cast<double>(corpus.sealed_bytes);
  const double n = bench.sizes.held;
  print({"7", cat("store file per visit, ", bench.sizes.held, " visits"),
         number(whole / n, 0) + " B", number(raw / n, 0) + " B", whole / raw, "×", 1.1, false,
         "plain rows and the sealed envelopes once"});
  const Watch watch;
  while (must(holder.vault().index_some(5'000)) > 0) {
    progress("size: indexing");
  }
  const double seconds = watch.seconds();
  const double index =
      static_cast<double>(bytes_after_checkpoint(db, holder.database_path())) - whole;
  print({"7", cat("search index per visit, ", bench.sizes.held, " visits"),
         number(index / n, 0) + " B", number(rows / n, 0) + " B", index / rows, "×", 1.1, false,
         "plain rows"});
  print_fact("7", cat("indexing all of it took ", number(seconds, 1), " s"));
}

}  // namespace mq::bench
