#include "township.h"

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "mq/work/organisation.h"

namespace mq::bench {

Township::Township(const std::string& folder) : town(folder), device(town.found(0, {})) {
  must(work::write_founding_rows(place(), {"试验县", "试验镇", "管理员"}));
}

work::Workplace Township::place() {
  return {device->vault(), device->control().state(), town.clock, town.random,
          device->keyring().identity()->person};
}

std::size_t Township::import(const std::string& path, work::ImportKind kind) {
  const Bytes file = must(town.files.read(path, 64u << 20));
  work::ImportOptions options;
  options.kind = kind;
  options.skip_refused = true;
  options.worker = &device->worker();
  const auto done = must(work::import_sheet(place(), must(tabular::read_sheet(file)), options));
  if (done.stored == 0) stop(cat("nothing came of ", path));
  return done.stored;
}

std::size_t Township::import_organisation(const std::string& samples) {
  std::size_t stored = 0;
  for (const char* village : {"鱼泉村", "松树坪村", "清渭社区"}) {
    stored += import(cat(samples, "/roster-", village, ".csv"), work::ImportKind::kRoster);
  }
  return stored + import(samples + "/cadres.csv", work::ImportKind::kCadres) +
         import(samples + "/pairings.csv", work::ImportKind::kPairings);
}

std::size_t Township::import_all(const std::string& samples) {
  const std::size_t before = import_organisation(samples);
  return before + import(samples + "/visits-2026-03.csv", work::ImportKind::kVisits);
}

}  // namespace mq::bench
