// Long lists: of more than 200 cards only those near what is seen stand in the page.
import type { Page } from '@playwright/test';
import { card, drag, focusCard, list, middle, titles } from '../fixtures/board.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { answered, begin, clientOf, createProject, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

const count = 400;
const all = Array.from({ length: count }, (_, i) => `Task ${i + 1}`);

/** Opens a board whose first list has 400 cards loaded. */
test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const column = board.value.columns[0].id;
  for (const part of [all.slice(0, 200), all.slice(200)]) {
    await clientOf(page).call('add_tasks', { project: 'REP', column, title: part.join('\n'), at: 'end' });
  }
  await page.goto(`${empty.url}/board/REP?more=${column}&count=${count}`);
  await settled(page, hydrated);
});

/** The titles of the first list as the server has them. */
async function inOrder(page: Page, url: string): Promise<string[]> {
  const column = await page.getByRole('region', { name: 'Todo' }).getAttribute('data-id');
  const answer = await clientOf(page).request('GET', `/board/REP?more=${column}&count=1000`, undefined, { accept: 'text/html' });
  expect(answer.status, url).toBe(200);
  const section = answer.body.toString().split('<section').find((part) => part.includes(`data-id="${column}"`))!;
  return [...section.matchAll(/class="card__title"[^>]*>([^<]+)</g)].map(([, title]) => title);
}

/** Scrolls the list so that this share of it is above. */
async function scrollTo(page: Page, share: number): Promise<void> {
  await list(page, 'Todo').evaluate((cards, share) => { cards.scrollTop = cards.scrollHeight * share; }, share);
}

/** The titles that a person sees of the list. */
function seen(page: Page): Promise<string[]> {
  return list(page, 'Todo').evaluate((cards) => {
    const frame = cards.getBoundingClientRect();
    return [...cards.querySelectorAll('.card')]
      .filter((one) => one.getBoundingClientRect().bottom > frame.top && one.getBoundingClientRect().top < frame.bottom)
      .map((one) => one.querySelector('.card__title')?.textContent ?? '');
  });
}

test('a long list shows a hundred and twenty cards, and each says which of how many it is @hydrated', async ({ page }) => {
  const cards = list(page, 'Todo').locator('.card');
  await expect(cards).toHaveCount(120);
  await expect(card(page, 'Task 1')).toHaveAttribute('aria-posinset', '1');
  await expect(card(page, 'Task 120')).toHaveAttribute('aria-setsize', '400');

  await scrollTo(page, 0.5);
  await expect.poll(async () => (await seen(page)).length).toBeGreaterThan(3);
  const [first] = await seen(page);
  await expect(card(page, first)).toHaveAttribute('aria-posinset', first.replace('Task ', ''));
  // About the middle: cards that were not measured yet are taken to be as high as the others.
  expect(Math.abs(Number(first.replace('Task ', '')) - 200)).toBeLessThan(40);
  await expect.poll(() => cards.count()).toBeLessThanOrEqual(122);

  await scrollTo(page, 1);
  await expect(card(page, 'Task 400')).toBeInViewport();
  await scrollTo(page, 0);
  await expect(card(page, 'Task 1')).toBeInViewport();
  await expectAccessible(page);
});

test('scrolling through a long list shows every card once and in order @hydrated', async ({ page }) => {
  const met = new Set<string>();
  let last = 0;
  for (let step = 0; step < 200 && !met.has('Task 400'); step += 1) {
    const now = (await seen(page)).map((title) => Number(title.replace('Task ', '')));
    expect(now, 'in order, without a gap').toEqual(now.map((_, at) => now[0] + at));
    expect(now[0]).toBeGreaterThanOrEqual(last);
    last = now[0];
    now.forEach((number) => met.add(`Task ${number}`));
    await list(page, 'Todo').evaluate(async (cards) => {
      cards.scrollBy(0, cards.clientHeight * 0.8);
      await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    });
  }
  expect(met.size).toBe(count);
});

test('the keyboard walks a long list from end to end, and the focus is not lost by scrolling @hydrated', async ({ page }) => {
  await focusCard(page, 'Task 1');
  await page.keyboard.press('End');
  await expect(page.getByRole('link', { name: 'Task 400', exact: true })).toBeFocused();
  await expect(card(page, 'Task 400')).toBeInViewport();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('link', { name: 'Task 399', exact: true })).toBeFocused();

  await scrollTo(page, 0.2);
  await expect.poll(async () => (await seen(page)).includes('Task 399')).toBe(false);
  await expect(page.getByRole('link', { name: 'Task 399', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('link', { name: 'Task 398', exact: true })).toBeFocused();
  await expect(card(page, 'Task 398')).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(page.getByRole('link', { name: 'Task 1', exact: true })).toBeFocused();
  // One stop for Tab, as on every board.
  await expect(page.locator('.card__title[tabindex="0"]')).toHaveCount(1);
  await expect(page.locator('.card__title:not([tabindex])')).toHaveCount(0);
});

test('a title that is being edited stays while its list is scrolled away @hydrated', async ({ page }) => {
  await focusCard(page, 'Task 3');
  await page.keyboard.press('e');
  const field = page.getByLabel('Title of Task 3', { exact: true });
  await field.fill('Third');
  await scrollTo(page, 0.9);
  await expect.poll(async () => (await seen(page)).length).toBeGreaterThan(3);
  await expect(field).toHaveValue('Third');
  await expect(field).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'Third', exact: true })).toBeFocused();
  await answered(page);
});

test('a card is dragged to its place in the middle of a long list @hydrated', async ({ page, empty }) => {
  await scrollTo(page, 0.5);
  await expect.poll(async () => (await seen(page)).length).toBeGreaterThan(6);
  const shown = await seen(page);
  // In the middle of what is seen: near an edge the list would scroll under the card.
  const [taken, over] = [shown[3], shown[5]];
  // The window has settled where it was scrolled to.
  await card(page, over).hover({ trial: true });
  await drag(page, taken, await middle(card(page, over)));
  await answered(page);
  const wanted = all.filter((title) => title !== taken);
  wanted.splice(wanted.indexOf(over) + 1, 0, taken);
  expect(await inOrder(page, empty.url)).toEqual(wanted);
  const place = wanted.indexOf(taken) + 1;
  await expect(card(page, taken)).toHaveAttribute('aria-posinset', String(place));
});

test('a card is carried far by scrolling under it, and put into another list and back @hydrated', async ({ page, empty }) => {
  test.slow();
  const scroller = list(page, 'Todo');
  const box = (await scroller.boundingBox())!;
  const from = await middle(card(page, 'Task 2'));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, from.y + 4, { steps: 2 });
  await page.mouse.move(from.x, box.y + box.height - 4, { steps: 4 });
  // Beyond the first window.
  await expect.poll(() => scroller.evaluate((cards) => cards.scrollTop), { timeout: 60_000 }).toBeGreaterThan(12_000);
  await page.mouse.move(from.x, box.y + box.height / 2, { steps: 4 });
  await page.waitForTimeout(400);
  await page.mouse.up();
  await expect(page.locator('.drag-layer')).toHaveCount(0);
  await answered(page);
  const order = await inOrder(page, empty.url);
  const place = order.indexOf('Task 2');
  expect(place).toBeGreaterThan(100);
  expect(order.filter((title) => title !== 'Task 2')).toEqual(all.filter((title) => title !== 'Task 2'));
  // It lies where the page shows it.
  const near = await seen(page);
  const at = near.indexOf('Task 2');
  expect(near[at - 1]).toBe(order[place - 1]);
  expect(near[at + 1]).toBe(order[place + 1]);

  await page.getByRole('button', { name: 'Actions for Task 2', exact: true }).focus();
  await focusCard(page, 'Task 2');
  await page.keyboard.press('.');
  await expect.poll(() => titles(page, 'In Progress')).toEqual(['Task 2']);
  await page.keyboard.press('Control+z');
  await answered(page);
  expect((await inOrder(page, empty.url)).indexOf('Task 2')).toBe(place);
});
