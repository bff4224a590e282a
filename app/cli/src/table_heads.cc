#include "table_heads.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mq::cli {

namespace {

constexpr std::pair<std::string_view, std::string_view> kHeads[] = {
    {"编号", "ID"},
    {"姓名", "name"},
    {"日期", "date"},
    {"内容", "content"},
    {"状态", "state"},
    {"原因", "reason"},
    {"说明", "note"},
    {"结果", "result"},
    {"记录", "record"},
    {"版本", "version"},
    {"行", "line"},
    {"列", "column"},
    {"行数", "lines"},
    {"项", "field"},
    {"谁", "who"},
    {"单位", "unit"},
    {"命令", "command"},
    {"为什么", "why"},
    // of times
    {"本机时间", "device time"},
    {"不早于 — 不晚于", "not before — not after"},
    {"记录日期", "recorded on"},
    {"登记日期", "registered on"},
    {"截止", "due"},
    // of people and devices
    {"角色", "role"},
    {"设备", "devices"},
    {"设备号码", "device number"},
    {"文件夹", "folder"},
    {"职级", "rank"},
    {"结对户数", "pairs"},
    {"每月天数", "days a month"},
    // of issues that are overdue
    {"在办", "open"},
    {"超期", "overdue"},
    {"最长超期天数", "longest, days"},
    {"事项", "issue"},
    {"超期天数", "days overdue"},
    // of imports, blanks and signed reports
    {"原来", "was"},
    {"现在", "now"},
    {"表头", "header"},
    {"填的是", "filled with"},
    {"报给", "recipient"},
    {"表", "form"},
    {"条件", "condition"},
    {"依据", "basis"},
    {"报表", "report"},
    {"统计期", "period"},
    {"签发人", "signed by"},
    {"签发时间", "signed at"},
    {"更正原因", "reason of correction"},
    // of likely doubles
    {"甲", "A"},
    {"乙", "B"},
    // of late work
    {"号码", "number"},
    {"谁的", "whose"},
    {"哪里", "where"},
    {"件", "envelopes"},
    {"笔", "transactions"},
    {"什么", "what"},
    {"已核收", "admitted"},
    {"已退回", "refused"},
    // of the schema
    {"号", "no."},
    {"标识", "identifier"},
    {"名称", "label"},
    {"类型", "type"},
    {"必填", "needed"},
    {"须活动写明", "programme must name"},
    {"取值", "values"}};

}  // namespace

std::string_view english_head(std::string_view zh) {
  const auto* found = std::ranges::find(kHeads, zh, [](const auto& one) { return one.first; });
  return found == std::end(kHeads) ? zh : found->second;
}

}  // namespace mq::cli
