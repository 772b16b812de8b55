// Work on the board: adding, opening, editing, moving by every way there is, undoing, filtering, archiving.
import { addTasks, card, drag, expectKept, expectTitles, list, middle } from '../fixtures/board.ts';
import { answered, begin, cutOff, expect, expectAccessible, makeProject, settled, test, untold } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await makeProject(page, empty, three);
  await settled(page, hydrated);
});

test('tasks are added at the end, opened, edited, and keep what was written', async ({ page, empty, hydrated }) => {
  const added = ['Book the room', 'Order the badges'];
  await addTasks(page, 'Todo', added);
  await expectTitles(page, 'Todo', [...three, ...added]);
  if (hydrated) await expectAccessible(page);
  await answered(page);

  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, hydrated);
  await page.getByLabel('Title').fill('Draft the report of November');
  if (hydrated) await page.getByLabel('Title').press('Enter');
  else await page.getByRole('button', { name: 'Save title' }).click();
  await expect(page.getByText('Saved').first()).toBeVisible();

  await page.getByText('Add a description').click();
  await page.getByLabel('Description, in Markdown').fill('With **numbers** of all four regions.\n\n<script>alert(1)</script>');
  await page.getByLabel('Description, in Markdown').locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.prose strong')).toHaveText('numbers');
  expect(await page.locator('.prose script').count()).toBe(0);

  await page.getByLabel('Priority').selectOption('urgent');
  if (!hydrated) await page.getByLabel('Priority').locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Due date').fill('2026-01-15');
  if (hydrated) await page.getByLabel('Due date').blur();
  else await page.getByLabel('Due date').locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/^Overdue/).first()).toBeVisible();

  await page.getByLabel('New checklist item').fill('Ask the regions');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Ask the regions' }).click();
  await expect(page.getByRole('checkbox', { name: 'Ask the regions' })).toBeChecked();

  await page.getByLabel('New comment').fill('The first two have answered.');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(page.getByRole('paragraph').filter({ hasText: 'The first two have answered.' })).toBeVisible();

  await page.reload();
  await settled(page, hydrated);
  await expect(page.getByLabel('Title')).toHaveValue('Draft the report of November');
  await expect(page.getByLabel('Priority')).toHaveValue('urgent');
  await expect(page.getByLabel('Due date')).toHaveValue('2026-01-15');
  await expect(page.getByRole('checkbox', { name: 'Ask the regions' })).toBeChecked();

  await page.goto(`${empty.url}/board/REP`);
  const changed = card(page, 'Draft the report of November');
  await expect(changed).toContainText('Overdue');
  await expect(changed).toContainText('Urgent');
  await expect(changed).toContainText('1/1');
});

test('a card moves by its menu, and by plain forms without WebAssembly', async ({ page, empty, hydrated }) => {
  await card(page, three[0]).getByRole('button', { name: `Actions for ${three[0]}` }).click();
  if (hydrated) {
    await expectAccessible(page);
    await page.getByRole('menuitem', { name: 'Pending' }).click();
  } else {
    await page.getByRole('radio', { name: 'Pending' }).check();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.goto(`${empty.url}/board/REP`);
  }
  await expectTitles(page, 'Pending', [three[0]]);
  await expectTitles(page, 'Todo', three.slice(1));
  await expectKept(page, 'Pending', [three[0]]);
});

test('a card is dragged by the mouse, taken back, and stays where it was put; Escape in the middle leaves everything as it was @hydrated', async ({ page }) => {
  const from = await middle(card(page, three[0]));
  const to = await middle(list(page, 'Completed'));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expectTitles(page, 'Todo', three);
  await expect(page.locator('.drag-layer')).toHaveCount(0);
  await expectKept(page, 'Todo', three);

  await drag(page, three[2], await middle(list(page, 'In Progress')));
  await expectTitles(page, 'In Progress', [three[2]]);
  await expectTitles(page, 'Todo', three.slice(0, 2));
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('In Progress');

  await page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).click();
  await expectTitles(page, 'Todo', three);
  await expectTitles(page, 'In Progress', []);

  const first = await middle(card(page, three[0]));
  await drag(page, three[2], { x: first.x, y: first.y - 30 });
  await expectTitles(page, 'Todo', [three[2], three[0], three[1]]);
  await expectKept(page, 'Todo', [three[2], three[0], three[1]]);
});

test('a card is lifted by Space and moved by the arrow keys, and Control Z takes it back @hydrated', async ({ page }) => {
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('application', { name: `Moving ${three[0]}` })).toBeFocused();
  await expect(page.locator('#live-assertive')).toContainText('Picked up');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expectTitles(page, 'Pending', [three[0]]);
  await expect(page.locator('#live-polite')).toContainText('Moved “Draft the November report” from Todo to Pending, position 1 of 1.');
  await expect(page.getByRole('link', { name: three[0], exact: true })).toBeFocused();

  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', three);
  await answered(page);
  await expectKept(page, 'Todo', three);
});

test('the move dialog names list and position, and closes on Escape @hydrated', async ({ page }) => {
  await page.getByRole('link', { name: three[1], exact: true }).focus();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: `Move “${three[1]}”` });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('link', { name: three[1], exact: true })).toBeFocused();

  await page.keyboard.press('m');
  await dialog.getByLabel('Position').selectOption({ index: 2 });
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expectTitles(page, 'Todo', [three[0], three[2], three[1]]);
});

test('the move dialog leads behind a card of another list, says before where that is, and gives the focus back @hydrated', async ({ page }) => {
  const link = (title: string) => page.getByRole('link', { name: title, exact: true });
  for (const title of [three[2], three[1]]) {
    await link(title).focus();
    await page.keyboard.press('.');
    await expect(link(title)).toBeFocused();
  }
  await expectTitles(page, 'In Progress', [three[1], three[2]]);
  await link(three[0]).focus();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: `Move “${three[0]}”` });
  const said = dialog.getByRole('status');
  await expect(said).toHaveText(`“${three[0]}” will be in Todo, position 1 of 1.`);
  await dialog.getByRole('radio', { name: 'In Progress' }).check();
  await expect(said).toHaveText(`“${three[0]}” will be in In Progress, position 1 of 3.`);
  await expect(dialog.getByLabel('Position').locator('option')).toHaveText(['1 of 3: top', `2 of 3: after “${three[1]}”`, '3 of 3: bottom']);
  await dialog.getByLabel('Position').selectOption({ label: `2 of 3: after “${three[1]}”` });
  await expect(said).toHaveText(`“${three[0]}” will be in In Progress, position 2 of 3.`);
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expectTitles(page, 'In Progress', [three[1], three[0], three[2]]);
  await expect(link(three[0])).toBeFocused();
  await expect(page.locator('#live-polite')).toHaveText(`Moved “${three[0]}” from Todo to In Progress, position 2 of 3. Press Control Z to undo.`);
  await expectKept(page, 'In Progress', [three[1], three[0], three[2]]);
});

test('a finger holds a card and moves it; a swipe only scrolls @hydrated', async ({ page, context }) => {
  const fingers = await context.newCDPSession(page);
  await fingers.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 });
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
    fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
  const to = await middle(list(page, 'In Progress'));

  const swipe = await middle(card(page, three[1]));
  await touch('touchStart', swipe);
  await touch('touchMove', { x: to.x, y: to.y });
  await touch('touchEnd');
  await expectTitles(page, 'Todo', three);

  const hold = await middle(card(page, three[1]));
  await touch('touchStart', hold);
  await page.waitForTimeout(400);
  for (let step = 1; step <= 10; step += 1) {
    await touch('touchMove', { x: hold.x + ((to.x - hold.x) * step) / 10, y: hold.y + ((to.y - hold.y) * step) / 10 });
    await page.waitForTimeout(20);
  }
  await touch('touchEnd');
  await expectTitles(page, 'In Progress', [three[1]]);
});

test('the text filter and the chips narrow the board, say so, and can be shared as an address', async ({ page, empty, hydrated }) => {
  const search = page.getByRole('searchbox');
  await search.fill('smtp');
  if (!hydrated) await search.press('Enter');
  await expectTitles(page, 'Todo', [three[1]]);
  await expect(page).toHaveURL(/\?q=smtp/);
  await expect(page.getByRole('region', { name: 'Todo' })).toContainText('1 of 3');

  // Back is the board as it was, not another page, however many letters were typed.
  await page.goBack();
  await expectTitles(page, 'Todo', three);
  if (hydrated) await expect(search).toHaveValue('');
  await page.goForward();
  await expectTitles(page, 'Todo', [three[1]]);
  if (hydrated) await expect(search).toHaveValue('smtp');

  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expectTitles(page, 'Todo', three);
  await page.getByRole('link', { name: 'Overdue' }).click();
  await expectTitles(page, 'Todo', []);
  await expect(page.getByText('No task here matches.').first()).toBeVisible();
  await page.goto(`${empty.url}/board/REP?q=numbers`);
  await expectTitles(page, 'Todo', [three[2]]);
});

test('a new task that the filter leaves out is said to be hidden, and can be shown @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP?q=smtp`);
  await settled(page, true);
  const column = page.getByRole('region', { name: 'Todo' });
  await column.getByText('Add task', { exact: true }).click();
  const field = column.getByLabel('Title of the new task in Todo');
  await field.fill('Low thing');
  await field.press('Enter');
  const toast = page.getByRole('region', { name: 'Notifications' }).locator('.toast').filter({ hasText: 'The filter hides it.' });
  await expect(toast).toContainText(/Added “Low thing” \(REP-\d+\)/);
  await expectTitles(page, 'Todo', [three[1]]);
  await toast.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/\/board\/REP\/tasks\/\d+\?q=smtp/);
});

test('a task is archived, waits in the archive, and comes back', async ({ page, empty, hydrated }) => {
  await card(page, three[0]).getByRole('button', { name: `Actions for ${three[0]}` }).click();
  if (hydrated) await page.getByRole('menuitem', { name: 'Archive' }).click();
  else await page.getByRole('button', { name: 'Archive' }).click();
  if (!hydrated) await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', three.slice(1));

  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'Archive' }).click();
  await expect(page.getByRole('heading', { name: 'Archived tasks' })).toBeVisible();
  await page.getByRole('button', { name: `Restore ${three[0]}` }).click();
  await expect(page.getByText('Nothing is archived')).toBeVisible();
  await page.goto(`${empty.url}/board/REP`);
  await expect(card(page, three[0])).toBeVisible();
});

test('a card opens in a drawer beside the board, and the focus comes back to it @hydrated', async ({ page }) => {
  await page.getByRole('link', { name: three[1], exact: true }).click();
  const drawer = page.getByRole('region', { name: 'Task', exact: true });
  await expect(drawer.getByLabel('Title')).toHaveValue(three[1]);
  await expect(page).toHaveURL(/\/board\/REP\/tasks\/2/);
  await expectAccessible(page);
  await drawer.getByLabel('Priority').selectOption('high');
  await expect(drawer.getByText('Saved').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('link', { name: three[1], exact: true })).toBeFocused();
  await expect(card(page, three[1])).toContainText('High priority');
});

test('who goes to another page right behind the last letter in the filter stays there @hydrated', async ({ page }) => {
  // Both within the moment after which a filter is applied.
  await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('input[name=q]')!;
    field.value = 'smtp';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelector<HTMLAnchorElement>('nav[aria-label="Views of the project"] a[href$="/list"]')!.click();
  });
  await expect(page.getByRole('heading', { name: 'List', level: 1 })).toBeVisible();
  await page.waitForTimeout(500);
  await expect(page).toHaveURL(/\/board\/REP\/list$/);
  await expect(page.getByRole('heading', { name: 'List', level: 1 })).toBeVisible();
});

/** Holds the answers of a server function back until they are let go. */
async function hold(page: Page, name: string): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route(`**/rpc/${name}*`, async (route) => {
    await held;
    // Who has gone elsewhere waits for no answer any more.
    await route.continue().catch(() => {});
  });
  return letGo;
}

test('a task that comes late has an outline, and after a while a way back @hydrated', async ({ page }) => {
  const letGo = await hold(page, 'load_task');
  const drawer = page.getByRole('region', { name: 'Task', exact: true });
  const open = () => page.getByRole('link', { name: three[0], exact: true }).click();
  await open();
  await expect(drawer.locator('.outline')).toBeVisible();
  await expect(drawer).toContainText('Loading the task');
  const cancel = drawer.getByRole('button', { name: 'Cancel' });
  await expect(cancel).toBeHidden();
  // Ten seconds, at once.
  await page.evaluate(() => {
    const waiting = document.getAnimations().filter((one) => (one as CSSAnimation).animationName === 'loading-shown');
    waiting.forEach((one) => one.finish());
  });
  await cancel.click();
  await expect(drawer).toBeHidden();
  await expect(page).toHaveURL(/\/board\/REP$/);

  await open();
  await expect(drawer.locator('.outline')).toBeVisible();
  letGo();
  await expect(drawer.getByLabel('Title')).toHaveValue(three[0]);
  await expect(drawer.locator('.outline')).toHaveCount(0);
});

test('a card whose move is not answered at once says that it is being saved @hydrated', async ({ page }) => {
  const letGo = await hold(page, 'move_task');
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', [three[0]]);
  await expect(card(page, three[0])).toHaveClass(/is-saving/);
  await expect(card(page, three[0])).toContainText('Saving');
  letGo();
  await expect(card(page, three[0])).not.toHaveClass(/is-saving/);
  await expect(card(page, three[0])).not.toContainText('Saving');
});

test.describe('a task that does not come', () => {
  test.use({ expectedErrors: [/ERR_FAILED .*\/rpc\/load_task/] });

  test('says so beside the board, and is asked for again @hydrated', async ({ page }) => {
    await page.route('**/rpc/load_task*', (route) => route.abort());
    await page.getByRole('link', { name: three[1], exact: true }).click();
    const drawer = page.getByRole('region', { name: 'Task', exact: true });
    await expect(drawer.getByRole('alert')).toContainText('The server cannot be reached. Try again in a moment.');
    await expectTitles(page, 'Todo', three);
    await page.unroute('**/rpc/load_task*');
    await drawer.getByRole('button', { name: 'Try again' }).click();
    await expect(drawer.getByLabel('Title')).toHaveValue(three[1]);
    await expect(drawer).toBeFocused();
  });
});

test.describe('a page that is not told of changes', () => {
test.use({ expectedErrors: [cutOff] });

test('two people who move cards at the same time end with the same board @hydrated', async ({ page, context, empty }) => {
  await untold(page);
  const other = await context.newPage();
  await other.goto(`${empty.url}/board/REP`);
  await settled(other, true);
  await drag(page, three[0], await middle(list(page, 'In Progress')));
  // The other page does not know of that move yet: its neighbour is gone.
  const below = await middle(card(other, three[0]));
  await drag(other, three[2], { x: below.x, y: below.y + 30 });
  await answered(other);
  await Promise.all([page.reload(), other.reload()]);
  await expectTitles(page, 'In Progress', [three[0]]);
  await expectTitles(other, 'In Progress', [three[0]]);
  const left = await list(page, 'Todo').locator('.card__title').allInnerTexts();
  await expectTitles(other, 'Todo', left);
  expect([...left].sort()).toEqual([three[2], three[1]].sort());
});
});
