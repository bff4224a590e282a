// RecoveryKit: the seed that can appoint an admin when every admin's device is gone, on three
// sheets of paper (PROTOCOL section 6).
//
// Any two sheets give the seed, one gives nothing. Sheets are typed back from paper: every one or
// two wrong characters are found, and on which line. It keeps nothing: seed and sheets are the
// caller's, who wipes what he makes of them. No error repeats a line. Pure; bytes in FORMAT.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/seal/box.h"
#include "mq/wire/crypto.h"

namespace mq::seal {

inline constexpr std::size_t kSheets = 3;
inline constexpr std::size_t kSheetCopyBytes = 48;
inline constexpr std::size_t kOriginBytes = 15;

struct RecoverySeed {
  Key32 seed;
  static RecoverySeed draw(Random& random);
  BoxKeyPair box() const;         // opens the boxes sealed to recovery
  wire::SigningKey sign() const;  // appoints an admin's device
};

struct Sheet {
  std::uint8_t number = 0;  // 1 to 3
  TownshipId township;
  // How the hash of the log's first entry begins: a log with another one is a stranger's, whatever
  // township and kit it names.
  std::array<std::uint8_t, kOriginBytes> origin{};
  // Where the server was when the sheet was printed: a hint, under no check; may be empty.
  std::string address;
  Secret<16> share;
  // The seed under both shares of a pair; with the other two sheets, the lower number first.
  std::array<std::array<std::uint8_t, kSheetCopyBytes>, 2> copies{};
};

// The township whose kit it is.
struct SheetOf {
  TownshipId township;
  Hash genesis;  // of its control log
  std::string address;
};
std::array<Sheet, kSheets> make_sheets(const RecoverySeed& seed, const SheetOf& of, Random& random);
// Whether the sheet was made for the township whose log begins so.
bool is_of(const Sheet& sheet, const TownshipId& township, const Hash& genesis);

// Ten numbered lines of code text, then "@address" if there is one. Holds the share.
std::string sheet_text(const Sheet& sheet);
// Forgives what code text forgives, and the order of lines; passes over lines that are neither
// numbered nor an address, so that a printed page may be given as it is.
//
// kInvalidInput  a line is missing, given twice or mistyped (which one), or lines of two sheets are
//                mixed
// kUnsupported   made by a newer version
Result<Sheet> read_sheet(std::string_view text);

// kInvalidInput: two of the same, of two townships, or of two kits.
Result<RecoverySeed> join_sheets(const Sheet& a, const Sheet& b);

// What a custodian may read out over the telephone to show which sheet he holds; opens nothing.
std::string check_code(const Sheet& sheet);
// What the control log holds of it.
Hash check_hash(const Sheet& sheet);

}  // namespace mq::seal
