// programme: what is asked of whom. Quotas are data, not code.
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/entry.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

Status show(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::vector<work::ProgrammeRow> programmes, work::programmes(place));
  MQ_TRY(const std::vector<work::Quota> quotas, work::quotas(place));
  Json list = Json::array();
  for (const work::ProgrammeRow& programme : programmes) {
    list.push_back({{"id", programme.row.hex()},
                    {"title", programme.title},
                    {"from", programme.from.iso()},
                    {"to", programme.to.iso()}});
    call.out.text(cat(programme.title, "  ", programme.from.iso(), " – ", programme.to.iso()));
  }
  Json quota = Json::object();
  std::vector<std::vector<std::string>> lines;
  for (const work::Quota& one : quotas) {
    quota[one.rank_name] = one.pairs;
    lines.push_back({one.rank_name, cat(one.pairs)});
  }
  call.out.object()["programmes"] = std::move(list);
  call.out.object()["quota"] = std::move(quota);
  call.out.table({"职级", "结对户数"}, lines);
  return {};
}

Status set(Call& call, Home& home, const work::Workplace& place) {
  const std::vector<std::string> wishes = call.args.values("quota");
  if (wishes.empty())
    return call.usage("用法:programme set --quota 职级=户数", "usage: --quota RANK=N");
  for (const std::string& wish : wishes) {
    const std::size_t equals = wish.find('=');
    const std::string number = equals == std::string::npos ? "" : wish.substr(equals + 1);
    const bool plain =
        !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
    if (!plain || number.size() > 3 || std::stoi(number) > 255) {
      return call.usage(cat("定额应写成 职级=户数(0–255),如 县级=4:", wish),
                        cat("a quota is RANK=N, 0–255: ", wish));
    }
    MQ_CHECK(home.saving(
        [&] { return work::set_quota(place, wish.substr(0, equals), std::stoi(number)); }));
  }
  return show(call, place);
}

Status add(Call& call, Home& home, const work::Workplace& place) {
  work::Inputs inputs;
  for (const char* flag : {"title", "doc_no", "from", "to", "remark"}) {
    if (auto value = call.args.value(flag)) inputs.push_back({flag, *value});
  }
  work::Outcome outcome;
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_TRY(outcome, work::add_programme(place, inputs));
    return {};
  }));
  if (!outcome.ok()) return work::refused(outcome.faults);
  return show(call, place);
}

}  // namespace

Status run_programme(Call& call) {
  MQ_CHECK(only_flags(call, {"quota", "title", "doc_no", "from", "to", "remark"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const std::string verb = call.args.word(1);
  if (verb.empty() || verb == "show") return show(call, place);
  if (verb == "set") return set(call, *home, place);
  if (verb == "add") return add(call, *home, place);
  return call.usage("用法:programme show|add|set", "usage: programme show|add|set");
}

}  // namespace mq::cli
