// Two people, or two tabs, on one board: what one does the other sees; what a line that breaks takes away comes back.
import fs from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { addTasks, card, expectTitles, focusCard, list, middle } from '../fixtures/board.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { addMina, closeOpened, together } from '../fixtures/pair.ts';
import { answered, begin, clientOf, dana, expect, expectAccessible, makeProject, mina, settled, test } from '../fixtures/story.ts';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.afterEach(closeOpened);

/** Moves a card by its menu. */
async function moveTo(page: Page, title: string, listName: string): Promise<void> {
  await card(page, title).getByRole('button', { name: `Actions for ${title}` }).click();
  // The key that does the same stands behind the name.
  await page.getByRole('menuitem', { name: new RegExp(`^${listName}( .)?$`) }).click();
  await expect(card(page, title)).toBeVisible();
}

test.beforeEach(async ({ page, empty, hydrated }) => {
  test.skip(!hydrated, 'without WebAssembly a page shows what was there when it was loaded');
  await begin(page, empty);
  await makeProject(page, empty, three.slice(0, 2));
  await settled(page, true);
  // The last one by hand: whoever has been answered hears what others do from now on.
  await addTasks(page, 'Todo', three.slice(2));
});

test('what one does the other sees within a second, with the name of who did it @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await expectAccessible(other);

  await moveTo(page, three[0], 'Pending');
  const begun = Date.now();
  await expect(list(other, 'Pending').locator('.card__title')).toHaveText([three[0]], { timeout: 1_000 });
  expect(Date.now() - begun, 'milliseconds until it is seen').toBeLessThan(1_000);
  await expect(card(other, three[0])).toHaveAttribute('data-by', dana.name);
  await expect(other.locator('#live-polite')).toHaveText(`${dana.name} moved “${three[0]}” to Pending.`);
  await expectTitles(other, 'Todo', three.slice(1));
  await expect(other.getByRole('region', { name: 'Todo' }).locator('.badge').first()).toHaveText('2 tasks');
  await expect(card(other, three[0])).not.toHaveAttribute('data-by', /.*/, { timeout: 5_000 });

  await addTasks(page, 'In Progress', ['Order the new relay']);
  await expectTitles(other, 'In Progress', ['Order the new relay']);
  await expectTitles(page, 'In Progress', ['Order the new relay']);

  await page.getByRole('link', { name: three[1], exact: true }).click();
  await page.getByRole('region', { name: 'Task', exact: true }).getByLabel('Priority').selectOption('urgent');
  await expect(card(other, three[1])).toContainText('Urgent');
});

/**
 * Has the board made anew, because there is another list, and answered late: what `open` opens meanwhile has to keep the
 * focus on what it answers with, and holds the new list back until it is closed.
 */
async function opensWhileMadeAnew(page: Page, open: () => Promise<Locator>, anotherList = 'Review'): Promise<void> {
  let readings = 0;
  // The first reading finds that there is another list; the second makes the board anew.
  await page.route(/\/rpc\/load_board/, async (route) => {
    readings += 1;
    if (readings > 1) await new Promise((resolve) => setTimeout(resolve, 2_000));
    await route.continue();
  });
  await clientOf(page).call('add_column', { project: 'REP', name: anotherList, status: 'progress' });
  await expect.poll(() => readings, { message: 'readings of the board', intervals: [50] }).toBe(2);
  const anew = page.waitForResponse(/\/rpc\/load_board/);
  const item = await open();
  await expect(item).toBeFocused();
  await (await anew).finished();
  // Longer than a board takes to be made.
  await page.waitForTimeout(500);
  await expect(item).toBeVisible();
  await expect(item).toBeFocused();
  await expect(page.getByRole('region', { name: anotherList })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(item).toBeHidden();
  await expect(page.getByRole('region', { name: anotherList })).toBeVisible();
  await expectTitles(page, 'Todo', three);
  await page.unrouteAll({ behavior: 'wait' });
}

test('a menu that is opened while the board is made anew stays until it is closed @hydrated', async ({ page }) => {
  await opensWhileMadeAnew(page, async () => {
    await card(page, three[1]).getByRole('button', { name: `Actions for ${three[1]}` }).click();
    const menu = page.getByRole('menu', { name: `Actions for ${three[1]}` });
    await expect(menu.getByRole('menuitem').first()).toBeFocused();
    await page.keyboard.press('ArrowDown');
    return menu.getByRole('menuitem', { name: 'Copy link' });
  });
});

test('a field for the next task keeps the focus on a board that is made anew @hydrated', async ({ page }) => {
  const end = page.getByRole('region', { name: 'Todo', exact: true }).locator('.quick-add').getByLabel('Title of the new task in Todo');
  const above = page.getByRole('region', { name: 'Pending' }).getByRole('textbox', { name: 'Title of the new task in Pending' });
  await expect(end, 'after a task was added there').toBeFocused();
  await clientOf(page).call('add_column', { project: 'REP', name: 'Review', status: 'progress' });
  await expect(page.getByRole('region', { name: 'Review' })).toBeVisible();
  await expect(end).toBeFocused();

  await page.getByRole('link', { name: 'Add a task to the top of Pending' }).click();
  await expect(above).toBeFocused();
  await clientOf(page).call('add_column', { project: 'REP', name: 'Proofs', status: 'progress' });
  await expect(page.getByRole('region', { name: 'Proofs' })).toBeVisible();
  await expect(above).toBeFocused();
  await page.keyboard.type('Buy stamps');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'Pending', ['Buy stamps']);
});

test('the menus above the board stay open while the board is made anew @hydrated', async ({ page }) => {
  for (const [button, field, anotherList] of [['Filter', 'Priority', 'Review'], ['Group: none', 'Order in the lists', 'Proofs']] as const) {
    await test.step(button, () => opensWhileMadeAnew(page, async () => {
      await page.getByRole('button', { name: button, exact: true }).click();
      const choice = page.locator('.toolbar .menu:popover-open').getByLabel(field);
      await choice.focus();
      return choice;
    }, anotherList));
  }
});

test('the menu above the list of tasks stays open while the project gets another list @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const choice = page.locator('#filter-priority');
  await choice.focus();
  const read = page.waitForResponse(/\/rpc\/load_list/);
  await clientOf(page).call('add_column', { project: 'REP', name: 'Review', status: 'progress' });
  await (await read).finished();
  // Longer than a page takes to be made.
  await page.waitForTimeout(500);
  await expect(choice).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel(`Status of ${three[0]}`).locator('option', { hasText: 'Review' })).toHaveCount(1);
});

test('the name of a view that is being typed stays while the board is made anew @hydrated', async ({ page }) => {
  const name = page.getByLabel('Save what the board shows now');
  await opensWhileMadeAnew(page, async () => {
    await page.getByRole('button', { name: 'Views', exact: true }).click();
    await name.fill('Half a na');
    return name;
  });
  await expect(name).toHaveValue('Half a na');
});

test('a dependency is counted on both cards at once, and ends with the task that waits @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const idOf = (title: string): string => board.value.columns.flatMap((column) => column.cards).find((one) => one.title === title)!.id;
  for (const title of three.slice(0, 2)) await clientOf(page).call('link_task', { task: idOf(title), direction: 'blocked_by', other: 'REP-3' });
  for (const both of [page, other]) {
    for (const title of three.slice(0, 2)) await expect(card(both, title)).toContainText('Blocked by 1');
    await expect(card(both, three[2])).toContainText('Blocks 2');
  }
  await moveTo(page, three[0], 'Completed');
  for (const both of [page, other]) await expect(card(both, three[2])).toContainText('Blocks 1');
  await clientOf(page).call('unlink_task', { blocked: idOf(three[1]), blocker: idOf(three[2]) });
  for (const both of [page, other]) {
    await expect(card(both, three[2])).not.toContainText('Blocks');
    await expect(card(both, three[1])).not.toContainText('Blocked by');
  }
});

test('a task that another person archives says so, and can be brought back by both @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await card(page, three[1]).getByRole('button', { name: `Actions for ${three[1]}` }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expectTitles(other, 'Todo', [three[0], three[2]]);
  const toast = other.getByRole('region', { name: 'Notifications' });
  await expect(toast).toContainText(`Archived by ${dana.name}: “${three[1]}”.`);
  await toast.getByRole('button', { name: 'Restore' }).click();
  await expectTitles(other, 'Todo', three);
  await expectTitles(page, 'Todo', three);
});

test('neither a title nor a priority is taken back over what another person has set since @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  const rename = async (by: Page, from: string, to: string) => {
    await by.getByRole('link', { name: from, exact: true }).focus();
    await by.keyboard.press('F2');
    await by.keyboard.type(to);
    await by.keyboard.press('Enter');
    for (const both of [page, other]) await expect(card(both, to)).toBeVisible();
  };
  await rename(page, three[0], 'Draft it');
  await page.keyboard.press('Control+z');
  for (const both of [page, other]) await expect(card(both, three[0])).toBeVisible();
  await rename(page, three[0], 'Draft it again');
  await rename(other, 'Draft it again', 'Draft it with Mina');
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Not undone: the task has been renamed since, and is called “Draft it with Mina” now.');
  await answered(page);
  for (const both of [page, other]) await expect(card(both, 'Draft it with Mina')).toBeVisible();

  const prioritise = async (by: Page, letter: string, word: string) => {
    await by.getByRole('link', { name: three[1], exact: true }).focus();
    await by.keyboard.press('p');
    await by.keyboard.press(letter);
    await by.keyboard.press('Enter');
    for (const both of [page, other]) await expect(card(both, three[1])).toContainText(word);
  };
  await prioritise(page, 'h', 'High priority');
  await prioritise(other, 'u', 'Urgent');
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('has been changed since, and has the priority Urgent now.');
  await answered(page);
  for (const both of [page, other]) await expect(card(both, three[1])).toContainText('Urgent');
});

test.describe('two titles at once', () => {
  test.use({ expectedErrors: [/status of 409/] });

  test('are both shown, and the person chooses @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('F2');
    await expect(page.getByLabel(`Title of ${three[0]}`)).toBeFocused();
    await other.getByRole('link', { name: three[0], exact: true }).focus();
    await other.keyboard.press('F2');
    await other.keyboard.type('Draft it with Mina');
    await other.keyboard.press('Enter');
    await answered(other);
    await page.keyboard.type('Draft it alone');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Renamed by both of you' });
    await expect(dialog).toContainText('Draft it with Mina');
    await expect(dialog.getByLabel('Yours')).toHaveValue('Draft it alone');
    await expectAccessible(page);
    // What was not saved is not said to be, and whoever puts the question off loses nothing.
    const notices = page.getByRole('region', { name: 'Notifications' });
    await expect(notices).not.toContainText('Renamed to');
    await page.keyboard.press('Escape');
    await expect(notices).toContainText('Still called “Draft it with Mina”. You wrote “Draft it alone”, which is not saved.');
    await notices.getByRole('button', { name: 'Choose' }).click();
    await expect(dialog.getByLabel('Yours')).toHaveValue('Draft it alone');
    await dialog.getByLabel('Yours').fill('Draft it together');
    await dialog.getByRole('button', { name: 'Save mine' }).click();
    for (const both of [page, other]) await expect(card(both, 'Draft it together')).toBeVisible();
  });
});

test('tasks that another person deletes, one or several, can be brought back @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await card(page, three[1]).getByRole('button', { name: `Actions for ${three[1]}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const toast = other.locator('.toast').filter({ hasText: `Put into the trash by ${dana.name}` });
  await toast.getByRole('button', { name: 'Restore' }).click();
  for (const both of [page, other]) await expectTitles(both, 'Todo', three);

  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  const many = other.locator('.toast').filter({ hasText: '2 tasks were put away by others.' });
  await many.getByRole('button', { name: 'Restore' }).click();
  for (const both of [page, other]) await expectTitles(both, 'Todo', three);
});

test('a title that is written while another person deletes the task is not said to be saved @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await other.getByRole('link', { name: three[0], exact: true }).focus();
  await other.keyboard.press('F2');
  await expect(other.getByLabel(`Title of ${three[0]}`)).toBeFocused();
  await card(page, three[0]).getByRole('button', { name: `Actions for ${three[0]}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await answered(page);
  await other.keyboard.type('Draft it alone');
  await other.keyboard.press('Enter');
  const notices = other.getByRole('region', { name: 'Notifications' });
  await expect(notices).toContainText('Not changed. Not on the board any more:');
  await expect(notices).toContainText('You wrote “Draft it alone”.');
  await expect(notices).not.toContainText('Renamed to');
  await expect(other.locator('.card__title:focus')).toHaveCount(1);
});

test('nothing moves under the hand: a change waits until the card is set down @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  const from = await middle(card(other, three[2]));
  await other.mouse.move(from.x, from.y);
  await other.mouse.down();
  await other.mouse.move(from.x + 10, from.y + 6, { steps: 3 });
  await moveTo(page, three[0], 'Completed');
  await other.waitForTimeout(700);
  // The one in the hand leaves a hole, which has its words but shows none.
  await expect(list(other, 'Todo').locator('.card__title')).toHaveText(three);
  await other.keyboard.press('Escape');
  await other.mouse.up();
  await expectTitles(other, 'Completed', [three[0]]);
  await expectTitles(other, 'Todo', three.slice(1));

  await other.getByRole('link', { name: three[1], exact: true }).focus();
  await other.keyboard.press('Space');
  await moveTo(page, three[2], 'Completed');
  await other.waitForTimeout(700);
  await expectTitles(other, 'Todo', three.slice(1));
  await other.keyboard.press('Escape');
  await expectTitles(other, 'Todo', [three[1]]);
});

test('a board that shows a part of the cards follows, too, and its counts are right @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await other.goto(`${empty.url}/board/REP?q=report`);
  await settled(other, true);
  await expectTitles(other, 'Todo', [three[0]]);
  await moveTo(page, three[1], 'Pending');
  await expect(other.getByRole('region', { name: 'Todo' })).toContainText('1 of 2');
  await expectTitles(other, 'Pending', []);
  await moveTo(page, three[0], 'Pending');
  await expectTitles(other, 'Pending', [three[0]]);
  await expect(other.getByRole('region', { name: 'Pending' })).toContainText('1 of 2');
});

test('a board that was read before an own move was answered does not take the move back @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  // A part of the board is read again when somebody changes something.
  await page.goto(`${empty.url}/board/REP?priority=medium`);
  await settled(page, true);
  let isRead = false;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route('**/rpc/load_board*', async (route) => {
    const response = await route.fetch();
    isRead = true;
    await held;
    await route.fulfill({ response });
  });
  await moveTo(other, three[2], 'Pending');
  await expect.poll(() => isRead, { message: 'the board is read again' }).toBe(true);
  const moved = page.waitForResponse(/\/rpc\/move_task/);
  await moveTo(page, three[0], 'In Progress');
  await moved;
  letGo();
  await expectTitles(page, 'Pending', [three[2]]);
  await expectTitles(page, 'In Progress', [three[0]]);
  await expectTitles(page, 'Todo', [three[1]]);
});

test('a card that comes back stays, whatever is read before the server has heard of it @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  // A part of the board is read again when somebody changes something.
  await page.goto(`${empty.url}/board/REP?priority=medium`);
  await settled(page, true);
  await focusCard(page, three[0]);
  const archived = page.waitForResponse(/\/rpc\/archive_task/);
  await page.keyboard.press('Delete');
  await archived;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route('**/rpc/restore_task*', async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', three);
  const read = page.waitForResponse(/\/rpc\/load_board/);
  await moveTo(other, three[2], 'Pending');
  await (await read).finished();
  // Long enough for what was read to be shown.
  await page.waitForTimeout(300);
  await expect(card(page, three[0])).toBeVisible();
  letGo();
  await answered(page);
  await expectTitles(page, 'Pending', [three[2]]);
  await expectTitles(page, 'Todo', three.slice(0, 2));
});

test('an own move that is answered while another filter is on its way stands on the board that comes @hydrated', async ({ page }) => {
  let [readings, isRead] = [0, false];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route('**/rpc/load_board*', async (route) => {
    readings += 1;
    if (readings > 1) return route.continue();
    const response = await route.fetch();
    isRead = true;
    await held;
    return route.fulfill({ response });
  });
  await page.getByRole('searchbox', { name: /^Filter tasks/ }).fill('report');
  await expect.poll(() => isRead, { message: 'the board is read with the filter' }).toBe(true);
  const moved = page.waitForResponse(/\/rpc\/move_task/);
  await moveTo(page, three[0], 'In Progress');
  await moved;
  letGo();
  await expectTitles(page, 'Todo', []);
  await expectTitles(page, 'In Progress', [three[0]]);
});

test('a card shows who has it open, until it is closed or the person goes @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await page.getByRole('link', { name: three[0], exact: true }).click();
  await expect(card(other, three[0])).toContainText(`Open now: ${dana.name}`);
  await expectAccessible(other);
  await page.keyboard.press('Escape');
  await expect(card(other, three[0])).not.toContainText('Open now');
  await page.getByRole('link', { name: three[0], exact: true }).click();
  await expect(card(other, three[0])).toContainText(`Open now: ${dana.name}`);
  await page.goto(`${empty.url}/projects`);
  await expect(card(other, three[0]), 'it was left with its page').not.toContainText('Open now', { timeout: 10_000 });
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  await other.context().close();
  await expect(page.getByRole('group', { name: 'Also here' })).toBeHidden({ timeout: 10_000 });
});

test('who does not want to be seen is not @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await other.goto(`${empty.url}/settings/profile`);
  await other.getByRole('checkbox', { name: 'Show others when I am on a board' }).uncheck();
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByText('Saved.', { exact: true })).toBeVisible();
  await other.goto(`${empty.url}/board/REP/tasks/1`);
  await settled(other, true);
  await expect(other.getByRole('group', { name: 'Also here' }).getByRole('img', { name: dana.name })).toBeVisible();
  await moveTo(page, three[1], 'Pending');
  await expectTitles(other, 'Pending', [three[1]]);
  await expect(page.getByRole('group', { name: 'Also here' })).toBeHidden();
  await expect(card(page, three[0])).not.toContainText('Open now');
});

test.describe('a line that breaks', () => {
  test.use({ expectedErrors: [/Failed to load resource|ERR_|EventSource/i] });

  test('a move that a proxy answers for a server that is away waits for the server @hydrated', async ({ page }) => {
    await page.route(/\/rpc\/move_task/, (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    await moveTo(page, three[0], 'Pending');
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeVisible();
    await expectTitles(page, 'Pending', [three[0]]);
    await page.unrouteAll();
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeHidden();
    await answered(page);
    await page.reload();
    await expectTitles(page, 'Pending', [three[0]]);
  });

  test('moves made offline wait, survive a reload, and are sent in their order @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await page.route(/\/rpc\/(move_task|archive_task|restore_task)/, (route) => route.abort());
    const moves: [string, string][] = [[three[0], 'In Progress'], [three[1], 'In Progress'], [three[0], 'Pending'], [three[2], 'Completed'], [three[1], 'Pending']];
    for (const [title, to] of moves) await moveTo(page, title, to);
    const bar = page.getByText('Offline. 5 changes wait to be sent.');
    await expect(bar).toBeVisible();
    // Each card that waits shows it, not only the one whose turn it is.
    await expect(page.locator('.card.is-waiting')).toHaveCount(3);
    await expectTitles(other, 'Todo', three);

    await page.reload();
    await settled(page, true);
    await expectTitles(page, 'Pending', [three[1], three[0]]);
    await expectTitles(page, 'Completed', [three[2]]);
    await expect(bar).toBeVisible();

    await page.unrouteAll();
    await expect(bar).toBeHidden({ timeout: 15_000 });
    await expect(page.locator('.card.is-waiting')).toHaveCount(0);
    for (const both of [page, other]) {
      await expectTitles(both, 'Pending', [three[1], three[0]]);
      await expectTitles(both, 'Completed', [three[2]]);
      await expectTitles(both, 'Todo', []);
    }
    await page.reload();
    await expectTitles(page, 'Pending', [three[1], three[0]]);
    await expect(page.getByText('Offline.')).toBeHidden();
  });

  test('a title that waited over a reload is asked about where somebody gave another one meanwhile @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    const rename = async (of: Page, to: string) => {
      await of.getByRole('link', { name: three[0], exact: true }).focus();
      await of.keyboard.press('F2');
      await expect(of.getByLabel(`Title of ${three[0]}`)).toBeFocused();
      await of.keyboard.type(to);
      await of.keyboard.press('Enter');
    };
    await page.route(/\/rpc\/change_tasks/, (route) => route.abort());
    await rename(page, 'Draft it alone');
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeVisible();
    await rename(other, 'Draft it with Mina');
    await answered(other);
    await page.reload();
    await settled(page, true);
    await page.unrouteAll();
    const dialog = page.getByRole('dialog', { name: 'Renamed by both of you' });
    await expect(dialog).toContainText('Draft it with Mina', { timeout: 15_000 });
    await expect(dialog.getByLabel('Yours')).toHaveValue('Draft it alone');
    await dialog.getByRole('button', { name: 'Save mine' }).click();
    await answered(page);
    await page.reload();
    for (const both of [page, other]) await expect(card(both, 'Draft it alone')).toBeVisible();
  });

  test('tasks typed offline wait as cards, survive a reload, and are made once and in order @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await page.route(/\/rpc\/add_tasks/, (route) => route.abort());
    const column = page.getByRole('region', { name: 'Todo' });
    const waiting = column.getByRole('group', { name: 'New tasks that wait to be sent' });
    const field = column.getByLabel('Title of the new task in Todo');
    if (!(await field.isVisible())) await column.getByText('Add task', { exact: true }).click();
    for (const title of ['Order toner', 'Call the printer']) {
      await field.fill(title);
      await field.press('Enter');
      await expect(field).toHaveValue('');
      await expect(waiting).toContainText(title);
    }
    const bar = page.getByText('Offline. 2 changes wait to be sent.');
    await expect(bar).toBeVisible();
    await expect(waiting).toContainText('can be opened and changed when the server has it');
    await expectTitles(other, 'Todo', three);

    await page.reload();
    await settled(page, true);
    await expect(waiting.locator('.unsent__task')).toHaveText(['Order toner', 'Call the printer']);
    await expect(bar).toBeVisible();

    // What goes to the top of a list waits at its top.
    await page.keyboard.press('Escape');
    await column.getByRole('link', { name: 'Add a task to the top of Todo' }).click();
    await column.getByLabel('Title of the new task in Todo').first().fill('Read the post');
    await page.keyboard.press('Enter');
    await expect(waiting).toHaveCount(2);
    await expect(waiting.first().locator('.unsent__task')).toHaveText(['Read the post']);
    const places = await Promise.all([waiting.first(), card(page, three[0])].map(async (one) => (await one.boundingBox())!.y));
    expect(places[0]).toBeLessThan(places[1]);

    await page.unrouteAll();
    const made = ['Read the post', ...three, 'Order toner', 'Call the printer'];
    await expect(page.getByText('Offline.')).toBeHidden({ timeout: 15_000 });
    await expect(waiting).toHaveCount(0);
    for (const both of [page, other]) await expectTitles(both, 'Todo', made);
    await page.reload();
    await expectTitles(page, 'Todo', made);
  });

  test('a refused new task comes back into the field with the reason, before what was typed since @hydrated', async ({ page, browser, empty }) => {
    await together(page, browser, empty);
    await page.route(/\/rpc\/add_tasks/, (route) => route.abort());
    const column = page.getByRole('region', { name: 'Todo' });
    const field = column.getByLabel('Title of the new task in Todo');
    if (!(await field.isVisible())) await column.getByText('Add task', { exact: true }).click();
    const long = 'x'.repeat(501);
    await field.fill(long);
    await field.press('Enter');
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeVisible();
    await field.fill('Typed since');
    await page.unrouteAll();
    await expect(column.getByRole('alert')).toBeVisible({ timeout: 15_000 });
    await expect(field).toHaveValue(`${long}\nTyped since`);
    await expect(page.getByText('Offline.')).toBeHidden();
    await expectTitles(page, 'Todo', three);
  });

  test('a second tab that takes over the waiting changes does not make them twice @hydrated', async ({ page, context, empty }) => {
    await context.route(/\/rpc\/move_task/, (route) => route.abort());
    await moveTo(page, three[0], 'Pending');
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeVisible();
    const tab = await context.newPage();
    await tab.goto(`${empty.url}/board/REP`);
    await settled(tab, true);
    await expectTitles(tab, 'Pending', [three[0]]);
    await context.unrouteAll();
    for (const both of [page, tab]) await expect(both.getByText('Offline.')).toBeHidden({ timeout: 15_000 });
    await page.goto(`${empty.url}/tasks/REP-1`);
    await expect(page.getByText(/moved this from Todo to Pending/)).toHaveCount(1);
  });

  test('a server that goes away and comes back is told by a bar, and nothing is lost @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await empty.kill();
    await moveTo(page, three[0], 'Pending');
    await expect(page.getByText('Offline. 1 change waits to be sent.')).toBeVisible();
    await expect(other.getByText('Offline. What others do is shown when the server answers again.')).toBeVisible({ timeout: 10_000 });
    await empty.begin();
    await expectTitles(other, 'Pending', [three[0]]);
    for (const both of [page, other]) await expect(both.getByText('Offline.')).toBeHidden({ timeout: 20_000 });
    await moveTo(other, three[1], 'Pending');
    await expect(list(page, 'Pending').locator('.card__title')).toHaveText([three[1], three[0]], { timeout: 10_000 });
  });

  test('a server of another build is told by a bar on every page, and nothing reloads by itself @hydrated', async ({ page, context, empty }) => {
    const elsewhere = await context.newPage();
    await elsewhere.goto(`${empty.url}/projects`);
    await settled(elsewhere, true);
    for (const both of [page, elsewhere]) await both.evaluate(() => { document.documentElement.dataset.loaded = 'before'; });

    const site = path.join(empty.folder, 'site');
    fs.cpSync(empty.site, site, { recursive: true });
    const manifest = path.join(site, 'manifest.json');
    fs.writeFileSync(manifest, JSON.stringify({ ...JSON.parse(fs.readFileSync(manifest, 'utf8')), newer: 'pkg/newer.css' }));
    empty.site = site;
    await empty.restart();

    const bar = (of: Page) => of.getByRole('status').filter({ hasText: 'A new version is ready.' });
    // A board hears of it when its stream comes back, other pages with the next thing they ask.
    await expect(bar(page)).toBeVisible({ timeout: 20_000 });
    await elsewhere.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Jobs' }).click();
    await expect(bar(elsewhere)).toBeVisible();
    await expectAccessible(elsewhere);
    await moveTo(page, three[0], 'Pending');
    await answered(page);
    for (const both of [page, elsewhere]) await expect(both.locator('html[data-loaded=before]')).toHaveCount(1);

    await bar(page).getByRole('link', { name: 'Reload' }).click();
    await expect(page.locator('html[data-loaded]')).toHaveCount(0);
    await settled(page, true);
    await moveTo(page, three[1], 'Pending');
    await answered(page);
    await expect(bar(page)).toBeHidden();
  });

  test('two people who move one card are told who was first, and theirs can have its way @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await page.route(/\/rpc\/move_task/, (route) => route.abort());
    await moveTo(page, three[0], 'Pending');
    await moveTo(other, three[0], 'Completed');
    const toast = page.locator('.toast').filter({ hasText: `${mina.name} moved this to Completed a moment ago. Yours was applied after.` });
    await expect(toast).toBeVisible();
    await expectTitles(page, 'Pending', [three[0]]);
    await page.unrouteAll();
    await expectTitles(other, 'Pending', [three[0]]);
    await toast.getByRole('button', { name: 'Undo' }).click();
    for (const both of [page, other]) await expectTitles(both, 'Completed', [three[0]]);
  });
});

test('two tabs of one browser share one stream, and the second goes on when the first is closed @hydrated', async ({ page, context, browser, empty }) => {
  const other = await together(page, browser, empty);
  const streams: string[] = [];
  context.on('request', (request) => { if (request.url().includes('/live/')) streams.push(request.url()); });
  const tab = await context.newPage();
  await tab.goto(`${empty.url}/board/REP`);
  await settled(tab, true);
  await moveTo(other, three[0], 'Pending');
  for (const both of [page, tab]) await expectTitles(both, 'Pending', [three[0]]);
  expect(streams, 'streams that the second tab opened').toEqual([]);
  await expect(tab.getByRole('group', { name: 'Also here' })).toBeVisible();

  await page.close();
  await moveTo(other, three[1], 'Completed');
  await expectTitles(tab, 'Completed', [three[1]]);
  expect(streams.length).toBe(1);
});

test.describe('a session that ends', () => {
  test.use({ expectedErrors: [/status of (401|422)|EventSource/i] });

  test('asks for the password over the board, and sends what waited @hydrated', async ({ page, context, empty }) => {
    const tab = await context.newPage();
    await tab.goto(`${empty.url}/projects`);
    await tab.getByLabel(`Account of ${dana.name}`).click();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await expect(tab.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await expect(dialog).toBeVisible();
    await expectAccessible(page);
    await dialog.getByLabel('Password').fill('not the right one');
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(dialog.getByRole('alert')).toHaveText('E-mail or password is not right');
    await dialog.getByLabel('Password').fill(dana.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(dialog).toBeHidden();
    await moveTo(page, three[0], 'Pending');
    await answered(page);
    await page.reload();
    await expectTitles(page, 'Pending', [three[0]]);
  });
});

test.describe('one task open by two people', () => {
  test.use({ expectedErrors: [/status of 409/] });

  test('shows what the other changes, keeps what is being written, and asks when both wrote the same @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    for (const both of [page, other]) await both.getByRole('link', { name: three[0], exact: true }).click();
    const [mine, theirs] = [page, other].map((both) => both.getByRole('region', { name: 'Task', exact: true }));
    await mine.getByLabel('Title').fill('Draft the report for Decem');

    await theirs.getByLabel('Priority').selectOption('urgent');
    await expect(mine.getByLabel('Priority')).toHaveValue('urgent');
    await expect(mine.getByLabel('Title')).toHaveValue('Draft the report for Decem');

    await theirs.getByLabel('Title').fill('Draft the report for January');
    await theirs.getByLabel('Title').press('Enter');
    await expect(card(page, 'Draft the report for January')).toBeVisible();
    await expect(mine.getByLabel('Title')).toHaveValue('Draft the report for Decem');

    await mine.getByLabel('Title').press('Enter');
    const conflict = mine.getByRole('alert').filter({ hasText: `${mina.name} changed this text since you opened it` });
    await expect(conflict).toContainText('Draft the report for January');
    await conflict.getByLabel('Yours').fill('Draft the reports for December and January');
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await expect(theirs.getByLabel('Title')).toHaveValue('Draft the reports for December and January');
    await expect(mine.getByLabel('Title')).toHaveValue('Draft the reports for December and January');
  });

  test('says who is editing the description, in the drawer and on the page, until they are done or gone @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await page.getByRole('link', { name: three[0], exact: true }).click();
    await other.goto(`${empty.url}/tasks/REP-1`);
    await settled(other, true);
    const [mine, theirs] = [page.getByRole('region', { name: 'Task', exact: true }), other.getByRole('main')];
    const [editedByMina, editedByDana] = [mina, dana].map(({ name }) => ({ hasText: `${name} is editing the description` }));

    await theirs.getByText('Add a description').click();
    await theirs.getByLabel('Description, in Markdown').focus();
    await expect(mine.getByRole('status').filter(editedByMina)).toBeVisible();
    await expectAccessible(page);
    await theirs.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(mine.getByRole('status').filter(editedByMina)).toBeHidden();

    await mine.getByText('Add a description').click();
    await mine.getByLabel('Description, in Markdown').fill('What the steering group asked for');
    await expect(theirs.getByRole('status').filter(editedByDana)).toBeVisible();
    await mine.getByLabel('Description, in Markdown').press('Control+Enter');
    await expect(theirs.getByRole('status').filter(editedByDana)).toBeHidden();
    await expect(theirs.locator('.prose').filter({ hasText: 'What the steering group asked for' })).toBeVisible();

    await theirs.getByRole('region', { name: 'Description' }).getByText('Edit', { exact: true }).click();
    await theirs.getByLabel('Description, in Markdown').focus();
    await expect(mine.getByRole('status').filter(editedByMina)).toBeVisible();
    await other.context().close();
    await expect(mine.getByRole('status').filter(editedByMina)).toBeHidden({ timeout: 10_000 });
  });
});

test.describe('a board that is not there any more', () => {
  test.use({ expectedErrors: [/status of 404|EventSource/i] });

  const gone = 'This board is not here any more, or you are no longer a member of it. What you see is how it was.';

  /** The id of the project. */
  async function projectOf(page: Page): Promise<string> {
    return (await clientOf(page).call<{ head: { id: string } }>('load_project', { key: 'REP' })).value.head.id;
  }

  test('says so at once to the one who was taken out of the project, and to nobody else @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    const people = (await clientOf(page).call<{ id: string; email: string }[]>('list_people', {})).value;
    const person = people.find(({ email }) => email === mina.email)!.id;
    await clientOf(page).call('remove_member', { project: await projectOf(page), person });
    await expect(other.getByRole('alert').filter({ hasText: gone })).toBeVisible();
    await expect(list(other, 'Todo').locator('.card__title')).toHaveText(three);
    await expectAccessible(other);
    await expect(page.getByText(gone)).toHaveCount(0);
    await expect(page.getByRole('group', { name: 'Also here' })).toBeHidden();
    await other.getByRole('link', { name: 'Your projects' }).click();
    await expect(other.getByText('No projects yet')).toBeVisible();
    expect((await other.goto(`${empty.url}/board/REP`))?.status()).toBe(404);
  });

  test('offers nobody in a picker that is open who is not in the project any more @hydrated', async ({ page, empty }) => {
    addMina(empty);
    await page.reload();
    await settled(page, true);
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('a');
    const choice = page.getByRole('checkbox', { name: mina.name });
    await expect(choice).toBeVisible();
    const people = (await clientOf(page).call<{ id: string; email: string }[]>('list_people', {})).value;
    const person = people.find(({ email }) => email === mina.email)!.id;
    await clientOf(page).call('remove_member', { project: await projectOf(page), person });
    await expect(choice).toHaveCount(0);
    await expect(page.getByRole('checkbox', { name: dana.name }), 'still open').toBeVisible();
  });

  test.describe('with somebody who is not in it any more', () => {
    test.use({ expectedErrors: [/status of 422/] });

    test('says so when a task is given to them, and offers them no more @hydrated', async ({ page, empty }) => {
      addMina(empty);
      await page.reload();
      await settled(page, true);
      const link = page.getByRole('link', { name: three[0], exact: true });
      await link.focus();
      await page.keyboard.press('a');
      const choice = page.getByRole('checkbox', { name: mina.name });
      await expect(choice).toBeVisible();
      const inFilter = page.locator('#filter-assignee option', { hasText: mina.name });
      await expect(inFilter).toHaveCount(1);
      const people = (await clientOf(page).call<{ id: string; email: string }[]>('list_people', {})).value;
      const person = people.find(({ email }) => email === mina.email)!.id;
      const project = await projectOf(page);
      // They are taken out while the change is on its way: before it, the board would hear of that and offer them no more.
      await page.route('**/rpc/change_tasks*', async (route) => {
        await clientOf(page).call('remove_member', { project, person });
        await route.continue();
      }, { times: 1 });
      await choice.click();
      const words = `Not changed. This person is not in the project any more. “${three[0]}” as before.`;
      await expect(page.getByRole('region', { name: 'Notifications' })).toContainText(words);
      await expect(card(page, three[0]).getByRole('img', { name: mina.name })).toHaveCount(0);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('checkbox')).toHaveCount(0);

      await link.focus();
      await page.keyboard.press('a');
      await expect(page.getByRole('checkbox', { name: dana.name })).toBeVisible();
      await expect(choice).toHaveCount(0);
      await page.keyboard.press('Escape');
      await expect(inFilter, 'in the menu of the filter').toHaveCount(0);
    });
  });

  test('says so to everybody when the project is deleted, also with a task open @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await other.getByRole('link', { name: three[0], exact: true }).click();
    const drawer = other.getByRole('region', { name: 'Task', exact: true });
    await expect(drawer.getByLabel('Title')).toHaveValue(three[0]);
    const part = drawer.getByRole('region', { name: 'Description' });
    await part.getByText('Add a description', { exact: true }).click();
    const text = part.getByLabel('Description, in Markdown');
    await text.fill('What took an hour to write');
    await clientOf(page).call('delete_project', { project: await projectOf(page), confirm: 'Reporting' });
    for (const both of [page, other]) await expect(both.getByRole('alert').filter({ hasText: gone })).toBeVisible();
    await drawer.getByLabel('Priority').selectOption('urgent');
    await expect(drawer.getByText('Not saved. This is not here, or you cannot see it.')).toBeVisible();
    await part.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(part.getByText('Not saved. This is not here, or you cannot see it.')).toBeVisible();
    await expect(text, 'what was typed can be taken from there').toHaveValue('What took an hour to write');
  });

  test('whoever becomes a viewer can only read the board that is open @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    await expect(other.getByRole('region', { name: 'Pending' }).getByText('Add task', { exact: true })).toBeVisible();
    const client = clientOf(page);
    const members = await client.call<{ people: { id: string; name: string }[] }>('load_members', { key: 'REP' });
    const person = members.value.people.find((one) => one.name === mina.name)!.id;
    await client.call('set_member_role', { project: await projectOf(page), person, role: 'viewer' });
    await expect(other.locator('.board')).toHaveAttribute('data-readonly', '');
    await expect(other.getByText('Add task', { exact: true })).toHaveCount(0);
  });

  test('a list that somebody deletes stays as long as a task is typed into it, and another list takes the text and says why @hydrated', async ({ page, browser, empty }) => {
    const other = await together(page, browser, empty);
    const pending = other.getByRole('region', { name: 'Pending' });
    await pending.getByText('Add task', { exact: true }).click();
    const field = pending.getByLabel('Title of the new task in Pending');
    await field.fill('Half a task');
    const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
    const [todo, , third] = board.value.columns;
    await clientOf(page).call('remove_column', { column: third.id, heir: todo.id });
    await expect(page.getByRole('region', { name: 'Pending' })).toHaveCount(0);
    await expect(field).toHaveValue('Half a task');
    await field.press('Enter');
    const first = other.getByRole('region', { name: 'Todo' });
    await expect(first.getByRole('alert')).toHaveText('The list “Pending” was deleted. Your text is kept here: add it to this list, or copy it.');
    const kept = first.getByLabel('Title of the new task in Todo');
    await expect(kept).toBeFocused();
    await expect(kept).toHaveValue('Half a task');
    await kept.press('Escape');
    await expect(other.getByRole('region', { name: 'Pending' })).toHaveCount(0);
    await expect(kept, 'also on the board that was made anew').toHaveValue('Half a task');
    await expectTitles(other, 'Todo', three);
  });
});

test.describe('a session that ends while others work', () => {
  test.use({ expectedErrors: [/status of 401|EventSource/i] });

  test('what others did meanwhile is there after signing in again, also on a page that is read again for it @hydrated', async ({ page, context, browser, empty }) => {
    const other = await together(page, browser, empty);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    for (const [path, title] of [['/board/REP?priority=medium', 'Order the new relay'], ['/board/REP/list', 'Book the room']]) {
      await page.goto(`${empty.url}${path}`);
      await settled(page, true);
      // Who hears that Mina is here hears what she does.
      await expect(page.getByRole('banner').getByRole('group', { name: 'Also here' }).getByRole('img', { name: mina.name })).toBeVisible();
      await context.clearCookies();
      await addTasks(other, 'Todo', [title]);
      await expect(dialog).toBeVisible();
      await dialog.getByLabel('Password').fill(dana.password);
      await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(dialog).toBeHidden();
      await expect(page.getByRole('link', { name: title, exact: true }), path).toBeVisible();
    }
  });
});
