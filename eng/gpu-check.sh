#!/usr/bin/env bash
# One command for a machine with an NVIDIA card, its driver and perhaps nothing else: proves the generated CUDA code on the card and measures it.
#
#   gpu-check.sh OUT [--part LIST] [--budget SECONDS] [--card N] [--rehearse]
#
# Takes the build of eng/gpu-pack.sh: unpacked beside this script (bin/), or gpu-check.tar.gz beside it or in artifacts/. Parts, in this order:
# card, ops, network, cpu, train (correct?), measure, kernels, start (how fast?), peer (PyTorch, if python3 has it), sanitizer (if compute-sanitizer is
# there); at the end always the report: OUT/gpu-check.md and OUT/gpu-check.json, of all that OUT holds, so that a run may be split. All of it fits
# into the budget (540 s); what does not is named. --rehearse: the same on the emulated card, small. Exit: 0 passed, 1 something failed, 2 no card.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 3; }
OURS="card ops network cpu train measure kernels start"
out="" parts="" budget=540 card=0 rehearse=""
while [ $# -gt 0 ]; do
    case $1 in
        --part) parts=${2:?}; shift 2 ;;
        --budget) budget=${2:?}; shift 2 ;;
        --card) card=${2:?}; shift 2 ;;
        --rehearse) rehearse=--rehearse; shift ;;
        --help | -h | --*) usage ;;
        *) if [ -n "$out" ]; then usage; fi; out=$1; shift ;;
    esac
done
if [ -z "$out" ]; then usage; fi
if [ -z "$parts" ] || [ "$parts" = all ]; then parts="$OURS peer sanitizer"; else parts=${parts//,/ }; fi
for part in $parts; do
    case " $OURS peer sanitizer report " in *" $part "*) ;; *) echo "'$part' is no part." >&2; usage ;; esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)

program=$here/bin/Fcn.GpuCheck
if [ ! -x "$program" ]; then
    for archive in "$here/gpu-check.tar.gz" "$here/../artifacts/gpu-check.tar.gz"; do
        if [ -f "$archive" ]; then
            tar -xzf "$archive" -C "$(dirname "$archive")"
            program=$(dirname "$archive")/gpu-check/bin/Fcn.GpuCheck
            break
        fi
    done
fi
if [ ! -x "$program" ]; then echo "There is no bin/ and no gpu-check.tar.gz here: build it with eng/gpu-pack.sh." >&2; exit 3; fi
peer=$(dirname "$program")/../torch_gpu.py
ending=$((SECONDS + budget))
failed=0
touch "$out/skipped.jsonl"

left() { echo $((ending - SECONDS)); }
wants() { case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
forget() { # what an earlier call did not run in this part, this one may
    grep -v "\"part\":\"$1\"" "$out/skipped.jsonl" > "$out/skipped.partial" || true
    mv "$out/skipped.partial" "$out/skipped.jsonl"
}
plain() { printf %s "$1" | tr -d '"\\' | tr '\n\t' '  '; }
skip() { # part, what, why
    echo "Not run: $2: $3"
    printf '{"part":"%s","what":"%s","why":"%s"}\n' "$1" "$(plain "$2")" "$(plain "$3")" >> "$out/skipped.jsonl"
}

ours() { # one part of the program, within what is left
    local part=$1 seconds status=0
    forget "$part"
    seconds=$(left)
    if [ "$seconds" -lt 5 ]; then skip "$part" "$part" "the budget of $budget s is used up"; return; fi
    # The program stops by itself; timeout is for a card that hangs.
    timeout -k 10 $((seconds + 20)) "$program" --out "$out" --part "$part" --budget "$seconds" --card "$card" --cache "$out/cache" $rehearse \
        || status=$?
    case $status in
        0) ;;
        1) failed=1 ;;
        2) exit 2 ;;
        124 | 137) failed=1; skip "$part" "the rest of $part" "it ran past its time and was stopped" ;;
        *) failed=1; skip "$part" "the rest of $part" "the program ended with $status" ;;
    esac
}

sanitized() { # tool, part, passed, summary
    printf '{"tool":"%s","part":"%s","passed":%s,"summary":"%s"}\n' "$1" "$2" "$3" "$(plain "$4")" >> "$out/sanitizer.jsonl"
}

sanitizer() {
    forget sanitizer
    local tool=${SANITIZER:-} seconds status summary
    if [ -z "$tool" ]; then tool=$(command -v compute-sanitizer || true); fi
    if [ -z "$tool" ] && [ -x /usr/local/cuda/bin/compute-sanitizer ]; then tool=/usr/local/cuda/bin/compute-sanitizer; fi
    if [ -z "$tool" ]; then skip sanitizer compute-sanitizer "it is not installed here (PATH, /usr/local/cuda/bin, \$SANITIZER)"; return; fi
    if [ -n "$rehearse" ]; then skip sanitizer compute-sanitizer "a rehearsal has no card"; return; fi
    for check in memcheck racecheck synccheck; do
        for part in ops network; do
            seconds=$(left)
            if [ "$seconds" -lt 20 ]; then
                skip sanitizer "compute-sanitizer $check of $part" "the budget of $budget s is used up"
                continue
            fi
            # Of this part and tool, the last run counts.
            if [ -f "$out/sanitizer.jsonl" ]; then
                grep -v "\"tool\":\"$check\",\"part\":\"$part\"" "$out/sanitizer.jsonl" > "$out/sanitizer.partial" || true
                mv "$out/sanitizer.partial" "$out/sanitizer.jsonl"
            fi
            status=0
            timeout -k 10 "$seconds" "$tool" --tool "$check" --error-exitcode 99 --print-limit 20 --log-file "$out/$check-$part.log" \
                "$program" --out "$out/$check" --part "$part" --budget "$seconds" --card "$card" --cache "$out/cache" || status=$?
            summary=$(grep -h SUMMARY "$out/$check-$part.log" 2> /dev/null | tail -1 | sed 's/^=*//' || true)
            case $status in
                0) sanitized "$check" "$part" true "$summary" ;;
                124 | 137) skip sanitizer "the rest of compute-sanitizer $check of $part" "it ran past its $seconds s" ;;
                *) failed=1; sanitized "$check" "$part" false "exit $status; $summary" ;;
            esac
        done
    done
}

peer() {
    forget peer
    local python=${PYTHON:-python3} seconds tiny=""
    if ! command -v "$python" > /dev/null; then skip peer PyTorch "there is no $python here (set PYTHON)"; return; fi
    if [ -n "$rehearse" ]; then tiny=--tiny; fi
    if ! "$python" -c 'import torch' 2> /dev/null; then skip peer PyTorch "$python has no torch (set PYTHON)"; return; fi
    if [ -z "$tiny" ] && ! "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then
        skip peer PyTorch "the torch of $python sees no card"
        return
    fi
    export CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-$card}
    for precision in bf16 tf32 fp32; do
        if [ "$(left)" -lt 30 ]; then skip peer "start of PyTorch in $precision" "the budget of $budget s is used up"; continue; fi
        "$python" "$peer" --start fcn8s --precisions "$precision" --since "$(date +%s.%N)" --out "$out/torch.jsonl" $tiny \
            || skip peer "start of PyTorch in $precision" "it failed"
    done
    # The sanitizer comes behind: it keeps a third of what is left.
    seconds=$(left)
    if wants sanitizer; then seconds=$((seconds * 2 / 3)); fi
    if [ "$seconds" -lt 20 ]; then skip peer PyTorch "the budget of $budget s is used up"; return; fi
    timeout -k 10 $((seconds + 60)) "$python" "$peer" --out "$out/torch.jsonl" --budget $((seconds - 10)) $tiny 2> >(tee "$out/torch.log" >&2) \
        || skip peer "the rest of PyTorch" "it failed, or ran past its $seconds s"
    while IFS= read -r line; do skip peer "${line#*: }" "see torch.log"; done < <(grep '^Not run' "$out/torch.log" | cut -c1-300 || true)
}

cp "$(dirname "$program")/../commit" "$out/commit"
for part in $OURS; do if wants "$part"; then ours "$part"; fi; done
if wants peer; then peer; fi
if wants sanitizer; then sanitizer; fi
"$program" --out "$out" --part report || failed=1
exit $failed
