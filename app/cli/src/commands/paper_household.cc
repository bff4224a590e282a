// household card and household show --for-person: what a villager is told, and the copy he may ask
// for.
#include "../booklet_html.h"
#include "../copy_for_person.h"
#include "../paper_records.h"
#include "../record_json.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/month.h"
#include "mq/work/papers.h"
#include "mq/work/readers.h"
#include "paper.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNamesOnCard = 6;  // of one role, so that the front stays one side

Result<std::string> cadre_field(const work::Workplace& place, const RowId& cadre,
                                std::string_view name) {
  const model::Entity& entity = *place.vault.schema().entity("Cadre");
  MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(entity.number, cadre));
  const model::Field& field = *entity.field(name);
  const vault::Cell* cell = data ? data->cell(field.number) : nullptr;
  if (cell == nullptr) return std::string();
  return cell_text(place, field, *cell);
}

// What there is of name, post, unit and telephone.
Status put_cadre(const work::Workplace& place, const RowId& cadre, ContactCard& card) {
  for (const auto& [label, name] : {std::pair{"联系人", "name"}, std::pair{"职务", "title"},
                                    std::pair{"单位", "org_id"}, std::pair{"电话", "phone"}}) {
    MQ_TRY(std::string text, cadre_field(place, cadre, name));
    if (!text.empty()) card.cadre.emplace_back(label, std::move(text));
  }
  return {};
}

Result<ContactCard> card_of(RecordContext& c, const RowId& cadre, const RowId& row) {
  ContactCard card;
  MQ_TRY(card.township, work::township_name(c.place));
  MQ_TRY(card.household, household_line(c.place, row));
  MQ_CHECK(put_cadre(c.place, cadre, card));
  card.promise = "来听您家的事：看近况、记困难、传政策、催办结。";
  card.recorded = {"家里有谁、住处电话；每次来的日期、说了什么；您提的事办到哪一步。",
                   "身体、收入这些，只有当次活动写明需要才记，另锁一处。"};
  MQ_TRY(const work::Household household, work::Directory(c.place).household(row.hex()));
  MQ_TRY(card.readers,
         reader_lines(c.place, c.place.vault.stream(household.stream)->id, kNamesOnCard));
  if (card.readers.empty()) card.readers.emplace_back("目前只有来走访的人");
  card.readers.emplace_back("别的人、县里管机器的人都看不到。");
  card.rights = {"要看：当面或打电话说一声，给您印一份您家的全部记录。",
                 "要改：说哪里不对，当场改；改前的话留底，谁改的看得见。",
                 "不让记：说一声“请不要记”，就只记来过、见到了，别的一个字不写。",
                 "不愿见、不愿说，都可以，不影响您家任何待遇。"};
  MQ_TRY(const std::string phone, work::complaint_phone(c.place, work::working_day(c.place)));
  card.complain = {phone.empty() ? std::string("先找乡镇或村里；不想找他们，打 12345。")
                                 : cat("先打镇里 ", phone, "；不想找镇里，打 12345。"),
                   "干部作风、违纪问题，打 12388（纪委监委）。"};
  return card;
}

// Whose card it is: the cadre paired with the household, else whoever prints it.
Result<RowId> cadre_for(RecordContext& c, const RowId& household) {
  MQ_TRY(const std::vector<RowId> paired, work::paired_cadres(c.place, household));
  MQ_TRY(const std::optional<work::Cadre> me, work::Directory(c.place).me());
  const bool mine = me && std::ranges::find(paired, me->id) != paired.end();
  if (!paired.empty() && !mine) return paired.front();
  if (me) return me->id;
  return Error{Code::kNotFound, "这一户没有结对的干部,本机的人也不在干部名单里,没有印联系卡",
               "the household is paired with nobody and you are not in the list of cadres"};
}

Result<std::vector<RowId>> households_wanted(RecordContext& c) {
  const auto village = c.call.args.value("village");
  const std::string typed = c.call.args.word(2);
  if (typed.empty() == !village) {
    return c.call.usage(
        "用法:household card 户编号 -o 文件.html,或 household card --village 村 -o "
        "文件.html(我结对的每户一张)",
        "usage: household card NUMBER -o FILE.html, or --village V for each of my "
        "pairings there");
  }
  const work::Directory directory(c.place);
  if (!village) {
    MQ_TRY(const work::Household household, directory.household(typed));
    return std::vector<RowId>{household.id};
  }
  MQ_TRY(const std::optional<work::Cadre> me, directory.me());
  if (!me) {
    return Error{Code::kNotFound, "本机的人不在干部名单里,没有结对的户",
                 "you are not in the list of cadres and paired with nobody"};
  }
  return work::paired_households(c.place, me->id, village);
}

// On the terminal, the same words.
void tell_copy(Output& out, const BookletPart& part) {
  for (const std::string& note : part.notes) out.text(note);
  for (const BookletRecord& record : part.records) {
    out.text(cat("\n", record.heading, record.number.empty() ? "" : cat("  编号 ", record.number)));
    for (const std::string& mark : record.marks) out.text(cat("  [", mark, "]"));
    for (const auto& [label, text] : record.lines) out.text(cat("  ", label, "：", text));
  }
}

Json copy_json(const BookletPart& part) {
  Json out = Json::array();
  for (const BookletRecord& record : part.records) {
    Json lines = Json::array();
    for (const auto& [label, text] : record.lines)
      lines.push_back({{"label", label}, {"text", text}});
    out.push_back({{"heading", record.heading},
                   {"number", record.number},
                   {"marks", record.marks},
                   {"lines", std::move(lines)}});
  }
  return out;
}

}  // namespace

Status print_cards(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"village", "o"}));
  MQ_TRY(const std::string path, file_wanted(c.call));
  MQ_TRY(const std::vector<RowId> households, households_wanted(c));
  std::vector<ContactCard> cards;
  for (const RowId& row : households) {
    MQ_TRY(const RowId cadre, cadre_for(c, row));
    MQ_TRY(ContactCard card, card_of(c, cadre, row));
    cards.push_back(std::move(card));
  }
  if (cards.empty()) {
    return Error{Code::kNotFound, "在这个村没有和您结对的户,没有印联系卡",
                 "you are paired with no household of that village; nothing was printed"};
  }
  MQ_CHECK(write_page(c.call, path, cards_html(cards)));
  c.call.out.object()["cards"] = cards.size();
  c.call.out.say(cat("联系卡 ", cards.size(), " 张,A5,在 ", path),
                 cat(cards.size(), " contact cards, A5, in ", path));
  return {};
}

Status show_for_person(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"for_person", "person", "o"}));
  const work::Directory directory(c.place);
  if (c.call.args.word(2).empty()) {
    return c.call.usage(
        "用法:household show 户编号 --for-person [--person 人的编号] [-o 文件.html]",
        "usage: household show NUMBER --for-person [--person ID] [-o FILE.html]");
  }
  MQ_TRY(const work::Household household, directory.household(c.call.args.word(2)));
  std::optional<RowId> person;
  if (const auto typed = c.call.args.value("person")) {
    MQ_TRY(person, directory.row(*c.place.vault.schema().entity("Person"), *typed));
  }
  MQ_TRY(const BookletPart part, copy_for_person(c.home, c.place, household.id, person));
  c.call.out.object()["records"] = copy_json(part);
  if (const auto path = c.call.args.value("o")) {
    MQ_CHECK(write_page(c.call, *path, booklet_html("给本人的一份", {part})));
    c.call.out.say(cat("给本人的一份,A5,在 ", *path), cat("the copy, A5, in ", *path));
    return {};
  }
  tell_copy(c.call.out, part);
  return {};
}

}  // namespace mq::cli
