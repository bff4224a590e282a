// rotate: new keys for one village, or for everything this admin reads.
#include "../contact.h"
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"
#include "mq/work/directory.h"

namespace mq::cli {

namespace {

Result<std::vector<StreamId>> streams_of(Call& call, Home& home) {
  std::vector<StreamId> out;
  MQ_TRY(const work::Workplace place, home.place());
  for (const std::string& typed : call.args.values("village")) {
    MQ_TRY(const work::Village village, work::Directory(place).village(typed));
    for (const vault::StreamIx ix : {village.stream, village.private_stream}) {
      if (const vault::StreamInfo* stream = home.vault().stream(ix)) out.push_back(stream->id);
    }
  }
  return out;
}

}  // namespace

Status run_rotate(Call& call) {
  MQ_CHECK(only_flags(call, {"village"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::vector<StreamId> streams, streams_of(call, *home));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const std::size_t rotated,
         sync::rotate_streams(streams, member_of(*home, *transport, call.world)));
  call.out.object()["rotated"] = rotated;
  call.out.say(cat("已换新钥匙:", rotated, " 条数据流。没联系过的设备下次联系时取到。"),
               cat("new keys for ", rotated, " streams; others take them at their next contact"));
  return {};
}

}  // namespace mq::cli
