#include "solvers/anything.hpp"
