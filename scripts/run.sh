#!/usr/bin/env bash
# scripts/run.sh [FILE.toml [option...]]: installs what is missing, builds, and runs an experiment: the main job
# (examples/01-iris-sigmoid-neuron.toml) unless a file is named. The options go to `sgdlimits run`.
set -euo pipefail
called_from=$PWD
cd "$(dirname "$0")/.."

scripts/install-packages.sh
cmake --preset release -DSGDLIMITS_TESTS=OFF -DSGDLIMITS_BENCH=OFF >/dev/null
cmake --build build/release >&2

file=examples/01-iris-sigmoid-neuron.toml
if [[ $# -gt 0 ]]; then
  file=$1
  shift
  [[ $file == /* ]] || file=$called_from/$file
fi
exec build/release/sgdlimits run "$file" --out "out/$(basename "$file" .toml)" --force --threads "$(nproc)" "$@"
