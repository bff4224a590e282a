#include "mq/work/own_diaries.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "minqing/model/v1/diary.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Diary;

namespace {

constexpr std::string_view kKept = "masked.";  // forms under this name and the row's id
constexpr std::size_t kDigitsMin = 7;          // of a telephone, a household, a person
constexpr std::size_t kNameBytesMin = 6, kNameBytesMax = 45;  // two to fifteen Chinese characters
constexpr std::string_view kSomebody = "某人", kSomeNumber = "某号";

constexpr int kFields[] = {D::kTitleFieldNumber, D::kWeatherFieldNumber, D::kReasonFieldNumber,
                           D::kFromFieldNumber,  D::kCourseFieldNumber,  D::kBodyFieldNumber,
                           D::kReplyFieldNumber, D::kSectionsFieldNumber};

// Whatever names a villager, or could: whole names of those held here, and long numbers.
class Mask {
 public:
  static Result<Mask> of(const Workplace& place) {
    Mask mask;
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               "SELECT name, 0 FROM \"person\" UNION SELECT reporter, 0 FROM \"issue\" UNION "
               "SELECT household_no, 1 FROM \"household\""));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return mask;
      std::string name(trimmed(q.text(0)));
      if (name.size() < kNameBytesMin || name.size() > kNameBytesMax) continue;
      mask.names_.emplace(std::move(name), q.integer(1) == 0 ? kSomebody : kSomeNumber);
    }
  }

  std::string over(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t digits = number_at(text);
      const auto [name, word] = name_at(text);
      const std::size_t size = std::max({digits, name, std::size_t{1}});
      if (name != 0 && name >= digits) {
        out += word;
      } else {
        out += digits >= kDigitsMin ? kSomeNumber : text.substr(0, size);
      }
      text.remove_prefix(size);
    }
    return out;
  }

 private:
  static std::size_t number_at(std::string_view text) {
    const std::size_t end = text.find_first_not_of("0123456789");
    const std::size_t digits = end == std::string_view::npos ? text.size() : end;
    const bool check = digits >= kDigitsMin && digits < text.size() &&
                       (text[digits] == 'X' || text[digits] == 'x');
    return digits + (check ? 1 : 0);
  }
  // The longest of them that begins here; names begin where characters do.
  std::pair<std::size_t, std::string_view> name_at(std::string_view text) const {
    for (std::size_t size = std::min(text.size(), kNameBytesMax); size >= kNameBytesMin; --size) {
      const auto found = names_.find(std::string(text.substr(0, size)));
      if (found != names_.end()) return {size, found->second};
    }
    return {0, {}};
  }

  std::unordered_map<std::string, std::string_view> names_;  // and what stands for them
};

std::string form_name(const RowId& row) { return cat(kKept, row.hex()); }

Bytes encode(const DiaryPage& page) {
  ByteWriter out;
  out.zigzag(page.date.days);
  out.varint(page.parts.size());
  for (const auto& [label, text] : page.parts) {
    out.block(view_of(label));
    out.block(view_of(text));
  }
  return out.take();
}

Result<DiaryPage> decode(const RowId& row, ByteView bytes) {
  ByteReader in(bytes);
  DiaryPage page;
  page.row = row;
  page.date.days = static_cast<std::int32_t>(in.zigzag());
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    std::string label(text_of(in.block()));
    page.parts.emplace_back(std::move(label), std::string(text_of(in.block())));
  }
  if (in.done()) return page;
  return Error{Code::kCorrupt, "读取遮去农户的日记:内容已损坏,请运行 doctor",
               "reading a masked diary: it is damaged, run doctor"};
}

// Those kept masked, by row.
Result<std::map<RowId, DiaryPage>> kept(const Workplace& place) {
  std::map<RowId, DiaryPage> out;
  MQ_TRY(const std::vector<std::string> names, place.vault.kept_forms());
  for (const std::string& name : names) {
    if (!name.starts_with(kKept)) continue;
    const auto bytes = from_hex(std::string_view(name).substr(kKept.size()));
    const auto row = bytes ? RowId::from(*bytes) : std::nullopt;
    MQ_TRY(const std::optional<Bytes> content, place.vault.kept_form(name));
    if (!row || !content) continue;
    MQ_TRY(out[*row], decode(*row, *content));
  }
  return out;
}

Result<DiaryPage> page_of(const Workplace& place, const RowId& row) {
  const model::Entity& entity = *place.vault.schema().entity("Diary");
  MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(entity.number, row));
  DiaryPage page;
  page.row = row;
  if (!data) return page;
  const vault::Cell* date = data->cell(D::kDateFieldNumber);
  const auto* days = date == nullptr ? nullptr : std::get_if<std::int64_t>(&date->value);
  if (days != nullptr) page.date.days = static_cast<std::int32_t>(*days);
  for (const int number : kFields) {
    const auto field = static_cast<std::uint32_t>(number);
    const vault::Cell* cell = data->cell(field);
    const auto* text = cell == nullptr ? nullptr : std::get_if<std::string>(&cell->value);
    if (text != nullptr && !text->empty()) page.parts.emplace_back(entity.field(field)->zh, *text);
  }
  return page;
}

// Who reported stands in a field of its own, known here or not.
void mask_page(const Workplace& place, const Mask& mask, DiaryPage& page) {
  const model::Entity& entity = *place.vault.schema().entity("Diary");
  const std::string from = entity.field(D::kFromFieldNumber)->zh;
  for (auto& [label, text] : page.parts) {
    text = label == from ? std::string(kSomebody) : mask.over(text);
  }
}

// Not cancelled, in the own DIARY stream; nothing if that has gone. What was typed there for a
// colleague who has none yet is his.
Result<std::vector<DiaryPage>> written(const Workplace& place) {
  std::vector<DiaryPage> out;
  const std::vector<vault::StreamInfo> streams = place.vault.streams();
  const auto own = std::ranges::find_if(streams, [&](const vault::StreamInfo& info) {
    return info.kind == wire::pb::STREAM_KIND_DIARY &&
           std::ranges::equal(info.owner, place.member.data);
  });
  if (own == streams.end()) return out;
  std::vector<RowId> rows;
  {
    MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               cat("SELECT id FROM \"diary\" WHERE stream = ?1 AND deleted = 0 ",
                   me ? "AND coalesce(author_id, ?2) = ?2 " : "", "ORDER BY date, id")));
    q.bind(1, own->ix);
    if (me) q.bind(2, me->id.view());
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      rows.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
    }
  }
  for (const RowId& row : rows) {
    MQ_TRY(DiaryPage page, page_of(place, row));
    out.push_back(std::move(page));
  }
  return out;
}

}  // namespace

Result<DiaryPages> own_diaries(const Workplace& place, const Period& period, bool masked) {
  MQ_TRY(std::vector<DiaryPage> pages, written(place));
  MQ_TRY(auto copies, kept(place));
  MQ_TRY(const Mask mask, Mask::of(place));
  DiaryPages out;
  for (DiaryPage& page : pages) {
    const auto copy = copies.extract(page.row);
    if (masked && !copy.empty()) {
      page = copy.mapped();
    } else if (masked) {
      mask_page(place, mask, page);
    }
    out.pages.push_back(std::move(page));
  }
  std::erase_if(copies, [&](const auto& copy) {
    return copy.second.date < period.from || copy.second.date > period.to;
  });
  out.masked_only = copies.size();
  for (auto& [row, page] : copies) out.pages.push_back(std::move(page));
  std::erase_if(out.pages, [&](const DiaryPage& page) {
    return page.date < period.from || page.date > period.to;
  });
  std::ranges::stable_sort(out.pages, {}, &DiaryPage::date);
  return out;
}

Status keep_masked_diaries(const Workplace& place) {
  MQ_TRY(const auto copies, kept(place));
  MQ_TRY(std::vector<DiaryPage> pages, written(place));
  MQ_TRY(const Mask mask, Mask::of(place));
  return place.vault.together([&]() -> Status {
    for (DiaryPage& page : pages) {
      if (copies.contains(page.row)) continue;
      mask_page(place, mask, page);
      MQ_CHECK(place.vault.keep_form(form_name(page.row), encode(page)));
    }
    return {};
  });
}

}  // namespace mq::work
