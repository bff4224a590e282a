#include "mq/work/facts_home.h"

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "needs.h"
#include "roster_step.h"

namespace mq::work {
namespace {

// The facts of one household or person, where they stand and where they belong.
struct Strayed {
  RowAt here;
  vault::StreamIx home = 0;
};

Result<Canonical> canonical_of(const Workplace& place, const model::Entity& entity) {
  return entity.name == "Household" ? Canonical::households(place) : Canonical::people(place);
}

vault::StreamIx private_of(const std::vector<Village>& villages, vault::StreamIx stream) {
  for (const Village& village : villages) {
    if (village.stream == stream) return village.private_stream;
  }
  return 0;
}

// Of rows of `entity` that count in another village than their facts stand in.
Result<std::vector<Strayed>> strayed(const Workplace& place, const model::Entity& entity,
                                     const model::Entity& companion) {
  MQ_TRY(const std::vector<Village> villages, Directory(place).villages());
  MQ_TRY(const Canonical canonical, canonical_of(place, entity));
  const std::string sql =
      cat("SELECT f.id, r.stream FROM ", model::quoted(companion.table), " f JOIN ",
          model::quoted(entity.table), " r ON r.id = f.id WHERE f.stream = ?1 AND f.deleted = 0 ",
          "AND r.deleted = 0 AND r.stream <> ?2 ORDER BY f.id");
  std::vector<Strayed> out;
  for (const Village& village : villages) {
    if (village.private_stream == 0) continue;
    MQ_TRY(sqlite::Query q, place.vault.database().query(sql));
    q.bind(1, village.private_stream).bind(2, village.stream);
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
      const vault::StreamIx home = private_of(villages, q.integer(1));
      if (home == 0 || !canonical.counts(row, q.integer(1))) continue;
      out.push_back({{&companion, village.private_stream, row}, home});
    }
  }
  return out;
}

struct Carried {
  vault::Draft home, here;
};

Result<Carried> carried(const Workplace& place, const Strayed& one) {
  const RowAt there{one.here.entity, one.home, one.here.row};
  Carried out{{one.home, {}}, {one.here.stream, {}}};
  bool all = true;
  for (const model::Field& field : one.here.entity->fields) {
    MQ_TRY(const Content content, cell_of(place, one.here, field));
    if (content.empty()) continue;
    MQ_TRY(const Content said, cell_of(place, there, field));
    if (!said.empty() && hash_of(field, said) != hash_of(field, content)) {
      all = false;
      continue;
    }
    if (said.empty()) out.home.changes.push_back(content_change(there, field, content));
    out.here.changes.push_back(content_change(one.here, field, {}));
  }
  if (all && !out.here.changes.empty()) out.here.changes.push_back(deletion(one.here));
  return out;
}

bool may_write(const Workplace& place, const Strayed& one) {
  return need_stream(place, one.here.stream).ok() && need_stream(place, one.home).ok();
}

}  // namespace

Result<std::size_t> take_facts_home(const Workplace& place) {
  if (!place.is_desk()) return std::size_t{0};
  std::size_t taken = 0;
  for (const model::Entity& entity : place.vault.schema().entities()) {
    const model::Entity* companion = companion_of(place.vault.schema(), entity);
    if (companion == nullptr) continue;
    MQ_TRY(const std::vector<Strayed> all, strayed(place, entity, *companion));
    for (const Strayed& one : all) {
      if (!may_write(place, one)) continue;
      const vault::View seen = place.vault.view();
      MQ_TRY(Carried step, carried(place, one));
      if (step.here.changes.empty()) continue;
      std::vector<vault::Draft> drafts;
      if (!step.home.changes.empty()) drafts.push_back(std::move(step.home));
      drafts.push_back(std::move(step.here));
      MQ_CHECK(place.vault.commit(drafts, seen));
      ++taken;
    }
  }
  return taken;
}

}  // namespace mq::work
