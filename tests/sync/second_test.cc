// The second signature, over a file: what it binds, who may give it, and when it is void.
#include <gtest/gtest.h>

#include "mq/sync/membership.h"
#include "sync/raw_entry.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

// Open for good: two admins' devices and a recovery kit stand.
class Signing : public ::testing::Test {
 protected:
  Signing() {
    founded = world.add_device("管理员").boot();
    SimDevice& device = *world.devices.front();
    const auto town = device.found("试验镇");
    MQ_ASSERT(founded.ok() && town.ok());
    root = town->county_root_seed.clone();
    second = &world.add_admin(device, "副镇长");
    wire::pb::ControlBody recovery;
    const auto box = seal::BoxKeyPair::generate(world.random).public_key();
    const auto sign = wire::SigningKey::generate(world.random).public_key();
    recovery.mutable_recovery()->set_box_key(to_field(box.view()));
    recovery.mutable_recovery()->set_sign_key(to_field(sign.view()));
    for (const char* sheet : {"1", "2", "3"}) {
      const Hash check = wire::hash("mq/test", {view_of(std::string(sheet))});
      recovery.mutable_recovery()->add_sheet_checks(to_field(check.view()));
    }
    wire::pb::ControlBody open;
    open.mutable_open();
    for (const auto& body : {recovery, open}) {
      const Status done = append_as_is(world, device, body);
      if (!done.ok()) ADD_FAILURE() << done.error().en;
    }
    EXPECT_FALSE(device.control().state().setup());
  }

  SimDevice& admin() { return *world.devices.front(); }
  sync::InviteOptions third() const {
    sync::InviteOptions invite;
    invite.role = wire::pb::ROLE_KIND_ADMIN;
    invite.name = "人大主席";
    invite.person = person;
    return invite;
  }
  sync::Proposal proposed() {
    auto proposal = sync::propose_invite(third(), admin().member());
    if (!proposal.ok()) ADD_FAILURE() << proposal.error().en;
    MQ_ASSERT(proposal.ok());
    return std::move(*proposal);
  }
  Code code_of(const Status& status) {
    return status.ok() ? Code::kUnsupported : status.error().code;
  }

  World world;
  Status founded;
  Key32 root;
  SimDevice* second = nullptr;
  PersonId person = random_id<PersonId>(world.random);
};

TEST_F(Signing, OneAloneInvitesNoAdminAndTwoDo) {
  const auto alone = sync::invite_members({third()}, admin().member());
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(alone.error().code, Code::kNotAllowed);
  const sync::Proposal proposal = proposed();
  EXPECT_EQ(admin().control().state().person(person), nullptr) << "nothing stands yet";
  const auto read =
      sync::read_proposal(proposal.file, second->control().state(), second->keyring());
  ASSERT_TRUE(read.ok()) << read.error().en;
  EXPECT_EQ(read->name, "人大主席");
  EXPECT_EQ(read->role, wire::pb::ROLE_KIND_ADMIN);
  EXPECT_EQ(read->by, admin().keyring().identity()->person);
  const Status done = sync::sign_proposal(proposal.file, nullptr, second->member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_TRUE(sync::sign_proposal(proposal.file, nullptr, second->member()).ok()) << "once more";
  SimDevice& device = world.add_device("人大主席");
  ASSERT_TRUE(device.boot().ok());
  const Status joined = device.join(proposal.code);
  ASSERT_TRUE(joined.ok()) << joined.error().en;
  EXPECT_EQ(device.keyring().identity()->person, person);
}

TEST_F(Signing, NobodySignsHisOwnAndTheCountyMay) {
  const sync::Proposal proposal = proposed();
  EXPECT_EQ(code_of(sync::sign_proposal(proposal.file, nullptr, admin().member())),
            Code::kNotAllowed);
  const auto key = wire::SigningKey::from_seed(root.clone());
  const Status done = sync::sign_proposal(proposal.file, &key, admin().member());
  EXPECT_TRUE(done.ok()) << done.error().en;
}

// The digits are drawn before anybody has read them out. If they differ, whoever stands between
// must have nothing of what the rotations and grants until he is stopped hand over.
TEST_F(Signing, DigitsThatNobodyFoundEqualBringNoKeys) {
  const sync::Proposal proposal = proposed();
  ASSERT_TRUE(sync::sign_proposal(proposal.file, nullptr, second->member()).ok());
  SimDevice& device = world.add_device("人大主席");
  ASSERT_TRUE(device.boot().ok());
  ASSERT_TRUE(device.join(proposal.code).ok());
  const DeviceId id = device.keyring().identity()->device;
  EXPECT_FALSE(sync::confirm_device(id, admin().member()).ok()) << "no digits to be equal";
  ASSERT_TRUE(sync::compare_device(id, admin().member()).ok());
  ASSERT_TRUE(sync::rotate_streams({}, admin().member()).ok());
  const auto granted = sync::grant_keys(person, admin().member());
  ASSERT_TRUE(granted.ok()) << granted.error().en;
  EXPECT_EQ(granted->uncompared, 1u);
  ASSERT_TRUE(device.sync_until_idle());
  const wire::ControlState& log = device.control().state();
  for (const wire::StreamRecord& stream : log.streams()) {
    EXPECT_EQ(device.keyring().newest_epoch(stream.id), 0u);
  }
  EXPECT_GT(sync::keys_missing(log, device.keyring()), 0u);
  ASSERT_TRUE(sync::confirm_device(id, admin().member()).ok());
  ASSERT_TRUE(sync::rotate_streams({}, admin().member()).ok());
  ASSERT_TRUE(device.sync_until_idle());
  EXPECT_EQ(sync::keys_missing(log, device.keyring()), 0u) << "from now on he is one of them";
}

// Two devices of one admin are one signature.
TEST_F(Signing, AnAdminCannotSignTwiceWithTwoDevices) {
  sync::InviteOptions again = third();
  again.name = "管理员";
  again.person = admin().keyring().identity()->person;
  const auto file = sync::propose_invite(again, admin().member());
  ASSERT_TRUE(file.ok()) << file.error().en;
  ASSERT_TRUE(sync::sign_proposal(file->file, nullptr, second->member()).ok());
  SimDevice& desk_top = world.add_device("管理员的另一台");
  ASSERT_TRUE(desk_top.boot().ok());
  ASSERT_TRUE(desk_top.join(file->code).ok());
  const sync::Proposal proposal = proposed();
  EXPECT_FALSE(sync::sign_proposal(proposal.file, nullptr, desk_top.member()).ok());
  EXPECT_EQ(desk_top.control().state().person(person), nullptr);
}

TEST_F(Signing, AStaleProposalIsRefusedWhole) {
  const sync::Proposal proposal = proposed();
  ASSERT_TRUE(sync::rotate_streams({}, second->member()).ok());
  EXPECT_EQ(code_of(sync::sign_proposal(proposal.file, nullptr, second->member())),
            Code::kConflict);
  EXPECT_EQ(second->control().state().person(person), nullptr);
  const sync::Proposal fresh = proposed();
  EXPECT_EQ(fresh.code, proposal.code) << "the same person, the same code";
  EXPECT_TRUE(sync::sign_proposal(fresh.file, nullptr, second->member()).ok());
}

TEST_F(Signing, WhatIsNoWholeProposalIsNeverSigned) {
  const Bytes whole = proposed().file;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const ByteView cut = ByteView(whole).first(size);
    EXPECT_FALSE(sync::sign_proposal(cut, nullptr, second->member()).ok()) << size;
  }
  for (std::size_t at = 12; at < whole.size(); at += 5) {
    Bytes bent = whole;
    bent[at] ^= 1;
    const Status done = sync::sign_proposal(bent, nullptr, second->member());
    EXPECT_FALSE(done.ok() && second->control().state().person(person) == nullptr) << at;
    ASSERT_EQ(second->control().state().invites().size(), 1u) << at;
  }
}

}  // namespace
}  // namespace mq::testing
