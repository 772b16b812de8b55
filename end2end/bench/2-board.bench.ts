// A board of 1,000 cards on both databases: reading it, moving cards on it alone and together.
import { execFileSync } from 'node:child_process';
import { expect, type Page, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median, time } from './figures.ts';

interface Card { id: string; title: string }
interface Column { id: string; name: string; total: number; cards: Card[]; next: string | null }
interface Board { key: string; columns: Column[] }

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const noFilter = { text: '', assignee: null, due: null, priorities: [], label: null };

/** Starts on a database with 1,000 tasks and signs in. */
async function begin(database?: string): Promise<{ server: AutoReport; client: Client; board: () => Promise<Board> }> {
  const server = await AutoReport.start({ settings: database ? { DATABASE_URL: database } : {}, prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', '1000']);
  } });
  const client = new Client(server);
  await client.signIn(person.email, person.password);
  const key = (await client.call<string>('find_board', {})).value;
  return { server, client, board: async () => (await client.call<Board>('load_board', { key, filter: noFilter, longer: null }, 'json')).value };
}

/** A database of its own in the private PostgreSQL. */
function database(name: string): string {
  const url = process.env.TEST_POSTGRES_URL!;
  execFileSync('psql', ['--quiet', '--no-psqlrc', url, '--command', `CREATE DATABASE ${name}`]);
  return url.replace(/\/postgres$/, `/${name}`);
}

test('one board, one reader, one mover: SQLite', async ({ page }) => {
  const { server, client, board } = await begin();
  try {
    const { key } = await board();
    const times = [];
    let size = 0;
    for (let run = 0; run < 40; run += 1) {
      const answer = await client.request('GET', `/board/${key}`, undefined, { 'accept-encoding': 'gzip', accept: 'text/html' });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-encoding']).toBe('gzip');
      times.push(answer.time);
      size = answer.body.length;
    }
    figure('board.first_response', median(times.slice(5)), 'ms', 50);
    figure('board.html_gzip', size / 1000, 'kB', 150);
    await moves('sqlite', client, board, 10);
    await usable(page, server, client, key);
  } finally {
    client.close();
    await server.dispose();
  }
});

test('one mover: PostgreSQL', async () => {
  const { server, client, board } = await begin(database('bench_moves'));
  try {
    await moves('postgres', client, board, 15);
  } finally {
    client.close();
    await server.dispose();
  }
});

/** Moves cards one after the other between two lists. */
async function moves(engine: string, client: Client, board: () => Promise<Board>, limit: number): Promise<void> {
  const { columns: [from, to] } = await board();
  const cards = from.cards.slice(0, 25);
  const [first, second] = to.cards;
  const times = [];
  let largest = 0;
  for (let run = 0; run < 4; run += 1) {
    for (const card of cards) {
      const there = run % 2 === 0;
      const target = there ? { column: to.id, after: first.id, before: second.id } : { column: from.id, after: null, before: null };
      const { answer } = await client.call('move_task', { card: card.id, ...target, op: crypto.randomUUID() }, 'json');
      times.push(answer.time);
      largest = Math.max(largest, answer.body.length);
    }
  }
  figure(`move.${engine}`, median(times), 'ms', limit);
  figure(`move.${engine}.answer`, largest, 'B', 1000);
}

/** From navigation until a card follows the mouse. */
async function usable(page: Page, server: AutoReport, client: Client, key: string): Promise<void> {
  await page.context().addCookies(client.cookies);
  const times = [];
  for (let run = 0; run < 7; run += 1) {
    await page.goto('about:blank');
    times.push(await time(async () => {
      await page.goto(`${server.url}/board/${key}`, { waitUntil: 'commit' });
      const card = page.locator('li.card').first();
      await card.waitFor();
      const box = (await card.boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height - 8];
      for (;;) {
        await page.mouse.move(x, y);
        await page.mouse.down();
        await page.mouse.move(x + 10, y + 10);
        await page.mouse.move(x + 12, y + 12);
        // The dragged card lies in a layer above the page.
        if (await page.locator('li.hole:visible, [popover]:popover-open').count()) break;
        await page.mouse.up();
      }
    }));
    await page.keyboard.press('Escape');
    await page.mouse.up();
  }
  figure('board.usable', median(times.slice(1)) / 1000, 's', 2);
}

const clients = 8;
const each = 200;

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`${clients} clients move ${each} times each on one board: ${engine}`, async () => {
    const { server, client, board } = await begin(engine === 'postgres' ? database('bench_parallel') : undefined);
    const movers = await Promise.all(Array.from({ length: clients }, async () => {
      const mover = new Client(server);
      await mover.signIn(person.email, person.password);
      return mover;
    }));
    try {
      const { columns } = await board();
      const cards = columns.flatMap((column) => column.cards);
      const before = columns.reduce((sum, column) => sum + column.total, 0);
      let errors = 0;
      const begun = performance.now();
      await Promise.all(movers.map(async (mover, number) => {
        for (let move = 0; move < each; move += 1) {
          // Every client fights for the same few places: the top two of each list.
          const card = cards[(move * clients + number * 7) % cards.length];
          const column = columns[(move + number) % columns.length];
          const [after, before] = column.cards;
          const values = { card: card.id, column: column.id, after: after?.id ?? null, before: before?.id ?? null, op: crypto.randomUUID() };
          await mover.call('move_task', values, 'json').catch((error) => {
            errors += 1;
            console.log(String(error));
          });
        }
      }));
      const seconds = (performance.now() - begun) / 1000;
      const seen = await Promise.all(movers.map(async (mover) => {
        const { value } = await mover.call<Board>('load_board', { key: (await board()).key, filter: noFilter, longer: null }, 'json');
        return JSON.stringify(value.columns.map((column) => column.cards.map((card) => card.id)));
      }));
      const after = (await board()).columns.reduce((sum, column) => sum + column.total, 0);
      expect(after, 'no card is lost or doubled').toBe(before);
      figure(`parallel.${engine}.errors`, errors, 'errors', 0);
      figure(`parallel.${engine}.duplicate_ranks`, duplicates(server, engine), 'ranks', 0);
      figure(`parallel.${engine}.different_orders`, new Set(seen).size - 1, 'orders', 0);
      figure(`parallel.${engine}.rate`, (clients * each) / seconds, 'moves/s', null);
      expect(errors).toBe(0);
      expect(new Set(seen).size).toBe(1);
    } finally {
      [client, ...movers].forEach((one) => one.close());
      await server.dispose();
    }
  });
}

/** Places that two cards of a list share, counted in the database itself. */
function duplicates(server: AutoReport, engine: 'sqlite' | 'postgres'): number {
  const query = 'SELECT count(*) FROM (SELECT 1 FROM task GROUP BY column_id, rank HAVING count(*) > 1) AS twice';
  if (engine === 'postgres') {
    return Number(execFileSync('psql', ['-At', '--no-psqlrc', server.setting('DATABASE_URL'), '-c', query], { encoding: 'utf8' }));
  }
  const script = `import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])`;
  return Number(execFileSync('python3', ['-c', script, `${server.folder}/data/autoreport.db`, query], { encoding: 'utf8' }));
}
