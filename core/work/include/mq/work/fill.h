// Fill: a department's blank filled from the roster, the visits and the issues.
//
// Headers are matched to facts by the labels of the schema; nothing is guessed: where a header is
// unclear the fill ends with the questions, and the answers stand in the TOWNSHIP stream, so that
// nobody in the township is asked again for this form. Facts of class P2 and P3 are masked unless a
// document that asks for them is named; P3 also needs a programme that names the need. What goes
// out to a recipient is registered: when, which version, and a keyed digest of each line, never a
// value. Rows without a fact stay empty on red. Only desk and admins; reads no clock but to say
// when it was registered.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/tabular/csv_file.h"
#include "mq/tabular/template.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct FillOptions {
  Date today;           // what the person says it is: ages and pairings go by it
  std::string to;       // recipient; empty: not registered
  std::string basis;    // the document that asks for it
  std::string profile;  // name of an export profile
  std::string about;    // 户, 人, 走访, 事项: what a line is; empty: by the headers
  std::vector<std::string> where;  // "字段=值", also ≠ ≥ ≤ 含
  std::vector<std::string> map;    // "表头=标识", or "表头=空着"
  std::optional<std::string> village;
  std::optional<Date> from, until;  // of visits and issues
  bool changes = false;             // only what has changed since it was last handed out
};

struct FillQuestion {
  std::string header;  // empty: what a line is
  std::vector<std::string> candidates;
};

// kProvided: the blank has its own there, which stays.
enum class ColumnFate { kFilled, kMasked, kLeft, kProvided, kUnknown };
struct FillColumn {
  std::string header;
  std::string field;  // identifier of the fact, 空着, or empty
  std::string label;  // what people call it
  ColumnFate fate = ColumnFate::kFilled;
  std::size_t filled = 0;  // lines in which it holds something
  std::size_t empty = 0;   // lines in which it would, were it held here
  std::string why_zh, why_en;
};

// What the same recipient has had of the same form under the same condition.
struct HandedOut {
  Date on;
  std::uint32_t version = 0;
  std::size_t lines = 0;                         // in all that was handed out
  std::size_t changed = 0, fresh = 0, gone = 0;  // since then
  std::vector<std::string> gone_ids;             // ends of the rows' ids
};

struct Filled {
  // Not empty: nothing else is said, but answers that were given are among the drafts.
  std::vector<FillQuestion> questions;
  std::string about;                // 户, 人 …
  std::vector<FillColumn> columns;  // as the form's
  std::vector<tabular::FillLine> lines;
  std::optional<HandedOut> before;
  std::uint32_t version = 0;  // 0: not registered
  tabular::CsvEncoding encoding = tabular::CsvEncoding::kUtf8;
  std::vector<std::size_t> order;    // of the columns in a CSV file; empty: the form's own
  std::vector<vault::Draft> drafts;  // the mapping and the register, for keep_fill
};

// Tells whether a header, as TemplateColumn has it, names a fact of some kind of line.
std::function<bool(std::string_view)> known_header();

// kNotAllowed: not of the desk, or P3 in a condition without basis; kInvalidInput: a condition, an
// answer or a kind of line that is none, or a form of which no column can be filled; kNotFound: no
// such profile, no stream to register in, nothing handed out before although only changes are asked
// for.
Result<Filled> fill_form(const Workplace& place, const tabular::Template& form,
                         const FillOptions& options);
// Writes the answers and the register, in one commit; nothing to write is no error.
Status keep_fill(const Workplace& place, const Filled& filled, vault::View seen);

struct FillRecord {
  RowId row;
  Date on;
  std::string to, title, where, basis;
  std::uint32_t version = 0;
  std::size_t lines = 0;
  bool changes_only = false;
};
// What was handed out, latest first; to one recipient if one is named.
Result<std::vector<FillRecord>> fill_history(const Workplace& place, std::string_view to);

}  // namespace mq::work
