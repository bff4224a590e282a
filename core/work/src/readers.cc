#include "mq/work/readers.h"

#include <algorithm>
#include <map>
#include <set>

#include "mq/seal/labels.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace pb = wire::pb;

namespace {

void keep(std::vector<pb::RoleKind>& roles, pb::RoleKind kind) {
  if (std::ranges::find(roles, kind) == roles.end()) roles.push_back(kind);
}

// One recipient of a key, as the log knows it.
Reader reader_of(const wire::ControlState& control, const Bytes& recipient) {
  Reader reader;
  reader.recipients = {recipient};
  const auto device_id = DeviceId::from(recipient);
  const wire::DeviceRecord* device = device_id ? control.device(*device_id) : nullptr;
  if (device != nullptr) {
    reader.person = device->person;
    for (const wire::RoleRecord* role : control.roles_of(device->person)) {
      if (role->span.holds_at(control.head_seq())) keep(reader.roles, role->kind);
    }
    return reader;
  }
  const auto invite_id = InviteId::from(recipient);
  const wire::InviteRecord* invite = invite_id ? control.invite(*invite_id) : nullptr;
  reader.how = invite != nullptr ? ReaderHow::kInvited : ReaderHow::kRecovery;
  if (invite != nullptr) {
    reader.person = invite->person;
    reader.roles = {invite->role};
  }
  return reader;
}

// One entry for a person, however many devices he has.
void add(std::vector<Reader>& readers, Reader reader) {
  const auto same = std::ranges::find_if(readers, [&](const Reader& known) {
    return known.how == reader.how && known.person == reader.person;
  });
  if (same == readers.end()) {
    readers.push_back(std::move(reader));
    return;
  }
  same->recipients.push_back(std::move(reader.recipients.front()));
  for (const pb::RoleKind kind : reader.roles) keep(same->roles, kind);
}

// The states of the log, from `since` on, right before somebody's device, role or invitation ended:
// whoever ever held the present key was its recipient in one of them, or is now.
std::set<std::uint32_t> before_each_end(const wire::ControlState& control, std::uint32_t since) {
  std::set<std::uint32_t> out{since};
  const auto note = [&](const std::optional<std::uint32_t>& end) {
    if (end && *end > since) out.insert(*end - 1);
  };
  for (const wire::DeviceRecord& device : control.devices()) note(device.span.until);
  for (const wire::RoleRecord& role : control.roles()) note(role.span.until);
  for (const wire::InviteRecord& invite : control.invites()) note(invite.ended);
  return out;
}

// A used invitation lives on in its device.
bool became_a_device(const wire::ControlState& control, const Bytes& recipient) {
  const auto id = InviteId::from(recipient);
  const wire::InviteRecord* invite = id ? control.invite(*id) : nullptr;
  return invite != nullptr && invite->used_by.has_value();
}

void add_former(const wire::ControlState& control, const wire::StreamRecord& stream,
                std::set<Bytes> seen, std::vector<Reader>& readers) {
  if (stream.epochs.empty()) return;
  // A rotation's entry finds the recipients of the state before it.
  for (const std::uint32_t seq : before_each_end(control, stream.epochs.back().from - 1)) {
    for (const auto& [recipient, key] : control.recipients(stream.id, seq)) {
      if (!seen.insert(recipient).second || became_a_device(control, recipient)) continue;
      Reader reader = reader_of(control, recipient);
      reader.how = ReaderHow::kUntilRekeyed;
      add(readers, std::move(reader));
    }
  }
}

}  // namespace

std::vector<Reader> readers_of(const wire::ControlState& control, const StreamId& stream) {
  std::vector<Reader> readers;
  std::set<Bytes> now;
  for (const auto& [recipient, key] : control.recipients(stream)) {
    now.insert(recipient);
    add(readers, reader_of(control, recipient));
  }
  const wire::StreamRecord* record = control.stream(stream);
  if (record != nullptr) add_former(control, *record, std::move(now), readers);
  return readers;
}

Result<std::vector<Reader>> readers_of(const Workplace& place, const StreamId& stream) {
  std::vector<Reader> readers = readers_of(place.control, stream);
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  std::map<PersonId, std::string> names;
  for (const Cadre& cadre : cadres) {
    if (cadre.member) names[*cadre.member] = cadre.name;
  }
  MQ_TRY(const seal::Keyring keyring, seal::Keyring::load(place.vault));
  for (Reader& reader : readers) {
    if (!reader.person) continue;
    const auto listed = names.find(*reader.person);
    const wire::PersonRecord* person = place.control.person(*reader.person);
    if (listed != names.end()) {
      reader.name = listed->second;
    } else if (person != nullptr) {
      reader.name = seal::label_or_nothing(place.control, keyring, person->sealed_name);
    }
  }
  return readers;
}

std::optional<StreamId> private_stream_of(const wire::ControlState& control,
                                          const StreamId& village) {
  for (const wire::StreamRecord& stream : control.streams()) {
    const bool its = std::ranges::equal(stream.owner, village.view());
    if (stream.kind == pb::STREAM_KIND_PRIVATE && its) return stream.id;
  }
  return std::nullopt;
}

}  // namespace mq::work
