// recover: the recovery kit, three sheets of paper any two of which appoint an admin's device.
// `drill` shows that it still works; the other acts have files of their own.
#include "recover.h"

#include "../home.h"
#include "../sheet_input.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/recovery.h"
#include "mq/work/setup.h"

namespace mq::cli {

namespace {

Error not_everything(const sync::Drilled& drilled) {
  return {Code::kConflict,
          cat("演练没有通过:单子是对的,但有 ", drilled.closed,
              " 条数据流的钥匙没有交给恢复单;请 rotate 换一次钥匙,再演练"),
          cat("the drill failed: the sheets are right, but ", drilled.closed,
              " streams have keys that they do not open; rotate, then drill again")};
}

Status drill(Call& call) {
  MQ_CHECK(only_flags(call, {"sheet"}));
  MQ_TRY(const GivenKit kit, given_kit(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const sync::Drilled drilled, sync::drill_recovery(kit.seed, kit.sheets, home->control()));
  if (drilled.closed > 0) return not_everything(drilled);
  const Date today = Date::in_shanghai(place.clock.wall());
  MQ_CHECK(home->saving([&] { return work::note_recovery_drill(place, today); }));
  const Date next{today.days + work::kDrillDays};
  call.out.object() = {
      {"drilled", today.iso()}, {"next_by", next.iso()}, {"streams", drilled.streams}};
  call.out.say(
      cat("演练通过:能打开 ", drilled.streams, " 条数据流。下次不晚于 ", next.iso(), "。"),
      cat("the drill passed: ", drilled.streams, " streams open; the next one by ", next.iso()));
  return {};
}

}  // namespace

Status run_recover(Call& call) {
  const std::string act = call.args.word(1);
  if (act == "make") return recover_make(call);
  if (act == "drill") return drill(call);
  if (act == "use") return recover_use(call);
  if (act == "grant") return recover_grant(call);
  return call.usage("用法:recover make|drill|use|grant", "usage: recover make|drill|use|grant");
}

}  // namespace mq::cli
