// Archive: the parts of an XLSX file, unpacked one by one and counted while they come.
//
// The sizes a zip declares are never trusted, nothing is written to disk, and a part is given out
// only if its checksum fits.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

struct zip;

namespace mq::tabular {

class Archive {
 public:
  // Borrows both, which must outlive it. kInvalidInput: no zip, damaged, or too many parts.
  static Result<Archive> open(ByteView file, const Limits& limits);

  // Names have no leading slash and are found whatever their case, as the format asks.
  bool has(const std::string& name) const;
  // Of every part, in order; folders are left out.
  std::vector<std::string> names() const;
  // kInvalidInput: missing, damaged or encrypted. kExhausted: with this part all parts read so far
  // together exceed the limit.
  Result<std::string> read(const std::string& name);

 private:
  struct Close {
    void operator()(struct zip* archive) const;
  };
  Archive(struct zip* archive, const Limits& limits) : zip_(archive), limits_(&limits) {}

  std::unique_ptr<struct zip, Close> zip_;
  const Limits* limits_;
  std::size_t unpacked_ = 0;
};

// The sentence for a file that only its password opens.
Error encrypted_file();

}  // namespace mq::tabular
