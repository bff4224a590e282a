// Row 8: finding and sealing what is new, on a device that holds much against one that holds
// little.
#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

constexpr std::uint32_t kFresh = 100;

double seal_new_ms(Device& device, std::uint64_t seed) {
  const vault::StreamIx village = device.stream(sync::pb::STREAM_KIND_VILLAGE);
  std::vector<vault::Draft> drafts;
  for (const w::Visit& v : w::generate(kFresh, 1, seed).v) {
    drafts.push_back(draft_of(village, op_of(v)));
  }
  device.record(drafts);
  const Watch watch;
  for (const vault::StreamInfo& stream : device.vault().streams()) {
    while (must(device.sealer().seal_next(stream.ix, device.control().state()))) {
    }
  }
  return watch.ms();
}

}  // namespace

void row_sealing(Bench& bench) {
  Device& holder = bench.holder();
  const Folder folder(bench.folder);
  Corpus small(folder / "corpus", bench.sizes.little);
  const auto code = small.town.invite(*small.admin, sync::pb::ROLE_KIND_DESK, "内勤");
  const auto other = small.town.join(code, {&w_schema(), {1, 8u << 10}});
  other->sync();
  std::vector<double> much, little;
  for (int i = 0; i <= 2 * bench.sizes.repeats; ++i) {
    const double a = seal_new_ms(holder, 1000 + static_cast<std::uint64_t>(i));
    const double b = seal_new_ms(*other, 1000 + static_cast<std::uint64_t>(i));
    if (i == 0) continue;
    much.push_back(a);
    little.push_back(b);
  }
  const double a = median(much), b = median(little);
  print({"8", cat("finding and sealing ", kFresh, " new visits with ", bench.sizes.held, " held"),
         number(a, 1) + " ms", number(b, 1) + " ms", a / b, "×", 1.2, false,
         cat("the same with ", bench.sizes.little, " held")});
}

}  // namespace mq::bench
