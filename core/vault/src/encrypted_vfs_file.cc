#include "encrypted_vfs_file.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace mq::vault {
namespace {

constexpr std::uint64_t kWalHeader = 32;
constexpr std::uint64_t kFrameHeader = 24;
constexpr std::uint64_t kFrameDatabaseSize = 4;  // pages after a commit, else 0
constexpr std::uint64_t kFrameChecksum = 16;
constexpr std::uint64_t kFrame = kFrameHeader + kPage;
constexpr std::size_t kJournalHeader = 28;
constexpr std::size_t kRecordHeader = 4;

using Buffer = std::array<std::uint8_t, kFrame>;

PageFile& self(sqlite3_file* file) { return *reinterpret_cast<PageFile*>(file); }

int inner_read(PageFile& file, void* out, std::size_t amount, std::uint64_t offset) {
  return file.inner()->pMethods->xRead(file.inner(), out, static_cast<int>(amount),
                                       static_cast<sqlite3_int64>(offset));
}

int inner_write(PageFile& file, const void* bytes, std::size_t amount, std::uint64_t offset) {
  return file.inner()->pMethods->xWrite(file.inner(), bytes, static_cast<int>(amount),
                                        static_cast<sqlite3_int64>(offset));
}

// SQLite stores page numbers big-endian.
std::uint32_t page_number(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

// Beyond the end SQLite is told so and gets zeros; a page that the end cuts is damage.
int cut_or_absent(PageFile& file, std::uint8_t* out, std::size_t amount, std::uint64_t offset) {
  sqlite3_int64 size = 0;
  const int code = file.inner()->pMethods->xFileSize(file.inner(), &size);
  if (code != SQLITE_OK) return code;
  std::memset(out, 0, amount);
  return offset >= static_cast<std::uint64_t>(size) ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_DATA;
}

// --- database

// SQLite looks at the first 100 bytes, and at 16 from 24, without judging them; they must come even
// if page 1 is torn, because the WAL may hold the good one. Then they say only what is always so.
int read_head(PageFile& file, std::uint8_t* out, std::size_t amount, std::uint64_t offset) {
  static constexpr std::uint8_t kAlways[] = {0x10, 0, 2, 2, kReserve, 64, 32, 32};
  std::array<std::uint8_t, kPage> page;
  const int code = inner_read(file, page.data(), kPage, 0);
  if (code == SQLITE_IOERR_SHORT_READ) {
    const int cut = cut_or_absent(file, page.data(), kPage, 0);
    if (cut == SQLITE_IOERR_SHORT_READ) std::memset(out, 0, amount);
    if (cut != SQLITE_IOERR_DATA) return cut;
  } else if (code != SQLITE_OK) {
    return code;
  }
  if (!file.cipher->open_page({FileKind::kDatabase, 0, 1}, page.data(), page.data())) {
    page.fill(0);
    std::memcpy(page.data(), kSqliteMagic, kMagicBytes);
    std::memcpy(page.data() + kMagicBytes, kAlways, sizeof kAlways);
  }
  std::memcpy(out, page.data() + offset, amount);
  return SQLITE_OK;
}

int read_database(PageFile& file, std::uint8_t* out, std::size_t amount, std::uint64_t offset) {
  if (amount < kPage && offset + amount <= kPage) return read_head(file, out, amount, offset);
  if (amount != kPage || offset % kPage != 0) return SQLITE_IOERR_READ;
  const int code = inner_read(file, out, kPage, offset);
  if (code == SQLITE_IOERR_SHORT_READ) return cut_or_absent(file, out, kPage, offset);
  if (code != SQLITE_OK) return code;
  const PagePlace place{FileKind::kDatabase, offset,
                        static_cast<std::uint32_t>(offset / kPage + 1)};
  return file.cipher->open_page(place, out, out) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write_database(PageFile& file, const std::uint8_t* bytes, std::size_t amount,
                   std::uint64_t offset) {
  if (amount != kPage || offset % kPage != 0) return SQLITE_IOERR_WRITE;
  const int code = file.writer->page(
      bytes, {FileKind::kDatabase, offset, static_cast<std::uint32_t>(offset / kPage + 1)});
  return code == SQLITE_OK && file.shared ? file.writer->flush() : code;
}

// The page number a frame or record begins with: as announced by this handle, else from the file.
int number_ahead(PageFile& file, std::uint64_t offset, std::uint64_t header, std::uint32_t& page) {
  if (file.announced_offset == offset) {
    page = file.announced_page;
    return SQLITE_OK;
  }
  std::uint8_t bytes[4];
  const int code = inner_read(file, bytes, sizeof bytes, offset - header);
  page = page_number(bytes);
  return code;
}

// Reads a page with the page number `header` bytes before it, which it is bound to.
int read_numbered(PageFile& file, std::uint8_t* out, std::uint64_t offset, std::size_t header) {
  Buffer stored;
  const int code = inner_read(file, stored.data(), header + kPage, offset - header);
  if (code != SQLITE_OK) return code;
  const PagePlace place{file.kind, offset, page_number(stored.data())};
  return file.cipher->open_page(place, stored.data() + header, out) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

// --- WAL

// Recovery reads whole frames to find where the log ends; there a bad page is a torn one and must
// fail SQLite's checksum instead of the call.
int read_frame(PageFile& file, std::uint8_t* out, std::uint64_t offset) {
  const int code = inner_read(file, out, kFrame, offset);
  if (code != SQLITE_OK) return code;
  Buffer stored;
  std::memcpy(stored.data(), out, kFrame);
  file.cipher->show_checksum(offset, out + kFrameChecksum);
  const PagePlace place{FileKind::kWal, offset + kFrameHeader, page_number(stored.data())};
  const std::uint8_t* page = stored.data() + kFrameHeader;
  if (!file.cipher->open_page(place, page, out + kFrameHeader)) {
    file.cipher->scramble(place, page, out + kFrameHeader);
  }
  return SQLITE_OK;
}

int read_wal(PageFile& file, std::uint8_t* out, std::size_t amount, std::uint64_t offset) {
  if (offset + amount <= kWalHeader) return inner_read(file, out, amount, offset);
  if (offset < kWalHeader) return SQLITE_IOERR_READ;
  const std::uint64_t within = (offset - kWalHeader) % kFrame;
  if (within == kFrameHeader && amount == kPage) {
    return read_numbered(file, out, offset, kFrameHeader);
  }
  if (within == 0 && amount == kFrame) return read_frame(file, out, offset);
  const bool checksum = within == kFrameChecksum && amount == 8;
  const bool header = within == 0 && amount == kFrameHeader;
  if (!checksum && !header) return SQLITE_IOERR_READ;
  const int code = inner_read(file, out, amount, offset);
  if (code == SQLITE_OK) file.cipher->show_checksum(offset - within, out + amount - 8);
  return code;
}

int write_frame_header(PageFile& file, const std::uint8_t* bytes, std::uint64_t offset) {
  std::uint8_t header[kFrameHeader];
  std::memcpy(header, bytes, kFrameHeader);
  file.cipher->hide_checksum(offset, header + kFrameChecksum);
  file.announced_offset = offset + kFrameHeader;
  file.announced_page = page_number(bytes);
  file.commit = page_number(bytes + kFrameDatabaseSize) != 0;
  return file.writer->as_it_is(header, kFrameHeader, offset);
}

int write_frame_page(PageFile& file, const std::uint8_t* bytes, std::uint64_t offset) {
  const bool announced = file.announced_offset == offset;
  PagePlace place{FileKind::kWal, offset, file.announced_page};
  if (!announced) {
    int code = file.writer->flush();
    if (code == SQLITE_OK) code = number_ahead(file, offset, kFrameHeader, place.page);
    if (code != SQLITE_OK) return code;
  }
  const int code = file.writer->page(bytes, place);
  return code == SQLITE_OK && (file.commit || !announced) ? file.writer->flush() : code;
}

int write_wal(PageFile& file, const std::uint8_t* bytes, std::size_t amount, std::uint64_t offset) {
  if (offset == 0 && amount == kWalHeader) {
    const int code = file.writer->flush();
    return code == SQLITE_OK ? inner_write(file, bytes, amount, offset) : code;
  }
  if (offset < kWalHeader) return SQLITE_IOERR_WRITE;
  const std::uint64_t within = (offset - kWalHeader) % kFrame;
  if (within == 0 && amount == kFrameHeader) return write_frame_header(file, bytes, offset);
  if (within != kFrameHeader || amount != kPage) return SQLITE_IOERR_WRITE;
  return write_frame_page(file, bytes, offset);
}

// --- journal: page records stand at offsets of 4 modulo 8, headers at 0 modulo 8

int read_journal(PageFile& file, std::uint8_t* out, std::size_t amount, std::uint64_t offset) {
  if (amount == kPage && offset % 8 == kRecordHeader) {
    return read_numbered(file, out, offset, kRecordHeader);
  }
  return amount <= kJournalHeader ? inner_read(file, out, amount, offset) : SQLITE_IOERR_READ;
}

int write_sealed(PageFile& file, const PagePlace& place, const std::uint8_t* bytes) {
  if (!file.cipher->takes(place, bytes)) return SQLITE_IOERR_WRITE;
  std::array<std::uint8_t, kPage> sealed;
  file.cipher->seal_page(place, bytes, sealed.data());
  return inner_write(file, sealed.data(), kPage, place.offset);
}

int write_journal(PageFile& file, const std::uint8_t* bytes, std::size_t amount,
                  std::uint64_t offset) {
  if (amount == kPage && offset % 8 == kRecordHeader) {
    PagePlace place{FileKind::kJournal, offset, 0};
    const int code = number_ahead(file, offset, kRecordHeader, place.page);
    return code == SQLITE_OK ? write_sealed(file, place, bytes) : code;
  }
  // Headers are padded with zeros to a sector; anything else that long could be content.
  const auto* padding = bytes + std::min(amount, kJournalHeader);
  if (std::any_of(padding, bytes + amount, [](std::uint8_t b) { return b != 0; })) {
    return SQLITE_IOERR_WRITE;
  }
  if (amount == kRecordHeader && offset % 8 == 0) {
    file.announced_offset = offset + kRecordHeader;
    file.announced_page = page_number(bytes);
  }
  return inner_write(file, bytes, amount, offset);
}

// --- the methods SQLite calls

int settle(PageFile& file) { return file.writer == nullptr ? SQLITE_OK : file.writer->flush(); }

int page_read(sqlite3_file* base, void* out, int amount, sqlite3_int64 offset) {
  PageFile& file = self(base);
  if (const int code = settle(file); code != SQLITE_OK) return code;
  auto* bytes = static_cast<std::uint8_t*>(out);
  const auto count = static_cast<std::size_t>(amount);
  const auto at = static_cast<std::uint64_t>(offset);
  switch (file.kind) {
    case FileKind::kDatabase:
      return read_database(file, bytes, count, at);
    case FileKind::kWal:
      return read_wal(file, bytes, count, at);
    case FileKind::kJournal:
      return read_journal(file, bytes, count, at);
  }
  return SQLITE_IOERR_READ;
}

int page_write(sqlite3_file* base, const void* data, int amount, sqlite3_int64 offset) {
  PageFile& file = self(base);
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  const auto count = static_cast<std::size_t>(amount);
  const auto at = static_cast<std::uint64_t>(offset);
  switch (file.kind) {
    case FileKind::kDatabase:
      return write_database(file, bytes, count, at);
    case FileKind::kWal:
      return write_wal(file, bytes, count, at);
    case FileKind::kJournal:
      return write_journal(file, bytes, count, at);
  }
  return SQLITE_IOERR_WRITE;
}

int page_close(sqlite3_file* base) {
  PageFile& file = self(base);
  const int settled = settle(file);
  delete file.writer;
  file.writer = nullptr;
  const int code = file.inner()->pMethods->xClose(file.inner());
  return settled == SQLITE_OK ? code : settled;
}

int page_share_memory(sqlite3_file* base, int region, int bytes, int extend, void volatile** at) {
  PageFile& file = self(base);
  file.shared = true;
  if (const int code = settle(file); code != SQLITE_OK) return code;
  return file.inner()->pMethods->xShmMap(file.inner(), region, bytes, extend, at);
}

// SQLite does not look at what comes back of some of these. The one that tells that a checkpoint
// has written its last page stands before the sync: a disk that was full there must be met by that,
// or the log is deleted while the database lacks what it held.
int page_file_control(sqlite3_file* base, int op, void* argument) {
  PageFile& file = self(base);
  if (file.writer != nullptr) file.writer->push();
  switch (op) {
    // Growing ahead would leave zero pages, which do not verify.
    case SQLITE_FCNTL_SIZE_HINT:
    case SQLITE_FCNTL_CHUNK_SIZE:
      return SQLITE_OK;
    case SQLITE_FCNTL_MMAP_SIZE:
      *static_cast<sqlite3_int64*>(argument) = 0;
      return SQLITE_OK;
    case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
      *static_cast<int*>(argument) = 1;
      return SQLITE_OK;
    case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
    case SQLITE_FCNTL_COMMIT_ATOMIC_WRITE:
    case SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE:
      return SQLITE_NOTFOUND;
    case SQLITE_FCNTL_VFSNAME:
      *static_cast<char**>(argument) = sqlite3_mprintf("%s", file.vfs_name);
      return SQLITE_OK;
    default:
      return file.inner()->pMethods->xFileControl(file.inner(), op, argument);
  }
}

// POWERSAFE_OVERWRITE, or SQLite pads and splits frames at sectors; no atomic writes, because one
// page is not written as one page of plaintext.
int page_characteristics(sqlite3_file* base) {
  sqlite3_file* inner = self(base).inner();
  const int below = inner->pMethods->xDeviceCharacteristics(inner);
  return (below & SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN) | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

// A journal header is one sector and must stay at 0 modulo 8.
int page_sector_size(sqlite3_file* base) {
  sqlite3_file* inner = self(base).inner();
  return std::clamp(inner->pMethods->xSectorSize(inner), 512, static_cast<int>(kPage));
}

// Everything else goes down as it is.
template <auto kMethod>
struct Down;
template <class Value, class... Arguments,
          Value (*sqlite3_io_methods::*kMethod)(sqlite3_file*, Arguments...)>
struct Down<kMethod> {
  static Value call(sqlite3_file* base, Arguments... arguments) {
    sqlite3_file* inner = self(base).inner();
    return (inner->pMethods->*kMethod)(inner, arguments...);
  }
};

// As Down, once all that was written stands in the file below.
template <auto kMethod>
struct Settled;
template <class... Arguments, int (*sqlite3_io_methods::*kMethod)(sqlite3_file*, Arguments...)>
struct Settled<kMethod> {
  static int call(sqlite3_file* base, Arguments... arguments) {
    const int code = settle(self(base));
    return code == SQLITE_OK ? Down<kMethod>::call(base, arguments...) : code;
  }
};

constexpr sqlite3_io_methods methods_of_version(int version) {
  sqlite3_io_methods m{};
  m.iVersion = version;  // never 3: a mapped page would be read without being opened
  m.xClose = page_close;
  m.xRead = page_read;
  m.xWrite = page_write;
  m.xTruncate = Settled<&sqlite3_io_methods::xTruncate>::call;
  m.xSync = Settled<&sqlite3_io_methods::xSync>::call;
  m.xFileSize = Settled<&sqlite3_io_methods::xFileSize>::call;
  m.xLock = Down<&sqlite3_io_methods::xLock>::call;
  m.xUnlock = Settled<&sqlite3_io_methods::xUnlock>::call;
  m.xCheckReservedLock = Down<&sqlite3_io_methods::xCheckReservedLock>::call;
  m.xFileControl = page_file_control;
  m.xSectorSize = page_sector_size;
  m.xDeviceCharacteristics = page_characteristics;
  m.xShmMap = page_share_memory;
  m.xShmLock = Down<&sqlite3_io_methods::xShmLock>::call;
  m.xShmBarrier = Down<&sqlite3_io_methods::xShmBarrier>::call;
  m.xShmUnmap = Down<&sqlite3_io_methods::xShmUnmap>::call;
  return m;
}

constexpr sqlite3_io_methods kWithoutSharedMemory = methods_of_version(1);
constexpr sqlite3_io_methods kWithSharedMemory = methods_of_version(2);

}  // namespace

const sqlite3_io_methods* page_file_methods(bool shared_memory) {
  return shared_memory ? &kWithSharedMemory : &kWithoutSharedMemory;
}

}  // namespace mq::vault
