/// Verifies the two inequalities that make a certificate a proof.
#pragma once

#include <stdexcept>
#include <string>

#include "apps/certificate_checker/certificate.hpp"

namespace checker {

/// Why a certificate proves nothing.
class Refuted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Every condition of docs/guide/proof.md for one of the two functions, with the checker's own choice of G between
/// the nodes. Throws Refuted.
void check_barrier(const Certificate& certificate, const Barrier& barrier, bool is_supersolution);

}  // namespace checker
