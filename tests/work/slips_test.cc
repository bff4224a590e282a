// Who of a list is invited to the meeting, and which lines are refused.
#include "mq/work/slips.h"

#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace pb = wire::pb;

SlipList read(const Workplace& place, const std::string& csv,
              pb::RoleKind role = pb::ROLE_KIND_CADRE) {
  const auto sheet = tabular::read_sheet(view_of(csv));
  EXPECT_TRUE(sheet.ok());
  const auto list = read_slips(place, *sheet, role);
  EXPECT_TRUE(list.ok()) << (list.ok() ? "" : list.error().en);
  return list.ok() ? *list : SlipList{};
}

std::vector<std::string> names(const SlipList& list) {
  std::vector<std::string> out;
  for (const SlipPerson& person : list.people) out.push_back(person.cadre.name);
  return out;
}

std::vector<std::string> refusals(const SlipList& list) {
  std::vector<std::string> out;
  for (const SlipRefusal& one : list.refusals) out.push_back(cat(one.line, " ", one.name));
  return out;
}

TEST(Slips, TakeVillagesFromTheFileElseFromTheCadresRow) {
  Township town;
  const Workplace place = town.with_people().place();
  const SlipList list = read(place, "干部名单,,\n姓名,职级,包片村\n甲,县级,\n乙,科级,清渭社区\n");
  EXPECT_THAT(refusals(list), IsEmpty());
  ASSERT_THAT(names(list), ElementsAre("甲", "乙"));
  const auto fish = Directory(place).village("鱼泉村");
  const auto town_village = Directory(place).village("清渭社区");
  EXPECT_THAT(list.people[0].villages, ElementsAre(fish->org_unit));
  EXPECT_THAT(list.people[0].streams, ElementsAre(place.vault.stream(fish->stream)->id,
                                                  place.vault.stream(fish->private_stream)->id));
  EXPECT_THAT(list.people[1].villages, ElementsAre(town_village->org_unit));
  EXPECT_EQ(list.people[1].line, 4u);
  EXPECT_THAT(read(place, "姓名\n甲\n", pb::ROLE_KIND_DESK).people[0].streams, IsEmpty());
}

TEST(Slips, EveryDoubtIsRefusedByItsLine) {
  Township town;
  town.with_people();
  EXPECT_FALSE(town.import(ImportKind::kCadres,
                           "姓名,职级,手机\n同名,一般,13800000011\n同名,一般,13800000012\n"
                           "无村,一般,13800000013\n")
                   .nothing_stored);
  const SlipList list = read(town.place(),
                             "姓名,职级,手机,包片村\n"
                             "甲,县级,13800000001,\n"
                             "生人,一般,,鱼泉村\n"
                             "甲,,,鱼泉村\n"
                             "同名,一般,,鱼泉村\n"
                             "同名,一般,13800000012,鱼泉村\n"
                             "乙,县级,,鱼泉村\n"
                             "丙,一般,13899999999,鱼泉村\n"
                             "无村,一般,,\n"
                             "丙,一般,,没有的村\n"
                             "管理员,,,鱼泉村\n"
                             ",一般,,鱼泉村\n");
  EXPECT_THAT(names(list), ElementsAre("甲", "同名"));
  EXPECT_THAT(refusals(list), ElementsAre("3 生人", "4 甲", "5 同名", "7 乙", "8 丙", "9 无村",
                                          "10 丙", "11 管理员", "12 "));
  EXPECT_THAT(list.refusals[1].zh, HasSubstr("第 2 行"));
  EXPECT_THAT(list.refusals[7].zh, HasSubstr("已经加入"));
}

TEST(Slips, WhoHasJoinedGetsNoneAndWhoHasNotGetsHisAgain) {
  Township town;
  town.with_people().join("甲", {"鱼泉村"}, true);
  const std::string file = "姓名\n甲\n乙\n";
  EXPECT_THAT(refusals(read(town.place(), file)), ElementsAre("2 甲"));

  const SlipList list = read(town.place(), file);
  ASSERT_TRUE(bind_slips(town.place(), list.people).ok());
  const auto bound = Directory(town.place()).cadre("乙");
  EXPECT_EQ(bound->member, list.people[0].member);
  sync::InviteOptions invite{pb::ROLE_KIND_CADRE, "乙", list.people[0].member,
                             list.people[0].streams, 0};
  const auto send = [&] {
    return sync::invite_member(invite, town.desk.vault(), town.desk.keyring(), town.desk.control(),
                               town.desk.network, town.desk.clock, town.desk.random);
  };
  ASSERT_TRUE(send().ok());
  EXPECT_THAT(names(read(town.place(), file)), ElementsAre("乙")) << "the same slip again";
  EXPECT_THAT(refusals(read(town.place(), "姓名,包片村\n乙,鱼泉村\n")), ElementsAre("2 乙"))
      << "a good code to other villages is about";
  EXPECT_THAT(refusals(read(town.place(), file, pb::ROLE_KIND_DESK)), ElementsAre("2 甲", "3 乙"));
  town.world.advance(std::chrono::hours(24 * 60));
  EXPECT_THAT(names(read(town.place(), "姓名,包片村\n乙,鱼泉村\n")), ElementsAre("乙"));
}

TEST(Slips, AreBoundInOneCommitAndOnlyOnce) {
  Township town;
  const Workplace place = town.with_people().place();
  const SlipList list = read(place, "姓名,包片村\n甲,清渭社区\n丙,\n");
  const auto rows = [&] {
    return *place.vault.database().integer("SELECT count(*) FROM mq_pending");
  };
  const std::int64_t unbound = rows();
  ASSERT_TRUE(bind_slips(place, list.people).ok());
  EXPECT_EQ(rows(), unbound + 1);
  const std::vector<Cadre> bound = *Directory(place).cadres();
  const auto first = std::ranges::find(bound, std::string("甲"), &Cadre::name);
  EXPECT_EQ(first->areas.size(), 2u);
  EXPECT_EQ(first->member, member_id(place, first->id));
  const SlipList again = read(place, "姓名,包片村\n甲,清渭社区\n丙,\n");
  ASSERT_TRUE(bind_slips(place, again.people).ok());
  EXPECT_EQ(rows(), unbound + 1);
  EXPECT_EQ(again.people[0].member, list.people[0].member);
}

TEST(Slips, AreAnAdminsToMake) {
  Township town;
  SimDevice& cadre = town.with_people().join("甲", {"鱼泉村"}, true);
  const auto sheet = tabular::read_sheet(view_of("姓名\n乙\n"));
  EXPECT_EQ(read_slips(town.at(cadre), *sheet, pb::ROLE_KIND_CADRE).error().code,
            Code::kNotAllowed);
  EXPECT_EQ(bind_slips(town.at(cadre), {}).error().code, Code::kNotAllowed);
}

}  // namespace
}  // namespace mq::work::testing
