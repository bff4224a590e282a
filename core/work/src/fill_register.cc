#include "fill_register.h"

#include <algorithm>

#include "minqing/model/v1/form.pb.h"
#include "mq/base/text.h"
#include "mq/wire/crypto.h"
#include "mq/work/directory.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using R = mpb::FormRecord;
using L = mpb::FormLines;

namespace {

// Digests do not compress, and a transaction holds 32 KiB.
constexpr std::size_t kLinesInPart = 1500;
constexpr std::size_t kLineBytes = sizeof(LineId) + sizeof(LineDigest);

LineId line_id(const RowId& row) {
  LineId out{};
  std::copy(row.data.end() - out.size(), row.data.end(), out.begin());
  return out;
}

Status read_lines(const Workplace& place, const RowId& record, Standing& into) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT lines FROM \"form_lines\" WHERE deleted = 0 AND "
                                      "record_id = ?1 ORDER BY part"));
  q.bind(1, record.view());
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    ByteReader in(q.blob(0));
    while (in.left() >= kLineBytes) {
      const LineId id = in.array<sizeof(LineId)>();
      const LineDigest digest = in.array<sizeof(LineDigest)>();
      if (digest == LineDigest{}) {
        into.lines.erase(id);
      } else {
        into.lines[id] = digest;
      }
    }
  }
}

void add_part(const Workplace& place, const RowId& record, const NewRecord& from, std::size_t at,
              vault::Draft& draft) {
  ByteWriter packed;
  const std::size_t end = std::min(from.lines.size(), at + kLinesInPart);
  for (std::size_t i = at; i < end; ++i) {
    packed.raw(from.lines[i].id);
    packed.raw(from.lines[i].digest);
  }
  RowChanges(place, "FormLines", new_id<RowId>(place.clock, place.random))
      .set_row(L::kRecordIdFieldNumber, record)
      .set(L::kPartFieldNumber, static_cast<std::int64_t>(at / kLinesInPart + 1))
      .set(L::kLinesFieldNumber, packed.take())
      .into(draft);
}

}  // namespace

KeyedLine keyed_line(ByteView key, const FormIdentity& form, const RowId& row,
                     const tabular::FillLine& line, const std::vector<bool>& left_out) {
  ByteWriter text;
  text.block(form.to);
  text.block(form.header_key);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!left_out[i]) text.block(tabular::fill_text(line[i]));
  }
  KeyedLine out{line_id(row), {}};
  wire::hash_into(out.digest, key, "mq/fl1", {row.view(), text.bytes()});
  if (out.digest == LineDigest{}) out.digest.back() = 1;  // zeros mean something else
  return out;
}

Result<Standing> standing(const Workplace& place, const FormIdentity& form) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, version, \"on\", changes_only FROM \"form_record\" WHERE deleted = 0 AND "
             "\"to\" = ?1 AND header_key = ?2 AND coalesce(\"where\", '') = ?3 ORDER BY version, "
             "id"));
  q.bind(1, std::string_view(form.to))
      .bind(2, std::string_view(form.header_key))
      .bind(3, std::string_view(form.where));
  struct One {
    RowId id;
    bool changes_only;
  };
  std::vector<One> records;
  Standing out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    records.push_back({RowId::from(q.blob(0)).value_or(RowId{}), q.integer(3) != 0});
    out.version = static_cast<std::uint32_t>(q.integer(1));
    out.on = Date{static_cast<std::int32_t>(q.integer(2))};
  }
  for (const One& record : records) {
    if (!record.changes_only) out.lines.clear();
    MQ_CHECK(read_lines(place, record.id, out));
  }
  return out;
}

Result<vault::Draft> record_draft(const Workplace& place, const NewRecord& record) {
  const Directory directory(place);
  MQ_TRY(const vault::StreamIx stream, directory.diary_stream());
  vault::Draft draft{stream, {}};
  const RowId row = new_id<RowId>(place.clock, place.random);
  RowChanges changes(place, "FormRecord", row);
  changes.set(R::kToFieldNumber, record.form.to)
      .set(R::kHeaderKeyFieldNumber, record.form.header_key)
      .set(R::kOnFieldNumber, std::int64_t{record.on.days})
      .set(R::kVersionFieldNumber, std::int64_t{record.version})
      .set(R::kLinesFieldNumber, static_cast<std::int64_t>(record.line_count))
      .set(R::kChangesOnlyFieldNumber, std::int64_t{record.changes_only ? 1 : 0});
  if (!record.title.empty()) {
    changes.set(R::kTitleFieldNumber, std::string(first_characters(record.title, 200)));
  }
  if (!record.form.where.empty()) changes.set(R::kWhereFieldNumber, record.form.where);
  if (!record.basis.empty()) changes.set(R::kBasisFieldNumber, record.basis);
  for (const std::string& column : record.columns) changes.add(R::kColumnsFieldNumber, column);
  MQ_TRY(const std::optional<Cadre> me, directory.me());
  if (me) changes.set_row(R::kByFieldNumber, me->id);
  changes.into(draft);
  for (std::size_t at = 0; at < record.lines.size(); at += kLinesInPart) {
    add_part(place, row, record, at, draft);
  }
  return draft;
}

Result<std::vector<FillRecord>> fill_history(const Workplace& place, std::string_view to) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, \"on\", \"to\", title, \"where\", basis, version, lines, changes_only "
             "FROM \"form_record\" WHERE deleted = 0 AND (?1 = '' OR \"to\" = ?1) ORDER BY \"on\" "
             "DESC, version DESC, id DESC"));
  q.bind(1, to);
  std::vector<FillRecord> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back({RowId::from(q.blob(0)).value_or(RowId{}),
                   Date{static_cast<std::int32_t>(q.integer(1))}, std::string(q.text(2)),
                   std::string(q.text(3)), std::string(q.text(4)), std::string(q.text(5)),
                   static_cast<std::uint32_t>(q.integer(6)), static_cast<std::size_t>(q.integer(7)),
                   q.integer(8) != 0});
  }
}

}  // namespace mq::work
