// The register of forms that went out: which version, and of each line a keyed digest, so that the
// next one can tell what has changed. No value of a line is kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mq/tabular/template.h"
#include "mq/work/fill.h"

namespace mq::work {

// The end of a row's id, which is chance even where its beginning is the time.
using LineId = std::array<std::uint8_t, 8>;
using LineDigest = std::array<std::uint8_t, 8>;

struct KeyedLine {
  LineId id{};
  LineDigest digest{};  // zeros: the row has gone
};

struct FormIdentity {
  std::string to, header_key, where;
};

// Of the cells as they are handed out, masked ones too; `left_out` are columns that say nothing of
// the row itself.
KeyedLine keyed_line(ByteView key, const FormIdentity& form, const RowId& row,
                     const tabular::FillLine& line, const std::vector<bool>& left_out);

// What stands handed out: all versions, one over the other.
struct Standing {
  std::uint32_t version = 0;  // the latest; 0: none
  Date on;
  std::map<LineId, LineDigest> lines;
};
Result<Standing> standing(const Workplace& place, const FormIdentity& form);

struct NewRecord {
  FormIdentity form;
  std::string title, basis;
  Date on;
  std::uint32_t version = 0;
  std::vector<std::string> columns;
  std::size_t line_count = 0;
  bool changes_only = false;
  std::vector<KeyedLine> lines;  // those that have gone too
};
// In the own DIARY stream. kNotFound with what to do if there is none yet.
Result<vault::Draft> record_draft(const Workplace& place, const NewRecord& record);

}  // namespace mq::work
