// The board that is open in many browsers: how soon a move is seen, what an open stream costs, and a crowd under which the server is killed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { type Board, crowd, noFilter, person, prepare } from '../fixtures/crowd.ts';
import { Client } from '../fixtures/client.ts';
import { settled } from '../fixtures/story.ts';
import { figure, median } from './figures.ts';

type Engine = 'sqlite' | 'postgres';

/** A database of its own in the private PostgreSQL. */
function settings(engine: Engine, name: string): Record<string, string> {
  if (engine === 'sqlite') return {};
  const url = process.env.TEST_POSTGRES_URL!;
  execFileSync('psql', ['--quiet', '--no-psqlrc', url, '--command', `CREATE DATABASE ${name}`]);
  return { DATABASE_URL: url.replace(/\/postgres$/, `/${name}`) };
}

/** An open stream; `heard` gets the number of each change, as soon as it is there. */
function listen(server: AutoReport, client: Client, key: string, heard: (number: number) => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const cookie = client.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const request = http.get(`${server.url}/live/${key}`, { agent: false, headers: { cookie, 'accept-encoding': 'gzip' } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`the stream answered ${answer.statusCode}`));
      answer.setEncoding('utf8').on('data', (text: string) => {
        for (const [, number] of text.matchAll(/^id: (\d+)$/gm)) heard(Number(number));
      });
      answer.on('error', () => {});
      resolve(() => request.destroy());
    });
    request.on('error', reject);
  });
}

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`a move is heard by a second client: ${engine}`, async () => {
    const server = await AutoReport.start({ settings: settings(engine, 'bench_live_echo'), prepare: prepare(1000) });
    const client = new Client(server);
    try {
      await client.signIn(person.email, person.password);
      const key = (await client.call<string>('find_board', {})).value;
      const { columns } = (await client.call<Board>('load_board', { key, filter: noFilter, longer: null }, 'json')).value;
      let wake: () => void = () => {};
      const close = await listen(server, client, key, () => wake());
      const times = [];
      for (let run = 0; run < 60; run += 1) {
        const came = new Promise<void>((resolve) => { wake = resolve; });
        const begin = performance.now();
        const card = columns[0].cards[run % 20];
        const values = { card: card.id, column: columns[1 + (run % 3)].id, after: null, before: null, op: crypto.randomUUID() };
        await Promise.all([client.call('move_task', values, 'json'), came]);
        times.push(performance.now() - begin);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      figure(`live.echo.${engine}`, median(times.slice(10)), 'ms', 100);
      close();
    } finally {
      client.close();
      await server.dispose();
    }
  });
}

test('a move is painted in the browser of another', async ({ page }) => {
  const server = await AutoReport.start({ prepare: prepare(1000) });
  const client = new Client(server);
  try {
    await client.signIn(person.email, person.password);
    const key = (await client.call<string>('find_board', {})).value;
    const { columns } = (await client.call<Board>('load_board', { key, filter: noFilter, longer: null }, 'json')).value;
    await page.context().addCookies(client.cookies);
    await page.goto(`${server.url}/board/${key}`);
    await settled(page, true);
    // The stream is open once the page has been told who is here.
    await page.waitForTimeout(1_000);
    const times = [];
    for (let run = 0; run < 40; run += 1) {
      const card = columns[0].cards[run % 15];
      const to = columns[1 + (run % 3)];
      const first = to.cards[0].id;
      // The instant at which the frame with the card in its new list has been painted, by the clock of the machine.
      const painted = page.evaluate(([id, column]) => new Promise<number>((resolve) => {
        const look = () => {
          const there = document.querySelector(`[data-id="${column}"] .card[data-id="${id}"]`);
          if (!there) requestAnimationFrame(look);
          else requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
        };
        look();
      }), [card.id, to.id] as const);
      await page.waitForTimeout(100);
      const begin = performance.timeOrigin + performance.now();
      await client.call('move_task', { card: card.id, column: to.id, after: null, before: first, op: crypto.randomUUID() }, 'json');
      times.push((await painted) - begin);
      await client.call('move_task', { card: card.id, column: columns[0].id, after: null, before: null, op: crypto.randomUUID() }, 'json');
      await expect(page.locator(`[data-id="${to.id}"] .card[data-id="${card.id}"]`)).toHaveCount(0);
    }
    figure('live.painted', median(times.slice(10)), 'ms', 100);
  } finally {
    await page.goto('about:blank');
    client.close();
    await server.dispose();
  }
});

test('500 open streams', async () => {
  const server = await AutoReport.start({ prepare: prepare(200) });
  const client = new Client(server);
  try {
    await client.signIn(person.email, person.password);
    const key = (await client.call<string>('find_board', {})).value;
    const { columns } = (await client.call<Board>('load_board', { key, filter: noFilter, longer: null }, 'json')).value;
    const move = (to: number, card: number) => client.call('move_task', { card: columns[0].cards[card].id, column: columns[to].id, after: null, before: null, op: crypto.randomUUID() }, 'json');
    for (let warm = 0; warm < 10; warm += 1) await move(1 + (warm % 2), warm % 3);
    const before = resident(server.pid);
    const heard = new Set<number>();
    let all: () => void = () => {};
    const closers = [];
    for (let stream = 0; stream < 500; stream += 1) {
      closers.push(await listen(server, client, key, () => {
        heard.add(stream);
        if (heard.size === 500) all();
      }));
    }
    const everybody = new Promise<void>((resolve) => { all = resolve; });
    const begin = performance.now();
    await move(3, 5);
    await everybody;
    figure('live.streams_500.all_heard', performance.now() - begin, 'ms', null);
    for (let more = 0; more < 40; more += 1) await move(1 + (more % 3), 6 + (more % 5));
    figure('live.streams_500.memory', resident(server.pid) - before, 'MB', 60);
    closers.forEach((close) => close());
    await expect.poll(async () => (await client.request('GET', '/healthz')).status).toBe(200);
  } finally {
    client.close();
    await server.dispose();
  }
});

/** Resident memory of a process, in MB. */
function resident(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) / 1000;
}

const moves = Number(process.env.BENCH_CROWD_MOVES ?? 1000);

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`50 clients move ${moves} times each while the server is killed: ${engine}`, async () => {
    const server = await AutoReport.start({ settings: settings(engine, 'bench_live_crowd'), prepare: prepare(1000) });
    try {
      const outcome = await crowd(server, { clients: 50, moves, killEvery: 15_000 });
      outcome.errors.slice(0, 5).forEach((error) => console.log(error));
      figure(`crowd.${engine}.errors`, outcome.errors.length, 'errors', 0);
      figure(`crowd.${engine}.lost`, outcome.acknowledged - outcome.errors.length - outcome.recorded, 'moves', 0);
      figure(`crowd.${engine}.duplicate_ranks`, outcome.duplicateRanks, 'ranks', 0);
      figure(`crowd.${engine}.gaps`, outcome.gaps, 'numbers', 0);
      figure(`crowd.${engine}.different_orders`, outcome.orders - 1, 'orders', 0);
      figure(`crowd.${engine}.kills`, outcome.kills, 'kills', null);
      figure(`crowd.${engine}.rate`, outcome.acknowledged / outcome.seconds, 'moves/s', null);
      expect(outcome.errors).toEqual([]);
      expect(outcome.recorded).toBe(outcome.acknowledged);
      expect(outcome).toMatchObject({ duplicateRanks: 0, gaps: 0, orders: 1, cards: 0 });
    } finally {
      await server.dispose();
    }
  });
}

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`50 clients move the same ten cards, and all read the same order: ${engine}`, async () => {
    const server = await AutoReport.start({ settings: settings(engine, 'bench_live_shared'), prepare: prepare(1000) });
    try {
      const outcome = await crowd(server, { clients: 50, moves: Math.ceil(moves / 10), killEvery: 0, isShared: true });
      outcome.errors.slice(0, 5).forEach((error) => console.log(error));
      figure(`crowd_shared.${engine}.errors`, outcome.errors.length, 'errors', 0);
      figure(`crowd_shared.${engine}.duplicate_ranks`, outcome.duplicateRanks, 'ranks', 0);
      figure(`crowd_shared.${engine}.gaps`, outcome.gaps, 'numbers', 0);
      figure(`crowd_shared.${engine}.different_orders`, outcome.orders - 1, 'orders', 0);
      figure(`crowd_shared.${engine}.rate`, outcome.acknowledged / outcome.seconds, 'moves/s', null);
      expect(outcome.errors).toEqual([]);
      // A move to where the card is already leaves no trace, so what was recorded is at most what was asked.
      expect(outcome.recorded).toBeLessThanOrEqual(outcome.acknowledged);
      expect(outcome).toMatchObject({ duplicateRanks: 0, gaps: 0, orders: 1, cards: 0 });
    } finally {
      await server.dispose();
    }
  });
}
