"""What NVIDIA's assembler makes of our PTX: ptx_table.py FOLDER PTXAS OUT.md

FOLDER holds modules.json and the modules, as Fcn.GpuCheck --part ptx writes them. Registers, spills and static shared memory are ptxas's own words;
the inner loop is the one with the most matrix instructions (without matrix units: multiply-adds) in nvdisasm's listing; blocks per multiprocessor are
computed from the limits of the level. Exit 1 where a contraction spills or a kernel does not assemble. A driver's assembler may decide otherwise.
Kernels are assembled one by one, as the runtime does; what was found is kept in bench/.cache/ptx by text, level and assembler."""
import collections
import concurrent.futures
import datetime
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile

# Per multiprocessor: registers, bytes of shared memory, of them what a block may have, threads, blocks. CUDA C++ programming guide, table of
# compute capabilities; the system keeps 1 KB of every block's shared memory from sm_80 on.
LIMITS = {75: (65536, 65536, 65536, 1024, 16, 0), 80: (65536, 167936, 166912, 2048, 32, 1024), 90: (65536, 233472, 232448, 2048, 32, 1024)}


def blocks_per_processor(level, threads, registers, shared):
    all_registers, all_shared, most_shared, all_threads, most_blocks, kept = LIMITS[level]
    if shared > most_shared:
        return 0
    warps = math.ceil(threads / 32)
    # Registers are given to warps in units of 256, and each quarter of a multiprocessor has its own.
    by_registers = all_registers // (math.ceil(max(registers, 1) * 32 / 256) * 256) // 4 * 4 // warps
    by_shared = all_shared // max(1, math.ceil((shared + kept) / 128) * 128) if shared + kept else most_blocks
    return min(by_registers, by_shared, all_threads // (warps * 32), most_blocks)


def inner_loop(lines):
    """Instructions of the loop with the most products: a backward branch and what lies before it, up to its label."""
    labels, code, best = {}, [], None
    for line in lines:
        line = line.strip()
        label = re.match(r"(\.L\S+):", line)
        if label:
            labels[label.group(1)] = len(code)
            continue
        instruction = re.search(r"/\*[0-9a-f]+\*/\s+(.*?);", line)
        if instruction:
            code.append(instruction.group(1).strip())
    for at, text in enumerate(code):
        to = re.search(r"BRA(?:\.\S+)*\s+.*`\((\.L\S+?)\)", text)
        if to and labels.get(to.group(1), at + 1) <= at:
            body = code[labels[to.group(1)]:at + 1]
            names = collections.Counter(re.sub(r"^@!?U?P\w+ ", "", i).split()[0].split(".")[0] for i in body)
            products = names["HMMA"] or names["FFMA"]
            if best is None or products > best["products"]:
                best = dict(slots=len(body), products=products, unit="HMMA" if names["HMMA"] else "FFMA", mix=names.most_common(7))
    return best


def assemble(ptxas, text, level):
    """Text of a module with one kernel → registers, bytes, seconds, and its inner loop; or what the assembler says against it."""
    with tempfile.TemporaryDirectory() as folder:
        source, cubin = os.path.join(folder, "kernel.ptx"), os.path.join(folder, "kernel.cubin")
        with open(source, "w") as file:
            file.write(text)
        run = subprocess.run([ptxas, "-v", f"-arch=sm_{level}", source, "-o", cubin], capture_output=True, text=True)
        if run.returncode < 0:
            raise SystemExit(f"ptxas was ended by signal {-run.returncode}.")
        if run.returncode:
            return dict(error=run.stderr[:2000])
        spill = re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", run.stderr)
        used = re.search(r"Used (\d+) registers", run.stderr)
        static = re.search(r"(\d+) bytes smem", run.stderr)
        listing = subprocess.run([os.path.join(os.path.dirname(ptxas), "nvdisasm"), "-c", cubin], capture_output=True, text=True, check=True).stdout
    return dict(local=int(spill.group(1)), spills=int(spill.group(2)) + int(spill.group(3)), registers=int(used.group(1)),
                static=int(static.group(1)) if static else 0, loop=inner_loop(listing.split("\n")))


def known(cache, ptxas, version, text, level):
    key = hashlib.sha256(f"{version}\n{level}\n{text}".encode()).hexdigest()
    path = os.path.join(cache, key + ".json")
    if os.path.exists(path):
        with open(path) as file:
            return json.load(file)
    found = assemble(ptxas, text, level)
    with open(path + ".partial", "w") as file:
        json.dump(found, file)
    os.replace(path + ".partial", path)
    return found


def kernels_of(folder, module):
    """Header, and the text of every kernel by name, without the line above it that says what it is."""
    with open(os.path.join(folder, module["file"])) as file:
        text = file.read()
    starts = [m.start() for m in re.finditer(r"^\.visible \.entry ", text, re.MULTILINE)]
    header = re.sub(r"(?:^//[^\n]*\n)+\Z", "", text[:starts[0]], flags=re.MULTILINE)
    texts = [re.sub(r"(?:^//[^\n]*\n)+\Z", "", text[a:b], flags=re.MULTILINE) for a, b in zip(starts, starts[1:] + [len(text)])]
    return header, {re.match(r"\.visible \.entry (\w+)", each).group(1): each for each in texts}


def is_contraction(kernel):
    """Tiles of sums in registers, factors in shared memory; labels and losses multiply in their loops, too."""
    loop = kernel["loop"]
    return loop is not None and (loop["unit"] == "HMMA" or loop["products"] >= 16 and kernel["shared"] >= 8192) and loop["products"] > 0


def summary(modules):
    yield "| network | precision | level | kernels | PTX KB | contractions | most registers | local bytes | spills |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for m in modules:
        of = [k for k in m["kernels"] if is_contraction(k)]
        yield (f"| {m['network']} | {m['precision']} | sm_{m['target']} | {len(m['kernels'])} | {m['bytes'] / 1024:.0f} | {len(of)} | "
               f"{max((k['registers'] for k in of), default=0)} | {max(k['local'] for k in m['kernels'])} | {sum(k['spills'] for k in m['kernels'])} |")


def contractions(module):
    yield "| kernel | threads | registers | shared KB | blocks | threads / most | spills | products per step | slots per step | slots per product | what else |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for k in module["kernels"]:
        if not is_contraction(k):
            continue
        loop = k["loop"]
        share = k["blocks"] * k["threads"] / LIMITS[module["target"]][3]
        others = ", ".join(f"{n} {c}" for n, c in loop["mix"] if n != loop["unit"])
        yield (f"| {k['name']} | {k['threads']} | {k['registers']} | {k['shared'] / 1024:.0f} | {k['blocks']} | {share:.0%} | {k['spills']} | "
               f"{loop['products']} {loop['unit']} | {loop['slots']} | {loop['slots'] / loop['products']:.2f} | {others} |")


def main():
    folder, ptxas, out = sys.argv[1:4]
    cache = os.path.join(os.path.dirname(os.path.abspath(__file__)), ".cache", "ptx")
    os.makedirs(cache, exist_ok=True)
    version = re.search(r"release ([\d.]+), (\S+)", subprocess.run([ptxas, "--version"], capture_output=True, text=True).stdout)
    with open(os.path.join(folder, "modules.json")) as file:
        modules = json.load(file)
    jobs = {}
    for module in modules:
        header, texts = kernels_of(folder, module)
        module["bytes"] = sum(map(len, texts.values()))
        for kernel in module["kernels"]:
            # Kernels that two networks share are the same text.
            jobs.setdefault((header + texts[kernel["name"]], module["target"]), []).append(kernel)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda job: known(cache, ptxas, version.group(2), *job), jobs)
        for job, facts in zip(jobs, found):
            for kernel in jobs[job]:
                kernel.update(facts)
    broken = [(m, k) for m in modules for k in m["kernels"] if "error" in k]
    for m, k in broken:
        print(f"{m['file']} {k['name']} does not assemble:\n{k['error']}", file=sys.stderr)
    for m in modules:
        m["kernels"] = [k for k in m["kernels"] if "error" not in k]
        for k in m["kernels"]:
            k["shared"] = k["shared_bytes"] + k["static"]
            k["blocks"] = blocks_per_processor(m["target"], k["threads"], k["registers"], k["shared"])
    spilled = [(m["file"], k["name"], k["spills"], k["local"])
               for m in modules for k in m["kernels"] if is_contraction(k) and (k["spills"] or k["local"])]
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude", "*"], capture_output=True, text=True).stdout.strip()
    lines = [
        "# What the assembler makes of our PTX", "",
        f"- ptxas {version.group(2) if version else '?'}, {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, commit {commit}",
        "- reproduce: bench/ptx.sh",
        "- No card was used: these are the assembler's figures and limits of the level, no times. A driver's assembler may give others.",
        f"- {len(jobs)} different kernels; do not assemble: {len(broken)}; contractions with spills or local memory: {len(spilled)}", "",
        "A contraction has its sums in registers and its factors in shared memory. Local bytes are the most of any kernel.", "", *summary(modules), "",
        "## Contractions on sm_90", "",
        "Blocks: how many a multiprocessor of sm_90 (65,536 registers, 227 KB shared, 2,048 threads) holds at once. A step is one turn of the inner loop; slots",
        "are its instructions, each of which one of the four schedulers issues. A kernel that two networks share stands under the first.",
    ]
    seen = set()
    for m in (m for m in modules if m["target"] == 90):
        fresh = []
        for k in m["kernels"]:
            key = (m["precision"], k["name"], k["threads"], k["registers"], k["shared"], k["loop"] and k["loop"]["slots"])
            if key not in seen:
                fresh.append(k)
            seen.add(key)
        if any(is_contraction(k) for k in fresh):
            lines += ["", f"### {m['network']}, {m['precision']}", "", *contractions(dict(m, kernels=fresh))]
    with open(out + ".partial", "w") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(out + ".partial", out)
    for each in spilled:
        print("spills or local memory: %s %s: %d bytes spilled, %d local" % each, file=sys.stderr)
    return 1 if broken or spilled else 0


if __name__ == "__main__":
    sys.exit(main())
