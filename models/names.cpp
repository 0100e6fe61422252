#include "models/names.hpp"

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {

void throw_unknown_name(const std::string& what, const std::string& name, const std::vector<std::string>& valid) {
  std::string list;
  for (const std::string& v : valid) list += (list.empty() ? "" : ", ") + v;
  const std::string nearest = nearest_name(name, valid);
  throw InvalidArgument(what, "\"" + name + "\"", valid.size() == 1 ? list : "one of " + list,
                        nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
}

}  // namespace sgdlimits
