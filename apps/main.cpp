#include "apps/commands/command.hpp"

int main(int argc, char** argv) { return sgdlimits::command(argc, argv); }
