#!/usr/bin/env bash
# scripts/test.sh [--sanitizers]: installs what is missing, builds with warnings as errors, runs every test; then the
# unit tests of core, formula and models under the address and undefined-behaviour sanitizers. With --sanitizers these
# see every unit, property and regression test, and so does the thread sanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

under_sanitizer() {  # preset, target
  cmake --preset "$1" >/dev/null
  cmake --build "build/$1" -j "$jobs" --target "$2"
  # a program that was not built counts as a test without a label
  LSAN_OPTIONS=suppressions=$PWD/scripts/leaks.txt:print_suppressions=0 \
    ctest --test-dir "build/$1" -j "$jobs" -L 'unit|properties|regression' --output-on-failure --no-tests=error
}

scripts/install-packages.sh tests

cmake --preset dev >/dev/null
cmake --build build/dev -j "$jobs"
ctest --test-dir build/dev -j "$jobs" --output-on-failure --no-tests=error

if [[ "${1:-}" == --sanitizers ]]; then
  under_sanitizer asan sanitizer_tests_all
  under_sanitizer tsan sanitizer_tests_all
else
  under_sanitizer asan sanitizer_tests
fi
