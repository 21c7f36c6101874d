#!/usr/bin/env bash
# Kills a training run with SIGKILL while it writes checkpoints, 200 times (or as often as the first argument says), and resumes it each time.
set -euo pipefail
cd "$(dirname "$0")/.."
FCN_KILLS="${1:-200}" dotnet test Fcn.Tests --filter FullyQualifiedName~KillTests --logger "console;verbosity=detailed"
