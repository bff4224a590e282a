#include "import_family.h"

#include <map>
#include <utility>

#include "likely.h"
#include "minqing/model/v1/relation.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::size_t kRegionDigits = 12;
constexpr std::size_t kHouseholdDigitsMin = 16;  // region code, group and number

// One row, or one name and birth of which at most one line has a number.
class Doubles {
 public:
  explicit Doubles(const std::vector<Member>& kept) : kept_(kept) {}

  // Where he is kept already.
  std::optional<std::size_t> of(const Member& one) const {
    const auto row = by_row_.find(one.id);
    if (row != by_row_.end()) return row->second;
    const auto named = one.birth ? by_name_.find(key(one)) : by_name_.end();
    if (named == by_name_.end()) return std::nullopt;
    const bool two = !one.fingerprint.empty() && !kept_[named->second].fingerprint.empty();
    return two ? std::nullopt : std::optional(named->second);
  }
  void add(const Member& one, std::size_t at) {
    by_row_.insert_or_assign(one.id, at);
    if (one.birth) by_name_.try_emplace(key(one), at);
  }

 private:
  static std::pair<std::u32string, std::int64_t> key(const Member& one) {
    return {folded_name(one.name), one.birth->days};
  }

  const std::vector<Member>& kept_;
  std::map<RowId, std::size_t> by_row_;
  std::map<std::pair<std::u32string, std::int64_t>, std::size_t> by_name_;
};

}  // namespace

void drop_doubles(Family& family, std::vector<ImportFault>& faults) {
  if (family.members.size() < 2) return;
  std::vector<Member> kept;
  Doubles doubles(kept);
  for (Member& one : family.members) {
    const std::optional<std::size_t> at = doubles.of(one);
    if (!at) {
      doubles.add(one, kept.size());
      kept.push_back(std::move(one));
      continue;
    }
    Member& other = kept[*at];
    if (other.fingerprint.empty() && !one.fingerprint.empty()) {
      std::swap(other, one);
      doubles.add(other, *at);
    }
    faults.push_back({one.line, "*", Fate::kDuplicate, "", "",
                      cat("与第 ", other.line, " 行是同一个人,这一行跳过"),
                      cat("the same person as on line ", other.line, "; skipped")});
  }
  family.members = std::move(kept);
}

const Member* head_of(const Family& family) {
  for (const Member& member : family.members) {
    if (member.relation == mpb::RELATION_HEAD || member.relation == mpb::RELATION_SELF)
      return &member;
  }
  for (const Member& member : family.members) {
    if (member.name == family.head_name) return &member;
  }
  return nullptr;
}

std::string region_code(const std::vector<Family>& families, std::string_view village) {
  std::string code;
  for (const Family& family : families) {
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

}  // namespace mq::work
