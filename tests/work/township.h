// A small township at work: a desk, and cadres on devices of their own, over the simulated world.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "mq/work/import.h"
#include "mq/work/organisation.h"
#include "support/world.h"

namespace mq::work::testing {

using mq::testing::Faults;
using mq::testing::SimDevice;
using mq::testing::World;

// Two villages, five households, seven people; 0003 is away for good.
extern const std::string kRoster;
// 甲 of county rank, 乙 of section rank, 丙 of general rank.
extern const std::string kCadres;

class Township {
 public:
  // Founded, with nothing in it but what founding writes. Faults may be null.
  explicit Township(Faults* faults = nullptr);

  Workplace at(SimDevice& device);
  Workplace place() { return at(desk); }
  // kRoster and kCadres imported.
  Township& with_people();
  ImportResult import(ImportKind kind, const std::string& csv, bool skip_refused = false);
  // A cadre on a device of his own, of those villages; `guarded`: with their PRIVATE streams.
  SimDevice& join(const std::string& name, const std::vector<std::string>& villages, bool guarded);
  // Somebody of a unit that issues are handed to, on a device of his own.
  SimDevice& join_unit(const std::string& unit, const std::string& name);

  World world;
  SimDevice& desk;

 private:
  // Those that stand on the desk's device alone so far.
  void register_streams();
  SimDevice& enter(const sync::InviteOptions& invite);
};

// The fields named in the faults, sorted; "" joined to nothing if there are none.
std::vector<std::string> fields_of(const std::vector<model::Fault>& faults);

// Expects that it was stored and gives its row.
RowId saved(const Result<Outcome>& outcome);

// What a person reads in one cell, of the row itself or of its P3 facts; references as ids.
std::string shown(const Workplace& place, std::string_view entity, const RowId& row,
                  std::string_view field);
std::int64_t count(const Workplace& place, std::string_view table);

}  // namespace mq::work::testing
