"""The peer on a GPU: FCN-8s and FCN-32s in PyTorch, one JSON object per line, on the output and appended to --out.

python3 torch_gpu.py --out torch.jsonl            everything; --budget SECONDS ends it early, a second call with the same --out goes on
python3 torch_gpu.py --tiny                       narrow networks, small images, on the CPU, in seconds: does this script work?
python3 torch_gpu.py --start fcn8s --since T      from T (seconds since 1970) to the first label map of a new process, eager mode

Inference is image to label map (argmax to bytes); a training step is summed cross-entropy without label 255, backward, SGD with momentum 0.99.
Modes: eager and graph (the same in one CUDA graph), channels last; compile: torch.compile(mode="max-autotune"), which makes its own CUDA graphs.
Precisions: fp32 (TF32 off), tf32, bf16 (inference: bfloat16 weights; training: autocast over fp32 weights).
Times are CUDA events around one pass with the batch on the device, several batches in turn: median, 10th and 90th percentile."""
import argparse
import json
import os
import sys
import time

T_IMPORT = time.time()
import torch
import torch.nn as nn
import torch.nn.functional as F

TRUNK = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
# Per network: upsampling kernels, and where the reference crops what each of them gives.
NETWORKS = {"fcn32s": ([64], [19]), "fcn8s": ([4, 4, 16], [5, 9, 31])}
CLASSES = 21
WIDEST = 4096
BATCHES_IN_TURN = 4


def bilinear(kernel):
    factor = (kernel + 1) // 2
    centre = factor - 1 if kernel % 2 else factor - 0.5
    line = 1 - (torch.arange(kernel, dtype=torch.float32) - centre).abs() / factor
    return line[:, None] * line[None, :]


class Fcn(nn.Module):
    """The published network: pad 100 in front, ceil pooling, frozen bilinear upsampling. dense: group-1 deconvolutions, as the reference's."""

    dense = False

    def __init__(self, name, narrow=1):
        super().__init__()
        kernels, self.crops = NETWORKS[name]
        blocks, inputs = [], 3
        for at, (channels, count) in enumerate(TRUNK):
            block = []
            for i in range(count):
                block.append(nn.Conv2d(inputs, channels // narrow, 3, padding=100 if at == i == 0 else 1))
                inputs = channels // narrow
            blocks.append(nn.ModuleList(block))
        self.blocks = nn.ModuleList(blocks)
        self.fc6 = nn.Conv2d(inputs, WIDEST // narrow, 7)
        self.fc7 = nn.Conv2d(WIDEST // narrow, WIDEST // narrow, 1)
        self.score = nn.Conv2d(WIDEST // narrow, CLASSES, 1)
        self.skips = nn.ModuleList(nn.Conv2d(TRUNK[level][0] // narrow, CLASSES, 1) for level in ([3, 2] if len(kernels) == 3 else []))
        for i, kernel in enumerate(kernels):
            weight = bilinear(kernel)
            weight = torch.einsum("ij,ab->ijab", torch.eye(CLASSES), weight) if self.dense else weight[None, None].repeat(CLASSES, 1, 1, 1)
            self.register_buffer(f"upsample{i}", weight)

    def upsample(self, i, x):
        weight = getattr(self, f"upsample{i}")
        groups = 1 if self.dense else CLASSES
        if x.device.type == "cpu":  # half-width deconvolutions are missing there
            return F.conv_transpose2d(x.float(), weight.float(), stride=weight.shape[-1] // 2, groups=groups).to(x.dtype)
        return F.conv_transpose2d(x, weight.to(x.dtype), stride=weight.shape[-1] // 2, groups=groups)

    def forward(self, x):
        height, width = x.shape[2:]
        levels = []
        for block in self.blocks:
            for convolution in block:
                x = F.relu(convolution(x), inplace=True)
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
            levels.append(x)
        x = F.dropout(F.relu(self.fc6(x), inplace=True), 0.5, self.training)
        x = F.dropout(F.relu(self.fc7(x), inplace=True), 0.5, self.training)
        x = self.score(x)
        for i, (skip, level) in enumerate(zip(self.skips, (levels[3], levels[2]))):
            x, at = self.upsample(i, x), self.crops[i]
            x = x + skip(level)[:, :, at:at + x.shape[2], at:at + x.shape[3]]
        x, at = self.upsample(len(self.skips), x), self.crops[-1]
        return x[:, :, at:at + height, at:at + width]

    def initialize(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
        return self


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def measure(run, device, seconds, most, warm=5):
    """run(i) once → its times in ms; as many as fit into the seconds, at least 5."""
    for i in range(warm):
        run(i)
    times, until = [], None
    if device == "cuda":
        torch.cuda.synchronize()
    until = time.time() + seconds
    while len(times) < most and (len(times) < 5 or time.time() < until):
        if device == "cuda":
            before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            before.record()
            run(len(times))
            after.record()
            after.synchronize()
            times.append(before.elapsed_time(after))
        else:
            before = time.perf_counter()
            run(len(times))
            times.append((time.perf_counter() - before) * 1e3)
    return {"median_ms": percentile(times, .5), "p10_ms": percentile(times, .1), "p90_ms": percentile(times, .9), "runs": len(times)}


def set_precision(precision):
    allowed = precision != "fp32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
    torch.backends.cudnn.benchmark = True
    if hasattr(torch, "set_float32_matmul_precision"):
        torch.set_float32_matmul_precision("high" if allowed else "highest")


def recorded(device, copy, step):
    """Copies a batch into static memory, then replays step, which was captured as one CUDA graph."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    def run(i):
        copy(i)
        graph.replay()
    return run


def case(o, device, network, kind, mode, precision, batch):
    torch.manual_seed(0)
    set_precision(precision)
    narrow, size = (16, 64) if o.tiny else (1, o.size)
    model = Fcn(network, narrow).initialize().to(device).to(memory_format=torch.channels_last)
    training = kind == "training"
    dtype = torch.bfloat16 if precision == "bf16" and not training else torch.float32
    turns = 2 if o.tiny else BATCHES_IN_TURN
    images = [torch.randn(batch, 3, size, size, device=device).to(dtype).to(memory_format=torch.channels_last) for _ in range(turns)]
    labels = [torch.randint(0, CLASSES, (batch, size, size), device=device) for _ in range(turns)] if training else []
    for each in labels:
        each[:, :4] = 255
    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    compiled = (lambda f: torch.compile(f, mode="max-autotune")) if mode == "compile" else (lambda f: f)

    if training:
        model.train()
        learned = list(model.parameters())
        settings = dict(lr=1e-10, momentum=0.99, weight_decay=5e-4)
        try:
            solver = torch.optim.SGD(learned, fused=device == "cuda", **settings)
            update = "fused"
        except TypeError:  # before 2.3
            solver = torch.optim.SGD(learned, foreach=device == "cuda", **settings)
            update = "foreach"

        def loss_of(x, y):
            with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16", cache_enabled=mode != "graph"):
                scores = model(x)
            return F.cross_entropy(scores.float(), y, ignore_index=255, reduction="sum")
        loss_of = compiled(loss_of)

        def step(x, y):
            solver.zero_grad(set_to_none=True)
            loss_of(x, y).backward()
            solver.step()
        if mode == "graph":
            x, y = images[0].clone(memory_format=torch.channels_last), labels[0].clone()
            run = recorded(device, lambda i: (x.copy_(images[i % turns]), y.copy_(labels[i % turns])), lambda: step(x, y))
        else:
            run = lambda i: step(images[i % turns], labels[i % turns])
        times = measure(run, device, o.seconds, o.iterations)
    else:
        model.eval().to(dtype)
        update = None
        with torch.no_grad():
            label = compiled(lambda x: model(x).argmax(1).to(torch.uint8))
            if mode == "graph":
                x = images[0].clone(memory_format=torch.channels_last)
                run = recorded(device, lambda i: x.copy_(images[i % turns]), lambda: label(x))
            else:
                run = lambda i: label(images[i % turns])
            times = measure(run, device, o.seconds, o.iterations)
    record = dict(times, update=update, upsample="dense" if Fcn.dense else "depthwise", size=size, tiny=o.tiny)
    if device == "cuda":
        # One batch is part of what a pass needs; the others are here for the sake of the measurement.
        spare = sum(t.numel() * t.element_size() for t in images[1:] + labels[1:])
        record["peak_mb"] = (torch.cuda.max_memory_allocated() - spare) / 1e6
        record["peak_reserved_mb"] = torch.cuda.max_memory_reserved() / 1e6
    return record


def choose_upsampling(o, device, emit):
    """Depthwise and dense deconvolutions compute the same; whichever this library does faster is the peer's."""
    if device != "cuda":
        return
    found = {}
    for Fcn.dense in (False, True):
        network = Fcn("fcn8s", 64).initialize().to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval()
        x = torch.randn(1, CLASSES, 70, 70, device=device, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
        with torch.no_grad():
            found["dense" if Fcn.dense else "depthwise"] = measure(lambda i: network.upsample(2, x), device, 0.3, 50)["median_ms"]
    Fcn.dense = found["dense"] < found["depthwise"]
    emit({"what": "upsampling", "bf16_ms": found, "chosen": "dense" if Fcn.dense else "depthwise"})


def machine(device):
    facts = {"what": "machine", "torch": torch.__version__, "device": device}
    if device != "cuda":
        return facts
    card = torch.cuda.get_device_properties(0)
    facts.update(name=card.name, processors=card.multi_processor_count, cuda=torch.version.cuda, cudnn=torch.backends.cudnn.version())
    a = torch.empty(1 << 31, dtype=torch.uint8, device=device)
    b = torch.empty_like(a)
    facts["copy_tb_per_s"] = 2 * a.numel() / measure(lambda i: b.copy_(a), device, 0.5, 20)["median_ms"] / 1e9
    del a, b
    for precision, dtype in (("bf16", torch.bfloat16), ("tf32", torch.float32), ("fp32", torch.float32)):
        set_precision(precision)
        x, y = (torch.randn(8192, 8192, device=device, dtype=dtype) for _ in range(2))
        facts[f"matmul_{precision}_tflops"] = 2 * 8192 ** 3 / measure(lambda i: x @ y, device, 0.5, 20)["median_ms"] / 1e9
    return facts


def start(o, device):
    """Parameters are left as allocated: reading them from a file costs every program the same."""
    loaded = time.time()
    set_precision(o.precisions.split(",")[0])
    bf16 = o.precisions.split(",")[0] == "bf16"
    size = 64 if o.tiny else o.size
    nn.Conv2d.reset_parameters = lambda self: None
    torch.backends.cudnn.benchmark = False  # one pass does not pay for trying algorithms
    model = Fcn(o.start, 16 if o.tiny else 1).to(device).to(torch.bfloat16 if bf16 else torch.float32).to(memory_format=torch.channels_last).eval()
    image = torch.zeros(1, 3, size, size, dtype=torch.bfloat16 if bf16 else torch.float32).to(device).to(memory_format=torch.channels_last)
    with torch.no_grad():
        model(image).argmax(1).to(torch.uint8).cpu()
    now = time.time()
    return {"what": "start", "network": o.start, "precision": o.precisions.split(",")[0], "first_result_ms": (now - o.since) * 1e3,
            "of_it_import_ms": (loaded - T_IMPORT) * 1e3}


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--tiny", action="store_true")
    p.add_argument("--size", type=int, default=500)
    p.add_argument("--networks", default="fcn8s,fcn32s")
    p.add_argument("--kinds", default="inference,training")
    p.add_argument("--batches", default="1,8")
    p.add_argument("--precisions", default="bf16,tf32,fp32")
    p.add_argument("--modes", default="graph,eager,compile", help="in this order: what compile takes minutes for comes last")
    p.add_argument("--iterations", type=int, default=100, help="at most so many timed passes")
    p.add_argument("--seconds", type=float, default=1.5, help="about so long per case")
    p.add_argument("--budget", type=float, default=540, help="seconds; cases left then are named and not run")
    p.add_argument("--out", default="", help="appended to; cases that it holds already are not run again")
    p.add_argument("--start", choices=sorted(NETWORKS))
    p.add_argument("--since", type=float, default=T_IMPORT)
    return p.parse_args()


def cases(o):
    for mode in o.modes.split(","):
        for network in o.networks.split(","):
            for kind in o.kinds.split(","):
                for precision in o.precisions.split(","):
                    for batch in map(int, o.batches.split(",")):
                        yield dict(network=network, kind=kind, mode=mode, precision=precision, batch=batch)


def why_not(mode, device):
    if mode == "compile" and not hasattr(torch, "compile"):
        return f"torch.compile is not in PyTorch {torch.__version__}"
    return "CUDA graphs need a GPU" if mode == "graph" and device == "cpu" else None


def main():
    began = time.time()
    o = options()
    if o.tiny:
        o.iterations, o.seconds = 5, 0.1
    device = "cuda" if torch.cuda.is_available() and not o.tiny else "cpu"
    if device == "cpu" and not o.tiny:
        print("PyTorch sees no GPU here (torch.cuda.is_available() is False); --tiny runs on the CPU.", file=sys.stderr)
        return 2
    known = [json.loads(line) for line in open(o.out)] if o.out and os.path.exists(o.out) else []

    def emit(record):
        line = json.dumps(record)
        print(line, flush=True)
        if o.out:
            with open(o.out, "a") as file:
                file.write(line + "\n")

    if o.start:
        emit(start(o, device))
        return 0
    if not any(r.get("what") == "machine" for r in known):
        emit(machine(device))
    choose_upsampling(o, device, emit)
    done = [r for r in known if "median_ms" in r]
    missing = {}
    for each in cases(o):
        if any(all(r.get(k) == v for k, v in each.items()) and r.get("tiny") == o.tiny for r in done):
            continue
        reason = why_not(each["mode"], device) or (f"the budget of {o.budget:g} s is used up" if time.time() - began > o.budget else None)
        if reason:
            missing.setdefault(reason, []).append("{network} {kind} {mode} {precision} x{batch}".format(**each))
            continue
        try:
            emit(dict(each, **case(o, device, **each)))
        except Exception as fault:  # out of memory, an operator that is missing: the other cases go on
            emit(dict(each, error=f"{type(fault).__name__}: {str(fault)[:300]}"))
        if hasattr(torch, "_dynamo"):
            torch._dynamo.reset()
        if device == "cuda":
            torch.cuda.empty_cache()
    for reason, which in missing.items():
        print(f"Not run, {len(which)} cases: {reason}: {', '.join(which)}", file=sys.stderr)
    print(f"{time.time() - began:.0f} s.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
