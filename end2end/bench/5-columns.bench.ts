// A board of 5,000 cards, 1,000 and more of them in one list: reading it, scrolling it, dragging on it.
import { expect, type Page, test } from '@playwright/test';
import { brotliDecompressSync } from 'node:zlib';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median } from './figures.ts';

interface Column { id: string; total: number }
interface Board { columns: Column[] }

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const noFilter = { text: '', assignee: null, due: null, priorities: [], label: null };

test('a board of 5,000 cards', async ({ page, context }) => {
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', '5000']);
  } });
  const client = new Client(server);
  try {
    await client.signIn(person.email, person.password);
    const key = (await client.call<string>('find_board', {})).value;
    const { value: board } = await client.call<Board>('load_board', { key, filter: noFilter, longer: null }, 'json');
    const longest = board.columns.reduce((a, b) => (a.total >= b.total ? a : b));
    expect(longest.total).toBeGreaterThanOrEqual(1000);
    for (const [name, query, limit] of [['plain', '', 60], ['filtered', '?q=report', null], ['sorted', '?sort=due', null], ['lanes', '?group=assignee', null]] as const) {
      const times = [];
      let bytes = 0;
      let raw = 0;
      for (let run = 0; run < 25; run += 1) {
        const answer = await client.request('GET', `/board/${key}${query}`, undefined, { 'accept-encoding': 'br', accept: 'text/html' });
        expect(answer.status).toBe(200);
        expect(answer.headers['content-encoding']).toBe('br');
        times.push(answer.time);
        bytes = answer.body.length;
        raw = brotliDecompressSync(answer.body).length;
      }
      figure(`columns.${name}.response`, median(times.slice(5)), 'ms', limit);
      figure(`columns.${name}.html_brotli`, bytes / 1000, 'kB', name === 'plain' ? 40 : null);
      figure(`columns.${name}.html`, raw / 1000, 'kB', null);
    }
    await context.addCookies(client.cookies);
    const devtools = await context.newCDPSession(page);
    for (const [name, count] of [['200', 200], ['1000', 1000]] as const) {
      await page.goto(`${server.url}/board/${key}?more=${longest.id}&count=${count}`);
      await page.locator('html[data-hydrated=yes]').waitFor({ state: 'attached' });
      await page.locator('.board[data-ready]').waitFor();
      await page.waitForTimeout(500);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      const live = await scroll(page, longest.id);
      figure(`columns.scroll_${name}.frame_p95`, live, 'ms', 33);
      await drag(page, name, longest.id);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
      // The same page without its program: what scrolling costs that no code of ours runs for.
      await page.route('**/*.wasm', (route) => route.abort());
      await page.goto(`${server.url}/board/${key}?more=${longest.id}&count=${count}`);
      await page.waitForTimeout(500);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      const still = await scroll(page, longest.id);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
      await page.unrouteAll();
      figure(`columns.scroll_${name}.frame_p95_without_program`, still, 'ms', null);
      figure(`columns.scroll_${name}.ratio`, live / still, 'times', null);
    }
  } finally {
    client.close();
    await server.dispose();
  }
});

/** Notes how long each frame takes until it is stopped. */
async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const state = window as unknown as { frames: number[]; isRunning: boolean };
    state.frames = [];
    state.isRunning = true;
    let last = performance.now();
    const step = (now: number) => {
      state.frames.push(now - last);
      last = now;
      if (state.isRunning) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  await work();
  return page.evaluate(() => {
    const state = window as unknown as { frames: number[]; isRunning: boolean };
    state.isRunning = false;
    return state.frames.slice(2);
  });
}

function p95(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)];
}

async function scroll(page: Page, list: string): Promise<number> {
  const box = (await page.locator(`.col[data-id="${list}"] .cards`).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const times = await frames(page, async () => {
    for (let step = 0; step < 40; step += 1) {
      await page.mouse.wheel(0, 160);
      await page.waitForTimeout(25);
    }
  });
  return p95(times);
}

async function drag(page: Page, name: string, list: string): Promise<void> {
  await page.locator(`.col[data-id="${list}"] .cards`).evaluate((cards) => cards.scrollTo(0, 0));
  const lifts = [];
  let times: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const card = (await page.locator(`.col[data-id="${list}"] .card`).nth(1).boundingBox())!;
    const [x, y] = [card.x + card.width / 2, card.y + card.height - 8];
    await page.mouse.move(x, y);
    await page.mouse.down();
    // From the movement that lifts to the layer with the copy, in the page's own time.
    const lifted = page.evaluate(() => new Promise<number>((resolve) => {
      let begun = 0;
      addEventListener('pointermove', () => { begun ||= performance.now(); }, { capture: true });
      const look = () => (document.querySelector('.drag-layer') ? resolve(performance.now() - begun) : requestAnimationFrame(look));
      requestAnimationFrame(look);
    }));
    await page.mouse.move(x + 8, y + 4);
    lifts.push(await lifted);
    const more = await frames(page, async () => {
      for (let step = 1; step <= 40; step += 1) {
        await page.mouse.move(x + step * 12, y + Math.sin(step / 4) * 200);
        await page.waitForTimeout(16);
      }
    });
    times = times.concat(more);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await page.waitForTimeout(400);
  }
  figure(`columns.drag_${name}.lift`, median(lifts), 'ms', 50);
  figure(`columns.drag_${name}.frame_p95`, p95(times), 'ms', 33);
}
