/// Exceptions for a caller's mistakes. Numerical outcomes are not exceptions: see core/result.hpp.
#pragma once

#include <stdexcept>
#include <string>

namespace sgdlimits {

/// Base of everything this library throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument is outside its range. The message reads
/// "NAME is VALUE but must be BOUND; REMEDY" (the last part only if there is a remedy).
class InvalidArgument : public Error {
 public:
  InvalidArgument(std::string name, std::string value, std::string bound, std::string remedy = "");
  InvalidArgument(std::string name, double value, std::string bound, std::string remedy = "");

  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  const std::string& bound() const { return bound_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string name_, value_, bound_, remedy_;
};

/// A data file is unreadable or malformed. Lines and columns count from 1; 0 means "the whole file".
/// The message reads "FILE:LINE:COLUMN: WHAT; REMEDY".
class DataError : public Error {
 public:
  DataError(std::string file, int line, int column, const std::string& what, const std::string& remedy = "");

  const std::string& file() const { return file_; }
  int line() const { return line_; }
  int column() const { return column_; }

 private:
  std::string file_;
  int line_, column_;
};

}  // namespace sgdlimits
