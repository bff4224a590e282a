#include "page_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mq::vault {
namespace {

// Frames of a WAL. SQLite's own file system writes fewer than 128 KiB in one call.
constexpr std::size_t kRoom = 30 * (kPage + 24);
static_assert(kRoom < 128 << 10);

}  // namespace

PageWriter::~PageWriter() {
  for (Batch& batch : batches_) collect(batch);
}

int PageWriter::as_it_is(const std::uint8_t* bytes, std::size_t amount, std::uint64_t offset) {
  std::memcpy(room(amount, offset), bytes, amount);
  return take_error();
}

int PageWriter::page(const std::uint8_t* plain, const PagePlace& place) {
  if (!cipher_.takes(place, plain)) return SQLITE_IOERR_WRITE;
  std::uint8_t* at = room(kPage, place.offset);
  std::memcpy(at, plain, kPage);
  Batch& batch = batches_[filling_];
  batch.pages.push_back({place, static_cast<std::size_t>(at - batch.bytes.data())});
  return take_error();
}

int PageWriter::flush() {
  push();
  return take_error();
}

void PageWriter::push() {
  for (std::size_t i = 1; i < batches_.size(); ++i) {
    collect(batches_[(filling_ + i) % batches_.size()]);  // the oldest first
  }
  Batch& last = batches_[filling_];
  if (error_ == SQLITE_OK && !last.runs.empty()) last.result = write(last);
  collect(last);
}

// A place for what goes to `offset`, in the batch that is being filled.
std::uint8_t* PageWriter::room(std::size_t amount, std::uint64_t offset) {
  if (batches_[filling_].bytes.size() + amount > kRoom) hand_over();
  Batch& batch = batches_[filling_];
  batch.bytes.reserve(kRoom);
  const std::size_t begin = batch.bytes.size();
  batch.bytes.resize(begin + amount);
  const bool next =
      !batch.runs.empty() && batch.runs.back().offset + batch.runs.back().size == offset;
  if (!next) batch.runs.push_back({offset, begin, 0});
  batch.runs.back().size += amount;
  return batch.bytes.data() + begin;
}

// Every second batch is sealed here: the caller would only wait for the worker, who writes them
// all, so that never two write one file at once.
void PageWriter::hand_over() {
  Batch& batch = batches_[filling_];
  if (std::exchange(sealing_, !sealing_)) seal(batch);
  batch.handed_over = true;
  batch.job = worker_.start([this, &batch] { batch.result = write(batch); });
  filling_ = (filling_ + 1) % batches_.size();
  collect(batches_[filling_]);
}

// Waits for the batch and makes it empty; the first error of all stays.
void PageWriter::collect(Batch& batch) {
  if (batch.handed_over) worker_.finish(batch.job);
  if (error_ == SQLITE_OK) error_ = batch.result;
  batch.handed_over = false;
  batch.result = SQLITE_OK;
  batch.bytes.clear();
  batch.runs.clear();
  batch.pages.clear();
}

void PageWriter::seal(Batch& batch) const {
  for (const Page& page : batch.pages) {
    std::uint8_t* at = batch.bytes.data() + page.begin;
    cipher_.seal_page(page.place, at, at);
  }
  batch.pages.clear();
}

int PageWriter::write(Batch& batch) const {
  seal(batch);
  for (const Run& run : batch.runs) {
    const int code =
        below_->pMethods->xWrite(below_, batch.bytes.data() + run.begin, static_cast<int>(run.size),
                                 static_cast<sqlite3_int64>(run.offset));
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int PageWriter::take_error() { return std::exchange(error_, SQLITE_OK); }

}  // namespace mq::vault
