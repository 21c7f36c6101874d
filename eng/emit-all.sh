#!/usr/bin/env bash
# Writes the hash of all text that the compiler emits for Fcn.Models. A refactoring is proved by an unchanged hash before and after:
#   eng/emit-all.sh > before; …; eng/emit-all.sh > after; diff before after
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build Fcn.Models --configuration Release --nologo -v quiet -nodeReuse:false >&2
cd Fcn.Models/obj/generated
find . -name '*.g.cs' | LC_ALL=C sort | xargs sha256sum
