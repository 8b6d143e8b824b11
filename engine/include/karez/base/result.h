// Result<T>: a value or an Error. Our own because <expected> is missing in C++20 and Boost's may be dropped
// silently. Reading the wrong side is our bug and stops the process. A value: no thread rule.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "karez/base/error.h"

namespace karez {

/// Stops the process, in every build type, when something that only our own bug can cause has happened.
#define ENSURE(condition)                                                                                 \
  do {                                                                                                    \
    if (!(condition)) {                                                                                   \
      std::fprintf(stderr, "karez: internal check failed: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                                       \
    }                                                                                                     \
  } while (false)

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : side_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : side_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  [[nodiscard]] bool ok() const { return side_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    ENSURE(ok());
    return std::get<0>(side_);
  }
  [[nodiscard]] const T& value() const& {
    ENSURE(ok());
    return std::get<0>(side_);
  }
  [[nodiscard]] T&& value() && {
    ENSURE(ok());
    return std::get<0>(std::move(side_));
  }
  [[nodiscard]] const Error& error() const {
    ENSURE(!ok());
    return std::get<1>(side_);
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> side_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const {
    ENSURE(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

/// Returns the error of `expression` from the enclosing function, if it has one.
#define KAREZ_TRY(expression)                                                                     \
  do {                                                                                            \
    if (auto karez_try_status = (expression); !karez_try_status) return karez_try_status.error(); \
  } while (false)

/// The same for a Result whose value is not needed.
#define KAREZ_TRY_IGNORING_VALUE(expression)                                                            \
  do {                                                                                                  \
    if (const auto karez_try_result = (expression); !karez_try_result) return karez_try_result.error(); \
  } while (false)

#define KAREZ_JOIN_(a, b) a##b
#define KAREZ_JOIN(a, b) KAREZ_JOIN_(a, b)
#define KAREZ_ASSIGN_(temporary, target, expression) \
  auto temporary = (expression);                     \
  if (!temporary) return temporary.error();          \
  target = std::move(temporary).value()

/// `KAREZ_ASSIGN(auto x, f());` binds the value or returns the error.
#define KAREZ_ASSIGN(target, expression) \
  KAREZ_ASSIGN_(KAREZ_JOIN(karez_result_, __LINE__), target, expression)

}  // namespace karez
