#!/usr/bin/env python3
"""Programs that take turns: side_by_side.py --title T --out FILE.md [--rounds N] [--iterations N] NAME='command' NAME='command' ...

Every command loads its network, does one pass to warm up, then answers each line of its input (a number of passes) with a line of times, and sleeps
while the others run. So a load on the machine falls on all of them alike, and the ratio within a round means something even where the times do not.
The ratio of the table is the median over rounds of (median of the round / median of the last command in the same round).
"""
import argparse, datetime, json, os, platform, re, shlex, statistics, subprocess, sys

parser = argparse.ArgumentParser()
parser.add_argument("--title", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--iterations", type=int, default=3)
parser.add_argument("--note", action="append", default=[])
parser.add_argument("entrants", nargs="+")
options = parser.parse_args()


def machine():
    with open("/proc/cpuinfo") as f:
        text = f.read()
    model = re.search(r"model name\s*:\s*(.*)", text).group(1)
    vectors = next((v for v in ("avx512f", "avx2") if v in text), "no AVX2")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return f"{model}, {os.cpu_count()} cores, {vectors}, {memory} GB, {platform.system()} {platform.release()}"


def busy():
    """Jiffies of all cores that were not idle, and all of them."""
    with open("/proc/stat") as f:
        fields = [int(v) for v in f.readline().split()[1:]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def own(process):
    """Jiffies of a process and its threads."""
    with open(f"/proc/{process.pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def answer(name, process):
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{name} ended early with code {process.wait()}; its last words are above.")
    return json.loads(line)


names, processes, about = [], {}, {}
start = datetime.datetime.now(datetime.timezone.utc)
load_before = os.getloadavg()
for entrant in options.entrants:
    name, command = entrant.split("=", 1)
    names.append(name)
    # A session of its own would hide its processor time; without a shell the process is the program itself.
    processes[name] = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    about[name] = answer(name, processes[name])
    about[name]["command"] = command
    print(name, about[name], file=sys.stderr, flush=True)

rounds, foreign = [], []
for number in range(options.rounds):
    # Each round another one begins.
    order = names[number % len(names):] + names[:number % len(names)]
    medians = {}
    for name in order:
        (used, all_), mine = busy(), own(processes[name])
        processes[name].stdin.write(f"{options.iterations}\n")
        processes[name].stdin.flush()
        medians[name] = statistics.median(answer(name, processes[name])["ms"])
        (used2, all2), mine2 = busy(), own(processes[name])
        foreign.append(max(0.0, (used2 - used - (mine2 - mine)) / max(1, all2 - all_)))
    rounds.append(medians)
    print({n: round(m, 1) for n, m in medians.items()}, f"others {foreign[-1]:.0%}", file=sys.stderr, flush=True)
for name in names:
    processes[name].stdin.close()
    about[name]["peak_mb"] = answer(name, processes[name])["peak_mb"]
    processes[name].wait()

peer = names[-1]
lines = [f"# {options.title}", "", f"- machine: {machine()}", f"- date: {start:%Y-%m-%d %H:%M} UTC",
         f"- load average (1 min) before {load_before[0]:.2f}, after {os.getloadavg()[0]:.2f}; "
         f"other processes used {statistics.median(foreign):.0%} of the processors (median over rounds; at most {max(foreign):.0%})",
         f"- {options.rounds} rounds of {options.iterations} passes each, the programs taking turns; one pass before that to warm up"]
lines += [f"- {note}" for note in options.note]
lines += ["", f"| program | median ms | best round ms | ratio to {peer} (median of rounds) | ratio, lowest to highest | first pass ms | peak MB |",
          "|---|---|---|---|---|---|---|"]
for name in names:
    times = [r[name] for r in rounds]
    ratios = [r[name] / r[peer] for r in rounds]
    lines.append(f"| {name} | {statistics.median(times):.1f} | {min(times):.1f} | {statistics.median(ratios):.3f} | "
                 f"{min(ratios):.3f} to {max(ratios):.3f} | {about[name]['first_ms']:.0f} | {about[name]['peak_mb']} |")
lines += ["", "Rounds (ms, median of each):", "", "| round | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
lines += [f"| {i} | " + " | ".join(f"{r[n]:.1f}" for n in names) + " |" for i, r in enumerate(rounds, 1)]
lines += ["", "What ran:", ""] + [f"- {n}: {about[n]['name']} on {about[n]['device']}" for n in names] + [""]
text = "\n".join(lines)
with open(options.out + ".tmp", "w") as f:
    f.write(text)
os.replace(options.out + ".tmp", options.out)
print(text)
