/// Numbers as text and names close to a misspelt one.
#pragma once

#include <string>
#include <vector>

namespace sgdlimits {

/// The shortest decimal text that reads back as the same double ("0.1", "1e-07", "nan", "inf").
std::string shortest(double value);

/// The candidate with the smallest edit distance to `name`, or "" if none is closer than half its length.
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace sgdlimits
