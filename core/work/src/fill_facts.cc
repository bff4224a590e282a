#include "fill_facts.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/entry.h"

namespace mq::work {

namespace {

namespace pb = model::pb;

// Fields that no form is given, since the program keeps them for itself or a computed fact says
// them better.
bool is_withheld(const model::Entity& entity, const model::Field& field) {
  const pb::Kind kind = field.rule.kind();
  if (kind == pb::KIND_FINGERPRINT || kind == pb::KIND_SECRET || kind == pb::KIND_STREAM ||
      kind == pb::KIND_MEMBER || field.name == "cancel_reason") {
    return true;
  }
  const std::string& ref = field.rule.ref();
  if (ref == "Household" || ref == "Person" || ref == "Visit" || ref == "Issue" || ref == "Diary" ||
      ref == "Programme" || field.name == "village_id") {
    return true;
  }
  if (entity.name == "Household" && field.name == "size") return true;
  return field.rule.system() && field.name != "state";
}

Sort sort_of(const model::Field& field) {
  if (field.rule.kind() == pb::KIND_PHONE) return Sort::kPhone;
  if (field.name == "id_no") return Sort::kDocument;
  const bool person = field.name == "name" || field.name == "reporter" || field.name == "ack_by";
  return person ? Sort::kName : Sort::kOther;
}

struct Others {
  std::string_view field;  // "household.addr"
  std::vector<std::string_view> names;
};
const std::vector<Others>& other_names() {
  static const std::vector<Others> kOthers = {
      {"household.household_no", {"户编码", "家庭编号"}},
      {"household.group_no", {"组别", "村小组", "所在组", "社"}},
      {"household.phones",
       {"电话号码", "手机", "手机号", "手机号码", "家庭电话", "户主电话", "户主联系电话",
        "户主手机", "户主手机号"}},
      {"household.addr", {"地址", "详细地址", "居住地址"}},
      {"household.class", {"户属性", "农户类别", "贫困类型"}},
      {"household.land_arable", {"耕地面积", "承包地面积"}},
      {"household.land_forest", {"林地面积"}},
      {"household.land_orchard", {"果园面积"}},
      {"household.house_m2", {"房屋面积", "建筑面积"}},
      {"household.danger", {"房屋等级", "鉴定等级", "房屋鉴定等级"}},
      {"household.road", {"入户路情况", "入户路类型"}},
      {"household.road_km", {"距主干路距离", "与主干路距离"}},
      {"person.name", {"成员姓名", "家庭成员姓名", "人员姓名", "名字"}},
      {"person.birth", {"出生年月", "出生日期", "生日"}},
      {"person.edu", {"学历", "受教育程度"}},
      {"person.work_place", {"务工地", "务工地址", "务工所在地"}},
      {"person_private.id_no",
       {"证件号码", "身份证号", "身份证号码", "公民身份号码", "居民身份证号", "身份证"}},
      {"person_private.labour", {"劳动力情况", "劳动技能"}},
      {"visit.visited_by", {"走访干部", "走访人员"}},
      {"visit.date", {"走访时间"}},
      {"issue.registered_on", {"登记时间"}},
      {"issue.closed_on", {"办结时间"}}};
  return kOthers;
}

class Catalogue {
 public:
  Catalogue(const model::Schema& schema, FillAbout about) : schema_(schema), about_(about) {}

  std::vector<Fact> list() {
    const std::string_view own = entity_of(about_);
    add_rows(own, Whose::kLine, 0, "");
    if (about_ != FillAbout::kHousehold) add_rows("Household", Whose::kHouse, 1, "");
    add_rows("Person", Whose::kHead, about_ == FillAbout::kHousehold ? 0 : 1, "户主");
    if (about_ == FillAbout::kHousehold) add_rows("Person", Whose::kHead, 2, "");
    add_computed();
    return std::move(facts_);
  }

 private:
  // The entity and its P3 companion.
  void add_rows(std::string_view name, Whose whose, int tier, std::string_view before) {
    const model::Entity& entity = *schema_.entity(name);
    add_entity(entity, whose, tier, before);
    if (const model::Entity* companion = companion_of(schema_, entity)) {
      add_entity(*companion, whose, tier, before);
    }
  }

  void add_entity(const model::Entity& entity, Whose whose, int tier, std::string_view before) {
    for (const model::Field& field : entity.fields) {
      if (is_withheld(entity, field)) continue;
      const bool head = whose == Whose::kHead;
      Fact fact;
      fact.id = cat(head ? "head" : entity.table, ".", field.name);
      fact.zh = cat(head ? "户主" : "", field.zh);
      std::vector<std::string> names{field.zh};
      names.insert(names.end(), field.rule.columns().begin(), field.rule.columns().end());
      for (const Others& others : other_names()) {
        if (others.field != cat(entity.table, ".", field.name)) continue;
        names.insert(names.end(), others.names.begin(), others.names.end());
      }
      for (const std::string& each : names) fact.names.push_back(header_form(cat(before, each)));
      if (head && field.name == "name" && !before.empty()) fact.names.emplace_back("户主");
      fact.whose = whose;
      fact.entity = &entity;
      fact.field = &field;
      fact.tier = tier;
      fact.privacy = field.rule.privacy();
      fact.gate = field.rule.gate();
      fact.sort = sort_of(field);
      add(std::move(fact));
    }
  }

  void add(Fact fact) {
    // The same fact under a further set of names.
    const bool same = std::ranges::any_of(
        facts_, [&](Fact& known) { return known.id == fact.id && known.tier == fact.tier; });
    if (!same) facts_.push_back(std::move(fact));
  }

  void compute(Computed computed, std::string_view id, int privacy,
               const std::vector<std::string_view>& names, Sort sort = Sort::kOther,
               std::string_view gate = "") {
    Fact fact;
    fact.id = id;
    fact.zh = names.front();
    for (const std::string_view name : names) fact.names.push_back(header_form(name));
    fact.computed = computed;
    fact.privacy = privacy;
    fact.sort = sort;
    fact.gate = gate;
    add(std::move(fact));
  }

  void add_computed() {
    const bool person = about_ == FillAbout::kPerson;
    compute(Computed::kSerial, "serial", 0, {"序号", "No"});
    compute(Computed::kTownship, "township", 0, {"乡镇", "镇", "乡镇街道", "所在乡镇", "街道"});
    compute(Computed::kVillage, "village", 0,
            {"村", "村(社区)", "村社区", "行政村", "所在村", "所在村社区", "村名", "村居", "村别"});
    compute(Computed::kVillageAndGroup, "place", 0, {"村组", "所在村组", "村组名称"});
    compute(Computed::kPeople, "people", 0,
            {"家庭人口", "家庭人口数", "家庭人数", "人口", "人口数", "户人口"});
    compute(Computed::kAge, "age", pb::PRIVACY_P2,
            person ? std::vector<std::string_view>{"年龄", "周岁", "年龄周岁"}
                   : std::vector<std::string_view>{"户主年龄"});
    compute(Computed::kIncomePerHead, "income_per_head", pb::PRIVACY_P3,
            {"人均纯收入", "家庭人均纯收入", "人均收入", "年人均纯收入", "家庭年人均纯收入"},
            Sort::kOther, "income");
    compute(Computed::kLastVisit, "last_visit", 0,
            {"上次走访日期", "最近走访日期", "最近一次走访日期", "最近走访时间", "上次走访时间"});
    compute(Computed::kVisits, "visits", 0, {"走访次数", "本期走访次数", "入户次数"});
    compute(Computed::kHelper, "helper", 0,
            {"帮扶责任人", "帮扶责任人姓名", "帮扶干部", "帮扶人", "帮扶人姓名", "结对干部",
             "联系干部", "包户干部"});
    compute(
        Computed::kHelperPhone, "helper_phone", pb::PRIVACY_P2,
        {"帮扶责任人电话", "帮扶责任人联系电话", "帮扶人电话", "帮扶干部电话", "帮扶人联系电话"},
        Sort::kPhone);
    compute(Computed::kHelperUnit, "helper_unit", 0,
            {"帮扶单位", "帮扶责任人单位", "帮扶人单位", "帮扶责任人工作单位"});
    compute(Computed::kHelperTitle, "helper_title", 0, {"帮扶责任人职务", "帮扶人职务"});
    compute(Computed::kChange, "change", 0,
            {"变化", "变化情况", "变动", "变动情况", "变更情况", "变动类型", "增减情况"});
  }

  const model::Schema& schema_;
  const FillAbout about_;
  std::vector<Fact> facts_;
};

}  // namespace

std::string header_form(std::string_view header) {
  constexpr std::string_view kMarks = " \n\t*:;,.!?\"'_-";
  std::string out;
  int depth = 0;
  for (const std::uint32_t point : code_points(model::half_width(model::clean_cell(header)))) {
    const bool opens = point == '(' || point == '[' || point == 0x3010;
    const bool closes = point == ')' || point == ']' || point == 0x3011;
    if (opens) ++depth;
    const bool mark = (point < 128 && kMarks.find(static_cast<char>(point)) != kMarks.npos) ||
                      point == 0x3000 || point == 0x3001 || point == 0x3002 || point == 0xa0;
    if (depth == 0 && !mark) append_utf8(out, point);
    if (closes && depth > 0) --depth;
  }
  return out;
}

bool is_for_hands(std::string_view form) {
  constexpr std::string_view kForms[] = {
      "备注",     "说明",     "其他",       "签字",     "签名",     "盖章",   "户主签字",
      "户主签名", "本人签字", "领取人签字", "签字盖章", "审核意见", "审核人", "备注说明"};
  return std::ranges::find(kForms, form) != std::end(kForms);
}

std::vector<Fact> facts_of(const model::Schema& schema, FillAbout about) {
  return Catalogue(schema, about).list();
}

std::string_view entity_of(FillAbout about) {
  switch (about) {
    case FillAbout::kHousehold:
      return "Household";
    case FillAbout::kPerson:
      return "Person";
    case FillAbout::kVisit:
      return "Visit";
    case FillAbout::kIssue:
      break;
  }
  return "Issue";
}

}  // namespace mq::work
