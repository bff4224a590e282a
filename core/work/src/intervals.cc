#include "mq/work/intervals.h"

#include <algorithm>
#include <optional>

#include "minqing/model/v1/programme.pb.h"
#include "mq/model/ddl.h"
#include "mq/work/directory.h"
#include "rights.h"
#include "row_changes.h"

namespace mq::work {

using Q = ::minqing::model::v1::QuotaRule;

namespace {

const model::Field& class_field(const Workplace& place) {
  return *place.vault.schema().entity("QuotaRule")->field(Q::kClassFieldNumber);
}

}  // namespace

Status set_interval(const Workplace& place, const std::string& household_class, int days) {
  MQ_CHECK(need_desk(place));
  const vault::View seen = place.vault.view();
  MQ_TRY(model::Value value, model::parse_value(class_field(place), household_class));
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id FROM \"quota_rule\" WHERE deleted = 0 AND class = ?1 "
                              "ORDER BY id LIMIT 1"));
  q.bind(1, std::get<std::int64_t>(value));
  MQ_TRY(const bool known, q.step());
  const RowId row =
      known ? RowId::from(q.blob(0)).value_or(RowId{}) : new_id<RowId>(place.clock, place.random);
  RowChanges changes(place, "QuotaRule", row);
  changes.set(Q::kIntervalDaysFieldNumber, std::int64_t{days});
  if (!known) changes.set(Q::kClassFieldNumber, std::move(value));
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  vault::Draft draft{stream, {}};
  changes.into(draft);
  MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Result<Intervals> Intervals::load(const Workplace& place) {
  Intervals out(class_field(place));
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT class, min(interval_days) FROM \"quota_rule\" WHERE "
                              "deleted = 0 AND class > 0 AND interval_days > 0 GROUP BY class"));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.by_class_[q.integer(0)] = static_cast<int>(q.integer(1));
  }
}

Result<int> Intervals::of(ByteView packed_classes, int otherwise) const {
  if (by_class_.empty()) return otherwise;
  MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(*field_, packed_classes));
  std::optional<int> shortest;
  for (const Bytes& one : packed) {
    MQ_TRY(const model::Value value, model::decode_value(*field_, one));
    const auto* number = std::get_if<std::int64_t>(&value);
    const auto found = number == nullptr ? by_class_.end() : by_class_.find(*number);
    if (found == by_class_.end()) continue;
    shortest = std::min(shortest.value_or(found->second), found->second);
  }
  return shortest.value_or(otherwise);
}

std::vector<std::pair<std::string, int>> Intervals::all() const {
  std::vector<std::pair<std::string, int>> out;
  for (const auto& [number, days] : by_class_) {
    out.emplace_back(model::format_value(*field_, number), days);
  }
  return out;
}

}  // namespace mq::work
