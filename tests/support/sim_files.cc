#include "support/sim_files.h"

#include <set>

#include "mq/base/text.h"

namespace mq::testing {
namespace {

Error broken(const std::string& path) {
  return {Code::kInternal, cat("磁盘出错:", path), cat("disk error: ", path)};
}

}  // namespace

Result<Bytes> SimFiles::read(const std::string& path, std::size_t bytes_max) {
  if (faults_ != nullptr && faults_->next()) return broken(path);
  const auto found = files_.find(path);
  if (found == files_.end()) {
    return Error{Code::kNotFound, cat("没有这个文件:", path), cat("no such file: ", path)};
  }
  if (found->second.size() > bytes_max) {
    return Error{Code::kExhausted, cat("文件太大:", path), cat("file too large: ", path)};
  }
  return found->second;
}

Status SimFiles::replace(const std::string& path, ByteView content) {
  if (full_) {
    return Error{Code::kExhausted, cat("磁盘已满:", path), cat("disk is full: ", path)};
  }
  const bool fails = faults_ != nullptr && faults_->next();
  // The rename may have happened before the folder's sync failed; both outcomes get their turn.
  if (fails && faults_->calls() % 2 == 0) return broken(path);
  files_[path] = to_bytes(content);
  removed_.erase(path);
  if (fails) return broken(path);
  return {};
}

Status SimFiles::make_folder(const std::string& path) {
  if (faults_ != nullptr && faults_->next()) return broken(path);
  return {};
}

Status SimFiles::remove(const std::string& path) {
  if (faults_ != nullptr && faults_->next()) return broken(path);
  const auto found = files_.find(path);
  if (found == files_.end()) return {};
  removed_[path] = std::move(found->second);
  files_.erase(found);
  return {};
}

bool SimFiles::exists(const std::string& path) { return files_.contains(path); }

Result<std::vector<std::string>> SimFiles::list(const std::string& folder) {
  if (faults_ != nullptr && faults_->next()) return broken(folder);
  const std::string prefix = folder + "/";
  std::set<std::string> names;
  for (const auto& [path, content] : files_) {
    if (!path.starts_with(prefix)) continue;
    const std::string rest = path.substr(prefix.size());
    names.insert(rest.substr(0, rest.find('/')));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

void SimFiles::crash() {
  for (auto& [path, content] : removed_) files_.emplace(path, std::move(content));
  removed_.clear();
}

}  // namespace mq::testing
