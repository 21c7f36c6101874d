# Sourced by the scripts here: where things are, and our program built once. PYTHON needs numpy, onnx and torch (Debian: python3-onnx, python3-torch).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-/usr/bin/python3}
THREADS=${THREADS:-2}
CACHE=bench/.cache
BENCH=bench/Fcn.Bench/bin/Release/net10.0/Fcn.Bench
mkdir -p "$CACHE" bench/results
if [ -z "${NO_BUILD:-}" ]; then dotnet build bench/Fcn.Bench --configuration Release --nologo -v quiet -nodeReuse:false; fi
