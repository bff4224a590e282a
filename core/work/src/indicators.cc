#include "indicators.h"

#include <algorithm>

namespace mq::work {

namespace {

using Kind = Indicator::Kind;

constexpr Indicator kIndicators[] = {
    {"RP01", "应走访户数", Kind::kStock},  {"RP01", "已走访户数", Kind::kDistinct},
    {"RP01", "覆盖率", Kind::kShare},      {"RP01", "走访户次", Kind::kFlow},
    {"RP01", "走访人次", Kind::kFlow},     {"RP01", "见面率", Kind::kShare},
    {"RP01", "未见到户次", Kind::kFlow},   {"RP01", "夜访", Kind::kFlow},
    {"RP01", "收集事项", Kind::kDistinct}, {"RP01", "当场解决", Kind::kDistinct},
    {"RP03", "本期新收", Kind::kFlow},     {"RP03", "办结", Kind::kFlow},
    {"RP03", "其中按期", Kind::kFlow},     {"RP03", "在办", Kind::kStock},
    {"RP03", "超期", Kind::kStock},        {"RP03", "办结率", Kind::kShare},
    {"RP03", "按期率", Kind::kShare},      {"RP07", "到期数", Kind::kStock},
    {"RP07", "兑现数", Kind::kStock},      {"RP07", "兑现率", Kind::kShare},
    {"RP08", "受益户", Kind::kFlow},       {"RP08", "受益人", Kind::kFlow},
    {"RP08", "项目数", Kind::kFlow},       {"RP08", "资金(元)", Kind::kFlow},
    {"RP09", "本月排查", Kind::kFlow},     {"RP09", "受理", Kind::kFlow},
    {"RP09", "调解", Kind::kFlow},         {"RP09", "成功", Kind::kFlow},
    {"RP09", "成功率", Kind::kShare},      {"RP09", "积案", Kind::kStock},
    {"RP09", "涉及人数", Kind::kFlow},     {"RP10", "批次", Kind::kFlow},
    {"RP10", "人次", Kind::kFlow},         {"RP10", "件数", Kind::kFlow},
    {"RP11", "场次", Kind::kFlow},         {"RP11", "参会人数", Kind::kFlow},
    {"RP11", "收集意见", Kind::kFlow},     {"RP14", "篇数", Kind::kFlow},
    {"RP14", "有事项篇数", Kind::kFlow}};

}  // namespace

std::span<const Indicator> indicators() { return kIndicators; }

LedgerCell total_of(const Ledger& ledger, std::string_view column) {
  const auto at = std::ranges::find(ledger.columns, column);
  if (at == ledger.columns.end()) return {};
  const auto place = static_cast<std::size_t>(at - ledger.columns.begin());
  return place < ledger.totals.size() ? ledger.totals[place] : LedgerCell();
}

}  // namespace mq::work
