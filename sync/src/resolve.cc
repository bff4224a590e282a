#include "resolve.h"

#include <atomic>
#include <utility>

namespace mq::sync {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// One lookup with all that the system points to while it runs.
class Lookup {
 public:
  Lookup(const std::string& host, const std::string& port) : host_(host), port_(port) {
    hints_.ai_socktype = SOCK_STREAM;
    request_.ar_name = host_.c_str();
    request_.ar_service = port_.c_str();
    request_.ar_request = &hints_;
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (request_.ar_result != nullptr) freeaddrinfo(request_.ar_result);
  }

  int start() {
    gaicb* list[] = {&request_};
    return getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr);
  }
  int state() { return gai_error(&request_); }
  // False: time is over.
  bool wait(SteadyTime until) {
    const gaicb* list[] = {&request_};
    while (state() == EAI_INPROGRESS) {
      const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
          until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      timespec span{};
      span.tv_sec = seconds.count();
      span.tv_nsec = (left - seconds).count();
      if (gai_suspend(list, 1, &span) == EAI_AGAIN) return state() != EAI_INPROGRESS;
    }
    return true;
  }
  addrinfo* take() { return std::exchange(request_.ar_result, nullptr); }

  Lookup* next = nullptr;  // among those left behind

 private:
  const std::string host_, port_;
  addrinfo hints_{};
  gaicb request_{};
};

std::atomic<Lookup*> left_behind{nullptr};

void leave(Lookup* lookup) {
  lookup->next = left_behind.load();
  while (!left_behind.compare_exchange_weak(lookup->next, lookup)) {
  }
}

void collect() {
  Lookup* each = left_behind.exchange(nullptr);
  while (each != nullptr) {
    Lookup* const next = each->next;
    if (each->state() == EAI_INPROGRESS) {
      leave(each);
    } else {
      delete each;
    }
    each = next;
  }
}

}  // namespace

Resolved resolve(const std::string& host, const std::string& port, SteadyTime until) {
  collect();
  auto lookup = std::make_unique<Lookup>(host, port);
  if (const int code = lookup->start(); code != 0) return {nullptr, gai_strerror(code)};
  if (!lookup->wait(until)) {
    leave(lookup.release());
    return {nullptr, "no answer to the name lookup"};
  }
  if (const int code = lookup->state(); code != 0) return {nullptr, gai_strerror(code)};
  return {std::unique_ptr<addrinfo, FreeAddresses>(lookup->take()), {}};
}

}  // namespace mq::sync
