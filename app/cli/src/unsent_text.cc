#include "unsent_text.h"

#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/work/local_entry.h"

namespace mq::cli {

sync::BundleHome bundle_home(Call& call, Home& home) {
  return {home.vault(),  home.keyring(),   home.control(),
          home.sealer(), call.world.clock, call.world.random};
}

Result<sync::Unsent> unsent_of(Home& home) {
  MQ_TRY(sync::Unsent unsent, sync::unsent_work(home.vault(), home.sealer()));
  MQ_TRY(const auto kept, work::local_entries(home.vault()));
  unsent.alone += kept.size();  // what was recorded before joining is nowhere else
  return unsent;
}

std::string copy_text(const sync::Unsent& unsent) {
  return cat(unsent.file, ",", Date::in_shanghai(unsent.written).iso());
}

void tell_unsent(Call& call, const sync::Unsent& unsent) {
  call.out.object()["unsent"] = unsent.alone + unsent.copied;
  call.out.object()["alone"] = unsent.alone;
  call.out.object()["copied"] = unsent.copied;
  call.out.say(cat("只在本机、还没送到:", unsent.alone, " 条"),
               cat("on this device alone: ", unsent.alone));
  if (unsent.copied == 0) return;
  call.out.say(cat("已存一份(", copy_text(unsent), "),还没送到:", unsent.copied, " 条"),
               cat("in a bundle too (", copy_text(unsent), "), no receipt yet: ", unsent.copied));
}

}  // namespace mq::cli
