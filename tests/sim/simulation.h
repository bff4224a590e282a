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

#include "endings.h"
#include "fields.h"
#include "oracle.h"
#include "support/world.h"

namespace mq::sim {

struct SimOptions {
  std::uint64_t seed = 1;
  int steps = 120;
  bool trace = false;
  bool membership = true;  // rights and devices end and begin anew
};

struct SimResult {
  std::vector<std::string> faults;
  std::vector<std::string> trace;
  std::uint64_t writes = 0, exchanges = 0, kills = 0, restores = 0;
  std::uint64_t endings = 0, late = 0, decided = 0;  // late: envelopes beyond an end
  std::uint64_t carried = 0;                         // bundles
  std::uint64_t healed = 0;                          // logs
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
  // One move of a state machine, as its author made it.
  struct Move {
    int device = 0;
    std::int64_t from = 0;
    std::set<std::int64_t> seen;
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
  void record_something(int device);
  void import_rows(int device);
  void move_on(int device);
  void edit(int device);
  void edit_set(int device);
  void delete_row(int device);
  void open_form(int device);
  void save_form(int device);
  void exchange(int device);
  // Faults, trouble.cc
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
  void open_private();
  void stumble(int device);
  void stand_up(int device);
  void forge_replies(int device);

  // Copies that somebody carries, courier.cc
  struct Bundle {
    Bytes bytes;
    std::set<DeviceId> to;
  };
  void courier(int device);
  void pack(int device);
  void unpack(int device, const Bundle& bundle);
  // Rights and devices, membership.cc
  using Act = std::function<Status(const sync::Member&)>;
  void change_membership();
  std::optional<int> some_admin();
  bool ready(int admin);
  Status act(int admin, const std::string& what, const Act& act);
  void race_with(int admin, int other);
  void revoke_somebody(int admin);
  void stop(int admin, const DeviceId& device, std::optional<int> racing = std::nullopt);
  void replace_somebody(int admin);
  void rotate(int admin);
  void end_somebody(int admin);
  void give_again(int admin);
  void hand_over(int admin);
  void take_invitation_back(int admin);
  void race_for_invitation(int admin);
  void revoke_each_other(int admin);
  void decide(int admin);
  void appoint(int admin);
  void let_a_month_pass();
  void tend(int admin);
  void part_the_log(int admin);
  bool heal_again();
  std::optional<int> other_admin(int admin);
  void append_something(int admin);
  void some_exchange(int but);
  int join(const std::string& name, const std::string& code);
  bool refused_to_stranger(const std::string& code);
  std::vector<PersonId> cadres();
  int newest();  // the device that has heard most of the log
  const wire::ControlState& log() { return device(newest()).control().state(); }
  bool live(const DeviceId& device);
  bool reads_now(int device, const StreamId& stream);

  // Forgotten passphrases, forgetting.cc
  struct Secretly {
    std::string passphrase;
    RowId row;
    Bytes sealed;  // the escrow of the code that is good now
  };
  void forget(int device);
  void prepare_code(int device);
  std::optional<std::string> code_read_out(int device);
  void check_escrow(const DeviceId& owner, ByteView sealed);
  void check_redeemed(int device, const std::string& code, const std::string& fresh, bool must);

  // Claims, claims.cc
  void check_outbox(int device);
  void check_reads(int device, int cells);
  void check_row(int device, std::uint32_t entity, const RowId& row);
  void check_level(int device);
  void check_moves(int device, const RowId& row);
  void check_end();
  void say_restless();
  void say_where(int device, const std::string& what);
  void check_streams();
  void check_cells();
  void check_server();
  // claims of endings and keys, ended.cc
  void check_out_of_force(int device);
  void check_late();
  void check_keys();
  void check_newest_key(int device, const wire::StreamRecord& stream);
  void check_opens(int device, const wire::Envelope& envelope);
  void refresh_endings();
  void know_outboxes();
  const Tokens& words_of(const Hash& envelope);

  void record(int index, int stream_kind, const Fields& fields);
  void note_rows(int index, const std::vector<vault::Draft>& drafts);
  vault::Draft new_row(int index, const vault::StreamInfo& stream, const Fields& fields);
  testing::SimDevice& device(int index) { return *world_.devices[static_cast<std::size_t>(index)]; }
  Notes& notes(int index) { return notes_[static_cast<std::size_t>(index)]; }
  bool save(int index, const vault::Draft& draft, vault::View view);
  void write(int index, const CellName& cell, vault::StreamIx stream, vault::View view,
             const Tokens& seen);
  Tokens unsealed(int index);
  Tokens visible(int index, const CellName& cell);
  model::Value new_value(const CellName& cell);
  std::optional<std::pair<std::uint32_t, RowId>> some_row(int index);
  const vault::StreamInfo* some_stream(int index, int kind);
  CellName some_cell(std::uint32_t entity, const RowId& row);
  void say(const std::string& what);
  void fault(const std::string& what);
  struct GivenUp {};
  [[noreturn]] void give_up(const std::string& what);

  SimOptions options_;
  testing::SimRandom random_;
  testing::Faults faults_;
  testing::World world_;
  Oracle oracle_;
  std::vector<Notes> notes_;
  std::optional<testing::MemoryStore::Data> server_backup_;
  bool log_lost_ = false;  // the server was restored, and not everybody has met it since
  std::vector<std::pair<std::uint32_t, RowId>> rows_;
  std::map<RowId, StreamId> stream_of_;
  std::map<std::string, model::Value> values_;           // by word
  std::map<RowId, std::map<std::int64_t, Move>> moves_;  // by the state they lead to
  std::set<int> doubled_;  // whose home went on twice: a clone and its origin, a restored one
  std::optional<StreamId> bare_village_;  // has no private stream yet
  std::uint64_t next_token_ = 0;
  testing::SimRandom turns_;  // of membership
  Endings endings_;
  std::map<Hash, Tokens> words_;                                  // by envelope
  std::set<int> doubted_;                                         // whose right has ended somewhere
  std::vector<std::pair<PersonId, std::vector<StreamId>>> lost_;  // rights to be given again
  std::map<int, Secretly> secrets_;                               // by device
  // An entry that every log must have which counts; 0: none.
  std::pair<std::uint32_t, Hash> healed_;
  bool parted_ = false;         // once at least
  std::optional<int> speaker_;  // whose log counts while it is parted
  int stopped_ = 0;
  std::vector<Bundle> bundles_;  // under way
  SimResult result_;
};

}  // namespace mq::sim
