/// The whole command as a library.
#pragma once

#include "apps/experiment/experiment.hpp"

namespace sgdlimits {

/// `sgdlimits run | gap | verify | list | --version`, described in docs/guide/command.md. Tables or JSON on stdout,
/// progress and messages on stderr; returns the exit status. A program that brings its own potentials is
///
///     int main(int argc, char** argv) {
///       return sgdlimits::command(argc, argv, {{"mine", [](const auto& parameters) { return ...; }}});
///     }
///
/// and has experiment files with kind = "mine", `gap FILE.toml`, `verify --on FILE.toml` and the report for it.
int command(int argc, char** argv, const PotentialFactories& user = {});

}  // namespace sgdlimits
