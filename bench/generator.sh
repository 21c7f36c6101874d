#!/usr/bin/env bash
# What the compiler costs a build that declares FCN-8s: medians over fresh processes. generator.sh [PROCESSES]; OUT may be set.
source "$(dirname "$0")/common.sh"
PROCESSES=${1:-9}
for ((i = 0; i < PROCESSES; i++)); do "$BENCH" generator; done | "$PYTHON" -c '
import datetime, json, os, re, statistics, sys
runs = [json.loads(line) for line in sys.stdin]
with open("/proc/cpuinfo") as f:
    model = re.search(r"model name\s*:\s*(.*)", f.read()).group(1)
rows = [("first run in a fresh process: the JIT compiles the compiler, too", "cold_ms"), ("the same, processor time of all threads", "cold_processor_ms"),
        ("the same, by the record of Roslyn", "cold_by_roslyn_ms"),
        ("another new project in the same process", "warm_ms"), ("one that references ILGPU", "warm_ilgpu_ms"), ("first edit of another file", "first_edit_ms"), ("edits of another file, median", "edit_ms")]
print(f"""# The generator on a project that declares FCN-8s

- machine: {model}, {os.cpu_count()} cores
- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, load average (1 min) at the end {os.getloadavg()[0]:.2f}
- {len(runs)} fresh processes; {runs[0]["files"]} files of {runs[0]["characters"]:,} characters each time
- Reproduce: bench/generator.sh

| | median ms | lowest | highest |
|---|---|---|---|""")
for words, key in rows:
    values = [r[key] for r in runs]
    print(f"| {words} | {statistics.median(values):.1f} | {min(values):.1f} | {max(values):.1f} |")
print(f"""
Cold: the time of `GeneratorDriver.RunGenerators` on a new driver and a new compilation, kernels for all vector widths included.
Roslyn itself is not precompiled in this program, so the first run pays for the JIT of its binder as well; in the build it is precompiled.""")
' | tee "${OUT:-bench/results/generator.md}"
