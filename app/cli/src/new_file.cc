#include "new_file.h"

#include "mq/base/text.h"

namespace mq::cli {

Status check_new_file(Call& call, const std::string& path) {
  if (!call.world.files.exists(path)) return {};
  return Error{Code::kConflict, cat("文件 ", path, " 已存在,没有覆盖;请换一个文件名,或先移走它"),
               cat("the file ", path, " exists and was not replaced; choose another name")};
}

Status write_new_file(Call& call, const std::string& path, ByteView content) {
  MQ_CHECK(check_new_file(call, path));
  return call.world.files.replace(path, content);
}

}  // namespace mq::cli
