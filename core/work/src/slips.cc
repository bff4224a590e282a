#include "mq/work/slips.h"

#include <algorithm>
#include <map>
#include <set>

#include "import_table.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/work/believed_time.h"
#include "mq/work/organisation.h"
#include "rights.h"

namespace mq::work {

namespace pb = wire::pb;

namespace {

const std::vector<ColumnSpec>& slip_columns() {
  static const std::vector<ColumnSpec> kColumns = {
      {{"姓名", "干部姓名"}, true},
      {{"职级", "级别"}, false},
      {{"手机", "手机号", "手机号码", "联系电话", "电话"}, false},
      {{"包片村", "包村", "驻村", "所在村"}, false}};
  return kColumns;
}

Result<std::map<RowId, std::string>> phones_of(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, phone FROM \"cadre\" WHERE deleted = 0"));
  std::map<RowId, std::string> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out[RowId::from(q.blob(0)).value_or(RowId{})] = std::string(q.text(1));
  }
}

class SlipReader {
 public:
  SlipReader(const Workplace& place, const ImportTable& table, pb::RoleKind role)
      : place_(place), table_(table), role_(role) {}

  Result<SlipList> read() {
    const Directory directory(place_);
    MQ_TRY(cadres_, directory.cadres());
    MQ_TRY(villages_, directory.villages());
    MQ_TRY(phones_, phones_of(place_));
    for (std::size_t row = 0; row < table_.size(); ++row) read_row(row);
    return std::move(list_);
  }

 private:
  void refuse(const RowReader& reader, const std::string& name, std::string zh, std::string en) {
    list_.refusals.push_back({reader.line(), name, std::move(zh), std::move(en)});
  }

  void read_row(std::size_t row) {
    std::vector<ImportFault> cleaned;  // spellings, no news here
    RowReader reader(table_, row, cleaned);
    const std::string name = reader.name("姓名");
    if (name.empty()) return refuse(reader, name, "没有姓名", "no name");
    const Cadre* cadre = cadre_of(reader, name);
    if (cadre == nullptr) return;
    const auto [first, fresh] = lines_.try_emplace(cadre->id, reader.line());
    if (!fresh) {
      return refuse(reader, name, cat("与第 ", first->second, " 行是同一个人"),
                    cat("the same person as on line ", first->second));
    }
    SlipPerson person{reader.line(), *cadre, {}, {}, {}};
    person.member = cadre->member ? *cadre->member : member_id(place_, cadre->id);
    if (role_ == pb::ROLE_KIND_CADRE && !find_villages(reader, name, person)) return;
    if (stands_free(reader, name, person)) list_.people.push_back(std::move(person));
  }

  const Cadre* cadre_of(RowReader& reader, const std::string& name) {
    const model::Field& rank_field = *place_.vault.schema().entity("Cadre")->field(
        ::minqing::model::v1::Cadre::kRankClassFieldNumber);
    const std::int64_t rank = reader.label("职级", rank_field);
    const std::string phone = reader.number("手机");
    std::vector<const Cadre*> named, found;
    for (const Cadre& cadre : cadres_) {
      if (cadre.name != name) continue;
      named.push_back(&cadre);
      const std::string& known = phones_[cadre.id];
      const bool rank_fits = rank == 0 || cadre.rank == 0 || cadre.rank == rank;
      if (rank_fits && (phone.empty() || known.empty() || phone == known)) found.push_back(&cadre);
    }
    if (found.size() == 1 && !reader.refused()) return found.front();
    if (named.empty()) {
      refuse(reader, name, "干部名单里没有这个人;请先导入干部名单", "not in the list of cadres");
    } else if (found.size() > 1) {
      refuse(reader, name, cat("同名干部有 ", found.size(), " 人;请在文件里写上手机或职级"),
             cat(found.size(), " cadres have this name; add telephone or rank to the file"));
    } else {
      refuse(reader, name, "职级或手机与干部名单不符,请核对是不是同一个人",
             "rank or telephone differ from the list of cadres");
    }
    return nullptr;
  }

  bool add_village(const Village* village, SlipPerson& person) const {
    if (village == nullptr) return false;
    person.villages.push_back(village->org_unit);
    for (const vault::StreamIx ix : {village->stream, village->private_stream}) {
      const vault::StreamInfo* stream = place_.vault.stream(ix);
      if (stream != nullptr) person.streams.push_back(stream->id);
    }
    return true;
  }

  bool find_villages(RowReader& reader, const std::string& name, SlipPerson& person) {
    std::set<std::string> wanted;
    for (const std::string& one : split(reader.text("包片村"), "、")) {
      if (!trimmed(one).empty()) wanted.emplace(trimmed(one));
    }
    for (const std::string& one : wanted) {
      const auto village = std::ranges::find(villages_, one, &Village::name);
      if (!add_village(village == villages_.end() ? nullptr : &*village, person)) {
        refuse(reader, name, cat("还没有这个村:", one, ";请先导入名册"),
               cat("no such village yet: ", one));
        return false;
      }
    }
    for (const RowId& area : wanted.empty() ? person.cadre.areas : std::vector<RowId>{}) {
      const auto village = std::ranges::find(villages_, area, &Village::org_unit);
      if (village != villages_.end()) add_village(&*village, person);
    }
    if (!person.streams.empty()) return true;
    refuse(reader, name, "没有写包片村,文件和干部名单里都没有", "no village in file or list");
    return false;
  }

  // Whether he has neither joined nor an unused invitation to something else.
  bool stands_free(const RowReader& reader, const std::string& name, const SlipPerson& person) {
    const wire::ControlState& control = place_.control;
    for (const wire::DeviceRecord* device : control.devices_of(person.member)) {
      if (!device->span.holds_at(control.head_seq())) continue;
      refuse(reader, name, "已经加入,不用再发", "has joined already");
      return false;
    }
    const std::set<StreamId> wanted(person.streams.begin(), person.streams.end());
    for (const wire::InviteRecord& invite : control.invites()) {
      if (invite.person != person.member || !invite.live()) continue;
      if (wire::invite_expired(invite, believed_time(place_).start())) continue;
      const std::set<StreamId> given(invite.streams.begin(), invite.streams.end());
      if (invite.role == role_ && given == wanted) continue;
      refuse(reader, name, "已有一个没用过的邀请码,角色或村不同;请用那一个,或等它过期",
             "an unused invitation with another role or villages stands; use it or let it expire");
      return false;
    }
    return true;
  }

  const Workplace& place_;
  const ImportTable& table_;
  const pb::RoleKind role_;
  std::vector<Cadre> cadres_;
  std::vector<Village> villages_;
  std::map<RowId, std::string> phones_;
  std::map<RowId, std::size_t> lines_;
  SlipList list_;
};

}  // namespace

Result<SlipList> read_slips(const Workplace& place, const tabular::Sheet& sheet,
                            pb::RoleKind role) {
  MQ_CHECK(need_admin(place));
  MQ_TRY(const ImportTable table, ImportTable::read(sheet, slip_columns()));
  return SlipReader(place, table, role).read();
}

Status bind_slips(const Workplace& place, const std::vector<SlipPerson>& people) {
  std::vector<AccountOf> accounts;
  for (const SlipPerson& person : people) accounts.push_back({person.cadre, person.villages});
  return bind_accounts(place, accounts);
}

}  // namespace mq::work
