// Members as people call them: by name, and their devices by the number that `members --devices`
// prints (the last eight hexadecimal digits of the id).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "home.h"

namespace mq::cli {

std::string short_number(ByteView id);

class MemberNames {
 public:
  static Result<MemberNames> of(Home& home, const work::Workplace& place);

  // From the cadre list, else as the membership log has it, else the last digits of the id.
  std::string name(const PersonId& person) const;
  // Exactly one member of that name. kNotFound; kInvalidInput with the numbers of all who have it.
  Result<PersonId> person(std::string_view name) const;

 private:
  std::map<PersonId, std::string> names_;  // of all in the log
};

// A device by its number or longer: kNotFound, kInvalidInput with the candidates.
Result<DeviceId> device_by_number(const work::Workplace& place, const MemberNames& names,
                                  std::string_view number);

}  // namespace mq::cli
