// The other ways to look at tasks: list, calendar, notes, archive, trash, my work, search.
import fs from 'node:fs';
import { card, expectTitles, idOf, layer, middle, take, waysToGiveUp } from '../fixtures/board.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { sideways } from '../fixtures/fits.ts';
import { answered, begin, clientOf, createProject, createTasks, dana, expect, expectAccessible, openBoard, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];
// Far from any other: the calendar of that month has only what the story put there.
const month = '2031-03';

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, three);
});

/** Makes a choice in a cell; without WebAssembly its button saves it. */
async function choose(page: Page, hydrated: boolean, label: string, option: string | { label: string }): Promise<void> {
  const select = page.getByLabel(label);
  await select.selectOption(option);
  if (hydrated) await answered(page);
  else await select.locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
}

/** Gives a task a due date on its own page of actions, as without WebAssembly. */
async function setDue(page: Page, url: string, hydrated: boolean, reference: string, day: string): Promise<void> {
  await page.goto(`${url}/tasks/${reference}/actions`);
  await settled(page, hydrated);
  await page.getByLabel('Due date').fill(day);
  if (!hydrated) await page.getByLabel('Due date').locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/^Saved\.?$/).first()).toBeVisible();
  await answered(page);
}

/** Keeps requests back until they are let go. */
async function hold(page: Page, pattern: RegExp): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route(pattern, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

const rows = (page: Page) => page.getByRole('table').locator('tbody th a');

test('what is asked for anew leaves what stands there pale, and the next page shows that it is coming @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  const [main, table] = [page.locator('#main'), page.locator('.table-wrap')];
  const opacity = () => table.evaluate((table) => getComputedStyle(table).opacity);
  const showList = await hold(page, /\/rpc\/load_list/);
  await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
  await expect(main).toHaveAttribute('aria-busy', 'true');
  await expect.poll(opacity).toBe('0.6');
  await expect(rows(page)).toHaveText([three[2], three[1], three[0]]);
  const coming = page.getByRole('progressbar', { name: 'Loading the page' });
  await expect(coming).toHaveCount(0);
  showList();
  await expect(rows(page)).toHaveText([three[2], three[0], three[1]]);
  await expect(main).not.toHaveAttribute('aria-busy');
  await expect.poll(opacity).toBe('1');

  const showNotes = await hold(page, /\/rpc\/load_notes_table/);
  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'Notes' }).click();
  await expect(coming).toBeVisible();
  await expect(main).not.toHaveAttribute('aria-busy');
  showNotes();
  await expect(page.getByRole('heading', { name: 'Work notes', level: 1 })).toBeFocused();
  await expect(coming).toHaveCount(0);
  await expect(page.locator('#live-polite')).toContainText('Work notes');
});

test('a page of the settings of a project shows that it is coming @hydrated', async ({ page, empty }) => {
  const coming = page.getByRole('progressbar', { name: 'Loading the page' });
  await page.goto(`${empty.url}/projects/REP`);
  await settled(page, true);
  const showMembers = await hold(page, /\/rpc\/load_members/);
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Members' }).click();
  await expect(coming).toBeVisible();
  showMembers();
  await expect(page.getByRole('heading', { name: 'Reporting: Members' })).toBeVisible();
  await expect(coming).toHaveCount(0);
});

test('the list is ordered by a press on a heading, edited in its cells, and remembers its columns', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name: 'List' }).click();
  await expect(page.getByRole('heading', { name: 'Reporting · List', level: 1, exact: true })).toBeVisible();
  await expect(page).toHaveTitle(/^Reporting · List/);
  await expect(rows(page)).toHaveText([three[2], three[1], three[0]]);
  await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
  await expect(rows(page)).toHaveText([three[2], three[0], three[1]]);
  await expect(page.getByRole('columnheader', { name: 'Title' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page).toHaveURL(/order=title/);

  await choose(page, hydrated, `Priority of ${three[1]}`, 'urgent');
  await choose(page, hydrated, `Status of ${three[0]}`, { label: 'Pending' });
  await choose(page, hydrated, `Assignees of ${three[1]}`, { label: `Add ${dana.name}` });
  await answered(page);
  await page.goto(`${empty.url}/board/REP/list?order=-priority`);
  await settled(page, hydrated);
  await expect(rows(page).first()).toHaveText(three[1]);
  await expect(page.getByRole('row', { name: three[1] }).getByRole('img', { name: dana.name })).toBeVisible();
  await expect(page.getByLabel(`Status of ${three[0]}`).locator('option:checked')).toHaveText('Pending');

  await page.locator('summary').filter({ hasText: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Labels' }).uncheck();
  await page.getByRole('checkbox', { name: 'Created' }).check();
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('columnheader', { name: 'Created' })).toBeVisible();
  await page.goto(`${empty.url}/board/REP/list`);
  await expect(page.getByRole('columnheader', { name: 'Created' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Labels' })).toHaveCount(0);
});

test('the tabs keep what is filtered, and how the board looks, from view to view and back', async ({ page, empty, hydrated }) => {
  const tab = async (name: string) => {
    await page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('navigation', { name: 'Views of the project' }).getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
    await settled(page, hydrated);
  };
  const said = '?q=the&sort=title&group=priority&density=compact';
  await page.goto(`${empty.url}/board/REP${said}`);
  await settled(page, hydrated);
  await tab('List');
  await expect(page).toHaveURL(`${empty.url}/board/REP/list${said}`);
  // The order and the density of the board are the list's, too, until it is told otherwise.
  await expect(rows(page)).toHaveText([three[0], three[1]]);
  await expect(page.getByRole('columnheader', { name: 'Title' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.locator('.is-list')).toHaveAttribute('data-density', 'compact');
  await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
  await expect(rows(page)).toHaveText([three[1], three[0]]);
  await tab('Calendar');
  await expect(page).toHaveURL(`${empty.url}/board/REP/calendar${said}`);
  await page.getByRole('link', { name: 'Next month' }).click();
  await expect(page).toHaveURL(/month=/);
  await tab('Board');
  await expect(page).toHaveURL(`${empty.url}/board/REP${said}`);
  await expect(page.locator('.board.has-lanes')).toHaveAttribute('data-density', 'compact');
  await expect(page.locator('.board .card__title')).toHaveText([three[0], three[1]]);
});

test('the tools at the end of the bar stand in one line, however wide the window', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, hydrated);
  const bar = page.getByRole('group', { name: 'Filter and actions' });
  for (const width of [1440, 1280, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    const [look, make] = [await bar.getByRole('button', { name: 'Group: priority' }).boundingBox(), await bar.getByRole('link', { name: 'New task' }).boundingBox()];
    expect(Math.abs(look!.y + look!.height / 2 - make!.y - make!.height / 2), `at ${width} px`).toBeLessThan(4);
  }
});

test('list and calendar have the whole filter of the board, in a menu and in the address', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP/list?order=title`);
  await settled(page, hydrated);
  await choose(page, hydrated, `Priority of ${three[1]}`, 'urgent');
  await page.goto(`${empty.url}/board/REP/list?order=title&q=the`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const menu = page.getByRole('group', { name: 'Filter tasks' });
  await menu.getByLabel('Priority').selectOption({ label: 'Urgent' });
  await menu.getByLabel('Person').selectOption({ label: 'Nobody' });
  await menu.getByRole('button', { name: 'Apply' }).click();
  await expect(rows(page)).toHaveText([three[1]]);
  await expect(page).toHaveURL(/q=the&.*priority=urgent/);
  await expect(page).toHaveURL(/order=title/);
  await expect(page.locator('[popovertarget=filter-menu] .badge')).toHaveText('2');
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'Remove the filter Urgent' }).click();
  await expect(rows(page)).toHaveText([three[0], three[1]]);

  await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await menu.getByLabel('Category').selectOption({ index: 1 });
  await menu.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/category=/);
  await expect(page).toHaveURL(new RegExp(`month=${month}`));
  await expect(page.getByRole('link', { name: /^Remove the filter / })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).not.toHaveURL(/category=/);
});

test('several rows are changed in one go, archived, and restored together', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, hydrated);
  for (const title of three.slice(0, 2)) await page.getByRole('checkbox', { name: `Select ${title}` }).check();
  if (hydrated) await expect(page.getByText('2 tasks are selected.')).toBeVisible();
  await page.getByLabel('Change of the selected tasks').selectOption({ label: 'In Progress' });
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByLabel(`Status of ${three[0]}`).locator('option:checked')).toHaveText('In Progress');
  await expect(page.getByLabel(`Status of ${three[1]}`).locator('option:checked')).toHaveText('In Progress');
  await expect(page.getByLabel(`Status of ${three[2]}`).locator('option:checked')).toHaveText('Todo');

  for (const title of three.slice(0, 2)) await page.getByRole('checkbox', { name: `Select ${title}` }).check();
  await page.getByLabel('Change of the selected tasks').selectOption('archive');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(rows(page)).toHaveText([three[2]]);

  await page.getByRole('link', { name: 'Archive' }).click();
  await expect(page.getByRole('heading', { name: 'Archived tasks' })).toBeVisible();
  await settled(page, hydrated);
  await page.getByRole('searchbox').fill('smtp');
  await page.getByRole('searchbox').press('Enter');
  await expect(rows(page)).toHaveText([three[1]]);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await settled(page, hydrated);
  for (const title of three.slice(0, 2)) await page.getByRole('checkbox', { name: `Select ${title}` }).check();
  await page.getByRole('button', { name: 'Restore the selected tasks' }).click();
  await expect(page.getByText('Nothing is archived')).toBeVisible();
  await page.goto(`${empty.url}/board/REP`);
  for (const title of three.slice(0, 2)) await expect(card(page, title)).toBeVisible();
});

test('with Shift a press on a box of the list selects all rows from the last one, by the mouse and by Space @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['Order toner', 'Book the room']);
  await page.goto(`${empty.url}/board/REP/list?order=number`);
  await settled(page, true);
  const boxes = page.getByRole('table').getByRole('checkbox');
  const selected = page.getByRole('status').filter({ hasText: /selected\.$/ });
  await boxes.nth(1).click();
  await boxes.nth(3).click({ modifiers: ['Shift'] });
  await expect(selected).toHaveText('3 tasks are selected.');
  for (const [at, isChecked] of [false, true, true, true, false].entries()) await expect(boxes.nth(at)).toBeChecked({ checked: isChecked });
  await boxes.nth(0).focus();
  await page.keyboard.press('Shift+Space');
  await expect(selected).toHaveText('4 tasks are selected.');
  await boxes.nth(2).click({ modifiers: ['Shift'] });
  await expect(selected, 'lets go in the same way').toHaveText('1 task is selected.');
});

test('the list fits its window: what is wider scrolls beside the titles, and the boxes have room for a finger', async ({ page, empty, hydrated }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${empty.url}/board/REP/list?columns=status,priority,due,people,labels,category,start,estimate,updated,created`);
  await settled(page, hydrated);
  expect(await sideways(page)).toBeLessThanOrEqual(0);
  const title = page.getByRole('rowheader').first();
  await page.getByRole('region', { name: 'Tasks', exact: true }).evaluate((table) => { table.scrollLeft = table.scrollWidth; });
  await expect(title.getByRole('link')).toBeInViewport({ ratio: 1 });
  const [wrap, cell] = [await page.locator('.table-wrap').boundingBox(), await title.boundingBox()];
  expect(cell!.x).toBeGreaterThanOrEqual(wrap!.x - 1);

  await page.setViewportSize({ width: 390, height: 800 });
  const hit = page.locator('td.pick label').first();
  const [box, link] = [await hit.boundingBox(), await title.getByRole('link').boundingBox()];
  expect(Math.min(box!.width, box!.height), 'the place to press').toBeGreaterThanOrEqual(24);
  expect(box!.x + box!.width, 'where the title begins').toBeLessThanOrEqual(link!.x);
  expect(Math.abs(box!.y + box!.height / 2 - link!.y - link!.height / 2), 'beside the title').toBeLessThan(24);
  await hit.click({ position: { x: 2, y: 2 } });
  await expect(hit.getByRole('checkbox')).toBeChecked();
});

test('what is said over the list does not lie upon the change of its selected rows @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  await page.getByRole('checkbox', { name: `Select ${three[0]}` }).check();
  await page.getByLabel('Change of the selected tasks').selectOption({ label: 'Urgent' });
  await page.getByRole('button', { name: 'Apply' }).click();
  const toast = page.getByRole('region', { name: 'Notifications' }).locator('.toast').first();
  await expect(toast).toContainText('Changed 1 task');
  const [said, form] = [await toast.boundingBox(), await page.locator('form.bulk').boundingBox()];
  expect(said!.y + said!.height <= form!.y || form!.y + form!.height <= said!.y, 'apart from each other').toBe(true);
});

test.describe('the calendar', () => {
  const day = (page: Page, date: string) => page.locator(`td[data-date="${date}"]`);

  test('shows tasks on the day they are due, and a plain form changes it', async ({ page, empty, hydrated }) => {
    await page.goto(`${empty.url}/board/REP/calendar`);
    await expect(page.getByText('No task has a due date yet')).toBeVisible();
    await setDue(page, empty.url, hydrated, 'REP-1', `${month}-12`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, hydrated);
    await expect(page.getByRole('heading', { name: 'March 2031' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Reporting · Calendar', level: 1, exact: true })).toBeVisible();
    await expect(page).toHaveTitle(/^Reporting · Calendar/);
    await expect(day(page, `${month}-12`).getByRole('link', { name: three[0], exact: true })).toBeVisible();
    await day(page, `${month}-12`).getByRole('link', { name: `Change the date of ${three[0]}` }).click();
    await setDue(page, empty.url, hydrated, 'REP-1', `${month}-20`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await expect(day(page, `${month}-20`)).toContainText(three[0]);
    await page.getByRole('link', { name: 'Week', exact: true }).click();
    await page.goto(`${empty.url}/board/REP/calendar?week=${month}-20`);
    await expect(page.getByRole('heading', { name: '17–23 Mar 2031' })).toBeVisible();
    await page.getByRole('link', { name: 'Next week' }).click();
    await expect(page.getByText('Nothing is due in 24–30 Mar 2031.')).toBeVisible();
  });

  test('begins its weeks on the day that the profile says, and so do the table of notes and the days of a series and of a job', async ({ page, empty, hydrated }) => {
    await setDue(page, empty.url, hydrated, 'REP-1', `${month}-12`);
    const heads = page.locator('.calendar thead abbr');
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await expect(heads).toHaveText(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, hydrated);
    await page.getByLabel('First day of the week').selectOption('Sunday');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Saved').first()).toBeVisible();
    await expect(page.getByLabel('First day of the week')).toHaveValue('sunday');
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, hydrated);
    await expect(heads).toHaveText(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']);
    await expect(page.locator('.calendar tbody tr').first().locator('td').first()).toHaveAttribute('data-date', '2031-02-23');
    if (hydrated) await expectAccessible(page);
    await page.goto(`${empty.url}/board/REP/calendar?week=${month}-20`);
    await expect(page.getByRole('heading', { name: '16–22 Mar 2031', exact: true })).toBeVisible();
    await page.goto(`${empty.url}/board/REP/notes?week=${month}-20`);
    await expect(page.getByRole('heading', { name: '16–22 Mar 2031', exact: true })).toBeVisible();
    for (const [path, pills] of [['/tasks/REP-1', '.series__weekdays .pill'], ['/jobs/new', '#days .pill']]) {
      await page.goto(`${empty.url}${path}`);
      await settled(page, hydrated);
      await expect(page.locator(pills), path).toHaveText(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']);
    }
  });

  test('a task is dragged to another day by the mouse, taken back, and moved by keys @hydrated', async ({ page, empty }) => {
    await setDue(page, empty.url, true, 'REP-1', `${month}-12`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, true);
    const from = await middle(page.locator('.event'));
    const to = await middle(day(page, `${month}-19`));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 10, from.y + 4, { steps: 2 });
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await page.mouse.up();
    await expect(day(page, `${month}-19`)).toContainText(three[0]);
    await expect(page).toHaveURL(/calendar/);
    const notices = page.getByRole('region', { name: 'Notifications' });
    await expect(notices).toContainText('Wednesday 19 March 2031');
    await notices.getByRole('button', { name: 'Undo' }).click();
    await expect(day(page, `${month}-12`)).toContainText(three[0]);

    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(day(page, `${month}-13`)).toContainText(three[0]);
    await expect(page.getByRole('link', { name: three[0], exact: true })).toBeFocused();
    await page.keyboard.press('Shift+ArrowDown');
    await expect(day(page, `${month}-20`)).toContainText(three[0]);
    await expect(page.locator('#live-polite')).toContainText('Moved “Draft the November report” to Thursday 20 March 2031.');
    await answered(page);
    await page.reload();
    await expect(day(page, `${month}-20`)).toContainText(three[0]);

    // Escape in the middle leaves it where it was.
    const here = await middle(page.locator('.event'));
    await page.mouse.move(here.x, here.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y - 100, { steps: 5 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await expect(day(page, `${month}-20`)).toContainText(three[0]);
  });

  test('Escape, another window and a lost pointer put a task back on its day, and nothing is sent @hydrated', async ({ page, empty }) => {
    await setDue(page, empty.url, true, 'REP-1', `${month}-05`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, true);
    const sent: string[] = [];
    page.on('request', (request) => { if (/save_cell/.test(request.url())) sent.push(request.url()); });
    const to = await middle(day(page, `${month}-13`));
    for (const [name, giveUp] of waysToGiveUp(page)) {
      await take(page, page.locator('.event'));
      await page.mouse.move(to.x, to.y, { steps: 6 });
      await expect(day(page, `${month}-13`), name).toHaveClass(/is-over/);
      await giveUp();
      await expect(layer(page), name).toHaveCount(0);
      await page.mouse.up();
      await expect(page.locator('.calendar').locator('.is-hole, .is-over'), name).toHaveCount(0);
      await expect(day(page, `${month}-05`), name).toContainText(three[0]);
    }
    expect(sent).toEqual([]);
  });

  test('near the lower edge the page scrolls, so that a task gets to a week below @hydrated', async ({ page, empty }) => {
    await page.setViewportSize({ width: 1280, height: 640 });
    await setDue(page, empty.url, true, 'REP-1', `${month}-05`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, true);
    const main = page.locator('#main');
    const last = day(page, `${month}-31`);
    await expect(last).not.toBeInViewport();
    await page.locator('.event').scrollIntoViewIfNeeded();
    await take(page, page.locator('.event'));
    const frame = (await main.boundingBox())!;
    await page.mouse.move((await middle(last)).x, frame.y + frame.height - 6, { steps: 6 });
    await expect.poll(() => main.evaluate((page) => page.scrollHeight - page.clientHeight - page.scrollTop), { message: 'what is left below' }).toBeLessThan(2);
    const to = await middle(last);
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await expect(last).toHaveClass(/is-over/);
    await page.mouse.up();
    await expect(last).toContainText(three[0]);
    await answered(page);
  });

  test('of two moves in a row the last one stays, however late the first is answered @hydrated', async ({ page, empty }) => {
    await setDue(page, empty.url, true, 'REP-1', `${month}-12`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, true);
    let calls = 0;
    await page.route(/\/rpc\/save_cell/, async (route) => {
      calls += 1;
      if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 1_000));
      await route.continue();
    });
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(page.getByRole('link', { name: three[0], exact: true })).toBeFocused();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(day(page, `${month}-14`)).toContainText(three[0]);
    await expect.poll(() => calls).toBe(2);
    await answered(page);
    await expect(day(page, `${month}-14`)).toContainText(three[0]);
    await page.reload();
    await settled(page, true);
    await expect(day(page, `${month}-14`)).toContainText(three[0]);
    // The keys are free again when all is answered.
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(day(page, `${month}-15`)).toContainText(three[0]);
    await page.keyboard.press('Shift+ArrowRight');
    await expect(day(page, `${month}-16`)).toContainText(three[0]);
    await answered(page);
    await page.keyboard.press('Control+z');
    await expect(day(page, `${month}-15`)).toContainText(three[0]);
    await answered(page);
    await page.keyboard.press('Control+z');
    await expect(day(page, `${month}-14`)).toContainText(three[0]);
    await answered(page);
  });

  test.describe('out of reach', () => {
    test.use({ expectedErrors: [/ERR_FAILED|ERR_INTERNET_DISCONNECTED|Failed to load|EventSource/i] });

    test('days wait for the server, outlive a reload, and one that waits is taken back @hydrated', async ({ page, empty }) => {
      await setDue(page, empty.url, true, 'REP-1', `${month}-12`);
      await setDue(page, empty.url, true, 'REP-2', `${month}-12`);
      await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
      await settled(page, true);
      const notices = page.getByRole('region', { name: 'Notifications' });
      await page.route(/\/rpc\/save_cell/, (route) => route.abort());
      await page.getByRole('link', { name: three[0], exact: true }).focus();
      await page.keyboard.press('Shift+ArrowRight');
      await expect(notices).toContainText('Not saved yet: offline. 1 change waits to be sent.');
      await page.getByRole('link', { name: three[1], exact: true }).focus();
      await page.keyboard.press('Shift+ArrowDown');
      await expect(day(page, `${month}-19`)).toContainText(three[1]);
      // Never sent: it is as if it had not been.
      const offer = notices.locator('.toast').filter({ hasText: `Moved “${three[1]}”` });
      await offer.getByRole('button', { name: 'Undo' }).click();
      await expect(day(page, `${month}-12`)).toContainText(three[1]);

      await page.reload();
      await settled(page, true);
      await expect(day(page, `${month}-13`), 'as the person has put it').toContainText(three[0]);
      await expect(notices).toContainText('1 change waits to be sent.');
      const sent: string[] = [];
      page.on('request', (request) => { if (request.url().includes('/rpc/save_cell')) sent.push(request.url()); });
      await page.unroute(/\/rpc\/save_cell/);
      await notices.getByRole('button', { name: 'Try again' }).click();
      await expect(notices).not.toContainText('Not saved yet');
      await answered(page);
      await page.reload();
      await settled(page, true);
      await expect(day(page, `${month}-13`)).toContainText(three[0]);
      await expect(day(page, `${month}-12`)).toContainText(three[1]);
      expect(sent, 'what was answered is not sent again').toHaveLength(1);
    });
  });

  test('a finger holds a task and moves it to another day @hydrated', async ({ page, empty, context }) => {
    await setDue(page, empty.url, true, 'REP-1', `${month}-12`);
    await page.goto(`${empty.url}/board/REP/calendar?month=${month}`);
    await settled(page, true);
    const fingers = await context.newCDPSession(page);
    await fingers.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 });
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
      fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    const hold = await middle(page.locator('.event__title'));
    const to = await middle(day(page, `${month}-14`));
    await touch('touchStart', hold);
    await touch('touchMove', { x: hold.x + 40, y: hold.y });
    await touch('touchEnd');
    await expect(day(page, `${month}-12`)).toContainText(three[0]);
    // The first finger has scrolled: until that has come to rest a second one only stops it.
    await page.waitForTimeout(500);

    await touch('touchStart', hold);
    await page.waitForTimeout(400);
    for (let step = 1; step <= 8; step += 1) {
      await touch('touchMove', { x: hold.x + ((to.x - hold.x) * step) / 8, y: hold.y + ((to.y - hold.y) * step) / 8 });
      await page.waitForTimeout(20);
    }
    await touch('touchEnd');
    await expect(day(page, `${month}-14`)).toContainText(three[0]);
  });
});

test('my work has what is assigned to me, and a press finishes it', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/my-work`);
  await expect(page.getByText('Nothing of yours is open')).toBeVisible();
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, hydrated);
  for (const title of three.slice(0, 2)) await choose(page, hydrated, `Assignees of ${title}`, { label: `Add ${dana.name}` });
  await setDue(page, empty.url, hydrated, 'REP-1', '2026-01-05');
  await page.goto(`${empty.url}/my-work`);
  await settled(page, hydrated);
  await expect(page.getByRole('region', { name: 'Overdue' })).toContainText(three[0]);
  await expect(page.getByRole('region', { name: 'No date' })).toContainText(three[1]);
  await page.getByRole('button', { name: `Done: ${three[0]}` }).click();
  await expect(page.getByRole('region', { name: 'Overdue' })).toHaveCount(0);
  await expect(page.getByText('Nothing is overdue.')).toBeVisible();
  const list = page.getByLabel(`List of ${three[1]}`);
  await list.selectOption({ label: 'Pending' });
  if (!hydrated) await list.locator('xpath=ancestor::form').getByRole('button', { name: 'Move' }).click();
  await answered(page);
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Completed', [three[0]]);
  await expectTitles(page, 'Pending', [three[1]]);
});

test('what is due soon is said anew from minute to minute, on the board, in the list and in my work @hydrated', async ({ page, empty }) => {
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const values = { project: 'REP', column: board.value.columns[0].id, title: 'Call the supplier @me', at: 'end' };
  const [made] = (await clientOf(page).call<{ id: string }[]>('add_tasks', values)).value;
  // Within the hour, whatever of it has passed at each place.
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Ljubljana', dateStyle: 'short', timeStyle: 'short' });
  const [due_on, due_time] = local.format(Date.now() + 55 * 60_000).split(' ');
  await clientOf(page).call('save_due', { task: made.id, version: '1', due_on, due_time });

  await page.clock.install();
  for (const path of ['/board/REP', '/board/REP/list', '/my-work']) {
    await page.goto(`${empty.url}${path}`);
    await settled(page, true);
    const chip = page.locator('.chip').filter({ hasText: /In \d+ min/ });
    const left = async () => Number(/In (\d+) min/.exec(await chip.innerText())?.[1]);
    const before = await left();
    expect(before, path).toBeGreaterThan(15);
    await page.clock.fastForward('10:00');
    await expect.poll(left, { message: path }).toBeLessThan(before - 8);
  }
});

test('a search finds tasks by their words, marks them, and can be narrowed', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/search`);
  await settled(page, hydrated);
  await page.getByRole('searchbox').fill('the repo');
  await page.getByRole('searchbox').press('Enter');
  const results = page.getByRole('region', { name: 'Results' });
  await expect(results.getByRole('link')).toHaveCount(1);
  await expect(results.locator('mark')).toHaveText(['the', 'report']);
  await page.goto(`${empty.url}/search?q=%22smtp+password%22&status=done`);
  await expect(page.getByText('Nothing found')).toBeVisible();
  await page.getByRole('link', { name: 'Search everywhere, archived tasks too' }).click();
  await expect(results.getByRole('link')).toContainText(three[1]);
  await results.getByRole('link').click();
  await expect(page).toHaveURL(/\/tasks\/REP-2/);
  await page.goto(`${empty.url}/search?q=${encodeURIComponent('"\'*^ OR <script>')}`);
  await expect(page.getByText('Nothing found')).toBeVisible();
});

test('the work notes of a day come as a file, in which nothing is a formula', async ({ page, empty, hydrated }) => {
  await createTasks(page, 'Todo', ['=1+1']);
  for (const [title, kind, body] of [['=1+1', 'issue', '=SUM(A1)'], [three[0], 'issue', 'two, "quoted"'], [three[0], 'resolution', '@relay replaced']]) {
    await clientOf(page).call('add_note', { task: await idOf(page, title), kind, body });
  }
  await page.goto(`${empty.url}/board/REP/notes`);
  await settled(page, hydrated);
  await expect(page.getByRole('cell', { name: '=SUM(A1)' })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^REP-notes-week-\d{4}-\d\d-\d\d\.csv$/);
  const file = fs.readFileSync(await download.path(), 'utf8');
  expect(file).toMatch(/^\uFEFFTask,Title,List,Labels,Issue,(\d{4}-\d\d-\d\d,){7}Resolution\n/);
  expect(file).toMatch(/^REP-4,'=1\+1,Todo,,'=SUM\(A1\),{8}$/m);
  expect(file).toMatch(/^REP-1,Draft the November report,Todo,,"two, ""quoted""",{8}'@relay replaced$/m);
  expect(file.trimEnd().split('\n'), 'tasks without notes are left out').toHaveLength(3);
});

test.describe('the trash', () => {
  test.use({ expectedErrors: [/status of (404|422)/] });

  test('gives a task back, and lets one go for good when its number is typed', async ({ page, empty, hydrated }) => {
    for (const title of three.slice(0, 2)) await clientOf(page).call('delete_task', { task: await idOf(page, title) });
    await page.goto(`${empty.url}/board/REP/trash`);
    await settled(page, hydrated);
    const trashed = page.getByRole('table').locator('tbody th');
    await expect(trashed).toHaveCount(2);
    await expect(page.getByRole('row', { name: three[0] })).toContainText('in 30 days');
    await page.getByRole('button', { name: `Restore ${three[0]}` }).click();
    await expect(trashed).toHaveText([three[1]]);
    await settled(page, hydrated);

    const box = page.locator('details[open] .pop__box');
    const confirm = async (words: string) => {
      // A refusal leaves it unfolded.
      if (!await box.isVisible()) await page.getByLabel(`Delete for ever: ${three[1]}`).click();
      await box.getByLabel('Type REP-2 to confirm').fill(words);
      await box.getByRole('button', { name: 'Delete for ever' }).click();
    };
    await confirm('REP-1');
    await expect(page.getByRole('alert').filter({ hasText: 'Not deleted. Type the number of the task exactly as it stands there.' })).toBeVisible();
    await answered(page);
    await settled(page, hydrated);
    if (hydrated) await expect(box.getByLabel('Type REP-2 to confirm')).toHaveValue('REP-1');
    if (hydrated) await expectAccessible(page);
    await confirm('rep-2');
    await expect(page.getByText('The trash is empty')).toBeVisible();
    await answered(page);
    expect((await page.goto(`${empty.url}/tasks/REP-2`))?.status()).toBe(404);
    await page.goto(`${empty.url}/board/REP`);
    await expect(card(page, three[0])).toBeVisible();
    await expect(card(page, three[1])).toHaveCount(0);
  });
});
