// Founding, the control log over requests, invitations, and who may ask at all.
#include "server/county.h"

namespace mq::testing {
namespace {

class ControlLog : public ::testing::Test {
 protected:
  Result<pb::ControlReadReply> read_as(ByteView id, const wire::SigningKey& key,
                                       std::uint32_t after = 0) {
    pb::ControlReadRequest request;
    request.set_after_seq(after);
    return county_.service->control_read(signed_request(county_.town, id, key, "ControlRead",
                                                        request.SerializeAsString(),
                                                        county_.clock.wall().ms));
  }
  std::uint32_t server_seq() {
    return read_as(county_.town.founder.id.view(), county_.town.founder.sign)->head_seq();
  }

  County county_;
};

TEST_F(ControlLog, ATownshipIsFoundedAndItsLogReadBack) {
  ASSERT_TRUE(county_.found().ok());
  const Holder& cadre = county_.cadre;
  const auto all = read_as(cadre.id.view(), cadre.sign);
  ASSERT_TRUE(all.ok());
  wire::ControlState state;
  ASSERT_TRUE(state.apply({all->entries().begin(), all->entries().end()}).ok());
  EXPECT_EQ(state.head(), county_.town.state.head());
  EXPECT_EQ(read_as(cadre.id.view(), cadre.sign, all->head_seq() - 1)->entries_size(), 1);
}

TEST_F(ControlLog, ARestartChangesNothing) {
  ASSERT_TRUE(county_.found().ok());
  county_.restart();
  EXPECT_EQ(server_seq(), county_.town.state.head_seq());
}

TEST_F(ControlLog, FoundingTwiceWithTheSameEntriesIsOneFounding) {
  ASSERT_TRUE(county_.found().ok());
  const auto again = county_.found();
  ASSERT_TRUE(again.ok()) << again.error().en;
  EXPECT_EQ(server_seq(), county_.town.state.head_seq());
}

TEST_F(ControlLog, ASecondTownshipNeedsTheSameCountyRoot) {
  ASSERT_TRUE(county_.found().ok());
  Town other(true, 2);
  pb::FoundRequest request;
  *request.add_entries() = other.log.front();
  const auto founded = county_.service->found([&] {
    // Signed for this server, whose key the other county does not have in its genesis.
    pb::SignedRequest out;
    const std::string body = request.SerializeAsString();
    put(out.mutable_township(), other.state.township().view());
    put(out.mutable_device(), other.founder.id.view());
    out.set_time_ms(static_cast<std::uint64_t>(kTownDay));
    out.set_body(body);
    const Bytes bytes = wire::request_signed_bytes(
        wire::server_id(county_.town.server.public_key()), other.state.township(),
        other.founder.id.view(), "Found", view_of(body), WallTime{kTownDay});
    put(out.mutable_signature(), other.founder.sign.sign("mq/r1", bytes).view());
    return out;
  }());
  EXPECT_EQ(founded.error().code, Code::kNotAllowed);
}

TEST(Founding, NeedsTheCodePrintedAtFirstStartUnlessOnLoopback) {
  County county({.loopback = false});
  const std::string code = county.service->enrolment_code();
  ASSERT_EQ(code.size(), 19u);
  county.restart();
  EXPECT_EQ(county.service->enrolment_code(), code) << "the same until it is used";
  EXPECT_EQ(county.found().error().code, Code::kNotAllowed);
  EXPECT_EQ(county.found("0000-0000-0000-0000").error().code, Code::kNotAllowed);
  std::string typed = code;
  for (char& c : typed) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_TRUE(county.found(typed).ok());
  EXPECT_TRUE(county.service->enrolment_code().empty());
  county.restart();
  EXPECT_TRUE(county.service->enrolment_code().empty());
}

TEST(Founding, AGenesisForAnotherServerIsRefused) {
  County county;
  SimRandom random(5);
  ASSERT_TRUE(
      county.memory.set_setting("server_seed", wire::SigningKey::generate(random).seed().view())
          .ok());
  county.restart();
  EXPECT_FALSE(county.found().ok());
}

TEST_F(ControlLog, AnAppendAgainstAnOldHeadSaysWhereTheLogStands) {
  ASSERT_TRUE(county_.found().ok());
  const Hash old_head = county_.town.state.head();
  const Entries late = county_.town.by(county_.town.founder, person_body(PersonId{{1}}));
  county_.town.add_person();
  ASSERT_TRUE(county_.bring_log().ok());
  const auto reply =
      county_.append_as(county_.town.founder.id.view(), county_.town.founder.sign, old_head, late);
  ASSERT_TRUE(reply.ok());
  EXPECT_FALSE(reply->appended());
  EXPECT_EQ(reply->head_seq(), county_.town.state.head_seq());
}

TEST_F(ControlLog, AnAppendWhoseAnswerWasLostIsDoneOnce) {
  ASSERT_TRUE(county_.found().ok());
  const Hash before = county_.town.state.head();
  county_.town.add_person();
  const Entries entries = {county_.town.log.back()};
  for (int times = 0; times < 2; ++times) {
    const auto reply = county_.append_as(county_.town.founder.id.view(), county_.town.founder.sign,
                                         before, entries);
    ASSERT_TRUE(reply.ok());
    EXPECT_TRUE(reply->appended());
  }
  EXPECT_EQ(server_seq(), county_.town.state.head_seq());
}

TEST_F(ControlLog, AnEntryThatItsAuthorMayNotWriteIsRefusedAndNotKept) {
  ASSERT_TRUE(county_.found().ok());
  const Entries entries = county_.town.by(county_.cadre, person_body(PersonId{{1}}));
  const auto reply = county_.append_as(county_.cadre.id.view(), county_.cadre.sign,
                                       county_.town.state.head(), entries);
  EXPECT_EQ(reply.error().code, Code::kNotAllowed);
  EXPECT_EQ(server_seq(), county_.town.state.head_seq());
}

TEST_F(ControlLog, HalfABatchIsRefusedSinceItWouldBlockEverybody) {
  ASSERT_TRUE(county_.found().ok());
  wire::ControlDraft draft(county_.town.state, county_.town.founder.id.view(), WallTime{kTownDay},
                           2, GroupId{{7}});
  draft.add(person_body(PersonId{{1}}), county_.town.founder.sign);
  draft.add(person_body(PersonId{{2}}), county_.town.founder.sign);
  Entries half = draft.take();
  half.pop_back();
  const auto reply = county_.append_as(county_.town.founder.id.view(), county_.town.founder.sign,
                                       county_.town.state.head(), half);
  EXPECT_EQ(reply.error().code, Code::kInvalidInput);
  county_.town.add_person();
  EXPECT_TRUE(county_.bring_log()->appended());
}

// ---- requests

TEST_F(ControlLog, ATimeOutsideTheWindowIsUnauthenticatedAndInfoHasTheRightOne) {
  ASSERT_TRUE(county_.found().ok());
  for (const std::int64_t wrong :
       {kYear1970, kYear2099, kTownDay + 5 * 60'000 + 1, kTownDay - 5 * 60'000 - 1}) {
    const auto reply = county_.service->exchange(signed_request(
        county_.town, county_.cadre.id.view(), county_.cadre.sign, "Exchange", "", wrong));
    EXPECT_EQ(reply.error().code, Code::kUnauthenticated);
  }
  const auto edge = county_.service->exchange(signed_request(county_.town, county_.cadre.id.view(),
                                                             county_.cadre.sign, "Exchange", "",
                                                             kTownDay + 5 * 60'000));
  EXPECT_TRUE(edge.ok());
  EXPECT_EQ(county_.service->info({})->time_ms(), static_cast<std::uint64_t>(kTownDay));
}

TEST_F(ControlLog, ASignatureForAnotherMethodBodyOrKeyIsRefused) {
  ASSERT_TRUE(county_.found().ok());
  const Holder& cadre = county_.cadre;
  const auto code_of = [&](const pb::SignedRequest& request) {
    const auto reply = county_.service->exchange(request);
    return reply.ok() ? Code::kInternal : reply.error().code;
  };
  const auto sign = [&](const wire::SigningKey& key, const char* method) {
    return signed_request(county_.town, cadre.id.view(), key, method, "");
  };
  EXPECT_EQ(code_of(sign(cadre.sign, "ControlRead")), Code::kUnauthenticated);
  EXPECT_EQ(code_of(sign(county_.town.founder.sign, "Exchange")), Code::kUnauthenticated);
  pb::SignedRequest altered = sign(cadre.sign, "Exchange");
  altered.set_body(std::string(2, '\x08'));
  EXPECT_EQ(code_of(altered), Code::kUnauthenticated);
  pb::SignedRequest stranger = sign(cadre.sign, "Exchange");
  stranger.mutable_device()->front() ^= 1;
  EXPECT_EQ(code_of(stranger), Code::kUnauthenticated);
  pb::SignedRequest elsewhere = sign(cadre.sign, "Exchange");
  elsewhere.mutable_township()->front() ^= 1;
  EXPECT_EQ(code_of(elsewhere), Code::kNotFound);
}

TEST_F(ControlLog, AReplayInsideTheWindowIsHarmless) {
  ASSERT_TRUE(county_.found().ok());
  Chain chain = county_.chain();
  const std::string body = county_.request_for({chain.next()}).SerializeAsString();
  const pb::SignedRequest request =
      signed_request(county_.town, county_.cadre.id.view(), county_.cadre.sign, "Exchange", body);
  ASSERT_TRUE(county_.service->exchange(request).ok());
  ASSERT_TRUE(county_.service->exchange(request).ok());
  EXPECT_EQ(county_.head(county_.village).index, 1u);
}

// ---- invitations

class Invitations : public ControlLog {
 protected:
  Invitations() {
    EXPECT_TRUE(county_.found().ok());
    person_ = county_.town.add_person();
    invited_.emplace(county_.town.add_invite(person_, pb::ROLE_KIND_CADRE, {county_.village}));
    EXPECT_TRUE(county_.bring_log().ok());
  }
  // As the program of the invited person does.
  Result<pb::ControlAppendReply> claim(const Holder& holder) {
    return county_.append_as(invited_->id.view(), invited_->keys.sign, county_.town.state.head(),
                             county_.town.device_entry(*invited_, holder));
  }
  pb::ExchangeReply idle(std::uint32_t alarms_seen = 0) {
    pb::ExchangeRequest request;
    request.set_alarms_seen(alarms_seen);
    return *county_.exchange(county_.town.founder, request);
  }

  PersonId person_;
  std::optional<Invited> invited_;
};

TEST_F(Invitations, AreFoundReadAndClaimedInOneContact) {
  pb::FindInviteRequest find;
  put(find.mutable_invite(), invited_->id.view());
  EXPECT_EQ(county_.service->find_invite(find)->township(),
            to_string(county_.town.state.township().view()));
  EXPECT_TRUE(read_as(invited_->id.view(), invited_->keys.sign).ok());
  const Holder holder = county_.town.new_holder(person_);
  const auto reply = claim(holder);
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  EXPECT_TRUE(reply->appended());
  EXPECT_TRUE(read_as(holder.id.view(), holder.sign).ok());
}

TEST_F(Invitations, AnUnknownOneIsNotFound) {
  pb::FindInviteRequest find;
  put(find.mutable_invite(), InviteId{{1}}.view());
  EXPECT_EQ(county_.service->find_invite(find).error().code, Code::kNotFound);
}

TEST_F(Invitations, TheSameClaimAgainIsTheLostAnswerAndNoAlarm) {
  const Holder holder = county_.town.new_holder(person_);
  const Entries entries = county_.town.device_entry(*invited_, holder);
  for (int times = 0; times < 2; ++times) {
    const auto reply = county_.append_as(invited_->id.view(), invited_->keys.sign,
                                         county_.town.state.head(), entries);
    ASSERT_TRUE(reply.ok());
    EXPECT_TRUE(reply->appended());
  }
  EXPECT_EQ(idle().alarms_size(), 0);
}

TEST_F(Invitations, ASecondClaimIsRefusedAndEverybodyHearsOfItAlsoAfterARestart) {
  const Hash head = county_.town.state.head();
  const Holder first = county_.town.new_holder(person_);
  const Entries stolen = county_.town.device_entry(*invited_, county_.town.new_holder(person_));
  ASSERT_TRUE(claim(first)->appended());
  const auto second = county_.append_as(invited_->id.view(), invited_->keys.sign, head, stolen);
  EXPECT_EQ(second.error().code, Code::kNotAllowed);
  county_.restart();
  const pb::ExchangeReply heard = idle();
  ASSERT_EQ(heard.alarms_size(), 1);
  EXPECT_EQ(heard.alarms(0).invite(), to_string(invited_->id.view()));
  EXPECT_EQ(idle(1).alarms_size(), 0) << "not told again to who has shown it";
}

TEST_F(Invitations, ReadingWithAUsedOneIsASecondClaimToo) {
  ASSERT_TRUE(claim(county_.town.new_holder(person_))->appended());
  EXPECT_EQ(read_as(invited_->id.view(), invited_->keys.sign).error().code, Code::kNotAllowed);
  EXPECT_EQ(idle().alarms_size(), 1);
}

TEST_F(Invitations, TheLastDayIsTheServersOwn) {
  county_.clock.set_wall(19'800ll * 86'400'000 + 15 * 3'600'000);  // 23:00 in Shanghai, last day
  EXPECT_TRUE(read_as(invited_->id.view(), invited_->keys.sign).ok());
  county_.clock.jump(std::chrono::hours(1));
  const auto expired = read_as(invited_->id.view(), invited_->keys.sign);
  EXPECT_EQ(expired.error().code, Code::kNotAllowed);
  EXPECT_NE(expired.error().en.find("expired"), std::string::npos);
  EXPECT_EQ(claim(county_.town.new_holder(person_)).error().code, Code::kNotAllowed);
}

TEST_F(Invitations, AnInvitationCanDoNothingButJoin) {
  const auto exchange = county_.service->exchange(
      signed_request(county_.town, invited_->id.view(), invited_->keys.sign, "Exchange", ""));
  EXPECT_EQ(exchange.error().code, Code::kNotAllowed);
  const auto append =
      county_.append_as(invited_->id.view(), invited_->keys.sign, county_.town.state.head(),
                        county_.town.by(county_.town.founder, person_body(PersonId{{1}})));
  EXPECT_EQ(append.error().code, Code::kNotAllowed);
}

// ---- a device that a restored server has forgotten

class Introduction : public Invitations {
 protected:
  // As the device itself, with the last `count` entries of a log that goes on beyond the server's.
  Result<pb::ControlAppendReply> introduce(const Holder& as, const wire::SigningKey& key,
                                           std::size_t count) {
    const Entries& log = county_.town.log;
    const Entries last(log.end() - static_cast<std::ptrdiff_t>(count), log.end());
    const auto before = static_cast<std::uint32_t>(log.size() - count);
    return county_.append_as(as.id.view(), key, county_.town.state.head_at(before), last);
  }
};

TEST_F(Introduction, MakesADeviceKnownByWhatItBrings) {
  const std::uint32_t before = server_seq();
  const Holder other = county_.town.add_holder(pb::ROLE_KIND_CADRE, {county_.village});
  const Holder holder = county_.town.join(*invited_, person_);
  const auto missing = county_.town.log.size() - before;
  EXPECT_EQ(introduce(holder, holder.sign, 1).error().code, Code::kUnauthenticated)
      << "not all that is missing";
  const auto reply = introduce(holder, holder.sign, missing + 3);
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  EXPECT_TRUE(reply->appended());
  EXPECT_EQ(reply->head_seq(), county_.town.state.head_seq());
  EXPECT_TRUE(read_as(holder.id.view(), holder.sign).ok());
  EXPECT_TRUE(read_as(other.id.view(), other.sign).ok());
}

TEST_F(Introduction, NeedsTheDevicesOwnKeyAndEntry) {
  const std::uint32_t before = server_seq();
  const Holder holder = county_.town.join(*invited_, person_);
  EXPECT_EQ(introduce(holder, county_.cadre.sign, 1).error().code, Code::kUnauthenticated);
  const Holder stranger = county_.town.new_holder(person_);
  EXPECT_EQ(introduce(stranger, stranger.sign, 1).error().code, Code::kUnauthenticated);
  pb::ControlEntry& entry = county_.town.log.back();
  entry.mutable_signature()->front() ^= 1;
  EXPECT_EQ(introduce(holder, holder.sign, 1).error().code, Code::kUnauthenticated);
  EXPECT_EQ(server_seq(), before);
  entry.mutable_signature()->front() ^= 1;
  EXPECT_TRUE(introduce(holder, holder.sign, 1).ok());
}

TEST_F(Introduction, ObeysTheLastDayAndOneUse) {
  const Hash head = county_.town.state.head();
  const Holder thief = county_.town.new_holder(person_);
  const Entries stolen = county_.town.device_entry(*invited_, thief);
  const Holder holder = county_.town.join(*invited_, person_);
  county_.clock.set_wall(19'802ll * 86'400'000);
  EXPECT_EQ(introduce(holder, holder.sign, 1).error().code, Code::kNotAllowed);
  county_.clock.set_wall(kTownDay);
  ASSERT_TRUE(introduce(holder, holder.sign, 1).ok());
  EXPECT_EQ(idle().alarms_size(), 0);
  const auto second = county_.append_as(thief.id.view(), thief.sign, head, stolen);
  EXPECT_EQ(second.error().code, Code::kNotAllowed);
  EXPECT_EQ(idle().alarms_size(), 1);
}

}  // namespace
}  // namespace mq::testing
