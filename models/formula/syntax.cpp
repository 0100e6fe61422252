#include "models/formula/syntax.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>

#include "core/text.hpp"
#include "models/formula/formula.hpp"
#include "models/formula/tokens.hpp"

namespace sgdlimits::formula {
namespace {

constexpr int deepest = 200;

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Recursive descent: comparison, sum, product, sign, power, atom; a function each.
class Parser {
 public:
  Parser(const std::string& text, Names& names, std::vector<std::string>& used)
      : text_(text), names_(names), used_(used), tokens_(tokenise(text, names.columns)) {}

  Syntax whole() {
    if (tokens_.size() == 1) fail(0, "the formula is empty", "write for example (x^2-1)^2");
    Syntax tree = comparison();
    if (peek().text == ")")
      fail(peek().position, "this parenthesis was never opened", "remove it or open one before");
    if (peek().text == ",") fail(peek().position, "a comma stands outside a function", "write decimals with a point");
    if (peek().kind != Token::Kind::end) missing_operator();
    return tree;
  }

 private:
  [[noreturn]] void fail(std::size_t position, const std::string& what, const std::string& remedy = "") const {
    throw FormulaError(text_, position, what, remedy);
  }
  const Token& peek() const { return tokens_[next_]; }
  bool accept(const std::string& symbol) {
    if (peek().kind != Token::Kind::symbol || peek().text != symbol) return false;
    ++next_;
    return true;
  }

  [[noreturn]] void missing_operator() const {
    const Token& left = tokens_[next_ - 1];
    fail(peek().position, "there is no operator between \"" + left.text + "\" and \"" + peek().text + "\"",
         "write \"" + left.text + "*" + peek().text + "\"");
  }

  Syntax node(Syntax::Kind kind, std::size_t position, std::vector<Syntax> children, Op op = Op::constant) const {
    Syntax tree;
    tree.kind = kind;
    tree.position = position;
    tree.op = op;
    tree.children = std::move(children);
    check_constant(tree);
    return tree;
  }

  // a constant part that is no finite number is a mistake with a place
  void check_constant(const Syntax& tree) const {
    const auto value = constant_value(tree);
    if (value && !std::isfinite(*value))
      fail(tree.position, std::string("this constant part is ") + (std::isnan(*value) ? "not a number" : "infinite"),
           "change the numbers or the parameters in it");
  }

  Syntax comparison() {
    if (++depth_ > deepest)
      fail(peek().position, "more than " + std::to_string(deepest) + " parentheses are nested", "split the formula");
    Syntax left = sum();
    static const std::vector<std::string> symbols{"==", "!=", "<", "<=", ">", ">="};
    if (peek().kind == Token::Kind::symbol && contains(symbols, peek().text)) {
      const Token token = peek();
      if (!names_.columns) fail(token.position, "a potential has no comparisons", "write step(b-a) for a < b");
      ++next_;
      Syntax right = sum();
      if (token.text[0] == '>') std::swap(left, right);
      const Op op = token.text == "=="       ? Op::equal
                    : token.text == "!="     ? Op::unequal
                    : token.text.size() == 2 ? Op::less_equal
                                             : Op::less;
      left = node(Syntax::Kind::call, token.position, {left, right}, op);
      if (peek().kind == Token::Kind::symbol && contains(symbols, peek().text))
        fail(peek().position, "comparisons cannot be chained", "multiply two comparisons in parentheses");
    }
    --depth_;
    return left;
  }

  Syntax sum() {
    Syntax left = product();
    for (;;) {
      const std::size_t at = peek().position;
      if (accept("+"))
        left = node(Syntax::Kind::add, at, {left, product()});
      else if (accept("-"))
        left = node(Syntax::Kind::subtract, at, {left, product()});
      else
        return left;
    }
  }

  Syntax product() {
    Syntax left = signed_power();
    for (;;) {
      const std::size_t at = peek().position;
      if (accept("*"))
        left = node(Syntax::Kind::multiply, at, {left, signed_power()});
      else if (accept("/"))
        left = node(Syntax::Kind::divide, at, {left, signed_power()});
      else
        return left;
    }
  }

  Syntax signed_power() {
    const std::size_t at = peek().position;
    if (++depth_ > deepest) fail(at, "more than " + std::to_string(deepest) + " signs or powers are nested");
    const bool minus = accept("-");
    Syntax tree = minus || accept("+") ? signed_power() : power();
    --depth_;
    return minus ? node(Syntax::Kind::negate, at, {tree}) : tree;
  }

  Syntax power() {
    Syntax base = atom();
    const std::size_t at = peek().position;
    if (!accept("^")) return base;
    return node(Syntax::Kind::power, at, {base, signed_power()});
  }

  Syntax atom() {
    const Token token = peek();
    if (token.kind == Token::Kind::end)
      fail(token.position, "something is missing at the end", "write a number, a name or a parenthesis");
    ++next_;
    Syntax tree = token.kind == Token::Kind::number ? number(token)
                  : token.kind == Token::Kind::name ? named(token)
                                                    : parenthesis(token);
    const Token& after = peek();
    if (after.kind == Token::Kind::number || after.kind == Token::Kind::name || after.text == "(") missing_operator();
    return tree;
  }

  Syntax number(const Token& token) const {
    Syntax tree;
    tree.position = token.position;
    tree.text = token.text;
    tree.value = token.value;
    return tree;
  }

  Syntax parenthesis(const Token& token) {
    if (token.text != "(")
      fail(token.position, "a number, a name or a parenthesis must stand before \"" + token.text + "\"");
    Syntax inner = comparison();
    close(token);
    return inner;
  }

  void close(const Token& open) {
    if (accept(")")) return;
    if (peek().kind == Token::Kind::end) fail(open.position, "this parenthesis is never closed", "add \")\"");
    if (peek().text == ",") fail(peek().position, "a comma stands outside a function", "write decimals with a point");
    missing_operator();
  }

  Syntax named(const Token& token) {
    const bool known = contains(names_.known, token.text) || names_.parameters.count(token.text) > 0;
    if (!known && (peek().text == "(" || find_function(token.text))) return call(token);
    if (const auto parameter = names_.parameters.find(token.text); parameter != names_.parameters.end()) {
      note(token.text);
      return constant(token, parameter->second);
    }
    if (!known && token.text == "pi") return constant(token, std::numbers::pi);
    if (!known && token.text == "e") return constant(token, std::numbers::e);
    if (!known && !names_.collect_unknown) unknown_name(token);
    if (!known) names_.known.push_back(token.text);
    note(token.text);
    Syntax tree;
    tree.kind = Syntax::Kind::name;
    tree.position = token.position;
    tree.text = token.text;
    return tree;
  }

  void note(const std::string& name) {
    if (!contains(used_, name)) used_.push_back(name);
  }

  Syntax constant(const Token& token, double value) const {
    Syntax tree;
    tree.position = token.position;
    tree.value = value;
    tree.text = token.text == "pi" || token.text == "e" ? "" : shortest(value);
    return tree;
  }

  [[noreturn]] void unknown_name(const Token& token) const {
    std::vector<std::string> candidates = names_.known;
    for (const auto& parameter : names_.parameters) candidates.push_back(parameter.first);
    const std::string close = nearest_name(token.text, candidates);
    std::string list;
    for (const std::string& name : candidates) list += (list.empty() ? "" : ", ") + name;
    fail(token.position, "the name \"" + token.text + "\" is unknown",
         close.empty() ? "known names: " + (list.empty() ? "none" : list) : "did you mean \"" + close + "\"?");
  }

  Syntax call(const Token& token) {
    const Function* function = find_function(token.text);
    if (!function) unknown_function(token);
    const Token open = peek();
    if (!accept("("))
      fail(token.position, "the function " + token.text + " has no parenthesis after it",
           "write " + token.text + (function->arguments == 1 ? "(x)" : "(x,y)"));
    std::vector<Syntax> arguments;
    if (peek().text != ")") arguments.push_back(comparison());
    while (accept(",")) arguments.push_back(comparison());
    close(open);
    if (arguments.size() != static_cast<std::size_t>(function->arguments))
      fail(token.position, token.text + " takes " + std::to_string(function->arguments) +
                               (function->arguments == 1 ? " argument" : " arguments") + ", not " +
                               std::to_string(arguments.size()));
    if (function->op == Op::pow) return node(Syntax::Kind::power, token.position, std::move(arguments));
    return node(Syntax::Kind::call, token.position, std::move(arguments), function->op);
  }

  [[noreturn]] void unknown_function(const Token& token) const {
    static const std::map<std::string, std::string> usual{
        {"ln", "log"},   {"arctan", "atan"},    {"arcsin", "asin"}, {"arccos", "acos"},     {"fabs", "abs"},
        {"sgn", "sign"}, {"heaviside", "step"}, {"Theta", "step"},  {"logistic", "sigmoid"}};
    const auto same = usual.find(token.text);
    const std::string close = same != usual.end() ? same->second : nearest_name(token.text, function_names());
    if (!close.empty())
      fail(token.position, "the function \"" + token.text + "\" is unknown", "did you mean \"" + close + "\"?");
    fail(token.position, "the function \"" + token.text + "\" is unknown",
         "write \"" + token.text + "*(\" if a product is meant");
  }

  const std::string& text_;
  Names& names_;
  std::vector<std::string>& used_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace

Syntax parse(const std::string& expression, Names& names, std::vector<std::string>& used) {
  return Parser(expression, names, used).whole();
}

std::optional<double> constant_value(const Syntax& tree) {
  if (tree.kind == Syntax::Kind::number) return tree.value;
  if (tree.kind == Syntax::Kind::name) return std::nullopt;
  double v[2] = {0, 0};
  for (std::size_t i = 0; i < tree.children.size(); ++i) {
    const auto child = constant_value(tree.children[i]);
    if (!child) return std::nullopt;
    v[i] = *child;
  }
  switch (tree.kind) {
    case Syntax::Kind::negate: return -v[0];
    case Syntax::Kind::add: return v[0] + v[1];
    case Syntax::Kind::subtract: return v[0] - v[1];
    case Syntax::Kind::multiply: return v[0] * v[1];
    case Syntax::Kind::divide: return v[0] / v[1];
    case Syntax::Kind::power: return std::pow(v[0], v[1]);
    default: return apply(tree.op, v[0], v[1]);
  }
}

bool is_identifier(const std::string& name) {
  if (name.empty() || !(std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_')) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

}  // namespace sgdlimits::formula
