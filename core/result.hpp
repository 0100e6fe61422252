/// Numerical outcomes: what a method returns when the mathematics, not the caller, may fail.
#pragma once

#include <cassert>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sgdlimits {

enum class Status {
  ok,
  not_converged,       ///< an iteration or refinement stopped before its tolerance
  blew_up,             ///< a value became infinite or NaN
  no_gibbs_measure,    ///< exp(-f/tau) is not integrable
  essential_spectrum,  ///< there is no eigenvalue below the essential spectrum
  out_of_reach,        ///< would exceed a stated limit of memory or dimension
  interrupted,         ///< stopped on request; what was done so far is consistent
};

/// "ok", "not converged", ...
std::string to_string(Status status);

/// What happened, in words and counters ("steps", "iterations", "cells", ...).
struct Report {
  Status status = Status::ok;
  std::string why;
  std::map<std::string, double> counters;
};

/// An optional T and the Report that says why it may be missing. A failed result may still carry a value
/// (the best reached so far); only ok() makes it an answer.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value, Report report = {}) : value_(std::move(value)), report_(std::move(report)) {}
  explicit Result(Report failure) : report_(std::move(failure)) { assert(report_.status != Status::ok); }

  static Result failure(Status status, std::string why) { return Result(Report{status, std::move(why), {}}); }

  bool ok() const { return report_.status == Status::ok; }
  Status status() const { return report_.status; }
  const std::string& why() const { return report_.why; }
  const Report& report() const { return report_; }

  bool has_value() const { return value_.has_value(); }
  const T& value() const& {
    assert(value_);
    return *value_;
  }
  T&& value() && {
    assert(value_);
    return std::move(*value_);
  }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Report report_;
};

}  // namespace sgdlimits
