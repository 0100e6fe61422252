#!/usr/bin/env bash
# scripts/lint.sh [COMMIT]: clang-tidy, by .clang-tidy, on the sources that changed since COMMIT; on all without.
# Needs clang-tidy; no part of scripts/test.sh, for it takes longer than to compile.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang-tidy >/dev/null; then
  echo "clang-tidy is missing: apt-get install clang-tidy" >&2
  exit 69
fi
# without precompiled headers, which are those of another compiler
cmake --preset dev -B build/lint -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DSGDLIMITS_PRECOMPILE=OFF >/dev/null
cmake --build build/lint --target sgdlimits_git_hash >/dev/null

folders=(core models solvers validation apps)
if [[ $# -gt 0 ]]; then
  mapfile -t sources < <(git diff --name-only --diff-filter=d "$1" -- "${folders[@]/%//*.cpp}")
else
  mapfile -t sources < <(git ls-files -- "${folders[@]/%//*.cpp}")
fi
if [[ ${#sources[@]} -eq 0 ]]; then exit 0; fi
# the flags are g++'s, and clang does not know all of them
printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  clang-tidy -p build/lint --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option
