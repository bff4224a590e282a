#include "mq/sync/farewell.h"

#include <algorithm>

namespace mq::sync {
namespace {

// Own transactions of the stream that are not sealed, wait for a receipt, or have a late one.
Status count_own(vault::Vault& vault, Farewell& out) {
  const DeviceId device = vault.device().value_or(DeviceId{});
  MQ_TRY(
      sqlite::Query q,
      vault.database().query(
          "SELECT (SELECT count(*) FROM mq_pending WHERE rid >> 40 IN (SELECT ix FROM mq_line "
          "WHERE stream = ?1)), coalesce(sum((e.last_n - e.first_n + 1) * (e.receipt = 0)), 0), "
          "coalesce(sum((e.last_n - e.first_n + 1) * (e.receipt = 2)), 0) FROM mq_envelope e "
          "JOIN mq_line l ON l.ix = e.line WHERE l.stream = ?1 AND e.own = 1 AND l.device = ?2"));
  q.bind(1, out.stream).bind(2, device.view());
  MQ_TRY(const bool row, q.step());
  if (!row) return {};
  out.unsent = static_cast<std::uint64_t>(q.integer(0) + q.integer(1));
  out.late = static_cast<std::uint64_t>(q.integer(2));
  return {};
}

Result<bool> held(vault::Vault& vault, const seal::Keyring& keyring,
                  const vault::StreamInfo& info) {
  if (keyring.newest_epoch(info.id) != 0) return true;
  MQ_TRY(const std::vector<Hash> envelopes, vault.held(info.ix));
  return !envelopes.empty();
}

}  // namespace

Result<std::vector<Farewell>> farewells(vault::Vault& vault, const seal::Keyring& keyring,
                                        const ControlStore& control) {
  std::vector<Farewell> out;
  const wire::ControlState& log = control.state();
  const seal::Identity* me = keyring.identity();
  const wire::DeviceRecord* device = me != nullptr ? log.device(me->device) : nullptr;
  if (device == nullptr || device->span.until) return out;
  for (const vault::StreamInfo& info : vault.streams()) {
    const wire::StreamRecord* stream = log.stream(info.id);
    if (stream == nullptr || log.may_read(me->person, info.id, log.head_seq())) continue;
    MQ_TRY(const bool here, held(vault, keyring, info));
    if (!here) continue;
    Farewell farewell{info.ix, info.id, stream->kind, 0, 0};
    MQ_CHECK(count_own(vault, farewell));
    out.push_back(farewell);
  }
  return out;
}

Result<std::size_t> let_go(const std::vector<Farewell>& streams, vault::Vault& vault,
                           seal::Keyring& keyring, seal::Sealer& sealer) {
  const auto ready = [](const Farewell& each) { return each.unsent == 0; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(streams, ready));
  if (count == 0) return count;
  // First: no chain may begin a second time under one incarnation.
  MQ_CHECK(sealer.start_incarnation());
  std::vector<StreamId> gone;
  const auto drop = [&]() -> Status {
    for (const Farewell& each : streams) {
      if (!ready(each)) continue;
      MQ_CHECK(vault.drop_stream(each.stream));
      gone.push_back(each.id);
    }
    return keyring.forget(gone);
  };
  MQ_CHECK(vault.together(drop));
  return count;
}

}  // namespace mq::sync
