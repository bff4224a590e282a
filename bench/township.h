// Township: a town that speaks the product's schema, with its rosters imported by core/work.
#pragma once

#include <memory>
#include <string>

#include "mq/work/import.h"
#include "mq/work/workplace.h"
#include "town.h"

namespace mq::bench {

struct Township {
  explicit Township(const std::string& folder);

  work::Workplace place();
  // Three rosters, cadres, pairings; and then the paper visits. Both return the lines stored.
  std::size_t import_organisation(const std::string& samples);
  std::size_t import_all(const std::string& samples);

  Town town;
  std::unique_ptr<Device> device;

 private:
  std::size_t import(const std::string& path, work::ImportKind kind);
};

}  // namespace mq::bench
