// What a roster meets here: rows that have ended, numbers that belong to others, people who stand
// elsewhere by now, and newcomers who may be somebody already.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "import_kinds.h"
#include "likely.h"
#include "mq/base/id_hash.h"
#include "mq/work/canonical.h"

namespace mq::work {

class KnownRoster {
 public:
  static Result<KnownRoster> load(const Workplace& place);

  // One household of the file, and who the file says lives there.
  struct Asked {
    RowId id;
    std::string number;
    vault::StreamIx stream = 0;  // of the village that the file names; 0: not here yet
    std::vector<PersonFacts> people;
  };
  // Why nothing of it is written: it moved, was merged, is another's double, stands in another
  // village, or is no household any more (迁出, 死亡, 注销). Nothing: it stands here, or is new.
  Result<std::optional<Reason>> ended(const Asked& family) const;
  // The number belongs to people of whom the file names none.
  bool of_others(const Asked& family) const;
  bool holds(const RowId& household) const { return stands_.contains(household); }
  // The name of who counts under this id, folded; empty if nobody does.
  std::u32string name_of(const RowId& person) const;
  // Who lives in it here.
  std::vector<const PersonFacts*> residents(const RowId& household) const;
  // The row that counts for a person's.
  RowId counting(const RowId& person) const { return people_.of(person); }
  // A household that was given this number by hand; empty if there is none.
  std::string typed_here(const Asked& family) const;

  // The row that a person of the file has here already, under whatever id: his own, or that of the
  // same number or the same name and birth in that household (a birth of which one of the two
  // knows less is the same). One who was cancelled only if nobody who counts is meant.
  struct Where {
    RowId row;
    vault::StreamIx stream = 0;  // 0: not here yet
    bool double_of_another = false, cancelled = false;
  };
  Where person(const RowId& household, const PersonFacts& one) const;

  // Why somebody was cancelled, as people said it.
  std::string reason_of(const RowId& person) const;

  // Newcomers against everybody and each other: "line, whom it may be".
  struct Newcomers {
    std::vector<PersonFacts> people;
    std::vector<std::size_t> lines;  // of each
  };
  std::vector<ImportFault> likely(const Newcomers& fresh) const;

 private:
  struct Cancelled {
    PersonFacts who;
    std::string reason;
  };
  struct Stand {
    vault::StreamIx stream = 0;
    int status = 0;
  };
  Status load_others();

  const Workplace* place_ = nullptr;
  Canonical households_, people_;
  std::vector<PersonFacts> everybody_;
  std::unordered_map<RowId, std::size_t, IdHash> by_id_;       // of those who count
  std::unordered_map<RowId, vault::StreamIx, IdHash> others_;  // who are held and do not
  std::map<RowId, Cancelled> cancelled_;
  std::unordered_map<RowId, std::vector<std::size_t>, IdHash> residents_;
  std::map<std::string, RowId> by_number_;
  std::unordered_map<RowId, Stand, IdHash> stands_;  // each household that counts
};

}  // namespace mq::work
