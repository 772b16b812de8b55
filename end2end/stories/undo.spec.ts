// Taking back what was saved beside the cards: in a task's drawer and page, by its page of actions, in list and calendar,
// and by its history; copies, and moves to another project.
import { card, expectTitles, idOf, pasteTasks } from '../fixtures/board.ts';
import { addMina, closeOpened, openAsMina } from '../fixtures/pair.ts';
import { answered, begin, clientOf, createProject, expect, openBoard, settled, test } from '../fixtures/story.ts';
import type { Locator, Page } from '@playwright/test';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

const drawerOf = (page: Page): Locator => page.getByRole('region', { name: 'Task', exact: true });
const notices = (page: Page): Locator => page.getByRole('region', { name: 'Notifications' });

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, three);
});

test.afterEach(closeOpened);

test('what was saved in the drawer goes back step by step, and again, on the board @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/tasks/1`);
  await settled(page, true);
  const drawer = drawerOf(page);
  await drawer.getByLabel('Priority').selectOption('high');
  await expect(card(page, three[0])).toContainText('High priority');
  await drawer.getByLabel('Estimate').fill('2h');
  await drawer.getByLabel('Estimate').press('Enter');
  await expect(drawer.getByText('set the estimate to 2 h')).toBeVisible();
  await drawer.getByLabel('Title').fill('Draft it');
  await drawer.getByLabel('Title').press('Enter');
  await expect(card(page, 'Draft it')).toBeVisible();

  // The field of a title has steps of its own: the keys are the page's outside of it.
  await drawer.focus();
  await page.keyboard.press('Control+z');
  await expect(card(page, three[0])).toBeVisible();
  await expect(drawer.getByLabel('Title')).toHaveValue(three[0]);
  await page.keyboard.press('Control+z');
  await expect(drawer.getByLabel('Estimate')).toHaveValue('');
  await page.keyboard.press('Control+z');
  await expect(drawer.getByLabel('Priority')).toHaveValue('medium');
  await expect(card(page, three[0])).not.toContainText('High priority');
  await page.keyboard.press('Control+Shift+z');
  await expect(drawer.getByLabel('Priority')).toHaveValue('high');
  await expect(card(page, three[0])).toContainText('High priority');
  await answered(page);
});

test('on the page of a task the keys take back what was saved there, but not over what somebody has saved since @hydrated', async ({ page, browser, empty }) => {
  addMina(empty);
  const other = await openAsMina(browser, empty, '/tasks/REP-1');
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  const priority = (of: Page): Locator => of.getByLabel('Priority', { exact: true });
  await priority(page).selectOption('high');
  await expect(priority(other)).toHaveValue('high');
  // A choice has no steps of its own: the focus may stay on it.
  await page.keyboard.press('Control+z');
  for (const both of [page, other]) await expect(priority(both)).toHaveValue('medium');

  await priority(page).selectOption('high');
  await expect(priority(other)).toHaveValue('high');
  await priority(other).selectOption('urgent');
  await expect(priority(page)).toHaveValue('urgent');
  await page.keyboard.press('Control+z');
  await expect(notices(page)).toContainText('Not undone: the task has been changed since.');
  for (const both of [page, other]) await expect(priority(both)).toHaveValue('urgent');
});

test('a change of many rows goes back as one, by its message and by the keys @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  const row = (title: string): Locator => page.getByRole('row').filter({ has: page.getByLabel(`Select ${title}`) });
  const apply = async (change: { label: string }): Promise<void> => {
    for (const title of three.slice(0, 2)) await page.getByLabel(`Select ${title}`).check();
    await page.getByLabel('Change of the selected tasks').selectOption(change);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(notices(page)).toContainText('Changed 2 tasks');
  };
  const priorities = (wanted: string) => async (): Promise<void> => {
    for (const title of three.slice(0, 2)) await expect(row(title).getByRole('combobox', { name: 'Priority' })).toHaveValue(wanted);
  };
  await apply({ label: 'Urgent' });
  await expect(priorities('urgent')).toPass();
  await notices(page).getByRole('button', { name: 'Undo' }).click();
  await expect(priorities('medium')).toPass();
  await page.locator('body').press('Control+Shift+z');
  await expect(priorities('urgent')).toPass();
  await page.locator('body').press('Control+z');
  await expect(priorities('medium')).toPass();
});

test('an offer to take back goes when the keys have done it, in the list, the calendar, the trash and on a task @hydrated', async ({ page, empty }) => {
  const offer = notices(page).getByRole('button', { name: 'Undo' });
  const goesByKeys = async (): Promise<void> => {
    await expect(offer).toHaveCount(1);
    // While the pointer is over them messages stay: what goes, goes by the keys.
    await notices(page).locator('.toast').first().hover();
    await page.locator('body').press('Control+z');
    await expect(offer).toHaveCount(0);
  };
  await clientOf(page).call('save_cell', { task: await idOf(page, three[0]), field: 'due', value: '2031-03-12' });
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  await page.getByLabel(`Select ${three[0]}`).check();
  await page.getByLabel('Change of the selected tasks').selectOption({ label: 'Urgent' });
  await page.getByRole('button', { name: 'Apply' }).click();
  await goesByKeys();

  await page.goto(`${empty.url}/board/REP/calendar?month=2031-03`);
  await settled(page, true);
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await goesByKeys();

  await page.goto(`${empty.url}/tasks/REP-1/actions`);
  await settled(page, true);
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await goesByKeys();

  await clientOf(page).call('delete_task', { task: await idOf(page, three[1]) });
  await page.goto(`${empty.url}/board/REP/trash`);
  await settled(page, true);
  await page.getByRole('button', { name: `Restore ${three[1]}` }).click();
  await goesByKeys();
});

test('cells of the list and days of the calendar are steps of one stack, but not over a newer day of somebody else @hydrated', async ({ page, browser, empty }) => {
  addMina(empty);
  const other = await openAsMina(browser, empty, '/board/REP/list');
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  const priority = (of: Page): Locator => of.getByLabel(`Priority of ${three[0]}`);
  const due = (of: Page): Locator => of.getByLabel(`Due date of ${three[0]}`);
  await priority(page).selectOption('high');
  await expect(priority(other)).toHaveValue('high');
  await due(page).fill('2031-03-12');
  await expect(due(other)).toHaveValue('2031-03-12');
  await answered(page);
  // Neither a day nor a choice has steps of its own: the focus may stay on it.
  await page.keyboard.press('Control+z');
  for (const both of [page, other]) await expect(due(both)).toHaveValue('');
  await page.keyboard.press('Control+z');
  for (const both of [page, other]) await expect(priority(both)).toHaveValue('medium');
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+Shift+z');
  for (const both of [page, other]) await expect(due(both)).toHaveValue('2031-03-12');
  await expect(priority(page)).toHaveValue('high');
  await answered(page);

  await page.goto(`${empty.url}/board/REP/calendar?month=2031-03`);
  await settled(page, true);
  const day = (number: number): Locator => page.locator(`td[data-date="2031-03-${number}"]`);
  const task = page.getByRole('link', { name: three[0], exact: true });
  await task.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(day(13)).toContainText(three[0]);
  await expect(task).toBeFocused();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(day(14)).toContainText(three[0]);
  // Whether or not the server has answered by now.
  await page.keyboard.press('Control+z');
  await expect(day(13)).toContainText(three[0]);
  await expect(task).toBeFocused();
  await page.keyboard.press('Control+Shift+z');
  await expect(day(14)).toContainText(three[0]);
  await answered(page);

  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'List', exact: true }).click();
  await expect(due(page)).toHaveValue('2031-03-14');
  await page.keyboard.press('Control+z');
  for (const both of [page, other]) await expect(due(both)).toHaveValue('2031-03-13');
  await due(other).fill('2031-03-20');
  await expect(due(page)).toHaveValue('2031-03-20');
  await page.keyboard.press('Control+z');
  await expect(notices(page)).toContainText('Not undone: the task has been changed since.');
  for (const both of [page, other]) await expect(due(both)).toHaveValue('2031-03-20');
});

test('new tasks of pasted lines go to the trash as one step, and come back @hydrated', async ({ page, empty }) => {
  await openBoard(page, empty);
  await settled(page, true);
  await pasteTasks(page, 'Pending', ['One', 'Two']);
  await expectTitles(page, 'Pending', ['One', 'Two']);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: three[0], exact: true }).focus();
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Pending', []);
  await expectTitles(page, 'Todo', three);
  await page.keyboard.press('Control+Shift+z');
  await expectTitles(page, 'Pending', ['One', 'Two']);
  await answered(page);
});

test('a line of the history is taken back where it is still so', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, hydrated);
  const priority = page.getByLabel('Priority', { exact: true });
  const choose = async (word: string): Promise<void> => {
    await priority.selectOption(word);
    if (!hydrated) await priority.locator('xpath=ancestor::form').getByRole('button').click();
  };
  const line = (words: string): Locator => page.getByRole('region', { name: 'History' }).getByRole('listitem').filter({ hasText: words });
  await choose('high');
  await expect(line('changed the priority from Medium to High').getByRole('button', { name: 'Undo' })).toBeVisible();
  await choose('urgent');
  await expect(line('changed the priority from High to Urgent').getByRole('button', { name: 'Undo' })).toBeVisible();
  await expect(line('changed the priority from Medium to High').getByRole('button')).toHaveCount(0);
  await line('changed the priority from High to Urgent').getByRole('button', { name: 'Undo' }).click();
  await expect(priority).toHaveValue('high');
  await expect(line('changed the priority from Urgent to High')).toBeVisible();
});

test('what the page of actions does has its way back: by its message and the keys, or by a button', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/tasks/REP-2/actions`);
  await settled(page, hydrated);
  const back = async (button: string): Promise<void> => {
    if (hydrated) await notices(page).getByRole('button', { name: 'Undo' }).click();
    else await page.getByRole('button', { name: button }).click();
  };
  const list = (name: string): Locator => page.getByRole('radio', { name });
  const isArchived = page.getByText('It is not on the board.');
  const isTrashed = page.getByText('In the trash since');

  await list('Pending').check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('The last move came from Todo.')).toBeVisible();
  await back('Undo the move');
  await expect(page.getByText('The last move came from Pending.')).toBeVisible();
  await expect(list('Todo')).toBeChecked();

  await page.getByRole('button', { name: 'Archive' }).click();
  await expect(isArchived).toBeVisible();
  await back('Restore');
  await expect(isArchived).toHaveCount(0);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(isTrashed).toBeVisible();
  await back('Restore');
  await expect(isTrashed).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Archive' })).toBeVisible();

  if (hydrated) {
    await page.locator('body').press('Control+Shift+z');
    await expect(isTrashed).toBeVisible();
    await page.locator('body').press('Control+z');
    await expect(isTrashed).toHaveCount(0);
    await list('Pending').check();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await expect(page.getByText('The last move came from Todo.')).toBeVisible();
    await page.locator('body').press('Control+z');
    await expect(list('Todo')).toBeChecked();
  }
  await answered(page);
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', three);
});

test('what comes back out of the archive and the trash goes there again @hydrated', async ({ page, empty }) => {
  for (const [reference, button] of [['REP-1', 'Archive'], ['REP-2', 'Delete']] as const) {
    await page.goto(`${empty.url}/tasks/${reference}/actions`);
    await settled(page, true);
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect(page.getByRole('button', { name: 'Restore' })).toBeVisible();
    await answered(page);
  }
  for (const [shelf, title, nothing] of [['archive', three[0], 'Nothing is archived'], ['trash', three[1], 'The trash is empty']] as const) {
    await page.goto(`${empty.url}/board/REP/${shelf}`);
    await settled(page, true);
    await page.getByRole('button', { name: `Restore ${title}` }).click();
    await expect(page.getByText(nothing)).toBeVisible();
    await notices(page).getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('button', { name: `Restore ${title}` })).toBeVisible();
    await page.locator('body').press('Control+Shift+z');
    await expect(page.getByText(nothing)).toBeVisible();
    await answered(page);
  }
});

test('a copy goes to the trash by its message and the keys, and comes back @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  await page.locator('summary').filter({ hasText: /^Copy$/ }).click();
  await page.getByRole('button', { name: 'Make a copy' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('REP-4');
  await expect(notices(page)).toContainText(`Copied “${three[0]}”: the copy is REP-4`);
  const isTrashed = page.getByText('In the trash since');
  await notices(page).getByRole('button', { name: 'Undo' }).click();
  await expect(isTrashed).toBeVisible();
  await page.locator('body').press('Control+Shift+z');
  await expect(isTrashed).toHaveCount(0);
  await answered(page);
  await page.locator('body').press('Control+z');
  await expect(isTrashed).toBeVisible();
  await answered(page);
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', three);
});

test('a move to another project goes back to its place and number: by its message and the keys, or by the history', async ({ page, empty, hydrated }) => {
  await createProject(page, [], 'Operations', 'OPS');
  await page.goto(`${empty.url}/tasks/REP-2`);
  await settled(page, hydrated);
  const heading = page.getByRole('heading', { level: 1 });
  await page.locator('summary').filter({ hasText: 'Move to another project' }).click();
  await page.locator('select[name=project]').selectOption({ label: 'Operations' });
  await page.getByRole('button', { name: 'Move there' }).click();
  await expect(heading).toContainText('OPS-1');
  if (hydrated) {
    await notices(page).getByRole('button', { name: 'Undo' }).click();
    await expect(heading).toContainText('REP-2');
    await expect(page).toHaveURL(/REP-2/);
    await answered(page);
    await page.locator('body').press('Control+Shift+z');
    await expect(heading).toContainText('OPS-1');
    await answered(page);
    // It is a step of both projects, so the board that it has come to takes it back, too.
    await page.locator('.task__bar').getByRole('link', { name: 'Operations' }).click();
    await expectTitles(page, 'Todo', [three[1]]);
    await page.getByRole('link', { name: three[1], exact: true }).focus();
    await page.keyboard.press('Control+z');
    await expectTitles(page, 'Todo', []);
  } else {
    const line = page.getByRole('region', { name: 'History' }).getByRole('listitem').filter({ hasText: 'moved this here from REP-2' });
    await line.getByRole('button', { name: 'Undo' }).click();
    await expect(heading).toContainText('REP-2');
  }
  await answered(page);
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', three);
});

test.describe('on a bad line', () => {
  test.use({ expectedErrors: [/ERR_CONNECTION_RESET/] });

  test('a step whose answer got lost is asked for again as the same, and goes on to what can be done again @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, true);
    let calls = 0;
    await page.route('**/rpc/undo_change*', async (route) => {
      calls += 1;
      if (calls > 1) return route.continue();
      // The server has done it; the page never hears so.
      await route.fetch();
      return route.abort('connectionreset');
    });
    const priority = page.getByLabel('Priority', { exact: true });
    await priority.selectOption('high');
    await expect(page.getByText('changed the priority from Medium to High')).toBeVisible();
    await answered(page);
    await page.keyboard.press('Control+z');
    await expect(notices(page)).toContainText('Not undone.');
    await expect(priority).toHaveValue('medium');
    await page.keyboard.press('Control+z');
    await expect.poll(() => calls).toBe(2);
    await answered(page);
    await expect(notices(page)).not.toContainText('has been changed since');
    await page.keyboard.press('Control+Shift+z');
    await expect(priority).toHaveValue('high');
    await answered(page);
  });
});
