// The lists of a board: their life, their limits, collapsing; filter, order, lanes and saved views.
import { addTasks, card, drag, expectTitles, letGo, list, middle, take } from '../fixtures/board.ts';
import { answered, begin, clientOf, createProject, cutOff, dana, expect, expectAccessible, openBoard, settled, test, untold } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, three);
});

/** The names of the lists, from the left. */
const lists = (page: Page) => page.locator('.col__head h2').allInnerTexts().catch(() => ['a page on its way']);

/** Opens the menu of a list. It is the browser's own, so it opens without JavaScript, too. */
async function menu(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for the list ${name}`, exact: true }).click();
}

/** Saves the settings of a list on its page. */
async function settings(page: Page, name: string, fill: () => Promise<void>): Promise<void> {
  await menu(page, name);
  await page.getByRole('link', { name: 'Name, status, limit' }).click();
  await expect(page.getByRole('heading', { name: `List ${name}` })).toBeVisible();
  await fill();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

test('a list is added, renamed, moved and deleted, and its tasks go where they are sent', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await menu(page, 'Todo');
  await page.getByRole('link', { name: 'Add a list after this' }).click();
  await expect(page.getByRole('heading', { name: 'Lists', exact: true })).toBeVisible();
  await page.getByLabel('Name').fill('Review');
  await page.getByLabel('Status of its tasks').selectOption('progress');
  await page.getByRole('button', { name: 'Add list' }).click();
  await expect.poll(() => lists(page)).toEqual(['Todo', 'Review', 'In Progress', 'Pending', 'Completed']);

  await settings(page, 'Review', async () => {
    await page.getByLabel('Name').fill('x'.repeat(10_000));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Use 50 characters or fewer').first()).toBeVisible();
    await page.getByLabel('Name').fill('Reading');
  });
  await expect.poll(() => lists(page)).toEqual(['Todo', 'Reading', 'In Progress', 'Pending', 'Completed']);

  await settled(page, hydrated);
  await menu(page, 'Reading');
  await page.getByRole('button', { name: 'Move to the left' }).click();
  await expect.poll(() => lists(page)).toEqual(['Reading', 'Todo', 'In Progress', 'Pending', 'Completed']);

  await settled(page, hydrated);
  await menu(page, 'Todo');
  await page.getByRole('link', { name: 'Delete the list' }).click();
  await expect(page.getByText('The list has 3 tasks. No task is deleted.')).toBeVisible();
  await page.getByLabel('Its tasks go to').selectOption({ label: 'Reading' });
  await page.getByRole('button', { name: 'Delete the list' }).click();
  await expect.poll(() => lists(page)).toEqual(['Reading', 'In Progress', 'Pending', 'Completed']);
  await expectTitles(page, 'Reading', three);
});

test('a list that does not take all of a selection says so under the hand @hydrated', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await settings(page, 'In Progress', async () => {
    await page.getByLabel('Most tasks').fill('1');
    await page.getByLabel('Refuse more tasks than that').check();
  });
  await settled(page, hydrated);
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('2 selected');
  const to = await middle(list(page, 'In Progress'));
  await take(page, card(page, three[0]));
  await page.mouse.move(to.x, to.y, { steps: 10 });
  await expect(page.locator('.col.is-over')).toHaveAttribute('data-no-room', 'In Progress takes only 1 more: it has 0 of 1.');
  await letGo(page);
  await expectTitles(page, 'Todo', three);
  await expect(page.locator('[data-no-room]')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Not moved. In Progress takes only 1 more: it has 0 of 1. The 2 tasks are where they were.');
});

test.describe('where the server says no', () => {
  // The browser itself writes every refused request into the console.
  test.use({ expectedErrors: [new RegExp(`status of (404|409)|${cutOff.source}`)] });

test('a full list refuses a card that is dragged, lifted or sent by a form, and says why', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await settings(page, 'In Progress', async () => {
    await page.getByLabel('Most tasks').fill('1');
    await page.getByLabel('Refuse more tasks than that').check();
  });
  await settled(page, hydrated);
  await addTasks(page, 'In Progress', ['The only one']);
  await expect(page.getByRole('region', { name: 'In Progress' })).toContainText('1 of 1');
  if (hydrated) {
    await expectAccessible(page);
    const to = await middle(list(page, 'In Progress'));
    await take(page, card(page, three[0]));
    await page.mouse.move(to.x, to.y, { steps: 10 });
    // Said before the card is let go.
    await expect(page.locator('.col.is-over')).toHaveAttribute('data-full', 'Full: 1 of 1');
    await letGo(page);
    await expectTitles(page, 'Todo', three);
    await expect(page.locator('#live-assertive')).toContainText(`Not moved. In Progress is full: 1 of 1. “${three[0]}” is back in Todo.`);
    await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('In Progress is full: 1 of 1.');

    await page.getByRole('link', { name: three[1], exact: true }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('application')).toContainText('In Progress is full: 1 of 1.');
    await page.keyboard.press('Space');
    await expectTitles(page, 'Todo', three);
    await expectTitles(page, 'In Progress', ['The only one']);

    // Nor does the dialog promise a place there.
    await page.getByRole('link', { name: three[1], exact: true }).focus();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog', { name: `Move “${three[1]}”` });
    await dialog.getByRole('radio', { name: 'In Progress' }).check();
    await expect(dialog.getByRole('status')).toHaveText('In Progress is full: 1 of 1.');
    await expect(dialog.getByRole('button', { name: 'Move', exact: true })).toBeDisabled();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
  // Whoever does not see the limit on the page is told by the server.
  await page.goto(`${empty.url}/tasks/REP-1/actions`);
  await settled(page, hydrated);
  await page.getByRole('radio', { name: 'In Progress' }).check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('This list is full: 1 of 1.').first()).toBeVisible();
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', three);
});

test('a list that somebody deletes under an open page refuses the card, which flies home @hydrated', async ({ page, context, empty }) => {
  await openBoard(page, empty);
  await settled(page, true);
  // A page that was told would show the list no more.
  await untold(page);
  const other = await context.newPage();
  await other.goto(`${empty.url}/board/REP`);
  await settled(other, true);
  await menu(page, 'Pending');
  await page.getByRole('link', { name: 'Delete the list' }).click();
  await page.getByRole('button', { name: 'Delete the list' }).click();
  await expect.poll(() => lists(page)).toEqual(['Todo', 'In Progress', 'Completed']);
  await drag(other, three[0], await middle(list(other, 'Pending')));
  await expectTitles(other, 'Todo', three);
  await other.reload();
  await expectTitles(other, 'Todo', three);
  await expect.poll(() => lists(other)).toEqual(['Todo', 'In Progress', 'Completed']);
});
});

test('a soft limit lets a card in and says so', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await settings(page, 'Todo', async () => { await page.getByLabel('Most tasks').fill('2'); });
  await expect(page.getByRole('region', { name: 'Todo' })).toContainText('3 of 2');
  if (hydrated) await expectAccessible(page);
  // A filter does not hide that it is passed.
  await page.goto(`${empty.url}/board/REP?q=smtp`);
  await settled(page, hydrated);
  await expect(page.getByRole('region', { name: 'Todo' }).locator('.col__head')).toContainText('1 of 3');
  await expect(page.getByRole('region', { name: 'Todo' }).locator('.col__head .wip')).toContainText('3 of 2');
});

test('a card that is lifted over a list says its limit, and several at once do, too @hydrated', async ({ page, empty }) => {
  await openBoard(page, empty);
  await settled(page, true);
  await settings(page, 'In Progress', async () => { await page.getByLabel('Most tasks').fill('1'); });
  await settled(page, true);
  await addTasks(page, 'In Progress', ['The only one']);
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#live-assertive')).toHaveText('In Progress, position 1 of 2. In Progress has 2 of 1.');
  await expect(page.getByRole('application')).toContainText('In Progress has 2 of 1.');
  await page.keyboard.press('Escape');
  await expectTitles(page, 'Todo', three);
  await expect(page.getByRole('link', { name: three[0], exact: true })).toBeFocused();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('.');
  await expectTitles(page, 'In Progress', [three[0], three[1], 'The only one']);
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Moved 2 tasks to In Progress. In Progress has 3 of 1');
});

test('a list is collapsed for oneself, opens again, and opens under a card that hangs over it', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await menu(page, 'Pending');
  await page.getByRole('button', { name: 'Collapse' }).click();
  const pending = page.locator('.col', { has: page.getByRole('heading', { name: 'Pending' }) });
  await expect(pending).toHaveClass(/is-folded/);
  if (hydrated) await expect(page.getByRole('button', { name: 'Open the list Pending' })).toBeFocused();
  await answered(page);
  await page.reload();
  await settled(page, hydrated);
  await expect(pending).toHaveClass(/is-folded/);
  expect((await pending.boundingBox())!.width).toBe(44);
  if (hydrated) {
    await expectAccessible(page);
    const to = await middle(pending);
    await take(page, card(page, three[0]));
    await page.mouse.move(to.x, to.y, { steps: 10 });
    await expect(pending).not.toHaveClass(/is-folded/);
    await page.mouse.move(to.x + 4, to.y, { steps: 2 });
    await letGo(page);
    await expectTitles(page, 'Pending', [three[0]]);
  } else {
    await page.getByRole('button', { name: 'Open the list Pending' }).click();
    await expect(pending).not.toHaveClass(/is-folded/);
  }
});

test('several choices are made in one menu above the board, which stays open @hydrated', async ({ page, empty }) => {
  await openBoard(page, empty);
  await settled(page, true);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const menu = page.getByRole('group', { name: 'Filter tasks' });
  await menu.getByLabel('Priority').selectOption('urgent');
  await expect(page).toHaveURL(/priority=urgent/);
  await expect(page.getByRole('link', { name: 'Remove the filter Urgent' })).toBeVisible();
  await answered(page);
  await expect(menu.getByLabel('Person')).toBeVisible();
  await menu.getByLabel('Person').selectOption({ label: 'Nobody' });
  await expect(page).toHaveURL(/assignee=none/);
  await expect(page).toHaveURL(/priority=urgent/);
  await answered(page);
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await page.getByRole('link', { name: 'Clear filters' }).first().click();
  await expect(page).not.toHaveURL(/priority=/);
  await expectTitles(page, 'Todo', three);
  await expect(page.locator('#filter-priority')).toHaveValue('');
  await expect(page.locator('#filter-assignee')).toHaveValue('');
});

test('the board is filtered, sorted and shown close by its menus, all of it in the address', async ({ page, empty, hydrated }) => {
  const apply = async (button: string, label: string, value: string) => {
    await page.getByRole('button', { name: button }).click();
    await page.getByLabel(label, { exact: true }).selectOption(value);
    if (!hydrated) await page.getByRole('button', { name: 'Apply' }).locator('visible=true').click();
  };
  await page.goto(`${empty.url}/tasks/REP-2`);
  await settled(page, hydrated);
  await page.getByLabel('Priority').selectOption('urgent');
  if (!hydrated) await page.getByLabel('Priority').locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved').first()).toBeVisible();

  await page.goto(`${empty.url}/board/REP`);
  await settled(page, hydrated);
  await apply('Group: none', 'Order in the lists', 'priority');
  await expect(page).toHaveURL(/sort=priority/);
  await expectTitles(page, 'Todo', [three[1], three[0], three[2]]);
  await apply('Filter', 'Priority', 'urgent');
  await expect(page).toHaveURL(/priority=urgent/);
  await expectTitles(page, 'Todo', [three[1]]);
  await expect(page.getByRole('region', { name: 'Todo' })).toContainText('1 of 3');
  if (hydrated) {
    await page.keyboard.press('Escape');
    await expectAccessible(page);
  }
  await page.getByRole('link', { name: 'Remove the filter Urgent' }).click();
  await expectTitles(page, 'Todo', [three[1], three[0], three[2]]);
  await page.goto(`${empty.url}/board/REP?q=nothing-has-this&due=today`);
  await expect(page.getByText('No tasks match “nothing-has-this” and Due today.')).toBeVisible();
  const people = (await clientOf(page).call<{ id: string }[]>('list_people', {})).value;
  await page.goto(`${empty.url}/board/REP?q=nothing-has-this&assignee=${people[0].id}`);
  await expect(page.getByText(`No tasks match “nothing-has-this” and ${dana.name}.`)).toBeVisible();
  await page.goto(`${empty.url}/board/REP?density=compact`);
  await expect(page.locator('.board')).toHaveAttribute('data-density', 'compact');
  await expectTitles(page, 'Todo', three);
});

test('who wants boards and tables compact says so once in the profile, and an address can say otherwise', async ({ page, empty, hydrated }) => {
  const rowHeight = async () => {
    await page.goto(`${empty.url}/board/REP/list`);
    await settled(page, hydrated);
    return (await page.locator('.is-list tbody tr').first().boundingBox())!.height;
  };
  const choose = async (isCompact: boolean) => {
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, hydrated);
    await page.getByRole('checkbox', { name: /Compact boards and tables/ }).setChecked(isCompact);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  };
  const before = await rowHeight();
  await choose(true);
  await expect(page.getByRole('checkbox', { name: /Compact boards and tables/ })).toBeChecked();
  expect(await rowHeight()).toBeLessThan(before);
  if (hydrated) await expectAccessible(page);
  const board = page.locator('.board');
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, hydrated);
  await expect(board).toHaveAttribute('data-density', 'compact');
  await page.getByRole('button', { name: 'Group: none' }).click();
  await page.getByLabel('Density', { exact: true }).selectOption('comfortable');
  if (!hydrated) await page.getByRole('button', { name: 'Apply' }).locator('visible=true').click();
  await expect(page).toHaveURL(/density=comfortable/);
  await expect(board).not.toHaveAttribute('data-density', 'compact');
  await choose(false);
  expect(await rowHeight()).toBe(before);
});

test('a card goes to another lane by drag and by its menu, gets its priority, and comes back by undo @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, true);
  await expectAccessible(page);
  const cell = (name: string) => page.getByRole('region', { name, exact: true });
  await expect(cell('Todo, Medium').locator('.card__title')).toHaveText(three);

  await drag(page, three[0], await middle(cell('In Progress, Urgent')));
  await expect(cell('In Progress, Urgent').locator('.card__title')).toHaveText([three[0]]);
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Moves to In Progress and sets the priority to Urgent');
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(cell('In Progress, Urgent').locator('.card__title')).toHaveText([three[0]]);
  await expect(card(page, three[0])).toContainText('Urgent');

  await card(page, three[1]).getByRole('button', { name: `Actions for ${three[1]}` }).click();
  await page.getByRole('menuitem', { name: 'High' }).click();
  await expect(cell('Todo, High').locator('.card__title')).toHaveText([three[1]]);
  await page.keyboard.press('Control+z');
  await expect(cell('Todo, Medium').locator('.card__title')).toHaveText([three[1], three[2]]);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(cell('Todo, Medium').locator('.card__title')).toHaveText([three[1], three[2]]);
});

test('lanes stand in the page without JavaScript, and each can be closed', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP?group=assignee`);
  await settled(page, hydrated);
  const nobody = page.locator('details.lane', { has: page.getByText('Nobody') });
  await expect(nobody.locator('.card__title')).toHaveText(three);
  await nobody.locator('summary').click();
  await expect(nobody.locator('.card__title').first()).toBeHidden();
});

test('a view is saved, opened, renamed and deleted', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP?q=smtp`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Views' }).click();
  if (hydrated) await expectAccessible(page);
  await page.getByLabel('Save what the board shows now').fill('Relay');
  await page.getByLabel('Share with the project').check();
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('link', { name: 'Relay' }).click();
  await expectTitles(page, 'Todo', [three[1]]);
  await page.goto(`${empty.url}/board/REP/views`);
  await settled(page, hydrated);
  await page.getByLabel('Name of the view Relay').fill('Mail');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Mail', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Delete the view Mail' }).click();
  await expect(page.getByText('No saved views yet')).toBeVisible();
});

test('a label is made, renamed and deleted on the page of labels', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP/labels`);
  await settled(page, hydrated);
  await expect(page.getByText('No labels yet')).toBeVisible();
  for (const name of ['Ops', 'Design']) {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await page.getByRole('button', { name: 'Add label' }).click();
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
    await settled(page, hydrated);
  }
  await page.getByRole('link', { name: 'Ops', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Label Ops' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Operations');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Operations' }).first().click();
  await page.getByLabel('Merge into').selectOption({ label: 'Design' });
  await page.getByRole('button', { name: 'Merge' }).click();
  await expect(page.getByRole('link', { name: 'Design', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Operations' })).toHaveCount(0);
});

test('on a phone the names above the lists lead to each of them', async ({ page, empty, hydrated }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openBoard(page, empty);
  await settled(page, hydrated);
  const names = page.getByRole('navigation', { name: 'Lists' });
  await expect(names).toContainText('Todo3');
  await names.getByRole('link', { name: 'Pending' }).click();
  await expect.poll(async () => {
    const box = await page.getByRole('region', { name: 'Pending' }).boundingBox();
    return box !== null && box.x >= -5 && box.x < 100;
  }).toBe(true);
  if (hydrated) await expect(names.getByRole('link', { name: 'Pending' })).toHaveAttribute('aria-current', 'true');
});
