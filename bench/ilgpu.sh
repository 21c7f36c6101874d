#!/usr/bin/env bash
# What ILGPU makes of the generated kernels, judged by NVIDIA's assembler without a card: registers, local memory and spills of every kernel of the named
# networks. ilgpu.sh [NETWORK...]; PTXAS names the assembler, else eng/fetch-ptxas.sh gets one; OUT is the table, bench/results/ilgpu.md if not set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PTXAS=${PTXAS:-$(eng/fetch-ptxas.sh)}
if [ $# -eq 0 ]; then set -- Fcn8s FcnSmall; fi
dotnet build bench/Fcn.IlgpuPtx --configuration Release --nologo -v quiet -nodeReuse:false
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bench/Fcn.IlgpuPtx/bin/Release/net10.0/Fcn.IlgpuPtx "$folder" "$@" | tee "$folder/times"
"${PYTHON:-python3}" bench/ilgpu_table.py "$folder" "$PTXAS" "${OUT:-bench/results/ilgpu.md}" "$@"
