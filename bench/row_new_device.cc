// Row 5: a new device of the desk joins and pulls everything, against loading the same rows into
// plain SQLite in one transaction.
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

constexpr const char* kHouseholds =
    "SELECT id, number, head_name, group_no, people FROM household WHERE deleted = 0 "
    "ORDER BY number";

// How many rows the list has; reading all of it is what showing it costs.
std::size_t list_households(vault::Vault& vault) {
  sqlite::Query q = must(vault.database().query(kHouseholds));
  std::size_t rows = 0;
  while (must(q.step())) rows += q.text(2).empty() ? 0 : 1;
  return rows;
}

struct Arrival {
  double list = 0, all = 0;  // seconds
};

Arrival pull_all(Device& device, const std::string& code, Town& town, std::size_t households) {
  Arrival arrival;
  const Watch watch;
  must(sync::join_township(code, device.vault(), device.keyring(), device.control(),
                           device.transport(), town.clock, town.random));
  for (;;) {
    const bool idle = must(device.engine().step()) == sync::Progress::kIdle;
    if (arrival.list == 0 && list_households(device.vault()) == households) {
      arrival.list = watch.seconds();
    }
    if (idle) break;
  }
  arrival.all = watch.seconds();
  return arrival;
}

double load_plain(const std::string& path, const std::vector<RowOp>& ops) {
  Plain plain(path);
  const Watch watch;
  plain.execute("BEGIN");
  for (const RowOp& op : ops) plain.put(op);
  plain.execute("COMMIT");
  return watch.seconds();
}

// VmRSS and VmHWM of a fresh process that has this home open.
void print_resident(const std::string& folder, std::uint32_t visits) {
  char self[4096] = {};
  if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) stop("this program is not found");
  FILE* other = popen(cat("'", self, "' --resident '", folder, "'").c_str(), "r");
  if (other == nullptr) stop("no second process");
  double now = 0, most = 0;
  if (std::fscanf(other, "%lf %lf", &now, &most) != 2) stop("no memory was reported");
  pclose(other);
  print({"5", cat("resident after unlock, ", visits, " visits held"), number(now, 1) + " MiB", "",
         now, "MiB", 64, false, "VmRSS with the household list read"});
  print_fact("5", cat("most ever resident in that process: ", number(most, 1),
                      " MiB, of which 64 MiB are Argon2id's for the moment of unlocking"));
}

}  // namespace

void resident(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  DiskFileSystem files;
  vault::KeyFile key_file(files, random, folder + "/vault.key");
  const Key32 key = must(key_file.unlock(kPassphrase));
  const auto vfs = must(vault::EncryptedVfs::install("resident", "", key, random));
  vault::VaultOptions options;
  options.path = must(key_file.database_path());
  options.vfs = vfs->name();
  options.schema = &w_schema();
  auto vault = must(vault::Vault::open(options, clock, random));
  const auto keyring = must(seal::Keyring::load(*vault));
  const auto control = must(sync::ControlStore::load(*vault));
  if (list_households(*vault) == 0) stop("there is no household");
  std::printf("%f %f\n", memory_mib("VmRSS"), memory_mib("VmHWM"));
}

void row_new_device(Bench& bench) {
  Corpus& corpus = bench.corpus();
  const std::size_t households = households_of(corpus.data).size();
  const HomeOptions options{&w_schema(), {}};
  std::vector<double> list, all, raw;
  std::string folder;
  const int runs = bench.sizes.tiny ? 1 : 2;
  for (int i = 0; i < runs; ++i) {
    progress(cat("new device: run ", i + 1));
    const auto code =
        corpus.town.invite(*corpus.admin, sync::pb::ROLE_KIND_DESK, cat("内勤", i + 1));
    raw.push_back(load_plain(cat(bench.folder, "/plain-", i, ".db"), corpus.ops));
    bench.holder_ = corpus.town.new_home(options);
    const Arrival arrival = pull_all(*bench.holder_, code, corpus.town, households);
    list.push_back(arrival.list);
    all.push_back(arrival.all);
    folder = bench.holder_->folder();
  }
  const double plain = median(raw);
  const auto figure = [&](const char* what, double seconds, double budget) {
    print({"5", cat("new device, ", bench.sizes.held, " visits: ", what), number(seconds, 2) + " s",
           number(plain, 2) + " s", seconds / plain, "×", budget, false,
           "loading the same rows into plain SQLite"});
  };
  figure("first household list", median(list), 0.5);
  figure("all rows", median(all), 2.5);
  bench.holder_.reset();
  print_resident(folder, bench.sizes.held);
  bench.holder_ = std::make_unique<Device>(corpus.town, folder, options);
}

}  // namespace mq::bench
