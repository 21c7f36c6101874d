#!/usr/bin/env bash
# The solution from clean: a fresh clone of HEAD in a new folder, restored first (packages from the local cache), then built by one dotnet command.
# build.sh [TIMES]; OUT may be set.
NO_BUILD=1
source "$(dirname "$0")/common.sh"
TIMES=${1:-1}
for ((i = 0; i < TIMES; i++)); do
    folder=$(mktemp -d)
    git clone --quiet --no-hardlinks . "$folder/clone"
    (cd "$folder/clone"
        a=$(date +%s.%N)
        dotnet restore FcnCompiler.sln --nologo --verbosity quiet -nodeReuse:false >&2
        b=$(date +%s.%N)
        dotnet build FcnCompiler.sln --configuration Release --no-restore --nologo --verbosity quiet -nodeReuse:false -p:UseSharedCompilation=false >&2
        c=$(date +%s.%N)
        echo "$a $b $c")
    rm -rf "$folder"
done | "$PYTHON" -c '
import datetime, os, re, statistics, subprocess, sys
runs = [[float(v) for v in line.split()] for line in sys.stdin]
restore, build = [b - a for a, b, c in runs], [c - b for a, b, c in runs]
with open("/proc/cpuinfo") as f:
    model = re.search(r"model name\s*:\s*(.*)", f.read()).group(1)
commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
print(f"""# The solution from clean

- machine: {model}, {os.cpu_count()} cores
- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, load average (1 min) at the end {os.getloadavg()[0]:.2f}
- commit {commit}, fresh clone, Release, no compiler server, {len(runs)} time(s)
- Reproduce: bench/build.sh

| | median s | all |
|---|---|---|""")
for words, values in (("restore, packages in the local cache", restore), ("build", build)):
    print(f"| {words} | {statistics.median(values):.1f} | " + ", ".join(f"{v:.1f}" for v in values) + " |")
' | tee "${OUT:-bench/results/build.md}"
