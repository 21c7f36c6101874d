#!/usr/bin/env bash
# FCN-8s forward, batch 1, against ONNX Runtime, side by side. forward.sh [SIZE]; ROUNDS, ITERATIONS, THREADS, OUT may be set.
source "$(dirname "$0")/common.sh"
SIZE=${1:-500}
if [ ! -d "$CACHE/node_modules/onnxruntime-node" ]; then
    npm install --ignore-scripts --no-audit --no-fund --prefix "$CACHE" onnxruntime-node@1.30
fi
for form in "" --dense; do
    model=$CACHE/fcn8s${form/--/-}_$SIZE.onnx
    if [ ! -f "$model" ]; then "$PYTHON" bench/peers/make_onnx.py "$SIZE" "$model.tmp" $form && mv "$model.tmp" "$model"; fi
done
export NODE_PATH=$PWD/$CACHE/node_modules
entrants=("ours (scores)=$BENCH forward fcn8s $SIZE --threads $THREADS --serve"
    "ours (labels)=$BENCH forward fcn8s $SIZE --threads $THREADS --serve --labels")
if [ -n "${DENSE:-}" ]; then entrants+=("ONNX Runtime, dense deconvolutions=node bench/peers/ort.js $CACHE/fcn8s-dense_$SIZE.onnx $THREADS"); fi
"$PYTHON" bench/side_by_side.py --title "FCN-8s ${SIZE}x$SIZE forward, batch 1, $THREADS threads" --out "${OUT:-bench/results/forward_$SIZE.md}" \
    --rounds "${ROUNDS:-7}" --iterations "${ITERATIONS:-3}" \
    --note "Reproduce: bench/forward.sh $SIZE" \
    --note "ONNX Runtime gives the scores, so 'ours (scores)' is the comparison; 'ours (labels)' is what Segment runs (argmax fused, no scores stored)." \
    --note "The deconvolutions of the ONNX file are depthwise (group 21); the reference's own are dense (DENSE=1 measures those, too)." \
    "${entrants[@]}" "ONNX Runtime=node bench/peers/ort.js $CACHE/fcn8s_$SIZE.onnx $THREADS"
