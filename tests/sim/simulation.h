// Simulation: one seed, one small township, faults on network, clock, disk, process, backup and
// membership; the invariants of the design are held after every step and at the end.
//
// Everything that runs is the product: vaults, sealers, engines, the service. The simulation only
// chooses what happens next, and remembers through its oracle what has been promised.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle.h"
#include "support/world.h"

namespace mq::sim {

struct SimOptions {
  std::uint64_t seed = 1;
  int steps = 120;
  bool trace = false;
};

struct SimResult {
  std::vector<std::string> faults;
  std::vector<std::string> trace;
  std::uint64_t writes = 0, exchanges = 0, kills = 0, restores = 0;
};

class Simulation {
 public:
  explicit Simulation(const SimOptions& options);
  SimResult run();

 private:
  struct Backup {
    testing::DiskImage image;
    std::uint64_t time = 0;
    Tokens unsealed;
  };
  struct Form {  // opened, and not yet saved
    vault::View view;
    std::uint32_t incarnation = 0;
    CellName cell;
    Tokens seen;
  };
  // What the simulation knows of a device beside the device itself.
  struct Notes {
    std::optional<Backup> backup;
    std::optional<Form> form;
    std::map<CellName, Tokens> read;  // what was visible at the last look
    std::set<Hash> outbox;
  };

  // What may happen, simulation.cc
  void step();
  void record_visit(int device);
  void record_diary(int device);
  void edit(int device);
  void edit_set(int device);
  void delete_row(int device);
  void open_form(int device);
  void save_form(int device);
  void exchange(int device);
  // Faults, weather.cc
  void change_weather(int device);
  void change_clock(int device);
  void change_disk(int device);
  void kill(int device);
  void back_up(int device);
  void restore(int device);
  void clone(int device);
  void trouble_server();
  bool bring_log_back();
  void add_member();

  // Claims, claims.cc
  void check_outbox(int device);
  void check_reads(int device, int cells);
  void check_row(int device, std::uint32_t entity, const RowId& row);
  void check_end();
  void check_streams();
  void check_cells();
  void check_server();

  static std::vector<std::uint32_t> first_fields(std::uint32_t entity);
  static std::vector<std::uint32_t> all_fields(std::uint32_t entity);
  void record(int index, int stream_kind, std::uint32_t entity);
  testing::SimDevice& device(int index) { return *world_.devices[static_cast<std::size_t>(index)]; }
  Notes& notes(int index) { return notes_[static_cast<std::size_t>(index)]; }
  bool save(int index, const vault::Draft& draft, vault::View view);
  void write(int index, const CellName& cell, vault::StreamIx stream, vault::View view,
             const Tokens& seen);
  Tokens unsealed(int index);
  Tokens visible(int index, const CellName& cell);
  std::string new_token();
  std::optional<std::pair<std::uint32_t, RowId>> some_row(int index);
  const vault::StreamInfo* some_stream(int index, int kind);
  CellName some_cell(std::uint32_t entity, const RowId& row);
  bool is_set(const CellName& cell) const;
  void say(const std::string& what);
  void fault(const std::string& what);

  SimOptions options_;
  testing::SimRandom random_;
  testing::World world_;
  Oracle oracle_;
  std::vector<Notes> notes_;
  std::optional<testing::MemoryStore::Data> server_backup_;
  bool log_lost_ = false;  // the server was restored, and not everybody has met it since
  std::vector<std::pair<std::uint32_t, RowId>> rows_;
  std::map<RowId, StreamId> stream_of_;
  std::map<RowId, std::pair<std::string, std::string>> created_;  // its first two values
  std::uint64_t next_token_ = 0;
  SimResult result_;
};

}  // namespace mq::sim
