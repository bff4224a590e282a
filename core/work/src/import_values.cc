#include "import_values.h"

#include <algorithm>
#include <array>

#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/text_cleanup.h"
#include "mq/model/validate.h"

namespace mq::work {

namespace {

constexpr int kDaysOfWeek = 7;
constexpr std::array<std::string_view, kDaysOfWeek> kWeekdays{"一", "二", "三", "四",
                                                              "五", "六", "日"};

// 0 for Monday, from "星期四", "(周四)", "礼拜天" at the end of the text, which loses it.
std::optional<int> take_weekday(std::string_view& text) {
  std::string_view rest = text;
  if (rest.ends_with(")")) rest.remove_suffix(1);
  int day = 0;
  const auto named = [&](std::string_view word) { return rest.ends_with(word); };
  while (day < kDaysOfWeek && !named(kWeekdays[static_cast<std::size_t>(day)])) ++day;
  if (named("天")) day = kDaysOfWeek - 1;
  if (day == kDaysOfWeek) return std::nullopt;
  rest.remove_suffix(kWeekdays[0].size());
  for (const std::string_view word : {"星期", "礼拜", "周"}) {
    if (!rest.ends_with(word)) continue;
    rest.remove_suffix(word.size());
    if (rest.ends_with("(")) rest.remove_suffix(1);
    text = trimmed(rest);
    return day;
  }
  return std::nullopt;
}

// "上午9:30", "09:30:00", "9时", "下午3点" at the end goes; it is told from the day by a blank, a T
// or the 日 before it.
void drop_hour(std::string_view& text) {
  constexpr std::string_view kOfHour = "0123456789:";
  std::string_view rest = text;
  for (const std::string_view word : {"时", "点", "分", "半"}) {
    if (rest.ends_with(word)) rest.remove_suffix(word.size());
  }
  const bool worded = rest.size() < text.size();
  const auto digits = [&] {
    const std::size_t last = rest.find_last_not_of(kOfHour);
    const std::size_t begin = last == std::string_view::npos ? 0 : last + 1;
    const std::string_view taken = rest.substr(begin);
    rest = rest.substr(0, begin);
    return taken;
  };
  std::string_view hour = digits();
  if (worded && (rest.ends_with("时") || rest.ends_with("点"))) {
    rest.remove_suffix(std::string_view("时").size());
    hour = digits();
  }
  if (hour.empty() || (!worded && hour.find(':') == std::string_view::npos)) return;
  for (const std::string_view part : {"上午", "下午", "中午", "晚上", "早上"}) {
    if (rest.ends_with(part)) rest.remove_suffix(part.size());
  }
  const bool apart =
      rest.ends_with(' ') || rest.ends_with('T') || rest.ends_with("日") || rest.ends_with("号");
  if (!apart) return;
  if (rest.ends_with('T')) rest.remove_suffix(1);
  text = trimmed(rest);
}

constexpr std::string_view kSeparators = "/,;|\n";
constexpr std::size_t kMobileDigits = 11;

// In digits, if the text is nothing but a telephone.
std::optional<std::string> phone_in(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (std::string_view(" -()+'.").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  const bool abroad = trimmed(text).starts_with('+') || digits.starts_with("0086");
  if (abroad && digits.starts_with("00")) digits.erase(0, 2);
  const bool of_china = digits.starts_with("86") && (abroad || digits.size() == kMobileDigits + 2);
  if (of_china) {
    digits.erase(0, 2);
    if (!digits.starts_with('1') && !digits.starts_with('0')) digits = cat("0", digits);
  }
  if (!model::plausible_phone(digits)) return std::nullopt;
  return digits;
}

}  // namespace

std::optional<Date> day_in(std::string_view cell) {
  const std::string folded = model::half_width(cell);
  std::string_view text = trimmed(folded);
  drop_hour(text);
  const std::optional<int> weekday = take_weekday(text);
  if (!weekday) drop_hour(text);
  const std::optional<Date> day = model::parse_day(text);
  constexpr int kThursday = 3;  // 1970-01-01
  if (!day || !weekday) return day;
  const int own = ((day->days + kThursday) % kDaysOfWeek + kDaysOfWeek) % kDaysOfWeek;
  return own == *weekday ? day : std::nullopt;
}

std::vector<std::string> phones_in(std::string_view cell) {
  std::string text;
  for (const std::uint32_t c : code_points(model::half_width(cell))) {
    append_utf8(text, c == 0x3001 ? ',' : c);  // 、
  }
  std::vector<std::string> out;
  const auto add = [&](std::string number) {
    if (!number.empty() && std::ranges::find(out, number) == out.end()) {
      out.push_back(std::move(number));
    }
  };
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find_first_of(kSeparators, from), text.size());
    const std::string_view part = trimmed(std::string_view(text).substr(from, to - from));
    from = to + 1;
    if (const auto one = phone_in(part)) {
      add(*one);
      continue;
    }
    // Blanks stand between numbers where each part is one, else within it.
    std::vector<std::string> parts;
    for (const std::string& piece : split(part, " ")) {
      if (piece.empty()) continue;
      const auto one = phone_in(piece);
      if (!one) {
        parts.clear();
        break;
      }
      parts.push_back(*one);
    }
    if (parts.empty()) parts.push_back(model::normal_number(part));
    for (std::string& one : parts) add(std::move(one));
  }
  return out;
}

}  // namespace mq::work
