// Faults: which of the outside calls of one run (network, disk, database file) goes wrong.
//
// for_each_fault(scenario) breaks the 1st call, then the 2nd, and so on until a run meets none;
// then again with every call from the nth on. Each run is a new call of the scenario, which must
// build its own world, drive it through errors, call faults.stop(), and then hold its claims.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

namespace mq::testing {

class Faults {
 public:
  enum class Mode { kNone, kOnce, kFromThere };
  Faults() = default;
  Faults(Mode mode, std::uint64_t nth) : mode_(mode), nth_(nth) {}

  // Called once for each outside call; true: this call must fail.
  bool next() {
    if (paused_) return false;
    ++calls_;
    const bool now = mode_ == Mode::kOnce        ? calls_ == nth_
                     : mode_ == Mode::kFromThere ? calls_ >= nth_
                                                 : false;
    met_ = met_ || now;
    return now;
  }
  // Arms the sweep for the nth call from here on.
  void arm(Mode mode, std::uint64_t nth) {
    mode_ = mode;
    nth_ = nth;
    calls_ = 0;
    paused_ = false;
  }
  // Preparation and checking are not part of the sweep.
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  // The outside is well again.
  void stop() { mode_ = Mode::kNone; }

  bool met() const { return met_; }
  std::uint64_t calls() const { return calls_; }

 private:
  Mode mode_ = Mode::kNone;
  std::uint64_t nth_ = 0;
  std::uint64_t calls_ = 0;
  bool paused_ = false;
  bool met_ = false;
};

// Returns how many different calls were broken. Stops at the first run with a failed expectation,
// naming the call; `runs_max` only guards against a scenario that never ends.
inline std::uint64_t for_each_fault(const std::function<void(Faults&)>& scenario,
                                    std::uint64_t runs_max = 20'000) {
  std::uint64_t broken = 0;
  for (const Faults::Mode mode : {Faults::Mode::kOnce, Faults::Mode::kFromThere}) {
    for (std::uint64_t nth = 1; nth <= runs_max; ++nth) {
      Faults faults(mode, nth);
      SCOPED_TRACE(::testing::Message()
                   << (mode == Faults::Mode::kOnce ? "call " : "every call from ") << nth
                   << " fails");
      scenario(faults);
      if (::testing::Test::HasFailure()) return broken;
      if (!faults.met()) break;
      ++broken;
    }
  }
  return broken;
}

}  // namespace mq::testing
