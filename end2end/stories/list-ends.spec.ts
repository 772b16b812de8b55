// Both ends of a list: what is added at its head, what is loaded or shown at its foot; and what stands on a card.
import { boardOf, card, expectKept, expectTitles, list } from '../fixtures/board.ts';
import { addEditors } from '../fixtures/pair.ts';
import { answered, begin, clientOf, createProject, createTasks, expect, expectAccessible, openBoard, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
});

const numbered = (count: number, name = 'Task') => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);

/** Adds many tasks at the end of a list in one call. */
async function fill(page: Page, name: string, titles: string[]): Promise<string> {
  const column = (await boardOf(page)).columns.find((one) => one.name === name)!.id;
  await clientOf(page).call('add_tasks', { project: 'REP', column, title: titles.join('\n'), at: 'end' });
  return column;
}

test('a task is added at the top of a list, and the field stays open for the next ones', async ({ page, empty, hydrated }) => {
  await createTasks(page, 'In Progress', ['Already here']);
  await openBoard(page, empty);
  await settled(page, hydrated);
  const column = page.getByRole('region', { name: 'In Progress' });
  await column.getByRole('link', { name: 'Add a task to the top of In Progress' }).click();
  if (!hydrated) {
    await expect(page.getByRole('heading', { name: 'New task' })).toBeVisible();
    await page.getByLabel('Title').fill('First of all');
    await page.getByRole('button', { name: 'Create task' }).click();
    await page.goto(`${empty.url}/board/REP`);
    await expectTitles(page, 'In Progress', ['First of all', 'Already here']);
    return;
  }
  const field = column.getByLabel('Title of the new task in In Progress').first();
  await expect(field).toBeFocused();
  await page.keyboard.type('First of all');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'In Progress', ['First of all', 'Already here']);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await page.keyboard.type('Second');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Third');
  await expect(field).toHaveValue('Second\nThird');
  await expect(column.getByRole('button', { name: 'Create 2 tasks' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expectTitles(page, 'In Progress', ['Second', 'Third', 'First of all', 'Already here']);
  await expectKept(page, 'In Progress', ['Second', 'Third', 'First of all', 'Already here']);
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
});

test('a long list comes with its first thirty cards, and the others when they are asked for', async ({ page, empty, hydrated }) => {
  const column = await fill(page, 'Todo', numbered(40));
  const sent = (await clientOf(page).request('GET', '/board/REP', undefined, { accept: 'text/html' })).body.toString();
  expect(sent.match(/class="card__title"/g)).toHaveLength(30);
  // More are loaded when the end comes into sight.
  await page.setViewportSize({ width: 1280, height: 500 });
  await openBoard(page, empty);
  await settled(page, hydrated);
  await expect(page.getByRole('region', { name: 'Todo' }).locator('.badge')).toHaveText('40 tasks');
  const more = list(page, 'Todo').getByRole('link', { name: 'Show more (10)' });
  await expect(more).toHaveAttribute('rel', 'next');
  await expect(card(page, 'Task 40')).toHaveCount(0);
  if (hydrated) await list(page, 'Todo').evaluate((cards) => { cards.scrollTop = cards.scrollHeight; });
  else {
    await more.click();
    await expect(page).toHaveURL(new RegExp(`more=${column}`));
  }
  await expect(card(page, 'Task 40')).toHaveCount(1);
  await expect(more).toHaveCount(0);
  await expect(list(page, 'Todo').locator('.card__title')).toHaveText(numbered(40));
  // What cannot be in the first view is laid out when it is near.
  const kinds = await list(page, 'Todo').locator('.card').evaluateAll((cards) => cards.map((one) => getComputedStyle(one).contentVisibility));
  expect(kinds.slice(0, 11)).toEqual(kinds.slice(0, 11).map(() => 'visible'));
  expect(kinds.slice(11)).toEqual(kinds.slice(11).map(() => 'auto'));
});

test('in lanes the heads of the lists stay at the top and those of the lanes at the start', async ({ page, empty, hydrated }) => {
  await fill(page, 'Todo', numbered(20));
  await page.setViewportSize({ width: 1000, height: 600 });
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, hydrated);
  const board = page.locator('.board');
  const [heads, lane] = [page.locator('.lanes__heads'), page.locator('.lane__head', { hasText: 'Medium' })];
  // From the edges of the board, in pixels.
  const places = async () => {
    const [around, top, start] = [await board.boundingBox(), await heads.boundingBox(), await lane.boundingBox()];
    return around && top && start && [Math.round(top.y - around.y), Math.round(start.x - around.x)];
  };
  await expect(heads).toBeInViewport();
  await board.evaluate((element) => element.scrollTo({ left: element.scrollWidth, top: element.scrollHeight, behavior: 'instant' }));
  await expect.poll(() => board.evaluate((element) => element.scrollTop > 200 && element.scrollLeft > 50)).toBe(true);
  await expect.poll(async () => (await places())?.[0]).toBe(0);
  expect((await places())![1]).toBeGreaterThanOrEqual(0);
  expect((await places())![1]).toBeLessThan(60);
});

test('on a phone a list of lanes fills the screen, and the names above lead to the others', async ({ page, empty, hydrated }) => {
  await fill(page, 'Todo', numbered(3));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, hydrated);
  const lists = page.getByRole('navigation', { name: 'Lists' });
  const head = (name: string) => page.locator('.lanes__head').filter({ has: page.getByRole('heading', { name }) });
  await expect(head('Todo')).toBeInViewport({ ratio: 1 });
  await lists.getByRole('link', { name: /^Pending/ }).click();
  await expect(head('Pending')).toBeInViewport({ ratio: 1 });
  await expect(head('Todo')).not.toBeInViewport();
  const widths = await page.locator('.lanes__head, .col.is-cell').evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().width)));
  expect(new Set(widths).size, 'a list is as wide as its head').toBe(1);
  if (hydrated) {
    await expect(lists.getByRole('link', { name: /^Pending/ })).toHaveAttribute('aria-current', 'true');
    await answered(page);
  }
});

test('what was completed long ago waits behind a link', async ({ page, empty, hydrated }) => {
  await fill(page, 'Completed', [...numbered(3, 'Old'), ...numbered(60, 'New')]);
  empty.change(`UPDATE task SET completed_at = '2020' || substr(completed_at, 5) WHERE title LIKE 'Old %'`);
  await openBoard(page, empty);
  await settled(page, hydrated);
  await expect(page.getByRole('region', { name: 'Completed' }).locator('.badge')).toHaveText('63 tasks');
  await expect(card(page, 'New 1')).toHaveCount(1);
  await expect(card(page, 'Old 1')).toHaveCount(0);
  const older = list(page, 'Completed').getByRole('link', { name: 'Show older (3)' });
  if (hydrated) {
    await answered(page);
    await expectAccessible(page);
  }
  await older.click();
  await expect(page).toHaveURL(/older=all/);
  for (const title of numbered(3, 'Old')) await expect(card(page, title)).toHaveCount(1);
  await expect(older).toHaveCount(0);
});

test('the quick chips narrow the board, each and together, and are let go by another press', async ({ page, empty, hydrated }) => {
  await createTasks(page, 'Todo', ['Read the minutes @me', 'Water the plants tomorrow', 'Print the plan !urgent @me', 'Sort the shelf']);
  await openBoard(page, empty);
  await settled(page, hydrated);
  const [mine, soon, hot, plain] = ['Read the minutes', 'Water the plants', 'Print the plan', 'Sort the shelf'];
  const press = (name: string) => page.getByRole('link', { name, exact: true }).click();
  for (const [name, address, titles] of [
    ['My tasks', 'assignee=me', [mine, hot]],
    ['Due this week', 'due=week', [soon]],
    ['Unassigned', 'assignee=none', [soon, plain]],
    ['High and urgent', 'priority=high', [hot]],
  ] as const) {
    await press(name);
    await expect(page, name).toHaveURL(new RegExp(address));
    await expectTitles(page, 'Todo', [...titles]);
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'true');
    await expect(page.getByRole('region', { name: 'Todo' }).locator('.badge')).toContainText(`${titles.length} of 4`);
    await press(name);
    await expectTitles(page, 'Todo', [mine, soon, hot, plain]);
  }
  await press('My tasks');
  await expectTitles(page, 'Todo', [mine, hot]);
  await press('High and urgent');
  await expectTitles(page, 'Todo', [hot]);
  await expect(page).toHaveURL(/assignee=me/);
});

test('a card names three labels and three people and counts the rest, cuts a long title, and has a strip when it is due', async ({ page, empty, hydrated }) => {
  for (const [at, name] of ['Red', 'Green', 'Blue', 'Grey', 'Pink'].entries()) await clientOf(page).call('make_label', { project: 'REP', name, hue: String(at + 1) });
  await addEditors(clientOf(page), empty, ['Nina Novak', 'Tom Novak', 'Eva Novak', 'Ivo Novak']);
  const long = `Draft ${'the November report for the steering group '.repeat(8)}and send it`;
  await createTasks(page, 'Todo', [`${long} @me @nina @tom @eva @ivo #Red #Green #Blue #Grey #Pink today`, 'Short']);
  await openBoard(page, empty);
  await settled(page, hydrated);
  const full = list(page, 'Todo').locator('.card').first();
  await expect(full.locator('.label:not(.is-more)')).toHaveCount(3);
  await expect(full.locator('.label.is-more')).toHaveText('+2 labels');
  await expect(full.locator('.avatar:not(.is-more)')).toHaveCount(3);
  await expect(full.locator('.avatar.is-more')).toHaveText('+2 people');
  const title = full.getByRole('link', { name: long, exact: true });
  await expect(title).toHaveAttribute('title', long);
  const lines = await title.evaluate((link) => link.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(link).lineHeight));
  expect(Math.round(lines)).toBe(3);
  await expect(full).toHaveAttribute('data-due', 'today');
  const strip = (at: number) => list(page, 'Todo').locator('.card').nth(at).evaluate((one) => getComputedStyle(one, '::before').content);
  expect(await strip(0)).toBe('""');
  expect(await strip(1)).toBe('none');
  await expect(full.locator('.chip')).toContainText('Today');
  await expect(full.locator('.chip').getByRole('img', { name: 'Due' })).toHaveCount(1);
  await expect(card(page, 'Short').locator('.meta')).toHaveCount(0);
  if (hydrated) await expectAccessible(page);
});
