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

// In ordinary characters: dashes and points of any length and width as - and .
std::string plain(std::string_view cell) {
  constexpr std::u32string_view kDashes = U"\x2010\x2011\x2012\x2013\x2014\x2015\x2212\xfe63";
  constexpr std::u32string_view kPoints = U"\x3002\x00b7\x30fb\xff61";
  std::string out;
  for (const std::uint32_t c : code_points(model::half_width(cell))) {
    const auto among = [&](std::u32string_view list) {
      return list.find(static_cast<char32_t>(c)) != std::u32string_view::npos;
    };
    const bool again = among(kDashes) && out.ends_with('-');  // ——, a dash of two
    if (!again) append_utf8(out, among(kDashes) ? '-' : among(kPoints) ? '.' : c);
  }
  return out;
}

// "1965年 3月 12日": in the Chinese form blanks say nothing.
std::string joined(std::string_view text) {
  std::string out(text);
  if (out.find("年") != std::string::npos) std::erase(out, ' ');
  return out;
}

// 一 to 九十九.
std::optional<int> small_number(std::string_view text) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  constexpr int kTen = 10;
  int tens = 0, ones = 0;
  std::size_t at = 0;
  bool ten = false;
  for (const std::uint32_t c : code_points(text)) {
    const std::size_t digit = kDigits.find(static_cast<char32_t>(c));
    if (c == U'十' && !ten) {
      tens = at == 0 ? 1 : ones;
      ones = 0;
      ten = true;
    } else if (digit != std::u32string_view::npos && digit > 0 && ones == 0) {
      ones = static_cast<int>(digit);
    } else {
      return std::nullopt;
    }
    ++at;
  }
  return at == 0 ? std::nullopt : std::optional(tens * kTen + ones);
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
  const std::string folded = plain(cell);
  std::string_view text = trimmed(folded);
  drop_hour(text);
  const std::optional<int> weekday = take_weekday(text);
  if (!weekday) drop_hour(text);
  const std::optional<Date> day = model::parse_day(joined(text));
  constexpr int kThursday = 3;  // 1970-01-01
  if (!day || !weekday) return day;
  const int own = ((day->days + kThursday) % kDaysOfWeek + kDaysOfWeek) % kDaysOfWeek;
  return own == *weekday ? day : std::nullopt;
}

std::optional<std::int32_t> month_in(std::string_view cell) {
  return model::parse_month(joined(plain(cell)));
}

std::optional<int> group_in(std::string_view cell) {
  constexpr int kGroupMax = 255;
  std::string_view text = cell;
  for (const std::string_view head : {"村民", "第"}) {
    if (text.starts_with(head)) text.remove_prefix(head.size());
  }
  for (const std::string_view tail : {"组", "社", "队", "小", "村民", "生产"}) {
    if (text.size() > tail.size() && text.ends_with(tail)) text.remove_suffix(tail.size());
  }
  if (text.empty() || text.size() > std::string_view("九十九").size()) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return small_number(text);
  const int group = std::stoi(std::string(text));
  return group <= kGroupMax ? std::optional(group) : std::nullopt;
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
