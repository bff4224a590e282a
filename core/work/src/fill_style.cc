#include "fill_style.h"

#include "ledger_parts.h"
#include "mq/base/text.h"

namespace mq::work {

using tabular::FillCell;

namespace {

constexpr std::string_view kMaskedDocument = "******", kMaskedOther = "***";

bool says_nothing(const FillCell& cell) {
  return std::holds_alternative<tabular::NotHeld>(cell) ||
         std::holds_alternative<std::monostate>(cell);
}

// Each of several, as a line shows them.
template <class Write>
std::string each_of(std::string_view text, const Write& write) {
  std::vector<std::string> parts;
  for (const std::string& part : split(text, "、")) parts.push_back(write(part));
  return join(parts, "、");
}

std::string upper(std::string text) {
  for (char& c : text) c = c == 'x' ? 'X' : c;
  return text;
}

// 999999 19600102 0018 and 138 0000 0001; others stay as they are.
std::string spaced(std::string_view text) {
  constexpr std::size_t kDocument = 18, kMobile = 11;
  if (text.size() == kDocument) {
    return cat(text.substr(0, 6), " ", text.substr(6, 8), " ", text.substr(14));
  }
  if (text.size() == kMobile && text.find('-') == std::string_view::npos) {
    return cat(text.substr(0, 3), " ", text.substr(3, 4), " ", text.substr(7));
  }
  return std::string(text);
}

}  // namespace

FillCell masked(const Fact& fact, const FillCell& cell) {
  if (says_nothing(cell)) return cell;
  const std::string text = tabular::fill_text(cell);
  switch (fact.sort) {
    case Sort::kName:
      return each_of(text, [](const std::string& one) { return masked_name(one); });
    case Sort::kPhone:
      return each_of(text, [](const std::string& one) { return masked_phone(one); });
    case Sort::kDocument:
      return std::string(kMaskedDocument);
    case Sort::kOther:
      break;
  }
  return std::string(kMaskedOther);
}

FillCell styled(const Fact& fact, const FillCell& cell, const Profile& profile) {
  if (fact.sort == Sort::kOther || says_nothing(cell)) return cell;
  const WriteStyle style = fact.sort == Sort::kName    ? profile.person
                           : fact.sort == Sort::kPhone ? profile.phone
                                                       : profile.document;
  if (style == WriteStyle::kMasked) return masked(fact, cell);
  std::string text = tabular::fill_text(cell);
  if (fact.sort == Sort::kDocument) text = upper(std::move(text));
  if (fact.sort == Sort::kName || style == WriteStyle::kPlain) return text;
  return each_of(text, [&](const std::string& one) {
    return style == WriteStyle::kSpaced ? spaced(one) : cat("'", one);
  });
}

}  // namespace mq::work
