#include "peer_certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "mq/base/text.h"
#include "resolve.h"

namespace mq::sync {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Context = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Error not_reached(const Address& address, std::string_view why) {
  return {
      Code::kUnavailable,
      cat("连不上服务器 ", address.host, ":", address.port, ";记录都在本机,安全;有信号时再同步"),
      cat("cannot reach the server ", address.host, ":", address.port, " (", why,
          "); everything is kept here, sync again when there is a network")};
}

// Waits for the socket; false when time is over.
bool wait_for(int fd, short events, SteadyTime until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd poll_fd{fd, events, 0};
    const int ready = poll(&poll_fd, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool connect_one(const Socket& socket, const addrinfo& to, SteadyTime until) {
  if (connect(socket.fd(), to.ai_addr, to.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS || !wait_for(socket.fd(), POLLOUT, until)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

Result<Socket> connect_to(const Address& address, SteadyTime until) {
  const Resolved found = resolve(address.host, address.port, until);
  if (found.addresses == nullptr) return not_reached(address, found.why);
  for (const addrinfo* each = found.addresses.get(); each != nullptr; each = each->ai_next) {
    Socket socket(::socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           each->ai_protocol));
    if (socket.fd() >= 0 && connect_one(socket, *each, until)) return socket;
  }
  return not_reached(address, "no connection");
}

// TLS over memory: OpenSSL writing to a socket itself would end the program with SIGPIPE when the
// server goes away.
bool send_all(BIO* from, int fd, SteadyTime until) {
  std::array<char, 4096> bytes;
  for (;;) {
    const int size = BIO_read(from, bytes.data(), static_cast<int>(bytes.size()));
    if (size <= 0) return true;
    for (int sent = 0; sent < size;) {
      const ssize_t count =
          send(fd, bytes.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
      if (count > 0) sent += static_cast<int>(count);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (count <= 0 && !wait_for(fd, POLLOUT, until)) return false;
    }
  }
}

bool receive_some(BIO* into, int fd, SteadyTime until) {
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t count = recv(fd, bytes.data(), bytes.size(), 0);
    if (count > 0) return BIO_write(into, bytes.data(), static_cast<int>(count)) == count;
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) return false;
    if (!wait_for(fd, POLLIN, until)) return false;
  }
}

bool shake_hands(SSL* session, int fd, SteadyTime until) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(session, in, out);  // the session owns both
  for (;;) {
    const int result = SSL_connect(session);
    if (!send_all(out, fd, until)) return false;
    if (result == 1) return true;
    if (SSL_get_error(session, result) != SSL_ERROR_WANT_READ) return false;
    if (!receive_some(in, fd, until)) return false;
  }
}

bool is_literal(const std::string& host) {
  in6_addr scratch{};
  return inet_pton(AF_INET, host.c_str(), &scratch) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

// The chain is looked at, but a failure does not end the handshake: the caller decides.
Session new_session(SSL_CTX* context, const Address& address) {
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_CTX_set_default_verify_paths(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  Session session(SSL_new(context));
  if (session == nullptr) return session;
  SSL_set_alpn_protos(session.get(), kHttp2, sizeof kHttp2);
  if (is_literal(address.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), address.host.c_str());
  } else {
    SSL_set1_host(session.get(), address.host.c_str());
    // What SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(address.host.c_str()));
  }
  return session;
}

std::string name_in(X509* certificate) {
  std::string name;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names != nullptr && name.empty() && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(names, i);
    if (each->type != GEN_DNS) continue;
    const ASN1_IA5STRING* text = each->d.dNSName;
    name.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  GENERAL_NAMES_free(names);
  if (!name.empty()) return name;
  char common[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common,
                            sizeof common);
  return common;
}

PeerCertificate describe(X509* certificate) {
  PeerCertificate out;
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size > 0) out.der.assign(der, der + size);
  OPENSSL_free(der);
  const std::unique_ptr<BIO, FreeWith<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  if (length > 0) out.pem.assign(text, static_cast<std::size_t>(length));
  out.name = name_in(certificate);
  return out;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  std::string_view rest = trimmed(text);
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  const Error wrong{Code::kInvalidInput,
                    cat("服务器地址 ", text, " 不对;应为 主机名:端口,例如 192.168.1.5:8443"),
                    cat("bad server address ", text, "; expected host:port")};
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool digits = port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || port.empty() || port.size() > 5 || !digits) return wrong;
  if (!bracketed && host.find(':') != std::string_view::npos) return wrong;
  return Address{std::string(host), std::string(port)};
}

Result<PeerCertificate> fetch_certificate(const Address& address,
                                          std::chrono::milliseconds patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patience;
  MQ_TRY(const Socket socket, connect_to(address, until));
  const Context context(SSL_CTX_new(TLS_client_method()));
  const Session session = context ? new_session(context.get(), address) : nullptr;
  if (session == nullptr) {
    return Error{Code::kInternal, "本机的加密库无法启动", "the TLS library cannot start"};
  }
  if (!shake_hands(session.get(), socket.fd(), until)) {
    return not_reached(address, "TLS handshake failed");
  }
  const Certificate certificate(SSL_get1_peer_certificate(session.get()));
  if (certificate == nullptr) return not_reached(address, "no certificate");
  PeerCertificate out = describe(certificate.get());
  out.trusted = SSL_get_verify_result(session.get()) == X509_V_OK;
  return out;
}

}  // namespace mq::sync
