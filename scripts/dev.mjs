// The loop behind `make dev`: watch, build what the change touches, start the server anew.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const { TOOLS: tools, CARGO_TARGET_DIR: target } = process.env;
const site = path.join(target, 'dev-site');
const bindgen = path.join(target, 'dev-bindgen');
let server;

function run(program, args) {
  return new Promise((resolve) => spawn(program, args, { stdio: 'inherit' }).once('exit', (code) => resolve(code === 0)));
}

const buildServer = () => run('cargo', ['build', '--package', 'server', '--bin', 'autoreport']);
const buildPages = async () =>
  await run('cargo', ['build', '--package', 'client', '--target', 'wasm32-unknown-unknown'])
  && await run('scripts/modules.sh', [path.join(target, 'wasm32-unknown-unknown/debug/client.wasm'), bindgen])
  && packSite();
const packSite = () => run('node', ['scripts/site.mjs', bindgen, site, tools, 'fast']);

async function restart() {
  if (server) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  server = spawn(path.join(target, 'debug/autoreport'), ['serve'], {
    stdio: 'inherit', env: { ...process.env, LEPTOS_SITE_ROOT: site },
  });
  server.once('exit', () => { server = undefined; });
}

// Which builds a changed file needs.
const touches = (file) => ({
  pages: /^app\//.test(file) || /^Cargo/.test(file),
  server: /^(app|server|migration)\//.test(file) || /^Cargo/.test(file),
  site: /^(style|public)\//.test(file),
});

const waiting = { pages: true, server: true, site: false };
let busy = false;
async function work() {
  if (busy) return;
  busy = true;
  while (waiting.pages || waiting.server || waiting.site) {
    const now = { ...waiting };
    Object.assign(waiting, { pages: false, server: false, site: false });
    const begin = Date.now();
    const built = (!now.pages || await buildPages()) && (!now.site || now.pages || await packSite()) && (!now.server || await buildServer());
    if (!built) continue;
    await restart();
    console.log(`Built in ${((Date.now() - begin) / 1000).toFixed(1)} s. Reload the page.`);
  }
  busy = false;
}

let timer;
for (const folder of ['app', 'server', 'migration', 'style', 'public', '.']) {
  fs.watch(folder, { recursive: folder !== '.' }, (_, name) => {
    const file = folder === '.' ? String(name) : `${folder}/${name}`;
    const needs = touches(file);
    if (!needs.pages && !needs.server && !needs.site) return;
    for (const what of Object.keys(needs)) waiting[what] ||= needs[what];
    clearTimeout(timer);
    timer = setTimeout(work, 200);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (!server) process.exit(0);
    server.once('exit', () => process.exit(0));
    server.kill('SIGTERM');
  });
}
await work();
