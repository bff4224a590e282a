#include "member_names.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/work/directory.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kTypedMin = 4;

std::string lower(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (c != '-' && c != ' ') out += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string described(const wire::DeviceRecord& device, const MemberNames& names) {
  return cat(short_number(device.id.view()), "(", names.name(device.person),
             device.span.until ? ",已停用)" : ",在用)");
}

Error no_number(std::string_view typed) {
  return {Code::kInvalidInput,
          cat("“", typed, "” 不是设备号码:应是 8 位(至少后 4 位)0-9、a-f;号码见 members --devices"),
          cat(typed,
              " is no device number: eight of 0-9 a-f, at least the last four; see members "
              "--devices")};
}

}  // namespace

std::string short_number(ByteView id) { return to_hex(id.last(kNumberBytes)); }

Result<MemberNames> MemberNames::of(Home& home, const work::Workplace& place) {
  MemberNames out;
  MQ_TRY(const std::vector<work::Cadre> cadres, work::Directory(place).cadres());
  for (const wire::PersonRecord& person : place.control.persons()) {
    std::string name = seal::label_or_nothing(place.control, home.keyring(), person.sealed_name);
    if (name.empty()) name = short_number(person.id.view());
    out.names_[person.id] = std::move(name);
  }
  for (const work::Cadre& cadre : cadres) {
    if (cadre.member && out.names_.contains(*cadre.member)) out.names_[*cadre.member] = cadre.name;
  }
  return out;
}

std::string MemberNames::name(const PersonId& person) const {
  const auto at = names_.find(person);
  return at == names_.end() ? short_number(person.view()) : at->second;
}

Result<PersonId> MemberNames::person(std::string_view name) const {
  std::vector<PersonId> found;
  std::vector<std::string> numbers;
  for (const auto& [person, each] : names_) {
    if (each != name && short_number(person.view()) != name) continue;
    found.push_back(person);
    numbers.push_back(short_number(person.view()));
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return Error{Code::kNotFound, cat("成员中没有 ", name, ";全部成员见 members"),
                 cat("no member is called ", name, "; see members")};
  }
  return Error{
      Code::kInvalidInput,
      cat("有 ", found.size(), " 位成员叫 ", name, ",请写号码:", join(numbers, "、")),
      cat(found.size(), " members are called ", name, "; give a number: ", join(numbers, ", "))};
}

Result<DeviceId> device_by_number(const work::Workplace& place, const MemberNames& names,
                                  std::string_view number) {
  const std::string digits = lower(number);
  const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || digits.size() < kTypedMin) return no_number(number);
  std::vector<const wire::DeviceRecord*> found;
  std::vector<std::string> candidates;
  for (const wire::DeviceRecord& device : place.control.devices()) {
    if (!device.id.hex().ends_with(digits)) continue;
    found.push_back(&device);
    candidates.push_back(described(device, names));
  }
  if (found.size() == 1) return found.front()->id;
  if (found.empty()) {
    return Error{Code::kNotFound, cat("没有号码是 ", number, " 的设备;号码见 members --devices"),
                 cat("no device has the number ", number, "; see members --devices")};
  }
  return Error{
      Code::kInvalidInput,
      cat("有几台设备的号码以 ", number, " 结尾,请写全:", join(candidates, "、")),
      cat("several devices end in ", number, ", give more digits: ", join(candidates, ", "))};
}

}  // namespace mq::cli
