// Makes target/site from what the compiler left: hashed names, one manifest, everything compressed beforehand.
// Usage: node site.mjs WASM-BINDGEN-FOLDER SITE-FOLDER TOOLS-FOLDER [fast]
// `fast` leaves out the size work (wasm-opt, strongest compression) for `make dev`.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
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

// Fonts lie beside the style sheet, so their bare file names are the right addresses.
const css = bundle({ filename: path.join(root, 'style/main.css'), minify: true, targets });
for (const warning of css.warnings) console.warn(`style: ${warning.message} (${warning.loc?.filename}:${warning.loc?.line})`);
if (css.warnings.length) process.exit(1);
let style = css.code.toString();
for (const font of ['inter.woff2', 'inter-ext.woff2']) {
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

// The page calls `init` of the glue with the module's address, so the glue needs no change.
put('autoreport.js', fs.readFileSync(path.join(bindgen, 'autoreport.js')));
const module = path.join(bindgen, 'autoreport_bg.wasm');
let wasm = module;
if (!fast) {
  wasm = path.join(bindgen, 'optimised.wasm');
  // What rustc uses by default. Named here, because stripping the module's symbols strips the section that says so.
  const features = ['bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'];
  const flags = ['-Oz', ...features.map((feature) => `--enable-${feature}`)];
  execFileSync(path.join(modules, '.bin/wasm-opt'), [...flags, module, '-o', wasm], { stdio: 'inherit' });
}
put('autoreport.wasm', fs.readFileSync(wasm));

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
for (const [logical, place] of Object.entries(manifest)) {
  const [raw, brotli] = sizes[place];
  console.log(`  ${logical.padEnd(18)} ${kilobytes(raw).padStart(10)}  brotli ${kilobytes(brotli).padStart(9)}`);
}
