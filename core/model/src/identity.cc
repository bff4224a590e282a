#include "mq/model/identity.h"

#include "mq/base/result.h"
#include "mq/model/text_cleanup.h"
#include "mq/wire/crypto.h"

namespace mq::model {

namespace {

constexpr std::uint8_t kByFingerprint = 1;
constexpr std::uint8_t kByNameAndBirth = 2;

}  // namespace

RowId household_row_id(const TownshipId& township, std::string_view official_number) {
  const std::string number = normal_number(official_number);
  MQ_ASSERT(!number.empty());
  RowId id;
  wire::hash_into(id.data, {}, "mq/hh1", {township.view(), view_of(number)});
  return id;
}

RowId imported_row_id(const StreamId& stream, std::uint32_t entity, ByteView source_key) {
  ByteWriter number;
  number.integer(entity);
  RowId id;
  wire::hash_into(id.data, {}, "mq/ri1", {stream.view(), number.bytes(), source_key});
  return id;
}

RowId imported_row_id(const StreamId& stream, std::uint32_t entity, std::string_view source_key) {
  return imported_row_id(stream, entity, view_of(source_key));
}

Bytes person_source_key(const RowId& household, ByteView id_fingerprint, std::string_view name,
                        std::optional<Date> birth) {
  ByteWriter out;
  out.raw(household.view());
  if (!id_fingerprint.empty()) {
    out.integer(kByFingerprint);
    out.block(id_fingerprint);
    return out.take();
  }
  out.integer(kByNameAndBirth);
  out.block(clean_name(name));
  out.block(birth ? birth->iso() : std::string());
  return out.take();
}

Bytes fingerprint(ByteView key, std::string_view id_number) {
  return fingerprint(key, read_chinese_id(id_number), id_number);
}

Bytes fingerprint(ByteView key, const std::optional<ChineseId>& read, std::string_view id_number) {
  const std::string number = read ? read->person_number() : normal_number(id_number);
  if (number.empty()) return {};
  Bytes out(RowId::kSize);
  wire::hash_into(out, key, "mq/fp1", {view_of(number)});
  return out;
}

}  // namespace mq::model
