// What keys, menus and the hand reach on a board that is not simple: in lanes, in lists that are collapsed or not loaded
// whole; and what can be taken back.
import { card, expectKept, expectTitles, focusCard, letGo, list, middle, pasteTasks, take } from '../fixtures/board.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { listen } from '../fixtures/heard.ts';
import { answered, begin, clientOf, expect, expectAccessible, makeProject, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await makeProject(page, empty);
  await settled(page, hydrated);
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
const said = (page: Page) => page.locator('#live-assertive');
const toasts = (page: Page) => page.getByRole('region', { name: 'Notifications' });

/** Collapses a list by its menu. */
async function collapse(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for the list ${name}`, exact: true }).click();
  await page.getByRole('button', { name: 'Collapse' }).click();
  await answered(page);
}

/** The titles of the part of a list that is in a lane. */
const cell = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).locator('.card__title');

/** Three tasks of medium priority and an urgent one, in lanes by priority. */
async function openLanes(page: Page, url: string): Promise<void> {
  await pasteTasks(page, 'Todo', ['First !urgent', 'Second', 'Third', 'Fourth']);
  await answered(page);
  await page.goto(`${url}/board/REP?group=priority`);
  await settled(page, true);
  await expect(cell(page, 'Todo, Medium')).toHaveText(['Second', 'Third', 'Fourth']);
}

test('in lanes a card goes up and down among the cards of its lane, by keys and by its menu @hydrated', async ({ page, empty }) => {
  await openLanes(page, empty.url);
  await focusCard(page, 'Second');
  await page.keyboard.press('Space');
  await expect(said(page)).toHaveText(/^Picked up “Second”\. Todo, position 1 of 3\./);
  await page.keyboard.press('ArrowUp');
  await expect(said(page)).toHaveText('First position.');
  await page.keyboard.press('ArrowDown');
  await expect(said(page)).toHaveText('Todo, position 2 of 3.');
  await page.keyboard.press('Space');
  await expect(cell(page, 'Todo, Medium')).toHaveText(['Third', 'Second', 'Fourth']);
  const menu = async (title: string) => card(page, title).getByRole('button', { name: `Actions for ${title}` }).click();
  await menu('Third');
  await expect(page.getByRole('menuitem', { name: 'Move up' })).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await menu('Fourth');
  await expect(page.getByRole('menuitem', { name: 'Move down' })).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('menuitem', { name: 'Move up' }).click();
  await expect(cell(page, 'Todo, Medium')).toHaveText(['Third', 'Fourth', 'Second']);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(cell(page, 'Todo, Medium')).toHaveText(['Third', 'Fourth', 'Second']);
});

test('a selection that is dragged to another lane becomes part of it, in one step @hydrated', async ({ page, empty }) => {
  await openLanes(page, empty.url);
  await focusCard(page, 'Second');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('2 selected');
  await take(page, card(page, 'Second'));
  const to = await middle(page.getByRole('region', { name: 'In Progress, Urgent', exact: true }));
  await page.mouse.move(to.x, to.y, { steps: 12 });
  await letGo(page);
  await expect(cell(page, 'In Progress, Urgent')).toHaveText(['Second', 'Third']);
  await expect(toasts(page)).toContainText('Moved 2 tasks to In Progress, sets the priority to Urgent');
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(cell(page, 'In Progress, Urgent')).toHaveText(['Second', 'Third']);
  await expect(card(page, 'Third')).toContainText('Urgent');
});

test('in lanes there is a field for new tasks at the head and at the foot of each list', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, hydrated);
  const foot = page.locator('.lanes__foot').first();
  await foot.getByText('Add task', { exact: true }).click();
  await foot.getByLabel('Title of the new task in Todo').fill('Call the printer !high');
  await foot.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(cell(page, 'Todo, High')).toHaveText(['Call the printer']);
  if (!hydrated) return;
  // The field is there for the next one, whatever comes from the server meanwhile.
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await clientOf(page).call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: 'Order the paper !high', at: 'end' });
  await expect(cell(page, 'Todo, High')).toHaveText(['Call the printer', 'Order the paper']);
  await expect(foot.getByLabel('Title of the new task in Todo')).toBeVisible();
  await expectAccessible(page);
  await foot.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('Escape');
  await page.locator('h1').focus();
  await page.keyboard.press('c');
  await expect(page.locator('.lanes__head').first().getByLabel('Title of the new task in Todo')).toBeFocused();
});

test('collapsed lists and closed lanes are passed by, and the key for a new task finds an open list @hydrated', async ({ page, empty }) => {
  await pasteTasks(page, 'Todo', ['One', 'Zero']);
  await pasteTasks(page, 'In Progress', ['Two']);
  await pasteTasks(page, 'Pending', ['Three !urgent']);
  await answered(page);
  await collapse(page, 'Todo');
  await page.reload();
  await settled(page, true);
  // Tab comes to a card that is seen.
  await expect(page.locator('.card__title[tabindex="0"]')).toHaveText('Two');
  // The key is named where it leads.
  const add = page.getByRole('region', { name: 'In Progress' }).getByRole('link', { name: 'Add a task to the top of In Progress' });
  await expect(add).toHaveAttribute('title', 'Add a task to the top of In Progress (C)');
  await page.locator('h1').focus();
  await page.keyboard.press('c');
  await expect(page.getByRole('region', { name: 'In Progress' }).getByRole('textbox').first()).toBeFocused();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Open the list Todo' }).click();
  await collapse(page, 'In Progress');
  await focusCard(page, 'One');
  await page.keyboard.press('ArrowRight');
  expect(await focused(page)).toBe('Three');
  await page.keyboard.press('ArrowLeft');
  expect(await focused(page)).toBe('One');
  // The one that is lifted opens the list that it comes to.
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expectTitles(page, 'In Progress', ['One', 'Two']);
  await answered(page);

  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, true);
  await expect(page.locator('.card__title[tabindex="0"]')).toHaveText('Three');
  await page.locator('.lane__head', { hasText: 'Urgent' }).click();
  await expect(page.locator('.card__title[tabindex="0"]')).toHaveText('Zero');
});

test('the bottom of a long list is its end, and the way back is known @hydrated', async ({ page, empty }) => {
  const all = Array.from({ length: 40 }, (_, i) => `Task ${i + 1}`);
  const column = await page.getByRole('region', { name: 'Todo' }).getAttribute('data-id');
  await clientOf(page).call('add_tasks', { project: 'REP', column: column!, title: all.join('\n'), at: 'end' });
  // More are loaded when the end comes into sight: on a high screen that would be at once.
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  await expect(card(page, 'Task 1')).toHaveAttribute('aria-setsize', '40');
  await card(page, 'Task 1').getByRole('button', { name: 'Actions for Task 1', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Move to bottom' }).click();
  await expect(toasts(page)).toContainText('Moved “Task 1” to position 40');
  await answered(page);
  const last = async () => {
    const answer = await clientOf(page).request('GET', `/board/REP?more=${column}&count=1000`, undefined, { accept: 'text/html' });
    return [...answer.body.toString().matchAll(/class="card__title"[^>]*>([^<]+)</g)].map(([, title]) => title).at(-1);
  };
  expect(await last()).toBe('Task 1');
  await page.keyboard.press('Control+z');
  await expect(list(page, 'Todo').locator('.card__title').first()).toHaveText('Task 1');
  await answered(page);
  expect(await last()).toBe('Task 40');

  await focusCard(page, 'Task 2');
  await page.keyboard.press('m');
  await page.getByLabel('Position').selectOption({ label: '40 of 40: bottom' });
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await answered(page);
  expect(await last()).toBe('Task 2');
  // All of the list is selected, loaded or not.
  await focusCard(page, 'Task 1');
  await page.keyboard.press('Control+a');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('40 selected');
});

test('what was done is taken back after a look at another page, and a new task, too @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', ['One', 'Two']);
  await focusCard(page, 'One');
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', ['One']);
  await answered(page);
  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'List' }).click();
  await expect(page.getByRole('heading', { name: 'List', level: 1 })).toBeVisible();
  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'Board' }).click();
  await expect(page.locator('.board[data-ready]')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', ['One', 'Two']);
  await answered(page);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', []);
  await page.keyboard.press('Control+Shift+z');
  await expectTitles(page, 'Todo', ['One', 'Two']);
  await answered(page);
  await expectKept(page, 'Todo', ['One', 'Two']);
});

test('several announcements are all heard, one after the other @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', ['One', 'Two']);
  const heard = await listen(page);
  await focusCard(page, 'One');
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', ['One']);
  await expect(page.getByRole('link', { name: 'One', exact: true })).toBeFocused();
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await heard()).join(' | ')).toMatch(/Moved “One” from Todo to In Progress.*\| Archived “One”/);
});
