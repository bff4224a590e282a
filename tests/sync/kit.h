// Verbs of the recovery tests: a kit drawn, made known, drilled and used.
#pragma once

#include "mq/sync/recovery.h"
#include "support/world.h"

namespace mq::testing {

struct Kit {
  seal::RecoverySeed seed;
  std::array<seal::Sheet, seal::kSheets> sheets;
};

inline seal::SheetOf township_of(SimDevice& device) {
  const wire::ControlState& log = device.control().state();
  return {log.township(), log.head_at(1), ""};
}

// The same for the same number in one township.
inline Kit draw_kit(SimDevice& device, std::uint64_t number) {
  SimRandom random(number);
  Kit kit{seal::RecoverySeed::draw(random), {}};
  kit.sheets = seal::make_sheets(kit.seed, township_of(device), random);
  return kit;
}

inline Result<std::size_t> make_kit(SimDevice& admin, const Kit& kit, bool replace = false,
                                    const wire::SigningKey* second = nullptr) {
  sync::KitOptions options{&kit.seed, {}, replace, second};
  for (std::size_t i = 0; i < seal::kSheets; ++i) {
    options.checks[i] = seal::check_hash(kit.sheets[i]);
  }
  return sync::make_recovery(options, admin.member());
}

// As typed back from paper.
inline std::vector<seal::Sheet> two_of(const Kit& kit, std::size_t a, std::size_t b) {
  std::vector<seal::Sheet> out;
  for (const std::size_t i : {a, b}) {
    out.push_back(seal::read_sheet(seal::sheet_text(kit.sheets[i])).value());
  }
  return out;
}

inline Result<sync::Drilled> drill(SimDevice& device, const Kit& kit) {
  return sync::drill_recovery(kit.seed, two_of(kit, 0, 2), device.control());
}

inline Result<sync::Recovered> recover(SimDevice& device, const Kit& kit,
                                       const std::string& name = "新管理员",
                                       bool keep_admins = false) {
  const std::vector<seal::Sheet> sheets = two_of(kit, 1, 2);
  return sync::recover_township({&kit.seed, &sheets, name, keep_admins}, device.member());
}

inline void expect_not_on_disk(SimDevice& device, const Kit& kit) {
  const seal::BoxKeyPair box = kit.seed.box();
  const wire::SigningKey sign = kit.seed.sign();
  std::vector<ByteView> secrets{kit.seed.seed.view(), box.secret().view(), sign.seed().view()};
  for (const seal::Sheet& sheet : kit.sheets) secrets.push_back(sheet.share.view());
  const DiskImage image = device.image();
  for (const auto& [path, content] : image.home) {
    for (const ByteView secret : secrets) {
      EXPECT_EQ(std::ranges::search(content, secret).size(), 0u) << path;
    }
  }
}

}  // namespace mq::testing
