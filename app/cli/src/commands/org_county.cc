// org county create: the county root, for paper or offline media, and the card that townships get.
// No home, no server: it may run on a machine that never sees a network.
#include "../county_root.h"
#include "../new_file.h"
#include "mq/base/text.h"
#include "org.h"

namespace mq::cli {

namespace {

// A root whose card a kill kept from being written; its file is left as it is.
Result<wire::SigningKey> root_to_card(Call& call, const std::string& card) {
  const auto path = call.args.value("root_out");
  if (path && call.world.files.exists(*path) && !call.world.files.exists(card)) {
    auto begun = read_county_root(call, *path);
    if (begun.ok()) return begun;
  }
  if (path) MQ_CHECK(check_new_file(call, *path));
  MQ_CHECK(check_new_file(call, card));
  return wire::SigningKey::generate(call.world.random);
}

// Either on a file or printed once, for paper; never nowhere.
void hand_over(Call& call, const wire::SigningKey& root) {
  if (auto path = call.args.value("root_out")) {
    call.out.say(cat("县根密钥已写入 ", *path, ":请存到离线介质,不要留在联网的机器上"),
                 cat("county root written to ", *path, ": keep it offline"));
  }
  if (!call.args.has("root_print")) return;
  const std::string lines = root_lines(root.seed());
  call.out.object()["county_root"] = lines;
  call.out.say("县根密钥(只显示这一次,请连同行号抄在纸上):",
               "county root (shown once, copy it onto paper with its line numbers):");
  call.out.text(std::string_view(lines).substr(0, lines.size() - 1));
}

}  // namespace

Status org_county_create(Call& call) {
  MQ_CHECK(only_flags(call, {"county", "root_out", "root_print", "card_out"}));
  MQ_TRY(const std::string county, needed_flag(call, "county"));
  MQ_TRY(const std::string card, needed_flag(call, "card_out"));
  if (!call.args.value("root_out") && !call.args.has("root_print")) {
    return call.usage("请写明县根密钥放到哪里:--root-out 文件,或 --root-print 抄在纸上",
                      "where does the county root go? --root-out FILE or --root-print for paper");
  }
  MQ_TRY(const wire::SigningKey root, root_to_card(call, card));
  // Before the card, since a card without its root founds nothing.
  if (auto path = call.args.value("root_out")) MQ_CHECK(write_county_root(call, *path, root));
  MQ_CHECK(write_new_file(call, card, view_of(card_text({county, root.public_key()}))));
  call.out.object()["county"] = county;
  call.out.object()["root_number"] = key_number(root.public_key());
  call.out.object()["card"] = card;
  hand_over(call, root);
  call.out.say(cat("县卡在 ", card, "(根号码 ", key_number(root.public_key()),
                   "):发给各乡镇,用来 org township request"),
               cat("the county card is ", card, " (root number ", key_number(root.public_key()),
                   "): give it to the townships, for org township request"));
  return {};
}

}  // namespace mq::cli
