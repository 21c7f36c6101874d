#!/usr/bin/env bash
# A training step of FCN-8s, batch 1, against PyTorch, side by side. step.sh [SIZE]; ROUNDS, ITERATIONS, THREADS, OUT may be set.
source "$(dirname "$0")/common.sh"
SIZE=${1:-224}
"$PYTHON" bench/side_by_side.py --title "FCN-8s ${SIZE}x$SIZE training step, batch 1, $THREADS threads" --out "${OUT:-bench/results/step_$SIZE.md}" \
    --rounds "${ROUNDS:-5}" --iterations "${ITERATIONS:-3}" \
    --note "Reproduce: bench/step.sh $SIZE" \
    --note "A step is forward, summed softmax loss (void ignored), backward and SGD (momentum 0.99, decay 5e-4) on 134 million parameters, in float32." \
    "ours=$BENCH step fcn8s $SIZE --threads $THREADS --serve" \
    "PyTorch, channels last=$PYTHON bench/peers/torch_step.py step $SIZE --threads $THREADS --channels-last" \
    "PyTorch=$PYTHON bench/peers/torch_step.py step $SIZE --threads $THREADS"
