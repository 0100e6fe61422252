/// Pieces of pages; internal to apps/report.
#pragma once

#include <string>
#include <vector>

#include "apps/report/figure.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits::report {

/// <td>, the text escaped.
std::string cell(const std::string& text, bool number = false);
/// The begin of a table, to be closed by kEndTable.
std::string header(const std::vector<std::string>& names);
inline constexpr const char* kEndTable = "</tbody></table></div>";

std::string badge(Verdict verdict);
/// <td> of what was expected, in red if it is not the verdict.
std::string expectation(Verdict verdict, Verdict expected);

/// Figures with their captions under a heading; nothing if there are none.
std::string pictures(const std::vector<Figure>& figures);

/// Everything up to <main>, and from where a page comes to its end.
std::string page_begin(const std::string& title);
std::string page_end();

}  // namespace sgdlimits::report
