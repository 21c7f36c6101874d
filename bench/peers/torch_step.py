#!/usr/bin/env python3
"""PyTorch: torch_step.py step|forward SIZE [--threads N] [--channels-last] — FCN-8s, batch 1, the same conversation as `Fcn.Bench ... --serve`.

step: forward, summed cross-entropy with 255 ignored, backward, SGD with momentum 0.99 and decay 5e-4. The bilinear deconvolutions are constant and
depthwise, as ours; dropout drops single values, as Caffe's.
"""
import argparse, json, os, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("verb", choices=["step", "forward"])
parser.add_argument("size", type=int)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--channels-last", action="store_true")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

CLASSES = 21


class Fcn8s(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks, channels = nn.ModuleList(), 3
        for block, (outputs, convs) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
            layers = []
            for i in range(convs):
                layers += [nn.Conv2d(channels, outputs, 3, padding=100 if block == i == 0 else 1), nn.ReLU(inplace=True)]
                channels = outputs
            self.blocks.append(nn.Sequential(*layers, nn.MaxPool2d(2, 2, ceil_mode=True)))
        self.head = nn.Sequential(
            nn.Conv2d(512, 4096, 7), nn.ReLU(inplace=True), nn.Dropout(0.5),
            nn.Conv2d(4096, 4096, 1), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Conv2d(4096, CLASSES, 1))
        self.score_pool4, self.score_pool3 = nn.Conv2d(512, CLASSES, 1), nn.Conv2d(256, CLASSES, 1)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.zeros_(m.bias)
        for factor in (2, 8):
            k = 2 * factor
            side = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
            kernel = torch.from_numpy(np.outer(side, side).astype(np.float32)).expand(CLASSES, 1, k, k).contiguous()
            self.register_buffer(f"bilinear{factor}", kernel)

    def up(self, x, factor):
        return F.conv_transpose2d(x, getattr(self, f"bilinear{factor}"), stride=factor, groups=CLASSES)

    def forward(self, image):
        x, pools = image, []
        for block in self.blocks:
            x = block(x)
            pools.append(x)
        x = self.up(self.head(x), 2)
        h, w = x.shape[2:]
        x = self.up(x + self.score_pool4(pools[3])[:, :, 5:5 + h, 5:5 + w], 2)
        h, w = x.shape[2:]
        x = self.up(x + self.score_pool3(pools[2])[:, :, 9:9 + h, 9:9 + w], 8)
        h, w = image.shape[2:]
        return x[:, :, 31:31 + h, 31:31 + w]


def say(**values):
    print(json.dumps(values), flush=True)


def peak():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) >> 10 for line in f if line.startswith("VmHWM:"))


torch.set_num_threads(options.threads)
torch.manual_seed(1)
n = options.size
network = Fcn8s()
x = torch.rand(1, 3, n, n) - 0.5
y = torch.randint(0, CLASSES, (1, n, n))
y[torch.rand(1, n, n) < 0.05] = 255
if options.channels_last:
    network, x = network.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
solver = torch.optim.SGD(network.parameters(), lr=1e-12, momentum=0.99, weight_decay=5e-4)


def step():
    solver.zero_grad(set_to_none=False)
    loss = F.cross_entropy(network(x), y, ignore_index=255, reduction="sum")
    loss.backward()
    solver.step()
    assert torch.isfinite(loss)


def forward():
    with torch.no_grad():
        network(x)


def timed(once):
    start = time.perf_counter()
    once()
    return round((time.perf_counter() - start) * 1000, 3)


once = step if options.verb == "step" else forward
network.train(options.verb == "step")
layout = "channels last" if options.channels_last else "channels first"
say(name=f"{options.verb} FCN-8s {n}x{n}, {layout}", device=f"torch {torch.__version__}, {options.threads} threads", first_ms=timed(once))
for line in sys.stdin:
    say(ms=[timed(once) for _ in range(int(line))])
say(peak_mb=peak())
