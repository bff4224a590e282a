// Row 1: one visit, durable and captured for reconciliation, against one row in plain SQLite.
//
// Both sides save the same visit one after the other, on the same disk. Checkpoints run at the same
// moments on both sides and are counted apart.
#include <sqlite3.h>

#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

constexpr std::uint32_t kBetweenCheckpoints = 200;

double checkpoint_ms(sqlite3* db) {
  const Watch watch;
  if (sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) !=
      SQLITE_OK) {
    stop("a checkpoint fails");
  }
  return watch.ms();
}

}  // namespace

void row_save(Bench& bench) {
  const Folder folder(bench.folder);
  Town town(folder / "town");
  const auto device = town.found(1, {&w_schema(), {1, 8u << 10}});
  const vault::StreamIx village = device->stream(sync::pb::STREAM_KIND_VILLAGE);
  Plain plain(folder / "plain.db");
  sqlite3* ours_db = device->vault().database().raw();
  for (sqlite3* db : {ours_db, plain.raw()}) sqlite3_wal_autocheckpoint(db, 0);

  const std::uint32_t warm_up = bench.sizes.saves / 10;
  const w::Data data = w::generate(bench.sizes.saves + warm_up, 1);
  std::vector<double> ours, raw, ours_checkpoint, raw_checkpoint;
  std::uint64_t our_syncs = 0, raw_syncs = 0, counted = 0;
  for (std::uint32_t i = 0; i < data.v.size(); ++i) {
    const RowOp op = op_of(data.v[i]);
    const vault::Draft draft = draft_of(village, op);
    const std::uint64_t before = syncs();
    const Watch first;
    must(device->vault().commit({draft}, device->vault().view()));
    const double our_ms = first.ms();
    const std::uint64_t between = syncs();
    const Watch second;
    plain.put(op);
    const double raw_ms = second.ms();
    if (i < warm_up) continue;
    ours.push_back(our_ms);
    raw.push_back(raw_ms);
    // The save after a checkpoint also syncs the head of the log that begins anew: it belongs to
    // it.
    if ((i - 1) % kBetweenCheckpoints != 0) {
      our_syncs += between - before;
      raw_syncs += syncs() - between;
      ++counted;
    }
    if (i % kBetweenCheckpoints != 0) continue;
    ours_checkpoint.push_back(checkpoint_ms(ours_db));
    raw_checkpoint.push_back(checkpoint_ms(plain.raw()));
    progress(cat("save: ", i, " of ", data.v.size()));
  }
  const auto figure = [&](const char* what, double share, double budget) {
    const double a = quantile(ours, share), b = quantile(raw, share);
    print({"1", cat("save one visit, ", what, " of ", ours.size()), number(a * 1000, 0) + " µs",
           number(b * 1000, 0) + " µs", a / b, "×", budget, false,
           "plain SQLite, one row, WAL FULL"});
  };
  figure("p50", 0.5, 1.4);
  figure("p99", 0.99, 1.6);
  const auto n = static_cast<double>(counted);
  print({"1", "fdatasync per save", number(static_cast<double>(our_syncs) / n, 3),
         number(static_cast<double>(raw_syncs) / n, 3), static_cast<double>(our_syncs) / n, "", 1,
         false, "plain SQLite, same commits"});
  print_fact("1", cat("a checkpoint every ", kBetweenCheckpoints, " saves: ours ",
                      number(median(ours_checkpoint), 1), " ms, plain ",
                      number(median(raw_checkpoint), 1), " ms (median)"));
}

}  // namespace mq::bench
