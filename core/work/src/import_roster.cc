// A roster: one row a person, households told apart by their number, people by ID or name and
// birth.
#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "import_family.h"
#include "import_guess.h"
#include "import_kinds.h"
#include "import_known.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "mq/base/id_hash.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/directory.h"
#include "mq/work/organisation.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using H = mpb::Household;
using P = mpb::Person;

namespace {

constexpr std::size_t kLinesAtOnce = 64;

class RosterReader {
 public:
  explicit RosterReader(ImportRun& run)
      : run_(run),
        household_(*run.place.vault.schema().entity("Household")),
        person_(*run.place.vault.schema().entity("Person")),
        lines_(run) {}

  Status read() {
    MQ_CHECK(lines_.open());
    MQ_CHECK(read_lines());
    MQ_CHECK(make_wishes());
    return list_missing();
  }
  std::vector<ImportFault> likely() const { return known_.likely(newcomers_); }

 private:
  // The lines and what is here, each in what time the other leaves: whoever is free, the caller or
  // the worker, reads the next few lines, which the two share by their number alone.
  Status read_lines() {
    std::vector<RosterLine> lines(run_.table.size());
    std::atomic<std::size_t> next = 0;
    const auto read_some = [&](std::vector<ImportFault>& faults) {
      for (;;) {
        const std::size_t from = next.fetch_add(kLinesAtOnce);
        if (from >= lines.size()) return;
        const std::size_t to = std::min(from + kLinesAtOnce, lines.size());
        for (std::size_t row = from; row < to; ++row) lines[row] = lines_.read(row, faults);
      }
    };
    std::vector<ImportFault> beside;
    const std::uint64_t job = run_.options.worker->start([&] { read_some(beside); });
    auto known = KnownRoster::load(run_.place);
    read_some(run_.result.faults);
    run_.options.worker->finish(job);
    std::move(beside.begin(), beside.end(), std::back_inserter(run_.result.faults));
    MQ_TRY(known_, std::move(known));
    for (std::size_t row = 0; row < lines.size(); ++row) {
      if (lines[row].refused) {
        torn_[lines[row].number].insert(folded_name(lines[row].member.name));
      } else {
        take(row, std::move(lines[row]));
      }
    }
    return {};
  }

  void take(std::size_t row, RosterLine line) {
    RowReader reader(run_.table, row, run_.result.faults);
    const auto [at, fresh] = index_.try_emplace(line.number, families_.size());
    if (fresh) {
      Family& family = families_.emplace_back();
      family.number = line.number;
      family.village = line.village;
      family.stream = village_stream_id(run_.place.control.township(), line.village);
      family.line = reader.line();
      family.id = model::household_row_id(run_.place.control.township(), line.number);
    }
    Family& family = families_[at->second];
    if (family.village != line.village) {
      reader.refuse("村(社区)", cat("户 ", line.number, " 在前面写的是 ", family.village),
                    cat("household ", line.number, " stood in ", family.village, " above"));
      torn_[line.number].insert(folded_name(line.member.name));
      return;
    }
    Member& member = line.member;
    member.id = row_of(family, member);
    if (!seen_.insert(member.id).second && !shares_number(family, member)) {
      reader.duplicate("同一个人在名册里出现两次,这一行跳过", "the same person twice; skipped");
      return;
    }
    check_fingerprint(reader, member);
    add_facts(reader, line, family);
    family.members.push_back(std::move(member));
  }

  RowId row_of(const Family& family, const Member& member) const {
    return model::imported_row_id(
        family.stream, person_.number,
        model::person_source_key(family.id, member.fingerprint, member.name, member.birth));
  }

  // Somebody else with the number of one above; two lines of one name are one person.
  static bool shares_number(Family& family, Member& member) {
    for (Member& one : family.members) {
      if (one.id != member.id) continue;
      if (folded_name(one.name) == folded_name(member.name)) return false;
      one.shares = member.shares = true;
    }
    return member.shares;
  }

  // The number stays with one of those who share it, in whatever order they stand: with whom it is
  // known of here, else with whom it fits. The others are who they are by name and birth.
  void settle_numbers(Family& family) const {
    const auto claim = [&](const Member& one) {
      const auto id = model::read_chinese_id(one.document);
      return std::make_tuple(known_.name_of(one.id) != folded_name(one.name),
                             !id || id->birth != one.birth, std::string_view(one.name));
    };
    std::map<RowId, const Member*> owners;
    for (const Member& one : family.members) {
      if (!one.shares) continue;
      const Member*& owner = owners[one.id];
      if (owner == nullptr || claim(one) < claim(*owner)) owner = &one;
    }
    for (Member& one : family.members) {
      if (!one.shares || owners.at(one.id) == &one) continue;
      one.fingerprint.clear();
      one.document.clear();
      one.id = row_of(family, one);
    }
  }

  void add_facts(RowReader& reader, const RosterLine& line, Family& family) {
    lines_.of_household().read(reader, family.guarded);
    if (line.group > 0) family.group = line.group;
    const auto among = [](const auto& list, const auto& one) {
      return std::ranges::find(list, one) != list.end();
    };
    for (const model::Value& one : line.classes) {
      if (!among(family.classes, one)) family.classes.push_back(one);
    }
    if (line.away) family.away = line.away;
    for (const std::string& phone : line.phones) {
      if (!among(family.phones, phone)) family.phones.push_back(phone);
    }
    if (family.head_name.empty()) family.head_name = model::clean_name(reader.text("户主姓名"));
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
    run_.wishes.reserve(families_.size() + run_.table.size());
    newcomers_.people.reserve(run_.table.size());
    const Directory directory(run_.place);
    std::map<std::string, Place> places;
    for (Family& family : families_) {
      if (family.members.empty()) continue;
      const auto [at, first] = places.try_emplace(family.village);
      Place& place = at->second;
      if (first) {
        place.row = village_row_id(run_.place.control.township(), family.village);
        auto held = directory.village(family.village);
        if (!held.ok() && held.error().code != Code::kNotFound) return std::move(held).error();
        place.made = held.ok();
        if (held.ok()) place.village = *held;
      }
      MQ_TRY(family.met, meet(family, place.village));
      if (!family.met) continue;
      if (!place.made) {
        run_.new_villages.emplace_back(family.village, region_code(families_, family.village));
      }
      place.made = true;
      MQ_CHECK(wish_family(family, place.row, place.village));
    }
    for (const Family& family : families_) {
      if (family.met) list_absent(family);
    }
    return {};
  }

  struct Place {
    RowId row;  // of the village
    Village village;
    bool made = false;  // here, or about to be with its first household
  };

  // What the household of the file is here. False: it has ended, and nothing of it is written.
  Result<bool> meet(Family& family, const Village& at) {
    settle_numbers(family);
    drop_doubles(family, run_.result.faults);
    family.line = family.members.front().line;
    KnownRoster::Asked asked{family.id, family.number, at.stream, {}};
    for (const Member& member : family.members) asked.people.push_back(facts(family, member, at));
    const std::vector<KnownRoster::Where> stand = stand_of(family, asked);
    MQ_TRY(const std::optional<Reason> ended, known_.ended(asked));
    if (ended) {
      turn_away(family, Fate::kFlagged, ended->zh, ended->en);
      return false;
    }
    if (known_.of_others(asked)) {
      turn_away(family, Fate::kRefused, "这个户编号在本机是另一家人的,一个人也对不上,请核对",
                "this number belongs to other people here: none of them is named");
      return false;
    }
    if (const std::string head = known_.typed_here(asked); !head.empty()) {
      ask(family, family.line, Fate::kFlagged,
          cat("本机登记过户编号相同的一户(", head, "),是同一户请用 household merge --same"),
          cat("a household was given this number by hand (", head,
              "); if it is the same: household merge --same"));
    }
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      Member& member = family.members[i];
      member.id = stand[i].row;
      member.stream = stand[i].stream;
      member.left_alone = stand[i].double_of_another;
      if (stand[i].cancelled) ask_of_cancelled(member);
    }
    settle_guesses(family, asked.people);
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      const Member& member = family.members[i];
      if (member.stream != 0 || member.asked) continue;
      newcomers_.lines.push_back(member.line);
      newcomers_.people.push_back(std::move(asked.people[i]));
    }
    return true;
  }

  // Where each member stands here; nobody stands for two.
  std::vector<KnownRoster::Where> stand_of(const Family& family, const KnownRoster::Asked& asked) {
    std::vector<KnownRoster::Where> out;
    std::set<RowId> taken;
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      out.push_back(known_.person(family.id, asked.people[i]));
      if (out[i].row == family.members[i].id) taken.insert(out[i].row);
    }
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      const RowId& own = family.members[i].id;
      if (out[i].row != own && !taken.insert(out[i].row).second) out[i] = {own};
      named_.insert(known_.counting(out[i].row));
    }
    return out;
  }

  // Whom neither number nor name and birth found.
  void settle_guesses(Family& family, const std::vector<PersonFacts>& people) {
    std::vector<const PersonFacts*> here;
    for (const PersonFacts* one : known_.residents(family.id)) {
      if (!named_.contains(one->id)) here.push_back(one);
    }
    const auto refused = [&](const PersonFacts& one) { return on_refused_line(family, one); };
    for (const RowId& named : take_guesses(run_, family, people, here, refused)) {
      named_.insert(named);
    }
  }

  bool on_refused_line(const Family& family, const PersonFacts& one) const {
    const auto torn = torn_.find(family.number);
    return torn != torn_.end() && torn->second.contains(one.name);
  }

  // Nothing is written into what was cancelled, and nobody is put beside it.
  void ask_of_cancelled(Member& member) {
    member.asked = true;
    run_.left.insert(member.line);
    const std::string reason = known_.reason_of(member.id);
    run_.result.faults.push_back(
        {member.line, run_.table.header_of("姓名"), Fate::kFlagged, member.name, "",
         cat("这个人在本机已作废", reason.empty() ? "" : cat("(", reason, ")"),
             ",名册里还有,这个人没有存;作废错了请用 person amend ", member.id.hex(),
             " 改一项就重新计入,再导一次;没错请在名册里删去"),
         cat("was cancelled here", reason.empty() ? "" : cat(" (", reason, ")"),
             ", and the file still has them: the person was not stored; if that was wrong, person "
             "amend ",
             member.id.hex(), " makes them count again, then import again")});
  }

  void ask(const Family& family, std::size_t line, Fate fate, std::string_view zh,
           std::string_view en) {
    run_.result.faults.push_back({line, "户编号", fate, family.number, "", std::string(zh),
                                  cat("household ", family.number, ": ", en)});
  }

  // Nothing of the household is written, on none of its lines.
  void turn_away(const Family& family, Fate fate, std::string_view zh, std::string_view en) {
    for (const Member& member : family.members) {
      ask(family, member.line, fate, zh, en);
      if (fate == Fate::kFlagged) run_.left.insert(member.line);
    }
  }

  // Who lives here in a household of the file and stands nowhere in it: listed, never removed.
  void list_absent(const Family& family) {
    std::vector<std::string> names;
    for (const PersonFacts* one : known_.residents(family.id)) {
      if (!named_.contains(one->id) && !on_refused_line(family, *one)) names.push_back(one->shown);
    }
    if (names.empty()) return;
    run_.result.missing_people_zh.push_back(cat(family.number, " ", join(names, "、")));
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
    out.birth_month = member.birth_month;
    out.fingerprint = member.fingerprint;
    out.sex = member.sex == mpb::SEX_UNSTATED ? 0 : member.sex;
    out.relation = member.related ? member.relation : 0;
    out.group = static_cast<int>(family.group);
    out.phones = family.phones;
    return out;
  }

  // Of what the file says nothing a new row gets the usual, and a known one keeps its own.
  Status wish_family(Family& family, const RowId& village, const Village& at) {
    const bool fresh = !known_.holds(family.id);
    const auto said = [&](std::string_view column) { return fresh || run_.table.has(column); };
    Wish wish{&household_, family.id, at.stream, family.village, family.line, {}, {}};
    wish.cells.reserve(8);
    const auto add = [&](std::uint32_t field, model::Value value, std::string_view column) {
      wish.cells.push_back(wish_cell(field, std::move(value), column));
    };
    add(H::kHouseholdNoFieldNumber, family.number, "户编号");
    wish.cells.push_back(wish_row(H::kVillageIdFieldNumber, village, "村(社区)"));
    if (said("组")) add(H::kGroupNoFieldNumber, family.group, "组");
    const Member* head = head_of(family);
    if (head == nullptr && fresh) head = &family.members.front();
    if (head != nullptr && !head->asked) {
      wish.cells.push_back(wish_row(H::kHeadPersonIdFieldNumber, head->id, "户主姓名"));
      if (head->stream == 0) wish.newcomer = head->name;
    }
    // How many they are is not said where a line of them was refused.
    if (fresh || !torn_.contains(family.number)) {
      add(H::kSizeFieldNumber, static_cast<std::int64_t>(family.members.size()), "*");
    }
    WishCell phones{H::kPhonesFieldNumber, {}, {}, "联系电话", false};
    for (const std::string& phone : family.phones) phones.values.emplace_back(phone);
    if (run_.table.has("联系电话")) wish.cells.push_back(std::move(phones));
    if (said("常年外出")) {
      add(H::kStatusFieldNumber,
          std::int64_t{family.away.value_or(false) ? mpb::HOUSEHOLD_STATUS_AWAY
                                                   : mpb::HOUSEHOLD_STATUS_NORMAL},
          "常年外出");
    }
    WishCell classes{H::kClassFieldNumber, {}, family.classes, "户类型", false};
    if (run_.table.has("户类型")) wish.cells.push_back(std::move(classes));
    run_.wishes.push_back(std::move(wish));
    MQ_CHECK(
        wish_private(lines_.of_household(), family.id, family.guarded, family, family.line, at));
    for (Member& member : family.members) {
      if (member.left_alone || member.asked) continue;
      wish_member(family, member, member.stream != 0 ? member.stream : at.stream);
      MQ_CHECK(
          wish_private(lines_.of_person(), member.id, member.guarded, family, member.line, at));
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
    Wish wish{&columns.entity(), id, stream, family.village, line, {}, {}, 0, true};
    for (const auto& [field, cell] : cells) wish.cells.push_back(cell);
    run_.wishes.push_back(std::move(wish));
    return {};
  }

  // Takes what the member is made of.
  void wish_member(const Family& family, Member& member, vault::StreamIx stream) {
    Wish wish{&person_, member.id, stream, family.village, member.line, {}, {}};
    wish.cells.reserve(7);
    const auto add = [&](std::uint32_t field, model::Value value, std::string_view column) {
      wish.cells.push_back(wish_cell(field, std::move(value), column));
    };
    add(P::kNameFieldNumber, std::move(member.name), "姓名");
    wish.cells.push_back(wish_row(P::kHouseholdIdFieldNumber, family.id, "户编号"));
    const bool fresh = member.stream == 0;
    if (fresh || member.related) add(P::kRelationFieldNumber, member.relation, "与户主关系");
    if (!member.relation_text.empty())
      add(P::kRelationTextFieldNumber, std::move(member.relation_text), "与户主关系");
    if (fresh || member.sex != 0) add(P::kSexFieldNumber, member.sex, "性别");
    if (member.birth) add(P::kBirthFieldNumber, std::int64_t{member.birth->days}, "出生日期");
    if (!member.fingerprint.empty())
      add(P::kIdFingerprintFieldNumber, std::move(member.fingerprint), "证件号码");
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
        const bool gone = household.status == mpb::HOUSEHOLD_STATUS_MOVED_OUT ||
                          household.status == mpb::HOUSEHOLD_STATUS_DEAD ||
                          household.status == mpb::HOUSEHOLD_STATUS_CANCELLED;
        if (gone || household.number.empty() || index_.contains(household.number)) continue;
        if (household.id ==
            model::household_row_id(run_.place.control.township(), household.number)) {
          run_.result.missing_zh.push_back(cat(household.number, " ", household.head_name));
        }
      }
    }
    return {};
  }

  ImportRun& run_;
  const model::Entity &household_, &person_;
  RosterLines lines_;
  KnownRoster known_;
  KnownRoster::Newcomers newcomers_;
  std::vector<Family> families_;
  std::unordered_map<std::string, std::size_t> index_;  // by number
  std::unordered_set<RowId, IdHash> seen_;
  std::unordered_map<RowId, std::size_t, IdHash> by_fingerprint_;
  std::unordered_set<RowId, IdHash> named_;               // whom the file names, as they count
  std::map<std::string, std::set<std::u32string>> torn_;  // by number: names on refused lines
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

Status read_roster(ImportRun& run) {
  const auto reader = std::make_shared<RosterReader>(run);
  MQ_CHECK(reader->read());
  run.look_further = [reader] { return reader->likely(); };
  return {};
}

}  // namespace mq::work
