// Work that reaches the township without signal, and receipts that come back the same way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bundle_records.h"
#include "bundle_store.h"
#include "mq/base/text.h"
#include "mq/seal/age.h"
#include "mq/sync/membership.h"
#include "seal/bech32.h"
#include "sync/bundling.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

void same_head(sync::BundleWriter& writer, const sync::Bundle& like) {
  sync::pb::SignedBundleHead head;
  head.set_head(like.head_bytes);
  head.set_signature(like.head_signature);
  writer.add(sync::BundleKind::kHead, view_of(head.SerializeAsString()));
}

class Bundles : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(world.settle());
    cadre.network.set_offline(true);
  }
  sync::Unsent unsent(SimDevice& device) {
    const auto found = sync::unsent_work(device.vault(), device.sealer());
    if (!found.ok()) ADD_FAILURE() << found.error().en;
    return found.ok() ? *found : sync::Unsent{};
  }
  vault::Delivery delivery(SimDevice& device) { return device.vault().delivery().value(); }
  Bytes records_of(SimDevice& reader, const std::string& name) {
    const auto plain = seal::age_decrypt(reader.keyring().identity()->box, stick.file(name),
                                         sync::kBundleBytesMax);
    if (!plain.ok()) ADD_FAILURE() << plain.error().en;
    return plain.ok() ? *plain : Bytes{};
  }
  Bytes sealed_for(SimDevice& reader, ByteView records) {
    return seal::age_encrypt({reader.keyring().identity()->box.public_key()}, records, world.random)
        .value();
  }

  World world;
  SimDevice& desk = world.found(1);
  SimDevice& cadre = world.add_cadre(desk, "李");
  Stick stick;
};

TEST_F(Bundles, DeskDeliversAnothersWorkAndTheReceiptComesBack) {
  record_visit(world, cadre, "坡上三户");
  record_visit(world, cadre, "水管冻裂");
  const auto written = stick.good(cadre, "去");
  EXPECT_EQ(written.records, 2u);
  EXPECT_EQ(written.envelopes, 1u);
  EXPECT_EQ(written.recipients, 1u);
  EXPECT_EQ(delivery(cadre).sealed_waiting, 1u) << "a copy is no receipt";

  const auto taken = stick.taken(desk, "去");
  EXPECT_TRUE(taken.whole);
  EXPECT_EQ(taken.from, id_of(cadre));
  EXPECT_EQ(taken.merged, 1u);
  EXPECT_EQ(taken.records, 2u);
  EXPECT_EQ(taken.relay, 1u);
  EXPECT_THAT(visits(desk), UnorderedElementsAre("坡上三户", "水管冻裂"));
  EXPECT_EQ(stored(world), 0u);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_EQ(stored(world), 1u);

  EXPECT_EQ(stick.good(desk, "回", {id_of(cadre)}).receipts, 1u);
  EXPECT_EQ(stick.taken(cadre, "回").receipts, 1u);
  EXPECT_EQ(delivery(cadre).sealed_waiting, 0u);
  EXPECT_EQ(delivery(cadre).delivered, 1u);
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  EXPECT_EQ(cadre.engine().report().envelopes_up, 0u) << "the receipt freed the outbox";
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
  EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
}

TEST_F(Bundles, TwiceAndInAnyOrderIsOnce) {
  record_visit(world, cadre, "第一件");
  stick.good(cadre, "一");
  record_visit(world, cadre, "第二件");
  EXPECT_EQ(stick.good(cadre, "二").envelopes, 2u) << "what has no receipt goes again";
  EXPECT_EQ(stick.taken(desk, "二").merged, 2u);
  EXPECT_EQ(stick.taken(desk, "一").duplicates, 1u);
  const auto again = stick.taken(desk, "二");
  EXPECT_EQ(again.duplicates, 2u);
  EXPECT_EQ(again.merged, 0u);
  EXPECT_EQ(again.relay, 2u);
  EXPECT_THAT(visits(desk), UnorderedElementsAre("第一件", "第二件"));
  ASSERT_TRUE(desk.sync_until_idle());
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_EQ(stored(world), 2u);
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
  EXPECT_EQ(stick.taken(desk, "一").relay, 0u) << "its receipt is here already";
}

// The later file is lost on the way and the earlier one comes last.
TEST_F(Bundles, WhatComesBeforeItsBeginningWaits) {
  record_visit(world, cadre, "第一件");
  stick.good(cadre, "一");
  record_visit(world, cadre, "第二件");
  stick.good(cadre, "二");
  Bytes records = records_of(desk, "二");
  const sync::Bundle whole = sync::parse_bundle(records).value();
  sync::BundleWriter writer;
  same_head(writer, whole);
  writer.add(sync::BundleKind::kEnvelope, wire::encode_envelope(whole.envelopes.back()));
  const auto first = sync::import_bundle(sealed_for(desk, writer.end()), home_of(desk));
  ASSERT_TRUE(first.ok()) << first.error().en;
  EXPECT_EQ(first->waiting, 1u);
  EXPECT_TRUE(visits(desk).empty());
  const auto then = stick.taken(desk, "一");
  EXPECT_EQ(then.merged, 1u);
  EXPECT_EQ(then.records, 2u) << "what waited is merged with it";
  EXPECT_THAT(visits(desk), UnorderedElementsAre("第一件", "第二件"));
}

TEST_F(Bundles, CarrierReadsNothing) {
  SimDevice& carrier = world.add_cadre(desk, "王");
  record_visit(world, cadre, "只给乡镇看");
  stick.good(cadre, "捎");
  const Bytes bytes = stick.file("捎");
  const auto holds = [&](std::string_view marker) {
    return text_of(bytes).find(marker) != std::string_view::npos;
  };
  EXPECT_FALSE(holds("只给乡镇看"));
  EXPECT_FALSE(holds("李"));
  EXPECT_FALSE(holds(text_of(id_of(cadre).view())));
  EXPECT_FALSE(holds(text_of(id_of(desk).view())));
  EXPECT_FALSE(holds(text_of(cadre.control().state().township().view())));
  const auto opened = sync::import_bundle(bytes, home_of(carrier));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kUnauthenticated);
}

TEST_F(Bundles, CutAnywhereIsGoodUpToTheCut) {
  for (const char* theme : {"一", "二", "三"}) {
    record_visit(world, cadre, theme);
    stick.good(cadre, "短");
  }
  const Bytes records = records_of(desk, "短");
  const sync::Bundle whole = sync::parse_bundle(records).value();
  ASSERT_EQ(whole.envelopes.size(), 3u);
  EXPECT_TRUE(whole.whole);
  std::size_t good = 0, grew = 0;
  for (std::size_t size = 0; size < records.size(); ++size) {
    const auto cut = sync::parse_bundle(ByteView(records).first(size));
    if (!cut.ok()) {
      EXPECT_EQ(cut.error().code, Code::kCorrupt);
      EXPECT_EQ(good, 0u);
      continue;
    }
    EXPECT_FALSE(cut->whole) << size;
    ASSERT_GE(cut->envelopes.size(), good);
    grew += cut->envelopes.size() - good;
    good = cut->envelopes.size();
    for (std::size_t i = 0; i < good; ++i) {
      EXPECT_EQ(cut->envelopes[i].hash(), whole.envelopes[i].hash());
    }
  }
  EXPECT_EQ(grew, 3u);
}

// Somebody may seal anything for this device; that is not a damaged bundle.
TEST_F(Bundles, AnotherFileForThisDeviceIsNotCalledDamaged) {
  const auto other = sync::parse_bundle(view_of(std::string_view("户编号,姓名,村")));
  EXPECT_EQ(other.error().code, Code::kInvalidInput);
}

// The age file outside is good to its last whole 64 KiB.
TEST_F(Bundles, ALongFileThatWasCutGivesItsBeginningAndTheRestLater) {
  SimRandom words(9);
  while (delivery(cadre).sealed_waiting < 16) {
    std::string text;
    for (int i = 0; i < 3'000; ++i) {
      append_utf8(text, static_cast<std::uint32_t>(0x4e00 + words.below(0x5000)));
    }
    record_visit(world, cadre, text);
    stick.good(cadre, "长");
  }
  const Bytes file = stick.file("长");
  ASSERT_GT(file.size(), 100'000u);
  const auto cut = sync::import_bundle(ByteView(file).first(file.size() - 1), home_of(desk));
  ASSERT_TRUE(cut.ok()) << cut.error().en;
  EXPECT_FALSE(cut->whole);
  EXPECT_GT(cut->merged, 2u);
  EXPECT_LT(cut->merged, 16u);
  EXPECT_EQ(sync::import_bundle(ByteView(file).first(2'000), home_of(desk)).error().code,
            Code::kCorrupt);
  const auto rest = stick.taken(desk, "长");
  EXPECT_TRUE(rest.whole);
  EXPECT_EQ(rest.duplicates, cut->merged);
  EXPECT_EQ(rest.merged + cut->merged, 16u);
  EXPECT_EQ(visits(desk).size(), visits(cadre).size());
}

TEST_F(Bundles, StockAgeOpensIt) {
  if (std::system("command -v age >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no program `age` here (Debian package age)";
  }
  record_visit(world, cadre, "坡上三户");
  stick.good(cadre, "cun.age");
  std::string folder = std::filesystem::temp_directory_path() / "mq-bundle-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::string key = to_bech32("age-secret-key-", desk.keyring().identity()->box.secret().view());
  for (char& c : key) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const Bytes file = stick.file("cun.age");
  std::ofstream(folder + "/key") << key << "\n";
  std::ofstream(folder + "/cun.age", std::ios::binary) << text_of(file);
  const std::string command = cat("cd '", folder, "' && age -d -i key -o plain cun.age");
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream plain(folder + "/plain", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(plain)), {});
  const auto bundle = sync::parse_bundle(view_of(bytes));
  ASSERT_TRUE(bundle.ok()) << bundle.error().en;
  EXPECT_TRUE(bundle->whole);
  EXPECT_EQ(bundle->envelopes.size(), 1u);
  std::filesystem::remove_all(folder);
}

TEST_F(Bundles, WhatIsAloneIsCountedUntilACopyOrAReceipt) {
  record_visit(world, cadre, "一");
  record_visit(world, cadre, "二");
  EXPECT_EQ(unsent(cadre).alone, 2u);
  EXPECT_EQ(unsent(cadre).copied, 0u);
  stick.good(cadre, "存.age");
  record_visit(world, cadre, "三");
  const sync::Unsent after = unsent(cadre);
  EXPECT_EQ(after.alone, 1u);
  EXPECT_EQ(after.copied, 2u);
  EXPECT_EQ(after.file, "存.age");
  EXPECT_EQ(after.written.ms, cadre.clock.wall().ms);
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_EQ(unsent(cadre).alone + unsent(cadre).copied, 0u);
}

// A full stick: nothing is said to be copied.
TEST_F(Bundles, AFileThatCouldNotBeWrittenIsNoCopy) {
  record_visit(world, cadre, "一");
  stick.files.set_full(true);
  EXPECT_EQ(stick.write(cadre, "满").error().code, Code::kExhausted);
  EXPECT_EQ(unsent(cadre).alone, 1u);
  EXPECT_EQ(unsent(cadre).copied, 0u);
}

// The token stands behind what leaves by bundle as well: an older home notices.
TEST_F(Bundles, ARestoredHomeTakesItsOwnCopyBack) {
  record_visit(world, cadre, "备份前");
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  cadre.network.set_offline(true);
  const DiskImage backup = cadre.image();
  record_visit(world, cadre, "备份后");
  stick.good(cadre, "自己", {id_of(cadre), id_of(desk)});
  const std::uint32_t incarnation = cadre.vault().incarnation();
  cadre.restore(backup, false);
  ASSERT_TRUE(cadre.boot().ok());
  EXPECT_THAT(visits(cadre), ElementsAre("备份前"));
  const auto taken = stick.taken(cadre, "自己");
  EXPECT_TRUE(taken.renewed);
  EXPECT_NE(cadre.vault().incarnation(), incarnation);
  EXPECT_THAT(visits(cadre), UnorderedElementsAre("备份前", "备份后"));
  record_visit(world, cadre, "恢复后");
  cadre.network.set_offline(false);
  ASSERT_TRUE(world.settle());
  EXPECT_THAT(visits(desk), UnorderedElementsAre("备份前", "备份后", "恢复后"));
  EXPECT_EQ(stored(world), 3u);
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
  EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
}

// No contact in between: the token alone knows that something had left.
TEST_F(Bundles, AnOlderHomeNeverSealsTwiceUnderOneNumber) {
  record_visit(world, cadre, "备份前");
  const DiskImage backup = cadre.image();
  stick.good(cadre, "一");
  cadre.restore(backup, false);
  ASSERT_TRUE(cadre.boot().ok());
  record_visit(world, cadre, "恢复后");
  EXPECT_TRUE(stick.good(cadre, "二").renewed);
  const auto first = sync::parse_bundle(records_of(desk, "一")).value().envelopes.at(0).header;
  const auto second = sync::parse_bundle(records_of(desk, "二")).value().envelopes.at(0).header;
  EXPECT_NE(first.incarnation, second.incarnation);
  stick.taken(desk, "二");
  stick.taken(desk, "一");
  EXPECT_THAT(visits(desk), UnorderedElementsAre("备份前", "恢复后"));
}

// An entry carried by bundle is a proposal until a receipt proves it in the server's order.
TEST_F(Bundles, LogEntriesComeAsFarAsTheServerIsProvedToHoldThem) {
  const std::uint32_t before = cadre.control().state().head_seq();
  ASSERT_TRUE(world.open_villages(desk, 1).ok());
  EXPECT_EQ(stick.good(desk, "早", {id_of(cadre)}).entries, 0u) << "nothing proves them yet";
  EXPECT_EQ(stick.taken(cadre, "早").entries, 0u);
  record_visit(world, desk, "在新的登记之下");
  ASSERT_TRUE(desk.sync_until_idle());
  const std::uint32_t now = desk.control().state().head_seq();
  EXPECT_EQ(stick.good(desk, "回", {id_of(cadre)}).entries, now - before);

  const sync::Bundle bundle = sync::parse_bundle(records_of(cadre, "回")).value();
  sync::BundleWriter unproved;
  same_head(unproved, bundle);
  for (const auto& entry : bundle.entries) {
    unproved.add(sync::BundleKind::kEntry, view_of(entry.SerializeAsString()));
  }
  sync::pb::LogProof forged = bundle.proofs.at(0);
  forged.mutable_receipt()->mutable_signature()->back() ^= 1;
  unproved.add(sync::BundleKind::kProof, view_of(forged.SerializeAsString()));
  const auto proposal = sync::import_bundle(sealed_for(cadre, unproved.end()), home_of(cadre));
  ASSERT_TRUE(proposal.ok()) << proposal.error().en;
  EXPECT_EQ(proposal->entries, 0u);
  EXPECT_EQ(cadre.control().state().head_seq(), before);

  EXPECT_EQ(stick.taken(cadre, "回").entries, now - before);
  EXPECT_EQ(cadre.control().state().head(), desk.control().state().head());
  // The next one need not say it again: the cadre's own bundle told how far it is.
  stick.good(cadre, "去");
  stick.taken(desk, "去");
  EXPECT_EQ(stick.good(desk, "再", {id_of(cadre)}).entries, 0u);
}

TEST_F(Bundles, NewsThatABundleBringsIsToldOnce) {
  world.add_cadre(desk, "王");
  ASSERT_TRUE(desk.sync_until_idle());
  record_visit(world, desk, "在新的登记之下");
  ASSERT_TRUE(desk.sync_until_idle());
  stick.good(desk, "回", {id_of(cadre)});
  const auto taken = stick.taken(cadre, "回");
  EXPECT_GT(taken.entries, 0u);
  EXPECT_FALSE(taken.alarms.empty()) << "a new reader of his village";
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_TRUE(cadre.engine().report().alarms.empty());
}

TEST_F(Bundles, ForeignAndForgedOnesChangeNothing) {
  record_visit(world, cadre, "一");
  stick.good(cadre, "真");
  const sync::Bundle bundle = sync::parse_bundle(records_of(desk, "真")).value();
  const Hash before = state_of(world, desk);

  World elsewhere(2);
  SimDevice& stranger = elsewhere.found(1);
  EXPECT_EQ(sync::import_bundle(sealed_for(stranger, records_of(desk, "真")), home_of(stranger))
                .error()
                .code,
            Code::kInvalidInput);

  // Signed by nobody the log knows, and one whose signature was changed.
  wire::Envelope unsigned_one = bundle.envelopes.at(0);
  unsigned_one.signature.data[0] ^= 1;
  wire::Envelope unknown = bundle.envelopes.at(0);
  unknown.header.device.data[0] ^= 1;
  sync::BundleWriter writer;
  same_head(writer, bundle);
  writer.add(sync::BundleKind::kEnvelope, wire::encode_envelope(unsigned_one));
  writer.add(sync::BundleKind::kEnvelope, wire::encode_envelope(unknown));
  writer.add(static_cast<sync::BundleKind>(77), view_of("写它的程序更新"));
  const auto taken = sync::import_bundle(sealed_for(desk, writer.end()), home_of(desk));
  ASSERT_TRUE(taken.ok()) << taken.error().en;
  EXPECT_TRUE(taken->whole);
  EXPECT_EQ(taken->unproved, 2u);
  EXPECT_EQ(taken->relay, 0u);
  EXPECT_TRUE(desk.vault().parked().value().empty()) << "nothing unproved is kept";
  EXPECT_EQ(state_of(world, desk), before);
}

TEST_F(Bundles, ARevokedDevicesBundleIsLateWork) {
  record_visit(world, cadre, "停用前");
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  cadre.network.set_offline(true);
  record_visit(world, cadre, "停用后");
  stick.good(cadre, "晚");
  ASSERT_TRUE(desk.sync_until_idle());
  const auto cutoff = sync::revoke_device({id_of(cadre), "丢失", std::nullopt}, desk.member());
  ASSERT_TRUE(cutoff.ok()) << cutoff.error().en;
  const auto taken = stick.taken(desk, "晚");
  EXPECT_EQ(taken.undecided, 1u);
  EXPECT_EQ(taken.merged, 0u);
  EXPECT_EQ(taken.records, 0u);
  EXPECT_THAT(visits(desk), ElementsAre("停用前"));
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_EQ(stored(world), 1u);
  std::size_t late = 0;
  for (const auto& [stream, kept] : world.server.store.copy().late) late += kept.size();
  EXPECT_EQ(late, 1u) << "the server keeps it for the admins";
  EXPECT_THAT(visits(desk), ElementsAre("停用前"));
  EXPECT_EQ(stick.taken(desk, "晚").relay, 0u) << "its receipt is here";
  EXPECT_EQ(stick.write(desk, "回", {id_of(cadre)}).error().code, Code::kNotAllowed);
}

// Its receipt names a later envelope, which a stopped device is never shown.
TEST_F(Bundles, WhatWasDeliveredMeanwhileIsGivenOnceMoreAndNoMore) {
  SimDevice& second = world.add_admin(desk, "副");
  cadre.network.set_offline(false);
  ASSERT_TRUE(world.settle());
  record_visit(world, cadre, "带走的");
  stick.good(cadre, "去", {id_of(second)});
  record_visit(world, cadre, "后来的");
  ASSERT_TRUE(cadre.sync_until_idle());
  const auto stopped = sync::revoke_device({id_of(second), "", std::nullopt}, desk.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  EXPECT_EQ(stick.taken(second, "去").merged, 1u);
  const std::uint64_t before = second.engine().report().envelopes_up;
  ASSERT_TRUE(second.sync_until_idle()) << "it never came to an end";
  EXPECT_LE(second.engine().report().envelopes_up, before + 2) << "once for each state of the log";
}

// A copy of a stopped home cannot see that what it was brought lies beside the line of the cut.
TEST_F(Bundles, WhatIsLateForTheServerIsNotBroughtAgainAndAgain) {
  const DiskImage image = cadre.image();
  const auto copy = [&](const char* name) -> SimDevice& {
    SimDevice& made = world.add_device(name);
    made.machine_id = cadre.machine_id;
    made.restore(image, true);
    EXPECT_TRUE(made.boot().ok());
    return made;
  };
  SimDevice& second = copy("李'");
  SimDevice& third = copy("李''");
  record_visit(world, second, "送到了");
  ASSERT_TRUE(second.sync_until_idle());
  record_visit(world, cadre, "带走的");
  stick.good(cadre, "去", {id_of(cadre)});
  ASSERT_TRUE(desk.sync_until_idle());
  const auto stopped = sync::revoke_device({id_of(cadre), "", std::nullopt}, desk.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  EXPECT_EQ(stick.taken(third, "去").merged, 1u);
  ASSERT_TRUE(third.sync_until_idle()) << "it never came to an end";
  const std::uint64_t before = third.engine().report().envelopes_up;
  ASSERT_TRUE(third.sync_until_idle());
  EXPECT_EQ(third.engine().report().envelopes_up, before);
}

// No receipt proves the entry whose head it names, so that it is known only at the next contact.
TEST_F(Bundles, WhatWaitsForTheLogIsReadAtTheNextContactOfTheSameProgram) {
  SimDevice& second = world.add_admin(desk, "副");
  cadre.network.set_offline(false);
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(sync::rotate_streams({}, second.member()).ok());
  ASSERT_TRUE(cadre.sync_until_idle());
  cadre.network.set_offline(true);
  record_visit(world, cadre, "在新钥匙下");
  stick.good(cadre, "去", {id_of(desk)});
  EXPECT_EQ(stick.taken(desk, "去").merged, 0u);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_THAT(visits(desk), ElementsAre("在新钥匙下"));
  EXPECT_TRUE(desk.vault().parked()->empty());
}

TEST_F(Bundles, ARecipientMustBeALiveDeviceOfTheTownship) {
  EXPECT_EQ(stick.write(cadre, "谁", {DeviceId{{9}}}).error().code, Code::kNotAllowed);
  EXPECT_FALSE(stick.files.exists("usb/谁"));
}

TEST_F(Bundles, AForgedHeadIsNobodys) {
  stick.good(cadre, "空");
  const sync::Bundle bundle = sync::parse_bundle(records_of(desk, "空")).value();
  sync::pb::BundleHead head = bundle.head;
  head.set_control_seq(head.control_seq() - 1);
  sync::pb::SignedBundleHead message;
  message.set_head(head.SerializeAsString());
  message.set_signature(bundle.head_signature);
  sync::BundleWriter writer;
  writer.add(sync::BundleKind::kHead, view_of(message.SerializeAsString()));
  const auto taken = sync::import_bundle(sealed_for(desk, writer.end()), home_of(desk));
  ASSERT_TRUE(taken.ok()) << taken.error().en;
  EXPECT_FALSE(taken->from.has_value());
}

}  // namespace
}  // namespace mq::testing
