#include "likely.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "minqing/model/v1/person.pb.h"
#include "mq/base/id_hash.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/canonical.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::size_t kBucketMax = 400;  // of a day or a name that stands for "not known"

// Characters of names in their other form, and in the one they are compared in. Ours, from the
// general tables of simplified characters; names of this region, not the whole script.
constexpr std::u32string_view kForms =
    U"陳陈張张劉刘楊杨黃黄趙赵吳吴孫孙馬马羅罗鄭郑謝谢韓韩馮冯於于蕭萧鄧邓許许蔣蒋葉叶閻阎鐘钟"
    U"鍾钟盧卢陸陆蘇苏呂吕賈贾龔龚賴赖譚谭範范鄒邹嚴严龍龙萬万錢钱湯汤賀贺顧顾龐庞聶聂關关藍蓝"
    U"饒饶齊齐單单歐欧陽阳華华國国軍军衛卫東东強强偉伟傑杰麗丽鳳凤蘭兰雲云輝辉潔洁蓮莲愛爱寶宝"
    U"貴贵財财義义禮礼學学進进發发興兴榮荣慶庆壽寿豐丰賢贤達达運运遠远順顺維维紅红綠绿緒绪純纯"
    U"紹绍經经繼继續续綱纲緣缘練练績绩絲丝紀纪統统繡绣羣群峯峰嶽岳囯国飛飞鵬鹏鶴鹤鴻鸿鷹鹰燈灯"
    U"煒炜煥焕燁烨營营瑩莹瓊琼環环璽玺瑤瑶珮佩畫画當当盡尽監监礦矿碩硕禎祯種种穎颖積积窮穷競竞"
    U"筆笔節节簡简籌筹糧粮聖圣聰聪聲声職职艷艳艶艳莊庄莖茎葦苇蔭荫蕓芸藝艺藥药蘋苹處处號号術术"
    U"補补見见規规視视覺觉覽览親亲觀观計计訓训記记設设訪访詠咏詩诗誠诚說说誌志誼谊語语課课論论"
    U"諾诺謀谋謙谦證证識识譯译議议讓让豔艳貞贞貝贝質质賓宾賜赐贊赞贇赟躍跃輪轮輔辅轉转農农連连"
    U"遊游遲迟選选還还邊边鄉乡醫医釗钊鈞钧鈴铃鉅钜銀银銅铜銘铭鋒锋鋼钢錄录錦锦鎮镇鏡镜鐵铁鑑鉴"
    U"長长門门開开間间閔闵閣阁闊阔陰阴際际隨随險险雋隽雙双離离難难電电靜静頌颂項项頓顿領领頭头"
    U"頻频顏颜願愿風风養养駿骏騰腾驊骅驥骥魯鲁鮮鲜鳴鸣麥麦黨党齡龄亞亚來来倫伦儀仪優优兒儿劍剑"
    U"勁劲勝胜勞劳勵励區区協协卻却參参叢丛問问喬乔嘯啸圓圆園园團团堅坚報报場场塊块塵尘墜坠壩坝"
    U"壯壮夢梦夾夹奧奥奮奋妝妆婦妇嬌娇實实寧宁審审寬宽寵宠對对導导將将專专尋寻層层島岛嵐岚帥帅"
    U"師师帶带幹干幾几庫库廣广廳厅彌弥彎弯彥彦後后徑径從从恆恒悅悦惲恽憲宪應应懷怀戰战戶户擇择"
    U"擊击據据撫抚敘叙敵敌數数時时晉晋曉晓書书會会條条棟栋業业構构槍枪樂乐樹树橋桥機机權权歡欢"
    U"歲岁歷历殘残氣气決决沖冲況况淨净淵渊渾浑溫温滿满漁渔潤润濤涛濟济濱滨灣湾災灾爭争爺爷獨独"
    U"獻献瑋玮現现";

// Unified ideographs; what is compatible with one of them lies elsewhere.
constexpr std::uint32_t kIdeographFirst = 0x4e00, kIdeographLast = 0x9fff;
bool is_ideograph(std::uint32_t c) { return c >= kIdeographFirst && c <= kIdeographLast; }

// The character that stands for this one. A table, since every name of a township is asked about.
char32_t form_of(std::uint32_t c) {
  static const std::vector<char32_t> kTable = [] {
    std::vector<char32_t> table(kIdeographLast - kIdeographFirst + 1);
    for (std::uint32_t i = 0; i < table.size(); ++i) table[i] = kIdeographFirst + i;
    for (std::size_t i = 0; i + 1 < kForms.size(); i += 2) {
      MQ_ASSERT(is_ideograph(kForms[i]));
      table[kForms[i] - kIdeographFirst] = kForms[i + 1];
    }
    return table;
  }();
  return is_ideograph(c) ? kTable[c - kIdeographFirst] : static_cast<char32_t>(c);
}

std::string digits_of(Date day) {
  std::string iso = day.iso();
  std::erase(iso, '-');
  return iso;
}

bool share(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(
      a, [&](const std::string& one) { return std::ranges::find(b, one) != b.end(); });
}

}  // namespace

std::u32string folded_name(std::string_view name) {
  std::vector<std::uint32_t> points = code_points(name);
  // Nearly every name is of ideographs alone, which have nothing to be cleaned of.
  if (!std::ranges::all_of(points, is_ideograph)) {
    points = code_points(model::normal_number(model::clean_name(name)));
  }
  std::u32string out;
  for (const std::uint32_t c : points) {
    if (c == 0xb7 || c == '.' || c == '*') continue;  // the dot of a name
    out.push_back(form_of(c));
  }
  return out;
}

bool alike(const std::u32string& a, const std::u32string& b) {
  if (a.size() < 2 || b.size() < 2 || a == b) return false;
  if (a.size() == b.size()) {
    std::size_t other = 0;
    for (std::size_t i = 0; i < a.size(); ++i) other += a[i] != b[i] ? 1 : 0;
    return other == 1;
  }
  const std::u32string& shorter = a.size() < b.size() ? a : b;
  const std::u32string& longer = a.size() < b.size() ? b : a;
  if (longer.size() - shorter.size() != 1) return false;
  std::size_t at = 0;
  while (at < shorter.size() && shorter[at] == longer[at]) ++at;
  return shorter.substr(at) == longer.substr(at + 1);
}

bool one_digit_off(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  std::size_t other = 0;
  for (std::size_t i = 0; i < a.size(); ++i) other += a[i] != b[i] ? 1 : 0;
  return other == 1;
}

std::optional<Reason> likely_same(const PersonFacts& a, const PersonFacts& b) {
  if (!a.fingerprint.empty() && a.fingerprint == b.fingerprint) {
    return Reason{"证件号相同", "one document number"};
  }
  if (a.sex != 0 && b.sex != 0 && a.sex != b.sex && a.name != b.name) return std::nullopt;
  const bool house = a.household == b.household;
  const bool near = house || (a.stream == b.stream && a.group == b.group);
  const bool phone = share(a.phones, b.phones);
  const bool same_name = a.name == b.name;
  if (!same_name && !alike(a.name, b.name)) return std::nullopt;
  if (a.document.size() > 1 && one_digit_off(a.document, b.document)) {
    return Reason{"姓名相同或差一字,证件号差一位", "names alike, a digit of the document off"};
  }
  if (a.birth && b.birth) {
    const bool same_day = *a.birth == *b.birth;
    if (same_name && same_day) return Reason{"同名同生日", "one name and birth"};
    const bool same_sex = a.sex != 0 && a.sex == b.sex;
    if (same_day && (near || phone || same_sex)) {
      return Reason{"同生日,姓名差一字", "one birth, a character off"};
    }
    const bool off = one_digit_off(digits_of(*a.birth), digits_of(*b.birth));
    if (same_name && off && (near || phone || same_sex)) {
      return Reason{"同名,出生日期差一位", "one name, a digit of the birth off"};
    }
    return std::nullopt;
  }
  if (same_name && (house || phone)) {
    return Reason{"同名,同户或同电话", "one name, one household or telephone"};
  }
  if (phone && !house) {
    return Reason{"两户同电话,姓名差一字", "two households of one telephone, a character off"};
  }
  return std::nullopt;
}

namespace {

// Indices of those that share a key. Kept by a hash of it: whoever shares that alone is looked at
// for nothing, and likely_same() says no.
class Buckets {
 public:
  template <class... Parts>
  void add(std::size_t index, const Parts&... parts) {
    std::size_t hash = 0;
    ((hash = hash * 0x9E3779B97F4A7C15u + std::hash<Parts>{}(parts)), ...);
    list_.emplace_back(hash, index);
  }
  // Pairs of which one at least is from `first` on.
  template <class Take>
  void each_pair(std::size_t first, const Take& take) {
    std::ranges::sort(list_);
    for (auto begin = list_.begin(); begin != list_.end();) {
      const auto end = std::find_if(begin, list_.end(),
                                    [&](const auto& each) { return each.first != begin->first; });
      if (static_cast<std::size_t>(end - begin) <= kBucketMax) {
        each_pair_of(begin, end, first, take);
      }
      begin = end;
    }
  }

 private:
  using List = std::vector<std::pair<std::size_t, std::size_t>>;  // by hash, then index

  template <class Take>
  static void each_pair_of(List::const_iterator begin, List::const_iterator end, std::size_t first,
                           const Take& take) {
    for (auto b = begin; b != end; ++b) {
      if (b->second < first) continue;
      for (auto a = begin; a != b; ++a) take(a->second, b->second);
    }
  }

  List list_;
};

}  // namespace

std::vector<Match> matches(const std::vector<PersonFacts>& people) { return matches({}, people); }

std::vector<Match> matches(std::span<const PersonFacts> known, std::span<const PersonFacts> fresh) {
  if (fresh.empty()) return {};
  const auto at = [&](std::size_t i) -> const PersonFacts& {
    return i < known.size() ? known[i] : fresh[i - known.size()];
  };
  Buckets fingerprints, names, houses, days, phones;
  for (std::size_t i = 0; i < known.size() + fresh.size(); ++i) {
    const PersonFacts& one = at(i);
    const int day = one.birth ? one.birth->days : 0;
    if (!one.fingerprint.empty()) fingerprints.add(i, text_of(one.fingerprint));
    names.add(i, std::u32string_view(one.name));
    houses.add(i, text_of(one.household.view()));
    if (one.birth) days.add(i, day);
    for (const std::string& phone : one.phones) phones.add(i, std::string_view(phone));
  }
  std::set<std::pair<std::size_t, std::size_t>> met;
  std::vector<Match> out;
  const auto take = [&](std::size_t a, std::size_t b) {
    const auto why = likely_same(at(a), at(b));
    if (why && met.insert({a, b}).second) out.push_back({a, b, *why});
  };
  for (Buckets* each : {&fingerprints, &names, &houses, &days, &phones}) {
    each->each_pair(known.size(), take);
  }
  std::ranges::sort(out, {}, [](const Match& m) { return std::pair(m.a, m.b); });
  return out;
}

namespace {

struct House {
  std::string number;
  int group = 0;
  vault::StreamIx stream = 0;
  std::optional<RowId> head;
  std::vector<std::string> phones;
};

Result<std::unordered_map<RowId, House, IdHash>> houses_of(const Workplace& place,
                                                           const Canonical& canonical) {
  const model::Field& phones = *place.vault.schema().entity("Household")->field("phones");
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id, stream, household_no, group_no, head_person_id, phones "
                              "FROM \"household\" WHERE deleted = 0"));
  std::unordered_map<RowId, House, IdHash> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    if (!canonical.counts(row, q.integer(1))) continue;
    House house{std::string(q.text(2)),
                static_cast<int>(q.integer(3)),
                q.integer(1),
                RowId::from(q.blob(4)),
                {}};
    MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(phones, q.blob(5)));
    for (const Bytes& one : packed) house.phones.push_back(to_string(one));
    out.emplace(row, std::move(house));
  }
}

Result<std::unordered_map<RowId, std::string, IdHash>> documents(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id, id_no FROM \"person_private\" WHERE deleted = 0 AND "
                              "id_no IS NOT NULL"));
  std::unordered_map<RowId, std::string, IdHash> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.emplace(RowId::from(q.blob(0)).value_or(RowId{}), model::normal_number(q.text(1)));
  }
}

}  // namespace

Result<std::vector<PersonFacts>> everybody(const Workplace& place) {
  MQ_TRY(const Canonical households, Canonical::households(place));
  MQ_TRY(const Canonical people, Canonical::people(place));
  MQ_TRY(const auto houses, houses_of(place, households));
  MQ_TRY(const auto numbers, documents(place));
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, stream, household_id, name, birth, "
                                      "id_fingerprint, sex, relation FROM \"person\" WHERE "
                                      "deleted = 0"));
  std::vector<PersonFacts> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    PersonFacts one;
    one.id = RowId::from(q.blob(0)).value_or(RowId{});
    one.stream = q.integer(1);
    if (!people.counts(one.id, one.stream)) continue;
    one.household = households.home(RowId::from(q.blob(2)).value_or(RowId{}));
    one.shown = std::string(q.text(3));
    one.name = folded_name(one.shown);
    if (!q.is_null(4)) one.birth = Date{static_cast<std::int32_t>(q.integer(4))};
    one.fingerprint = to_bytes(q.blob(5));
    one.sex = q.integer(6) == mpb::SEX_UNSTATED ? 0 : q.integer(6);
    one.relation = q.integer(7);
    if (const auto number = numbers.find(one.id); number != numbers.end()) {
      one.document = number->second;
    }
    if (const auto house = houses.find(one.household); house != houses.end()) {
      one.house = house->second.number;
      one.group = house->second.group;
      one.phones = house->second.phones;
      one.head = house->second.head == one.id;
    }
    out.push_back(std::move(one));
  }
}

Status flag_likely(const Workplace& place, PersonFacts fresh, Form& form) {
  constexpr std::size_t kNamed = 3;
  fresh.name = folded_name(fresh.shown);
  MQ_TRY(const std::vector<PersonFacts> all, everybody(place));
  std::vector<std::string> who;
  for (const PersonFacts& one : all) {
    const auto why = one.id == fresh.id ? std::nullopt : likely_same(one, fresh);
    if (why) who.push_back(cat(one.shown, "(户 ", one.house, ",", why->zh, ")"));
  }
  if (who.empty()) return {};
  const std::size_t more = who.size() - std::min(who.size(), kNamed);
  who.resize(who.size() - more);
  form.flag(
      "*",
      cat("可能已经登记过:", join(who, "、"), more > 0 ? cat(" 等 ", who.size() + more, " 人") : "",
          ";是同一个请用 merge,不是请用 distinct"),
      cat("may stand here already: ", join(who, ", "), "; use merge if so, else distinct"));
  return {};
}

}  // namespace mq::work
