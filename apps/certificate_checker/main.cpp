// sgdlimits-check-certificate FILE: verifies what `sgdlimits gap --prove --certificate FILE` wrote, with arithmetic
// of its own (MPFR alone). Exit status 0: verified; 1: not a proof; 64: usage; 65: not a certificate; 66: no such
// file.
#include <cstdio>
#include <exception>
#include <fstream>

#include "apps/certificate_checker/check.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: sgdlimits-check-certificate FILE\n", stderr);
    return 64;
  }
  std::ifstream file(arguments[1]);
  if (!file) {
    std::fprintf(stderr, "sgdlimits-check-certificate: there is no file \"%s\"\n", arguments[1]);
    return 66;
  }
  checker::Certificate certificate;
  try {
    certificate = checker::read_certificate(file);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sgdlimits-check-certificate: %s: %s\n", arguments[1], error.what());
    return 65;
  }
  try {
    checker::check_barrier(certificate, certificate.supersolution, true);
    checker::check_barrier(certificate, certificate.subsolution, false);
  } catch (const checker::Refuted& refuted) {
    std::printf("not a proof: %s\n", refuted.what());
    return 1;
  }
  std::printf("verified: lambda_1 in [%.17g, %.17g] at temperature %.17g, for the program in the certificate\n",
              certificate.supersolution.proved_for, certificate.subsolution.proved_for, certificate.temperature);
  return 0;
}
