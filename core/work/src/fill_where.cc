#include "fill_where.h"

#include <algorithm>
#include <compare>

#include "fill_match.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/text_cleanup.h"

namespace mq::work {

namespace pb = model::pb;

using tabular::Decimal;
using tabular::FillCell;
using tabular::NotHeld;

namespace {

struct Sign {
  std::string_view text;
  Relation relation;
};
// A longer sign stands before one that it begins with.
constexpr Sign kSigns[] = {
    {"≠", Relation::kIsNot},   {"!=", Relation::kIsNot},   {"<>", Relation::kIsNot},
    {"≥", Relation::kAtLeast}, {">=", Relation::kAtLeast}, {"≤", Relation::kAtMost},
    {"<=", Relation::kAtMost}, {"=", Relation::kIs},       {"含", Relation::kHolds}};
constexpr int kPlaces = 4;

// Ten-thousandths, so that 2 and 2.0 are one; nothing if it is no number.
std::optional<std::int64_t> number_in(std::string_view text) {
  const bool below = text.starts_with('-');
  if (below) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits =
      cat(text.substr(0, point), point < text.size() ? text.substr(point + 1) : std::string_view());
  const std::size_t places = point < text.size() ? text.size() - point - 1 : 0;
  if (digits.empty() || places > kPlaces || digits.size() > 14 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  digits.append(kPlaces - places, '0');
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return below ? -value : value;
}

Error no_condition(std::string_view typed, std::string_view zh, std::string_view en) {
  return Error{Code::kInvalidInput,
               cat("--where:“", typed, "”", zh, ";写成 字段=值,也可用 ≠ ≥ ≤ 含"),
               cat("--where: ", typed, ": ", en, "; FIELD=VALUE, also ≠ ≥ ≤ 含")};
}

bool is_number_cell(const FillCell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<Decimal>(cell);
}

// Less, equal or greater than what was typed; nothing if they do not compare.
std::optional<std::strong_ordering> compare(const FillCell& cell, const std::string& typed) {
  if (const auto* date = std::get_if<Date>(&cell)) {
    const auto day = model::parse_day(typed);
    if (!day) return std::nullopt;
    return *date <=> *day;
  }
  if (!is_number_cell(cell)) return tabular::fill_text(cell) <=> typed;
  const auto ours = number_in(tabular::fill_text(cell)), theirs = number_in(typed);
  if (!ours || !theirs) return std::nullopt;
  return *ours <=> *theirs;
}

// Of a fact with several values each counts.
bool is(const FillCell& cell, const std::string& typed) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    const std::vector<std::string> parts = split(*text, "、");
    return *text == typed || std::ranges::find(parts, typed) != parts.end();
  }
  const auto order = compare(cell, typed);
  return order && *order == std::strong_ordering::equal;
}

enum class Takes { kText, kNumber, kDay, kMonth, kYesOrNo };

// What the cells of the fact are compared as.
Takes taken_by(const Fact& fact) {
  const model::Field* field = fact.field;
  if (field == nullptr) {
    switch (fact.computed) {
      case Computed::kPeople:
      case Computed::kAge:
      case Computed::kIncomePerHead:
      case Computed::kVisits:
        return Takes::kNumber;
      case Computed::kLastVisit:
        return Takes::kDay;
      default:
        return Takes::kText;
    }
  }
  if (field->repeated) return Takes::kText;
  if (field->type == model::FieldType::kBool) return Takes::kYesOrNo;
  if (field->type != model::FieldType::kInteger) return Takes::kText;
  const auto kind = field->rule.kind();
  if (kind == pb::KIND_DATE || kind == pb::KIND_INSTANT) return Takes::kDay;
  return kind == pb::KIND_MONTH ? Takes::kMonth : Takes::kNumber;
}

// In the form in which the cells are; nothing if no cell could ever be it.
Status take_value(Condition& condition) {
  std::string& text = condition.text;
  const auto wrong = [&](std::string_view zh, std::string_view en) {
    return no_condition(condition.typed, cat("的值不对,“", condition.fact->zh, "”", zh), en);
  };
  switch (taken_by(*condition.fact)) {
    case Takes::kText:
      return {};
    case Takes::kNumber:
      text = model::half_width(text);
      if (number_in(text)) return {};
      return wrong("要填数字,如 3 或 12.5", "a number such as 3 or 12.5");
    case Takes::kDay:
      if (model::parse_day(text)) return {};
      return wrong("要填日期,如 2026-03-05", "a day such as 2026-03-05");
    case Takes::kMonth: {
      const auto month = model::parse_month(text);
      if (!month) return wrong("要填年月,如 2026-03", "a month such as 2026-03");
      text = model::format_month(*month);
      return {};
    }
    case Takes::kYesOrNo: {
      const auto value = model::parse_value(*condition.fact->field, text);
      if (!value.ok() || model::is_empty(*value)) return wrong("要填 是 或 否", "是 or 否");
      text = model::format_value(*condition.fact->field, *value);
      return {};
    }
  }
  return {};
}

}  // namespace

Result<Condition> read_condition(const std::vector<Fact>& facts, std::string_view typed) {
  const Sign* sign = nullptr;
  std::size_t at = std::string_view::npos;
  for (const Sign& each : kSigns) {
    const std::size_t found = typed.find(each.text);
    if (found == std::string_view::npos || found >= at) continue;
    at = found;
    sign = &each;
  }
  if (sign == nullptr || at == 0) return no_condition(typed, "不是条件", "no condition");
  Condition out{nullptr, sign->relation, {}, std::string(trimmed(typed))};
  const std::string_view name = trimmed(typed.substr(0, at));
  out.text = model::clean_cell(typed.substr(at + sign->text.size()));
  out.fact = fact_called(facts, name);
  const bool usable = out.fact != nullptr && out.fact->computed != Computed::kSerial &&
                      out.fact->computed != Computed::kChange;
  if (!usable) {
    return no_condition(typed, cat("里没有“", name, "”这一项"), cat("there is no fact ", name));
  }
  const model::Field* field = out.fact->field;
  if (sign->relation == Relation::kHolds) return out;
  const bool listed = field != nullptr && field->type == model::FieldType::kEnum;
  if (!listed) {
    MQ_CHECK(take_value(out));
    return out;
  }
  const model::EnumValue* value = field->value_named(out.text);
  if (value == nullptr) return no_condition(typed, "的值不在可选的里面", "not one of the values");
  out.text = value->zh;
  return out;
}

bool holds(const Condition& condition, const FillCell& cell) {
  const bool none =
      std::holds_alternative<NotHeld>(cell) || std::holds_alternative<std::monostate>(cell);
  if (none) return condition.relation == Relation::kIsNot;
  switch (condition.relation) {
    case Relation::kIs:
      return is(cell, condition.text);
    case Relation::kIsNot:
      return !is(cell, condition.text);
    case Relation::kHolds:
      return tabular::fill_text(cell).find(condition.text) != std::string::npos;
    default:
      break;
  }
  const auto order = compare(cell, condition.text);
  if (!order) return false;
  const bool equal = *order == std::strong_ordering::equal;
  const bool above = *order == std::strong_ordering::greater;
  return equal || (condition.relation == Relation::kAtLeast) == above;
}

}  // namespace mq::work
