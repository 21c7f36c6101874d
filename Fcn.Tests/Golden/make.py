"""Golden numbers small enough to live in the repository: every operator, and small networks that are trained for ten steps. Computed by PyTorch on the CPU.

Run: python3 make.py          (needs torch and numpy; made with PyTorch 1.13, any later version agrees to about 1e-5)
Writes ops, fcn8s_tiny, branches, normed, two_heads and two_inputs.safetensors beside this file. Arrays are float32, little endian: NCHW maps, OIHW convolution weights,
(I, O/groups, K, K) transposed-convolution weights. <case>.y is the result, <case>.dy a random gradient of it, <case>.d<input> the gradient of an input;
the metadata holds each case's settings as JSON.
"""
import json, os, struct
import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(1411)
torch.set_num_threads(1)


def save(name, tensors, metadata):
    header, data, at = {"__metadata__": metadata}, [], 0
    for key in sorted(tensors):
        a = tensors[key].detach().contiguous().numpy()
        header[key] = {"dtype": {"float32": "F32", "uint8": "U8"}[str(a.dtype)], "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        data.append(a.tobytes())
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(name, len(tensors), "tensors", 8 + len(text) + at, "bytes")


# ---------------------------------------------------------------- operators
ops, about = {}, {}


def leaf(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).requires_grad_()


def record(name, settings, inputs, y):
    dy = torch.randn_like(y)
    y.backward(dy)
    about[name] = json.dumps(settings)
    ops[name + ".y"], ops[name + ".dy"] = y, dy
    for key, value in inputs.items():
        ops[f"{name}.{key}"], ops[f"{name}.d{key}"] = value, value.grad


def convolution(name, n, ci, h, w, co, k, s, p, d=1, g=1, relu=False):
    x, wt, b = leaf(n, ci, h, w), leaf(co, ci // g, k, k, scale=0.2), leaf(co)
    y = F.conv2d(x, wt, b, s, p, d, g)
    if relu: y = F.relu(y)
    record(name, dict(op="conv", kernel=k, stride=s, pad=p, dilation=d, groups=g, relu=relu), dict(x=x, w=wt, b=b), y)


convolution("conv_3x3", 2, 3, 3, 16, 17, 3, 1, 1)
convolution("conv_3x3_relu", 1, 17, 3, 5, 18, 3, 1, 1, relu=True)
convolution("conv_pad9", 1, 2, 2, 3, 3, 3, 1, 9)
convolution("conv_5x5_s3", 1, 3, 13, 11, 5, 5, 3, 0)
convolution("conv_3x3_groups2", 2, 6, 5, 4, 8, 3, 1, 1, g=2)
convolution("conv_1x1", 3, 33, 3, 2, 21, 1, 1, 0)
convolution("conv_7x7_valid", 1, 3, 8, 9, 3, 7, 1, 0)
convolution("conv_3x3_dilated2", 1, 3, 7, 6, 5, 3, 1, 2, d=2)
convolution("conv_3x3_s2", 1, 4, 8, 7, 5, 3, 2, 1)
convolution("conv_3x3_pixel", 1, 2, 1, 1, 3, 3, 1, 1)


def deconvolution(name, n, ci, h, w, co, k, s, p, g=1):
    x, wt = leaf(n, ci, h, w), leaf(ci, co // g, k, k, scale=0.2)
    record(name, dict(op="deconv", kernel=k, stride=s, pad=p, groups=g), dict(x=x, w=wt), F.conv_transpose2d(x, wt, None, s, p, 0, g))


deconvolution("deconv_4x4_s2", 1, 5, 4, 3, 5, 4, 2, 0)
deconvolution("deconv_4x4_s2_p1", 2, 3, 3, 2, 17, 4, 2, 1)
deconvolution("deconv_16x16_s8_depthwise", 1, 2, 2, 1, 2, 16, 8, 0, g=2)


def pool(name, n, c, h, w, k, s, p):
    x = leaf(n, c, h, w)
    record(name, dict(op="maxpool", kernel=k, stride=s, pad=p, rounding="ceil"), dict(x=x), F.max_pool2d(x, k, s, p, ceil_mode=True))


pool("maxpool_2x2_s2_odd", 2, 17, 5, 3, 2, 2, 0)
pool("maxpool_3x3_s2", 1, 3, 8, 7, 3, 2, 0)
pool("maxpool_3x3_s1_p1", 1, 3, 5, 6, 3, 1, 1)
pool("maxpool_2x2_pixel", 1, 2, 1, 1, 2, 2, 0)


def bilinear(c, k):
    f = (k + 1) // 2
    centre = f - 1 if k % 2 == 1 else f - 0.5
    t = 1 - (torch.arange(k, dtype=torch.float64) - centre).abs() / f
    return (t[:, None] * t[None, :]).float().expand(c, 1, k, k).contiguous()


def upsample(x, k, s):
    return F.conv_transpose2d(x, bilinear(x.shape[1], k), None, s, groups=x.shape[1])


for name, n, c, h, w, k, s in (("upsample_4_s2", 1, 17, 3, 4, 4, 2), ("upsample_16_s8", 2, 2, 1, 2, 16, 8), ("upsample_3_s2", 1, 2, 3, 3, 3, 2)):
    x = leaf(n, c, h, w)
    record(name, dict(op="upsample", kernel=k, stride=s), dict(x=x), upsample(x, k, s))


def labels(n, c, h, w):
    target = torch.randint(0, c, (n, h, w))
    target[torch.rand(n, h, w) < 0.2] = 255
    return target


def loss(name, n, c, h, w, reduction, k=1, s=1, offset=0):
    coarse = (h, w) if s == 1 else ((h + offset + s - 1) // s + 1, (w + offset + s - 1) // s + 1)
    x, target = leaf(n, c, *coarse), labels(n, c, h, w)
    scores = x if s == 1 else upsample(x, k, s)[:, :, offset:offset + h, offset:offset + w]
    y = F.cross_entropy(scores, target, ignore_index=255, reduction=reduction)
    y.backward()
    settings = dict(op="softmax_loss", ignore=255, reduction=reduction)
    about[name] = json.dumps(settings if s == 1 else dict(settings, op="upsample_loss", kernel=k, stride=s, offset=offset))
    ops[name + ".x"], ops[name + ".dx"], ops[name + ".target"], ops[name + ".y"] = x, x.grad, target.to(torch.uint8), y.reshape(1)


loss("softmax_loss_sum", 2, 6, 5, 4, "sum")
loss("softmax_loss_mean", 2, 21, 4, 3, "mean")
loss("upsample_loss_16_s8", 2, 5, 11, 9, "sum", 16, 8, 5)
loss("upsample_loss_4_s2", 1, 18, 6, 7, "mean", 4, 2, 1)

save("ops.safetensors", ops, about)


# ---------------------------------------------------------------- a tiny FCN-8s, layer for layer the published one
WIDTHS, FC, CLASSES = [(3, 3), (4, 4), (5, 5, 5), (6, 6, 6), (7, 7, 7)], 8, 4


def make_weights():
    w, ci = {}, 3
    for i, block in enumerate(WIDTHS, 1):
        for j, co in enumerate(block, 1):
            w[f"conv{i}_{j}.weight"], w[f"conv{i}_{j}.bias"] = torch.randn(co, ci, 3, 3) * (2 / (9 * ci)) ** 0.5, torch.randn(co) * 0.1
            ci = co
    w["fc6.weight"], w["fc6.bias"] = torch.randn(FC, ci, 7, 7) * (2 / (49 * ci)) ** 0.5, torch.randn(FC) * 0.1
    w["fc7.weight"], w["fc7.bias"] = torch.randn(FC, FC, 1, 1) * (2 / FC) ** 0.5, torch.randn(FC) * 0.1
    for name, c in (("score_fr", FC), ("score_pool4", WIDTHS[3][-1]), ("score_pool3", WIDTHS[2][-1])):
        w[name + ".weight"], w[name + ".bias"] = torch.randn(CLASSES, c, 1, 1) * 0.1, torch.randn(CLASSES) * 0.1
    return w


def crop(x, offset, like):
    return x[:, :, offset:offset + like.shape[2], offset:offset + like.shape[3]]


def forward(w, image):
    def conv(name, t, pad=0): return F.conv2d(t, w[name + ".weight"], w[name + ".bias"], 1, pad)
    t, kept = image, {}
    for i, block in enumerate(WIDTHS, 1):
        for j, _ in enumerate(block, 1):
            t = F.relu(conv(f"conv{i}_{j}", t, 100 if (i, j) == (1, 1) else 1))
        t = kept[i] = F.max_pool2d(t, 2, 2, ceil_mode=True)
    t = F.relu(conv("fc7", F.relu(conv("fc6", t))))                   # dropout switched off: deterministic
    t = upsample(conv("score_fr", t), 4, 2)
    t = t + crop(conv("score_pool4", kept[4]), 5, t)
    t = upsample(t, 4, 2)
    t = t + crop(conv("score_pool3", kept[3]), 9, t)
    return crop(upsample(t, 16, 8), 31, image)


def caffe_sgd(weights, velocity, lr, momentum, decay):
    """v = momentum * v + lr_mult * lr * (g + decay_mult * decay * w); w -= v. Biases: lr_mult 2, decay_mult 0."""
    with torch.no_grad():
        for name, p in weights.items():
            bias = name.endswith("bias")
            g = p.grad + (0 if bias else decay) * p
            velocity[name] = momentum * velocity.get(name, 0) + (2 if bias else 1) * lr * g
            p -= velocity[name]
            p.grad = None


def scene(h, w):
    """An image with structure, so that training has something to learn: classes are regions."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
    label = (x > 0.1).long() + 2 * (y > -0.2).long()
    image = torch.stack([60.0 * (label == i % 4) + 20.0 * torch.randn(h, w) for i in range(3)])[None]
    label[:1] = 255
    return image, label[None]


RATE, MOMENTUM, DECAY, STEPS = 1e-6, 0.9, 5e-4, 10
net = {}
weights = make_weights()
for name, p in weights.items(): net["weights." + name] = p.clone()
for h, w in ((21, 27), (16, 16), (1, 1), (33, 7)):
    image, label = scene(h, w)
    net[f"{h}x{w}.image"], net[f"{h}x{w}.label"] = image, label.to(torch.uint8)
    net[f"{h}x{w}.logits"] = forward(weights, image)
image, label = net["21x27.image"], net["21x27.label"].long()
trained, velocity = {k: v.clone().requires_grad_() for k, v in weights.items()}, {}
for step in range(STEPS):
    loss_now = F.cross_entropy(forward(trained, image), label, ignore_index=255, reduction="sum")
    loss_now.backward()
    net[f"loss.{step:02d}"] = loss_now.detach().reshape(1)
    if step == 0:
        for name, p in trained.items(): net["gradient." + name] = p.grad.clone()
    caffe_sgd(trained, velocity, RATE, MOMENTUM, DECAY)
for name, p in trained.items(): net[f"after{STEPS}." + name] = p.detach()
print("loss", [round(float(net[f"loss.{i:02d}"]), 2) for i in (0, 1, 5, STEPS - 1)])
note = dict(widths=json.dumps(WIDTHS), fc=str(FC), classes=str(CLASSES), train="21x27",
            solver=f"Caffe SGD: lr {RATE} on the summed loss, momentum {MOMENTUM}, weight decay {DECAY}, bias lr x2 decay x0",
            layout="voc-fcn8s: conv1_1 pad 100, ceil pooling, crops 5/9/31, fixed bilinear upsampling without bias, no dropout")
save("fcn8s_tiny.safetensors", net, note)


# ---------------------------------------------------------------- small networks of what else a declaration can say
def train(name, weights, forward, sizes, rate, multipliers, at):
    """Scores of every size, then ten steps on one of them. weights: learned ones and state (running_*); forward(w, image, training)."""
    learned, net = [k for k in weights if "running_" not in k], {}
    for key, p in weights.items(): net["weights." + key] = p.clone()
    for n, h, w in sizes:
        scenes = [scene(h, w) for _ in range(n)]
        net[f"{h}x{w}.image"], label = torch.cat([s[0] for s in scenes]), torch.cat([s[1] for s in scenes])
        net[f"{h}x{w}.label"] = label.to(torch.uint8)
        net[f"{h}x{w}.logits"] = forward(weights, net[f"{h}x{w}.image"], False)
    trained, velocity = {k: v.clone().requires_grad_(k in learned) for k, v in weights.items()}, {k: 0 for k in learned}
    for step in range(STEPS):
        loss_now = F.cross_entropy(forward(trained, net[at + ".image"], True), net[at + ".label"].long(), ignore_index=255, reduction="sum")
        loss_now.backward()
        net[f"loss.{step:02d}"] = loss_now.detach().reshape(1)
        with torch.no_grad():
            for key in learned:
                p, (lr_mult, decay_mult) = trained[key], multipliers(key)
                if step == 0: net["gradient." + key] = p.grad.clone()
                velocity[key] = MOMENTUM * velocity[key] + lr_mult * rate * (p.grad + decay_mult * DECAY * p)
                p -= velocity[key]
                p.grad = None
        if step == 0:
            for key in trained:
                if key not in learned: net["after1." + key] = trained[key].clone()
    for key, p in trained.items(): net[f"after{STEPS}." + key] = p.detach()
    print(name, "loss", [round(float(net[f"loss.{i:02d}"]), 2) for i in (0, 1, 5, STEPS - 1)])
    save(name, net, dict(train=at, solver=f"Caffe SGD: lr {rate} on the summed loss, momentum {MOMENTUM}, weight decay {DECAY}"))


def he(o, i, k):
    return torch.randn(o, i, k, k) * (2 / (k * k * i)) ** 0.5


def biased(name, o, i, k, scale=1.0):
    return {name + ".weight": he(o, i, k) * scale, name + ".bias": torch.randn(o) * 0.1}


def conv(w, name, t, pad):
    return F.conv2d(t, w[name + ".weight"], w.get(name + ".bias"), 1, pad)


# Two branches from one map that end at different places, concatenated (one part at a multiple of 16 channels, one not) and summed.
def branches(w, image, training):
    pool = F.max_pool2d(F.relu(conv(w, "conv1", image, 4)), 2, 2, ceil_mode=True)
    a, b = F.relu(conv(w, "a", pool, 0)), F.relu(conv(w, "b", pool, 0))
    c = F.relu(conv(w, "c", torch.cat([crop(a, 1, b), b, crop(pool, 1, b)], 1), 1))
    t = F.relu(c + crop(a, 1, c))
    return crop(upsample(conv(w, "score_fr", t, 0), 4, 2), 2, image)


torch.manual_seed(1415)  # of this scene no value lies so near 0 or another maximum that rounding to TF32 or bfloat16 changes a gradient
SIZES = [(1, 8, 9), (1, 16, 16), (1, 1, 1), (1, 9, 5)]
train("branches.safetensors",
      {**biased("conv1", 6, 3, 3, 0.05), **biased("a", 16, 6, 1), **biased("b", 5, 6, 3), **biased("c", 16, 27, 3), **biased("score_fr", 4, 16, 1, 0.1)},
      branches, SIZES, 2e-5, lambda key: (2, 0) if key.endswith("bias") else (1, 1), "8x9")


# Batch normalisation behind convolutions without bias, before a pooling, and without a ReLU; trained on two images.
def normed(w, image, training):
    def bn(name, t, momentum=0.1, eps=1e-5):
        return F.batch_norm(t, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"], training, momentum, eps)
    t = F.max_pool2d(F.relu(bn("bn1", conv(w, "conv1", image, 4))), 2, 2, ceil_mode=True)
    t = F.relu(bn("bn2", conv(w, "conv2", t, 0), 0.3, 1e-3))
    t = bn("bn3", conv(w, "conv3", t, 1))
    return crop(upsample(conv(w, "score_fr", t, 0), 4, 2), 2, image)


def norm(name, c):
    return {name + ".weight": 1 + 0.2 * torch.randn(c), name + ".bias": 0.1 * torch.randn(c),
            name + ".running_mean": 0.3 * torch.randn(c), name + ".running_var": 0.5 + torch.rand(c)}


torch.manual_seed(1413)
train("normed.safetensors",
      {"conv1.weight": he(12, 3, 3) * 0.05, **norm("bn1", 12), "conv2.weight": he(18, 12, 3), **norm("bn2", 18), "conv3.weight": he(9, 18, 3), **norm("bn3", 9),
       **biased("score_fr", 4, 9, 1, 0.5)},
      normed, [(2, 8, 9), *SIZES[1:]], 1e-4,
      lambda key: (1, 0) if key.startswith("bn") else (2, 0) if key.endswith("bias") else (1, 1), "8x9")


# ---------------------------------------------------------------- more than one: two heads with classes and weights of their own, two inputs
torch.manual_seed(2112)


def train_heads(name, weights, inputs, truths, forward, loss_weights, rate, about):
    """Scores of every head, then ten steps on the sum of the heads' losses, each times its weight; loss.* is that sum, loss_<head>.* its parts."""
    net = {"weights." + k: p.clone() for k, p in weights.items()}
    for key, value in inputs.items(): net["image." + key] = value
    for head, value in truths.items(): net["label." + head] = value.to(torch.uint8)
    for head, value in forward(weights, inputs).items(): net["logits." + head] = value
    trained, velocity = {k: p.clone().requires_grad_() for k, p in weights.items()}, {}
    for step in range(STEPS):
        scores = forward(trained, inputs)
        losses = {head: F.cross_entropy(scores[head], truths[head], ignore_index=255, reduction="sum") for head in truths}
        total = sum(loss_weights[head] * loss for head, loss in losses.items())
        total.backward()
        net[f"loss.{step:02d}"] = total.detach().reshape(1)
        for head, loss in losses.items(): net[f"loss_{head}.{step:02d}"] = loss.detach().reshape(1)
        if step == 0:
            for k, p in trained.items(): net["gradient." + k] = p.grad.clone()
        caffe_sgd(trained, velocity, rate, MOMENTUM, DECAY)
    for k, p in trained.items(): net[f"after{STEPS}." + k] = p.detach()
    print(name, "loss", [round(float(net[f"loss.{i:02d}"]), 3) for i in (0, 1, 5, STEPS - 1)])
    save(name, net, dict(about=about, solver=f"Caffe SGD: lr {rate} on the weighted sum of the summed losses, momentum {MOMENTUM}, weight decay {DECAY}, bias lr x2 decay x0"))


def patch(label, ignored):
    label[:, :ignored] = 255
    return label


N, H, W_ = 2, 11, 14
y, x = torch.meshgrid(torch.arange(H), torch.arange(W_), indexing="ij")
three, five = ((x // 5) % 3)[None].repeat(N, 1, 1), ((x // 4 + y // 4) % 5)[None].repeat(N, 1, 1)
image = torch.stack([(three[0] == i).float() + (five[0] == i).float() for i in range(3)])[None] + 0.3 * torch.randn(N, 3, H, W_)
depth = (five[:, None].float() / 4 + 0.1 * torch.randn(N, 1, H, W_))

w = {**biased("conv1", 6, 3, 3), **biased("conv2", 9, 6, 3), **biased("score_fr", 3, 9, 1), **biased("parts", 5, 9, 1), **biased("parts_score_pool1", 5, 6, 1)}


def two_heads(w, inputs):
    pool1 = F.max_pool2d(F.relu(conv(w, "conv1", inputs["data"], 3)), 2, 2, ceil_mode=True)
    t = F.max_pool2d(F.relu(conv(w, "conv2", pool1, 1)), 2, 2, ceil_mode=True)
    main = upsample(conv(w, "score_fr", t, 0), 8, 4)
    parts = upsample(conv(w, "parts", t, 0), 4, 2)
    skip = conv(w, "parts_score_pool1", pool1, 0)
    # Offsets by coordinates: conv1 moves the image by 2, a pooling by 1/2 of its pixel, an upsampling by its kernel's centre.
    parts = parts[:, :, 1:1 + skip.shape[2], 1:1 + skip.shape[3]] + skip
    parts = upsample(parts, 4, 2)
    return {"score_fr": crop(main, 4, inputs["data"]), "parts": crop(parts, 3, inputs["data"])}


train_heads("two_heads.safetensors", w, {"data": image}, {"score_fr": patch(three.clone(), 2), "parts": patch(five.clone(), 1)}, two_heads,
      {"score_fr": 1, "parts": 0.4}, 1e-4, "two heads behind one trunk, the second with a skip, classes and a weight of its own")

w = {**biased("conv1", 6, 3, 3), **biased("conv_d", 6, 1, 3), **biased("conv2", 8, 6, 3), **biased("score_fr", 5, 8, 1)}


def two_inputs(w, inputs):
    t = F.relu(conv(w, "conv1", inputs["data"], 1)) + F.relu(conv(w, "conv_d", inputs["depth"], 1))
    t = F.relu(conv(w, "conv2", F.max_pool2d(t, 2, 2, ceil_mode=True), 3))
    return {"score_fr": crop(upsample(conv(w, "score_fr", t, 0), 4, 2), 5, inputs["data"])}


train_heads("two_inputs.safetensors", w, {"data": image, "depth": depth}, {"score_fr": patch(five.clone(), 2)}, two_inputs, {"score_fr": 1}, 1e-4,
      "a colour image and a depth map, each through a convolution of its own, then their sum")
