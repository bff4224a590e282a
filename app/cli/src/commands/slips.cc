#include "slips.h"

#include <algorithm>

#include "../contact.h"
#include "../home.h"
#include "../new_file.h"
#include "../slips_html.h"
#include "../table_file.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"
#include "mq/work/slips.h"

namespace mq::cli {

namespace {

void note_refusals(Call& call, const work::SlipList& list) {
  Json skipped = Json::array();
  for (const work::SlipRefusal& one : list.refusals) {
    skipped.push_back({{"line", one.line},
                       {"name", one.name},
                       {"why", std::string(call.out.pick(one.zh, one.en))}});
  }
  call.out.object() = {{"slips", 0}, {"skipped", std::move(skipped)}};
}

void tell_refusals(Call& call, const work::SlipList& list) {
  std::vector<std::vector<std::string>> lines;
  for (const work::SlipRefusal& one : list.refusals) {
    lines.push_back({cat(one.line), one.name, std::string(call.out.pick(one.zh, one.en))});
  }
  if (!lines.empty()) call.out.table({"行", "姓名", "原因"}, lines);
}

// kInvalidInput, all refusals told, unless somebody may be invited and the others may be skipped.
Result<work::SlipList> read_list(Call& call, const work::Workplace& place,
                                 const tabular::Sheet& sheet, RoleKind role) {
  MQ_TRY(work::SlipList list, work::read_slips(place, sheet, role));
  note_refusals(call, list);
  const std::size_t refused = list.refusals.size();
  const bool all_or_nothing = refused > 0 && !call.args.has("skip_refused");
  if (!all_or_nothing && !list.people.empty()) return list;
  tell_refusals(call, list);
  if (!all_or_nothing) {
    return Error{Code::kInvalidInput, "文件里没有可以邀请的人,什么也没有发",
                 "the file has nobody to invite; nothing was done"};
  }
  return Error{
      Code::kInvalidInput,
      cat("有 ", refused, " 行不能发邀请单,一个也没有发;改好再来,或加 --skip-refused 发其余的"),
      cat(refused, " lines cannot be invited and nobody was; mend them, or invite the ",
          "rest with --skip-refused")};
}

std::vector<sync::InviteOptions> options_of(const work::SlipList& list, RoleKind role,
                                            std::uint32_t last_day) {
  std::vector<sync::InviteOptions> out;
  for (const work::SlipPerson& person : list.people) {
    out.push_back({role, person.cadre.name, person.member, person.streams, last_day});
  }
  return out;
}

Result<std::vector<Slip>> invite_all(Call& call, Home& home, sync::Transport& transport,
                                     const work::SlipList& list,
                                     const std::vector<sync::InviteOptions>& options) {
  MQ_TRY(const work::Workplace place, home.place());
  MQ_CHECK(home.saving([&] { return work::bind_slips(place, list.people); }));
  MQ_TRY(const std::vector<sync::Invited> invited,
         sync::invite_members(options, {home.vault(), home.keyring(), home.control(), transport,
                                        call.world.clock, call.world.random}));
  std::vector<Slip> slips;
  for (std::size_t i = 0; i < invited.size(); ++i) {
    slips.push_back(
        {options[i].name, invited[i].code, Date{static_cast<std::int32_t>(invited[i].last_day)}});
  }
  return slips;
}

Status write_page(Call& call, const work::Workplace& place, const std::string& path,
                  const std::vector<Slip>& slips) {
  MQ_TRY(const vault::StreamIx township, work::Directory(place).township_stream());
  MQ_TRY(const std::string html, slips_html(place.vault.stream(township)->label, slips));
  MQ_CHECK(check_new_file(call, path));
  Status written = call.world.files.replace(path, view_of(html));
  if (written.ok()) return written;
  Error error = std::move(written).error();
  error.zh += ";邀请已登记,换个地方再做一次会得到同样的邀请单";
  error.en += "; the invitations stand, the same slips come out when you try again elsewhere";
  return error;
}

void tell(Call& call, const std::string& path, const std::vector<Slip>& slips) {
  const Date first =
      std::ranges::min_element(slips, {}, [](const Slip& s) { return s.last_day.days; })->last_day;
  call.out.object()["slips"] = slips.size();
  call.out.object()["file"] = path;
  call.out.object()["expires"] = first.iso();
  call.out.say(cat("邀请单 ", slips.size(), " 张,在 ", path, ";到 ", first.iso(), " 为止"),
               cat(slips.size(), " slips in ", path, ", good until ", first.iso()));
  call.out.say("请打印后当面发给本人;每个码都能加入一台设备,发完请删掉这个文件",
               "print it and hand the slips over in person; each code lets one device in, so "
               "delete the file afterwards");
}

}  // namespace

Status invite_from_list(Call& call, RoleKind role, int days) {
  auto from = call.args.required("from");
  if (!from.ok()) return call.usage(std::move(from).error());
  auto path = call.args.required("o");
  if (!path.ok()) return call.usage("请写明邀请单存到哪里:-o slips.html", "missing -o FILE");
  MQ_CHECK(check_new_file(call, *path));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const tabular::Sheet sheet, read_table_file(call.world.files, *from));
  // A bad list costs no contact; after it others may have joined.
  MQ_TRY(work::SlipList list, read_list(call, place, sheet, role));
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(reconcile(call, *home, *transport));
  MQ_TRY(list, read_list(call, place, sheet, role));
  tell_refusals(call, list);
  MQ_TRY(const std::vector<Slip> slips,
         invite_all(call, *home, *transport, list,
                    options_of(list, role, last_day_of_code(*home, days))));
  MQ_CHECK(write_page(call, place, *path, slips));
  tell(call, *path, slips);
  MQ_CHECK(reconcile(call, *home, *transport));
  return {};
}

}  // namespace mq::cli
