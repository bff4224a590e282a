#include "fuzz/bundle_world.h"
#include "fuzz/seeds.h"

namespace mq::fuzz {

std::vector<Bytes> seeds() {
  BundleTownship town;
  std::vector<Bytes> out;
  town.stick.good(town.cadre, "空");
  out.push_back(town.records("空"));
  for (const char* theme : {"一", "二", "三"}) {
    testing::record_visit(town.world, town.cadre, theme);
    town.stick.good(town.cadre, "去");
    out.push_back(town.records("去"));
  }
  MQ_ASSERT(town.world.open_villages(town.desk, 1).ok());
  testing::record_visit(town.world, town.desk, "四");
  MQ_ASSERT(town.desk.sync_until_idle());
  town.stick.taken(town.desk, "去");
  MQ_ASSERT(town.desk.sync_until_idle());
  town.stick.good(town.desk, "回", {testing::id_of(town.desk), testing::id_of(town.cadre)});
  out.push_back(town.records("回"));
  return out;
}

}  // namespace mq::fuzz
