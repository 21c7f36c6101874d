#!/usr/bin/env python3
"""Both logs of the CamVid runs -> one self-contained picture: draw.py OURS.csv TORCH.csv OUT.svg"""
import csv, sys

W, LEFT, RIGHT = 860, 70, 840
PANELS = ("loss, mean over 20 steps", "smoothed_loss", 60, 290), ("mean IU on val", "mean_iu", 340, 540)
SERIES = ("ours", "#1f6fc4", ""), ("PyTorch 1.13", "#d1661c", ' stroke-dasharray="6 3"')


def column(path, name):
    with open(path, newline="") as f:
        return [(int(r["iteration"]), float(r[name])) for r in csv.DictReader(f) if r[name]]


def nice(top):
    """Step of the axis: 1, 2 or 5 times a power of ten, about five of them."""
    step = 10.0 ** -6
    while True:
        for factor in (1, 2, 5):
            if top / (step * factor) <= 6:
                return step * factor
        step *= 10


def draw(files):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} 590" width="{W}" height="590" font-family="system-ui, sans-serif" font-size="12" fill="#444">',
           f'<rect width="{W}" height="590" fill="#fff"/>',
           f'<text x="{LEFT}" y="26" font-size="17" fill="#111">FcnSmall on CamVid, 240x180, the same recipe</text>']
    for i, (name, colour, dash) in enumerate(SERIES):
        x = 560 + 130 * i
        out.append(f'<path d="M{x} 22h28" stroke="{colour}" stroke-width="2"{dash}/><text x="{x + 34}" y="26">{name}</text>')
    for title, key, top, bottom in PANELS:
        data = [column(f, key) for f in files]
        end, most = max(p[-1][0] for p in data), max(v for p in data for _, v in p) * 1.08
        x = lambda i: LEFT + (RIGHT - LEFT) * i / end
        y = lambda v: bottom - (bottom - top) * v / most
        step, value = nice(most), 0.0
        while value <= most:
            out.append(f'<path d="M{LEFT} {y(value):.1f}H{RIGHT}" stroke="#e4e4e4"/><text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
            value = round(value + step, 9)
        tick = nice(end)
        for n in range(int(end / tick) + 1):
            out.append(f'<text x="{x(n * tick):.1f}" y="{bottom + 17}" text-anchor="middle">{n * tick:g}</text>')
        out.append(f'<path d="M{LEFT} {top}V{bottom}H{RIGHT}" fill="none" stroke="#888"/><text x="{LEFT}" y="{top - 9}" fill="#111">{title}</text>')
        for (name, colour, dash), points in zip(SERIES, data):
            line = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in points)
            out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dash}/>')
            if key == "mean_iu":
                out += [f'<circle cx="{x(i):.1f}" cy="{y(v):.1f}" r="3" fill="{colour}"/>' for i, v in points]
    out.append(f'<text x="{(LEFT + RIGHT) // 2}" y="578" text-anchor="middle">steps</text>')
    return "\n".join(out + ["</svg>", ""])


with open(sys.argv[3], "w", newline="\n") as f:
    f.write(draw(sys.argv[1:3]))
