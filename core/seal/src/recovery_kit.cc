#include "mq/seal/recovery_kit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "mq/base/text.h"
#include "mq/vault/aead.h"
#include "mq/wire/code_text.h"

namespace mq::seal {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kPaperBytes = 150;  // ten lines
constexpr wire::CodeName kName{"恢复单", "recovery sheet"};
constexpr std::size_t kCheckBytes = 5;
constexpr std::size_t kGroup = 5;
constexpr std::size_t kAddressBytesMax = 255;

Key32 derived(const Key32& seed, std::string_view label) {
  Key32 out;
  wire::hash_into(out.writable(), seed.view(), label, {});
  return out;
}

// All that the lines say but the check: 145 bytes.
Bytes body_of(const Sheet& sheet) {
  ByteWriter writer;
  writer.integer(kVersion);
  writer.integer(sheet.number);
  writer.raw(sheet.township.view());
  writer.raw(sheet.origin);
  writer.raw(sheet.share.view());
  for (const auto& copy : sheet.copies) writer.raw(copy);
  return writer.take();
}

std::array<std::uint8_t, kCheckBytes> check_of_body(ByteView body) {
  const Hash full = wire::hash("mq/rk2", {body});
  std::array<std::uint8_t, kCheckBytes> out{};
  std::copy_n(full.data.begin(), kCheckBytes, out.begin());
  return out;
}

std::array<std::uint8_t, kCheckBytes> check_of(const Sheet& sheet) {
  Bytes body = body_of(sheet);
  const auto out = check_of_body(body);
  wipe(body);
  return out;
}

// Which of a sheet's copies goes with that other sheet.
std::size_t copy_with(std::uint8_t own, std::uint8_t other) {
  const std::uint8_t between = own < other ? 1 : 0;
  return static_cast<std::size_t>(other - 1 - between);
}

// What two sheets have together: the key of their copies, and what their copies are bound to.
struct Pair {
  Key32 key;
  Bytes aad;
};

Pair pair_of(const Sheet& a, const Sheet& b) {
  const Sheet& low = a.number < b.number ? a : b;
  const Sheet& high = a.number < b.number ? b : a;
  const std::array<std::uint8_t, 2> numbers{low.number, high.number};
  Pair pair;
  wire::hash_into(pair.key.writable(), {}, "mq/rk1",
                  {numbers, low.share.view(), high.share.view()});
  pair.aad = to_bytes(low.township.view());
  pair.aad.insert(pair.aad.end(), low.origin.begin(), low.origin.end());
  pair.aad.insert(pair.aad.end(), numbers.begin(), numbers.end());
  return pair;
}

Error bad_sheet(std::string_view zh, std::string_view en) {
  return wire::unusable_code(kName, zh, en);
}

bool looks_like_address(std::string_view text) {
  return text.size() <= kAddressBytesMax && text.find(':') != std::string_view::npos &&
         text.find_first_of(" \t{}<>") == std::string_view::npos;
}

// "@host:port" on a line of its own; empty if there is none.
std::string address_in(std::string_view text) {
  std::string found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    if (line.starts_with('@') && looks_like_address(line.substr(1))) found = line.substr(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

Result<Sheet> parse(ByteView body) {
  ByteReader reader(body);
  const auto version = reader.integer<std::uint8_t>();
  Sheet sheet;
  sheet.number = reader.integer<std::uint8_t>();
  sheet.township = TownshipId{reader.array<TownshipId::kSize>()};
  sheet.origin = reader.array<kOriginBytes>();
  const ByteView share = reader.raw(Secret<16>::kSize);
  for (auto& copy : sheet.copies) copy = reader.array<kSheetCopyBytes>();
  if (version != kVersion) {
    return Error{Code::kUnsupported, "这张恢复单是更新的程序做的,请先升级本程序",
                 "the recovery sheet was made by a newer version; upgrade first"};
  }
  if (!reader.done() || sheet.number < 1 || sheet.number > kSheets) {
    return bad_sheet("张号不对", "its number is wrong");
  }
  sheet.share = Secret<16>(share.first<Secret<16>::kSize>());
  return sheet;
}

Error not_together(std::string_view zh, std::string_view en) {
  return {Code::kInvalidInput, cat("这两张恢复单合不起来:", zh),
          cat("these two recovery sheets do not go together: ", en)};
}

}  // namespace

RecoverySeed RecoverySeed::draw(Random& random) {
  RecoverySeed out;
  random.fill(out.seed.writable());
  return out;
}

BoxKeyPair RecoverySeed::box() const { return BoxKeyPair::from_seed(derived(seed, "mq/rx1")); }

wire::SigningKey RecoverySeed::sign() const {
  return wire::SigningKey::from_seed(derived(seed, "mq/re1"));
}

// The key of a pair seals one text only, so its nonce may be zeros.
std::array<Sheet, kSheets> make_sheets(const RecoverySeed& seed, const SheetOf& of,
                                       Random& random) {
  std::array<Sheet, kSheets> sheets;
  std::uint8_t number = 0;
  for (Sheet& sheet : sheets) {
    sheet.number = ++number;
    sheet.township = of.township;
    std::copy_n(of.genesis.data.begin(), kOriginBytes, sheet.origin.begin());
    sheet.address = of.address;
    random.fill(sheet.share.writable());
  }
  for (Sheet& sheet : sheets) {
    for (const Sheet& other : sheets) {
      if (other.number == sheet.number) continue;
      const Pair pair = pair_of(sheet, other);
      const Bytes sealed = vault::seal(pair.key, vault::Nonce{}, pair.aad, seed.seed.view());
      MQ_ASSERT(sealed.size() == kSheetCopyBytes);
      std::copy(sealed.begin(), sealed.end(),
                sheet.copies[copy_with(sheet.number, other.number)].begin());
    }
  }
  return sheets;
}

bool is_of(const Sheet& sheet, const TownshipId& township, const Hash& genesis) {
  return sheet.township == township &&
         std::equal(sheet.origin.begin(), sheet.origin.end(), genesis.data.begin());
}

std::string sheet_text(const Sheet& sheet) {
  Bytes bytes = body_of(sheet);
  const auto check = check_of_body(bytes);
  bytes.insert(bytes.end(), check.begin(), check.end());
  MQ_ASSERT(bytes.size() == kPaperBytes);
  const std::string out = wire::encode_lines(bytes, kGroup);
  wipe(bytes);
  return sheet.address.empty() ? out : cat(out, '@', sheet.address, '\n');
}

Result<Sheet> read_sheet(std::string_view text) {
  Secret<kPaperBytes> paper;
  MQ_CHECK(wire::decode_lines(text, kName, paper.writable()));
  const ByteView bytes = paper.view();
  const ByteView body = bytes.first(bytes.size() - kCheckBytes);
  const auto check = check_of_body(body);
  const bool whole = std::equal(check.begin(), check.end(), bytes.end() - kCheckBytes);
  auto sheet = whole ? parse(body)
                     : bad_sheet("十行各自都对,合起来对不上;看看行号有没有写错,是不是抄了两张单子",
                                 "each line is right and together they are not: a line number is "
                                 "wrong, or lines of two sheets are mixed");
  if (sheet.ok()) sheet->address = address_in(text);
  return sheet;
}

Result<RecoverySeed> join_sheets(const Sheet& a, const Sheet& b) {
  if (a.township != b.township) {
    return not_together("不是同一个乡镇的。请找本乡镇的两张", "they are of two townships");
  }
  if (a.number == b.number) {
    if (a.share == b.share) {
      return not_together(cat("这是同一张(第 ", a.number, " 张)的两份。请再找另一张"),
                          cat("they are the same sheet, number ", a.number));
    }
    return not_together(cat("都是第 ", a.number, " 张,而且不是同一套。请核对日期,用同一套的两张"),
                        cat("both are number ", a.number, ", of two kits"));
  }
  const Pair pair = pair_of(a, b);
  auto seed =
      vault::open(pair.key, vault::Nonce{}, pair.aad, a.copies[copy_with(a.number, b.number)]);
  if (!seed.ok()) {
    return not_together("不是同一套(可能新旧混用了)。请核对日期,用同一套的两张",
                        "they are of two kits, perhaps an old and a new one");
  }
  RecoverySeed out{Key32(ByteView(*seed).first<Key32::kSize>())};
  wipe(*seed);
  return out;
}

std::string check_code(const Sheet& sheet) { return wire::encode_code(check_of(sheet), kGroup); }

Hash check_hash(const Sheet& sheet) {
  const std::array<std::uint8_t, 1> number{sheet.number};
  return wire::hash("mq/rk3", {check_of(sheet), number, sheet.township.view()});
}

}  // namespace mq::seal
