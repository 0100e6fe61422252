/// Experiment files that are run in well under a second.
#pragma once

#include <string>

namespace sgdlimits::test {

/// Every kind of study but escape, on a line.
inline const std::string kTiny = R"TOML(title = "Tiny double well"
run = {seed = 3}
[potential]
kind = "formula"
formula = "(x^2-1)^2 + 0.1*c*x"
samples = {c = [1.5, -0.5]}
[dynamics]
learning_rate = 0.1
initial = {kind = "gibbs", temperature = 0.04, tilt = [0.1]}
until = 10.0
report_at = [1, 5, 10]
observe = ["loss", "x"]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 3
[[study]]
name = "grid"
kind = "fokker-planck"
[[study]]
name = "particles"
kind = "langevin"
step = 0.05
paths = 2000
[[study]]
name = "sgd"
kind = "sgd"
batch = 1
paths = 2000
)TOML";

/// The same with laws compared and claims checked.
inline const std::string kTinyChecked = kTiny + R"TOML([[compare]]
of = ["grid", "particles", "sgd"]
measure = ["w1-marginals", "chi_squared", "loss", "observables"]
[claims]
check = ["A2", "A4", "A6"]
)TOML";

/// Every kind of study, noise, comparison, claim and picture: a formula of many terms with two wells in the plane,
/// and a net on inline data.
inline const std::string kEveryKind = R"TOML(title = "Every kind of study"
run = {seed = 5}
[potential]
kind = "formula"
formula = "0.3*(x^2-1)^2 + y^2*(1 + 0.3*cos(x)) + 0.2*x*y + 0.1*c*x + 0.1*c*sin(x*y) + 0.05*log(1 + x^2 + y^2)"
samples = {c = [1.5, -0.5, 0.25]}
[dynamics]
learning_rate = 0.2
initial = {kind = "gibbs", temperature_ratio = 0.5, tilt = [-0.3, 0.0]}
until = 8.0
report_at = [1, 2, 4, 8]
observe = ["loss", "x", "x*y"]
[problem.net.potential]
kind = "two-layer-net"
activation = "sigmoid"
trained = "hidden"
scale = "one"
loss = "square"
loss_factor = 1.0
outer_weights = [2.0, -1.0]
ridge = 0.13
data = {inputs = ["a", "1"], target = "y", columns = {a = [0.7, 0.3, -0.4], y = [-1.0, 2.0, 3.0]}}
[problem.net.dynamics]
learning_rate = 0.1
initial = {kind = "gaussian", mean = 0.0, sd = 1.0}
until = 1.0
report_at = [0.5, 1]
observe = ["loss"]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 2
[[study]]
name = "grid"
kind = "fokker-planck"
cells = [32, 32]
time_tolerance = 1e-3
[[study]]
name = "particles"
kind = "langevin"
step = 0.05
paths = 2000
[[study]]
name = "isotropic"
kind = "sgd"
noise = "isotropic"
paths = 2000
[[study]]
name = "mini-batch"
kind = "sgd"
noise = "mini-batch"
batch = 2
replacement = "without"
learning_rate = 0.1
paths = 2000
[[study]]
name = "leave"
kind = "escape"
noise = "langevin"
step = 0.05
paths = 1500
[[study]]
name = "leave-mini-batch"
kind = "escape"
noise = "mini-batch"
batch = 1
paths = 1500
[[study]]
name = "net"
kind = "sgd"
problem = "net"
noise = "mini-batch"
batch = 1
paths = 2000
[[compare]]
of = ["grid", "particles", "isotropic", "mini-batch"]
measure = ["w1-marginals", "ks-marginals", "chi_squared", "observables"]
[claims]
check = ["A2", "A3", "A4", "A6"]
controls = true
)TOML";

/// One sigmoid neuron on data.csv.
inline const std::string kNet = R"TOML(title = "net"
[potential]
kind = "two-layer-net"
activation = "sigmoid"
trained = "hidden"
scale = "one"
loss = "square"
loss_factor = 1.0
outer_weights = [4.0]
ridge = 0.13
data = {file = "data.csv", inputs = ["a", "1"], target = "8*(s == 1)", standardise = ["a"]}
[dynamics]
learning_rate = 0.5
[[study]]
name = "gap"
kind = "spectral-gap"
)TOML";

}  // namespace sgdlimits::test
