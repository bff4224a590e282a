// Unlock codes as members hand them over: whom they are sealed to, and whose word counts.
#include "mq/work/device_unlock.h"

#include "mq/sync/membership.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace pb = wire::pb;

class DeviceUnlockTest : public ::testing::Test {
 protected:
  DeviceUnlockTest() : cadre((town.with_people(), town.join("乙", {"鱼泉村"}, false))) {}

  SimDevice& join_as(pb::RoleKind role, const std::string& name) {
    SimDevice& desk = town.desk;
    sync::InviteOptions invite;
    invite.role = role;
    invite.name = name;
    invite.person = random_id<PersonId>(desk.random);
    const auto code = sync::invite_member(invite, desk.vault(), desk.keyring(), desk.control(),
                                          desk.network, desk.clock, desk.random);
    MQ_ASSERT(code.ok());
    SimDevice& device = town.world.add_device(name);
    MQ_ASSERT(device.boot().ok() && device.join(*code).ok());
    EXPECT_TRUE(town.world.settle());
    return device;
  }
  static const seal::Identity& me(SimDevice& device) { return *device.keyring().identity(); }
  // As a contact of that device does it.
  void hand_over(SimDevice& device, std::uint8_t code_byte) {
    const Workplace place = town.at(device);
    seal::UnlockSecret code;
    code.writable()[0] = code_byte;
    auto sealed = seal::seal_escrow(
        me(device).device, code, unlock_holders(place.control, me(device).device), device.random);
    ASSERT_TRUE(sealed.ok());
    ASSERT_TRUE(
        keep_device_unlock(place, row, {me(device).device, *sealed, Date{20'000}, {}}).ok());
    EXPECT_TRUE(town.world.settle());
  }
  // First bytes of the codes that the reader can open of those the person's devices handed over.
  std::vector<int> read_out(SimDevice& reader, const PersonId& person) {
    std::vector<int> out;
    const auto all = device_unlocks(town.at(reader), person);
    EXPECT_TRUE(all.ok());
    for (const DeviceUnlock& one : *all) {
      const auto code =
          seal::open_escrow(one.sealed, one.device, me(reader).device.view(), me(reader).box);
      out.push_back(code.ok() ? code->view()[0] : -1);
    }
    return out;
  }

  Township town;
  SimDevice& cadre;
  const RowId row = random_id<RowId>(town.desk.random);
};

TEST_F(DeviceUnlockTest, AnAdminReadsOutWhatTheMembersDeviceHandedOver) {
  EXPECT_THAT(read_out(town.desk, me(cadre).person), IsEmpty());
  hand_over(cadre, 7);
  EXPECT_THAT(read_out(town.desk, me(cadre).person), ElementsAre(7));
  hand_over(cadre, 8);
  EXPECT_THAT(read_out(town.desk, me(cadre).person), ElementsAre(8));
}

TEST_F(DeviceUnlockTest, TheDeskSeesItAndCannotOpenIt) {
  SimDevice& desk = join_as(pb::ROLE_KIND_DESK, "内勤");
  hand_over(cadre, 7);
  EXPECT_THAT(read_out(desk, me(cadre).person), ElementsAre(-1));
}

TEST_F(DeviceUnlockTest, IsSealedToEveryOtherAdmin) {
  const wire::ControlState& log = town.desk.control().state();
  EXPECT_EQ(unlock_holders(log, me(cadre).device).size(), 1u);
  EXPECT_THAT(unlock_holders(log, me(town.desk).device), IsEmpty()) << "he could not open it";
  SimDevice& second = join_as(pb::ROLE_KIND_ADMIN, "第二位");
  EXPECT_EQ(unlock_holders(log, me(cadre).device).size(), 1u) << "not compared yet";
  EXPECT_THAT(unlock_holders(log, me(town.desk).device), IsEmpty());
  ASSERT_TRUE(sync::compare_device(me(second).device, town.desk.member()).ok());
  EXPECT_EQ(unlock_holders(log, me(cadre).device).size(), 2u);
  const auto of_first = unlock_holders(log, me(town.desk).device);
  ASSERT_EQ(of_first.size(), 1u);
  EXPECT_EQ(of_first.front().first, to_bytes(me(second).device.view()));
}

TEST_F(DeviceUnlockTest, OnlyTheDevicesOwnWordCounts) {
  hand_over(cadre, 7);
  const Workplace place = town.place();
  DeviceUnlock forged = device_unlocks(place, me(cadre).person)->front();
  seal::UnlockSecret code;
  forged.sealed = *seal::seal_escrow(
      forged.device, code, unlock_holders(place.control, forged.device), town.desk.random);
  // In the admin's own diary, and then over the member's row.
  ASSERT_TRUE(keep_device_unlock(place, random_id<RowId>(town.desk.random), forged).ok());
  EXPECT_THAT(read_out(town.desk, me(cadre).person), ElementsAre(7));
  const DeviceUnlock mine = device_unlocks(town.at(cadre), me(cadre).person)->front();
  EXPECT_TRUE(*stands(town.at(cadre), row, mine));
  vault::Change change;
  change.entity = place.vault.schema().entity("DeviceUnlock")->number;
  change.row = row;
  change.field = 2;
  change.value = forged.sealed;
  const auto stream = place.vault.load(change.entity, row);
  ASSERT_TRUE(stream.ok() && *stream);
  ASSERT_TRUE(place.vault.commit({{(*stream)->stream, {change}}}, place.vault.view()).ok());
  EXPECT_TRUE(town.world.settle());
  EXPECT_THAT(read_out(town.desk, me(cadre).person), IsEmpty());
  EXPECT_FALSE(*stands(town.at(cadre), row, mine)) << "so that it is written again";
  hand_over(cadre, 9);
  EXPECT_THAT(read_out(town.desk, me(cadre).person), ElementsAre(9));
}

TEST_F(DeviceUnlockTest, AStoppedAdminHoldsNoFurtherCode) {
  SimDevice& second = join_as(pb::ROLE_KIND_ADMIN, "第二位");
  const wire::ControlState& log = town.desk.control().state();
  ASSERT_TRUE(sync::compare_device(me(second).device, town.desk.member()).ok());
  ASSERT_EQ(unlock_holders(log, me(cadre).device).size(), 2u);
  ASSERT_TRUE(sync::revoke_device({me(second).device, "", {}}, town.desk.member()).ok());
  EXPECT_EQ(unlock_holders(log, me(cadre).device).size(), 1u);
}

TEST_F(DeviceUnlockTest, AStoppedDeviceHasNoCodeToReadOut) {
  hand_over(cadre, 7);
  ASSERT_TRUE(sync::revoke_device({me(cadre).device, "", {}}, town.desk.member()).ok());
  EXPECT_THAT(read_out(town.desk, me(cadre).person), IsEmpty());
}

TEST_F(DeviceUnlockTest, ADiaryHasOneIdWhoeverOpensIt) {
  const TownshipId& township = town.desk.control().state().township();
  EXPECT_EQ(diary_stream_id(township, me(cadre).person),
            diary_stream_id(township, me(cadre).person));
  EXPECT_NE(diary_stream_id(township, me(cadre).person),
            diary_stream_id(township, me(town.desk).person));
}

}  // namespace
}  // namespace mq::work::testing
