// Good and nearly good requests: what the county's own devices, its invitations and a newcomer say.
#include "fuzz/front_door.h"
#include "fuzz/seeds.h"

namespace mq::fuzz {

using testing::put;

namespace {

Bytes input(Voice voice, Method method, const std::string& body, bool mended = false) {
  Bytes out = {
      static_cast<std::uint8_t>(voice),
      static_cast<std::uint8_t>(static_cast<std::uint8_t>(method) | (mended ? kMended : 0))};
  const Bytes rest = to_bytes(body);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace

// The next envelopes, a gap, a duplicate, a fork, with a cursor for every stream.
pb::ExchangeRequest FrontDoor::work() const {
  pb::ExchangeRequest request = county_.request_for(next_);
  request.set_control_seq(county_.town.state.head_seq());
  for (const StreamId& stream : {county_.township, county_.village}) {
    pb::Cursor& cursor = *request.add_cursors();
    cursor.set_stream(county_.ordinal(stream));
    *request.add_late() = cursor;
  }
  return request;
}

void FrontDoor::add_exchanges(std::vector<Bytes>& out) const {
  pb::ExchangeRequest shows = work();
  *shows.add_show() = receipt_;
  pb::ExchangeRequest mixed = county_.request_for({sent_[1], next_[2], next_[0]});
  wire::Envelope fork = sent_.back();
  fork.ct.back() ^= 1;
  *mixed.add_push() = testing::to_message(fork);
  pb::ExchangeRequest lost;
  pb::Receipt beyond = receipt_;
  beyond.set_index(beyond.index() + 3);
  *lost.add_show() = beyond;
  for (const auto& request : {work(), shows, mixed, lost}) {
    const std::string body = request.SerializeAsString();
    for (const Voice voice : {Voice::kCadre, Voice::kFounder, Voice::kRevoked, Voice::kInvited}) {
      out.push_back(input(voice, Method::kExchange, body));
    }
    out.push_back(input(Voice::kCadre, Method::kExchange, body, true));
    out.push_back(input(Voice::kNobody, Method::kExchange,
                        request_of(Voice::kCadre, Method::kExchange, body).SerializeAsString()));
  }
}

void FrontDoor::add_appends(std::vector<Bytes>& out) const {
  testing::Town next(true, 3);
  const auto village = random_id<StreamId>(next.random);
  const auto person = random_id<PersonId>(next.random);
  pb::ControlAppendRequest append;
  put(append.mutable_expected_head(), county_.town.state.head().view());
  pb::ControlAppendRequest joins = append;
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), county_.cadre.id.view());
  const pb::KeyRecord record = county_.town.rotate_record(county_.village);
  for (const pb::ControlBody& body :
       {testing::person_body(person), testing::stream_body(village, pb::STREAM_KIND_VILLAGE),
        testing::role_body(county_.cadre.person, pb::ROLE_KIND_DESK), revoke}) {
    *append.add_entries() = county_.town.by(county_.town.founder, body).front();
  }
  *append.add_entries() =
      county_.town.by(county_.town.founder, county_.town.rotate_body(county_.village), &record)
          .front();
  for (const auto& entry : county_.town.log) {
    pb::ControlBody body;
    if (body.ParseFromString(entry.body()) && body.has_device()) *joins.add_entries() = entry;
  }
  const std::string body = append.SerializeAsString();
  out.push_back(input(Voice::kFounder, Method::kControlAppend, body));
  out.push_back(input(Voice::kFounder, Method::kControlAppend, body, true));
  for (int i = 0; i < append.entries_size(); ++i) {
    pb::ControlAppendRequest one;
    *one.add_entries() = append.entries(i);
    out.push_back(input(Voice::kFounder, Method::kControlAppend, one.SerializeAsString(), true));
  }
  for (const Voice voice : {Voice::kInvited, Voice::kClaimant, Voice::kCadre, Voice::kRevoked}) {
    out.push_back(input(voice, Method::kControlAppend, joins.SerializeAsString(), true));
  }
}

std::string FrontDoor::founding() const {
  pb::FoundRequest request;
  request.set_code("ABCD-EFGH");
  *request.add_entries() = newcomer_.log.front();
  return request.SerializeAsString();
}

void FrontDoor::add_others(std::vector<Bytes>& out) const {
  pb::ControlReadRequest read;
  read.set_after_seq(2);
  for (std::uint8_t voice = 1; voice < kVoices; ++voice) {
    out.push_back(input(Voice{voice}, Method::kControlRead, read.SerializeAsString()));
    out.push_back(input(Voice{voice}, Method::kWatch, ""));
  }
  out.push_back(input(Voice::kNewcomer, Method::kFound, founding()));
  out.push_back(input(Voice::kNewcomer, Method::kFound, founding(), true));
  out.push_back(
      input(Voice::kNobody, Method::kFound,
            request_of(Voice::kNewcomer, Method::kFound, founding()).SerializeAsString()));
  pb::FindInviteRequest find;
  put(find.mutable_invite(), open_.id.view());
  out.push_back(input(Voice::kCadre, Method::kFindInvite, find.SerializeAsString()));
  pb::InfoRequest info;
  info.set_nonce("a nonce of mine");
  out.push_back(input(Voice::kCadre, Method::kInfo, info.SerializeAsString()));
}

std::vector<Bytes> FrontDoor::seeds() const {
  std::vector<Bytes> out;
  add_exchanges(out);
  add_appends(out);
  add_others(out);
  return out;
}

std::vector<Bytes> seeds() { return FrontDoor().seeds(); }

}  // namespace mq::fuzz
