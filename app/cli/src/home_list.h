// HomeList: the people who share this machine, each with a folder of his own.
//
// A plain file beside the usual home: names as people here call each other, and folders; nothing of
// the township, no key. One of them may be the current one, which commands mean that name no other.
//
//   one line a person: "* " if current, else two blanks; name; a tab; folder
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/base/file_system.h"
#include "mq/base/result.h"

namespace mq::cli {

struct ListedHome {
  std::string name, folder;
  bool current = false;
};

class HomeList {
 public:
  // Empty if there is no such file. kCorrupt: not such a file. Borrows `files`.
  static Result<HomeList> load(FileSystem& files, std::string path);

  const std::vector<ListedHome>& all() const { return homes_; }
  // nullptr: nobody.
  const ListedHome* current() const;
  // kNotFound, with the names there are.
  Result<ListedHome> named(std::string_view name) const;

  // Each is written at once; after an error nothing has changed. kInvalidInput: not a name;
  // kConflict: the name or the folder is taken.
  Status add(const std::string& name, const std::string& folder);
  Status remove(std::string_view name);
  Status choose(std::string_view name);

 private:
  HomeList(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}
  Status save(std::vector<ListedHome> homes);

  FileSystem* files_;
  std::string path_;
  std::vector<ListedHome> homes_;
};

}  // namespace mq::cli
