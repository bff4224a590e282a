#include "fill_match.h"

#include <algorithm>
#include <map>

#include "minqing/model/v1/form.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/model/identity.h"
#include "mq/model/text_cleanup.h"
#include "mq/wire/crypto.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using M = mpb::FormMapping;

namespace {

constexpr std::string_view kLeft = "空着";
constexpr std::size_t kCandidatesMax = 5;
constexpr int kSpokenTier = 2;  // names that count only once the kind of line was said
constexpr int kMargin = 2;      // headers by which one kind of line must lead the next

// Groups that only set columns off, so that the column's own name is whole without them.
bool is_neutral(std::string_view group) {
  constexpr std::string_view kGroups[] = {
      "基本情况",     "家庭基本情况", "基本信息",     "家庭情况", "家庭信息",    "个人信息",
      "个人基本情况", "家庭成员",     "家庭成员情况", "成员信息", "人员信息",    "人员情况",
      "户籍信息",     "走访情况",     "事项情况",     "农户信息", "农户基本情况"};
  return std::ranges::find(kGroups, group) != std::end(kGroups);
}

// One way to read a header, and whether it says all that the header says.
struct Reading {
  std::string form;
  bool whole = true;
};

std::vector<Reading> readings_of(std::string_view header) {
  std::vector<std::string> parts;
  for (const std::string& part : split(header, "/")) {
    if (std::string form = header_form(part); !form.empty()) parts.push_back(std::move(form));
  }
  std::vector<Reading> out{{join(parts, ""), true}};
  if (parts.size() > 2) out.push_back({parts.front() + parts.back(), true});
  if (parts.size() > 1) {
    const bool neutral = std::all_of(parts.begin(), parts.end() - 1, is_neutral);
    out.push_back({parts.back(), neutral});
  }
  constexpr std::string_view kWhether = "是否";
  const std::string& last = out.back().form;
  if (last.starts_with(kWhether)) {
    out.push_back({last.substr(kWhether.size()), out.back().whole});
  }
  return out;
}

// Facts of that name, of the lowest tier that has any.
std::vector<const Fact*> named(const std::vector<Fact>& facts, std::string_view form,
                               int tier_max) {
  std::vector<const Fact*> out;
  for (const Fact& fact : facts) {
    if (fact.tier > tier_max || std::ranges::find(fact.names, form) == fact.names.end()) continue;
    if (!out.empty() && fact.tier > out.front()->tier) continue;
    if (!out.empty() && fact.tier < out.front()->tier) out.clear();
    out.push_back(&fact);
  }
  return out;
}

// Of two texts, 0 to 1: how many of their characters they share; one alone says nothing.
double likeness(std::string_view a, std::string_view b) {
  std::map<std::uint32_t, int> counts;
  std::size_t all = 0, shared = 0;
  for (const std::uint32_t point : code_points(a)) {
    ++counts[point];
    ++all;
  }
  for (const std::uint32_t point : code_points(b)) {
    ++all;
    if (counts[point]-- > 0) ++shared;
  }
  return shared < 2 ? 0 : 2 * static_cast<double>(shared) / static_cast<double>(all);
}

// The unit that a header names in brackets, 耕地(平方米), 收入(单位:万元); "" if it names none.
std::string unit_said(std::string_view header) {
  constexpr std::string_view kUnits[] = {"元",     "百元", "千元", "万元", "亿元", "亩",   "㎡",
                                         "平方米", "公顷", "米",   "里",   "公里", "千米", "斤",
                                         "公斤",   "吨",   "%",    "户",   "人",   "万人", "件"};
  const std::string plain = model::half_width(header);
  for (std::size_t open = plain.find('('); open != std::string::npos;
       open = plain.find('(', open + 1)) {
    const std::size_t close = plain.find(')', open);
    if (close == std::string::npos) break;
    std::string said = plain.substr(open + 1, close - open - 1);
    for (const std::string_view word : {"单位:", "单位"}) {
      if (said.starts_with(word)) said.erase(0, word.size());
    }
    const std::string_view unit = trimmed(said);
    if (std::ranges::find(kUnits, unit) == std::end(kUnits)) continue;
    return unit == "平方米" ? "㎡" : std::string(unit);
  }
  return {};
}

// What is held in 元 is wrong under a header in 万元.
bool of_another_unit(std::string_view header, const Fact& fact) {
  const std::string said = unit_said(header);
  const std::string held = fact.computed == Computed::kIncomePerHead ? "元"
                           : fact.field != nullptr                   ? fact.field->rule.unit()
                                                                     : std::string();
  return !said.empty() && !held.empty() && said != held;
}

// One header on its way to a fact.
struct Found {
  const Fact* fact = nullptr;
  std::vector<std::string> candidates;
};

class Matcher {
 public:
  Matcher(const std::vector<Fact>& facts, int tier_max) : facts_(facts), tier_max_(tier_max) {}

  Found find(std::string_view header) const {
    Found out = named_so(header);
    if (out.fact == nullptr && out.candidates.empty()) resembling(readings_of(header), out);
    return out;
  }

  // By whole names alone.
  Found named_so(std::string_view header) const {
    Found out;
    for (const Reading& reading : readings_of(header)) {
      const std::vector<const Fact*> exact = named(facts_, reading.form, tier_max_);
      const bool sure =
          exact.size() == 1 && (reading.whole || speaks_for_itself(*exact.front(), reading.form));
      if (sure && !of_another_unit(header, *exact.front())) {
        return {exact.front(), {}};
      }
      for (const Fact* fact : exact) offer(*fact, out);
      if (!exact.empty()) return out;
    }
    return out;
  }

 private:
  // What only a household can have, whatever group it stands in; a name or number may be anybody's.
  static bool speaks_for_itself(const Fact& fact, std::string_view form) {
    constexpr std::size_t kCharactersMin = 3;
    const bool counted = fact.computed == Computed::kPeople || fact.computed == Computed::kVisits ||
                         fact.computed == Computed::kLastVisit ||
                         fact.computed == Computed::kIncomePerHead;
    const bool household = fact.entity != nullptr && fact.entity->name == "Household";
    return (counted || (household && fact.sort == Sort::kOther)) &&
           count_characters(form) >= kCharactersMin;
  }

  static void offer(const Fact& fact, Found& out) {
    std::string text = cat(fact.zh, "(", fact.id, ")");
    const bool known = std::ranges::find(out.candidates, text) != out.candidates.end();
    if (!known && out.candidates.size() < kCandidatesMax) out.candidates.push_back(std::move(text));
  }

  void resembling(const std::vector<Reading>& readings, Found& out) const {
    constexpr double kLike = 0.55;
    std::vector<std::pair<double, const Fact*>> like;
    for (const Fact& fact : facts_) {
      double best = 0;
      if (fact.tier > tier_max_) continue;
      for (const std::string& name : fact.names) {
        for (const Reading& reading : readings) best = std::max(best, likeness(reading.form, name));
      }
      if (best >= kLike) like.emplace_back(best, &fact);
    }
    std::ranges::stable_sort(like, [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [likeness, fact] : like) offer(*fact, out);
  }

  const std::vector<Fact>& facts_;
  const int tier_max_;
};

// How many headers a kind of line explains, and whether one is the name of whom it is about.
struct Explained {
  FillAbout about = FillAbout::kHousehold;
  int headers = 0;
  bool head = false, person = false;
};
Explained explained(const model::Schema& schema, FillAbout about, const tabular::Template& form) {
  const std::vector<Fact> facts = facts_of(schema, about);
  const Matcher matcher(facts, kSpokenTier - 1);
  Explained out{about, 0, false, false};
  for (const tabular::TemplateColumn& column : form.columns()) {
    const Fact* fact = matcher.named_so(column.header).fact;
    if (fact == nullptr) continue;
    ++out.headers;
    out.head = out.head || fact->id == "head.name";
    out.person = out.person || fact->id == "person.name";
  }
  return out;
}

const model::Field& about_field(const Workplace& place) {
  return *place.vault.schema().entity("FormMapping")->field(M::kAboutFieldNumber);
}

std::string key_of(const tabular::Template& form) {
  std::string text;
  for (const tabular::TemplateColumn& column : form.columns()) {
    for (const std::string& part : split(column.header, "/")) text += cat(header_form(part), "/");
    text += '\n';
  }
  return wire::hash("mq/form1", {view_of(text)}).hex();
}

// What was answered for this form before.
struct Kept {
  std::optional<FillAbout> about;
  std::vector<std::string> columns;
};
Result<Kept> kept_answers(const Workplace& place, std::string_view key) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT about, columns FROM \"form_mapping\" WHERE "
                                      "deleted = 0 AND header_key = ?1 ORDER BY id LIMIT 1"));
  q.bind(1, key);
  MQ_TRY(const bool found, q.step());
  Kept out;
  if (!found) return out;
  const model::Field& field =
      *place.vault.schema().entity("FormMapping")->field(M::kColumnsFieldNumber);
  const std::int64_t about = q.integer(0);
  if (about >= 1 && about <= static_cast<int>(FillAbout::kIssue)) {
    out.about = static_cast<FillAbout>(about);
  }
  MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(field, q.blob(1)));
  for (const Bytes& one : packed) {
    MQ_TRY(const model::Value value, model::decode_value(field, one));
    if (const auto* text = std::get_if<std::string>(&value)) out.columns.push_back(*text);
  }
  return out;
}

class FormMatcher {
 public:
  FormMatcher(const Workplace& place, const tabular::Template& form, const FillOptions& options)
      : place_(place), form_(form), options_(options) {}

  Result<FormMatch> run() {
    out_.header_key = key_of(form_);
    MQ_TRY(const Kept kept, kept_answers(place_, out_.header_key));
    MQ_CHECK(choose_about(kept));
    if (!out_.questions.empty()) return std::move(out_);
    out_.facts = facts_of(place_.vault.schema(), out_.about);
    if (kept.about == out_.about) MQ_CHECK(take_answers(kept.columns, false));
    MQ_CHECK(take_answers(options_.map, true));
    out_.answered = said_ || !options_.map.empty();
    for (const tabular::TemplateColumn& column : form_.columns()) match(column);
    if (out_.questions.empty() && !tells_anything()) return nothing_known();
    return std::move(out_);
  }

 private:
  Status choose_about(const Kept& kept) {
    if (!options_.about.empty()) {
      const model::EnumValue* value = about_field(place_).value_named(options_.about);
      if (value == nullptr || value->number == 0) {
        return Error{Code::kInvalidInput, cat("--about 应是 户、人、走访 或 事项:", options_.about),
                     cat("--about is 户, 人, 走访 or 事项: ", options_.about)};
      }
      out_.about = static_cast<FillAbout>(value->number);
      said_ = !kept.about || *kept.about != out_.about;
      spoken_ = true;
      return {};
    }
    spoken_ = kept.about.has_value();
    if (kept.about) {
      out_.about = *kept.about;
      return {};
    }
    return guess_about();
  }

  // Of those that explain the most headers. A form that names the head and nobody else is of
  // households, and its other personal columns are the head's.
  Status guess_about() {
    std::vector<Explained> all;
    for (const FillAbout about : kAbouts) {
      all.push_back(explained(place_.vault.schema(), about, form_));
    }
    const Explained household = all[0];
    const bool names_people = std::ranges::any_of(all, &Explained::person);
    std::ranges::stable_sort(all,
                             [](const auto& a, const auto& b) { return a.headers > b.headers; });
    const Explained& best = all[0];
    const bool ahead = best.headers - household.headers >= kMargin;
    const bool of_people = best.about == FillAbout::kPerson;
    if (household.head && !names_people && (of_people || !ahead)) {
      out_.about = FillAbout::kHousehold;
      spoken_ = true;
      return {};
    }
    out_.about = best.about;
    if (best.about == FillAbout::kHousehold || ahead) return {};
    const std::int64_t number = static_cast<int>(best.about);
    out_.questions.push_back({"", {"户", about_field(place_).value_of(number)->zh}});
    return {};
  }

  // "表头=标识"; of those kept before, one that a newer program wrote and this one does not know is
  // passed over.
  Status take_answers(const std::vector<std::string>& answers, bool now) {
    for (const std::string& answer : answers) {
      const std::size_t equals = answer.rfind('=');
      const std::string header = path_form(answer.substr(0, equals));
      const std::string name(
          equals == std::string::npos ? "" : trimmed(std::string_view(answer).substr(equals + 1)));
      const bool left = name == kLeft;
      const Fact* fact = left ? nullptr : fact_called(out_.facts, name);
      const bool known = std::ranges::any_of(
          form_.columns(), [&](const auto& column) { return path_form(column.header) == header; });
      if ((left || fact != nullptr) && known) {
        answers_[header] = fact;
        continue;
      }
      if (!now) continue;
      return Error{Code::kInvalidInput,
                   known
                       ? cat("--map:没有“", name, "”这一项;写标识(minqing schema 查)、项名或 空着")
                       : cat("--map:表里没有“", answer.substr(0, equals), "”这一列"),
                   known ? cat("--map: no fact ", name, "; see minqing schema")
                         : cat("--map: the form has no column ", answer.substr(0, equals))};
    }
    return {};
  }

  // A number of its own and what has changed are of a line, and no line.
  bool tells_anything() const {
    return std::ranges::any_of(out_.columns, [](const MatchedColumn& column) {
      const Computed computed = column.fact == nullptr ? Computed::kSerial : column.fact->computed;
      return computed != Computed::kSerial && computed != Computed::kChange;
    });
  }

  Error nothing_known() const {
    constexpr std::size_t kShown = 10;
    std::vector<std::string> headers;
    for (const tabular::TemplateColumn& column : form_.columns()) {
      if (headers.size() < kShown) headers.push_back(column.header);
    }
    const bool more = form_.columns().size() > kShown;
    const std::string sheet =
        form_.sheet().empty() ? std::string() : cat("工作表“", form_.sheet(), "”");
    const std::string others = form_.other_sheets().empty()
                                   ? std::string()
                                   : cat("(还有 ", join(form_.other_sheets(), "、"), ")");
    const std::string sheet_en =
        form_.sheet().empty() ? std::string() : cat("worksheet ", form_.sheet(), ", ");
    return Error{
        Code::kInvalidInput,
        cat("没有一列能填,什么也没有写出。表头读的是", sheet, "第 ", form_.header_line(), " 行:",
            join(headers, "、"), more ? cat(" 等 ", form_.columns().size(), " 列") : std::string(),
            "。表头不在这一行,加 --header 行号;", sheet.empty() ? "" : "要填另一张工作表", others,
            sheet.empty() ? "" : ",加 --sheet 名称;",
            "就是这一行,逐列写明 --map \"表头=标识\"(标识用 minqing schema 查)"),
        cat("no column can be filled, and nothing was written; the header was read from ", sheet_en,
            "row ", form_.header_line(), ": ", join(headers, ", "),
            "; name another row with --header N, another worksheet with --sheet NAME, or each "
            "column with --map \"HEADER=FACT\" (see minqing schema)")};
  }

  static std::string path_form(std::string_view header) {
    std::vector<std::string> parts;
    for (const std::string& part : split(header, "/")) parts.push_back(header_form(part));
    return join(parts, "/");
  }

  void match(const tabular::TemplateColumn& of) {
    const std::string& header = of.header;
    MatchedColumn column{header, nullptr, false, false};
    const std::string form = path_form(header);
    const auto answer = answers_.find(form);
    Found found;
    if (answer != answers_.end()) {
      column.fact = answer->second;
      column.left = column.fact == nullptr;
    } else if (is_for_hands(form.substr(form.rfind('/') + 1))) {
      column.left = true;
    } else {
      found = Matcher(out_.facts, spoken_ ? kSpokenTier : kSpokenTier - 1).find(header);
      column.fact = found.fact;
    }
    column.provided = of.provided && column.fact == nullptr;
    if (!found.candidates.empty() && !column.provided) {
      out_.questions.push_back({header, found.candidates});
    }
    if (column.left || column.fact != nullptr) {
      const std::string_view id = column.left ? kLeft : std::string_view(column.fact->id);
      out_.mappings.push_back(cat(form, "=", id));
    }
    out_.columns.push_back(std::move(column));
  }

  const Workplace& place_;
  const tabular::Template& form_;
  const FillOptions& options_;
  FormMatch out_;
  std::map<std::string, const Fact*> answers_;
  bool said_ = false;    // a kind of line that was not known before
  bool spoken_ = false;  // the kind of line was said, now or before
};

}  // namespace

std::function<bool(std::string_view)> known_header() {
  std::vector<std::vector<Fact>> all;
  for (const FillAbout about : kAbouts) all.push_back(facts_of(model::Schema::current(), about));
  return [all = std::move(all)](std::string_view header) {
    return std::ranges::any_of(all, [&](const std::vector<Fact>& facts) {
      return Matcher(facts, kSpokenTier - 1).named_so(header).fact != nullptr;
    });
  };
}

const Fact* fact_called(const std::vector<Fact>& facts, std::string_view name) {
  for (const Fact& fact : facts) {
    if (fact.id == name) return &fact;
  }
  const std::vector<const Fact*> found = named(facts, header_form(name), kSpokenTier);
  return found.size() == 1 ? found.front() : nullptr;
}

Result<FormMatch> match_form(const Workplace& place, const tabular::Template& form,
                             const FillOptions& options) {
  return FormMatcher(place, form, options).run();
}

Result<vault::Draft> mapping_draft(const Workplace& place, const FormMatch& match,
                                   std::string_view title) {
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  const model::Entity& entity = *place.vault.schema().entity("FormMapping");
  // Of two desks that answer apart there is one row.
  const RowId row = model::imported_row_id(place.vault.stream(stream)->id, entity.number,
                                           std::string_view(match.header_key));
  vault::Draft draft{stream, {}};
  const auto set = [&](std::uint32_t field, model::Value value) {
    vault::Change change;
    change.entity = entity.number;
    change.row = row;
    change.field = field;
    change.value = std::move(value);
    draft.changes.push_back(std::move(change));
  };
  set(M::kHeaderKeyFieldNumber, match.header_key);
  if (!title.empty()) set(M::kTitleFieldNumber, std::string(first_characters(title, 200)));
  set(M::kAboutFieldNumber, static_cast<std::int64_t>(match.about));
  set(M::kColumnsFieldNumber, {});
  for (const std::string& mapping : match.mappings) {
    draft.changes.back().values.emplace_back(mapping);
  }
  return draft;
}

}  // namespace mq::work
