/// The built-in potentials by name, for experiment files and the command.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/potential.hpp"

namespace sgdlimits {

/// One line of the catalogue. `parameters` holds every parameter that the name accepts, with its default;
/// a parameter "dimension" changes the dimension, and "quadratic" also takes k0, k1, ... for single axes.
struct PotentialEntry {
  std::string name;         ///< e.g. "double-well"
  std::string formula;      ///< in the names of the parameters, e.g. "h*(x^2-1)^2"
  std::string description;  ///< one sentence: what is known about it
  std::map<std::string, double> parameters;
  Index dimension;  ///< with the default parameters
};

/// All entries, in the order of the guide.
const std::vector<PotentialEntry>& potential_catalogue();

/// The potential of that name; parameters that are left out have their defaults. Throws InvalidArgument for an
/// unknown name or parameter (with the nearest valid name) and for a value out of range.
std::shared_ptr<const Potential> make_potential(const std::string& name,
                                                const std::map<std::string, double>& parameters = {});

}  // namespace sgdlimits
