#include "apps/report/sgd_laws_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/json.hpp"
#include "apps/report/text.hpp"
#include "solvers/transfer/well_core.hpp"

namespace sgdlimits {
namespace {

using Json = nlohmann::ordered_json;

std::string shown(const std::optional<Measurement>& measurement) {
  return measurement ? with_interval(*measurement) : "";
}

std::string escape_of(const MotionLaws& motion) { return motion.never_escapes ? "never" : shown(motion.escape_time); }

Json optional_json(const std::optional<Measurement>& measurement) {
  return measurement ? to_json(*measurement) : Json(nullptr);
}

Json array_json(const std::vector<Measurement>& measurements) {
  Json array = Json::array();
  for (const Measurement& one : measurements) array.push_back(to_json(one));
  return array;
}

Json committor_json(const std::optional<Committor>& committor) {
  return committor ? to_json(committor->at_saddle) : Json(nullptr);
}

Json ends_json(const Eigen::ArrayXd& ends) {
  Json array = Json::array();
  for (Index j = 0; j < ends.size(); ++j) array.push_back(ends(j));
  return array;
}

std::string all_of(const std::vector<Measurement>& measurements) {
  std::string text;
  for (const Measurement& one : measurements) text += (text.empty() ? "" : ", ") + with_interval(one);
  return text;
}

std::string box_text(const Box& box, const std::vector<std::string>& coordinates) {
  std::string text;
  for (Index j = 0; j < box.lower.size(); ++j)
    text += fmt::format("{}{} in [{}, {}]", j ? ", " : "", coordinates[static_cast<std::size_t>(j)],
                        brief(box.lower(j)), brief(box.upper(j)));
  return text;
}

Role role_of(const std::string& motion) {
  if (motion == "SGD") return Role::mini_batch_sgd;
  if (motion == "SME-1") return Role::langevin;
  if (motion == "SME-2") return Role::grid;
  return Role::gibbs;
}

/// Averages over bins of a few hundredths of the axis: an invariant measure of SGD need not have a density.
Series curve(const Density& law, Index j, Mark mark) {
  const Density marginal = law.grid().dimension() == 1 ? law : law.marginal(j);
  const Axis& axis = marginal.grid().axis(0);
  const Index bin = std::max<Index>(1, axis.cells() / 250);
  Series series;
  series.mark = mark;
  for (Index first = 0; first + bin <= axis.cells(); first += bin) {
    series.x.push_back(0.5 * (axis.edges()(first) + axis.edges()(first + bin)));
    series.y.push_back(marginal.averages().segment(first, bin).mean());
  }
  return series;
}

/// Straight from the worse minimum over the saddle to the better one: points and arc lengths.
std::vector<std::pair<double, Eigen::VectorXd>> path_between(const Barrier& barrier) {
  constexpr int kPoints = 120;
  std::vector<std::pair<double, Eigen::VectorXd>> path;
  double length = 0;
  const Eigen::VectorXd* ends[] = {&barrier.other.x, &barrier.saddle.x, &barrier.lowest.x};
  for (int leg = 0; leg < 2; ++leg) {
    const Eigen::VectorXd way = *ends[leg + 1] - *ends[leg];
    for (int k = leg; k <= kPoints; ++k) {
      const double part = static_cast<double>(k) / kPoints;
      path.emplace_back(length + part * way.norm(), *ends[leg] + part * way);
    }
    length += way.norm();
  }
  return path;
}

Panel committor_panel(const SgdLaws& laws) {
  Panel panel;
  panel.x.label = "from the worse minimum over the saddle to the better one (length)";
  panel.y.label = "committor";
  panel.y.range = {0, 1};
  for (const MotionLaws& motion : laws.motions) {
    if (!motion.committor) continue;
    Series series;
    series.label = motion.name;
    series.role = role_of(motion.name);
    series.mark = motion.name == "SME-2" ? Mark::dashed : Mark::line;
    for (const auto& [length, x] : path_between(*laws.barrier)) {
      series.x.push_back(length);
      series.y.push_back(between_centers(*motion.committor->grid, motion.committor->probability, x));
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

}  // namespace

std::string sgd_laws_table(const SgdLaws& laws, const std::vector<std::string>& coordinates) {
  TextTable motions({"motion", "invariant measures", "gap (rate)", "mean escape time", "committor at saddle", ""});
  for (const MotionLaws& motion : laws.motions)
    motions.add({motion.name, motion.measures.empty() ? "" : std::to_string(motion.measures.size()),
                 shown(motion.gap), escape_of(motion),
                 motion.committor ? with_interval(motion.committor->at_saddle) : "", motion.remark});
  const bool plane = laws.grid->dimension() == 2;
  std::vector<std::string> head{"motion", "weight", "mean", "variance", "gap within", "support"};
  if (plane) head.insert(head.begin() + 4, "covariance");
  TextTable measures(head);
  for (const MotionLaws& motion : laws.motions)
    for (const InvariantMeasure& one : motion.measures) {
      std::vector<std::string> row{
          motion.name,      brief(one.weight),
          all_of(one.mean), all_of(one.variance),
          shown(one.gap),   motion.name == "SGD" ? box_text(one.support, coordinates) : "everywhere"};
      if (plane) row.insert(row.begin() + 4, shown(one.covariance));
      measures.add(row);
    }
  std::string text = motions.str() + "\n" + measures.str() + "\n" + laws.summary() + "\n";
  if (laws.barrier)
    text += fmt::format(
        "Escape: from the minimum at ({}) until the core of the well at ({}) is reached. Committor: the probability "
        "to reach that core before the other well's.\n",
        fmt::format("{:.4g}", laws.barrier->other.x(0)) +
            (laws.barrier->other.x.size() > 1 ? fmt::format(", {:.4g}", laws.barrier->other.x(1)) : ""),
        fmt::format("{:.4g}", laws.barrier->lowest.x(0)) +
            (laws.barrier->lowest.x.size() > 1 ? fmt::format(", {:.4g}", laws.barrier->lowest.x(1)) : ""));
  if (!laws.batches_exact)
    text += fmt::format("Batches: a quadrature of {} points with the mean and covariance of the batch gradient.\n",
                        laws.atoms);
  return text;
}

nlohmann::ordered_json to_json(const SgdLaws& laws) {
  Json json{{"invariant_measures", laws.sgd().measures.size()},
            {"coarse_invariant_measures", laws.coarse_measures},
            {"enclosed", laws.enclosed()},
            {"stretch", laws.stretch},
            {"leak", laws.leak},
            {"batches_exact", laws.batches_exact},
            {"atoms", laws.atoms},
            {"cells", Json::array()},
            {"motions", Json::array()}};
  for (Index j = 0; j < laws.grid->dimension(); ++j) json["cells"].push_back(laws.grid->axis(j).cells());
  for (const MotionLaws& motion : laws.motions) {
    Json one{{"name", motion.name},
             {"gap", optional_json(motion.gap)},
             {"escape_time", optional_json(motion.escape_time)},
             {"never_escapes", motion.never_escapes},
             {"committor_at_saddle", committor_json(motion.committor)},
             {"remark", motion.remark},
             {"invariant_measures", Json::array()}};
    for (const InvariantMeasure& measure : motion.measures)
      one["invariant_measures"].push_back({{"weight", measure.weight},
                                           {"gap", optional_json(measure.gap)},
                                           {"mean", array_json(measure.mean)},
                                           {"variance", array_json(measure.variance)},
                                           {"covariance", optional_json(measure.covariance)},
                                           {"lower", ends_json(measure.support.lower)},
                                           {"upper", ends_json(measure.support.upper)}});
    json["motions"].push_back(std::move(one));
  }
  return json;
}

Figure sgd_laws_figure(const SgdLaws& laws, const std::vector<std::string>& coordinates, const std::string& name) {
  Figure figure{.name = name,
                .title = "Stationary laws: SGD and the diffusions in its place",
                .caption = laws.summary() +
                           " Averages over bins of 1/250 of the axis; several invariant measures are drawn each with "
                           "mass 1. The committor is the probability to reach the better well's core "
                           "before the worse one's.",
                .panels = {}};
  for (Index j = 0; j < laws.grid->dimension(); ++j) {
    Panel panel;
    panel.x.label = coordinates[static_cast<std::size_t>(j)];
    panel.y.label = "density";
    for (const MotionLaws& motion : laws.motions)
      for (std::size_t k = 0; k < motion.measures.size(); ++k) {
        Series series = curve(*motion.measures[k].density, j,
                              motion.name == "SGD"     ? Mark::area
                              : motion.name == "SME-2" ? Mark::dashed
                                                       : Mark::line);
        series.label = k == 0 ? motion.name : "";
        series.role = role_of(motion.name);
        series.opacity = motion.name == "SGD" ? 0.5 : 1;
        panel.series.push_back(std::move(series));
      }
    figure.panels.push_back(std::move(panel));
  }
  if (laws.barrier) figure.panels.push_back(committor_panel(laws));
  figure.columns = static_cast<int>(figure.panels.size());
  return figure;
}

}  // namespace sgdlimits
