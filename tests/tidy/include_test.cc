#include "tidy/house.h"

namespace mq::tidy {
namespace {

std::size_t direction(const std::string& path, const std::string& name) {
  return complaints(include_direction, path, "#include \"" + name + "\"\n");
}
std::size_t third_party(const std::string& path, const std::string& name) {
  return complaints(third_party_header, path, "#include <" + name + ">\n");
}

TEST(TidyIncludes, AnArrowTheWrongWayIsNoticed) {
  EXPECT_EQ(direction("core/base/src/a.cc", "mq/wire/crypto.h"), 1u);
  EXPECT_EQ(direction("core/wire/src/a.cc", "mq/model/op.h"), 1u);
  EXPECT_EQ(direction("core/model/src/a.cc", "mq/vault/vault.h"), 1u);
  EXPECT_EQ(direction("core/vault/src/a.cc", "mq/seal/sealer.h"), 1u);
  EXPECT_EQ(direction("core/sqlite/src/a.cc", "mq/wire/crypto.h"), 1u);
  EXPECT_EQ(direction("core/tabular/src/a.cc", "mq/model/value.h"), 1u);
  EXPECT_EQ(direction("core/work/src/a.cc", "mq/sync/engine.h"), 1u);
  EXPECT_EQ(direction("sync/src/a.cc", "mq/work/visit.h"), 1u);
  EXPECT_EQ(direction("server/src/a.cc", "mq/vault/vault.h"), 1u);
  EXPECT_EQ(direction("server/src/a.cc", "mq/seal/sealer.h"), 1u);
  EXPECT_EQ(direction("server/src/a.cc", "minqing/model/v1/visit.pb.h"), 1u);
  EXPECT_EQ(direction("core/base/src/a.cc", "minqing/sync/v1/sync.pb.h"), 1u);
}
TEST(TidyIncludes, AnArrowTheRightWayIsNot) {
  EXPECT_EQ(direction("core/work/src/a.cc", "mq/seal/keyring.h"), 0u);
  EXPECT_EQ(direction("sync/src/a.cc", "mq/seal/sealer.h"), 0u);
  EXPECT_EQ(direction("server/src/a.cc", "minqing/sync/v1/sync.pb.h"), 0u);
  EXPECT_EQ(direction("app/cli/src/a.cc", "mq/sync/engine.h"), 0u);
  EXPECT_EQ(complaints(include_direction, "core/base/src/a.cc", "// #include \"mq/wire/x.h\"\n"),
            0u);
}
TEST(TidyIncludes, TestsAndWaysUpAreNoticed) {
  EXPECT_EQ(direction("sync/src/a.cc", "support/sim_clock.h"), 1u);
  EXPECT_EQ(direction("app/cli/src/a.cc", "gtest/gtest.h"), 1u);
  EXPECT_EQ(direction("core/base/src/a.cc", "../../wire/src/b.h"), 1u);
  EXPECT_EQ(direction("server/src/a.cc", "../../core/vault/src/b.h"), 1u);
  EXPECT_EQ(direction("app/cli/src/commands/a.cc", "../b.h"), 0u);
  EXPECT_EQ(direction("tests/sync/a.cc", "support/sim_clock.h"), 0u);
}
TEST(TidyIncludes, ArrowsPointOneWay) { expect_kept(include_direction); }

TEST(TidyIncludes, AThirdPartyHeaderOutsideItsWrapperIsNoticed) {
  EXPECT_EQ(third_party("sync/src/a.cc", "sqlite3.h"), 1u);
  EXPECT_EQ(third_party("core/wire/src/envelope.cc", "sodium.h"), 1u);
  EXPECT_EQ(third_party("sync/src/engine.cc", "grpcpp/grpcpp.h"), 1u);
  EXPECT_EQ(third_party("server/src/service.cc", "openssl/x509.h"), 1u);
  EXPECT_EQ(third_party("core/work/src/a.cc", "zip.h"), 1u);
  EXPECT_EQ(third_party("core/work/src/a.cc", "pugixml.hpp"), 1u);
  EXPECT_EQ(third_party("core/vault/src/a.cc", "zstd.h"), 1u);
  EXPECT_EQ(third_party("core/work/src/a.cc", "utf8proc.h"), 1u);
  EXPECT_EQ(third_party("server/src/sqlite_store.cc", "libpq-fe.h"), 1u);
  EXPECT_EQ(third_party("app/cli/src/slips_html.cc", "qrencode.h"), 1u);
}
TEST(TidyIncludes, AThirdPartyHeaderInItsWrapperIsNot) {
  EXPECT_EQ(third_party("core/wire/src/crypto.cc", "sodium.h"), 0u);
  EXPECT_EQ(third_party("sync/src/grpc_transport.cc", "grpcpp/grpcpp.h"), 0u);
  EXPECT_EQ(third_party("app/cli/src/qr.cc", "qrencode.h"), 0u);
  EXPECT_EQ(third_party("tests/vault/a_test.cc", "sqlite3.h"), 0u);
}
TEST(TidyIncludes, ThirdPartyHeadersStayInTheirWrappers) { expect_kept(third_party_header); }

TEST(TidyIncludes, AServerThatCouldLearnToReadIsNoticed) {
  const File server{"server/CMakeLists.txt", "mq_library(server\n  LINKS mq::wire)\n"};
  const File wire{"core/wire/CMakeLists.txt", "mq_library(wire\n  LINKS mq::base)\n"};
  EXPECT_EQ(blind_server({server, wire}).size(), 0u);
  const File late{
      "core/wire/CMakeLists.txt",
      "mq_library(wire LINKS mq::base)\ntarget_link_libraries(mq_wire PRIVATE mq::seal)"};
  EXPECT_EQ(blind_server({server, late}).size(), 1u);
  EXPECT_EQ(blind_server({wire}).size(), 1u);
}
TEST(TidyIncludes, TheServerCannotLearnToRead) { EXPECT_EQ(join(blind_server(house()), "\n"), ""); }

}  // namespace
}  // namespace mq::tidy
