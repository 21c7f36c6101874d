// ONNX Runtime: node ort.js MODEL.onnx THREADS — the same conversation as `Fcn.Bench … --serve`: a line of numbers in, a line of times out.
// NODE_PATH names the folder with onnxruntime-node.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const ort = require('onnxruntime-node');

const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) >> 10;
const say = value => console.log(JSON.stringify(value));

(async () => {
  const [model, threads] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all', executionProviders: ['cpu'],
  });
  const size = Number(/_(\d+)/.exec(path.basename(model))[1]);
  const pixels = new Float32Array(3 * size * size).map(() => Math.random() - 0.5);
  const feeds = { data: new ort.Tensor('float32', pixels, [1, 3, size, size]) };
  const once = async () => {
    const start = performance.now();
    const result = await session.run(feeds);
    const time = performance.now() - start;
    if (result.score.dims.join() !== `1,21,${size},${size}`) throw new Error(`scores have shape ${result.score.dims}`);
    return time;
  };
  say({ name: `forward ${path.basename(model)}`, device: `onnxruntime-node ${require('onnxruntime-node/package.json').version}, ${threads} threads`, first_ms: await once() });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const ms = [];
    for (let i = 0; i < Number(line); i++) ms.push(await once());
    say({ ms });
  }
  say({ peak_mb: peak() });
  process.exit(0);
})();
