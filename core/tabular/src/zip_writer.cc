#include "zip_writer.h"

#include <zip.h>

#include <memory>

#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr zip_uint16_t kFirstDay = 0x21;  // 1980-01-01, the first day a zip can say

struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;

Error failed(const char* why) {
  return Error{Code::kInternal,
               cat("生成表格文件：压缩时出错（", why, "），没有写出。请再试一次。"),
               cat("making a workbook: packing it failed (", why, "); nothing was written")};
}

// The parts must outlive the archive's close, which reads them.
Status add(zip_t* archive, const ZipPart& part, Packing packing) {
  Source content(zip_source_buffer(archive, part.content.data(), part.content.size(), 0));
  if (!content) return failed(zip_strerror(archive));
  const zip_int64_t at = zip_file_add(archive, part.name.c_str(), content.get(), ZIP_FL_ENC_UTF_8);
  if (at < 0) return failed(zip_strerror(archive));
  static_cast<void>(content.release());  // the archive's now
  const auto index = static_cast<zip_uint64_t>(at);
  const zip_uint32_t level = packing == Packing::kQuick ? 1 : 0;  // 0: zlib's own
  if (zip_file_set_dostime(archive, index, 0, kFirstDay, 0) != 0 ||
      zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, level) != 0) {
    return failed(zip_strerror(archive));
  }
  return {};
}

Result<Bytes> content_of(zip_source_t* source) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) {
    return failed(zip_error_strerror(zip_source_error(source)));
  }
  Bytes out(stat.size);
  const zip_int64_t count = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (count != static_cast<zip_int64_t>(out.size())) return failed("short");
  return out;
}

}  // namespace

Result<Bytes> zip_of(const std::vector<ZipPart>& parts, Packing packing) {
  const Source target(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  if (!target) return failed("no buffer");
  std::unique_ptr<zip_t, Discard> archive(
      zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) return failed("no archive");
  zip_source_keep(target.get());  // the archive frees its own hold at the end
  for (const ZipPart& part : parts) MQ_CHECK(add(archive.get(), part, packing));
  if (zip_close(archive.get()) != 0) return failed(zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // closed
  return content_of(target.get());
}

}  // namespace mq::tabular
