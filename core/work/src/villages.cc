#include "mq/work/villages.h"

#include <algorithm>
#include <map>
#include <set>

#include "mq/base/text.h"

namespace mq::work {

namespace {

struct Ended {
  RowId into;
  Date last;
};

RowId row_at(const sqlite::Query& q, int column) {
  return RowId::from(q.blob(column)).value_or(RowId{});
}

// Two desks may have merged two villages into each other: then the smaller id is left.
RowId left_of(const std::map<RowId, Ended>& ended, const RowId& village) {
  std::set<RowId> met;
  RowId at = village;
  for (auto next = ended.find(at); next != ended.end(); next = ended.find(at)) {
    if (!met.insert(at).second) return *met.begin();
    at = next->second.into;
  }
  return at;
}

}  // namespace

Result<std::vector<VillageMerger>> village_mergers(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT v.id, v.parent_id, v.valid_to FROM \"org_unit\" v JOIN \"org_unit\" p ON "
             "p.id = v.parent_id AND p.stream_id IS NOT NULL WHERE v.deleted = 0 AND v.stream_id "
             "IS NOT NULL AND v.valid_to IS NOT NULL"));
  std::map<RowId, Ended> ended;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    ended[row_at(q, 0)] = {row_at(q, 1), Date{static_cast<std::int32_t>(q.integer(2))}};
  }
  std::vector<VillageMerger> out;
  for (const auto& [village, end] : ended) {
    const RowId left = left_of(ended, village);
    if (left == village) continue;
    MQ_TRY(sqlite::Query name,
           place.vault.database().query("SELECT name FROM \"org_unit\" WHERE id = ?1"));
    name.bind(1, left.view());
    MQ_TRY(const bool found, name.step());
    out.push_back({village, left, found ? std::string(name.text(0)) : std::string(), end.last});
  }
  return out;
}

std::vector<Village> with_merged(const std::vector<VillageMerger>& mergers, Date day,
                                 std::vector<Village> villages) {
  if (mergers.empty()) return villages;
  std::multimap<RowId, Village> merged;
  std::erase_if(villages, [&](const Village& village) {
    const auto found = std::ranges::find(mergers, village.org_unit, &VillageMerger::village);
    if (found == mergers.end() || found->last >= day) return false;
    Village renamed = village;
    renamed.org_unit = found->into;
    renamed.name = cat(found->into_name, "(原", village.name, ")");
    merged.emplace(found->into, std::move(renamed));
    return true;
  });
  std::vector<Village> out;
  for (const Village& village : villages) {
    out.push_back(village);
    const auto [begin, end] = merged.equal_range(village.org_unit);
    for (auto at = begin; at != end; ++at) out.push_back(at->second);
    merged.erase(begin, end);
  }
  // The village that is left may not be held here.
  for (const auto& [left, village] : merged) out.push_back(village);
  return out;
}

Result<std::optional<model::Fault>> ended_village(const Workplace& place, const Village& village) {
  MQ_TRY(const std::vector<VillageMerger> mergers, village_mergers(place));
  const auto found = std::ranges::find(mergers, village.org_unit, &VillageMerger::village);
  if (found == mergers.end()) return std::optional<model::Fault>();
  return std::optional<model::Fault>(
      {"village_id",
       cat("村:", village.name, " 已并入 ", found->into_name, ",新登记的请写 ", found->into_name,
           ";没有那个村的权限请找乡镇"),
       cat("village_id: ", village.name, " was merged into ", found->into_name, "; name that")});
}

}  // namespace mq::work
