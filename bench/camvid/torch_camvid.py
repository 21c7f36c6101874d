#!/usr/bin/env python3
"""The same training as `Fcn.Bench camvid DATA OUT`, in PyTorch: torch_camvid.py DATA OUT.

In: the data, and what our run left in OUT (first weights, recipe, order of the examples). Out: OUT/torch.csv, one line of JSON.
The network is written out by hand from the layer table of FcnSmall; the update is Caffe's, v = m v + r (g + d w), w -= v, because torch.optim.SGD
keeps the rate out of the momentum, which is another method as soon as the rate falls.
"""
import csv, json, os, struct, sys, time

THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))
os.environ["OMP_NUM_THREADS"] = str(THREADS)
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

CLASSES, IGNORE = 11, 255
CONVS = [["conv1_1", "conv1_2"], ["conv2_1", "conv2_2"], ["conv3_1", "conv3_2"], ["conv4_1", "conv4_2"], ["conv5_1", "conv5_2"]]


def load_safetensors(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, t in header.items():
        assert t["dtype"] == "F32", name
        begin, end = t["data_offsets"]
        tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], "<f4").reshape(t["shape"]).copy())
    return tensors


def bilinear(factor):
    k = 2 * factor
    side = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return torch.from_numpy(np.outer(side, side).astype(np.float32)).expand(CLASSES, 1, k, k).contiguous()


BILINEAR = {f: bilinear(f) for f in (2, 4)}


def upsample(x, factor):
    return F.conv_transpose2d(x, BILINEAR[factor], stride=factor, groups=CLASSES)


def crop(x, offset, like):
    h, w = like.shape[2:]
    return x[:, :, offset:offset + h, offset:offset + w]


def forward(p, image):
    """FcnSmall: crops 1, 1 and 2 as in its generated table."""
    x, pools = image, {}
    for i, block in enumerate(CONVS, 1):
        for name in block:
            x = F.relu(F.conv2d(x, p[name + ".weight"], p[name + ".bias"], padding=1))
        if i < len(CONVS):
            x = pools[i] = F.max_pool2d(x, 2, 2, ceil_mode=True)
    x = F.conv2d(x, p["score_fr.weight"], p["score_fr.bias"])
    for tap in (3, 2):
        score = F.conv2d(pools[tap], p[f"score_pool{tap}.weight"], p[f"score_pool{tap}.bias"])
        x = crop(upsample(x, 2), 1, score) + score
    return crop(upsample(x, 4), 2, image)


def resize(pixels, width, height):
    """Bilinear between pixel centres, no prefilter, rounded to 8 bits: as Fcn.Data.Axis."""
    if pixels.shape[:2] == (height, width):
        return pixels
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None].float()
    x = F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False)
    return (x[0].permute(1, 2, 0) + 0.5).floor().byte().numpy()


def nearest(labels, width, height):
    rows = (2 * np.arange(height) + 1) * labels.shape[0] // (2 * height)
    columns = (2 * np.arange(width) + 1) * labels.shape[1] // (2 * width)
    return labels[rows][:, columns]


class Data:
    """A split in memory: images as the network reads them, labels."""

    def __init__(self, root, split, width, height):
        with open(os.path.join(root, "ImageSets/Segmentation", split + ".txt")) as f:
            self.ids = f.read().split()
        self.photos, self.labels = {}, {}
        for i in self.ids:
            photo = np.array(Image.open(os.path.join(root, "JPEGImages", i + ".jpg")).convert("RGB"))
            self.photos[i] = resize(photo, width, height)
            self.labels[i] = nearest(np.asarray(Image.open(os.path.join(root, "SegmentationClass", i + ".png"))), width, height)

    def batch(self, ids):
        x = np.stack([self.photos[i] for i in ids]).astype(np.float32)
        x = (x - np.float32([104, 107, 109])) * np.float32(1 / 58)
        y = np.stack([self.labels[i] for i in ids]).astype(np.int64)
        return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(y)


def validate(p, val, each=None):
    matrix = np.zeros((CLASSES, CLASSES), np.int64)
    with torch.no_grad():
        for n, i in enumerate(val.ids):
            x, y = val.batch([i])
            prediction, truth = forward(p, x)[0].argmax(0).numpy(), y[0].numpy()
            valid = truth != IGNORE
            matrix += np.bincount(truth[valid] * CLASSES + prediction[valid], minlength=CLASSES ** 2).reshape(CLASSES, CLASSES)
            if each:
                each(n, i, prediction)
    return matrix


def scores(matrix):
    right = np.diag(matrix).astype(float)
    iu = right / (matrix.sum(0) + matrix.sum(1) - right)
    return dict(pixel_accuracy=right.sum() / matrix.sum(), mean_accuracy=float(np.mean(right / matrix.sum(1))), mean_iu=float(np.mean(iu))), iu


def main(root, out):
    torch.set_num_threads(THREADS)
    with open(os.path.join(out, "recipe.json")) as f:
        r = json.load(f)
    with open(os.path.join(out, "order.txt")) as f:
        order = [line.split() for line in f]
    train, val = (Data(root, split, r["width"], r["height"]) for split in ("train", "val"))
    p = load_safetensors(os.path.join(out, "initial.safetensors"))
    momentum = {k: torch.zeros_like(v) for k, v in p.items()}
    for v in p.values():
        v.requires_grad_(True)
    losses, training, validating, result, iu = [], 0.0, 0.0, {}, None
    with open(os.path.join(out, "torch.csv"), "w", newline="") as f:
        log = csv.writer(f, lineterminator="\n")
        log.writerow(["iteration", "loss", "smoothed_loss", "mean_iu"])
        for step in range(r["steps"]):
            start = time.perf_counter()
            x, y = train.batch(order[step])
            loss = F.cross_entropy(forward(p, x), y, ignore_index=IGNORE)
            gradients = torch.autograd.grad(loss, list(p.values()))
            rate = r["rate"] * (1 - step / r["steps"]) ** r["power"]
            with torch.no_grad():
                for (name, w), g in zip(p.items(), gradients):
                    bias = name.endswith(".bias")
                    g = g if bias else g + r["decay"] * w
                    momentum[name].mul_(r["momentum"]).add_(g, alpha=rate * (2 if bias else 1))
                    w.sub_(momentum[name])
            losses.append(loss.item())
            training += time.perf_counter() - start
            done = step + 1
            if done % r["validate_every"] == 0 or done == r["steps"]:
                start = time.perf_counter()
                result, iu = scores(validate(p, val))
                validating += time.perf_counter() - start
                print(done, "mean IU %.4f" % result["mean_iu"], file=sys.stderr, flush=True)
                log.writerow([done, losses[-1], np.mean(losses[-r["log_every"]:]), result["mean_iu"]])
            elif done % r["log_every"] == 0:
                log.writerow([done, losses[-1], np.mean(losses[-r["log_every"]:]), ""])
            f.flush()
    folder = os.path.join(out, "predictions-torch")
    os.makedirs(folder, exist_ok=True)
    validate(p, val, lambda n, i, labels: Image.fromarray(labels.astype(np.uint8)).save(os.path.join(folder, i + ".png")))
    with open(os.path.join(root, "classes.txt")) as f:
        names = [line.split()[-1] for line in f if line.strip()]
    print(json.dumps(dict(name="camvid FcnSmall, torch " + torch.__version__, **result, training_s=round(training, 1),
                          validation_s=round(validating, 1), iu={n: round(float(v), 4) for n, v in zip(names, iu)})))


main(*sys.argv[1:3])
