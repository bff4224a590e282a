#include "table_file.h"

namespace mq::cli {

Result<tabular::Sheet> read_table_file(FileSystem& files, const std::string& path,
                                       std::string_view name) {
  const tabular::Limits limits;
  auto file = files.read(path, limits.file_bytes_max);
  auto sheet = file.ok() ? tabular::read_sheet(*file, limits, name)
                         : Result<tabular::Sheet>(std::move(file).error());
  if (sheet.ok() || sheet.error().code != Code::kExhausted) return sheet;
  Error error = std::move(sheet).error();
  error.code = Code::kInvalidInput;
  error.zh += ";什么也没有存";
  error.en += "; nothing was stored";
  return error;
}

}  // namespace mq::cli
