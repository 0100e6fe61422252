/// Figures as inline SVG for the page: small, without scripts, coloured by the page's style sheet so that they follow
/// light and dark.
#pragma once

#include <string>

#include "apps/report/figure.hpp"

namespace sgdlimits {

/// One <svg> element, 960 units wide. The same figure gives the same bytes. Classes are those of `svg_style`.
std::string to_svg(const Figure& figure);

/// The style sheet that the drawings need: custom properties for both colour schemes and the classes of the marks.
std::string svg_style();

/// "10⁻³" for 0.001; only for powers of ten.
std::string power_of_ten(double value);

/// The class of a role: "r-grid".
std::string role_class(Role role);

}  // namespace sgdlimits
