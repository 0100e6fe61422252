#include "apps/certificate_checker/certificate.hpp"

#include <gmp.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace checker {
namespace {

class Reader {
 public:
  explicit Reader(std::istream& in) : in_(in) {}

  std::istringstream line() {
    std::string text;
    if (!std::getline(in_, text)) throw std::runtime_error("the certificate ends too early");
    ++number_;
    text_ = text;
    return std::istringstream(text);
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("line " + std::to_string(number_) + ": " + what + " in \"" + text_ + "\"");
  }
  std::string word(std::istringstream& line) const {
    std::string w;
    if (!(line >> w)) fail("something is missing");
    return w;
  }
  void expect(std::istringstream& line, const std::string& wanted) const {
    if (word(line) != wanted) fail("expected \"" + wanted + "\"");
  }
  double number(std::istringstream& line) const {
    const std::string w = word(line);
    char* rest = nullptr;
    const double x = std::strtod(w.c_str(), &rest);
    if (*rest != '\0' || x != x) fail("not a number");
    return x;
  }
  int value_name(std::istringstream& line, int below) const {
    const std::string w = word(line);
    char* rest = nullptr;
    const long k = w.size() > 1 && w[0] == 'v' ? std::strtol(w.c_str() + 1, &rest, 10) : -1;
    if (k < 0 || k >= below || *rest != '\0') fail("not an earlier value");
    return static_cast<int>(k);
  }
  // "mantissa exponent", both hexadecimal; must fit the working precision exactly
  Interval dyadic(std::istringstream& line) const {
    const std::string mantissa = word(line), exponent = word(line);
    mpz_t m, e;
    mpz_inits(m, e, nullptr);
    const bool good = mpz_set_str(m, mantissa.c_str(), 16) == 0 && mpz_set_str(e, exponent.c_str(), 16) == 0 &&
                      mpz_sizeinbase(m, 2) <= static_cast<std::size_t>(working_bits) && mpz_fits_slong_p(e);
    Interval x;
    if (good) {
      mpfr_set_z_2exp(x.lower, m, mpz_get_si(e), MPFR_RNDD);
      mpfr_set(x.upper, x.lower, MPFR_RNDU);
    }
    mpz_clears(m, e, nullptr);
    if (!good) fail("not an exact number of at most " + std::to_string(working_bits) + " bits");
    return x;
  }

 private:
  std::istream& in_;
  std::string text_;
  int number_ = 0;
};

Program read_program(Reader& reader, int size) {
  Program program;
  for (int k = 0; k < size; ++k) {
    std::istringstream line = reader.line();
    reader.expect(line, "v" + std::to_string(k));
    Instruction i;
    i.op = reader.word(line);
    const bool two = i.op == "add" || i.op == "multiply" || i.op == "max" || i.op == "min";
    const bool none = i.op == "input" || i.op == "constant";
    if (!none) i.a = reader.value_name(line, k);
    if (two) i.b = reader.value_name(line, k);
    if (i.op == "constant" || i.op == "scale" || i.op == "power") i.constant = reader.number(line);
    program.code.push_back(i);
  }
  std::istringstream line = reader.line();
  reader.expect(line, "result");
  program.result = reader.value_name(line, size);
  return program;
}

March read_march(Reader& reader, const std::string& side) {
  March march;
  std::istringstream line = reader.line();
  reader.expect(line, side);
  march.end.kind = reader.word(line);
  march.end.x = reader.number(line);
  if (march.end.kind == "tail") {
    reader.expect(line, "slope");
    march.end.slope = reader.number(line);
    reader.expect(line, "order");
    march.end.order = static_cast<int>(reader.number(line));
  } else if (march.end.kind == "zero") {
    reader.expect(line, "curvature");
    march.end.curvature = reader.number(line);
    reader.expect(line, "length");
    march.end.length = reader.number(line);
  } else if (march.end.kind != "reflecting") {
    reader.fail("unknown kind of end");
  }
  std::istringstream count = reader.line();
  reader.expect(count, "nodes");
  const int nodes = static_cast<int>(reader.number(count));
  for (int k = 0; k < nodes; ++k) {
    std::istringstream text = reader.line();
    Node node;
    node.x = reader.dyadic(text);
    node.value = reader.dyadic(text);
    node.arriving_slope = reader.dyadic(text);
    node.slope = reader.dyadic(text);
    march.nodes.push_back(std::move(node));
  }
  return march;
}

Barrier read_barrier(Reader& reader, const std::string& name) {
  Barrier barrier;
  std::istringstream line = reader.line();
  reader.expect(line, name);
  barrier.proved_for = reader.number(line);
  reader.expect(line, "solved");
  reader.expect(line, "for");
  barrier.solved_for = reader.number(line);
  barrier.left = read_march(reader, "left");
  barrier.right = read_march(reader, "right");
  return barrier;
}

}  // namespace

Certificate read_certificate(std::istream& in) {
  Reader reader(in);
  Certificate c;
  std::istringstream line = reader.line();
  for (const char* w : {"sgdlimits", "spectral", "gap", "certificate", "1"}) reader.expect(line, w);
  line = reader.line();
  reader.expect(line, "bits");
  c.bits = static_cast<int>(reader.number(line));
  reader.expect(line, "terms");
  c.terms = static_cast<int>(reader.number(line));
  if (c.bits < 2 || c.bits > 100000 || c.terms < 4 || c.terms > 10000) reader.fail("out of range");
  working_bits = c.bits + 64;
  line = reader.line();
  reader.expect(line, "temperature");
  c.temperature = reader.number(line);
  line = reader.line();
  reader.expect(line, "domain");
  c.lower_end = reader.number(line);
  c.upper_end = reader.number(line);
  line = reader.line();
  reader.expect(line, "program");
  c.program = read_program(reader, static_cast<int>(reader.number(line)));
  c.supersolution = read_barrier(reader, "supersolution");
  c.subsolution = read_barrier(reader, "subsolution");
  return c;
}

}  // namespace checker
