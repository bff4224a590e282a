#include "readers_text.h"

#include "mq/base/text.h"
#include "mq/work/entry.h"
#include "mq/work/readers.h"
#include "role_names.h"

namespace mq::cli {

namespace {

using How = work::ReaderHow;

constexpr std::size_t kShortHex = 8;  // to read out on the telephone when there is no name

struct HowWord {
  std::string_view json, zh, en;  // zh and en follow the name
};
HowWord word_of(How how) {
  switch (how) {
    case How::kRole:
      return {"role", "", ""};
    case How::kInvited:
      return {"invited", "(邀请中,尚未加入)", " (invited, not yet joined)"};
    case How::kRecovery:
      return {"recovery", "", ""};
    case How::kUntilRekeyed:
      return {"until_rekeyed", "(已停用,换钥前仍可见)", " (stopped, reads until the key is new)"};
  }
  return {"unknown", "", ""};
}

std::string name_of(const work::Reader& reader) {
  if (!reader.name.empty() || !reader.person) return reader.name;
  const std::string hex = reader.person->hex();
  return hex.substr(hex.size() - kShortHex);
}

std::string words_of(const work::Reader& reader, bool english) {
  const HowWord how = word_of(reader.how);
  if (!reader.person) {
    return english ? cat("recovery sheets (two together)", how.en)
                   : cat("恢复单(两张合用)", how.zh);
  }
  std::vector<std::string> roles;
  for (const RoleKind kind : reader.roles) {
    roles.emplace_back(english ? role_name(kind) : role_zh(kind));
  }
  const std::string title = join(roles, english ? "+" : "兼");
  return cat(title, title.empty() ? "" : " ", name_of(reader), english ? how.en : how.zh);
}

Json json_of(const std::vector<work::Reader>& readers) {
  Json list = Json::array();
  for (const work::Reader& reader : readers) {
    Json one = {{"how", word_of(reader.how).json}};
    if (reader.person) {
      one["name"] = name_of(reader);
      one["person"] = reader.person->hex();
      one["roles"] = Json::array();
      for (const RoleKind kind : reader.roles) one["roles"].push_back(role_name(kind));
    }
    if (reader.how == How::kRole) one["devices"] = reader.recipients.size();
    list.push_back(std::move(one));
  }
  return list;
}

void tell(Output& out, const std::vector<work::Reader>& readers, std::string_view zh,
          std::string_view en) {
  std::vector<std::string> zh_words, en_words;
  for (const work::Reader& reader : readers) {
    zh_words.push_back(words_of(reader, false));
    en_words.push_back(words_of(reader, true));
  }
  out.say(cat(zh, ":", readers.empty() ? "只有本机(还没有登记到县里)" : join(zh_words, "、")),
          cat(en, ": ", readers.empty() ? "this device alone" : join(en_words, ", ")));
}

}  // namespace

Status put_readers(Output& out, const work::Workplace& place, const vault::RowData& data) {
  const StreamId stream = place.vault.stream(data.stream)->id;
  MQ_TRY(const std::vector<work::Reader> readers, work::readers_of(place, stream));
  out.object()["readers"] = json_of(readers);
  tell(out, readers, "谁能看到", "who can read it");
  const model::Schema& schema = place.vault.schema();
  if (work::companion_of(schema, *schema.entity(data.entity)) == nullptr) return {};
  const auto apart = work::private_stream_of(place.control, stream);
  std::vector<work::Reader> inner;
  if (apart) {
    MQ_TRY(inner, work::readers_of(place, *apart));
  }
  out.object()["private_readers"] = json_of(inner);
  tell(out, inner, "敏感项谁能看到", "who can read the sensitive facts");
  return {};
}

}  // namespace mq::cli
