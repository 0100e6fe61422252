#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/experiment/study_reading.hpp"
#include "core/text.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/underdamped.hpp"

namespace sgdlimits::experiment {

void check_times(const Section& section, const std::string& key, double step, const std::vector<double>& times) {
  for (double t : times) {
    const double steps = t / step;
    if (std::abs(steps - std::round(steps)) > 1e-6 || std::round(steps) < 1) {
      section.fail(
          key,
          fmt::format("{} is {} but time {} is no multiple of it", section.full(key), shortest(step), shortest(t)),
          "change the step or report_at and until");
    }
  }
}

void need_clock(const Section& section, const Problem& problem) {
  const std::string dynamics = problem.name.empty() ? "[dynamics]" : "[problem." + problem.name + ".dynamics]";
  if (!problem.initial) section.fail("kind", fmt::format("{} has no initial law, which this study needs", dynamics));
  if (problem.report_at.empty())
    section.fail("kind", fmt::format("{} has no until, which this study needs", dynamics));
}

void read_leapfrogs(Section& section, Study& study) {
  if (study.scheme == "hmc") {
    study.leapfrog_steps = section.integer("leapfrog_steps", 1, 10000, 5);
  } else if (section.has("leapfrog_steps")) {
    section.fail("leapfrog_steps", fmt::format("{} is for scheme = \"hmc\" alone", section.full("leapfrog_steps")));
  }
}

void read_scheme(Section& section, Study& study) {
  study.motion = Motion::langevin;
  study.scheme = section.choice("scheme", scheme_names(), "heun");
  study.step = section.number("step", kPositive);
  read_leapfrogs(section, study);
}

namespace {

constexpr std::int64_t kMostPaths = (std::int64_t{1} << 32) - 1;
const std::vector<std::string> kKinds = {"spectral-gap", "fokker-planck",         "langevin", "sgd", "escape",
                                         "sgd-operator", "sgd-modified-equation", "flow"};

std::vector<std::string> study_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Study& study : experiment.studies) names.push_back(study.name);
  return names;
}

bool has_law_in_time(StudyKind kind) {
  return kind == StudyKind::fokker_planck || kind == StudyKind::langevin || kind == StudyKind::sgd ||
         kind == StudyKind::sgd_modified_equation;
}

void read_gap(Section& section, Study& study) {
  section.allow({"name", "kind", "problem", "modes", "tolerance"});
  study.modes = section.integer("modes", 1, 100, 5);
  study.tolerance = section.number("tolerance", {1e-12, 0.1, false, false}, 1e-6);
}

void read_fokker_planck(Section& section, const Problem& problem, Study& study) {
  section.allow({"name", "kind", "problem", "cells", "time_tolerance"});
  need_clock(section, problem);
  const Index d = problem.potential->dimension();
  if (d > 3) {
    section.fail("kind", fmt::format("a grid reaches three dimensions but the potential has {}", d),
                 "use langevin or sgd");
  }
  if (!problem.initial->has_density()) {
    section.fail("kind", "a point start has no density, so no grid can follow it", "take a gaussian or gibbs start");
  }
  const double otherwise = d == 1 ? 2048 : d == 2 ? 192 : 40;
  const std::vector<double> cells =
      section.numbers("cells", {16, 1e6, false, false}, std::vector<double>(static_cast<std::size_t>(d), otherwise));
  if (static_cast<Index>(cells.size()) != d) {
    section.fail("cells", fmt::format("{} has {} entries but the potential has dimension {}", section.full("cells"),
                                      cells.size(), d));
  }
  std::vector<std::int64_t> written;
  for (double n : cells) {
    if (n != std::floor(n) || std::fmod(n, 4) != 0) {
      section.fail("cells", fmt::format("{} must hold multiples of 4", section.full("cells")),
                   "the error is estimated on grids of half and a quarter of the cells");
    }
    written.push_back(static_cast<std::int64_t>(n));
    study.cells.push_back(static_cast<Index>(n));
  }
  section.resolved().set("cells", literal(written));
  study.time_tolerance = section.number("time_tolerance", {1e-12, 0.1, false, false}, 1e-5);
}

/// True if the study's scheme is one for positions and momenta; then friction and mass belong to it.
bool read_underdamped(Section& section, const Problem& problem, Study& study) {
  std::vector<std::string> names = scheme_names();
  const std::vector<std::string> underdamped = underdamped_names();
  names.insert(names.end(), underdamped.begin(), underdamped.end());
  study.scheme = section.choice("scheme", names, "heun");
  if (!find_underdamped(study.scheme)) {
    for (const char* key : {"friction", "mass"}) {
      if (section.has(key))
        section.fail(key, fmt::format("{} is for the underdamped schemes alone: {}", section.full(key),
                                      fmt::join(underdamped, ", ")));
    }
    return false;
  }
  if (!problem.potential->domain().is_everywhere())
    section.fail("scheme", "underdamped motion has no walls, but the potential lives on a box",
                 "take an overdamped scheme, which reflects");
  study.motion = Motion::underdamped;
  read_leapfrogs(section, study);
  study.step = section.number("step", kPositive);
  study.friction = section.number("friction", kPositive, 1.0);
  study.mass = section.number("mass", kPositive, 1.0);
  return true;
}

/// What is kept along the paths beside snapshots.
void read_statistics(Section& section, const Problem& problem, Study& study) {
  if (section.has("average_from")) {
    study.average_from = section.number("average_from", {0, problem.until, false, true});
    study.observations = section.integer("observations", 1, 1'000'000'000, 1000);
  } else if (section.has("observations")) {
    section.fail("observations",
                 fmt::format("{} needs {}", section.full("observations"), section.full("average_from")));
  }
  if (section.has("quantiles")) study.quantiles = section.numbers("quantiles", {0, 1, true, true});
  if (section.has("exit")) {
    const std::string expression = section.text("exit");
    study.exit = section.at("exit", [&] { return make_observable(expression, problem.potential); });
  }
}

void read_langevin(Section& section, const Problem& problem, Study& study) {
  section.allow({"name", "kind", "problem", "scheme", "step", "leapfrog_steps", "friction", "mass", "paths",
                 "sample_paths", "average_from", "observations", "quantiles", "exit"});
  need_clock(section, problem);
  if (!read_underdamped(section, problem, study)) read_scheme(section, study);
  check_times(section, "step", study.step, problem.report_at);
  read_statistics(section, problem, study);
}

void read_flow(Section& section, const Problem& problem, Study& study) {
  section.allow({"name", "kind", "problem", "starts", "tolerance"});
  need_clock(section, problem);
  if (!problem.potential->domain().is_everywhere())
    section.fail("kind", "a flow has no walls, but the potential lives on a box");
  const bool point = !problem.initial->has_density();
  study.paths = section.integer("starts", 1, kMostPaths, point ? 1 : 100);
  if (point && study.paths > 1)
    section.fail("starts",
                 fmt::format("{} is {} but the initial law is one point", section.full("starts"), study.paths),
                 "leave it out, or take a gaussian or gibbs start");
  study.tolerance = section.number("tolerance", {1e-13, 1e-3, false, false}, 1e-8);
}

}  // namespace

Verdict read_verdict(Section& section, const std::string& key, std::optional<std::string> otherwise) {
  const std::string name =
      section.choice(key, {"consistent", "refuted", "undecided", "not applicable"}, std::move(otherwise));
  for (Verdict verdict : {Verdict::consistent, Verdict::refuted, Verdict::undecided}) {
    if (to_string(verdict) == name) return verdict;
  }
  return Verdict::not_applicable;
}

Study read_study(Section& section, const Experiment& experiment) {
  Study study;
  study.name = section.text("name");
  if (study.name.empty() || study.name.find_first_of("/\\\n\r") != std::string::npos) {
    section.fail("name",
                 fmt::format("{} is \"{}\" but must be a name without slashes", section.full("name"), study.name));
  }
  if (experiment.find_study(study.name)) {
    section.fail("name", fmt::format("two studies have the name \"{}\"", study.name), "rename one of them");
  }
  const std::string kind = section.choice("kind", kKinds);
  study.kind = static_cast<StudyKind>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin());
  std::vector<std::string> problems;
  for (const Problem& problem : experiment.problems) problems.push_back(problem.name);
  study.problem = section.choice("problem", problems, "");
  const Problem& problem = experiment.problem(study.problem);
  if (!problem.temperature)
    section.fail("kind", "there is no [dynamics]", "write learning_rate or temperature there");
  switch (study.kind) {
    case StudyKind::spectral_gap: read_gap(section, study); break;
    case StudyKind::fokker_planck: read_fokker_planck(section, problem, study); break;
    case StudyKind::langevin: read_langevin(section, problem, study); break;
    case StudyKind::sgd: read_sgd(section, problem, study); break;
    case StudyKind::escape: read_escape(section, problem, study); break;
    case StudyKind::sgd_operator: read_sgd_operator(section, problem, study); break;
    case StudyKind::sgd_modified_equation: read_sgd_modified_equation(section, problem, study); break;
    case StudyKind::flow: read_flow(section, problem, study); break;
  }
  if (has_law_in_time(study.kind) ? study.kind != StudyKind::fokker_planck : study.kind == StudyKind::escape) {
    study.paths = section.integer("paths", 2, kMostPaths);
  }
  if (has_law_in_time(study.kind) && study.kind != StudyKind::fokker_planck) {
    study.sample_paths =
        section.integer("sample_paths", 0, std::min<std::int64_t>(study.paths, 100),
                        problem.potential->dimension() > 64 ? 0 : std::min<std::int64_t>(study.paths, 4));
  }
  return study;
}

Compare read_compare(Section& section, const Experiment& experiment) {
  section.allow({"of", "at", "measure", "expect"});
  Compare compare;
  compare.of = section.texts("of");
  if (compare.of.size() < 2) section.fail("of", section.full("of") + " must name at least two studies");
  const std::vector<std::string> names = study_names(experiment);
  for (const std::string& name : compare.of) {
    const Study* study = experiment.find_study(name);
    if (!study) section.fail("of", fmt::format("there is no study \"{}\"", name), suggestion(name, names));
    if (!has_law_in_time(study->kind)) {
      section.fail("of",
                   fmt::format("study \"{}\" is of kind {}, which has no law in time", name, to_string(study->kind)));
    }
    if (study->problem != experiment.find_study(compare.of.front())->problem) {
      section.fail("of",
                   fmt::format("studies \"{}\" and \"{}\" are of different problems", compare.of.front(), name));
    }
  }
  const Problem& problem = experiment.problem(experiment.find_study(compare.of.front())->problem);
  const toml::node* at = section.find("at");
  if (!at || at->is_string()) {
    const std::string when = section.choice("at", {"report_at", "until"}, "report_at");
    compare.at = when == "report_at" ? problem.report_at : std::vector<double>{problem.until};
  } else {
    compare.at = section.numbers("at", kNonnegative);
    for (double t : compare.at) {
      if (t != 0 && std::find(problem.report_at.begin(), problem.report_at.end(), t) == problem.report_at.end()) {
        section.fail("at", fmt::format("time {} is not in report_at", shortest(t)));
      }
    }
  }
  static const std::vector<std::string> measures = {"w1-marginals", "w2-marginals", "tv-marginals", "ks-marginals",
                                                    "chi_squared",  "loss",         "observables"};
  compare.measure = section.texts("measure");
  for (const std::string& name : compare.measure) {
    if (std::find(measures.begin(), measures.end(), name) == measures.end()) {
      section.fail("measure", fmt::format("there is no measure \"{}\"", name), suggestion(name, measures));
    }
  }
  if (section.has("expect")) {
    Section expect = section.table("expect");
    expect.allow(compare.of);
    for (const std::string& name : expect.keys()) compare.expect[name] = read_verdict(expect, name);
  }
  return compare;
}

}  // namespace sgdlimits::experiment
