#include "mq/server/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "mq/base/text.h"
#include "mq/wire/crypto.h"

namespace mq::server {
namespace {

constexpr std::size_t kPemBytesMax = 256u << 10;
constexpr char kName[] = "minqing-server";

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

Error not_made() {
  return {Code::kInternal, "无法生成 TLS 证书(加密库出错)",
          "cannot make a TLS certificate: the library failed"};
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_in(BIO* memory) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(kName);
  return X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "19700102000000Z") == 1 &&
         ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99971231235959Z") == 1 &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         add_extension(certificate, NID_subject_alt_name, "DNS:minqing-server") &&
         // It is its own root for whoever has fetched it.
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

Result<Hash> hash_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return not_made();
  const Hash hash = wire::hash("mq/tc1", {ByteView(der, static_cast<std::size_t>(size))});
  OPENSSL_free(der);
  return hash;
}

Result<TlsIdentity> make_identity() {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get())) return not_made();
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  const bool written = PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1 &&
                       PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0,
                                                nullptr, nullptr) == 1;
  if (!written) return not_made();
  MQ_TRY(const Hash hash, hash_of(certificate.get()));
  return TlsIdentity{text_in(certificate_text.get()), text_in(key_text.get()), hash};
}

Result<TlsIdentity> parse_identity(std::string certificate_pem, std::string key_pem) {
  const Bio certificate_text = reading(certificate_pem);
  const Bio key_text = reading(key_pem);
  const Certificate certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Error{Code::kInvalidInput, "TLS 证书或密钥读不懂,或两者不是一对(需要 PEM 格式)",
                 "the TLS certificate or key is not PEM, or they do not belong together"};
  }
  MQ_TRY(const Hash hash, hash_of(certificate.get()));
  return TlsIdentity{std::move(certificate_pem), std::move(key_pem), hash};
}

}  // namespace

Result<TlsIdentity> read_identity(FileSystem& files, const std::string& certificate_path,
                                  const std::string& key_path) {
  MQ_TRY(const Bytes certificate, files.read(certificate_path, kPemBytesMax));
  MQ_TRY(const Bytes key, files.read(key_path, kPemBytesMax));
  return parse_identity(to_string(certificate), to_string(key));
}

Result<TlsIdentity> own_identity(FileSystem& files, const std::string& folder) {
  const std::string certificate_path = cat(folder, "/tls.crt");
  const std::string key_path = cat(folder, "/tls.key");
  if (files.exists(certificate_path) && files.exists(key_path)) {
    return read_identity(files, certificate_path, key_path);
  }
  MQ_TRY(const TlsIdentity made, make_identity());
  // The certificate last: until it stands, the pair is made again.
  MQ_CHECK(files.replace(key_path, view_of(made.key_pem)));
  MQ_CHECK(files.replace(certificate_path, view_of(made.certificate_pem)));
  return made;
}

}  // namespace mq::server
