// Holidays and worked weekends, each year as the General Office of the State Council announced it.
// A year is added here once its notice is out; a township need not wait for a new program
// (`calendar add`).
#include "mq/work/calendar.h"

namespace mq::work {

namespace {

struct Span {
  int month, first, last_month, last;
};

WorkYear year_of(int year, const char* source, const std::vector<Span>& off,
                 const std::vector<std::pair<int, int>>& on) {
  WorkYear out{year, source, {}, {}};
  for (const Span& span : off) {
    const Date last = *Date::of(year, span.last_month, span.last);
    for (Date day = *Date::of(year, span.month, span.first); day <= last; ++day.days) {
      out.off.insert(day);
    }
  }
  for (const auto& [month, day] : on) out.on.insert(*Date::of(year, month, day));
  return out;
}

}  // namespace

// 元旦, 春节, 清明, 劳动节, 端午, 中秋 and 国庆, in the order of the year.
const std::vector<WorkYear>& shipped_work_years() {
  static const std::vector<WorkYear> kYears = {
      year_of(
          2025, "国务院办公厅关于2025年部分节假日安排的通知(2024-11-12)",
          {{1, 1, 1, 1}, {1, 28, 2, 4}, {4, 4, 4, 6}, {5, 1, 5, 5}, {5, 31, 6, 2}, {10, 1, 10, 8}},
          {{1, 26}, {2, 8}, {4, 27}, {9, 28}, {10, 11}}),
      year_of(2026, "国务院办公厅关于2026年部分节假日安排的通知(2025-11-04)",
              {{1, 1, 1, 3},
               {2, 15, 2, 23},
               {4, 4, 4, 6},
               {5, 1, 5, 5},
               {6, 19, 6, 21},
               {9, 25, 9, 27},
               {10, 1, 10, 7}},
              {{1, 4}, {2, 14}, {2, 28}, {5, 9}, {9, 20}, {10, 10}})};
  return kYears;
}

}  // namespace mq::work
