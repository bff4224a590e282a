// Handover: what one cadre looked after in one village passes to another (移交).
//
// Pairings end and begin anew, open issues change hands and say so, open promises and disputes too,
// the villages in charge are noted; visits stay with whoever made them. Rows only: rights and keys
// are the control log's. Again is harmless, and takes along what has come in since.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mq/base/date.h"
#include "mq/work/directory.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct Handover {
  RowId row, from, to, village;  // cadres, and the org unit
  Date on;                       // first day of the successor
  StreamId stream;               // VILLAGE of that village; zeros if its row is not here
};
// By day.
Result<std::vector<Handover>> handovers(const Workplace& place);

struct HandoverOptions {
  RowId from, to;  // cadres
  Village village;
  std::optional<Date> on;  // none: today, or the day of the handover that this one goes on with
  std::string reason;
};
// What stands in somebody's name until it is done.
struct Charge {
  std::size_t pairings = 0, issues = 0, commitments = 0, disputes = 0;
};
struct HandedOver : Charge {  // moved by this call
  Date on;
};
// One commit. kInvalidInput: to himself, or a day to come. kNotAllowed unless desk.
Result<HandedOver> hand_over(const Workplace& place, const HandoverOptions& options);

// What still stands in a cadre's name, in any village held here.
Result<Charge> charge_of(const Workplace& place, const RowId& cadre);

// Who answers now for what stands in a cadre's name in a village: himself while it is among those
// in his charge, else whoever took it over, and so on. Work that arrives after its author handed
// over so lands with the successor.
class Custody {
 public:
  static Result<Custody> load(const Workplace& place);
  RowId holder(const RowId& village, const RowId& cadre) const;

 private:
  std::vector<Handover> handovers_;              // by day
  std::set<std::pair<RowId, RowId>> in_charge_;  // cadre, village
};

}  // namespace mq::work
