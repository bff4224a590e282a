#include "fuzz/front_door.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "messages.h"

namespace mq::fuzz {

using testing::MemoryStore;
using testing::put;

namespace {

constexpr std::size_t kPushBytesMax = 64u << 10;
// Parts and late boxes stay within one exchange; answers to what was pushed come on top.
constexpr std::size_t kReplyBytesMax = 4u << 20;

server::ServiceOptions options() {
  server::ServiceOptions out;
  out.loopback = true;
  out.push_bytes_max = kPushBytesMax;
  // What one input brought must not decide what the next may bring.
  out.quota_bytes_per_hour = std::numeric_limits<std::uint64_t>::max();
  return out;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kControlAppend:
      return "ControlAppend";
    case Method::kControlRead:
      return "ControlRead";
    case Method::kFound:
      return "Found";
    case Method::kWatch:
      return "Watch";
    default:
      return "Exchange";
  }
}

void claim(bool holds) {
  if (!holds) std::abort();
}

template <class Map>
std::size_t elements(const Map& map) {
  std::size_t count = map.size();
  for (const auto& [key, list] : map) count += list.size();
  return count;
}

bool same(const MemoryStore::Data& a, const MemoryStore::Data& b) {
  return elements(a.control) == elements(b.control) && elements(a.streams) == elements(b.streams) &&
         elements(a.late) == elements(b.late) && elements(a.receipts) == elements(b.receipts) &&
         a.settings == b.settings;
}

}  // namespace

FrontDoor::FrontDoor()
    : county_(options()),
      open_(county_.town.new_invite()),
      used_(county_.town.new_invite()),
      revoked_(county_.town.new_holder({})),
      joining_(newcomer_.new_holder({})) {
  prepare();
  clean_ = county_.memory.copy();
}

// A cadre's work, a pair of invitations, a device cut off with its later work in the late box.
void FrontDoor::prepare() {
  testing::Town& town = county_.town;
  testing::Chain late(town, revoked_, county_.village);
  revoked_ = town.add_holder(pb::ROLE_KIND_CADRE, {county_.village});
  joining_.person = town.add_person();
  open_ = town.add_invite(joining_.person, pb::ROLE_KIND_CADRE, {county_.village});
  const PersonId person = town.add_person();
  used_ = town.add_invite(person, pb::ROLE_KIND_CADRE, {county_.village});
  static_cast<void>(town.join(used_, person));
  claim(county_.found().ok());
  late.knows = town.state.head_seq();
  pb::ControlBody cut;
  put(cut.mutable_revoke()->mutable_device(), revoked_.id.view());
  claim(town.append(cut).ok() && county_.bring_log().ok());

  testing::Chain chain = county_.chain();
  for (int i = 0; i < 4; ++i) sent_.push_back(chain.next());
  for (int i = 0; i < 3; ++i) next_.push_back(chain.next());
  std::vector<wire::Envelope> brought = sent_;
  brought.push_back(late.next());
  const pb::ExchangeReply reply = county_.push(brought);
  claim(reply.receipts_size() == 2 && reply.results(4).code() == pb::PUSH_CODE_LATE);
  receipt_ = reply.receipts(0);
  newcomer_.root = wire::SigningKey::from_seed(town.root.seed().clone());
  newcomer_.server = wire::SigningKey::from_seed(town.server.seed().clone());
}

FrontDoor::Speaker FrontDoor::speaker(Voice voice) const {
  const auto bytes = [](ByteView id) { return to_bytes(id); };
  switch (voice) {
    case Voice::kCadre:
      return {bytes(county_.cadre.id.view()), &county_.cadre.sign, &county_.cadre.person};
    case Voice::kInvited:
      return {bytes(open_.id.view()), &open_.keys.sign};
    case Voice::kClaimant:
      return {bytes(used_.id.view()), &used_.keys.sign};
    case Voice::kRevoked:
      return {bytes(revoked_.id.view()), &revoked_.sign};
    case Voice::kNewcomer:
      return {bytes(newcomer_.founder.id.view()), &newcomer_.founder.sign};
    default:
      return {bytes(county_.town.founder.id.view()), &county_.town.founder.sign,
              &county_.town.founder.person};
  }
}

pb::SignedRequest FrontDoor::request_of(Voice voice, Method method, const std::string& body) const {
  const Speaker who = speaker(voice);
  const bool other = voice == Voice::kNewcomer;
  pb::SignedRequest out = testing::signed_request(other ? newcomer_ : county_.town, who.id,
                                                  *who.key, name_of(method), body);
  return out;
}

// Whether anybody with a right to be here has signed it.
bool FrontDoor::genuine(const pb::SignedRequest& request, Method method) const {
  const auto signature = server::id_of<Signature>(request.signature());
  if (!signature) return false;
  const Bytes bytes = wire::request_signed_bytes(
      wire::server_id(county_.town.server.public_key()), county_.town.state.township(),
      view_of(request.device()), name_of(method), view_of(request.body()),
      WallTime{static_cast<std::int64_t>(request.time_ms())});
  for (std::uint8_t voice = 1; voice < kVoices; ++voice) {
    const Speaker who = speaker(static_cast<Voice>(voice));
    if (wire::verify(who.key->public_key(), "mq/r1", bytes, *signature)) return true;
  }
  return false;
}

bool FrontDoor::changed() const { return !same(county_.memory.copy(), clean_); }

template <class Reply>
void FrontDoor::check_answer(const Result<Reply>& reply) const {
  if (!reply.ok()) return claim(!reply.error().zh.empty() && !reply.error().en.empty());
  claim(reply->ByteSizeLong() <= kReplyBytesMax);
}

// What is given is what the speaker may read; the size is refused before a byte is parsed.
void FrontDoor::exchange(Voice voice, const pb::SignedRequest& request) {
  const auto reply = county_.service->exchange(request);
  check_answer(reply);
  if (request.body().size() > kPushBytesMax + (64u << 10)) {
    claim(!reply.ok() && reply.error().code == Code::kExhausted);
  }
  if (!reply.ok()) return;
  pb::ExchangeRequest asked;
  claim(asked.ParseFromString(request.body()));
  claim(reply->results_size() == asked.push_size());
  if (voice == Voice::kNobody) return;
  const Speaker who = speaker(voice);
  const wire::ControlState& log = county_.town.state;
  for (const pb::StreamPart& part : reply->parts()) {
    const wire::StreamRecord* stream = log.stream_by_ordinal(part.stream());
    claim(stream != nullptr && who.person != nullptr);
    claim(log.may_read(*who.person, stream->id, log.head_seq()));
  }
  claim(voice == Voice::kFounder || reply->late().empty());
}

void FrontDoor::call(Voice voice, Method method, const pb::SignedRequest& request) {
  server::Service& service = *county_.service;
  switch (method) {
    case Method::kControlAppend:
      return check_answer(service.control_append(request));
    case Method::kControlRead:
      return check_answer(service.control_read(request));
    case Method::kFound:
      return check_answer(service.found(request));
    case Method::kFindInvite: {
      pb::FindInviteRequest find;
      if (find.ParseFromString(request.body())) check_answer(service.find_invite(find));
      return;
    }
    case Method::kInfo: {
      pb::InfoRequest info;
      if (info.ParseFromString(request.body())) check_answer(service.info(info));
      return;
    }
    case Method::kWatch: {
      const auto counter = service.watch_counter(request);
      return claim(counter.ok() || !counter.error().en.empty());
    }
    default:
      return exchange(voice, request);
  }
}

void FrontDoor::offer(ByteView input) {
  if (input.size() < 2) return;
  const auto voice = static_cast<Voice>(input[0] % kVoices);
  const auto method = static_cast<Method>((input[1] & ~kMended) % kMethods);
  std::string body = to_string(input.subspan(2));
  pb::SignedRequest request;
  if (voice == Voice::kNobody) {
    if (!request.ParseFromString(body)) return;
  } else {
    if ((input[1] & kMended) != 0) body = mended(voice, method, body);
    request = request_of(voice, method, body);
  }
  call(voice, method, request);
  if (!changed()) return;
  claim(method == Method::kFound || genuine(request, method));
  const auto faults = county_.memory.check();
  claim(faults.ok() && faults->empty());
  county_.memory.restore(clean_);
  county_.restart();
}

}  // namespace mq::fuzz
