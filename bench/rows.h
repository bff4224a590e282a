// The rows of the table of budgets: each measures ours and the raw limit in turn, and prints.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "measure.h"
#include "town.h"
#include "w_model.h"

namespace mq::bench {

struct Sizes {
  bool tiny = false;                  // for the test that the programs still run
  std::uint32_t visits = 10'000;      // W for bytes, merging, size and import
  std::uint32_t held = 100'000;       // what a device holds
  std::uint32_t little = 1'000;       // what it holds in comparison
  std::uint32_t million = 1'000'000;  // for ledgers
  std::uint32_t saves = 2'000;
  std::uint32_t clients = 32;
  std::uint32_t calls = 60;  // of each client
  int repeats = 5;
};

// W authored by 20 devices, sealed and pushed to a server; made once for the rows that need it.
struct Corpus {
  Corpus(const std::string& folder, std::uint32_t visits);

  Town town;
  w::Data data;
  std::vector<RowOp> ops;  // in the order of authorship: households, visits, diaries, edits
  std::unique_ptr<Device> admin;
  std::vector<std::unique_ptr<Device>> authors;
  StreamId village;
  std::vector<wire::Envelope> envelopes;  // in the order of the server
  std::size_t sealed_bytes = 0;
};

struct Bench {
  Sizes sizes;
  std::string folder;
  std::string samples;  // samples/township of the source tree

  // Of sizes.held visits, and a device of the desk that has pulled all of it; both made once.
  Corpus& corpus();
  Device& holder();

  std::unique_ptr<Corpus> corpus_;
  std::unique_ptr<Device> holder_;
};

void row_save(Bench& bench);
void row_wire(Bench& bench);
void row_idle(Bench& bench);
void row_apply(Bench& bench);
void row_new_device(Bench& bench);
void row_server(Bench& bench);
void row_size(Bench& bench);
void row_sealing(Bench& bench);
void row_ledger(Bench& bench);
void row_search(Bench& bench);
void row_import(Bench& bench);
void row_fill(Bench& bench);
void row_control(Bench& bench);
// In a process of its own: unlocks the home of `folder` and prints its memory.
void resident(const std::string& folder);

}  // namespace mq::bench
