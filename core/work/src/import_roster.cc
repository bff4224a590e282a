// A roster: one row a person, households told apart by their number, people by ID or name and
// birth.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "id_number.h"
#include "import_kinds.h"
#include "import_known.h"
#include "import_private.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/id_hash.h"
#include "mq/base/text.h"
#include "mq/model/chinese_id.h"
#include "mq/model/identity.h"
#include "mq/model/relation.h"
#include "mq/model/text_cleanup.h"
#include "mq/model/validate.h"
#include "mq/work/directory.h"
#include "mq/work/organisation.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;
using PP = mpb::PersonPrivate;

namespace {

constexpr std::size_t kRegionDigits = 12;
constexpr std::size_t kHouseholdDigitsMin = 16;  // region code, group and number

struct Member {
  std::size_t line = 0;
  std::string name, relation_text;
  std::int64_t relation = 0, sex = 0;
  std::optional<Date> birth;
  Bytes fingerprint;
  std::string document;  // its number, forgotten with this
  RowId id;
  vault::StreamIx stream = 0;  // where the row stands already; 0: new
  bool left_alone = false;     // another row of the same person counts
  PrivateCells guarded;
};

struct Family {
  std::string number, head_name, village;
  StreamId stream;  // the village's
  RowId id;
  std::size_t line = 0;  // of its first row
  std::int64_t group = 0;
  std::vector<std::int64_t> classes;
  std::optional<bool> away;
  std::vector<std::string> phones;
  std::vector<Member> members;
  PrivateCells guarded;
};

class RosterReader {
 public:
  explicit RosterReader(ImportRun& run)
      : run_(run),
        household_(*run.place.vault.schema().entity("Household")),
        person_(*run.place.vault.schema().entity("Person")),
        of_household_(run, *run.place.vault.schema().entity("HouseholdPrivate")),
        of_person_(run, *run.place.vault.schema().entity("PersonPrivate")) {}

  Status read() {
    MQ_TRY(fingerprint_key_, fingerprint_key(run_.place));
    MQ_CHECK(of_household_.open());
    MQ_CHECK(of_person_.open());
    for (std::size_t row = 0; row < run_.table.size(); ++row) MQ_CHECK(read_row(row));
    MQ_TRY(known_, KnownRoster::load(run_.place));
    MQ_CHECK(make_wishes());
    known_.flag_likely(newcomers_, run_.result);
    return list_missing();
  }

 private:
  Status read_row(std::size_t row) {
    RowReader reader(run_.table, row, run_.result.faults);
    const std::string number = reader.number("户编号");
    if (number.empty()) reader.refuse("户编号", "没有户编号,不知道是哪一户", "no household number");
    Member member = read_member(reader);
    const std::int64_t group = read_group(reader);
    const std::int64_t household_class =
        reader.label("户类型", *household_.field(H::kClassFieldNumber));
    const std::optional<bool> away = reader.yes_no("常年外出");
    std::string village = run_.options.village;
    if (village.empty()) village = reader.name("村(社区)");
    if (village.empty()) {
      reader.refuse("村(社区)", "没有写村(社区);可用 --village 指定", "no village; use --village");
    }
    const std::string phone = read_phone(reader);
    PrivateCells guarded;  // refuses the row before anything of it counts
    of_household_.read(reader, guarded);
    if (reader.refused()) return {};
    return take(reader, number, village, std::move(member), [&](Family& family) {
      of_household_.read(reader, family.guarded);
      if (group > 0) family.group = group;
      if (household_class > 0 &&
          std::ranges::find(family.classes, household_class) == family.classes.end()) {
        family.classes.push_back(household_class);
      }
      if (away) family.away = away;
      if (!phone.empty() && std::ranges::find(family.phones, phone) == family.phones.end()) {
        family.phones.push_back(phone);
      }
      if (family.head_name.empty()) family.head_name = reader.text("户主姓名");
    });
  }

  Member read_member(RowReader& reader) {
    Member member;
    member.line = reader.line();
    member.name = reader.name("姓名");
    if (member.name.empty()) reader.refuse("姓名", "没有姓名", "no name");
    read_relation(reader, member);
    member.sex = reader.label("性别", *person_.field(P::kSexFieldNumber));
    member.birth = reader.date("出生日期");
    read_id(reader, member);
    of_person_.read(reader, member.guarded);
    if (member.sex == 0 && !reader.refused()) {
      reader.flag("性别", "未知", "没有性别,证件号码也看不出",
                  "no sex, and none from the ID number");
    }
    return member;
  }

  void read_relation(RowReader& reader, Member& member) {
    const model::Field& field = *person_.field(P::kRelationFieldNumber);
    const std::string typed = reader.text("与户主关系");
    const model::EnumValue* known = field.value_named(typed);
    if (known != nullptr && known->number != 0) {
      member.relation = known->number;
      return;
    }
    member.relation = field.value_named("其他")->number;
    member.relation_text = typed;
    reader.flag("与户主关系", "其他", "不认识的关系,记为 其他,原文保留",
                "unknown relation, kept as 其他 with its text");
  }

  // The number is checked and made a fingerprint; it is forgotten unless a programme names the
  // need.
  void read_id(RowReader& reader, Member& member) {
    const std::string typed = reader.number("证件号码");
    if (typed.empty()) return;
    const auto id = model::read_chinese_id(typed);
    member.fingerprint = model::fingerprint(fingerprint_key_, id, typed);
    member.document = model::normal_number(typed);
    if (of_person_.named("id_number")) keep_number(reader, typed, id, member);
    if (!id) {
      reader.flag("证件号码", "", "位数或字符不像证件号码", "does not look like an ID number");
      return;
    }
    if (!id->check_fits) {
      reader.flag("证件号码", "", "校验位不对,请核对", "the check digit does not fit");
    }
    if (!member.birth) member.birth = id->birth;
    if (id->birth && member.birth && *id->birth != *member.birth) {
      reader.flag("出生日期", "", "与证件号码里的出生日期不同", "differs from the ID number");
    }
    if (member.sex == 0) member.sex = id->sex;
    if (member.sex != id->sex && (member.sex == 1 || member.sex == 2)) {
      reader.flag("性别", "", "与证件号码里的性别不同", "differs from the ID number");
    }
    const auto of_relation = model::sex_of_relation(member.relation);
    if (of_relation && *of_relation != member.sex) {
      reader.flag("与户主关系", "", "与性别对不上", "does not fit the sex");
    }
  }

  void keep_number(RowReader& reader, const std::string& typed,
                   const std::optional<model::ChineseId>& id, Member& member) {
    const model::Field& kind = *of_person_.entity().field(PP::kIdKindFieldNumber);
    std::int64_t said = reader.label("证件类型", kind);
    if (said == 0 && id) {
      said = id->form == model::IdForm::kDisability ? mpb::ID_KIND_DISABILITY_CARD
                                                    : mpb::ID_KIND_ID_CARD;
    }
    if (said != 0) {
      member.guarded[PP::kIdKindFieldNumber] = wish_cell(
          PP::kIdKindFieldNumber, said, run_.table.has("证件类型") ? "证件类型" : "证件号码");
    }
    member.guarded[PP::kIdNoFieldNumber] = wish_cell(PP::kIdNoFieldNumber, typed, "证件号码");
  }

  std::int64_t read_group(RowReader& reader) {
    std::string typed = reader.number("组");
    for (const std::string_view tail : {"组", "社", "队"}) {
      if (typed.ends_with(tail)) typed.resize(typed.size() - tail.size());
    }
    if (typed.empty()) return 0;
    const bool digits = typed.find_first_not_of("0123456789") == std::string::npos;
    const std::int64_t group = digits && typed.size() <= 3 ? std::stoll(typed) : -1;
    if (group >= 0 && group <= 255) return group;
    reader.refuse("组", "组号应是 0 到 255 的数", "a group number is 0 to 255");
    return 0;
  }

  std::string read_phone(RowReader& reader) {
    const std::string phone = reader.number("联系电话");
    if (!phone.empty() && !model::plausible_phone(phone)) {
      reader.flag("联系电话", "", "不像电话号码,请核对", "does not look like a telephone number");
    }
    return phone;
  }

  template <class Facts>
  Status take(RowReader& reader, const std::string& number, const std::string& village,
              Member member, const Facts& facts) {
    const auto [at, fresh] = index_.try_emplace(number, families_.size());
    if (fresh) {
      Family family;
      family.number = number;
      family.village = village;
      family.stream = village_stream_id(run_.place.control.township(), village);
      family.line = reader.line();
      family.id = model::household_row_id(run_.place.control.township(), number);
      families_.push_back(std::move(family));
    }
    Family& family = families_[at->second];
    if (family.village != village) {
      reader.refuse("村(社区)", cat("户 ", number, " 在前面写的是 ", family.village),
                    cat("household ", number, " stood in ", family.village, " above"));
      return {};
    }
    member.id = model::imported_row_id(
        family.stream, person_.number,
        model::person_source_key(family.id, member.fingerprint, member.name, member.birth));
    if (!seen_.insert(member.id).second) {
      reader.duplicate("同一个人在名册里出现两次,这一行跳过", "the same person twice; skipped");
      return {};
    }
    check_fingerprint(reader, member);
    facts(family);
    family.members.push_back(std::move(member));
    return {};
  }

  void check_fingerprint(RowReader& reader, const Member& member) {
    const auto fingerprint = RowId::from(member.fingerprint);  // of the same size
    if (!fingerprint) return;
    const auto [other, fresh] = by_fingerprint_.try_emplace(*fingerprint, reader.line());
    if (!fresh) {
      reader.flag("证件号码", "", cat("与第 ", other->second, " 行的人用了同一个号码"),
                  cat("the same number as on line ", other->second));
    }
  }

  Status make_wishes() {
    const Directory directory(run_.place);
    std::map<std::string, Village> villages;
    for (Family& family : families_) {
      if (family.members.empty()) continue;
      if (!villages.contains(family.village)) {
        auto village = directory.village(family.village);
        if (!village.ok() && village.error().code != Code::kNotFound)
          return std::move(village).error();
        villages[family.village] = village.ok() ? *village : Village{};
        if (!village.ok())
          run_.new_villages.emplace_back(family.village, region_code(family.village));
      }
      const Village& at = villages[family.village];
      MQ_TRY(const bool wanted, meet(family, at));
      if (wanted) MQ_CHECK(wish_family(family, at));
    }
    return {};
  }

  // What the household of the file is here. False: it has ended, and nothing of it is written.
  Result<bool> meet(Family& family, const Village& at) {
    KnownRoster::Asked asked{family.id, family.number, at.stream, {}};
    for (const Member& member : family.members) asked.people.push_back(facts(family, member, at));
    MQ_TRY(const std::optional<Reason> ended, known_.ended(asked));
    if (ended) {
      ask(family, Fate::kFlagged, ended->zh, ended->en);
      return false;
    }
    if (known_.of_others(asked)) {
      ask(family, Fate::kRefused, "这个户编号在本机是另一家人的,一个人也对不上,请核对",
          "this number belongs to other people here: none of them is named");
      return false;
    }
    if (const std::string head = known_.typed_here(asked); !head.empty()) {
      ask(family, Fate::kFlagged,
          cat("本机登记过户编号相同的一户(", head, "),是同一户请用 household merge --same"),
          cat("a household was given this number by hand (", head,
              "); if it is the same: household merge --same"));
    }
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      Member& member = family.members[i];
      const KnownRoster::Where where = known_.person(family.id, asked.people[i]);
      member.id = where.row;
      member.stream = where.stream;
      member.left_alone = where.double_of_another;
      if (where.stream != 0) continue;
      newcomers_.lines.push_back(member.line);
      newcomers_.people.push_back(std::move(asked.people[i]));
    }
    return true;
  }

  void ask(const Family& family, Fate fate, std::string_view zh, std::string_view en) {
    run_.result.faults.push_back({family.line, "户编号", fate, family.number, "", std::string(zh),
                                  cat("household ", family.number, ": ", en)});
  }

  PersonFacts facts(const Family& family, const Member& member, const Village& at) const {
    PersonFacts out;
    out.id = member.id;
    out.household = family.id;
    // Two villages that are not here yet are two.
    out.stream =
        at.stream != 0 ? at.stream : -1 - family.stream.data[0] - 256 * family.stream.data[1];
    out.name = folded_name(member.name);
    out.shown = member.name;
    out.house = family.number;
    out.document = member.document;
    out.birth = member.birth;
    out.fingerprint = member.fingerprint;
    out.sex = member.sex == mpb::SEX_UNSTATED ? 0 : member.sex;
    out.group = static_cast<int>(family.group);
    out.phones = family.phones;
    return out;
  }

  // The twelve digits that all household numbers of the village share.
  std::string region_code(const std::string& village) const {
    std::string code;
    for (const Family& family : families_) {
      if (family.village != village) continue;
      const bool plain = family.number.size() >= kHouseholdDigitsMin &&
                         family.number.find_first_not_of("0123456789") == std::string::npos;
      if (!plain) return "";
      const std::string own = family.number.substr(0, kRegionDigits);
      if (!code.empty() && code != own) return "";
      code = own;
    }
    return code;
  }

  const Member& head_of(const Family& family) const {
    for (const Member& member : family.members) {
      if (member.relation == mpb::RELATION_HEAD || member.relation == mpb::RELATION_SELF)
        return member;
    }
    for (const Member& member : family.members) {
      if (member.name == family.head_name) return member;
    }
    return family.members.front();
  }

  Status wish_family(const Family& family, const Village& at) {
    const RowId village = village_row_id(run_.place.control.township(), family.village);
    Wish wish{&household_, family.id, at.stream, family.village, family.line, {}, {}};
    wish.cells.reserve(8);
    const auto add = [&](std::uint32_t field, model::Value value, std::string_view column) {
      wish.cells.push_back(wish_cell(field, std::move(value), column));
    };
    add(H::kHouseholdNoFieldNumber, family.number, "户编号");
    wish.cells.push_back(wish_row(H::kVillageIdFieldNumber, village, "村(社区)"));
    add(H::kGroupNoFieldNumber, family.group, "组");
    wish.cells.push_back(wish_row(H::kHeadPersonIdFieldNumber, head_of(family).id, "户主姓名"));
    add(H::kSizeFieldNumber, static_cast<std::int64_t>(family.members.size()), "*");
    add(H::kStatusFieldNumber,
        std::int64_t{family.away.value_or(false) ? mpb::HOUSEHOLD_STATUS_AWAY
                                                 : mpb::HOUSEHOLD_STATUS_NORMAL},
        "常年外出");
    WishCell phones{H::kPhonesFieldNumber, {}, {}, "联系电话", false};
    for (const std::string& phone : family.phones) phones.values.emplace_back(phone);
    if (run_.table.has("联系电话")) wish.cells.push_back(std::move(phones));
    WishCell classes{H::kClassFieldNumber, {}, {}, "户类型", false};
    for (const std::int64_t one : family.classes) classes.values.emplace_back(one);
    if (run_.table.has("户类型")) wish.cells.push_back(std::move(classes));
    run_.wishes.push_back(std::move(wish));
    MQ_CHECK(wish_private(of_household_, family.id, family.guarded, family, family.line, at));
    for (const Member& member : family.members) {
      if (member.left_alone) continue;
      wish_member(family, member, member.stream != 0 ? member.stream : at.stream);
      MQ_CHECK(wish_private(of_person_, member.id, member.guarded, family, member.line, at));
    }
    return {};
  }

  // P3 facts go to the village's PRIVATE stream, under the id of the row that they belong to.
  Status wish_private(const PrivateColumns& columns, const RowId& id, const PrivateCells& cells,
                      const Family& family, std::size_t line, const Village& at) {
    if (cells.empty()) return {};
    vault::StreamIx stream = at.private_stream;
    if (at.stream != 0 && stream == 0) {
      MQ_TRY(stream, Directory(run_.place).private_stream(at.stream));
    }
    Wish wish{&columns.entity(), id, stream, family.village, line, {}, {}, true};
    for (const auto& [field, cell] : cells) wish.cells.push_back(cell);
    run_.wishes.push_back(std::move(wish));
    return {};
  }

  void wish_member(const Family& family, const Member& member, vault::StreamIx stream) {
    Wish wish{&person_, member.id, stream, family.village, member.line, {}, {}};
    wish.cells.reserve(7);
    const auto add = [&](std::uint32_t field, model::Value value, std::string_view column) {
      wish.cells.push_back(wish_cell(field, std::move(value), column));
    };
    add(P::kNameFieldNumber, member.name, "姓名");
    wish.cells.push_back(wish_row(P::kHouseholdIdFieldNumber, family.id, "户编号"));
    add(P::kRelationFieldNumber, member.relation, "与户主关系");
    add(P::kSexFieldNumber, member.sex, "性别");
    if (!member.relation_text.empty())
      add(P::kRelationTextFieldNumber, member.relation_text, "与户主关系");
    if (member.birth) add(P::kBirthFieldNumber, std::int64_t{member.birth->days}, "出生日期");
    if (!member.fingerprint.empty())
      add(P::kIdFingerprintFieldNumber, member.fingerprint, "证件号码");
    run_.wishes.push_back(std::move(wish));
  }

  // Households of these villages that the file no longer names: listed, never removed.
  Status list_missing() {
    const Directory directory(run_.place);
    std::set<std::string> villages;
    for (const Family& family : families_) villages.insert(family.village);
    for (const std::string& name : villages) {
      auto village = directory.village(name);
      if (!village.ok()) continue;
      MQ_TRY(const std::vector<Household> here, directory.households(village->stream));
      for (const Household& household : here) {
        const bool official = household.id == model::household_row_id(run_.place.control.township(),
                                                                      household.number);
        const bool gone = household.status == mpb::HOUSEHOLD_STATUS_MOVED_OUT ||
                          household.status == mpb::HOUSEHOLD_STATUS_DEAD ||
                          household.status == mpb::HOUSEHOLD_STATUS_CANCELLED;
        if (official && !gone && !index_.contains(household.number)) {
          run_.result.missing_zh.push_back(cat(household.number, " ", household.head_name));
        }
      }
    }
    return {};
  }

  ImportRun& run_;
  const model::Entity &household_, &person_;
  PrivateColumns of_household_, of_person_;
  Bytes fingerprint_key_;
  KnownRoster known_;
  KnownRoster::Newcomers newcomers_;
  std::vector<Family> families_;
  std::unordered_map<std::string, std::size_t> index_;  // by number
  std::unordered_set<RowId, IdHash> seen_;
  std::unordered_map<RowId, std::size_t, IdHash> by_fingerprint_;
};

}  // namespace

const std::vector<ColumnSpec>& roster_columns() {
  static const std::vector<ColumnSpec> kColumns = [] {
    std::vector<ColumnSpec> columns = {
        {{"户编号", "户号", "家庭编号"}, true},
        {{"姓名", "成员姓名"}, true},
        {{"村(社区)", "村", "村社区", "行政村", "所在村"}, false},
        {{"组", "村民小组", "小组", "组号"}, false},
        {{"户主姓名", "户主"}, false},
        {{"与户主关系", "关系", "家庭关系"}, false},
        {{"性别"}, false},
        {{"证件号码", "身份证号", "身份证号码", "公民身份号码", "公民身份证号码"}, false},
        {{"出生日期", "出生年月日", "出生年月"}, false},
        {{"联系电话", "电话", "手机", "手机号码", "联系方式"}, false},
        {{"户类型", "农户类型", "户类别"}, false},
        {{"常年外出", "是否外出", "外出"}, false},
        {{"证件类型"}, false}};
    for (const char* companion : {"HouseholdPrivate", "PersonPrivate"}) {
      PrivateColumns::list(*model::Schema::current().entity(companion), columns);
    }
    return columns;
  }();
  return kColumns;
}

Status read_roster(ImportRun& run) { return RosterReader(run).read(); }

}  // namespace mq::work
