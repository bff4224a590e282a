#include "mq/work/device_unlock.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "minqing/model/v1/diary.pb.h"
#include "mq/work/directory.h"

namespace mq::work {

using U = ::minqing::model::v1::DeviceUnlock;

namespace {

const model::Entity& entity_of(const Workplace& place) {
  return *place.vault.schema().entity("DeviceUnlock");
}

std::optional<Date> date_of(const vault::RowData& data, std::uint32_t field) {
  const vault::Cell* cell = data.cell(field);
  const auto* days = cell == nullptr ? nullptr : std::get_if<std::int64_t>(&cell->value);
  if (days == nullptr) return std::nullopt;
  return Date{static_cast<std::int32_t>(*days)};
}

std::optional<DeviceId> device_of(const vault::RowData& data) {
  const vault::Cell* cell = data.cell(U::kDeviceFieldNumber);
  const auto* bytes = cell == nullptr ? nullptr : std::get_if<Bytes>(&cell->value);
  return bytes == nullptr ? std::nullopt : DeviceId::from(*bytes);
}

struct Written {
  Hlc hlc;
  DeviceUnlock unlock;
};

// What the device itself says of its code in that row; nothing if others wrote over it.
Result<std::optional<Written>> read_row(const Workplace& place, const RowId& row) {
  std::optional<Written> out;
  const std::uint32_t entity = entity_of(place).number;
  MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(entity, row));
  const auto device = data ? device_of(*data) : std::nullopt;
  if (!device) return out;
  MQ_TRY(const std::vector<vault::Claim> claims,
         place.vault.claims(entity, row, U::kSealedFieldNumber));
  for (const vault::Claim& claim : claims) {
    const auto* sealed = std::get_if<Bytes>(&claim.value);
    if (claim.device != *device || sealed == nullptr) continue;
    if (out && claim.hlc < out->hlc) continue;
    out = Written{claim.hlc,
                  {*device, *sealed, date_of(*data, U::kMadeOnFieldNumber).value_or(Date{}),
                   date_of(*data, U::kUsedOnFieldNumber)}};
  }
  return out;
}

bool is_diary_of(const PersonId& person, const vault::StreamInfo* stream) {
  return stream != nullptr && stream->kind == wire::pb::STREAM_KIND_DIARY &&
         std::ranges::equal(stream->owner, person.data);
}

// Rows in that person's diary; in anybody else's they are not his word.
Result<std::vector<RowId>> rows_of(const Workplace& place, const PersonId& person) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, stream FROM \"device_unlock\" WHERE deleted = 0 ORDER BY id"));
  std::vector<RowId> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    if (!is_diary_of(person, place.vault.stream(q.integer(1)))) continue;
    out.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
  }
}

// Whoever is handed the key of the diary in which the code travels; an admin's device that was not
// compared yet is not. Nothing: there is no diary yet, so nothing travels.
std::optional<std::set<Bytes>> diary_readers(const wire::ControlState& control,
                                             const DeviceId& own) {
  std::optional<std::set<Bytes>> out;
  const wire::DeviceRecord* device = control.device(own);
  for (const wire::StreamRecord& stream : control.streams()) {
    const bool his = stream.kind == wire::pb::STREAM_KIND_DIARY && device != nullptr &&
                     std::ranges::equal(stream.owner, device->person.data);
    if (!his) continue;
    out.emplace();
    for (const auto& [name, key] : control.recipients(stream.id)) out->insert(name);
  }
  return out;
}

}  // namespace

seal::EscrowHolders unlock_holders(const wire::ControlState& control, const DeviceId& own) {
  seal::EscrowHolders out;
  const auto readers = diary_readers(control, own);
  for (const wire::DeviceRecord* device : control.admin_devices(control.head_seq())) {
    if (device->id == own || out.size() + 1 >= seal::kEscrowHoldersMax) continue;
    if (readers && !readers->contains(to_bytes(device->id.view()))) continue;
    out.emplace_back(to_bytes(device->id.view()), device->box_key);
  }
  if (const wire::RecoveryRecord* recovery = control.recovery()) {
    out.emplace_back(wire::recovery_recipient(recovery->box_key), recovery->box_key);
  }
  return out;
}

Result<std::vector<DeviceUnlock>> device_unlocks(const Workplace& place, const PersonId& person) {
  std::map<DeviceId, Written> newest;
  MQ_TRY(const std::vector<RowId> rows, rows_of(place, person));
  for (const RowId& row : rows) {
    MQ_TRY(std::optional<Written> written, read_row(place, row));
    if (!written) continue;
    const wire::DeviceRecord* device = place.control.device(written->unlock.device);
    const bool live = device != nullptr && device->person == person &&
                      device->span.holds_at(place.control.head_seq());
    if (!live) continue;
    const auto at = newest.find(written->unlock.device);
    if (at != newest.end() && written->hlc < at->second.hlc) continue;
    const DeviceId name = written->unlock.device;
    newest.insert_or_assign(name, *std::move(written));
  }
  std::vector<DeviceUnlock> out;
  for (auto& [device, written] : newest) out.push_back(std::move(written.unlock));
  return out;
}

Status keep_device_unlock(const Workplace& place, const RowId& row, const DeviceUnlock& unlock) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::StreamIx stream, Directory(place).diary_stream());
  vault::Draft draft{stream, {}};
  const auto set = [&](std::uint32_t field, model::Value value) {
    vault::Change change;
    change.entity = entity_of(place).number;
    change.row = row;
    change.field = field;
    change.value = std::move(value);
    draft.changes.push_back(std::move(change));
  };
  set(U::kDeviceFieldNumber, to_bytes(unlock.device.view()));
  set(U::kSealedFieldNumber, unlock.sealed);
  set(U::kMadeOnFieldNumber, std::int64_t{unlock.made_on.days});
  if (unlock.used_on) set(U::kUsedOnFieldNumber, std::int64_t{unlock.used_on->days});
  MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Result<bool> stands(const Workplace& place, const RowId& row, const DeviceUnlock& unlock) {
  MQ_TRY(const std::vector<vault::Claim> claims,
         place.vault.claims(entity_of(place).number, row, U::kSealedFieldNumber));
  MQ_TRY(const std::optional<Written> written, read_row(place, row));
  return claims.size() == 1 && written && written->unlock.sealed == unlock.sealed &&
         written->unlock.device == unlock.device && written->unlock.used_on == unlock.used_on;
}

}  // namespace mq::work
