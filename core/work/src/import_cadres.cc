// Cadres and pairings: who serves here, and who is paired with which household.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "import_kinds.h"
#include "import_values.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
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
  WishCell cell{C::kAreaIdsFieldNumber, {}, {}, "包片村", false};
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

namespace {

struct ListedCadre {
  RowId id;
  std::string name, phone;
};

// Who is here already, with the telephones that tell namesakes apart.
Result<std::vector<ListedCadre>> listed_cadres(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, name, phone FROM \"cadre\" WHERE deleted = 0"));
  std::vector<ListedCadre> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back(
        {RowId::from(q.blob(0)).value_or(RowId{}), std::string(q.text(1)), std::string(q.text(2))});
  }
}

class CadreReader {
 public:
  CadreReader(ImportRun& run, vault::StreamIx stream)
      : run_(run), entity_(*run.place.vault.schema().entity("Cadre")), stream_(stream) {}

  Status read() {
    MQ_TRY(listed_, listed_cadres(run_.place));
    for (std::size_t row = 0; row < run_.table.size(); ++row) {
      std::vector<ImportFault> unheard;  // said again below
      RowReader reader(run_.table, row, unheard);
      in_file_.insert(key(reader.name("姓名"), first_of(reader.phones("手机"))));
    }
    for (std::size_t row = 0; row < run_.table.size(); ++row) MQ_CHECK(read_row(row));
    return {};
  }

 private:
  static std::string key(const std::string& name, const std::string& phone) {
    return cat(name, "\n", phone);
  }

  static std::string first_of(const std::vector<std::string>& phones) {
    return phones.empty() ? std::string() : phones.front();
  }

  Status read_row(std::size_t row) {
    RowReader reader(run_.table, row, run_.result.faults);
    const std::string name = reader.name("姓名");
    if (name.empty()) reader.refuse("姓名", "没有姓名", "no name");
    const std::int64_t rank = reader.label("职级", *entity_.field(C::kRankClassFieldNumber));
    if (rank == 0 && !reader.refused()) reader.refuse("职级", "没有职级", "no rank");
    const std::vector<std::string> phones = reader.phones("手机");
    const std::string phone = first_of(phones);
    if (phones.size() > 1) {
      reader.flag("手机", phone, "有几个号码:存了第一个,其余的没有存",
                  "several numbers: the first was stored, the others were not");
    }
    if (reader.refused()) return {};
    if (!seen_.insert(key(name, phone)).second) {
      reader.duplicate("同一名干部出现两次,这一行跳过", "the same cadre twice; skipped");
      return {};
    }
    const std::optional<RowId> id = who(reader, name, phone);
    if (!id) return {};
    Wish wish{&entity_, *id, stream_, "", reader.line(), {}, {}};
    wish.cells = {wish_cell(C::kNameFieldNumber, name, "姓名"),
                  wish_cell(C::kRankClassFieldNumber, rank, "职级"),
                  wish_cell(C::kOrderNoFieldNumber, static_cast<std::int64_t>(row) + 100, "*")};
    if (!phone.empty()) wish.cells.push_back(wish_cell(C::kPhoneFieldNumber, phone, "手机"));
    const std::string title = reader.text("职务");
    if (!title.empty()) wish.cells.push_back(wish_cell(C::kTitleFieldNumber, title, "职务"));
    MQ_CHECK(read_areas(run_, reader, wish));
    run_.wishes.push_back(std::move(wish));
    return {};
  }

  // A name and a telephone are a person. A namesake without a telephone was invited before his list
  // came and is the same; one with another telephone is never guessed at.
  std::optional<RowId> who(RowReader& reader, const std::string& name, const std::string& phone) {
    const StreamId stream_id = run_.place.vault.stream(stream_)->id;
    const RowId own = model::imported_row_id(stream_id, entity_.number, key(name, phone));
    std::vector<const ListedCadre*> others;
    for (const ListedCadre& one : listed_) {
      const bool same = one.phone == phone || first_of(phones_in(one.phone)) == phone;
      if (one.id == own || (one.name == name && same)) return one.id;
      if (one.name == name && !in_file_.contains(key(name, one.phone))) others.push_back(&one);
    }
    if (others.empty()) return own;
    if (others.size() == 1 && others.front()->phone.empty()) return others.front()->id;
    std::string zh, en;
    for (const ListedCadre* one : others) {
      zh += cat(zh.empty() ? "" : "、", one->phone.empty() ? "没有手机" : one->phone);
      en += cat(en.empty() ? "" : ", ", one->phone.empty() ? "no telephone" : one->phone);
    }
    reader.refuse("姓名",
                  cat("干部名单里已有同名的(", zh,
                      ");是同一人请先用 cadre amend 改手机,是另一人请先用 "
                      "cadre add 登记,再导入"),
                  cat("the list has that name already (", en,
                      "); if it is the same person amend the telephone, else add the other first"));
    return std::nullopt;
  }

  ImportRun& run_;
  const model::Entity& entity_;
  const vault::StreamIx stream_;
  std::vector<ListedCadre> listed_;
  std::set<std::string> in_file_, seen_;
};

}  // namespace

Status read_cadres(ImportRun& run) {
  MQ_TRY(const vault::StreamIx stream, Directory(run.place).township_stream());
  return CadreReader(run, stream).read();
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

// The households of all villages by number; what is not among them, or twice, is Directory's.
class Households {
 public:
  explicit Households(const Directory& directory) : directory_(directory) {}

  Status load() {
    MQ_TRY(std::vector<Household> all, directory_.bare_households());
    for (Household& one : all) {
      const auto [at, fresh] = by_number_.try_emplace(one.number, std::move(one));
      if (!fresh) doubled_.insert(at->first);
    }
    return {};
  }

  Result<Household> named(const std::string& number) const {
    const auto found = by_number_.find(number);
    if (found == by_number_.end() || doubled_.contains(number)) return directory_.household(number);
    Household household = found->second;
    MQ_CHECK(directory_.name_head(household));
    return household;
  }

 private:
  const Directory& directory_;
  std::unordered_map<std::string, Household> by_number_;
  std::set<std::string> doubled_;
};

}  // namespace

Status read_pairings(ImportRun& run) {
  const model::Entity& entity = *run.place.vault.schema().entity("Pairing");
  const Directory directory(run.place);
  MQ_TRY(const vault::StreamIx stream, directory.township_stream());
  const StreamId stream_id = run.place.vault.stream(stream)->id;
  MQ_TRY(const std::vector<Cadre> cadres, directory.cadres());
  Households households(directory);
  MQ_CHECK(households.load());
  std::set<RowId> seen;
  for (std::size_t row = 0; row < run.table.size(); ++row) {
    RowReader reader(run.table, row, run.result.faults);
    MQ_TRY(const std::optional<Cadre> cadre, cadre_of(run, reader, cadres));
    const std::string number = reader.number("户编号");
    const std::optional<Date> from = reader.date("起始日期");
    auto household = number.empty() ? Result<Household>(Error{Code::kNotFound, "", ""})
                                    : households.named(number);
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
