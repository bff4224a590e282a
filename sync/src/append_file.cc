#include "append_file.h"

#include <algorithm>

namespace mq::sync {
namespace {

Error damaged() {
  return {Code::kCorrupt, "这个文件不是要找的那一种,或已损坏。请重新拷贝一次。",
          "the file is of another kind, or damaged; copy it again"};
}

}  // namespace

Bytes checked_file(std::string_view magic, ByteView content) {
  ByteWriter writer;
  writer.raw(view_of(magic));
  writer.raw(content);
  const Hash check = wire::hash("mq/tf1", {writer.bytes()});
  writer.raw(check.view());
  return writer.take();
}

Result<Bytes> checked_content(std::string_view magic, ByteView file, std::size_t bytes_max) {
  if (file.size() > bytes_max || file.size() < magic.size() + Hash::kSize) return damaged();
  const ByteView body = file.first(file.size() - Hash::kSize);
  const Hash check = wire::hash("mq/tf1", {body});
  const bool fits = std::ranges::equal(check.view(), file.last(Hash::kSize)) &&
                    text_of(body.first(magic.size())) == magic;
  if (!fits) return damaged();
  return to_bytes(body.subspan(magic.size()));
}

Bytes append_file(std::string_view magic, const Hash& prev,
                  const std::vector<pb::ControlEntry>& entries) {
  pb::ControlAppendRequest request;
  request.set_expected_head(to_field(prev.view()));
  for (const pb::ControlEntry& entry : entries) *request.add_entries() = entry;
  return checked_file(magic, view_of(request.SerializeAsString()));
}

Result<AppendFile> read_append_file(std::string_view magic, ByteView file) {
  MQ_TRY(const Bytes content, checked_content(magic, file, wire::kControlAppendBytesMax));
  pb::ControlAppendRequest request;
  if (!request.ParseFromString(to_string(content)) || request.entries().empty()) return damaged();
  const auto prev = Hash::from(view_of(request.expected_head()));
  if (!prev) return damaged();
  return AppendFile{*prev, {request.entries().begin(), request.entries().end()}};
}

Error stale_file() {
  return {Code::kInvalidInput, "成员登记已有新变动,这个文件过期了,什么也没有改动。请重新做一份。",
          "the control log has moved on and the file is stale; nothing was changed, make it again"};
}

}  // namespace mq::sync
