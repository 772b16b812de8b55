// The program itself: how fast it starts, what it holds when idle, what a browser has to fetch.
import fs from 'node:fs';
import zlib from 'node:zlib';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { figure, median, time } from './figures.ts';

test('start and idle', async () => {
  const server = await AutoReport.start();
  try {
    const starts = [];
    for (let run = 0; run < 7; run += 1) {
      await server.stop();
      starts.push(await time(() => server.begin()));
    }
    figure('start', median(starts) / 1000, 's', 1);

    await fetch(`${server.url}/sign-up`).then((answer) => answer.text());
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const resident = fs.readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)!;
    figure('idle.resident', Number(resident[1]) / 1000, 'MB', 60);
  } finally {
    await server.dispose();
  }
});

test('assets', async () => {
  const server = await AutoReport.start();
  try {
    const manifest: Record<string, string> = JSON.parse(fs.readFileSync(`${server.site}/manifest.json`, 'utf8'));
    const limits: [string, string, number][] = [
      ['autoreport.wasm', 'wasm.first.brotli', 300], ['autoreport.js', 'js.brotli', 20], ['autoreport.css', 'css.brotli', 20],
      ['inter.woff2', 'font.brotli', 50], ['icons.svg', 'icons.brotli', 5], ['glyphs.woff2', 'glyphs.brotli', 3],
    ];
    for (const [logical, name, limit] of limits) figure(name, await onTheWire(server, manifest[logical]), 'kB', limit);
    // What the board adds to the first module, and what each other kind of page brings of its own.
    const board = manifest['module/board'].split(' ');
    figure('wasm.board.brotli', (await Promise.all(board.map((file) => onTheWire(server, file)))).reduce((sum, size) => sum + size, 0), 'kB', 300);
    for (const [logical, file] of Object.entries(manifest)) {
      const module = logical.match(/^(\w+)\.modules\.bin$/)?.[1];
      if (module && module !== 'board') figure(`wasm.${module}.brotli`, await onTheWire(server, file), 'kB', 80);
    }
  } finally {
    await server.dispose();
  }
});

/** What a browser fetches of a built file, in kB. It is compressed beforehand and kept for ever. */
async function onTheWire(server: AutoReport, file: string): Promise<number> {
  // `fetch` would hide the size on the wire: the length header has it.
  const answer = await fetch(`${server.url}/${file}`, { headers: { 'accept-encoding': 'br' } });
  expect(answer.status, file).toBe(200);
  expect(answer.headers.get('content-encoding'), `${file} is compressed beforehand`).toBe('br');
  expect(answer.headers.get('cache-control'), `${file} is kept for ever`).toContain('immutable');
  expect(file, `${file} is named by its hash`).toMatch(/\.[0-9a-f]{12}\./);
  const length = Number(answer.headers.get('content-length'));
  const onDisk = fs.readFileSync(`${server.site}/${file}.br`);
  expect(length).toBe(onDisk.length);
  expect(zlib.brotliDecompressSync(onDisk).equals(fs.readFileSync(`${server.site}/${file}`))).toBe(true);
  return length / 1000;
}
