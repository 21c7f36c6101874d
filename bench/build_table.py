"""The table of build.sh: build_table.py MEASURED

A line of MEASURED is a word for what was measured and JSON. Rows whose words are not there are left out; where a row has an aim, it stands
beside it."""
import collections
import datetime
import json
import os
import re
import statistics
import subprocess
import sys

measured = collections.defaultdict(list)
with open(sys.argv[1]) as lines:
    for line in lines:
        word, found = line.split(" ", 1)
        measured[word].append(json.loads(found))


def all_of(word, key):
    return [m[key] for m in measured[word]]


def row(what, values, aim, unit, beyond=0.0):
    """The median of values, less what lies beyond the row's concern; the values themselves behind it, where there are several."""
    number = f"{{:{unit[0]}}}{unit[1]}".format
    each = ", ".join(number(v) for v in values) if len(values) > 1 else ""
    print(f"| {what} | {number(statistics.median(values) - beyond)} | {number(aim) if aim is not None else ''} | {each} |")


SECONDS, MILLISECONDS, MILLIONS, MEGABYTES = (".1f", " s"), (".0f", " ms"), (".2f", " M"), (".2f", " MB")

with open("/proc/cpuinfo") as info:
    model = re.search(r"model name\s*:\s*(.*)", info.read()).group(1)
commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
print(f"""# What a build costs

- machine: {model}, {os.cpu_count()} cores
- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, load average (1 min) at the end {os.getloadavg()[0]:.2f}
- commit {commit}, Release
- Reproduce: bench/build.sh

| | median | at most | each time |
|---|---|---|---|""")

ALONE = {"six": ("a network of six convolutions", 0.8), "fcn8s": ("FCN-8s", 1.5)}
for name, (words, aim) in ALONE.items():
    for text in measured[f"text:{name}"]:
        what = f"generated text of {words}, CPU and CUDA, characters ({text['files']} files)"
        row(what, [text["characters"] / 1e6], aim, MILLIONS)
for name, words in {"Fcn32s": "FCN-32s", "Fcn16s": "FCN-16s", "Fcn8sAtOnce": "FCN-8s at once"}.items():
    for text in measured[f"text:{name}"]:
        alone = measured["text:fcn8s"][0]
        files = text["files"] - alone["files"]
        more = (text["characters"] - alone["characters"]) / 1e6
        row(f"{words} beside FCN-8s in one assembly adds ({files} files)", [more], 0.3, MILLIONS)

plain = all_of("edit:Plain", "seconds")
if plain:
    row("`dotnet build` after an edit of Program.cs, without a network", plain, None, SECONDS)
for name, (words, aim) in {"Six": ("six convolutions", 1.5), "Eight": ("FCN-8s", 2.5)}.items():
    if plain:
        row(f"the same with {words}", all_of(f"edit:{name}", "seconds"), None, SECONDS)
        row(f"{words}: beyond the project without", all_of(f"edit:{name}", "seconds"), aim, SECONDS, statistics.median(plain))
BINARIES = {
    "Six": ("the user's assembly with six convolutions", None), "Eight": ("the user's assembly with FCN-8s", None),
    "models": ("Fcn.Models.dll", 6)}
for name, (words, aim) in BINARIES.items():
    sizes = all_of(f"bytes:{name}", "bytes")
    if sizes:
        row(words, [sizes[-1] / 1e6], aim, MEGABYTES)

for key, words, aim in [
        ("cold_ms", "generator on FCN-8s: first run in a fresh process", 1000),
        ("cold_processor_ms", "the same, processor time of all threads", None),
        ("cold_by_roslyn_ms", "the same, by the record of Roslyn", None), ("warm_ms", "another project in the same process", None),
        ("warm_ilgpu_ms", "one that references ILGPU", None), ("changed_ms", "an attribute changed", 300),
        ("first_edit_ms", "first edit of another file", None), ("edit_ms", "edits of another file", 10)]:
    if measured["generator"]:
        row(words, all_of("generator", key), aim, MILLISECONDS)

if measured["clean"]:
    row("solution from clean: restore, packages in the local cache", all_of("clean", "restore"), None, SECONDS)
    row("build, no compiler server", all_of("clean", "build"), 60, SECONDS)
if measured["ci"]:
    row("`.ci/run`", all_of("ci", "seconds"), 480, (".0f", " s"))

if measured["generator"]:
    print("""
Generator: the time of `GeneratorDriver.RunGenerators`. The first run pays for the JIT of the generator and, since Roslyn is not
precompiled in the measuring program as it is in the SDK, of Roslyn's binder. Why the generator is not precompiled: decision 0026.""")
