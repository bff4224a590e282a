// Cadres and pairings: who serves here, and who is paired with which household.
#include <algorithm>
#include <map>
#include <set>

#include "import_kinds.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
#include "mq/model/validate.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::Cadre;
using R = mpb::Pairing;

const std::vector<ColumnSpec>& cadre_columns() {
  static const std::vector<ColumnSpec> kColumns = {
      {{"姓名", "干部姓名"}, true},
      {{"职级", "级别"}, true},
      {{"手机", "手机号", "手机号码", "联系电话", "电话"}, false},
      {{"包片村", "包村", "驻村", "所在村"}, false},
      {{"职务"}, false}};
  return kColumns;
}

const std::vector<ColumnSpec>& pairing_columns() {
  static const std::vector<ColumnSpec> kColumns = {{{"干部姓名", "帮扶干部", "姓名"}, true},
                                                   {{"户编号", "户号"}, true},
                                                   {{"职级"}, false},
                                                   {{"户主姓名", "户主"}, false},
                                                   {{"起始日期", "起始", "结对日期"}, false}};
  return kColumns;
}

namespace {

// Villages of 包片村. One that is not here yet is flagged and looked at again at the next import.
Status read_areas(ImportRun& run, RowReader& reader, Wish& wish) {
  WishCell cell{C::kAreaIdsFieldNumber, {}, "包片村", false};
  for (const std::string& name : split(reader.text("包片村"), "、")) {
    if (trimmed(name).empty()) continue;
    auto village = Directory(run.place).village(name);
    if (village.ok()) {
      cell.values.emplace_back(to_bytes(village->org_unit.view()));
    } else if (village.error().code == Code::kNotFound) {
      cell.provisional = true;
      reader.flag("包片村", "", cat("还没有这个村:", name, ";导入名册后请再导一次"),
                  cat("no such village yet: ", name, "; import again after its roster"));
    } else {
      return std::move(village).error();
    }
  }
  if (run.table.has("包片村")) wish.cells.push_back(std::move(cell));
  return {};
}

}  // namespace

Status read_cadres(ImportRun& run) {
  const model::Entity& entity = *run.place.vault.schema().entity("Cadre");
  const Directory directory(run.place);
  MQ_TRY(const vault::StreamIx stream, directory.township_stream());
  const StreamId stream_id = run.place.vault.stream(stream)->id;
  MQ_TRY(const std::vector<Cadre> known, directory.cadres());
  std::set<std::string> seen;
  for (std::size_t row = 0; row < run.table.size(); ++row) {
    RowReader reader(run.table, row, run.result.faults);
    const std::string name = reader.name("姓名");
    if (name.empty()) reader.refuse("姓名", "没有姓名", "no name");
    const std::int64_t rank = reader.label("职级", *entity.field(C::kRankClassFieldNumber));
    if (rank == 0 && !reader.refused()) reader.refuse("职级", "没有职级", "no rank");
    const std::string phone = reader.number("手机");
    if (!phone.empty() && !model::plausible_phone(phone)) {
      reader.flag("手机", "", "不像电话号码,请核对", "does not look like a telephone number");
    }
    if (reader.refused()) continue;
    const std::string key = cat(name, "\n", phone);
    if (!seen.insert(key).second) {
      reader.duplicate("同一名干部出现两次,这一行跳过", "the same cadre twice; skipped");
      continue;
    }
    // Somebody invited before his list was imported is the same person if the name is his alone.
    const auto same = [&](const Cadre& cadre) { return cadre.name == name; };
    RowId id = model::imported_row_id(stream_id, entity.number, key);
    const bool here = std::ranges::any_of(known, [&](const Cadre& c) { return c.id == id; });
    const bool alone = std::ranges::count_if(known, same) == 1;
    if (!here && alone) id = std::ranges::find_if(known, same)->id;
    Wish wish{&entity, id, stream, "", reader.line(), {}, {}};
    wish.cells = {wish_cell(C::kNameFieldNumber, name, "姓名"),
                  wish_cell(C::kRankClassFieldNumber, rank, "职级"),
                  wish_cell(C::kOrderNoFieldNumber, static_cast<std::int64_t>(row) + 100, "*")};
    if (!phone.empty()) wish.cells.push_back(wish_cell(C::kPhoneFieldNumber, phone, "手机"));
    const std::string title = reader.text("职务");
    if (!title.empty()) wish.cells.push_back(wish_cell(C::kTitleFieldNumber, title, "职务"));
    MQ_CHECK(read_areas(run, reader, wish));
    run.wishes.push_back(std::move(wish));
  }
  return {};
}

namespace {

// By name, narrowed by rank if two share it; never guessed.
Result<std::optional<Cadre>> cadre_of(ImportRun& run, RowReader& reader,
                                      const std::vector<Cadre>& cadres) {
  const std::string name = reader.name("干部姓名");
  const model::Field& rank_field =
      *run.place.vault.schema().entity("Cadre")->field(C::kRankClassFieldNumber);
  const std::int64_t rank = reader.label("职级", rank_field);
  std::vector<const Cadre*> found;
  for (const Cadre& cadre : cadres) {
    if (cadre.name == name && (rank == 0 || cadre.rank == 0 || cadre.rank == rank))
      found.push_back(&cadre);
  }
  if (found.size() == 1) return std::optional(*found.front());
  if (found.empty()) {
    reader.refuse("干部姓名", "干部名单里没有这个人(或职级不符)", "no such cadre, or another rank");
  } else {
    reader.refuse("干部姓名", cat("同名干部有 ", found.size(), " 人,请在干部名单里区分"),
                  cat(found.size(), " cadres have this name"));
  }
  return std::optional<Cadre>();
}

}  // namespace

Status read_pairings(ImportRun& run) {
  const model::Entity& entity = *run.place.vault.schema().entity("Pairing");
  const Directory directory(run.place);
  MQ_TRY(const vault::StreamIx stream, directory.township_stream());
  const StreamId stream_id = run.place.vault.stream(stream)->id;
  MQ_TRY(const std::vector<Cadre> cadres, directory.cadres());
  std::set<RowId> seen;
  for (std::size_t row = 0; row < run.table.size(); ++row) {
    RowReader reader(run.table, row, run.result.faults);
    MQ_TRY(const std::optional<Cadre> cadre, cadre_of(run, reader, cadres));
    const std::string number = reader.number("户编号");
    const std::optional<Date> from = reader.date("起始日期");
    auto household = number.empty() ? Result<Household>(Error{Code::kNotFound, "", ""})
                                    : directory.household(number);
    if (!household.ok()) {
      reader.refuse("户编号", number.empty() ? "没有户编号" : "名册里没有这一户",
                    "no such household");
    }
    if (!from && !reader.refused()) reader.refuse("起始日期", "没有起始日期", "no date");
    if (reader.refused() || !cadre) continue;
    const std::string head = reader.name("户主姓名");
    if (!head.empty() && !household->head_name.empty() && head != household->head_name) {
      reader.flag("户主姓名", "", cat("名册里这一户的户主是 ", household->head_name),
                  "the roster names another head");
    }
    ByteWriter key;
    key.raw(cadre->id.view());
    key.raw(household->id.view());
    key.zigzag(from->days);
    const RowId id = model::imported_row_id(stream_id, entity.number, key.bytes());
    if (!seen.insert(id).second) {
      reader.duplicate("同一结对出现两次,这一行跳过", "the same pairing twice; skipped");
      continue;
    }
    Wish wish{&entity, id, stream, "", reader.line(), {}, {}};
    wish.cells = {wish_row(R::kCadreIdFieldNumber, cadre->id, "干部姓名"),
                  wish_row(R::kHouseholdIdFieldNumber, household->id, "户编号"),
                  wish_cell(R::kFromFieldNumber, std::int64_t{from->days}, "起始日期"),
                  wish_cell(R::kStatusFieldNumber, std::int64_t{mpb::PAIRING_STATUS_ACTIVE}, "*")};
    run.wishes.push_back(std::move(wish));
  }
  return {};
}

}  // namespace mq::work
