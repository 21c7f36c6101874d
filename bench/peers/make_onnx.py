#!/usr/bin/env python3
"""FCN-8s as ONNX with random weights: make_onnx.py SIZE FILE [--dense].

The published layout: pad 100, ceil pooling, crops 5, 9 and 31, bilinear deconvolutions without bias. The reference declares those dense (21 x 21 x k x k,
zeros off the diagonal), as an export of its Caffe model would have them; by default they are depthwise here (group 21), the same function with a
21st of the arithmetic, because that is what we run. Needs python3-onnx and numpy.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES = 21
random = np.random.default_rng(0)


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, op, inputs, name, **settings):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **settings))
        return name

    def conv(self, x, name, inputs, outputs, kernel, pad, relu=True):
        he = np.sqrt(2 / (inputs * kernel * kernel), dtype=np.float32)
        w = random.standard_normal((outputs, inputs, kernel, kernel), dtype=np.float32) * he
        x = self.node("Conv", [x, self.weight(name + ".weight", w), self.weight(name + ".bias", np.zeros(outputs, np.float32))], name,
                      kernel_shape=[kernel] * 2, pads=[pad] * 4, strides=[1, 1])
        return self.node("Relu", [x], name + "_relu") if relu else x

    def pool(self, x, name):
        return self.node("MaxPool", [x], name, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)

    def deconv(self, x, name, factor, dense):
        k = 2 * factor
        side = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
        w = np.zeros((CLASSES, CLASSES if dense else 1, k, k), np.float32)
        for c in range(CLASSES):
            w[c, c if dense else 0] = np.outer(side, side)
        return self.node("ConvTranspose", [x, self.weight(name + ".weight", w)], name,
                         kernel_shape=[k, k], strides=[factor] * 2, pads=[0] * 4, group=1 if dense else CLASSES)

    def crop(self, x, name, offset, size):
        numbers = [self.weight(f"{name}.{n}", np.array(v, np.int64)) for n, v in
                   (("from", [offset] * 2), ("to", [offset + size] * 2), ("axes", [2, 3]))]
        return self.node("Slice", [x, *numbers], name)


def fcn8s(size, dense):
    g, x, channels, side, pools = Graph(), "data", 3, size, {}
    for block, (outputs, convs) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for i in range(1, convs + 1):
            pad = 100 if block == i == 1 else 1
            side += 2 * pad - 2
            x, channels = g.conv(x, f"conv{block}_{i}", channels, outputs, 3, pad), outputs
        x, side = g.pool(x, f"pool{block}"), -(-side // 2)
        pools[block] = x, channels
    x = g.conv(g.conv(x, "fc6", 512, 4096, 7, 0), "fc7", 4096, 4096, 1, 0)
    x, side = g.conv(x, "score_fr", 4096, CLASSES, 1, 0, relu=False), side - 6
    for tap, name, offset in ((4, "upscore2", 5), (3, "upscore_pool4", 9)):
        x, side = g.deconv(x, name, 2, dense), 2 * side + 2
        score = g.conv(pools[tap][0], f"score_pool{tap}", pools[tap][1], CLASSES, 1, 0, relu=False)
        x = g.node("Add", [x, g.crop(score, f"score_pool{tap}c", offset, side)], f"fuse_pool{tap}")
    g.crop(g.deconv(x, "upscore8", 8, dense), "score", 31, size)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(g.nodes, "fcn8s", [value("data", TensorProto.FLOAT, [1, 3, size, size])],
                              [value("score", TensorProto.FLOAT, [1, CLASSES, size, size])], g.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)


if __name__ == "__main__":
    onnx.save(fcn8s(int(sys.argv[1]), "--dense" in sys.argv), sys.argv[2])
