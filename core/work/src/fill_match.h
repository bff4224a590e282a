// Which column of a form is which fact: by what was answered before, by answers given now, by
// names; what stays unclear is a question.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fill_facts.h"
#include "mq/tabular/template.h"
#include "mq/work/fill.h"

namespace mq::work {

struct MatchedColumn {
  std::string header;
  const Fact* fact = nullptr;  // into FormMatch::facts; null: none
  bool left = false;           // 空着: for somebody to fill by hand
  bool provided = false;       // left to what the blank itself has there
};

struct FormMatch {
  FillAbout about = FillAbout::kHousehold;
  std::vector<Fact> facts;
  std::vector<MatchedColumn> columns;
  std::vector<FillQuestion> questions;
  std::string header_key;             // of the normalised headers
  bool answered = false;              // something was said that is to be kept
  std::vector<std::string> mappings;  // as FormMapping.columns has them
};

// kInvalidInput: --about or --map names nothing that is there; no column is one that is held, and
// none is asked about.
Result<FormMatch> match_form(const Workplace& place, const tabular::Template& form,
                             const FillOptions& options);

// A fact by its identifier or a name; nullptr if none or several of one tier.
const Fact* fact_called(const std::vector<Fact>& facts, std::string_view name);

// The row of the answers.
Result<vault::Draft> mapping_draft(const Workplace& place, const FormMatch& match,
                                   std::string_view title);

}  // namespace mq::work
