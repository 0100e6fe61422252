#!/usr/bin/env bash
# Installs what the build needs on Debian 12 or Ubuntu; used by run.sh and test.sh. Prints nothing when all is there.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config git
  libboost-dev libboost-iostreams-dev libboost-filesystem-dev libboost-system-dev
  libeigen3-dev libspectra-dev librandom123-dev libfmt-dev
  libflint-dev libflint-arb-dev libmpfr-dev
  libginac-dev libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libnetcdf-c++4-dev
  libgnuplot-iostream-dev gnuplot-nox
)
if [[ "${1:-}" == tests ]]; then packages+=(libgtest-dev libbenchmark-dev); fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

line="apt-get install -y --no-install-recommends ${missing[*]}"
if [[ $(id -u) -eq 0 ]]; then
  become=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  become=(sudo)
else
  printf 'These packages are missing. Install them, then run this script again:\n\n  sudo apt-get update\n  sudo %s\n' "$line" >&2
  exit 69
fi
printf 'installing: %s\n' "${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${become[@]}" apt-get update -qq
"${become[@]}" $line >/dev/null
