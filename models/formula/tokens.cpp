#include "models/formula/tokens.hpp"

#include <cctype>
#include <charconv>
#include <cmath>

#include "models/formula/formula.hpp"

namespace sgdlimits::formula {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

Token number(const std::string& text, std::size_t start) {
  Token token{Token::Kind::number, start, "", 0};
  const char* first = text.data() + start;
  const auto [end, status] = std::from_chars(first, text.data() + text.size(), token.value);
  token.text.assign(first, end);
  if (status == std::errc::result_out_of_range || !std::isfinite(token.value))
    throw FormulaError(text, start, "the number " + token.text + " is out of the range of double precision",
                       "numbers lie between 1e-307 and 1e308");
  const std::size_t after = start + token.text.size();
  if (status != std::errc() || (after < text.size() && text[after] == '.'))
    throw FormulaError(text, start, "this is no number", "write for example 0.5 or 1e-3");
  return token;
}

Token name(const std::string& text, std::size_t start, bool brackets) {
  std::size_t end = start;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
  if (end < text.size() && text[end] == '[') {
    const std::size_t close = text.find(']', end);
    if (!brackets) throw FormulaError(text, end, "names of a potential have no brackets", "write parentheses, or x0");
    if (close == std::string::npos) throw FormulaError(text, end, "this bracket is never closed", "add \"]\"");
    end = close + 1;
  }
  return {Token::Kind::name, start, text.substr(start, end - start), 0};
}

Token symbol(const std::string& text, std::size_t at) {
  const std::string two = text.substr(at, 2);
  if (two == "**") throw FormulaError(text, at, "there is no operator \"**\"", "write ^ for powers: x^2");
  if (two == "&&" || two == "||")
    throw FormulaError(text, at, "there is no operator \"" + two + "\"",
                       "multiply (and) or take max (or) of comparisons");
  if (two == "==" || two == "!=" || two == "<=" || two == ">=") return {Token::Kind::symbol, at, two, 0};
  const char c = text[at];
  if (std::string("+-*/^(),<>").find(c) != std::string::npos) return {Token::Kind::symbol, at, std::string(1, c), 0};
  std::string remedy;
  if (c == '=') remedy = "write == to compare; a potential is one expression without \"f(x) =\"";
  if (c == '[' || c == '{' || c == ']' || c == '}') remedy = "write parentheses";
  if (c == '|') remedy = "write abs(x)";
  const bool plain = static_cast<unsigned char>(c) < 128;
  throw FormulaError(text, at,
                     plain ? std::string("the character \"") + c + "\" has no meaning here"
                           : "only ASCII characters have a meaning in a formula",
                     remedy);
}

}  // namespace

std::vector<Token> tokenise(const std::string& text, bool brackets) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    if (std::isspace(static_cast<unsigned char>(text[at]))) {
      ++at;
      continue;
    }
    const bool starts_number = is_digit(text[at]) || text[at] == '.';
    tokens.push_back(starts_number         ? number(text, at)
                     : is_letter(text[at]) ? name(text, at, brackets)
                                           : symbol(text, at));
    at += tokens.back().text.size();
  }
  tokens.push_back({Token::Kind::end, text.size(), "", 0});
  return tokens;
}

}  // namespace sgdlimits::formula
