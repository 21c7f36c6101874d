#!/usr/bin/env bash
# Builds what a machine with a card and nothing else needs to prove and measure the CUDA code: bench/Fcn.GpuCheck with the .NET runtime in it, the
# goldens, the peer and eng/gpu-check.sh → artifacts/gpu-check.tar.gz. Fails above 60 MB. No .NET, no toolkit, no network is needed there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LIMIT=60000000
name=gpu-check
work=artifacts/$name
rm -rf "$work" "artifacts/$name.tar.gz"
mkdir -p "$work"
dotnet publish bench/Fcn.GpuCheck --configuration Release --runtime linux-x64 --self-contained --output "$work/bin" --nologo -v quiet -nodeReuse:false
find "$work/bin" \( -name '*.pdb' -o -name '*.xml' \) -delete
cp eng/gpu-check.sh bench/peers/torch_gpu.py "$work/"
git describe --always --dirty --exclude '*' > "$work/commit"
# The program starts, and says in its own way that there is no card, or that there is one.
status=0
"$work/bin/Fcn.GpuCheck" --out "$work/try" --part card --budget 1 > "$work/try.log" 2>&1 || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then cat "$work/try.log"; echo "The packed program does not start (exit $status)." >&2; exit 1; fi
rm -rf "$work/try" "$work/try.log"
tar -C artifacts -czf "artifacts/$name.tar.gz" --owner=0 --group=0 "$name"
unpacked=$(du -sb "$work" | cut -f1)
packed=$(stat -c %s "artifacts/$name.tar.gz")
echo "artifacts/$name.tar.gz: $packed bytes, $unpacked unpacked"
if [ "$packed" -gt "$LIMIT" ]; then echo "That is above $LIMIT." >&2; exit 1; fi
