#!/usr/bin/env bash
# Assembles every module of FCN-8s, FCN-32s and FcnSmall for sm_75, sm_80 and sm_90: registers, shared memory, occupancy, spills, instructions of the
# inner loops. Needs no card. ptx.sh; PTXAS names the assembler (nvdisasm beside it), else eng/fetch-ptxas.sh gets one; OUT, NO_BUILD may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PTXAS=${PTXAS:-$(eng/fetch-ptxas.sh)}
if [ -z "${NO_BUILD:-}" ]; then dotnet build bench/Fcn.GpuCheck --configuration Release --nologo -v quiet -nodeReuse:false; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bench/Fcn.GpuCheck/bin/Release/net10.0/Fcn.GpuCheck --part ptx --out "$folder"
"${PYTHON:-python3}" bench/ptx_table.py "$folder" "$PTXAS" "${OUT:-bench/results/ptx.md}"
