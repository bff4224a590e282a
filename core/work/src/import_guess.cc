#include "import_guess.h"

#include <algorithm>
#include <cstdlib>

#include "mq/base/text.h"

namespace mq::work {

namespace {

constexpr int kGeneration = 15;  // years: father and son of one name are further apart
constexpr int kMonths = 12;

enum class Alike { kNo, kPerhaps, kButForOne };

// What one of the two does not say contradicts nothing.
bool fits(std::int64_t a, std::int64_t b) { return a == 0 || b == 0 || a == b; }
bool said_alike(std::int64_t a, std::int64_t b) { return a != 0 && a == b; }

bool other_number(const PersonFacts& a, const PersonFacts& b) {
  return !a.fingerprint.empty() && !b.fingerprint.empty() && a.fingerprint != b.fingerprint;
}

std::optional<int> year_of_birth(const PersonFacts& one) {
  if (one.birth) return one.birth->year();
  return one.birth_month ? std::optional(*one.birth_month / kMonths) : std::nullopt;
}

// One name. A number and a birth that both differ are two things, and a birth of another
// generation may be another person.
Alike of_one_name(const PersonFacts& file, const PersonFacts& here) {
  if (!fits(file.relation, here.relation) || !fits(file.sex, here.sex)) return Alike::kPerhaps;
  if (file.birth && here.birth && *file.birth == *here.birth) return Alike::kButForOne;
  const auto years = std::pair(year_of_birth(file), year_of_birth(here));
  const bool apart =
      years.first && years.second && std::abs(*years.first - *years.second) >= kGeneration;
  return apart || other_number(file, here) ? Alike::kPerhaps : Alike::kButForOne;
}

Alike likeness(const PersonFacts& file, const PersonFacts& here) {
  if (file.name == here.name) return of_one_name(file, here);
  const bool rest = said_alike(file.relation, here.relation) && said_alike(file.sex, here.sex);
  const bool born = file.birth && here.birth && *file.birth == *here.birth;
  const bool similar = alike(file.name, here.name);
  if (rest && born && similar && !other_number(file, here)) return Alike::kButForOne;
  const bool open = !file.birth || !here.birth;
  if (rest && (born || (open && similar)) && !other_number(file, here)) return Alike::kPerhaps;
  return likely_same(here, file) ? Alike::kPerhaps : Alike::kNo;
}

}  // namespace

std::vector<Guess> guess(const std::vector<const PersonFacts*>& file,
                         const std::vector<const PersonFacts*>& here) {
  std::vector<Guess> out(file.size());
  for (const PersonFacts* known : here) {
    std::vector<Guess*> takers;
    for (std::size_t i = 0; i < file.size(); ++i) {
      const Alike found = likeness(*file[i], *known);
      if (found == Alike::kNo) continue;
      out[i].sure = out[i].whom.empty() && found == Alike::kButForOne;
      out[i].whom.push_back(known);
      takers.push_back(&out[i]);
    }
    if (takers.size() < 2) continue;
    for (Guess* one : takers) one->sure = false;
  }
  return out;
}

namespace {

std::string born(const PersonFacts& one) {
  return one.birth ? cat(one.shown, " ", one.birth->iso()) : one.shown;
}

// Nothing is said where the file only says less.
void tell_same(ImportRun& run, std::size_t line, const PersonFacts& file, const PersonFacts& here) {
  const bool renamed = file.name != here.name;
  const bool reborn = file.birth && here.birth && *file.birth != *here.birth;
  if (!renamed && !reborn && !other_number(file, here)) return;
  const std::string_view column = renamed ? "姓名" : reborn ? "出生日期" : "证件号码";
  run.result.faults.push_back(
      {line, run.table.header_of(column), Fate::kFlagged, born(here), born(file),
       "户里只有这一项不同,认作登记过的这个人;是另一个人请改回来,再用 person add 登记",
       "differs from somebody of this household in this alone and was taken for that person; if it "
       "is another, amend it back and use person add"});
}

void tell_unclear(ImportRun& run, std::size_t line, const PersonFacts& file,
                  const std::vector<const PersonFacts*>& whom) {
  std::vector<std::string> known;
  for (const PersonFacts* one : whom) known.push_back(born(*one));
  run.result.faults.push_back(
      {line, run.table.header_of("姓名"), Fate::kFlagged, join(known, "、"), born(file),
       "可能就是户里登记过的人,分不清,这个人没有存;是同一个人请先用 person amend 改成一样,"
       "不是请先用 person add 登记,再导一次",
       "may be somebody of this household, and cannot be told: not stored; amend that person if "
       "so, else use person add, and import again"});
}

}  // namespace

std::vector<RowId> take_guesses(ImportRun& run, Family& family,
                                const std::vector<PersonFacts>& people,
                                const std::vector<const PersonFacts*>& here,
                                const std::function<bool(const PersonFacts&)>& refused) {
  std::vector<RowId> named;
  std::vector<const PersonFacts*> unfound;
  std::vector<Member*> members;
  for (std::size_t i = 0; i < family.members.size() && !here.empty(); ++i) {
    if (family.members[i].stream != 0) continue;
    unfound.push_back(&people[i]);
    members.push_back(&family.members[i]);
  }
  const std::vector<Guess> guesses = guess(unfound, here);
  for (std::size_t k = 0; k < guesses.size(); ++k) {
    const Guess& found = guesses[k];
    if (found.whom.empty()) continue;
    Member& member = *members[k];
    for (const PersonFacts* one : found.whom) named.push_back(one->id);
    if (found.sure && !refused(*found.whom.front())) {
      tell_same(run, member.line, *unfound[k], *found.whom.front());
      member.id = found.whom.front()->id;
      member.stream = found.whom.front()->stream;
    } else {
      tell_unclear(run, member.line, *unfound[k], found.whom);
      member.asked = true;
      run.left.insert(member.line);
    }
  }
  return named;
}

}  // namespace mq::work
