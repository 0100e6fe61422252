#!/usr/bin/env bash
# scripts/test.sh [--sanitizers]: installs what is missing, builds with warnings as errors, and runs every test. With
# --sanitizers also the unit tests of the lower layers under the address and undefined-behaviour sanitizers, and the
# threaded ones under the thread sanitizer (two more builds).
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

scripts/install-packages.sh tests

cmake --preset dev >/dev/null
cmake --build build/dev -j "$jobs"
ctest --test-dir build/dev -j "$jobs" --output-on-failure --no-tests=error

[[ "${1:-}" == --sanitizers ]] || exit 0
cmake --preset asan -DSGDLIMITS_APPS=OFF >/dev/null
cmake --build build/asan -j "$jobs" --target sanitizer_tests
ctest --test-dir build/asan -j "$jobs" -L unit --output-on-failure --no-tests=error

cmake --preset tsan -DSGDLIMITS_APPS=OFF >/dev/null
cmake --build build/tsan -j "$jobs" --target sanitizer_tests
ctest --test-dir build/tsan -j "$jobs" -R 'Thread|Determinism' --output-on-failure --no-tests=error
