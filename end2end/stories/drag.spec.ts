// The drag, figure by figure: when it starts, where a card would land, what it shows, how it ends.
import type { Page } from '@playwright/test';
import { card, expectTitles, layer, letGo, list, middle, pasteTasks, take, waysToGiveUp } from '../fixtures/board.ts';
import { begin, expect, makeProject, settled, test } from '../fixtures/story.ts';

const todo = ['One', 'Two', 'Three', 'Four', 'Five'];
const progress = ['Alpha', 'Beta', 'Gamma'];

const pause = (page: Page, millis = 120) => page.waitForTimeout(millis);

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await makeProject(page, empty);
  await settled(page, hydrated);
});

test('a drag begins after five pixels, with the first button, and not on a control @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const at = await middle(card(page, 'Two'));
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 4, at.y);
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await page.mouse.move(at.x + 5, at.y);
  await expect(layer(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(layer(page)).toHaveCount(0);

  await page.mouse.move(at.x, at.y);
  await page.mouse.down({ button: 'right' });
  await page.mouse.move(at.x + 60, at.y, { steps: 4 });
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await page.mouse.up({ button: 'right' });
  await page.keyboard.press('Escape');

  const menu = await middle(page.getByRole('button', { name: 'Actions for Two' }));
  await page.mouse.move(menu.x, menu.y);
  await page.mouse.down();
  await page.mouse.move(menu.x - 40, menu.y + 40, { steps: 4 });
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await page.mouse.up();
  await expectTitles(page, 'Todo', todo);
});

test('the copy follows the pointer where the card was taken, and its place is a hole @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const box = (await card(page, 'Two').boundingBox())!;
  const grip = { x: box.x + 30, y: box.y + 20 };
  await page.mouse.move(grip.x, grip.y);
  await page.mouse.down();
  await page.mouse.move(grip.x + 10, grip.y + 4, { steps: 3 });
  await page.mouse.move(700, 400, { steps: 6 });
  // The tilt swings back within a moment.
  await pause(page, 900);
  const copy = (await layer(page).locator('.card').boundingBox())!;
  expect(Math.abs(copy.x - (700 - 30))).toBeLessThan(8);
  expect(Math.abs(copy.y - (400 - 20))).toBeLessThan(8);
  expect(copy.width / box.width).toBeGreaterThan(1.01);
  await expect(page.locator('.board .card.is-hole')).toHaveCount(1);
  expect(await layer(page).locator('.card').getAttribute('aria-hidden')).toBe('true');
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('it leans with the speed, at most three degrees, and not for those who asked for calm @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const lean = () => layer(page).locator('.card').evaluate((copy) => {
    const { a, b } = new DOMMatrix(getComputedStyle(copy).transform);
    return Math.abs((Math.atan2(b, a) * 180) / Math.PI);
  });
  const swing = async (from: { x: number; y: number }) => {
    const seen = [];
    for (let step = 0; step < 24; step += 1) {
      await page.mouse.move(from.x + step * 35, from.y);
      seen.push(await lean());
    }
    return Math.max(...seen);
  };
  const most = await swing(await take(page, card(page, 'Two')));
  expect(most).toBeGreaterThan(0.2);
  expect(most).toBeLessThanOrEqual(3.05);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(layer(page)).toHaveCount(0);
  expect(await swing(await take(page, card(page, 'Two')))).toBe(0);
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('a card lands in the slot that is nearest to its middle, up, down and in another list @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  await pasteTasks(page, 'In Progress', progress);
  let at = await take(page, card(page, 'Two'));
  const step = (await middle(card(page, 'Four'))).y - (await middle(card(page, 'Three'))).y;
  await page.mouse.move(at.x, at.y + step * 0.9, { steps: 6 });
  await letGo(page);
  await expectTitles(page, 'Todo', ['One', 'Three', 'Two', 'Four', 'Five']);

  at = await take(page, card(page, 'Five'));
  await page.mouse.move(at.x, at.y - step * 1.1, { steps: 6 });
  await letGo(page);
  await expectTitles(page, 'Todo', ['One', 'Three', 'Two', 'Five', 'Four']);

  await take(page, card(page, 'One'));
  const beta = await middle(card(page, 'Beta'));
  await page.mouse.move(beta.x, beta.y - 4, { steps: 10 });
  await pause(page);
  await expect(page.locator('.col.is-over')).toHaveCount(1);
  // The hole stands where the card will be.
  const hole = (await page.locator('.hole:not([hidden])').boundingBox())!;
  await letGo(page);
  await expectTitles(page, 'In Progress', ['Alpha', 'One', 'Beta', 'Gamma']);
  const landed = (await card(page, 'One').boundingBox())!;
  expect(Math.abs(landed.y - hole.y)).toBeLessThan(2);
  expect(Math.abs(landed.height - hole.height)).toBeLessThan(2);
  await expect(page.locator('.col.is-over')).toHaveCount(0);

  // Under the last card, and into an empty list.
  await take(page, card(page, 'Three'));
  const foot = (await list(page, 'In Progress').boundingBox())!;
  await page.mouse.move(foot.x + 120, foot.y + foot.height - 60, { steps: 10 });
  await letGo(page);
  await expectTitles(page, 'In Progress', ['Alpha', 'One', 'Beta', 'Gamma', 'Three']);
  await take(page, card(page, 'Two'));
  const empty = await middle(list(page, 'Completed'));
  await page.mouse.move(empty.x, empty.y, { steps: 10 });
  await letGo(page);
  await expectTitles(page, 'Completed', ['Two']);
});

test('a slot holds for four pixels and a list for twelve @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const at = await take(page, card(page, 'One'));
  const step = (await middle(card(page, 'Three'))).y - (await middle(card(page, 'Two'))).y;
  const shift = async (y: number) => {
    await page.mouse.move(at.x, at.y + y);
    await pause(page, 300);
    return card(page, 'Two').evaluate((two) => new DOMMatrix(getComputedStyle(two).transform).f);
  };
  expect(await shift(step / 2 + 1)).toBe(0);
  expect(await shift(step / 2 + 6)).toBeLessThan(-20);
  expect(await shift(step / 2 - 1)).toBeLessThan(-20);
  expect(await shift(step / 2 - 6)).toBe(0);

  const side = (await page.getByRole('region', { name: 'Todo' }).boundingBox())!;
  const over = () => page.locator('.col.is-over').count();
  await page.mouse.move(side.x + side.width + 11, at.y);
  await pause(page);
  expect(await over()).toBe(0);
  await page.mouse.move(side.x + side.width + 16, at.y);
  await pause(page);
  expect(await over()).toBe(1);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expectTitles(page, 'Todo', todo);
});

test('a card that is let go lands with a flash, opens nothing, and can be taken back; in place it sends nothing @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const sent: string[] = [];
  page.on('request', (request) => { if (/move_task|change_tasks/.test(request.url())) sent.push(request.url()); });
  await take(page, card(page, 'Two'));
  await letGo(page);
  await expectTitles(page, 'Todo', todo);
  expect(sent).toEqual([]);

  await take(page, card(page, 'Two'));
  const to = await middle(list(page, 'Pending'));
  await page.mouse.move(to.x, to.y, { steps: 10 });
  await pause(page);
  const flights = await layer(page).locator('.card').evaluateHandle((copy) => {
    const seen: string[] = [];
    new MutationObserver(() => { if (copy instanceof HTMLElement && copy.style.transition) seen.push(copy.style.transition); }).observe(copy, { attributeFilter: ['style'] });
    return seen;
  });
  await page.mouse.up();
  await expect(page.locator('.card.is-flash')).toHaveCount(1);
  await expect(page.locator('.card.is-flash')).toHaveCount(0);
  const millis = Number(/transform ([\d.]+)(ms|s)/.exec((await flights.jsonValue())[0])![1]);
  expect(millis < 1 ? millis * 1000 : millis).toBeGreaterThanOrEqual(180);
  expect(millis < 1 ? millis * 1000 : millis).toBeLessThanOrEqual(320);
  await expect(page).toHaveURL(/\/board\/REP$/);
  await expect(page.locator('#live-polite')).toHaveText('Moved “Two” from Todo to Pending, position 1 of 1. Press Control Z to undo.');
  expect(sent).toHaveLength(1);
  // A click that is no drag still opens.
  await page.getByRole('link', { name: 'Three', exact: true }).click();
  await expect(page).toHaveURL(/\/tasks\/3$/);
});

test('Escape, another window and a lost pointer put the card back, and nothing is sent @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', todo);
  const sent: string[] = [];
  page.on('request', (request) => { if (/move_task|change_tasks/.test(request.url())) sent.push(request.url()); });
  for (const [name, giveUp] of waysToGiveUp(page)) {
    await take(page, card(page, 'Two'));
    const to = await middle(list(page, 'Pending'));
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await pause(page);
    await giveUp();
    await expect(layer(page), name).toHaveCount(0);
    await page.mouse.up();
    await expect(page.locator('#live-assertive')).toHaveText('Movement cancelled. “Two” is back in Todo, position 2.');
    await expectTitles(page, 'Todo', todo);
    const marks = await page.locator('.board').evaluate((board) => [...board.querySelectorAll<HTMLElement>('.card, .col, .cards')]
      .filter((element) => element.matches('.is-hole, .is-over') || element.style.transform || element.style.visibility || element.style.paddingBlockEnd).length);
    expect(marks, `traces after ${name}`).toBe(0);
  }
  expect(sent).toEqual([]);
});

test('near an edge the list scrolls by itself, at about 900 pixels a second @hydrated', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 600 });
  await pasteTasks(page, 'Todo', Array.from({ length: 60 }, (_, i) => `Task ${i}`));
  const scroller = list(page, 'Todo');
  await scroller.evaluate((cards) => { cards.scrollTop = 0; });
  const box = (await scroller.boundingBox())!;
  await take(page, card(page, 'Task 1'));
  await page.mouse.move(box.x + 140, box.y + box.height - 4, { steps: 4 });
  // It begins gently and has its full speed after 400 ms.
  await pause(page, 600);
  const speed = await scroller.evaluate(async (cards) => {
    const frame = () => new Promise<number>((resolve) => { requestAnimationFrame(resolve); });
    const began = await frame();
    const from = cards.scrollTop;
    let [now, counted] = [began, 0];
    // A step counts at most 50 ms, so that a list does not jump where a busy machine drops frames: as they are counted here.
    while (now - began < 700) {
      const next = await frame();
      counted += Math.min(next - now, 50);
      now = next;
    }
    return ((cards.scrollTop - from) / counted) * 1000;
  });
  test.info().annotations.push({ type: 'measured', description: `${Math.round(speed)} pixels a second` });
  expect(speed).toBeGreaterThan(700);
  expect(speed).toBeLessThan(1_000);
  await page.mouse.move(box.x + 140, box.y + box.height / 2, { steps: 3 });
  await pause(page, 200);
  const still = await scroller.evaluate((cards) => cards.scrollTop);
  await pause(page, 200);
  expect(await scroller.evaluate((cards) => cards.scrollTop)).toBe(still);
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('with 200 cards and a slow processor a card lifts and follows @hydrated', async ({ page, context }) => {
  for (const [name, part] of [['Todo', 0], ['In Progress', 1]] as const) {
    await pasteTasks(page, name, Array.from({ length: 100 }, (_, i) => `Task ${part}-${i}`));
  }
  // What stands on a card is text: each drawing inside would be a piece of its own to paint, in every frame.
  await expect(page.locator('.board .card svg')).toHaveCount(0);
  expect(await page.evaluate(() => document.fonts.load('16px "AutoReport Glyphs"').then((fonts) => fonts.length))).toBe(1);
  const marks = await page.locator('.board .card .glyph').evaluateAll((glyphs) => glyphs.map((glyph) => getComputedStyle(glyph, '::before').content));
  expect(marks.length).toBeGreaterThan(200);
  expect(marks.filter((mark) => mark === 'none' || mark === 'normal')).toEqual([]);
  const slow = await context.newCDPSession(page);
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const from = await middle(card(page, 'Task 0-2'));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const hand = page.locator('.drag-layer .card');
  // How long a lift and a frame take is measured by the bench: here other stories run beside.
  await page.mouse.move(from.x + 8, from.y);
  await expect(hand).toBeVisible();
  const carried = await middle(hand);
  for (let step = 2; step <= 60; step += 1) {
    await page.mouse.move(from.x + step * 8, from.y + Math.sin(step / 6) * 160);
    await pause(page, 16);
  }
  const way = { x: 59 * 8, y: Math.sin(10) * 160 };
  await expect.poll(async () => {
    const now = await middle(hand);
    return Math.hypot(now.x - carried.x - way.x, now.y - carried.y - way.y);
  }, 'the card is where the pointer is').toBeLessThan(4);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await expect(hand).toHaveCount(0);
});

test.describe('by finger', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('a hold of a quarter second lifts, eight pixels before that scroll instead, and a lost touch puts back @hydrated', async ({ page, context }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await pasteTasks(page, 'Todo', Array.from({ length: 14 }, (_, i) => `Task ${i}`));
    await page.getByRole('region', { name: 'Todo' }).getByRole('button', { name: 'Close' }).tap();
    const fingers = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel', at?: { x: number; y: number }) =>
      fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    const scroller = list(page, 'Todo');
    await scroller.evaluate((cards) => { cards.scrollTop = 0; });
    const at = await middle(card(page, 'Task 3'));

    await touch('touchStart', at);
    for (let step = 1; step <= 8; step += 1) {
      await touch('touchMove', { x: at.x, y: at.y - step * 20 });
      await pause(page, 16);
    }
    await pause(page, 300);
    await expect(layer(page)).toHaveCount(0);
    await touch('touchEnd');
    expect(await scroller.evaluate((cards) => cards.scrollTop), 'a swipe scrolls').toBeGreaterThan(40);
    await scroller.evaluate((cards) => { cards.scrollTop = 0; });
    await pause(page, 300);

    // Far enough from the edge, where the list would scroll by itself.
    const held = await middle(card(page, 'Task 2'));
    await touch('touchStart', held);
    await pause(page, 120);
    await expect(layer(page)).toHaveCount(0);
    await touch('touchMove', { x: held.x + 3, y: held.y + 3 });
    await pause(page, 350);
    await expect(layer(page)).toBeVisible();
    expect(await page.locator('.board').evaluate((board) => getComputedStyle(board).scrollSnapType)).toBe('none');
    const step = (await middle(card(page, 'Task 5'))).y - (await middle(card(page, 'Task 4'))).y;
    for (let part = 1; part <= 6; part += 1) {
      await touch('touchMove', { x: held.x, y: held.y + (step * part) / 6 });
      await pause(page, 16);
    }
    await pause(page);
    expect(await scroller.evaluate((cards) => cards.scrollTop), 'the list stays under the card').toBe(0);
    await touch('touchEnd');
    await expect(layer(page)).toHaveCount(0);
    await expect.poll(() => scroller.locator('.card__title').nth(3).innerText()).toBe('Task 2');
    expect(await page.locator('.board').evaluate((board) => getComputedStyle(board).scrollSnapType)).not.toBe('none');

    const other = await middle(card(page, 'Task 1'));
    await touch('touchStart', other);
    await pause(page, 400);
    await expect(layer(page)).toBeVisible();
    await touch('touchMove', { x: other.x, y: other.y + 100 });
    await pause(page);
    await touch('touchCancel');
    await expect(layer(page)).toHaveCount(0);
    expect(await scroller.locator('.card__title').nth(1).innerText()).toBe('Task 1');
    expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toBe('');
  });
});
