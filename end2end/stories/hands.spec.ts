// Everything that keys and presses do on the board: walking, changing, selecting, adding, finding.
import type { Locator } from '@playwright/test';
import { card, expectKept, expectTitles, focusCard, middle, pasteTasks, titles } from '../fixtures/board.ts';
import { answered, begin, dana, expect, expectAccessible, makeProject, settled, signOut, test } from '../fixtures/story.ts';

const four = ['Draft the report', 'Rotate the password', 'Collect the numbers', 'Ask the regions'];

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await makeProject(page, empty);
  await settled(page, hydrated);
});

test('the arrow keys walk over the cards, and in a page read from the right they are mirrored @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four);
  await pasteTasks(page, 'In Progress', ['Elsewhere']);
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await focusCard(page, four[0]);
  for (const [key, title] of [['ArrowDown', four[1]], ['j', four[2]], ['k', four[1]], ['End', four[3]], ['Home', four[0]], ['ArrowRight', 'Elsewhere'], ['ArrowLeft', four[0]]] as const) {
    await page.keyboard.press(key);
    expect(await focused(), key).toBe(title);
  }
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await page.keyboard.press('ArrowLeft');
  expect(await focused()).toBe('Elsewhere');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe(four[0]);
  // Lifted, too.
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'In Progress', [four[0], 'Elsewhere']);
});

test('a lifted card says where it is, where it cannot go, and goes back @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  const said = page.locator('#live-assertive');
  await focusCard(page, four[0]);
  await page.keyboard.press('Space');
  await expect(said).toHaveText(`Picked up “${four[0]}”. Todo, position 1 of 2. Use the arrow keys to move, Space to drop, Escape to cancel.`);
  await page.keyboard.press('ArrowUp');
  await expect(said).toHaveText('First position.');
  await page.keyboard.press('ArrowLeft');
  await expect(said).toHaveText('First list.');
  await page.keyboard.press('ArrowDown');
  await expect(said).toHaveText('Todo, position 2 of 2.');
  await page.keyboard.press('ArrowDown');
  await expect(said).toHaveText('Last position.');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('application')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(said).toHaveText(`Movement cancelled. “${four[0]}” is back in Todo, position 1.`);
  await expectTitles(page, 'Todo', four.slice(0, 2));
  await expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();
});

test('priority, due date, people, status and title change by keys alone, and each is taken back @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  const first = card(page, four[0]);
  const back = () => expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();
  await focusCard(page, four[0]);

  await page.keyboard.press('p');
  await expect(page.getByRole('menu', { name: `Priority of “${four[0]}”` })).toBeVisible();
  await expect(page.getByRole('menuitemradio', { name: 'Medium' })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('u');
  await page.keyboard.press('Enter');
  await expect(first).toContainText('Urgent');
  await back();

  await page.keyboard.press('d');
  const due = page.getByRole('dialog', { name: `Due date of “${four[0]}”` });
  await expect(due).toBeVisible();
  await expectAccessible(page);
  await due.getByLabel('Day').fill('2026-02-03');
  await due.getByLabel('Time').fill('17:00');
  await page.keyboard.press('Enter');
  await expect(first).toContainText('Overdue');
  await back();

  await page.keyboard.press('a');
  const people = page.getByRole('dialog', { name: `People of “${four[0]}”` });
  await expect(people.getByRole('checkbox', { name: dana.name })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(first.getByRole('img', { name: dana.name })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(people).toBeHidden();
  await back();

  await page.keyboard.press('s');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'In Progress', [four[0]]);
  await back();

  await page.keyboard.press('e');
  const field = page.getByLabel(`Title of ${four[0]}`);
  await expect(field).toBeFocused();
  await page.keyboard.type('Not this');
  await page.keyboard.press('Escape');
  await back();
  await page.keyboard.press('F2');
  await page.keyboard.type('Draft it again');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'Draft it again', exact: true })).toBeFocused();

  await answered(page);
  await page.reload();
  await settled(page, true);
  const renamed = card(page, 'Draft it again');
  await expect(renamed).toContainText('Urgent');
  await expect(renamed).toContainText('Overdue');
  await expect(renamed.getByRole('img', { name: dana.name })).toBeVisible();
});

test('from signing in to signing out without a mouse, and the focus is never lost @hydrated', async ({ page, empty }) => {
  await pasteTasks(page, 'Todo', four);
  await signOut(page);
  await page.goto(`${empty.url}/sign-in`);
  await settled(page, true);
  const isHeld = () => page.evaluate(() => document.activeElement !== null && document.activeElement !== document.body);
  const tabTo = async (target: Locator) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await page.keyboard.press('Tab');
    }
    await expect(target).toBeFocused();
  };
  await tabTo(page.getByLabel('E-mail'));
  await page.keyboard.type(dana.email);
  await tabTo(page.getByLabel('Password'));
  await page.keyboard.type(dana.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();
  await settled(page, true);

  // Found by its words, read, and back to the board.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('passw');
  await expect(page.getByRole('option', { name: four[1] })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tasks\/REP-2$/);
  await expect(page.getByLabel('Title')).toHaveValue(four[1]);
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page.locator('.board[data-ready]')).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();
  await page.keyboard.press('j');
  const link = page.getByRole('link', { name: four[1], exact: true });
  await expect(link).toBeFocused();

  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', [four[1]]);
  await expect(link).toBeFocused();
  await page.keyboard.press(',');
  await expectTitles(page, 'Todo', [four[1], four[0], four[2], four[3]]);
  await expect(link).toBeFocused();
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: `Move “${four[1]}”` });
  await tabTo(dialog.getByLabel('Position'));
  await page.keyboard.press('End');
  await tabTo(dialog.getByRole('button', { name: 'Move', exact: true }));
  await page.keyboard.press('Enter');
  await expectTitles(page, 'Todo', [four[0], four[2], four[3], four[1]]);
  await expect(link).toBeFocused();
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', [four[1], four[0], four[2], four[3]]);
  await expect(link).toBeFocused();
  // Tab leaves the cards by the menu of this one.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: `Actions for ${four[1]}` })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Open' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: `Actions for ${four[1]}` })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Delete');
  await expectTitles(page, 'Todo', [four[0], four[2], four[3]]);
  expect(await isHeld()).toBe(true);

  await tabTo(page.getByRole('button', { name: `account of ${dana.name}` }));
  await page.keyboard.press('Enter');
  await tabTo(page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('fifty steps are taken back and taken again, the last one first @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  const first = card(page, four[0]);
  await focusCard(page, four[0]);
  await page.keyboard.press('p');
  await page.keyboard.press('h');
  await page.keyboard.press('Enter');
  await expect(first).toContainText('High priority');
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', [four[0]]);
  await expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();
  await page.keyboard.press('Delete');
  await expectTitles(page, 'In Progress', []);

  await page.keyboard.press('Control+z');
  await expectTitles(page, 'In Progress', [four[0]]);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', four.slice(0, 2));
  await page.keyboard.press('Control+z');
  await expect(first).toContainText('Medium priority');
  await page.keyboard.press('Control+Shift+z');
  await expect(first).toContainText('High priority');
  await page.keyboard.press('Control+Shift+z');
  await expectTitles(page, 'In Progress', [four[0]]);
  await answered(page);
});

test('a choice gives the focus back at once, so that a quick next key is for the card @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  await focusCard(page, four[0]);
  await page.keyboard.press('p');
  const high = page.getByRole('menuitemradio', { name: 'High' });
  await expect(page.getByRole('menuitemradio', { checked: true })).toBeFocused();
  const focused = await high.evaluate((item: HTMLElement) => {
    item.click();
    return document.activeElement?.textContent;
  });
  expect(focused).toBe(four[0]);
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', [four[0]]);
  await expect(card(page, four[0])).toContainText('High priority');
  await answered(page);
});

test('cards are selected by keys and by the mouse, changed together, moved together, and taken back in one @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four);
  const bar = page.getByRole('region', { name: 'Selection' });
  await focusCard(page, four[0]);
  await page.keyboard.press('x');
  await expect(bar).toContainText('1 selected');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar).toContainText('2 selected');
  await page.keyboard.press('Control+a');
  await expect(bar).toContainText('4 selected');
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();

  await card(page, four[0]).locator('.card__title').click({ modifiers: ['Control'] });
  await card(page, four[2]).locator('.card__title').click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('3 selected');
  await expectAccessible(page);
  await bar.getByRole('button', { name: 'Priority' }).click();
  await page.getByRole('menuitemradio', { name: 'Urgent' }).click();
  for (const title of four.slice(0, 3)) await expect(card(page, title)).toContainText('Urgent');
  await expect(card(page, four[3])).toContainText('Medium priority');
  await page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).last().click();
  for (const title of four) await expect(card(page, title)).toContainText('Medium priority');

  // The selection goes together, in its order, under the card that is held.
  await pasteTasks(page, 'Pending', ['Already here']);
  const below = await middle(card(page, 'Already here'));
  const held = await middle(card(page, four[1]));
  await page.mouse.move(held.x, held.y);
  await page.mouse.down();
  await page.mouse.move(held.x + 10, held.y + 10, { steps: 3 });
  await expect(page.locator('.drag-layer .stack__count')).toHaveText('3');
  await page.mouse.move(below.x, below.y + 40, { steps: 12 });
  await page.waitForTimeout(150);
  await page.mouse.up();
  await expectTitles(page, 'Pending', ['Already here', ...four.slice(0, 3)]);
  await expectTitles(page, 'Todo', [four[3]]);
  await expect(page.locator('#live-polite')).toHaveText(/Moved 3 tasks to Pending/);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expectTitles(page, 'Pending', ['Already here', ...four.slice(0, 3)]);

  await focusCard(page, four[0]);
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  await expectTitles(page, 'Pending', ['Already here', four[2]]);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Pending', ['Already here', ...four.slice(0, 3)]);
});

test('the move dialog takes a whole selection, begins where it stands and counts all of it; so does the menu @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four);
  await focusCard(page, four[0]);
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: 'Move 2 tasks' });
  const position = dialog.getByLabel('Position');
  await expect(position.locator('option:checked')).toHaveText('1 of 4: top');
  await position.selectOption({ label: '3 of 4: bottom' });
  await expect(dialog.getByRole('status')).toHaveText('2 tasks will be in Todo, position 3 of 4.');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expectTitles(page, 'Todo', [four[2], four[3], four[0], four[1]]);

  await page.getByRole('button', { name: `Actions for ${four[0]}` }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expectTitles(page, 'Todo', [four[2], four[3]]);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', [four[2], four[3], four[0], four[1]]);
  await answered(page);
});

test('the parts of a card open their pickers by a press @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', [`${four[0]} @me !high tomorrow`]);
  const first = card(page, four[0]);
  await first.locator('[data-pick=due]').click();
  await page.getByRole('button', { name: 'None', exact: true }).click();
  await expect(first.locator('.chip')).toHaveCount(0);
  await first.locator('[data-pick=priority]').click();
  await page.getByRole('menuitemradio', { name: 'Low' }).click();
  await expect(first).toContainText('Low priority');
  await first.locator('[data-pick=people]').click();
  await page.getByRole('checkbox', { name: dana.name }).uncheck();
  await expect(first.getByRole('img', { name: dana.name })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Find a person' }).fill(dana.name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('checkbox', { name: dana.name }), 'the first that is found').toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/board\/REP$/);
});

test('tokens in the line of a new task say who, what and when', async ({ page, hydrated }) => {
  const column = page.getByRole('region', { name: 'Todo' });
  await column.getByText('Add task', { exact: true }).click();
  const field = column.getByLabel('Title of the new task in Todo');
  await field.fill('Call the printer @dana !high tomorrow 17:00');
  if (hydrated) {
    await expect(column.locator('.token')).toHaveCount(3);
    await expectAccessible(page);
    // Backspace behind a token makes it text again.
    await field.press('End');
    await field.press('Backspace');
    await expect(column.locator('.token')).toHaveCount(2);
    await expect(field).toHaveValue('Call the printer @dana !high \\tomorrow 17:00');
    await field.fill('Call the printer @dana !high tomorrow 17:00');
    await field.press('Enter');
  } else {
    await column.getByRole('button', { name: 'Add', exact: true }).click();
  }
  const made = card(page, 'Call the printer');
  await expect(made).toContainText('High priority');
  await expect(made).toContainText('Tomorrow');
  await expect(made.getByRole('img', { name: dana.name })).toBeVisible();
});

test('several lines become several tasks, and far too many are refused in words @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four);
  await expectTitles(page, 'Todo', four);
  const column = page.getByRole('region', { name: 'Todo' });
  const field = column.getByLabel('Title of the new task in Todo');
  await field.fill(Array.from({ length: 201 }, (_, i) => `Task ${i}`).join('\n'));
  await column.getByRole('button', { name: 'Create 201 tasks' }).click();
  await expect(column.getByRole('alert')).toHaveText('These are 201 lines. Add at most 200 tasks at once.');
  await field.fill('');
  const millis = await field.evaluate((element) => {
    const data = new DataTransfer();
    data.setData('text', 'a line of a log\n'.repeat(1_300_000));
    const began = performance.now();
    const isFree = element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    return isFree ? Infinity : performance.now() - began;
  });
  expect(millis).toBeLessThan(1_000);
  await expect(column.getByRole('alert')).toHaveText('This is too much text. Add at most 200 tasks at once.');
  await expectTitles(page, 'Todo', four);
});

test('a task is added right below the focused one @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  await focusCard(page, four[0]);
  await page.keyboard.press('n');
  await page.keyboard.type('Between');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'Todo', [four[0], 'Between', four[1]]);
  await page.keyboard.type('And below that');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'Todo', [four[0], 'Between', 'And below that', four[1]]);
  await expectKept(page, 'Todo', [four[0], 'Between', 'And below that', four[1]]);
});

test.describe('on a bad line', () => {
  test.use({ expectedErrors: [/ERR_CONNECTION_RESET/] });

  test('an answer that got lost makes no task twice @hydrated', async ({ page, empty }) => {
    let calls = 0;
    await page.route('**/rpc/add_tasks*', async (route) => {
      calls += 1;
      if (calls > 1) return route.continue();
      // The server has it; the page never hears so.
      await route.fetch();
      return route.abort('connectionreset');
    });
    const column = page.getByRole('region', { name: 'Todo' });
    await column.getByText('Add task', { exact: true }).click();
    await column.getByLabel('Title of the new task in Todo').fill('Only once');
    await page.keyboard.press('Enter');
    await expectTitles(page, 'Todo', ['Only once']);
    // The stream of changes may bring the task before the page has asked again.
    await expect.poll(() => calls).toBe(2);
    await answered(page);
    await expectTitles(page, 'Todo', ['Only once']);
    await page.goto(`${empty.url}/board/REP`);
    expect(await titles(page, 'Todo')).toEqual(['Only once']);
  });
});

test('the palette finds tasks, pages and commands, and gives the focus back', async ({ page, hydrated }) => {
  if (!hydrated) {
    await page.getByRole('link', { name: 'Search' }).first().click();
    await expect(page).toHaveURL(/\/search/);
    return;
  }
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  await page.reload();
  await settled(page, true);
  await focusCard(page, four[0]);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  const field = palette.getByRole('combobox');
  await expect(field).toBeFocused();
  await expect(palette.getByRole('group', { name: 'Projects' })).toContainText('Reporting');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();

  await page.keyboard.press('Control+k');
  await field.fill('passw');
  await expect(palette.getByRole('option', { name: four[1] })).toBeVisible();
  await expect(palette.getByRole('status')).toHaveText('1 result');
  await field.fill('colours');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(palette.getByRole('option')).toHaveText(['Colours of the device', 'Light', 'Dark']);
  await page.keyboard.press('Backspace');
  await expect(palette.getByRole('option').nth(5)).toBeVisible();
  await field.fill('jobs');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/jobs$/);
  await page.keyboard.press('Control+k');
  await expect(palette.getByRole('group').first()).toHaveAccessibleName('Recent');
  await expect(palette.getByRole('option').first()).toHaveText(/^Jobs/);
});

test.describe('a module that never comes', () => {
  test.use({ expectedErrors: [/ERR_FAILED/] });

  test('without the palette the keyboard stays usable, and after a while it is the page’s again @hydrated', async ({ page }) => {
    await pasteTasks(page, 'Todo', four.slice(0, 2));
    await answered(page);
    await page.route('**/pkg/**', (route) => route.abort());
    await focusCard(page, four[0]);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: four[0], exact: true })).not.toBeFocused();
    await focusCard(page, four[0]);
    await page.keyboard.press('j');
    await expect(page.getByRole('link', { name: four[0], exact: true })).toBeFocused();
    const comesBack = (to: string, key: string) => expect(async () => {
      await page.keyboard.press(key);
      await expect(page.getByRole('link', { name: to, exact: true })).toBeFocused({ timeout: 100 });
    }).toPass();
    await comesBack(four[1], 'j');

    // By a press it is the same.
    await page.getByRole('link', { name: 'Search', exact: false }).first().click();
    await focusCard(page, four[1]);
    await page.keyboard.press('k');
    await expect(page.getByRole('link', { name: four[1], exact: true })).toBeFocused();
    await comesBack(four[0], 'k');
  });
});

test('the keys are listed, lead to pages, and single ones can be switched off @hydrated', async ({ page, empty }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 1));
  await page.keyboard.press('Escape');
  await page.locator('h1').first().focus();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Move to a list and position');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page).toHaveURL(/\/reports$/);
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page).toHaveURL(/\/board\/REP$/);
  await expect(page.getByRole('list', { name: 'Todo' })).toBeVisible();
  await settled(page, true);
  await page.keyboard.press('c');
  await expect(page.getByLabel('Title of the new task in Todo').first()).toBeFocused();
  await page.keyboard.press('?');
  await expect(keys, 'a key in a field is text').toBeHidden();
  await page.keyboard.press('Escape');

  const width = () => page.getByRole('navigation', { name: 'Main', exact: true }).evaluate((nav) => nav.getBoundingClientRect().width);
  const wide = await width();
  await page.locator('h1').first().focus();
  await page.keyboard.press('[');
  await expect.poll(width).toBeLessThan(wide / 2);
  await answered(page);
  await page.reload();
  await settled(page, true);
  expect(await width()).toBeLessThan(wide / 2);

  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, true);
  await page.getByRole('checkbox', { name: /Single characters/ }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('checkbox', { name: /Single characters/ })).not.toBeChecked();
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  await expect(page.getByRole('link', { name: four[0], exact: true })).not.toHaveAttribute('aria-keyshortcuts', /M/);
  await expect(page.getByRole('link', { name: 'Add a task to the top of Todo' })).toHaveAttribute('title', 'Add a task to the top of Todo');
  await focusCard(page, four[0]);
  await page.keyboard.press('m');
  await page.keyboard.press('x');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Search and commands' })).toBeVisible();
});

test('the list of keys is a page where nothing is awake', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/keys`);
  await settled(page, hydrated);
  await expect(page.getByRole('heading', { name: 'On a card' })).toBeVisible();
  await expect(page.getByText('Extend the selection down')).toBeVisible();
});

test('the menu of a card does what the keys do, and names them @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four);
  const open = async (title: string) => page.getByRole('button', { name: `Actions for ${title}` }).click();
  await open(four[1]);
  const menu = page.getByRole('menu', { name: `Actions for ${four[1]}` });
  for (const [name, hint] of [['Priority…', 'P'], ['Archive', 'Del'], ['Move…', 'M'], ['Select', 'X'], ['Edit title', 'E'], ['Open', 'Enter']] as const) {
    await expect(menu.getByRole('menuitem', { name }).locator('kbd')).toHaveText(hint);
  }
  await expectAccessible(page);
  await menu.getByRole('menuitem', { name: 'Move down' }).click();
  await expectTitles(page, 'Todo', [four[0], four[2], four[1], four[3]]);
  await expect(page.getByRole('link', { name: four[1], exact: true })).toBeFocused();
  await open(four[1]);
  await page.getByRole('menuitem', { name: 'Move to top' }).click();
  await expectTitles(page, 'Todo', [four[1], four[0], four[2], four[3]]);
  await open(four[1]);
  await page.getByRole('menuitem', { name: 'Due date…' }).click();
  await page.getByRole('button', { name: 'Tomorrow' }).click();
  await expect(card(page, four[1])).toContainText('Tomorrow');
  await open(four[1]);
  await page.getByRole('menuitem', { name: 'Move to bottom' }).click();
  await expectTitles(page, 'Todo', [four[0], four[2], four[3], four[1]]);
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('the menu of a card shows its last entry without being scrolled @hydrated', async ({ page }) => {
    await pasteTasks(page, 'Todo', four.slice(0, 1));
    await page.getByRole('region', { name: 'Todo' }).getByRole('button', { name: 'Close' }).click();
    for (const [width, height] of [[390, 844], [360, 640]]) {
      await page.setViewportSize({ width, height });
      await card(page, four[0]).getByRole('button', { name: `Actions for ${four[0]}` }).tap();
      const menu = page.getByRole('menu', { name: `Actions for ${four[0]}` });
      for (const entry of ['Open', 'Delete']) await expect(menu.getByRole('menuitem', { name: entry, exact: true })).toBeInViewport({ ratio: 1 });
      await page.keyboard.press('Escape');
      await expect(menu).toHaveCount(0);
    }
  });

  test('cards are selected from the menu and by taps, and moved to another list @hydrated', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await pasteTasks(page, 'Todo', four.slice(0, 3));
    await page.getByRole('region', { name: 'Todo' }).getByRole('button', { name: 'Close' }).tap();
    await page.getByRole('button', { name: `Actions for ${four[0]}` }).tap();
    await page.getByRole('menuitem', { name: 'Select' }).tap();
    const bar = page.getByRole('region', { name: 'Selection' });
    await expect(bar).toContainText('1 selected');
    await card(page, four[2]).locator('.card__title').tap();
    await expect(bar).toContainText('2 selected');
    await expect(page).toHaveURL(/\/board\/REP$/);
    await bar.getByRole('button', { name: 'Status' }).tap();
    await page.getByRole('menuitemradio', { name: 'Completed' }).tap();
    await expectTitles(page, 'Completed', [four[0], four[2]]);
    await expectTitles(page, 'Todo', [four[1]]);
  });
});

test('what was changed in the drawer is taken back on the board @hydrated', async ({ page }) => {
  await pasteTasks(page, 'Todo', four.slice(0, 2));
  const first = card(page, four[0]);
  await page.getByRole('link', { name: four[0], exact: true }).click();
  const drawer = page.locator('section.drawer');
  await drawer.getByLabel('Priority', { exact: true }).selectOption({ label: 'Urgent' });
  await expect(drawer.locator('.save-state[data-state=saved]')).toBeVisible();
  await expect(first).toContainText('Urgent');
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await focusCard(page, four[0]);
  await page.keyboard.press('Control+z');
  await expect(first).not.toContainText('Urgent');
});
