#include "import_roster_line.h"

#include "id_number.h"
#include "import_values.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/identity.h"
#include "mq/model/relation.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/organisation.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;
using PP = mpb::PersonPrivate;

namespace {

constexpr int kFirstYear = 1900, kMonths = 12;

std::int64_t read_group(RowReader& reader) {
  const std::string typed = reader.number("组");
  if (typed.empty()) return 0;
  const std::optional<int> group = group_in(typed);
  if (group) return *group;
  reader.refuse("组", "组号应是 0 到 255 的数,如 1、1组、一组、第一组",
                "a group number is 0 to 255, as in 1 or 第一组");
  return 0;
}

}  // namespace

RosterLines::RosterLines(ImportRun& run)
    : run_(run),
      household_(*run.place.vault.schema().entity("Household")),
      person_(*run.place.vault.schema().entity("Person")),
      of_household_(run, *run.place.vault.schema().entity("HouseholdPrivate")),
      of_person_(run, *run.place.vault.schema().entity("PersonPrivate")) {}

Status RosterLines::open() {
  MQ_TRY(fingerprint_key_, fingerprint_key(run_.place));
  find_firsts();
  MQ_CHECK(of_household_.open());
  return of_person_.open();
}

RosterLine RosterLines::read(std::size_t row, std::vector<ImportFault>& faults) const {
  RowReader reader(run_.table, row, faults);
  RosterLine line;
  line.number = read_number(reader, row);
  line.member = read_member(reader);
  line.group = read_group(reader);
  line.classes = reader.values("户类型", *household_.field(H::kClassFieldNumber));
  line.away = reader.yes_no("常年外出");
  line.village = read_village(reader, row);
  line.phones = reader.phones("联系电话");
  PrivateCells guarded;  // refuses the row before anything of it counts
  of_household_.read(reader, guarded);
  line.refused = reader.refused();
  return line;
}

void RosterLines::find_firsts() {
  std::string before;
  for (std::size_t row = 0; row < run_.table.size(); ++row) {
    const std::string number = model::normal_number(run_.table.raw(row, "户编号"));
    const bool same = row > 0 && !before.empty() &&
                      (number == before || (number.empty() && of_the_one_above(row)));
    first_.push_back(same ? first_.back() : row);
    if (!same) before = number;
  }
}

// A household's number written once, beside its head: lines of other people directly below it that
// say nothing else of a household are of the same.
bool RosterLines::of_the_one_above(std::size_t row) const {
  const std::size_t first = first_.back();
  const model::Field& relations = *person_.field(P::kRelationFieldNumber);
  const auto text = [&](std::size_t at, std::string_view column) {
    return model::clean_name(run_.table.raw(at, column));
  };
  const auto heads = [&](std::size_t at) {
    const model::EnumValue* relation = relations.value_named(text(at, "与户主关系"));
    return relation != nullptr &&
           (relation->number == mpb::RELATION_HEAD || relation->number == mpb::RELATION_SELF);
  };
  const auto as_above = [&](std::string_view column) {
    const std::string own = text(row, column);
    return own.empty() || own == text(first, column);
  };
  return run_.table.line(row) == run_.table.line(row - 1) + 1 && heads(first) && !heads(row) &&
         !text(row, "与户主关系").empty() && text(row, "户主姓名").empty() &&
         text(row, "户类型").empty() && as_above("组") && as_above("村(社区)");
}

std::string RosterLines::read_number(RowReader& reader, std::size_t row) const {
  std::string number = reader.number("户编号");
  if (!number.empty() || reader.refused()) return number;
  if (first_[row] != row) {
    number = model::normal_number(run_.table.raw(first_[row], "户编号"));
    reader.tidied("户编号", number, "空着,按上面同一户的行记", "empty: of the household above");
    return number;
  }
  reader.refuse("户编号",
                "没有户编号,不知道是哪一户;请每一行都写上。只在户主那一行写的,下面各行要紧挨着、"
                "写明与户主关系,户主姓名和户类型空着",
                "no household number: write it on every line, or on the head's alone with the "
                "others directly below, each with its relation");
  return number;
}

// --village names the village of a file that does not, or gives its whole name: not another.
std::string RosterLines::read_village(RowReader& reader, std::size_t row) const {
  const std::string& given = run_.options.village;
  std::string typed = reader.name("村(社区)");
  if (typed.empty()) typed = model::clean_name(run_.table.raw(first_[row], "村(社区)"));
  if (given.empty() && typed.empty()) {
    reader.refuse("村(社区)", "没有写村(社区);可用 --village 指定", "no village; use --village");
  }
  if (given.empty() || typed.empty()) return given.empty() ? typed : given;
  if (!given.starts_with(typed) && !typed.starts_with(given)) {
    reader.refuse("村(社区)", cat("这一行写的是别的村,--village 指定的是 ", given),
                  cat("the line names another village than --village ", given));
  }
  return given;
}

Member RosterLines::read_member(RowReader& reader) const {
  Member member;
  member.line = reader.line();
  member.name = reader.name("姓名");
  if (member.name.empty()) reader.refuse("姓名", "没有姓名", "no name");
  read_relation(reader, member);
  member.sex = reader.label("性别", *person_.field(P::kSexFieldNumber));
  read_birth(reader, member);
  read_id(reader, member);
  look_at_birth(reader, member);
  of_person_.read(reader, member.guarded);
  look_at_sex(reader, member);
  return member;
}

// 出生年月 is a month in many offices; the day is the ID number's to say.
void RosterLines::read_birth(RowReader& reader, Member& member) {
  const auto month = month_in(reader.text("出生日期"));
  if (month && *month >= kFirstYear * kMonths) {
    member.birth_month = month;
  } else {
    member.birth = reader.date("出生日期");
  }
}

void RosterLines::look_at_birth(RowReader& reader, Member& member) {
  if (!member.birth_month) return;
  if (!member.birth) {
    reader.flag("出生日期", "", "只有年月,没有日,这一格没有存;知道哪一天以后请补上",
                "a month without its day: not stored; fill the day in once it is known");
    return;
  }
  if (member.birth->year() * kMonths + member.birth->month() - 1 == *member.birth_month) {
    reader.tidied("出生日期", member.birth->iso(), "只有年月,日取自证件号码",
                  "a month; its day is that of the ID number");
  } else {
    reader.flag("出生日期", member.birth->iso(), "与证件号码里的出生日期不同,按证件号码存",
                "differs from the ID number, which was taken");
  }
}

void RosterLines::read_relation(RowReader& reader, Member& member) const {
  const model::Field& field = *person_.field(P::kRelationFieldNumber);
  const std::string typed = reader.text("与户主关系");
  member.related = !typed.empty();
  const model::EnumValue* known = field.value_named(model::clean_name(typed));
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
void RosterLines::read_id(RowReader& reader, Member& member) const {
  const std::string typed = reader.number("证件号码");
  if (typed.empty()) return;
  if (typed.find_first_of("0123456789") == std::string::npos) {  // 无, 不详, 丢失: no number
    reader.flag("证件号码", "", "不是号码,没有当作证件号码记", "no number, and not kept as one");
    return;
  }
  const auto id = model::read_chinese_id(typed);
  member.fingerprint = model::fingerprint(fingerprint_key_, id, typed);
  member.document = typed;
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
}

void RosterLines::look_at_sex(RowReader& reader, const Member& member) {
  if (member.sex == 0 && !reader.refused()) {
    reader.flag("性别", "未知", "没有性别,证件号码也看不出", "no sex, and none from the ID number");
  }
  const bool told = member.sex == mpb::SEX_MALE || member.sex == mpb::SEX_FEMALE;
  const auto of_relation = model::sex_of_relation(member.relation);
  if (told && of_relation && *of_relation != member.sex) {
    reader.flag("与户主关系", "", "与性别对不上", "does not fit the sex");
  }
}

void RosterLines::keep_number(RowReader& reader, const std::string& typed,
                              const std::optional<model::ChineseId>& id, Member& member) const {
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

}  // namespace mq::work
