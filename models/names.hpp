/// Choices by name, with helpful refusal; for the factories of this layer.
#pragma once

#include <string>
#include <vector>

namespace sgdlimits {

/// Throws InvalidArgument: WHAT is "NAME" but must be one of A, B, C; did you mean "A"?
[[noreturn]] void throw_unknown_name(const std::string& what, const std::string& name,
                                     const std::vector<std::string>& valid);

/// The member of `all` whose to_string is `name`; else throw_unknown_name.
template <class Enum>
Enum choice_from_name(const std::string& what, const std::string& name, const std::vector<Enum>& all) {
  std::vector<std::string> valid;
  for (const Enum choice : all) {
    valid.push_back(to_string(choice));
    if (valid.back() == name) return choice;
  }
  throw_unknown_name(what, name, valid);
}

}  // namespace sgdlimits
