// RosterStep: one change of the roster on its way: what it writes, and what stood there before.
//
// Everything it writes is one local commit, referent first, with one row of RosterChange that holds
// what taking it back needs: for each cell what stood there and a short hash of what it became.
#pragma once

#include <string>
#include <vector>

#include "minqing/model/v1/roster.pb.h"
#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "row_at.h"

namespace mq::work {

// One entry of RosterChange.before.
struct Undo {
  // kWatched: nothing to put back, but a later edit hinders. kCarried: P3 facts that went along;
  // they are carried back, and no trace of them stands here, where others may read.
  enum class Kind { kCell, kWatched, kMade, kResized, kCarried };
  Kind kind = Kind::kCell;
  RowAt at;                             // stream 0: not held here
  const model::Field* field = nullptr;  // none for kMade and kCarried
  Content before;                       // kCell
  std::int64_t delta = 0;               // kResized
  std::string after;                    // hash; kCarried: the stream that they came from
};
std::string hash_of(const model::Field& field, const Content& content);
std::string encode_undo(const Workplace& place, const std::vector<Undo>& list);
Result<std::vector<Undo>> decode_undo(const Workplace& place, std::string_view text);

class RosterStep {
 public:
  RosterStep(const Workplace& place, minqing::model::v1::ChangeKind kind);

  const model::Entity& entity(std::string_view name) const;
  RowAt household(const Household& one) const;
  RowAt person(const RowId& row, vault::StreamIx stream) const;

  // Nothing if the cell holds it already.
  Status set(const RowAt& at, std::uint32_t field, model::Value value);
  Status set_content(const RowAt& at, const model::Field& field, const Content& content);
  Status set_row(const RowAt& at, std::uint32_t field, const RowId& row);
  // The same, but taking it back writes `undone`, whatever stood there.
  Status set_undone(const RowAt& at, const model::Field& field, const Content& content,
                    Content undone);
  // A row that was not there: taking it back takes it away.
  void make(const RowAt& at);
  // Written with a row that was made: nothing to bring back, but somebody's later edit is noticed.
  void fill(const RowAt& at, const model::Field& field, const Content& content);
  // The same of what stands there already.
  void watch(const RowAt& at, const model::Field& field, const Content& content);
  // P3 facts go to the PRIVATE stream of another village, under the same id.
  Status carry(const RowAt& from, vault::StreamIx to);
  // Adds to the number of people, if one was said.
  Status resize(const RowAt& at, std::int64_t delta);

  void from(const RowId& household) { from_.push_back(household); }
  void to(const RowId& household) { to_.push_back(household); }
  void about(const RowId& person) { people_.push_back(person); }
  void villages(const RowId& from, const RowId& to);

  // Everything in one commit, with its RosterChange in `home`; `typed` are its own fields.
  Result<RowId> store(vault::StreamIx home, std::vector<vault::Change> typed, vault::View seen);

 private:
  vault::Draft& draft(vault::StreamIx stream);
  void write(const RowAt& at, const model::Field& field, const Content& content);
  Status watch_ends();

  const Workplace& place_;
  minqing::model::v1::ChangeKind kind_;
  std::vector<vault::Draft> drafts_;
  std::vector<Undo> undo_;
  std::vector<RowId> from_, to_, people_;
  std::optional<std::pair<RowId, RowId>> villages_;
};

// A change in a draft: the whole content of a cell.
vault::Change content_change(const RowAt& at, const model::Field& field, const Content& content);
vault::Change deletion(const RowAt& at);
// The changes that put the content of one row into another of its kind, where what the first one
// has nothing of stays, and those that empty it.
Result<std::vector<vault::Change>> copied(const Workplace& place, const RowAt& from,
                                          const RowAt& to);
// A word to whoever carries P3 facts, of each cell in which `to` holds something else that will be
// covered; it names no value.
Result<std::vector<model::Fault>> covered(const Workplace& place, const RowAt& from,
                                          const RowAt& to);
Result<std::vector<vault::Change>> emptied(const Workplace& place, const RowAt& at);

// The people of a household that count, with where they stand; also those of households that were
// merged into it.
struct Resident {
  RowId row;
  vault::StreamIx stream = 0;
  RowId household;  // as the row says
  std::string name;
  std::optional<Date> birth;
  Bytes fingerprint;
};
Result<std::vector<Resident>> residents_of(const Workplace& place, const RowId& household);

// kNotAllowed unless this person may write in that stream.
Status need_stream(const Workplace& place, vault::StreamIx stream);

}  // namespace mq::work
