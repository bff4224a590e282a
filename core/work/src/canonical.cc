#include "mq/work/canonical.h"

#include <algorithm>
#include <optional>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/roster.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/vault/placed_row.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

RowId row_at(const sqlite::Query& q, int column) {
  return RowId::from(q.blob(column)).value_or(RowId{});
}

// Who is reached from a row along edges, the row itself only if they lead back to it.
std::set<RowId> reached(const std::multimap<RowId, RowId>& edges, const RowId& from) {
  std::set<RowId> out;
  std::vector<RowId> next{from};
  while (!next.empty()) {
    const auto [begin, end] = edges.equal_range(next.back());
    next.pop_back();
    for (auto at = begin; at != end; ++at) {
      if (out.insert(at->second).second) next.push_back(at->second);
    }
  }
  return out;
}

// Where the edges end; of a ring the smallest id. A cancelled end is none: the row stands for
// itself.
RowId end_of(const std::multimap<RowId, RowId>& edges, const std::set<RowId>& gone,
             const RowId& from) {
  const std::set<RowId> all = reached(edges, from);
  std::optional<RowId> ring, kept;
  for (const RowId& row : all) {
    if (gone.contains(row)) continue;
    if (!edges.contains(row)) {
      if (!kept) kept = row;
    } else if (!ring && reached(edges, row).contains(row)) {
      ring = row;
    }
  }
  return kept ? *kept : ring.value_or(from);
}

std::map<RowId, RowId> ends_of(const std::multimap<RowId, RowId>& edges,
                               const std::set<RowId>& gone) {
  std::map<RowId, RowId> out;
  for (auto at = edges.begin(); at != edges.end(); at = edges.upper_bound(at->first)) {
    const RowId end = end_of(edges, gone, at->first);
    if (end != at->first) out.emplace(at->first, end);
  }
  return out;
}

struct Standing {
  vault::StreamIx stream = 0;
  StreamId name;  // of the stream: the same on every device
  std::optional<RowId> moved_to;
  bool deleted = false;
};

}  // namespace

// What the rows say, before it is thought through.
struct Canonical::Reading {
  explicit Reading(const Workplace& at) : place(at) {}

  Status rows(std::string_view table) {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(cat(
               "SELECT id, stream, same_as, moved_to, deleted FROM ", model::quoted(table),
               " WHERE same_as IS NOT NULL OR moved_from IS NOT NULL OR moved_to IS NOT NULL")));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      const RowId row = row_at(q, 0);
      const vault::StreamInfo* stream = place.vault.stream(q.integer(1));
      standing[row].push_back({q.integer(1), stream != nullptr ? stream->id : StreamId{},
                               RowId::from(q.blob(3)), q.integer(4) != 0});
      if (const auto other = RowId::from(q.blob(2)); other && *other != row) {
        same.emplace(row, *other);
      }
    }
  }

  // A merger that stands empties its households into another, as long as they stay struck off; a
  // split that was taken back empties the new one into the old.
  Status changes() {
    const model::Entity& entity = *place.vault.schema().entity("RosterChange");
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               "SELECT kind, \"from\", \"to\", undone_on FROM \"roster_change\" WHERE "
               "(kind = ?1 AND undone_on IS NULL) OR (kind = ?2 AND undone_on IS NOT NULL)"));
    q.bind(1, std::int64_t{mpb::CHANGE_KIND_MERGED}).bind(2, std::int64_t{mpb::CHANGE_KIND_SPLIT});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      const bool split = q.integer(0) == mpb::CHANGE_KIND_SPLIT;
      MQ_TRY(const std::vector<Bytes> from,
             model::unpack_repeated(*entity.field("from"), q.blob(1)));
      MQ_TRY(const std::vector<Bytes> to, model::unpack_repeated(*entity.field("to"), q.blob(2)));
      for (const Bytes& a : split ? to : from) {
        for (const Bytes& b : split ? from : to) {
          const auto first = RowId::from(a), second = RowId::from(b);
          if (!first || !second || first == second) continue;
          (split ? same : merged).emplace(*first, *second);
        }
      }
    }
  }

  // Of the households that edges name: who is cancelled, and whose merger no longer holds because
  // somebody gave it another status.
  Status look_at_ends(std::string_view table, const std::set<Place>& out) {
    std::set<RowId> named;
    for (const Edges* edges : {&same, &merged}) {
      for (const auto& [a, b] : *edges) named.insert({a, b});
    }
    const bool households = table == "household";
    for (const RowId& row : named) {
      MQ_TRY(sqlite::Query q, place.vault.database().query(
                                  cat("SELECT deleted, ", households ? "status" : "0",
                                      ", stream FROM ", model::quoted(table), " WHERE id = ?1")));
      q.bind(1, row.view());
      bool here = false, stands = false, lives = false;
      for (;;) {
        MQ_TRY(const bool more, q.step());
        if (!more) break;
        here = true;
        if (q.integer(0) != 0) continue;
        stands = true;
        const bool counts = !out.contains({row, q.integer(2)});
        lives = lives || (counts && q.integer(1) != mpb::HOUSEHOLD_STATUS_CANCELLED);
      }
      if (here && !stands) gone.insert(row);
      if (lives) merged.erase(row);
    }
    return {};
  }

  // Where a row counts that stands in several streams.
  void settle(const RowId& row, const std::vector<Standing>& rows, std::set<Place>& out) const {
    std::vector<vault::PlacedRow> placed;
    for (const Standing& one : rows) {
      const auto village = one.moved_to ? streams.find(*one.moved_to) : streams.end();
      placed.push_back({one.name, one.deleted, one.moved_to.has_value(), std::nullopt});
      if (village != streams.end()) placed.back().moved_to = village->second;
    }
    const auto best = vault::counted_row(placed);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (k != best && (best || rows[k].moved_to)) out.insert({row, rows[k].stream});
    }
  }

  Status villages() {
    MQ_TRY(sqlite::Query q, place.vault.database().query(
                                "SELECT id, stream_id FROM \"org_unit\" WHERE stream_id IS NOT "
                                "NULL"));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      streams.emplace(row_at(q, 0), StreamId::from(q.blob(1)).value_or(StreamId{}));
    }
  }

  Result<Canonical> canonical(std::string_view table) {
    Canonical out;
    if (standing.empty() && merged.empty() && same.empty()) return out;
    MQ_CHECK(villages());
    for (const auto& [row, rows] : standing) settle(row, rows, out.out_);
    MQ_CHECK(look_at_ends(table, out.out_));
    out.same_ = ends_of(same, gone);
    for (const auto& [row, rows] : standing) {
      if (!out.same_.contains(row)) continue;
      for (const Standing& one : rows) out.out_.insert({row, one.stream});
    }
    // Mergers are between the rows that count.
    Edges into;
    for (const auto& [a, b] : merged) {
      if (out.of(a) != out.of(b)) into.emplace(out.of(a), out.of(b));
    }
    out.home_ = ends_of(into, gone);
    for (const auto& [row, end] : out.home_) {
      if (into.contains(end)) out.revived_.insert(end);
    }
    const std::map<RowId, RowId> moved = out.home_;
    for (const auto& [row, end] : out.same_) out.home_.emplace(row, found(moved, end));
    return out;
  }

  const Workplace& place;
  std::map<RowId, std::vector<Standing>> standing;
  std::map<RowId, StreamId> streams;  // of villages
  Edges same, merged;
  std::set<RowId> gone;
};

std::vector<RowId> Canonical::behind(const std::map<RowId, RowId>& map, const RowId& row) {
  std::vector<RowId> out{row};
  for (const auto& [one, end] : map) {
    if (end == row) out.push_back(one);
  }
  return out;
}

std::vector<RowId> Canonical::folded(const RowId& row) const { return behind(home_, row); }
std::vector<RowId> Canonical::aliases(const RowId& row) const { return behind(same_, row); }

Result<Canonical> Canonical::households(const Workplace& place) {
  Reading reading(place);
  MQ_CHECK(reading.rows("household"));
  MQ_CHECK(reading.changes());
  return reading.canonical("household");
}

Result<Canonical> Canonical::people(const Workplace& place) {
  Reading reading(place);
  MQ_CHECK(reading.rows("person"));
  return reading.canonical("person");
}

}  // namespace mq::work
