// What must hold of a whole record, whether it is typed anew or amended. Each adds its faults to
// the form; `row` is the record's own, so that it is not compared with itself.
#pragma once

#include "form.h"

namespace mq::work {

// What a visit takes beside its fields: of the issue that its need becomes.
inline const std::vector<std::string_view> kVisitExtras = {"category", "nature", "类别", "性质"};
// Household asked for, dates in order, money acknowledged, a signature explained, 请不要记
// honoured.
void check_visit(const model::Entity& entity, Form& form);
// One spelling of a household's number, the one that it is looked up by.
void usual_number(Form& form);
// What a household is called until an official number is known.
std::string local_number(const RowId& row);
// The inputs with a relation that the list does not have as 其他 and its words beside it, as an
// import keeps it (DOMAIN (g)); nothing if there is none such.
std::optional<Inputs> with_relation_text(const model::Entity& person, const Inputs& inputs);
void flag_relation_text(Form& form);
// The number typed must not be another household's.
Status check_household_number(const Workplace& place, const RowId& row, Form& form);
// Days of that year, none of them both off and worked.
void check_work_year(Form& form);
// First day not after the last.
void check_span(std::uint32_t from, std::uint32_t to, Form& form);

// The reserved matters, and whether an opinion that is now referred has its issue; `whole` is the
// row with what was typed, `form` takes the flags.
void check_opinion(const model::Entity& entity, Form& whole, Form& form);
// One that was submitted for its author keeps how he agreed; `data` is the row as it stands.
void check_diary(const vault::RowData& data, Form& whole);
// Numbers that fit each other, the reserved matters, and more than five representatives.
void check_reception(const model::Entity& entity, Form& whole, Form& form);
// One household is not several.
void check_deed(Form& form);
// What was not kept keeps its explanation; `data` is the row as it stands.
void check_commitment(const vault::RowData& data, Form& whole);

}  // namespace mq::work
