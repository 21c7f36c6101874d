#!/usr/bin/env bash
# The one command before a commit: everything builds without a warning and every test passes.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build FcnCompiler.sln --configuration Release --nologo -v quiet
dotnet test --configuration Release --no-build --nologo
