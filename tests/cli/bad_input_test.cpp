// Every kind of bad input that a user can type, with the whole message and the exit status. A case fails if a message
// loses its place, its reason or its remedy, or if another status is returned.
#include <gtest/gtest.h>

#include "shell.hpp"
#include "support/experiments.hpp"

namespace cli {
namespace {

using sgdlimits::test::kNet;
using sgdlimits::test::kTiny;

struct Case {
  std::string name;
  std::vector<std::string> arguments;
  int status;
  std::string message;          ///< after "sgdlimits: "
  std::string experiment = "";  ///< written to e.toml
  std::string data = "a,s\n1,0\n2,1\n3,0\n";
};

void PrintTo(const Case& bad, std::ostream* out) { *out << bad.name; }

std::vector<std::string> words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

const std::string kAll =
    "formula, two-layer-net, quadratic, double-well, tilted-well, triple-well, rugged-well, sine-neuron, "
    "laplace, log-cosh, quartic, triangular, radial-quartic, mexican-hat, product-well, coupled-well, mueller-brown";

std::vector<Case> command_line_cases() {
  const auto usage = [](const std::string& name, const std::string& line, const std::string& message) {
    return Case{name, words(line), 64, message};
  };
  return {
      usage(
          "nothing", "",
          "which command? run, gap, bias, order, langevin, sgd-operator, verify or list; sgdlimits --help says more"),
      usage("misspelt_command", "runn", "there is no command runn; did you mean run?"),
      usage("misspelt_flag", "--verison", "there is no option --verison; did you mean --version?"),
      usage("misspelt_option", "gap --formula x^2 --learnig-rate 1",
            "gap has no option --learnig-rate; did you mean --learning-rate?"),
      usage("gap_of_nothing", "gap", "gap needs a potential: --formula STR or an experiment file"),
      usage("gap_of_two", "gap e.toml --formula x^2", "gap takes --formula or an experiment file, not both"),
      usage("no_noise", "gap --formula x^2",
            "gap --formula needs the noise scale: --learning-rate S or --temperature T"),
      usage("two_noises", "gap --formula x^2 --learning-rate 1 --temperature 1",
            "--learning-rate and --temperature say the same thing (s = 2 tau); give one of them"),
      usage("word_for_number", "gap --formula x^2 --learning-rate abc",
            "--learning-rate is abc but must be a number"),
      usage("negative_rate", "gap --formula x^2 --learning-rate -1",
            "learning rate is -1 but must be positive and finite"),
      usage("nan_temperature", "gap --formula x^2 --temperature nan",
            "temperature is nan but must be positive and finite"),
      usage("option_without_value", "gap --formula x^2 --learning-rate",
            "gap: --learning-rate: 1 required S missing"),
      usage("no_modes", "gap --formula x^2 --learning-rate 1 --modes 0",
            "--modes is 0 but must be a whole number from 1 to 100"),
      usage("threads_in_words", "gap --formula x^2 --learning-rate 1 --threads many",
            "--threads is many but must be a whole number from 1 to 1024"),
      usage("tolerance", "gap --formula x^2 --learning-rate 1 --tolerance 0",
            "tolerance is 0 but must be between 0 and 1"),
      usage("domain_name", "gap --formula x^2 --learning-rate 1 --domain y=0:1",
            "--domain names y, but the coordinates are x"),
      usage("domain_order", "gap --formula x^2 --learning-rate 1 --domain x=1:0",
            "--domain x runs from 1 to 0, but its ends must increase"),
      usage("domain_form", "gap --formula x^2 --learning-rate 1 --domain x=1",
            "--domain is \"x=1\" but must be x=LOWER:UPPER"),
      usage("parameter_form", "gap --formula a*x^2 --variables x --param a --learning-rate 1",
            "--param is \"a\" but must be NAME=VALUE"),
      usage("parameter_value", "gap --formula a*x^2 --param a=b --learning-rate 1",
            "--param a is b but must be a number"),
      usage("parameter_of_file", "gap e.toml --param a=1",
            "--variables and --param belong to --formula; use --set with an experiment file"),
      usage("order_without_scheme", "order --problem tanh",
            "order needs --scheme NAME; known: euler-maruyama, heun, leimkuhler-matthews, sra1, exponential-euler, "
            "tamed-euler, adaptive-euler, implicit-euler, trapezoidal, mala, hmc, baoab, aboba, obabo, oabao, "
            "milstein, "
            "stratonovich-heun, sme-1, sme-2"),
      usage("order_scheme", "order --scheme milstien",
            "there is no scheme milstien; did you mean milstein? known: euler-maruyama, heun, leimkuhler-matthews, "
            "sra1, exponential-euler, tamed-euler, adaptive-euler, implicit-euler, trapezoidal, mala, hmc, baoab, "
            "aboba, obabo, oabao, milstein, stratonovich-heun, sme-1, sme-2"),
      usage("order_problem", "order --scheme milstein --problem tahn",
            "there is no problem tahn; did you mean tanh? known: geometric-brownian-motion, tanh, sinh, "
            "ginzburg-landau, kubo, spiral, diagonal, circle, double-well, log-cosh, cosh, cosine-well, rippled, "
            "three-waves"),
      usage("order_kind", "order --scheme milstein --kind stong",
            "kind of order is \"stong\" but must be one of strong, weak, measure; did you mean \"strong\"?"),
      usage("order_undeclared", "order --scheme milstein --kind measure",
            "milstein declares no measure order; it declares: strong 1, weak 1"),
      usage("order_exact_measure", "order --scheme mala --kind measure",
            "the invariant measure of mala is exact at every step: there is no order"),
      usage("order_of_none", "order --scheme hmc", "hmc has no order to measure; it declares: measure exact"),
      usage("order_wrong_noise", "order --scheme heun --problem tanh",
            "heun is no scheme for the noise of tanh; take euler-maruyama, milstein or stratonovich-heun, or another "
            "problem (sgdlimits list problems)"),
      usage("order_two_problems", "order --scheme milstein --problem tanh --drift x --diffusion x",
            "order takes one of --problem, --drift with --diffusion, and a potential (--formula or a file)"),
      usage("order_drift_alone", "order --scheme milstein --drift x", "--drift and --diffusion belong together"),
      usage("order_without_start", "order --scheme milstein --drift x --diffusion x",
            "an equation of one's own needs --start, one number for each of x"),
      usage("order_start_count", "order --scheme milstein --drift x --diffusion x --start 1,2",
            "--start has 2 numbers, but the coordinates are x"),
      usage("order_exact_alone", "order --scheme milstein --problem tanh --exact w",
            "--exact belongs to --drift and --diffusion"),
      usage("order_calculus", "order --scheme milstein --drift x --diffusion x --start 1 --calculus itoh",
            "--calculus is itoh but must be ito or stratonovich"),
      usage("order_noise_class", "order --scheme milstein --drift x;y --diffusion x;y --start 1,2",
            "with several coordinates or noises say --noise scalar, diagonal, commutative or general"),
      usage("order_noise_word", "order --scheme milstein --drift x;y --diffusion x;y --start 1,2 --noise diag",
            "--noise is diag but must be scalar, diagonal, commutative or general"),
      usage("order_friction", "order --scheme heun --friction 2",
            "--friction and --mass belong to baoab, aboba, obabo and oabao"),
      usage("order_step", "order --scheme heun --steps 0.3,0.2,0.1,0.05",
            "step is 0.3 but must be the end 1 divided by a whole number"),
      usage("order_few_steps", "order --scheme heun --steps 0.5,0.25",
            "--steps holds fewer than the four steps that an order needs"),
      usage("order_until", "order --scheme heun --until 0", "--until is 0 but must be positive and finite"),
      usage("order_observe_strong", "order --scheme heun --observe x",
            "--observe belongs to weak and measure orders"),
      usage("bias_of_nothing", "bias --scheme heun --steps 0.1",
            "bias needs a potential: --formula STR or an experiment file"),
      usage("bias_without_steps", "bias --formula x^2 --temperature 1 --scheme heun",
            "bias needs --steps H,H,...; three or more give orders"),
      usage("bias_step_word", "bias --formula x^2 --temperature 1 --scheme heun --steps 0.1,small",
            "--steps is small but must be a number"),
      usage("bias_step_negative", "bias --formula x^2 --temperature 1 --scheme heun --steps -0.1,0.2",
            "--steps holds -0.1 but must be positive and finite"),
      usage("bias_step_twice", "bias --formula x^2 --temperature 1 --scheme heun --steps 0.1,0.1",
            "--steps holds 0.1 twice"),
      usage("bias_without_noise", "bias --formula x^2 --scheme heun --steps 0.1",
            "bias --formula needs the noise scale: --learning-rate S or --temperature T"),
      usage("bias_in_the_plane", "bias --formula x^2+y^2 --temperature 1 --scheme heun --steps 0.1",
            "bias is for potentials on a line, but this one has the coordinates x, y"),
      usage("bias_observable_twice",
            "bias --formula x^2 --temperature 1 --scheme heun --steps 0.1 --observe x --observe x",
            "--observe names x twice"),
      usage("bias_observable_infinite",
            "bias --formula x^2 --temperature 1 --scheme heun --steps 0.1 --observe log(x)",
            "--observe log(x) is infinite or NaN but must be finite where the law lives"),
      usage("bias_domain", "bias --formula x^2 --temperature 1 --scheme heun --steps 0.1 --domain x=2:1",
            "--domain x runs from 2 to 1, but its ends must increase"),
      usage("langevin_of_nothing", "langevin --step 0.1",
            "langevin needs a potential: --formula STR or an experiment file"),
      usage("langevin_without_step", "langevin --formula x^2 --temperature 1 --until 1",
            "langevin needs --step H, the numerical step"),
      usage("langevin_without_end", "langevin --formula x^2 --temperature 1 --step 0.1",
            "langevin needs --until T, the last time"),
      usage("langevin_scheme", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --scheme baoba",
            "--scheme is \"baoba\" but must be one of euler-maruyama, heun, leimkuhler-matthews, sra1, "
            "exponential-euler, tamed-euler, adaptive-euler, implicit-euler, trapezoidal, mala, hmc, baoab, aboba, "
            "obabo, oabao; did you mean \"baoab\"?"),
      usage("langevin_negative_step", "langevin --formula x^2 --temperature 1 --step -0.1 --until 1",
            "--step is -0.1 but must be greater than 0 and finite"),
      usage("langevin_step_of_nan", "langevin --formula x^2 --temperature 1 --step nan --until 1",
            "--step is nan but must be greater than 0 and finite"),
      usage("langevin_clock", "langevin --formula x^2 --temperature 1 --step 0.3 --until 1",
            "--step is 0.3 but time 1 is no multiple of it; change the step or report_at and until"),
      usage("langevin_endless", "langevin --formula x^2 --temperature 1 --step 0.3 --until inf",
            "--until is inf but must be greater than 0 and finite"),
      usage("langevin_friction", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --friction 2",
            "--friction is for the underdamped schemes alone: baoab, aboba, obabo, oabao"),
      usage("langevin_leapfrogs", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --leapfrog-steps 2",
            "--leapfrog-steps is for scheme = \"hmc\" alone"),
      usage("langevin_one_path", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --paths 1",
            "--paths is 1 but must be a whole number from 2 to 4294967295"),
      usage("langevin_initial_name", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --initial y=1",
            "--initial names y, but the coordinates are x"),
      usage("langevin_initial_half", "langevin --formula x*y --temperature 1 --step 0.1 --until 1 --initial x=1",
            "--initial does not name y"),
      usage("langevin_initial_form", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --initial gauss",
            "--initial is \"gauss\" but must be gibbs, gibbs:RATIO, NAME=VALUE,... or NAME=MEAN:SD,..."),
      usage("langevin_initial_spread", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --initial x=1:-2",
            "--initial.sd[0] is -2 but must be greater than 0 and finite"),
      usage("langevin_observable",
            "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --observe y --observe x",
            "--observe: y\n^ position 0: the name \"y\" is unknown; did you mean \"x\"?"),
      usage("langevin_observable_twice",
            "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --observe x --observe x",
            "--observe names x twice"),
      usage("langevin_observable_nan", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --observe log(x)",
            "--observe log(x) is infinite or NaN but must be finite where the law lives"),
      usage("langevin_observable_of_paths",
            "langevin --formula -x^2 --temperature 1 --step 0.1 --until 1 --observe log(x)",
            "log(x) is not finite at a point of the ensemble but must be finite"),
      usage("langevin_observations", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --observations 9",
            "--observations needs --average-from"),
      usage("langevin_average_late", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --average-from 1",
            "--average-from is 1 but must be at least 0 and less than 1"),
      usage("langevin_quantile", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --quantiles 0.5,1",
            "--quantiles[1] is 1 but must be greater than 0 and less than 1"),
      usage("langevin_quantile_word", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --quantiles half",
            "--quantiles is half but must be a number"),
      usage("langevin_exit", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --exit z>1",
            "--exit: z>1\n^ position 0: the name \"z\" is unknown; did you mean \"x\"?"),
      usage("langevin_bins", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --histogram 0",
            "--histogram is 0 but must be a whole number from 1 to 100000"),
      usage("langevin_resume", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --resume",
            "--resume needs the --out DIR of the stopped run"),
      usage("langevin_tolerance", "langevin --formula x^2 --temperature 1 --step 0.1 --until 1 --tolerance 0",
            "--tolerance is 0 but must be positive and finite"),
      usage("sgd_operator_nothing", "sgd-operator",
            "sgd-operator needs an experiment file whose potential is a mean over samples"),
      usage("sgd_operator_cells", "sgd-operator e.toml --cells 4",
            "--cells is 4 but must be a whole number from 16 to 1000000"),
      Case{"sgd_operator_replacement", words("sgd-operator e.toml --replacement some"), 64,
           "--replacement is some but must be with or without", kTiny},
      usage("verify_nothing", "verify",
            "which claims? name some of A1, A2, A3, A4, A6, A9, A11, H1, H2, or say --all"),
      usage("verify_unknown", "verify A99", "there is no claim A99; known: A1, A2, A3, A4, A6, A9, A11, H1, H2"),
      usage("verify_misspelt", "verify chi-deacy",
            "there is no claim chi-deacy; did you mean chi-decay? known: A1, A2, A3, A4, A6, A9, A11, H1, H2"),
      usage("effort", "verify A6 --effort fast", "--effort is fast but must be quick, standard or thorough"),
      usage("list_nothing", "list", "list: topic is required"),
      usage("list_misspelt", "list potential",
            "there is nothing to list under potential; did you mean potentials? known: potentials, schemes, "
            "problems, activations, claims, examples"),
      usage("list_too_much", "list potentials more", "list takes no further argument \"more\""),
      usage("run_nothing", "run", "run: file is required"),
      usage("seed", "run e.toml --seed x", "--seed is x but must be a whole number from 0 to 9223372036854775807"),
      Case{"no_experiment", {"run", "none.toml"}, 66, "none.toml: there is no such file"},
      Case{"experiment_is_folder", {"run", "."}, 66, ". is a folder, not an experiment file"},
      Case{"verify_on_nothing", {"verify", "A6", "--on", "none.toml"}, 66, "none.toml: there is no such file"},
  };
}

std::vector<Case> formula_cases() {
  const auto formula = [](const std::string& name, const std::string& text, const std::string& message) {
    return Case{"formula_" + name,
                {"gap", "--formula", text, "--learning-rate", "1"},
                64,
                "the formula cannot be read:\n" + text + "\n" + message};
  };
  return {
      Case{"formula_empty", {"gap", "--formula", "", "--learning-rate", "1"}, 64, "--formula is empty"},
      formula("stars", "x**2", " ^ position 1: there is no operator \"**\"; write ^ for powers: x^2"),
      formula("juxtaposition", "2x", " ^ position 1: there is no operator between \"2\" and \"x\"; write \"2*x\""),
      formula("parenthesis", "(x^2", "^ position 0: this parenthesis is never closed; add \")\""),
      formula("function", "sn(x)", "^ position 0: the function \"sn\" is unknown; did you mean \"sin\"?"),
      formula("constant", "5", "^ position 0: the formula has no variable; a potential depends on at least one"),
      Case{"formula_unknown_name", words("gap --formula a*x^2 --variables x --learning-rate 1"), 64,
           "the formula cannot be read:\na*x^2\n^ position 0: the name \"a\" is unknown; did you mean \"x\"?"},
  };
}

std::vector<Case> experiment_cases() {
  const auto bad = [](const std::string& name, const std::string& from, const std::string& to,
                      const std::string& message) {
    return Case{"toml_" + name, {"run", "e.toml", "--quiet"}, 78, message, with(kTiny, from, to)};
  };
  const auto set = [](const std::string& name, const std::string& assignment, const std::string& message) {
    return Case{"set_" + name, {"run", "e.toml", "--set", assignment}, 64, message, kTiny};
  };
  return {
      bad("no_value", "\"Tiny double well\"", "",
          "e.toml:1:9: Error while parsing key-value pair: expected value, saw '\\n'"),
      bad("twice", "[dynamics]", "[dynamics]\nlearning_rate = 1",
          "e.toml:9:17: Error while parsing key-value pair: cannot redefine existing integer 'learning_rate'"),
      bad("unknown_table", "[potential]", "[potental]",
          "e.toml:3:1: unknown key \"potental\" at the top level; did you mean \"potential\"?"),
      bad("unknown_key", "batch = 1", "batch = 1\nbtach = 2",
          "e.toml:29:9: unknown key \"btach\" in [study.sgd]; did you mean \"batch\"?"),
      bad("kind", "\"formula\"", "\"formla\"",
          "e.toml:4:8: potential.kind is \"formla\" but must be one of " + kAll + "; did you mean \"formula\"?"),
      bad("formula", ")^2", ")^^2",
          "e.toml:5:20: potential.formula: (x^2-1)^^2 + 0.1*c*x\n        ^ position 8: a number, a name or a "
          "parenthesis must stand before \"^\""),
      bad("type", "10.0", "\"ten\"", "e.toml:10:9: dynamics.until is a string but must be a number"),
      bad("range", "= 0.1\n", "= -0.5\n",
          "e.toml:8:17: dynamics.learning_rate is -0.5 but must be greater than 0 and finite"),
      bad("no_noise", "learning_rate = 0.1\n", "\n",
          "e.toml:7:1: [dynamics] has neither learning_rate nor temperature; write one of them: learning_rate = 2 "
          "temperature"),
      bad("two_noises", "= 0.1\n", "= 0.1\ntemperature = 0.05\n",
          "e.toml:9:15: [dynamics] has both temperature and learning_rate; keep one of them: learning_rate = 2 "
          "temperature"),
      bad("paths", "paths = 2000", "paths = 0",
          "e.toml:24:9: study.particles.paths is 0 but must be at least 2 and at most 4294967295"),
      bad("clock", "step = 0.05", "step = 0.03",
          "e.toml:23:8: study.particles.step is 0.03 but time 1 is no multiple of it; change the step or report_at "
          "and until"),
      bad("same_name", "\"grid\"", "\"gap\"", "e.toml:18:8: two studies have the name \"gap\"; rename one of them"),
      bad("times", "[1, 5, 10]", "[5, 1, 10]",
          "e.toml:11:13: dynamics.report_at must increase, but entry 1 does not"),
      bad("dimension", "{kind = \"gibbs\", temperature = 0.04, tilt = [0.1]}",
          "{kind = \"gaussian\", mean = [0, 0], sd = 1}",
          "e.toml:9:38: dynamics.initial.mean has 2 entries but the potential has dimension 1"),
      bad("point_on_grid", "{kind = \"gibbs\", temperature = 0.04, tilt = [0.1]}", "{kind = \"point\", x = [0]}",
          "e.toml:19:8: a point start has no density, so no grid can follow it; take a gaussian or gibbs start"),
      bad("nan_sample", "[1.5, -0.5]", "[1.5, nan]", "e.toml:6:22: potential.samples.c[1] is nan but must be finite"),
      bad("observable", "\"x\"]", "\"y\"]",
          "e.toml:12:11: dynamics.observe: y\n^ position 0: the name \"y\" is unknown; did you mean \"x\"?"),
      bad("integer", "modes = 3", "modes = 3.5", "e.toml:16:9: study.gap.modes is a number but must be an integer"),
      set("form", "nonsense",
          "--set nonsense:1:1: an override must read key.path=value; for instance dynamics.until=10.0"),
      set("key", "dynamics.untl=5",
          "--set dynamics.untl=5:1:15: unknown key \"untl\" in [dynamics]; did you mean \"until\"?"),
      set("study", "study.grd.cells=[64]",
          "--set study.grd.cells=[64]:1:1: there is no study \"grd\"; did you mean \"grid\"?"),
  };
}

std::vector<Case> data_cases() {
  const auto csv = [](const std::string& name, const std::string& text, const std::string& message) {
    return Case{"csv_" + name, {"run", "e.toml", "--quiet"}, 65, message, kNet, text};
  };
  const auto net = [](const std::string& name, int status, const std::string& from, const std::string& to,
                      const std::string& message) {
    return Case{"net_" + name, {"run", "e.toml", "--quiet"}, status, message, with(kNet, from, to)};
  };
  return {
      csv("nan", "a,s\n1,0\n2,nan\n",
          "data.csv:3:2: \"nan\" in column \"s\" is not finite; missing values are not supported: drop the row"),
      csv("infinite", "a,s\n1,inf\n2,1\n",
          "data.csv:2:2: \"inf\" in column \"s\" is not finite; missing values are not supported: drop the row"),
      csv("range", "a,s\n1,1e400\n2,1\n", "data.csv:2:2: \"1e400\" in column \"s\" is out of the range of double"),
      csv("short_line", "a,s\n1,0\n2\n", "data.csv:3: 1 field but the header names 2 columns"),
      csv("word", "a,s\n1,0\n2,x1y\n", "data.csv:3:2: \"x1y\" in column \"s\" is not a number"),
      csv("same_column", "a,a\n1,0\n", "data.csv:1:2: column name \"a\" occurs twice"),
      csv("empty", "", "data.csv: is empty; the first line must name the columns"),
      csv("no_rows", "a,s\n", "data.csv:1: has a header but no rows"),
      csv("quote", "a,s\n\"1,0\n",
          "data.csv:2:1: a quote is not closed on its line; line breaks inside quotes are not supported"),
      net("no_file", 66, "data.csv", "none.csv", "none.csv: no such file"),
      net("column", 78, "[\"a\", \"1\"]", "[\"b\", \"1\"]",
          "e.toml:11:37: column of data.csv is \"b\" but must be one of a, s; did you mean \"a\"?"),
      net("activation", 78, "\"sigmoid\"", "\"sigmid\"",
          "e.toml:4:14: potential.activation is \"sigmid\" but must be one of sigmoid, tanh, softplus, relu, gelu, "
          "piecewise-linear; "
          "did you mean \"sigmoid\"?"),
      net("ridge", 78, "0.13", "-1", "e.toml:10:9: potential.ridge is -1 but must be at least 0 and finite"),
      Case{"net_constant_column",
           {"run", "e.toml"},
           78,
           "e.toml:11:86: standard deviation of column \"a\" of data.csv is 0 but must be positive; a constant "
           "column cannot be "
           "standardised: leave it out, or write \"1\" for a constant input",
           kNet,
           "a,s\n1,0\n1,1\n"},
  };
}

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, IsRefusedWithTheWholeMessage) {
  const Case& c = GetParam();
  const Place place;
  place.write("data.csv", c.data);
  place.write("e.toml", c.experiment.empty() ? kTiny : c.experiment);
  const Outcome outcome = place.run(c.arguments);
  EXPECT_EQ(outcome.err, "sgdlimits: " + c.message + "\n");
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.status, c.status);
  EXPECT_FALSE(std::filesystem::exists(place.path() / "e-results")) << "a refused run must leave nothing behind";
}

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(CommandLine, BadInput, testing::ValuesIn(command_line_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Formula, BadInput, testing::ValuesIn(formula_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Experiment, BadInput, testing::ValuesIn(experiment_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Data, BadInput, testing::ValuesIn(data_cases()), name_of);

// Folders: a file in the way, a folder with somebody's work in it, a place where nobody can create anything (root
// too).
TEST(OutputFolder, IsRefusedUnlessItIsOurs) {
  const Place place;
  place.write("e.toml", kTiny);
  place.write("foreign/thesis.tex", "precious");
  const Outcome file = place.run({"run", "e.toml", "--quiet", "--out", "e.toml"});
  EXPECT_EQ(file.err, "sgdlimits: e.toml is a file; choose another folder with --out\n");
  EXPECT_EQ(file.status, 73);
  const Outcome foreign = place.run({"run", "e.toml", "--quiet", "--out", "foreign"});
  EXPECT_EQ(foreign.err,
            "sgdlimits: foreign is not empty and was not made by sgdlimits; choose another folder with --out, or "
            "add --force\n");
  EXPECT_EQ(foreign.status, 73);
  const Outcome nowhere = place.run({"run", "e.toml", "--quiet", "--out", "/proc/sgdlimits"});
  EXPECT_EQ(nowhere.err, "sgdlimits: /proc/sgdlimits cannot be created: No such file or directory\n");
  EXPECT_EQ(nowhere.status, 73);
  EXPECT_EQ(place.read("foreign/thesis.tex"), "precious");
  EXPECT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "foreign", "--force"}).status, 0);
  EXPECT_EQ(place.read("foreign/thesis.tex"), "precious");
}

// A folder that stands where a result file must go cannot be replaced by it.
TEST(OutputFolder, AFileThatCannotBeWrittenIsReported) {
  const Place place;
  place.write("e.toml", kTiny);
  place.write("out/.sgdlimits", "This folder belongs to sgdlimits.\n");
  place.write("out/measurements.csv/x", "");
  const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--out", "out"});
  EXPECT_EQ(outcome.err, "sgdlimits: out/measurements.csv cannot be written: Is a directory\n");
  EXPECT_EQ(outcome.status, 74);
}

// Fails if a missing gnuplot costs more than the pictures.
TEST(Gnuplot, MissingIsOneWarning) {
  const Place place;
  place.write("e.toml", kTiny);
  const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--out", "out"}, "/nonexistent");
  EXPECT_EQ(
      outcome.err,
      "sgdlimits: gnuplot was not found: plots are left as .gp files with their data; gnuplot NAME.gp draws them\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(std::filesystem::exists(place.path() / "out/plots/decay.gp"));
  EXPECT_TRUE(std::filesystem::exists(place.path() / "out/report.html"));
}

struct Outside {
  std::string name, formula, status;
  int exit;
  std::string why;
};
void PrintTo(const Outside& outside, std::ostream* out) { *out << outside.name; }
class OutsideTheTheory : public testing::TestWithParam<Outside> {};

// Potentials without a Gibbs measure or a gap have an outcome in words, not a number.
TEST_P(OutsideTheTheory, IsSaidInWords) {
  const Outside& c = GetParam();
  const Outcome outcome = Place().run({"gap", "--formula", c.formula, "--learning-rate", "0.5", "--quiet"});
  EXPECT_EQ(outcome.out, "f = " + c.formula +
                             "\ntemperature 0.25, learning rate 0.5\n\nNo spectral gap is reported: " + c.status +
                             ".\n" + c.why + "\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.status, c.exit);
}
INSTANTIATE_TEST_SUITE_P(Potentials, OutsideTheTheory,
                         testing::Values(
                             // |x|: essential spectrum from 1/(2s) (Bobkov, Ledoux 1997)
                             Outside{"laplace", "abs(x)", "essential spectrum", 2,
                                     "no eigenvalue below the essential spectrum, which starts at 1: the spectral "
                                     "gap is that number and is not attained"},
                             Outside{"upside_down", "-x^2", "no Gibbs measure", 3,
                                     "f is -infinity at (-1.5156323585851798e+154): exp(-f/tau) is not integrable"},
                             Outside{"four_dimensions", "a^2+b^2+c^2+d^2", "out of reach", 3,
                                     "grids reach three dimensions, the potential has 4; use an ensemble"},
                             Outside{"logarithm", "log(x)", "blew up", 3, "f is NaN at (-0.998046875)"}),
                         [](const auto& test) { return test.param.name; });

// SGD far above 2/L must blow up and be reported as such, with the other studies kept.
TEST(BlowUp, IsAnOutcome) {
  const Place place;
  place.write("e.toml", with(kTiny, "learning_rate = 0.1", "learning_rate = 1.0"));
  const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--out", "out"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.out.find("sgd        sgd            the file's own  blew up"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("became infinite or NaN"), std::string::npos);
  EXPECT_NE(place.read("out/measurements.csv").find("spectral gap"), std::string::npos);
  EXPECT_EQ(place.read("out/measurements.csv").find("nan"), std::string::npos);
}

}  // namespace
}  // namespace cli
