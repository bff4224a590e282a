// Own diaries as pages to print: with the households, or masked (某人, 某号).
//
// A masked page names nobody of the villages held here, and no number of seven or more digits. It
// is made while the village's people are still known, and then kept on this device, since what
// must be masked cannot be known any more once the village has gone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mq/base/date.h"
#include "mq/work/ledger.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct DiaryPage {
  RowId row;
  Date date;
  std::vector<std::pair<std::string, std::string>> parts;  // label and text, those that hold any
};
struct DiaryPages {
  std::vector<DiaryPage> pages;  // by day
  std::size_t masked_only = 0;   // of them, kept in no other form
};
Result<DiaryPages> own_diaries(const Workplace& place, const Period& period, bool masked);

// Keeps every own diary masked, unless it is kept so already; before a village goes.
Status keep_masked_diaries(const Workplace& place);

}  // namespace mq::work
