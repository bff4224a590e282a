// What a stranger cannot sign, signed: so that the checks behind the signatures are met as well.
#include "fuzz/front_door.h"
#include "messages.h"

namespace mq::fuzz {

using testing::put;

void FrontDoor::mend(pb::Envelope& envelope) const {
  auto header = wire::EnvelopeHeader::parse(view_of(envelope.header()));
  if (!header.ok() || envelope.ct().empty()) return;
  const testing::Town& town = county_.town;
  if (header->control_seq <= town.state.head_seq()) {
    header->control_head = town.state.head_at(header->control_seq);
  }
  const testing::Holder* by = &county_.cadre;
  for (const testing::Holder* each : {&town.founder, &revoked_}) {
    if (header->device == each->id) by = each;
  }
  header->device = by->id;
  envelope =
      testing::to_message(wire::sign_envelope(*header, to_bytes(view_of(envelope.ct())), by->sign));
}

void FrontDoor::mend(pb::Receipt& receipt) const {
  auto parsed = wire::receipt_of(receipt);
  if (!parsed) return;
  const auto generation = clean_.settings.find(server::kGenerationSetting);
  if (generation != clean_.settings.end()) {
    parsed->generation = *wire::Generation::from(generation->second);
  }
  receipt = wire::to_message(
      wire::sign_receipt(*parsed, county_.town.state.township(), county_.town.server));
}

void FrontDoor::mend(Voice voice, pb::ControlEntry& entry, pb::ControlBody body) const {
  const std::string record = entry.key_record();
  if (!record.empty())
    put(body.mutable_key_record_hash(), wire::key_record_hash(view_of(record)).view());
  const Speaker who = speaker(voice);
  put(body.mutable_author(), who.id);
  if (body.has_device()) {
    pb::Device& device = *body.mutable_device();
    put(device.mutable_invite(), who.id);
    put(device.mutable_person(), joining_.person.view());
    put(device.mutable_sign_key(), joining_.sign.public_key().view());
  }
  if (body.has_genesis()) {
    put(body.mutable_genesis()->mutable_county_root(), newcomer_.root.public_key().view());
    put(body.mutable_genesis()->mutable_server_key(), newcomer_.server.public_key().view());
    pb::Device& device = *body.mutable_genesis()->mutable_device();
    put(device.mutable_device(), who.id);
    put(device.mutable_sign_key(), who.key->public_key().view());
  }
  const bool genesis = body.has_genesis();
  const bool device = body.has_device();
  entry = wire::sign_control(std::move(body), *who.key);
  if (genesis) wire::co_sign_control(entry, newcomer_.root);
  if (device) wire::co_sign_control(entry, joining_.sign);
  if (!record.empty()) entry.set_key_record(record);
}

// One after the other behind the head, as one batch if there are several.
template <class Entries>
void FrontDoor::mend_log(Voice voice, Entries& entries) const {
  const bool founds = voice == Voice::kNewcomer;
  const wire::ControlState& state = county_.town.state;
  std::uint32_t seq = founds ? 0 : state.head_seq();
  Hash prev = founds ? Hash{} : state.head();
  int left = entries.size();
  for (pb::ControlEntry& entry : entries) {
    --left;
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body())) return;
    body.set_version(1);
    body.set_seq(++seq);
    put(body.mutable_prev(), prev.view());
    put(body.mutable_township(),
        founds ? newcomer_.state.township().view() : state.township().view());
    if (entries.size() > 1) {
      body.set_batch(std::string(16, 'b'));
      body.set_batch_left(static_cast<std::uint32_t>(left));
    }
    mend(voice, entry, std::move(body));
    prev = wire::control_hash(view_of(entry.body()));
  }
}

std::string FrontDoor::mended(Voice voice, Method method, const std::string& body) const {
  pb::ExchangeRequest exchange;
  if (method == Method::kExchange && exchange.ParseFromString(body)) {
    for (pb::Envelope& envelope : *exchange.mutable_push()) mend(envelope);
    for (pb::Receipt& receipt : *exchange.mutable_show()) mend(receipt);
    return exchange.SerializeAsString();
  }
  pb::ControlAppendRequest append;
  if (method == Method::kControlAppend && append.ParseFromString(body)) {
    put(append.mutable_expected_head(), county_.town.state.head().view());
    mend_log(voice, *append.mutable_entries());
    return append.SerializeAsString();
  }
  pb::FoundRequest found;
  if (method == Method::kFound && found.ParseFromString(body)) {
    mend_log(voice, *found.mutable_entries());
    return found.SerializeAsString();
  }
  return body;
}

}  // namespace mq::fuzz
