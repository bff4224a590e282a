#include "zip_writer.h"

#include <libdeflate.h>
#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
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
struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;
using Compressor = std::unique_ptr<libdeflate_compressor, FreeCompressor>;

Error failed(const char* why) {
  return Error{Code::kInternal,
               cat("生成表格文件：压缩时出错（", why, "），没有写出。请再试一次。"),
               cat("making a workbook: packing it failed (", why, "); nothing was written")};
}

// A part as it lies in the zip. libzip reads it while the archive is closed.
struct Packed {
  std::size_t size = 0;  // unpacked
  std::uint32_t crc = 0;
  Bytes bytes;
  std::size_t read = 0;
};

Packed packed_of(libdeflate_compressor* compressor, const ZipPart& part) {
  Packed out;
  const std::string& text = part.content;
  out.size = text.size();
  out.crc = libdeflate_crc32(0, text.data(), text.size());
  out.bytes.resize(libdeflate_deflate_compress_bound(compressor, text.size()));
  out.bytes.resize(libdeflate_deflate_compress(compressor, text.data(), text.size(),
                                               out.bytes.data(), out.bytes.size()));
  return out;
}

zip_int64_t describe(const Packed& part, void* to) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  stat.valid = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
  stat.size = part.size;
  stat.comp_size = part.bytes.size();
  stat.comp_method = ZIP_CM_DEFLATE;
  stat.crc = part.crc;
  std::memcpy(to, &stat, sizeof stat);
  return sizeof stat;
}

// What libzip asks of a source: bytes that are packed already, which it takes as they are.
zip_int64_t answer(void* context, void* data, zip_uint64_t size, zip_source_cmd_t asked) {
  Packed& part = *static_cast<Packed*>(context);
  switch (asked) {
    case ZIP_SOURCE_OPEN:
      part.read = 0;
      return 0;
    case ZIP_SOURCE_READ: {
      const std::size_t count = std::min<std::size_t>(size, part.bytes.size() - part.read);
      std::memcpy(data, part.bytes.data() + part.read, count);
      part.read += count;
      return static_cast<zip_int64_t>(count);
    }
    case ZIP_SOURCE_STAT:
      return describe(part, data);
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
    case ZIP_SOURCE_ERROR:  // there is none to tell of
      return 0;
    default:
      return -1;
  }
}

// `packed` must outlive the archive's close, which reads it.
Status add(zip_t* archive, const std::string& name, Packed& packed) {
  Source content(zip_source_function(archive, &answer, &packed));
  if (!content) return failed(zip_strerror(archive));
  const zip_int64_t at = zip_file_add(archive, name.c_str(), content.get(), ZIP_FL_ENC_UTF_8);
  if (at < 0) return failed(zip_strerror(archive));
  static_cast<void>(content.release());  // the archive's now
  const auto index = static_cast<zip_uint64_t>(at);
  if (zip_file_set_dostime(archive, index, 0, kFirstDay, 0) != 0 ||
      zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, 0) != 0) {
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
  std::deque<Packed> packed;  // which stay where they are, and longer than the archive
  std::unique_ptr<zip_t, Discard> archive(
      zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  if (!archive) return failed("no archive");
  zip_source_keep(target.get());  // the archive frees its own hold at the end
  const Compressor compressor(libdeflate_alloc_compressor(packing == Packing::kQuick ? 1 : 6));
  if (!compressor) return failed("no compressor");
  for (const ZipPart& part : parts) {
    packed.push_back(packed_of(compressor.get(), part));
    MQ_CHECK(add(archive.get(), part.name, packed.back()));
  }
  if (zip_close(archive.get()) != 0) return failed(zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // closed
  return content_of(target.get());
}

}  // namespace mq::tabular
