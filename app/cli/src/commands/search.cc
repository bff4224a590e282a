// search: any words, in every record that this device holds.
#include <set>

#include "../home.h"
#include "../record_json.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/canonical.h"

namespace mq::cli {

namespace {
constexpr std::size_t kHitsDefault = 50;
constexpr std::uint64_t kIndexRows = 20'000;  // brought up to date before searching, in one go
}  // namespace

Status run_search(Call& call) {
  MQ_CHECK(only_flags(call, {"limit"}));
  std::vector<std::string> words(call.args.words().begin() + 1, call.args.words().end());
  const std::string text = join(words, " ");
  if (trimmed(text).empty()) return call.usage("用法:search 文字", "usage: search TEXT");
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::size_t limit, limit_of(call, kHitsDefault));
  // A full disk must not stop a search: rows not yet indexed are scanned.
  static_cast<void>(home->vault().index_some(kIndexRows));
  MQ_TRY(std::vector<vault::Vault::Hit> hits, home->vault().search(text, limit + 1));
  const bool more = hits.size() > limit;
  if (more) hits.pop_back();
  MQ_TRY(const work::Canonical households, work::Canonical::households(place));
  MQ_TRY(const work::Canonical people, work::Canonical::people(place));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  std::set<std::pair<std::uint32_t, RowId>> shown_already;  // a row that moved stands twice
  for (const vault::Vault::Hit& hit : hits) {
    if (households.of(hit.row) != hit.row || people.of(hit.row) != hit.row) continue;
    if (!shown_already.insert({hit.entity, hit.row}).second) continue;
    const model::Entity* entity = place.vault.schema().entity(hit.entity);
    MQ_TRY(const std::optional<vault::RowData> data, home->vault().load(hit.entity, hit.row));
    if (entity == nullptr || !data) continue;
    MQ_TRY(Json json, record_json(place, *data));
    std::string shown;
    for (const model::Field& field : entity->fields) {
      const vault::Cell* cell = data->cell(field.number);
      if (!field.rule.search() || cell == nullptr) continue;
      MQ_TRY(const std::string cell_words, cell_text(place, field, *cell));
      shown += cat(shown.empty() ? "" : " ", first_characters(cell_words, 30));
    }
    lines.push_back({entity->zh, hit.row.hex(), shown});
    json["entity"] = entity->command.empty() ? entity->table : entity->command;
    rows.push_back(std::move(json));
  }
  call.out.object()["count"] = rows.size();
  call.out.object()["rows"] = std::move(rows);
  call.out.table({"", "编号", "内容"}, lines);
  call.out.object()["more"] = more;
  call.out.say(cat("找到 ", lines.size(), " 条", more ? ",还有没列出的(--limit 可改)" : ""),
               cat(lines.size(), " found", more ? ", and there are more (--limit)" : ""));
  return {};
}

}  // namespace mq::cli
