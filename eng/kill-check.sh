#!/usr/bin/env bash
# Ends training runs 100 times, or as often as the first argument says, and resumes them: with SIGKILL while checkpoints are written, and
# with each signal that ends a process at any moment of fcn train.
set -euo pipefail
cd "$(dirname "$0")/.."
FCN_KILLS="${1:-100}" dotnet test Fcn.Tests --configuration Release --logger "console;verbosity=detailed" \
    --filter "FullyQualifiedName~KillTests|FullyQualifiedName~SignalTests.ARunThatSignalsEnd"
