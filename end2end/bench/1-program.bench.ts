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
      ['autoreport.wasm', 'wasm.brotli', 300], ['autoreport.js', 'js.brotli', 20], ['autoreport.css', 'css.brotli', 20],
      ['inter.woff2', 'font.brotli', 50], ['icons.svg', 'icons.brotli', 5],
    ];
    for (const [logical, name, limit] of limits) {
      // `fetch` would hide the size on the wire: the length header has it.
      const answer = await fetch(`${server.url}/${manifest[logical]}`, { headers: { 'accept-encoding': 'br' } });
      expect(answer.status, logical).toBe(200);
      expect(answer.headers.get('content-encoding'), `${logical} is compressed beforehand`).toBe('br');
      expect(answer.headers.get('cache-control'), `${logical} is kept for ever`).toContain('immutable');
      expect(manifest[logical], `${logical} is named by its hash`).toMatch(/\.[0-9a-f]{12}\./);
      const length = Number(answer.headers.get('content-length'));
      const onDisk = fs.readFileSync(`${server.site}/${manifest[logical]}.br`);
      expect(length).toBe(onDisk.length);
      expect(zlib.brotliDecompressSync(onDisk).equals(fs.readFileSync(`${server.site}/${manifest[logical]}`))).toBe(true);
      figure(name, length / 1000, 'kB', limit);
    }
  } finally {
    await server.dispose();
  }
});
