// Founding by file: the root signs elsewhere, and signs one request of one home.
#include "mq/sync/founding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.h"

namespace mq::testing {
namespace {

using ::testing::HasSubstr;

class FoundingByFile : public ::testing::Test {
 protected:
  SimDevice& empty_home(const std::string& name) {
    SimDevice& device = world.add_device(name);
    EXPECT_TRUE(device.boot().ok());
    return device;
  }
  sync::RequestOptions options(const std::string& township) {
    sync::RequestOptions out;
    out.found.county_name = "试验县";
    out.found.township_name = township;
    out.found.founder_name = "管理员";
    out.found.server_address = "simulated:1";
    out.county_root = root.public_key();
    out.server_key = world.server.service().server_key();
    return out;
  }
  Bytes request(SimDevice& device, const std::string& township) {
    const auto file = sync::request_founding(options(township), device.vault(), device.keyring(),
                                             device.control(), device.clock, device.random);
    EXPECT_TRUE(file.ok()) << file.error().en;
    return file.ok() ? *file : Bytes();
  }
  Result<TownshipId> enrol(SimDevice& device, const Bytes& file) {
    return sync::enrol_township(file, "", device.member());
  }
  void founds(SimDevice& device, const std::string& township) {
    const auto certificate = sync::certify_founding(request(device, township), root);
    ASSERT_TRUE(certificate.ok()) << certificate.error().en;
    const auto founded = enrol(device, *certificate);
    ASSERT_TRUE(founded.ok()) << founded.error().en;
    EXPECT_TRUE(device.sync_until_idle());
    EXPECT_EQ(device.vault().streams()[0].label, township);
    EXPECT_EQ(device.control().state().county_root(), root.public_key());
  }

  World world;
  SimRandom chance{5};
  wire::SigningKey root = wire::SigningKey::generate(chance);
};

TEST_F(FoundingByFile, GivesOneServerTwoTownshipsUnderOneRoot) {
  founds(empty_home("甲"), "甲镇");
  founds(empty_home("乙"), "乙镇");
  EXPECT_EQ(world.server.store.copy().control.size(), 2u);
}

TEST_F(FoundingByFile, TheFileSaysWhoAsksForWhat) {
  SimDevice& device = empty_home("甲");
  const Bytes file = request(device, "甲镇");
  auto read = sync::read_founding(file);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->county, "试验县");
  EXPECT_EQ(read->township, "甲镇");
  EXPECT_EQ(read->founder, "管理员");
  EXPECT_EQ(read->server_address, "simulated:1");
  EXPECT_EQ(read->device, device.keyring().identity()->device);
  EXPECT_FALSE(read->certified);
  read = sync::read_founding(*sync::certify_founding(file, root));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->certified);
}

TEST_F(FoundingByFile, ACertificateForAnotherRequestIsRefused) {
  SimDevice& device = empty_home("甲");
  const Bytes first = *sync::certify_founding(request(device, "甲镇"), root);
  device.wait(std::chrono::seconds(1));
  const Bytes second = request(device, "甲镇");
  const auto refused = enrol(device, first);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_THAT(refused.error().zh, HasSubstr("最后一次"));
  EXPECT_EQ(enrol(empty_home("乙"), first).error().code, Code::kNotFound);
  EXPECT_EQ(enrol(device, second).error().code, Code::kInvalidInput) << "nobody signed it";
  EXPECT_TRUE(enrol(device, *sync::certify_founding(second, root)).ok());
}

TEST_F(FoundingByFile, AnotherCountysRootSignsNothing) {
  const wire::SigningKey other = wire::SigningKey::generate(chance);
  SimDevice& device = empty_home("甲");
  const auto refused = sync::certify_founding(request(device, "甲镇"), other);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  founds(empty_home("乙"), "乙镇");
  // The server is bound to the county by now.
  sync::RequestOptions strange = options("丙镇");
  strange.county_root = other.public_key();
  SimDevice& third = empty_home("丙");
  const auto file = sync::request_founding(strange, third.vault(), third.keyring(), third.control(),
                                           third.clock, third.random);
  const auto enrolled = enrol(third, *sync::certify_founding(*file, other));
  EXPECT_EQ(enrolled.error().code, Code::kNotAllowed);
}

TEST_F(FoundingByFile, ADamagedFileEndsInACode) {
  const Bytes file = request(empty_home("甲"), "甲镇");
  for (std::size_t i = 0; i < file.size(); i += 7) {
    Bytes bent = file;
    bent[i] ^= 0x20;
    EXPECT_EQ(sync::read_founding(bent).error().code, Code::kCorrupt) << i;
    EXPECT_EQ(sync::read_founding(ByteView(file).first(i)).error().code, Code::kCorrupt) << i;
  }
}

TEST_F(FoundingByFile, AHomeThatIsSomebodysIsLeftAlone) {
  SimDevice& admin = world.found(0);
  const auto file = sync::request_founding(options("甲镇"), admin.vault(), admin.keyring(),
                                           admin.control(), admin.clock, admin.random);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code, Code::kConflict);
}

TEST(Enrolling, StandsOnceWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& device = world.add_device("甲");
    ASSERT_TRUE(device.boot().ok());
    SimRandom chance(5);
    const auto root = wire::SigningKey::generate(chance);
    sync::RequestOptions options;
    options.found = {"试验县", "甲镇", "管理员", "simulated:1", "", false};
    options.county_root = root.public_key();
    options.server_key = world.server.service().server_key();
    const auto file = sync::request_founding(options, device.vault(), device.keyring(),
                                             device.control(), device.clock, device.random);
    const auto certificate = sync::certify_founding(*file, root);
    faults.resume();
    static_cast<void>(sync::enrol_township(*certificate, "", device.member()));
    faults.stop();
    device.kill();
    ASSERT_TRUE(device.boot().ok());
    const auto again = sync::enrol_township(*certificate, "", device.member());
    if (!again.ok()) {
      ASSERT_EQ(again.error().code, Code::kConflict) << again.error().en;
    }
    EXPECT_EQ(world.server.store.copy().control.size(), 1u);
    EXPECT_TRUE(device.sync_until_idle());
    EXPECT_EQ(device.vault().streams().size(), 2u);
  });
  EXPECT_GT(broken, 5u);
}

}  // namespace
}  // namespace mq::testing
