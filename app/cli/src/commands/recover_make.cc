// recover make: prints the three sheets of a new kit and makes it known to the log.
//
// Seed and sheets stand in memory and in the folder that was named, nowhere else.
#include <algorithm>

#include "../contact.h"
#include "../county_root.h"
#include "../home.h"
#include "../sheet_html.h"
#include "../sheet_input.h"
#include "mq/base/text.h"
#include "mq/sync/recovery.h"
#include "mq/work/directory.h"
#include "mq/work/setup.h"
#include "recover.h"

namespace mq::cli {

namespace {

constexpr std::string_view kFileStart = "恢复单-";
using Sheets = std::array<seal::Sheet, seal::kSheets>;

std::string path_of(const std::string& folder, std::size_t number) {
  return cat(folder, "/", kFileStart, number, ".html");
}

// Old and new sheets in one folder get mixed up; a file that stands there is never overwritten.
Status check_folder(Call& call, const std::string& folder) {
  MQ_CHECK(call.world.files.make_folder(folder));
  MQ_TRY(const std::vector<std::string> names, call.world.files.list(folder));
  const bool used =
      std::ranges::any_of(names, [](const auto& name) { return name.starts_with(kFileStart); });
  if (!used) return {};
  return Error{Code::kConflict, cat("文件夹 ", folder, " 里已有恢复单,没有改动;请换一个空文件夹"),
               cat("the folder ", folder, " holds recovery sheets; choose an empty one")};
}

// The three files stand before the log knows the kit: a kit in force that nobody has would be
// worse than paper that opens nothing.
Status write_sheets(Call& call, const work::Workplace& place, const std::string& folder,
                    const Sheets& sheets) {
  const Date today = Date::in_shanghai(place.clock.wall());
  MQ_TRY(const vault::StreamIx ix, work::Directory(place).township_stream());
  const std::string township = place.vault.stream(ix)->label;
  for (const seal::Sheet& sheet : sheets) {
    MQ_TRY(std::string page, sheet_html(township, today, sheet));
    const Status written = call.world.files.replace(path_of(folder, sheet.number), view_of(page));
    wipe({reinterpret_cast<std::uint8_t*>(page.data()), page.size()});
    MQ_CHECK(written);
  }
  return {};
}

void remove_sheets(Call& call, const std::string& folder) {
  for (std::size_t number = 1; number <= seal::kSheets; ++number) {
    static_cast<void>(call.world.files.remove(path_of(folder, number)));
  }
}

Error perhaps_made(const Error& error, const std::string& folder) {
  return {error.code,
          cat(error.zh, " 不知道恢复单登记上了没有:", folder,
              " 里的三张先不要用也不要丢;请 sync 后用它们 recover "
              "drill,通过就有效,没通过就销毁、重做。"),
          cat(error.en, "; it is not known whether the kit was registered: keep the sheets in ",
              folder, ", sync, then drill them; if that fails, destroy them and make others")};
}

// Who signs beside this admin in an open township: two old sheets, or the county root.
struct Second {
  std::optional<wire::SigningKey> key;
  const wire::SigningKey* get() const { return key ? &*key : nullptr; }
};
Result<Second> second_signer(Call& call) {
  if (auto path = call.args.value("root")) {
    MQ_TRY(wire::SigningKey root, read_county_root(call, *path));
    return Second{std::move(root)};
  }
  if (!call.args.has("sheet")) return Second{};
  MQ_TRY(const GivenKit old, given_kit(call));
  return Second{old.seed.sign()};
}

struct Made {
  Sheets sheets;
  std::size_t streams = 0;
};

Result<Made> make_kit(Call& call, Home& home, sync::Transport& transport, sync::KitOptions options,
                      const std::string& folder) {
  MQ_TRY(const work::Workplace place, home.place());
  const seal::RecoverySeed seed = seal::RecoverySeed::draw(call.world.random);
  Made made;
  const wire::ControlState& log = place.control;
  made.sheets = seal::make_sheets(seed, {log.township(), log.head_at(1), log.server_address()},
                                  call.world.random);
  options.seed = &seed;
  for (std::size_t i = 0; i < seal::kSheets; ++i) {
    options.checks[i] = seal::check_hash(made.sheets[i]);
  }
  const Status written = write_sheets(call, place, folder, made.sheets);
  if (!written.ok()) {
    remove_sheets(call, folder);
    return written.error();
  }
  auto streams = sync::make_recovery(options, {home.vault(), home.keyring(), home.control(),
                                               transport, call.world.clock, call.world.random});
  if (!streams.ok() && streams.error().code == Code::kUnavailable) {
    return perhaps_made(streams.error(), folder);
  }
  if (!streams.ok()) {
    remove_sheets(call, folder);
    return std::move(streams).error();
  }
  made.streams = *streams;
  return made;
}

void tell_made(Call& call, const std::string& folder, const Made& made) {
  Json files = Json::array();
  Json checks = Json::array();
  for (const seal::Sheet& sheet : made.sheets) {
    files.push_back(path_of(folder, sheet.number));
    checks.push_back(seal::check_code(sheet));
  }
  const bool replaced = call.args.has("replace");
  call.out.object() = {{"made", true},
                       {"replaced", replaced},
                       {"files", std::move(files)},
                       {"checks", std::move(checks)},
                       {"streams", made.streams}};
  if (replaced) {
    call.out.say("新恢复单已生效,旧的三张已作废,请收回销毁。",
                 "the new recovery kit is in force; the old three sheets are void, destroy them");
  }
  call.out.say(
      cat("恢复单三张在 ", folder, ":任意两张能打开 ", made.streams, " 条数据流。"),
      cat("three recovery sheets in ", folder, "; any two open ", made.streams, " streams"));
  call.out.say("请打印后交给三个人分开保管,用这三个文件 recover drill 一次,然后删掉文件。",
               "print them, give them to three persons, drill them once, then delete the files");
}

}  // namespace

Status recover_make(Call& call) {
  MQ_CHECK(only_flags(call, {"o", "replace", "sheet", "root"}));
  const auto folder = call.args.value("o");
  if (!folder) return call.usage("请写明恢复单存到哪个文件夹:-o 文件夹", "missing -o FOLDER");
  MQ_TRY(const Second second, second_signer(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(reconcile(call, *home, *transport));
  sync::KitOptions options;
  options.replace = call.args.has("replace");
  options.second = second.get();
  MQ_CHECK(sync::may_make_recovery(options, place.control, place.member));
  MQ_CHECK(check_folder(call, *folder));
  MQ_TRY(const Made made, make_kit(call, *home, *transport, options, *folder));
  MQ_CHECK(home->saving([&] { return work::note_recovery_drill(place, std::nullopt); }));
  tell_made(call, *folder, made);
  MQ_CHECK(reconcile(call, *home, *transport));
  return {};
}

}  // namespace mq::cli
