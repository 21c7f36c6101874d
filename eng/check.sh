#!/usr/bin/env bash
# The one command before a commit: everything builds without a warning and every test passes, those too that the usual run leaves out.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build FcnCompiler.sln --configuration Release --nologo -v quiet
FCN_TESTS=all dotnet test --configuration Release --no-build --nologo
