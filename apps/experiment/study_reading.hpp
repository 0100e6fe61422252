/// Readers of one kind of study each, and what they share; internal to apps/experiment.
#pragma once

#include "apps/experiment/reading.hpp"

namespace sgdlimits::experiment {

/// Times must be steps of the study's clock.
void check_times(const Section& section, const std::string& key, double step, const std::vector<double>& times);
/// Fails unless the problem has an initial law and report times.
void need_clock(const Section& section, const Problem& problem);
/// scheme, step and leapfrog_steps of an overdamped scheme.
void read_scheme(Section& section, Study& study);

void read_sgd(Section& section, const Problem& problem, Study& study);
void read_escape(Section& section, const Problem& problem, Study& study);
void read_sgd_operator(Section& section, const Problem& problem, Study& study);
void read_sgd_modified_equation(Section& section, const Problem& problem, Study& study);

}  // namespace sgdlimits::experiment
