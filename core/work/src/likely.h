// What makes two people look like one, apart from where their facts come from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "form.h"
#include "mq/base/date.h"

namespace mq::work {

// A name as it is compared: characters of one form and one script, without blanks and marks.
std::u32string folded_name(std::string_view name);
// One character typed otherwise, left out or added; names of one character are never alike.
bool alike(const std::u32string& a, const std::u32string& b);
// Two numbers or days of one length that differ in one digit.
bool one_digit_off(std::string_view a, std::string_view b);

struct PersonFacts {
  RowId id, household;  // the household in which he counts
  vault::StreamIx stream = 0;
  std::u32string name;
  std::string shown, house, document;  // document: its number, if it is at hand
  std::optional<Date> birth;
  std::optional<std::int32_t> birth_month;  // of a line without the day, as model::parse_month
  Bytes fingerprint;
  std::int64_t sex = 0;       // 0: not known
  std::int64_t relation = 0;  // 0: not said
  int group = 0;
  bool head = false;
  std::vector<std::string> phones;  // of the household
};

struct Reason {
  std::string_view zh, en;
};
std::optional<Reason> likely_same(const PersonFacts& a, const PersonFacts& b);

// Pairs (by index, the smaller first) that likely_same() holds for, each once; of `known` and
// `fresh` taken together only those with a fresh one.
struct Match {
  std::size_t a = 0, b = 0;
  Reason why;
};
std::vector<Match> matches(const std::vector<PersonFacts>& people);
std::vector<Match> matches(std::span<const PersonFacts> known, std::span<const PersonFacts> fresh);

// Everybody who counts here; with the numbers of documents that may be read.
Result<std::vector<PersonFacts>> everybody(const Workplace& place);

// A flag for whoever is being typed in: whom it may be. The name is folded here.
Status flag_likely(const Workplace& place, PersonFacts fresh, Form& form);

}  // namespace mq::work
