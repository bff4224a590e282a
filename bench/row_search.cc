// Row 9, search: queries of one to four characters and of two words over all entries of W.
#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

// What people look for: names, places, crops, illnesses, single characters, two words at once.
std::vector<std::string> queries(std::size_t count) {
  w::Rng random{99};
  const auto one_of = [&](const std::vector<w::SV>& words) {
    return std::string(words[random.below(static_cast<std::uint32_t>(words.size()))]);
  };
  std::vector<std::string> out;
  while (out.size() < count) {
    switch (out.size() % 6) {
      case 0:
        out.push_back(w::name(random));
        break;
      case 1:
        out.push_back(one_of(w::kPlace));
        break;
      case 2:
        out.push_back(one_of(w::kCrop));
        break;
      case 3:
        out.push_back(one_of(w::kSur));
        break;
      case 4:
        out.push_back(cat(w::name(random), " ", one_of(w::kWord)));
        break;
      default:
        out.push_back(cat(one_of(w::kPlace), " ", one_of(w::kIll)));
    }
  }
  return out;
}

}  // namespace

void row_search(Bench& bench) {
  constexpr std::size_t kHits = 50;
  Device& holder = bench.holder();
  while (must(holder.vault().index_some(5'000)) > 0) {
  }
  std::vector<double> times;
  std::size_t hits = 0;
  const auto asked = queries(bench.sizes.tiny ? 12 : 240);
  for (const std::string& query : asked) {
    const Watch watch;
    hits += must(holder.vault().search(query, kHits)).size();
    times.push_back(watch.ms());
  }
  const auto entries = bench.corpus().data.v.size() + bench.corpus().data.d.size();
  print({"9", cat("search over ", entries, " entries, p95 of ", asked.size(), " queries"),
         number(quantile(times, 0.95), 1) + " ms", "", quantile(times, 0.95), "ms", 100, false,
         "the first 50 hits, index complete"});
  print_fact("9", cat("search: median ", number(median(times), 1), " ms, slowest ",
                      number(quantile(times, 1), 1), " ms, ", hits, " hits in all"));
}

}  // namespace mq::bench
