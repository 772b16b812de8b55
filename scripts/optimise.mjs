// A worker of site.mjs: makes WebAssembly modules smaller, as `wasm-opt -Oz` does, without a process for each of them.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const require = createRequire(`${workerData.modules}/x.js`);
const { default: binaryen } = await import(pathToFileURL(require.resolve('binaryen')).href);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
// What rustc uses by default, named here because the section that says so is of no use to browsers.
const { BulkMemory, BulkMemoryOpt, NontrappingFPToInt, SignExt, MutableGlobals, ReferenceTypes, Multivalue } = binaryen.Features;
const features = BulkMemory | BulkMemoryOpt | NontrappingFPToInt | SignExt | MutableGlobals | ReferenceTypes | Multivalue;

parentPort.on('message', (file) => {
  const module = binaryen.readBinary(fs.readFileSync(file));
  module.setFeatures(features);
  module.optimize();
  parentPort.postMessage(module.emitBinary());
  module.dispose();
});
