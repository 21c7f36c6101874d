"""PTX that ILGPU made of kernels -> a table of what ptxas says of them: FOLDER PTXAS OUT NETWORK...

FOLDER/NETWORK/KERNEL.ptx come from bench/Fcn.IlgpuPtx. A kernel multiplies on matrix units if its text has mma.sync.
"""
import concurrent.futures
import datetime
import pathlib
import re
import subprocess
import sys


def assemble(ptxas, level, path):
    run = subprocess.run([ptxas, f"-arch=sm_{level}", "-v", str(path), "-o", "/dev/null"], capture_output=True, text=True)
    text = run.stdout + run.stderr
    number = lambda pattern: int((re.search(pattern, text) or [0, 0])[1])
    return {
        "name": path.stem, "fails": run.returncode != 0, "registers": number(r"Used (\d+) registers"), "stack": number(r"(\d+) bytes stack frame"),
        "spills": number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads"), "text": path.stat().st_size,
        "matrix": "mma.sync" in path.read_text(),
    }


def main(folder, ptxas, out, *networks):
    folder = pathlib.Path(folder)
    version = re.search(r"V[\d.]+", subprocess.run([ptxas, "--version"], capture_output=True, text=True).stdout)[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    lines = [
        "# What ILGPU and the assembler make of the generated kernels", "",
        f"- ILGPU 1.5.3, optimisation level O2; ptxas {version}, {datetime.date.today()}, commit {commit}",
        "- reproduce: bench/ilgpu.sh " + " ".join(networks),
        "- No card was used: these are the assembler's figures, no times. A driver's assembler may give others.", "",
        "Local bytes of kernels on matrix units are the sums on their way from named registers to C#, once per tile (decision 0020); what is spilled is",
        "listed below.", "",
        "| network | level | kernels | methods of | PTX KB | do not assemble | most registers | most local bytes | spilling |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    failed, spilled = 0, {}
    for network in networks:
        paths = sorted((folder / network).glob("*.ptx"))
        for level in (80, 90):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                rows = list(pool.map(lambda p: assemble(ptxas, level, p), paths))
            spilled.update({f"{network} {r['name']}": max(r["spills"], spilled.get(f"{network} {r['name']}", 0)) for r in rows if r["spills"]})
            for kind, some in (("C# alone", [r for r in rows if not r["matrix"]]), ("matrix units", [r for r in rows if r["matrix"]])):
                fails = [r["name"] for r in some if r["fails"]]
                failed += len(fails)
                lines.append(
                    f"| {network} | sm_{level} | {len(some)} | {kind} | {sum(r['text'] for r in some) // 1024} | {len(fails)} "
                    f"| {max(r['registers'] for r in some)} | {max(r['stack'] for r in some)} | {sum(r['spills'] > 0 for r in some)} |")
                for name in fails:
                    print(f"{network} {name}: does not assemble for sm_{level}", file=sys.stderr)
    if spilled:
        lines += ["", "Spill stores and loads, bytes of a thread: " + "; ".join(f"{name} {bytes}" for name, bytes in sorted(spilled.items())) + "."]
    times = (folder / "times").read_text().strip().splitlines()
    lines += ["", "Time of ILGPU's compiler, once per process: " + "; ".join(times) + "."]
    pathlib.Path(out).write_text("\n".join(lines) + "\n")
    print(pathlib.Path(out).read_text())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
