// Import: rosters, cadres, pairings and paper visits out of table files (DOMAIN.md section (g)).
//
// Every row ends in one of four fates; one refused row refuses the whole file and nothing is
// stored, unless skip_refused. Importing a file twice stores nothing new. A re-import is three-way:
// only cells that the file itself changed since its last import are written; where people corrected
// the same cell, both are listed. A line whose name, birth or number was corrected is the same
// person where nobody else of the household can be meant; else it is asked about and left.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mq/base/worker.h"
#include "mq/tabular/sheet.h"
#include "mq/work/workplace.h"

namespace mq::work {

enum class ImportKind { kRoster, kCadres, kPairings, kVisits };
enum class Fate { kNormalised, kFlagged, kDuplicate, kRefused };

struct ImportFault {
  std::size_t line = 0;  // 1-based, as the person sees it in the file
  std::string column;    // Chinese header, "*" for the whole row
  Fate fate = Fate::kRefused;
  std::string was, now;
  std::string why_zh, why_en;
  bool left = false;  // flagged, and nothing of the line was stored
};

struct ImportOptions {
  ImportKind kind = ImportKind::kRoster;
  std::string village;  // visits: only rows of this village; roster: overrides its column
  bool dry_run = false;
  bool skip_refused = false;
  Worker* worker = &inline_worker();  // reads a roster's lines while what is here is looked up
};

struct ImportResult {
  std::size_t header_line = 0;
  // Rows under the header: each is one of the seven below, and together they are all.
  std::size_t data_lines = 0;
  std::size_t stored = 0;      // written (or would be, in a dry run)
  std::size_t unchanged = 0;   // already here, nothing to write
  std::size_t refused = 0;     // refused
  std::size_t duplicates = 0;  // said by another row
  std::size_t left = 0;        // not stored: ended here, elsewhere, or unclear who: asked about
  std::size_t elsewhere = 0;   // of villages other than the one that was asked for
  std::size_t held_back = 0;   // good, and not stored since others refused the file
  std::vector<ImportFault> faults;      // in order of line
  std::vector<std::string> missing_zh;  // households no longer in the file: listed, never removed
  std::vector<std::string> missing_people_zh;  // people of its households, the same
  std::vector<std::string> new_villages;       // streams made locally, waiting to be registered
  // Columns whose need no programme names (their fault stands on the header's line); skip_refused
  // stores the file without them.
  std::vector<std::string> refused_columns;
  std::vector<std::string> unread_columns;  // headers over something that no column here is for
  // Lines below the header that are no records and count nowhere: totals and signatures.
  struct PassedOver {
    std::size_t line = 0;
    std::string text;
  };
  std::vector<PassedOver> passed_over;
  bool nothing_stored = false;  // a refused row or column refused the file
};

// kInvalidInput: no header found, wrong kind of file. kNotAllowed: rosters, cadres and pairings are
// the desk's. Progress is called with (rows done, rows in all).
using ImportProgress = std::function<void(std::size_t, std::size_t)>;
Result<ImportResult> import_sheet(const Workplace& place, const tabular::Sheet& sheet,
                                  const ImportOptions& options,
                                  const ImportProgress& progress = {});

}  // namespace mq::work
