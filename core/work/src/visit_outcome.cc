#include "visit_outcome.h"

#include <algorithm>

#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using V = mpb::Visit;

namespace {

constexpr mpb::Outcome kMet[] = {mpb::OUTCOME_MET_HEAD, mpb::OUTCOME_MET_FAMILY,
                                 mpb::OUTCOME_NOT_TO_BE_RECORDED};

// That somebody came, and the papers around it. Whatever a later version adds is content.
constexpr int kKept[] = {
    V::kVisitedByFieldNumber,   V::kRecordedByFieldNumber,  V::kTargetKindFieldNumber,
    V::kHouseholdIdFieldNumber, V::kVillageIdFieldNumber,   V::kPaperNoFieldNumber,
    V::kDateFieldNumber,        V::kPartFieldNumber,        V::kRecordedOnFieldNumber,
    V::kVisitTypeFieldNumber,   V::kMethodFieldNumber,      V::kOutcomeFieldNumber,
    V::kDiaryIdFieldNumber,     V::kProgrammeIdFieldNumber, V::kCancelReasonFieldNumber};

bool is_kept(const model::Field& field) {
  return std::ranges::find(kKept, static_cast<int>(field.number)) != std::end(kKept);
}

// 否 and 0 say nothing of anybody.
bool says_something(const model::Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? !model::is_empty(value) : *number != 0;
}

// A number on paper is one; words in its place are words.
bool is_wordy(const model::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && std::ranges::any_of(*text, [](char c) {
           return (static_cast<unsigned char>(c) & 0x80) != 0;
         });
}

// Of what `form` says, whether the field holds more than that somebody came. A firm has a name to
// be written down, a household has its number.
bool is_content(const model::Field& field, const Form& form, const model::Value& value) {
  if (!says_something(value)) return false;
  if (field.number == V::kPaperNoFieldNumber) return is_wordy(value);
  if (field.number != V::kTargetTextFieldNumber) return !is_kept(field);
  const std::int64_t kind = form.integer(V::kTargetKindFieldNumber);
  return kind == 0 || kind == mpb::TARGET_KIND_HOUSEHOLD;
}

bool unrecorded(const Form& form) {
  return form.integer(V::kOutcomeFieldNumber) == mpb::OUTCOME_NOT_TO_BE_RECORDED;
}

}  // namespace

bool somebody_met(std::int64_t outcome) {
  return std::ranges::find(kMet, outcome) != std::end(kMet);
}

std::string somebody_met_sql(std::string_view column) {
  std::vector<std::string> numbers;
  for (const mpb::Outcome outcome : kMet) numbers.push_back(cat(static_cast<int>(outcome)));
  return cat(column, " IN (", join(numbers, ", "), ")");
}

void check_unrecorded(const model::Entity& visit, Form& form) {
  if (!unrecorded(form)) return;
  for (const model::Field& field : visit.fields) {
    const bool content = std::ranges::any_of(
        form.values(field.number),
        [&](const model::Value& value) { return is_content(field, form, value); });
    if (!content) continue;
    form.fault(
        field.name,
        cat(field.zh, ":对方请不要记,这一项要空着(改记录时写 --", field.name,
            " \"\" 清空);只留下谁去的、到谁家、哪天、见到了人。已经送到的原话在改动历史里还在,"
            "要等办了删除才没有"),
        cat(field.name,
            ": they asked that nothing be written down; leave it out (empty it "
            "with --",
            field.name,
            " \"\" in an amendment). Only who went, to "
            "whom and when is kept; what was delivered already stays in the "
            "history until it is erased"));
  }
}

void flag_unrecorded(const model::Entity& visit, const vault::RowData& before, const Form& whole,
                     Form& form) {
  if (!unrecorded(whole)) return;
  const bool emptied = std::ranges::any_of(visit.fields, [&](const model::Field& field) {
    const vault::Cell* cell = before.cell(field.number);
    const auto content = [&](const model::Value& value) { return is_content(field, whole, value); };
    return cell != nullptr && (content(cell->value) || std::ranges::any_of(cell->values, content));
  });
  if (!emptied) return;
  form.flag("outcome",
            "原来写的已清空;但已经送到的原话在改动历史里还在,要等办了删除才没有,请如实告诉对方",
            "what was written is emptied; what was delivered already stays in the history until "
            "it is erased: tell them so");
}

}  // namespace mq::work
