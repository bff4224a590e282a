#include "mq/model/validate.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::model {

std::vector<Fault> missing(const Entity& entity, const std::vector<std::uint32_t>& present,
                           pb::Need level) {
  std::vector<Fault> out;
  for (const Field& field : entity.fields) {
    const pb::Need need = field.rule.need();
    const bool wanted = need != pb::NEED_NEVER && need <= level;
    if (!wanted || std::find(present.begin(), present.end(), field.number) != present.end()) {
      continue;
    }
    out.push_back({field.zh, cat("请填写“", field.zh, "”(--", field.name, ")"),
                   cat("Fill in ", field.rule.en(), " (--", field.name, ")")});
  }
  return out;
}

bool plausible_phone(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  const bool mobile = digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
  const bool landline = digits[0] == '0' && digits.size() >= 10 && digits.size() <= 12;
  const bool service =
      digits.size() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
  const bool local = digits[0] != '0' && digits.size() >= 3 && digits.size() <= 8;
  return mobile || landline || service || local;
}

}  // namespace mq::model
