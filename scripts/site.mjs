// Makes target/site from what the compiler left: hashed names, one manifest, everything compressed beforehand.
// Usage: node site.mjs WASM-BINDGEN-FOLDER SITE-FOLDER TOOLS-FOLDER [fast]
// `fast` leaves out the size work (wasm-opt, strongest compression) for `make dev`.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import zlib from 'node:zlib';

const [bindgen, site, tools, mode] = process.argv.slice(2);
const fast = mode === 'fast';
const root = path.dirname(path.dirname(new URL(import.meta.url).pathname));
const modules = path.join(tools, 'web', 'node_modules');
const { bundle } = createRequire(path.join(modules, 'x.js'))('lightningcss');

// The browsers of the design: from here on nothing has to be lowered.
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const targets = {
  chrome: version(123), edge: version(123), firefox: version(128), safari: version(17, 5), ios_saf: version(17, 5),
};

const staging = `${site}.new`;
fs.rmSync(staging, { recursive: true, force: true });
fs.mkdirSync(path.join(staging, 'pkg'), { recursive: true });
const manifest = {};

// The manifest maps a logical name to its place in the site: "autoreport.css" to "pkg/autoreport.3f2a….css".
function put(logical, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const { name, ext } = path.parse(logical);
  const place = `pkg/${name}.${hash}${ext}`;
  fs.writeFileSync(path.join(staging, place), content);
  manifest[logical] = place;
  return place;
}

const inter = (subset) => fs.readFileSync(path.join(modules, '@fontsource-variable/inter/files', `inter-${subset}-wght-normal.woff2`));
put('inter.woff2', inter('latin'));
put('inter-ext.woff2', inter('latin-ext'));
put('glyphs.woff2', fs.readFileSync(path.join(root, 'style/fonts/glyphs.woff2')));

// Fonts lie beside the style sheet, so their bare file names are the right addresses.
const css = bundle({ filename: path.join(root, 'style/main.css'), minify: true, targets });
for (const warning of css.warnings) console.warn(`style: ${warning.message} (${warning.loc?.filename}:${warning.loc?.line})`);
if (css.warnings.length) process.exit(1);
let style = css.code.toString();
for (const font of ['inter.woff2', 'inter-ext.woff2', 'glyphs.woff2']) {
  if (!style.includes(font)) throw new Error(`style/: no @font-face loads ${font}`);
  style = style.replaceAll(new RegExp(`(["'(/])(?:fonts/)?${font.replace('.', '\\.')}`, 'g'), `$1${path.basename(manifest[font])}`);
}
put('autoreport.css', style);

// One sprite: Lucide's drawings by name, then our own, which may replace them. The id of a symbol is its file's name.
function symbol(id, svg) {
  const box = svg.match(/viewBox="([^"]+)"/)?.[1];
  const body = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)?.[1];
  if (!box || !body) throw new Error(`icon ${id}: not a drawing with a viewBox`);
  return `<symbol id="${id}" viewBox="${box}">${body.replace(/\s+/g, ' ').replace(/> </g, '><').replace(/ \/>/g, '/>').trim()}</symbol>`;
}
const icons = new Map();
for (const id of fs.readFileSync(path.join(root, 'style/icons.txt'), 'utf8').split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'))) {
  const file = path.join(modules, 'lucide-static/icons', `${id}.svg`);
  if (!fs.existsSync(file)) throw new Error(`style/icons.txt: Lucide has no icon named ${id}`);
  icons.set(id, symbol(id, fs.readFileSync(file, 'utf8')));
}
for (const file of fs.readdirSync(path.join(root, 'style/icons')).filter((name) => name.endsWith('.svg'))) {
  const id = path.parse(file).name;
  icons.set(id, symbol(id, fs.readFileSync(path.join(root, 'style/icons', file), 'utf8')));
}
put('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${[...icons.values()].join('')}</svg>`);

// The code editor of templates: one file that the designer fetches when a source is opened, and no other page.
const { build } = createRequire(path.join(modules, 'x.js'))('esbuild');
const editor = await build({
  entryPoints: [path.join(root, 'scripts/editor/main.mjs')], bundle: true, minify: true, format: 'iife', legalComments: 'none', write: false,
  target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'], nodePaths: [modules], logLevel: 'warning',
});
put('editor.js', Buffer.from(editor.outputFiles[0].contents));

// WebAssembly: the first module, and those of the lazy pages. The splitter makes one small module for each set of
// pages that share something; a page would have to fetch dozens. They travel in a few files instead: one of each
// lazy module's own, one of what the board shares with any other (it needs all of that), one of what is left.
// The largest first, as many at a time as there are cores.
const wasm = new Map();
const waiting = fs.readdirSync(bindgen).filter((file) => file.endsWith('.wasm')).map((file) => path.join(bindgen, file))
  .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size);
await Promise.all(Array.from({ length: fast ? 0 : os.availableParallelism() }, async () => {
  const worker = new Worker(new URL('optimise.mjs', import.meta.url), { workerData: { modules }, stderr: true });
  for (let file = waiting.shift(); file; file = waiting.shift()) {
    worker.postMessage(file);
    const [bytes] = await once(worker, 'message');
    wasm.set(path.basename(file), Buffer.from(bytes));
  }
  await worker.terminate();
}));
for (const file of waiting) wasm.set(path.basename(file), fs.readFileSync(file));
put('autoreport.wasm', wasm.get('autoreport_bg.wasm'));

const loader = fs.readFileSync(path.join(bindgen, '__wasm_split.js'), 'utf8');
const name = (mangled) => mangled.replace(/_\d+$/, '');
const piece = /(?:\/\* ([^*]*) \*\/\s*)?(?:export )?const (\w+) = (?:wrapAsyncCb\()?makeLoad\(\(\) => \{\s*const src = fetch\(new URL\("\.\/([^"]+)\.wasm", import\.meta\.url\)\);[\s\S]*?\n, \[([^\]]*)\]\)\)?;/g;
const pieces = [...loader.matchAll(piece)].map(([, users, constant, file, needs]) => ({
  constant, file, needs: needs.split(',').map((need) => need.trim()).filter(Boolean), users: users?.split(',').map((user) => name(user.trim())) ?? [],
}));
const lazy = pieces.filter(({ file }) => file.startsWith('split_'));
if (lazy.length === 0 || pieces.length !== (loader.match(/new URL\(/g) ?? []).length) throw new Error('the splitter writes its loader in another way');
const own = ({ constant }) => name(constant.replace('__wasm_split_load_', ''));
const bundleOf = (part) => {
  if (part.file.startsWith('split_')) return own(part);
  if (part.users.length === 1) return part.users[0];
  return part.users.includes('board') ? 'shared' : 'pages';
};
const bundles = new Map();
for (const part of pieces) {
  const bundle = bundles.get(bundleOf(part)) ?? { parts: [], size: 0 };
  bundles.set(bundleOf(part), bundle);
  const bytes = wasm.get(`${part.file}.wasm`);
  part.place = [bundleOf(part), bundle.size, bundle.size + bytes.length];
  bundle.parts.push(bytes);
  bundle.size += bytes.length;
}
for (const [bundle, { parts }] of bundles) put(`${bundle}.modules.bin`, Buffer.concat(parts));
for (const part of lazy) {
  const needed = new Set([part, ...part.needs.map((need) => pieces.find(({ constant }) => constant === need))].map(bundleOf));
  manifest[`module/${own(part)}`] = [...needed].map((bundle) => manifest[`${bundle}.modules.bin`]).join(' ');
}

// The splitter's loader with its pieces as parts of those files.
const runtime = loader.slice(0, loader.search(piece)).replace(/\/\/.*$/gm, '');
const files = Object.fromEntries([...bundles.keys()].map((bundle) => [bundle, `./${path.basename(manifest[`${bundle}.modules.bin`])}`]));
const constants = pieces.map(({ constant, place: [bundle, from, to], needs, file }) =>
  file.startsWith('split_') ? `export const ${constant} = wrapAsyncCb(piece('${bundle}', ${from}, ${to}, [${needs}]));` : `const ${constant} = piece('${bundle}', ${from}, ${to}, [${needs}]);`);
const nothing = [...loader.matchAll(/^export const \w+ = .*async \(_imp\) => \(\{\}\).*$/gm)].map(([line]) => line);
const split = `${runtime}
const files = ${JSON.stringify(files)};
const fetched = {};
// Where the network is away the page stays as it is, and goes on when it is back.
const get = (name) => fetch(new URL(files[name], import.meta.url))
  .then((answer) => { if (!answer.ok) throw new Error(\`\${files[name]}: \${answer.status}\`); return answer.arrayBuffer(); })
  .catch((error) => { if (error instanceof TypeError) return new Promise((again) => setTimeout(again, 1000)).then(() => get(name)); throw error; });
const whole = (name) => fetched[name] ??= get(name).catch((error) => { delete fetched[name]; throw error; });
const piece = (name, from, to, needs) => makeLoad(() => {
  const bytes = whole(name);
  bytes.catch(() => {});
  return async (imports) => WebAssembly.instantiate(new Uint8Array(await bytes, from, to - from), imports);
}, needs);
${constants.join('\n')}
${nothing.join('\n')}
`;
// The glue and the loader name each other: both carry the hash of both.
const glue = fs.readFileSync(path.join(bindgen, 'autoreport.js'), 'utf8');
const both = createHash('sha256').update(glue).update(split).digest('hex').slice(0, 12);
for (const [logical, stem, text] of [['autoreport.js', 'autoreport', glue], ['split.js', 'split', split]]) {
  manifest[logical] = `pkg/${stem}.${both}.js`;
  const linked = text.replaceAll('from "./__wasm_split.js"', `from "./split.${both}.js"`).replaceAll('from "./autoreport.js"', `from "./autoreport.${both}.js"`);
  fs.writeFileSync(path.join(staging, manifest[logical]), linked);
}

fs.cpSync(path.join(root, 'public'), staging, { recursive: true, filter: (from) => path.basename(from) !== 'README.md' });
fs.writeFileSync(path.join(staging, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

// Fonts are compressed already, but a `.br` beside every file keeps the rule of the server simple.
const sizes = {};
for (const entry of fs.readdirSync(staging, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  const content = fs.readFileSync(file);
  const brotli = zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: fast ? 4 : 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  fs.writeFileSync(`${file}.br`, brotli);
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(content, { level: fast ? 4 : 9 }));
  sizes[path.relative(staging, file)] = [content.length, brotli.length];
}

fs.rmSync(site, { recursive: true, force: true });
fs.renameSync(staging, site);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
for (const [logical, place] of Object.entries(manifest).filter(([logical]) => !logical.startsWith('module/'))) {
  const [raw, brotli] = sizes[place];
  console.log(`  ${logical.padEnd(18)} ${kilobytes(raw).padStart(10)}  brotli ${kilobytes(brotli).padStart(9)}`);
}
