// org create: founds county and township in one act, for one township and for trials. The other
// acts have files of their own.
#include "org.h"

#include "../contact.h"
#include "../founding_root.h"
#include "../home.h"
#include "../township_state.h"
#include "../whole_line.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/founding.h"
#include "mq/work/organisation.h"
#include "mq/work/setup.h"

namespace mq::cli {

namespace {

Result<sync::FoundOptions> options_of(Call& call) {
  MQ_CHECK(only_flags(
      call, {"county", "township", "server", "code", "root_out", "practice", "name", "root"}));
  sync::FoundOptions options;
  for (const auto& [flag, target] :
       {std::pair{"county", &options.county_name}, std::pair{"township", &options.township_name},
        std::pair{"server", &options.server_address}}) {
    auto value = call.args.required(flag);
    if (!value.ok()) return call.usage(std::move(value).error());
    MQ_CHECK(check_name(call, flag, *value));
    *target = *value;
  }
  if (call.args.value("root") && call.args.value("root_out")) {
    return call.usage(
        "--root 用已有的县根,--root-out 存新的县根:只写一个",
        "--root takes a county root that exists, --root-out keeps a new one: not both");
  }
  options.founder_name = call.args.value("name").value_or("乡镇管理员");
  MQ_CHECK(check_name(call, "name", options.founder_name));
  options.code = call.args.value("code").value_or("");
  options.practice = call.args.has("practice");
  return options;
}

// Nothing is left behind without a contact; afterwards whatever a kill interrupts goes on.
Result<FoundingRoot> root_to_found_under(Call& call, Home& home, sync::Transport& transport) {
  MQ_TRY(FoundingRoot root, FoundingRoot::of(call, home));
  if (!root.begun()) {
    MQ_CHECK(sync::server_key_of(transport, call.world.clock, call.world.random));
  }
  MQ_CHECK(root.keep(call, home));
  return root;
}

Status found_or_go_on(Call& call, Home& home, sync::Transport& transport,
                      const sync::FoundOptions& options, const FoundingRoot& root) {
  if (home.control().state().head_seq() > 0) return {};
  MQ_CHECK(sync::found_under(root.key(), options,
                             {home.vault(), home.keyring(), home.control(), transport,
                              call.world.clock, call.world.random}));
  return home.settle();
}

Status write_rows(Home& home, const work::Workplace& place, const sync::FoundOptions& options) {
  MQ_TRY(const bool written, work::has_founding_rows(place));
  if (written) return {};
  return home.saving([&] {
    return work::write_founding_rows(
        place, {options.county_name, options.township_name, options.founder_name});
  });
}

Status create(Call& call) {
  MQ_TRY(const sync::FoundOptions options, options_of(call));
  MQ_CHECK(check_root_out(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open_or_create(call));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect(options.server_address));
  MQ_TRY(const FoundingRoot root, root_to_found_under(call, *home, *transport));
  MQ_CHECK(found_or_go_on(call, *home, *transport, options, root));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_CHECK(write_rows(*home, place, options));
  MQ_CHECK(reconcile(call, *home, *transport));
  const std::string id = place.control.township().hex();
  const TownshipState state = township_state(place.control);
  call.out.object()["township"] = id;
  call.out.object()["state"] = state.zh;
  call.out.say(
      cat("已建 ", options.county_name, options.township_name, "(", state.zh, ");编号 ", id),
      cat("founded ", options.township_name, " (", state.en, "); id ", id));
  return root.hand_over(call, *home);
}

}  // namespace

Result<std::string> needed_flag(Call& call, const char* flag) {
  auto value = call.args.required(flag);
  if (!value.ok()) return call.usage(std::move(value).error());
  return value;
}

Status run_org(Call& call) {
  const std::string act = call.args.word(1);
  if (act == "create") return create(call);
  if (act == "open") return org_open(call);
  if (act == "township") return org_township(call);
  if (act == "county" && call.args.word(2) == "create") return org_county_create(call);
  if (act == "county" && call.args.word(2) == "appoint") return org_county_appoint(call);
  return call.usage(
      "用法:org create|open,org county create|appoint,org township "
      "request|certify|enrol|rejoin",
      "usage: org create|open, org county create|appoint, org township "
      "request|certify|enrol|rejoin");
}

}  // namespace mq::cli
