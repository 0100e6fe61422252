#!/usr/bin/env bash
# scripts/bench-peers.sh: speed beside numpy and numba, and of two threads, as ratios of one run. Peers are optional:
# what /usr/bin/python3 lacks (python3-numpy, python3-numba) is left out with a message. Needs build/release with its
# benches. Rates are by processor time, best of several, so that other work on the machine spoils little; those of two
# threads by wall time, one and two threads in turn.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
bench=build/release/bench
out=$(mktemp) csv=$(mktemp)
trap 'rm -f "$out" "$csv"' EXIT

items() {  # program, filter: lines "name rate"
  "$bench/$1" --benchmark_filter="$2" --benchmark_out="$csv" --benchmark_out_format=csv \
    --benchmark_repetitions=3 --benchmark_min_time=0.3 >/dev/null 2>&1
  awk -F, '/^"/ && $7 > 0 && $1 !~ /_(mean|median|stddev|cv)"/ {gsub(/"/, "", $1); if ($7 > best[$1]) best[$1] = $7}
           END {for (name in best) {key = name; gsub(/ /, "_", key); print key, best[name]}}' "$csv"
}
items sgd_bench '^(online|noisy) piecewise-linear$' >>"$out"
items ensemble_bench '^euler_maruyama(_threads)?/' >>"$out"
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
  /usr/bin/python3 bench/peers/sgd.py >>"$out"
else
  echo "numpy is not installed for /usr/bin/python3: peers are left out" >&2
fi
awk '{sub(/\/real_time$/, "", $1); rate[$1] = $2}
     function ratio(of, to) {
       if ((of in rate) && (to in rate)) printf "%-26s %12.4g /s = %6.2f x %s\n", of, rate[of], rate[of] / rate[to], to
     }
     END {
       ratio("online_piecewise-linear", "numba_online")
       ratio("online_piecewise-linear", "numpy_online")
       ratio("noisy_piecewise-linear", "numpy_noisy")
       ratio("euler_maruyama/1", "numpy_wells")
       ratio("euler_maruyama_threads/2", "euler_maruyama_threads/1")
     }' "$out"
