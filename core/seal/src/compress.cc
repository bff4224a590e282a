#include "compress.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace mq::seal {
namespace {

constexpr int kLevel = 19;
constexpr std::size_t kMagicBytes = 4;
constexpr std::array<std::uint8_t, kMagicBytes> kMagic{0x28, 0xb5, 0x2f, 0xfd};

struct FreeCompressor {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};

// Parameters and pieces are ours, memory is not input: what fails here is a bug.
std::size_t sure(std::size_t result) {
  MQ_ASSERT(!ZSTD_isError(result));
  return result;
}

// A flush ends a block, so that each piece gets statistics of its own.
Bytes compress_pieces(const std::vector<ByteView>& pieces, ByteView prefix) {
  std::size_t total = 0;
  for (const ByteView piece : pieces) total += piece.size();
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  MQ_ASSERT(context != nullptr);
  sure(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel));
  sure(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0));
  sure(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0));
  sure(ZSTD_CCtx_setPledgedSrcSize(context.get(), total));
  if (!prefix.empty()) sure(ZSTD_CCtx_refPrefix(context.get(), prefix.data(), prefix.size()));
  Bytes out(ZSTD_compressBound(total) + 16 * pieces.size());
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    ZSTD_inBuffer from{pieces[i].data(), pieces[i].size(), 0};
    const bool last = i + 1 == pieces.size();
    const std::size_t left =
        sure(ZSTD_compressStream2(context.get(), &to, &from, last ? ZSTD_e_end : ZSTD_e_flush));
    MQ_ASSERT(left == 0);
  }
  return {out.begin() + kMagicBytes, out.begin() + static_cast<std::ptrdiff_t>(to.pos)};
}

}  // namespace

Bytes compress(const Frame& frame, ByteView prefix) {
  constexpr std::size_t kApartFrom =
      1024;  // below, two more block headers cost more than they give
  const Bytes joined = frame.joined();
  if (joined.size() < kApartFrom) return compress_pieces({joined}, prefix);
  Bytes head = frame.preface();
  head.insert(head.end(), frame.heads.begin(), frame.heads.end());
  return compress_pieces({head, frame.loose, frame.texts}, prefix);
}

namespace {

// Its tables take longer to set up than most segments to read.
ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> made(ZSTD_createDCtx());
  MQ_ASSERT(made != nullptr);
  return made.get();
}

}  // namespace

Result<Bytes> decompress(ByteView compressed, ByteView prefix, std::size_t bytes_max) {
  const Error damaged{Code::kCorrupt, "这一段解不开:压缩数据不合格式,已留存不用",
                      "the segment does not decompress; it is kept aside"};
  Bytes frame(kMagic.begin(), kMagic.end());
  frame.insert(frame.end(), compressed.begin(), compressed.end());
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return damaged;
  ZSTD_DCtx* const context = decompressor();
  for (std::size_t room = std::min(bytes_max, 8 * frame.size() + 4096);; room = bytes_max) {
    if (!prefix.empty()) sure(ZSTD_DCtx_refPrefix(context, prefix.data(), prefix.size()));
    Bytes out(room);
    const std::size_t size =
        ZSTD_decompressDCtx(context, out.data(), out.size(), frame.data(), frame.size());
    if (!ZSTD_isError(size)) {
      out.resize(size);
      return out;
    }
    if (room == bytes_max) return damaged;
  }
}

}  // namespace mq::seal
