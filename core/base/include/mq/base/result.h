// Result<T>: a value, or an Error that says what was attempted and why it failed.
//
// The shape of std::expected, which C++20 does not have, so that it can go one day. Errors are
// returned, never logged, and carry the sentence for the person in Chinese and in English.
// A sentence names ids and places; it never holds visit content, keys or tokens.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mq {

// What the caller can do about it. A closed list; app/cli maps it to exit codes.
enum class Code {
  kInvalidInput,     // the input is wrong; nothing was stored
  kNotFound,         // the named thing does not exist here
  kConflict,         // somebody else was first, or the state does not allow it
  kUnauthenticated,  // we do not know who asks
  kCorrupt,          // stored or received bytes fail verification
  kUnavailable,      // no network, server busy: retry later
  kExhausted,        // disk, quota or a size limit
  kUnsupported,      // a newer version or an unknown suite
  kCancelled,        // the person stopped it
  kNotAllowed,       // the rights are missing
  kLocked,           // the vault is locked or the passphrase is wrong
  kInternal,         // an outside call failed in a way that has no better name
};

struct Error {
  Code code = Code::kInternal;
  std::string zh;
  std::string en;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    if (ok()) std::abort();
    return std::get<1>(state_);
  }
  Error&& error() && {
    if (ok()) std::abort();
    return std::get<1>(std::move(state_));
  }

 private:
  T& checked() {
    if (!ok()) std::abort();
    return std::get<0>(state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    if (ok()) std::abort();
    return *error_;
  }
  Error&& error() && {
    if (ok()) std::abort();
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// Ends the program with the place of the broken assumption; never called on input.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace mq

#define MQ_CONCAT_INNER(a, b) a##b
#define MQ_CONCAT(a, b) MQ_CONCAT_INNER(a, b)

// MQ_TRY(auto x, call()): x is the value, or the function returns the error.
// Not as the only statement of an if: it is several.
#define MQ_TRY(declaration, expression) \
  MQ_TRY_IMPL(MQ_CONCAT(mq_try_, __COUNTER__), declaration, expression)
#define MQ_TRY_IMPL(temporary, declaration, expression)     \
  auto temporary = (expression);                            \
  if (!temporary.ok()) return std::move(temporary).error(); \
  declaration = std::move(temporary).value()

// MQ_CHECK(call()): returns the error of a Result<void>, else goes on.
#define MQ_CHECK(expression) MQ_CHECK_IMPL(MQ_CONCAT(mq_check_, __COUNTER__), expression)
#define MQ_CHECK_IMPL(temporary, expression)                  \
  do {                                                        \
    auto temporary = (expression);                            \
    if (!temporary.ok()) return std::move(temporary).error(); \
  } while (false)

// A bug if false; on in release too, never used on input.
#define MQ_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::mq::assertion_failed(#condition, __FILE__, __LINE__))
