#include "core/errors.hpp"

#include "core/text.hpp"

namespace sgdlimits {
namespace {

std::string with_remedy(std::string message, const std::string& remedy) {
  if (!remedy.empty()) message += "; " + remedy;
  return message;
}

std::string place(const std::string& file, int line, int column) {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text + ": ";
}

}  // namespace

InvalidArgument::InvalidArgument(std::string name, std::string value, std::string bound, std::string remedy)
    : Error(with_remedy(name + " is " + value + " but must be " + bound, remedy)),
      name_(std::move(name)),
      value_(std::move(value)),
      bound_(std::move(bound)),
      remedy_(std::move(remedy)) {}

InvalidArgument::InvalidArgument(std::string name, double value, std::string bound, std::string remedy)
    : InvalidArgument(std::move(name), shortest(value), std::move(bound), std::move(remedy)) {}

DataError::DataError(std::string file, int line, int column, const std::string& what, const std::string& remedy)
    : Error(with_remedy(place(file, line, column) + what, remedy)),
      file_(std::move(file)),
      line_(line),
      column_(column) {}

}  // namespace sgdlimits
