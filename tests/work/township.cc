#include "work/township.h"

#include <algorithm>

#include "mq/tabular/sheet.h"
#include "mq/work/handout.h"

namespace mq::work::testing {

namespace pb = wire::pb;

const std::string kRoster =
    "村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期,联系电话,户类型,常年外出\n"
    "鱼泉村,1,999999100201010001,王一,王一,户主,男,1960-01-02,13900000001,一般,否\n"
    "鱼泉村,1,999999100201010001,王一,李二,妻,女,1962-03-04,,一般,否\n"
    "鱼泉村,1,999999100201010002,张三,张三,户主,男,1970-05-06,13900000002,低保,否\n"
    "鱼泉村,2,999999100201020003,赵四,赵四,户主,男,1980-07-08,,一般,是\n"
    "鱼泉村,2,999999100201020004,孙五,孙五,户主,女,1990-09-10,,一般,否\n"
    "清渭社区,1,999999100001010001,周六,周六,户主,男,1955-11-12,,脱贫,否\n"
    "清渭社区,1,999999100001010001,周六,吴七,妻,女,1956-12-13,,脱贫,否\n";

const std::string kCadres =
    "姓名,职级,手机,包片村\n"
    "甲,县级,13800000001,鱼泉村\n"
    "乙,科级,13800000002,鱼泉村、清渭社区\n"
    "丙,一般,13800000003,清渭社区\n";

Township::Township(Faults* faults) : world(1, faults), desk(world.add_device("管理员")) {
  MQ_ASSERT(desk.boot().ok());
  const auto founded = desk.found("试验镇");
  MQ_ASSERT(founded.ok());
  const Status written = write_founding_rows(place(), {"试验县", "试验镇", "管理员"});
  MQ_ASSERT(written.ok());
}

Workplace Township::at(SimDevice& device) {
  return {device.vault(), device.control().state(), device.clock, device.random,
          device.keyring().identity()->person};
}

Township& Township::with_people() {
  EXPECT_FALSE(import(ImportKind::kRoster, kRoster).nothing_stored);
  EXPECT_FALSE(import(ImportKind::kCadres, kCadres).nothing_stored);
  return *this;
}

ImportResult Township::import(ImportKind kind, const std::string& csv, bool skip_refused) {
  const auto sheet = tabular::read_sheet(view_of(csv));
  EXPECT_TRUE(sheet.ok());
  ImportOptions options;
  options.kind = kind;
  options.skip_refused = skip_refused;
  const auto done = import_sheet(place(), *sheet, options);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
  return done.ok() ? *done : ImportResult{};
}

void Township::register_streams() {
  std::vector<sync::NewStream> fresh;
  for (const vault::StreamInfo& info : desk.vault().streams()) {
    if (info.ordinal != 0) continue;
    fresh.push_back({static_cast<pb::StreamKind>(info.kind), info.owner, info.label, info.id});
  }
  MQ_ASSERT(fresh.empty() ||
            sync::create_streams(fresh, desk.vault(), desk.keyring(), desk.control(), desk.network,
                                 desk.clock, desk.random)
                .ok());
}

SimDevice& Township::enter(const sync::InviteOptions& invite) {
  const auto code = sync::invite_member(invite, desk.vault(), desk.keyring(), desk.control(),
                                        desk.network, desk.clock, desk.random);
  MQ_ASSERT(code.ok());
  SimDevice& device = world.add_device(invite.name);
  MQ_ASSERT(device.boot().ok() && device.join(*code).ok());
  EXPECT_TRUE(world.settle());
  return device;
}

SimDevice& Township::join(const std::string& name, const std::vector<std::string>& names,
                          bool guarded) {
  register_streams();
  sync::InviteOptions invite;
  invite.role = pb::ROLE_KIND_CADRE;
  invite.name = name;
  std::vector<RowId> areas;
  for (const std::string& village_name : names) {
    const auto village = Directory(place()).village(village_name);
    MQ_ASSERT(village.ok());
    areas.push_back(village->org_unit);
    invite.streams.push_back(desk.vault().stream(village->stream)->id);
    if (guarded) invite.streams.push_back(desk.vault().stream(village->private_stream)->id);
  }
  const auto account = prepare_account(place(), name, "", areas);
  MQ_ASSERT(account.ok());
  invite.person = account->member;
  return enter(invite);
}

SimDevice& Township::join_unit(const std::string& unit, const std::string& name) {
  const auto account = unit_account(place(), unit, name);
  MQ_ASSERT(account.ok());
  register_streams();
  sync::InviteOptions invite;
  invite.role = pb::ROLE_KIND_UNIT;
  invite.name = name;
  invite.person = account->member;
  invite.streams = {account->stream};
  return enter(invite);
}

std::vector<std::string> fields_of(const std::vector<model::Fault>& faults) {
  std::vector<std::string> out;
  for (const model::Fault& fault : faults) out.push_back(fault.field);
  std::sort(out.begin(), out.end());
  return out;
}

RowId saved(const Result<Outcome>& outcome) {
  EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().en);
  if (!outcome.ok()) return {};
  EXPECT_TRUE(outcome->ok()) << (outcome->ok() ? "" : outcome->faults.front().en);
  return outcome->row;
}

std::string shown(const Workplace& place, std::string_view entity_name, const RowId& row,
                  std::string_view field_name) {
  const model::Schema& schema = place.vault.schema();
  const model::Entity* entity = schema.entity(entity_name);
  const model::Field* field = entity->field(field_name);
  const auto loaded = place.vault.load(entity->number, row);
  EXPECT_TRUE(loaded.ok());
  std::optional<vault::RowData> data = *loaded;
  if (field == nullptr) {
    field = companion_of(schema, *entity)->field(field_name);
    if (data) data = private_facts(place, *data)->row;
  }
  const vault::Cell* cell = data ? data->cell(field->number) : nullptr;
  if (cell == nullptr) return "";
  std::vector<std::string> parts;
  for (const model::Value& value :
       field->repeated ? cell->values : std::vector<model::Value>{cell->value}) {
    const auto* bytes = std::get_if<Bytes>(&value);
    parts.push_back(bytes != nullptr ? to_hex(*bytes) : model::format_value(*field, value));
  }
  return join(parts, "、");
}

std::int64_t count(const Workplace& place, std::string_view table) {
  const auto rows =
      place.vault.database().integer(cat("SELECT count(*) FROM \"", table, "\" WHERE deleted = 0"));
  EXPECT_TRUE(rows.ok());
  return rows.ok() ? *rows : -1;
}

}  // namespace mq::work::testing
