#include "xlsx_archive.h"

#include <zip.h>

#include <algorithm>
#include <array>

#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr zip_int64_t kPartsMax = 10'000;

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using File = std::unique_ptr<zip_file_t, CloseFile>;

Error damaged_file(std::string_view what, std::string_view why) {
  return Error{
      Code::kInvalidInput,
      cat("表格文件打不开：", what, " 已损坏。请重新拷贝，或用 Excel、WPS 打开后另存一份。"),
      cat("Cannot read the workbook: ", what, " is damaged (", why,
          "). Copy it again, or open and save it anew.")};
}

Error bomb(std::size_t limit) {
  return Error{
      Code::kExhausted,
      cat("表格文件解压后超过上限 ", limit, " 字节，已停止读取。请把表拆成几份。"),
      cat("The workbook unpacks to more than the limit of ", limit, " bytes; split the table.")};
}

bool is_supported(const zip_stat_t& stat) {
  return (stat.valid & ZIP_STAT_COMP_METHOD) != 0 &&
         (stat.comp_method == ZIP_CM_STORE || stat.comp_method == ZIP_CM_DEFLATE);
}

bool is_encrypted(const zip_stat_t& stat) {
  return (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
}

}  // namespace

Error encrypted_file() {
  return Error{Code::kInvalidInput,
               "文件加了密码，读不了。请用 Excel 或 WPS 打开，去掉密码后另存为 xlsx 再导入。",
               "The file is protected by a password. Open it, remove the password and save it as "
               "xlsx."};
}

void Archive::Close::operator()(struct zip* archive) const { zip_discard(archive); }

Result<Archive> Archive::open(ByteView file, const Limits& limits) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(file.data(), file.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    const Error why = damaged_file("压缩包", zip_error_strerror(&error));
    if (source != nullptr) zip_source_free(source);
    zip_error_fini(&error);
    return why;
  }
  zip_error_fini(&error);
  Archive out(archive, limits);
  if (zip_get_num_entries(archive, 0) > kPartsMax) {
    return Error{Code::kExhausted,
                 cat("表格文件里的部件超过上限 ", kPartsMax, " 个，不像正常的表格。"),
                 cat("The workbook exceeds the limit of ", kPartsMax, " parts.")};
  }
  return out;
}

bool Archive::has(const std::string& name) const {
  return zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_NOCASE) >= 0;
}

std::vector<std::string> Archive::names() const {
  std::vector<std::string> out;
  const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr && !std::string_view(name).ends_with('/')) out.emplace_back(name);
  }
  return out;
}

Result<std::string> Archive::read(const std::string& name) {
  const zip_int64_t at = zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_NOCASE);
  zip_stat_t stat;
  if (at < 0 || zip_stat_index(zip_.get(), static_cast<zip_uint64_t>(at), 0, &stat) != 0) {
    return damaged_file(name, "missing");
  }
  if (is_encrypted(stat)) return encrypted_file();
  if (!is_supported(stat)) return damaged_file(name, "unknown compression");
  const File file(zip_fopen_index(zip_.get(), static_cast<zip_uint64_t>(at), 0));
  if (!file) return damaged_file(name, zip_strerror(zip_.get()));
  std::string content;
  std::array<char, 65'536> part;
  for (;;) {
    const zip_int64_t count = zip_fread(file.get(), part.data(), part.size());
    if (count < 0) return damaged_file(name, zip_file_strerror(file.get()));
    if (count == 0) break;
    const auto bytes = static_cast<std::size_t>(count);
    if (bytes > limits_->unpacked_bytes_max - unpacked_) return bomb(limits_->unpacked_bytes_max);
    unpacked_ += bytes;
    content.append(part.data(), bytes);
  }
  const bool declared = (stat.valid & ZIP_STAT_SIZE) != 0;
  if (declared && stat.size != content.size()) return damaged_file(name, "its size is wrong");
  return content;
}

}  // namespace mq::tabular
