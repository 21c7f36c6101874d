#!/usr/bin/env bash
# FcnSmall on CamVid, ours and then PyTorch with our first weights, recipe and order: run.sh DATA OUT [STEPS]. OUT lies outside the repository.
data=$(realpath "$1"); mkdir -p "$2"; out=$(realpath "$2")
source "$(dirname "$0")/../common.sh"
case "$out/" in "$PWD"/*) echo "run.sh: put OUT outside the repository; the data must not be spread." >&2; exit 1;; esac
"$BENCH" camvid "$data" "$out" --steps "${3:-1500}" --rate 0.02 --threads "$THREADS" | tee "$out/ours.json"
OMP_NUM_THREADS=$THREADS "$PYTHON" bench/camvid/torch_camvid.py "$data" "$out" | tee "$out/torch.json"
"$PYTHON" bench/camvid/draw.py "$out/train/ours/log.csv" "$out/torch.csv" "$out/camvid.svg"
