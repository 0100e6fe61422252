#include "core/result.hpp"

namespace sgdlimits {

std::string to_string(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::not_converged: return "not converged";
    case Status::blew_up: return "blew up";
    case Status::no_gibbs_measure: return "no Gibbs measure";
    case Status::essential_spectrum: return "essential spectrum";
    case Status::out_of_reach: return "out of reach";
    case Status::interrupted: return "interrupted";
  }
  return "";
}

}  // namespace sgdlimits
