// A task's own fields: category and start, series and what follows on them, its history, its title; in a drawer that
// leaves the board in reach, and on a phone fills the screen.
import type { Locator, Page } from '@playwright/test';
import { card, expectTitles, idOf, list } from '../fixtures/board.ts';
import { answered, begin, clientOf, createProject, dana, expect, expectAccessible, openBoard, settled, test } from '../fixtures/story.ts';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, three);
});

async function open(page: Page, url: string, number: number, hydrated: boolean): Promise<void> {
  await page.goto(`${url}/tasks/REP-${number}`);
  await settled(page, hydrated);
}

/** Saves a field by leaving it, or by the button of its form, and waits until it is kept. */
async function save(page: Page, field: Locator, hydrated: boolean): Promise<void> {
  if (hydrated) {
    await field.blur();
    await expect(field.locator('xpath=ancestor::form').locator('.save-state[data-state=saved]')).toBeVisible();
    await answered(page);
  } else {
    const sent = page.waitForResponse((response) => response.request().method() === 'POST');
    await field.locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
    await sent;
  }
}

test('category and start are chosen on the task, and kept', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const category = page.getByLabel('Category in reports');
  await expect(category).toHaveValue('ordinary');
  await category.selectOption({ label: 'Highlight' });
  await save(page, category, hydrated);
  const start = page.getByLabel('Start', { exact: true });
  await start.fill('2031-03-12');
  await save(page, start, hydrated);
  await open(page, empty.url, 1, hydrated);
  await expect(category).toHaveValue('highlight');
  await expect(start).toHaveValue('2031-03-12');
});

test('a start after the due date is kept, and said as long as it is so', async ({ page, empty, hydrated }) => {
  await clientOf(page).call('save_cell', { task: await idOf(page, three[0]), field: 'due', value: '2031-03-12' });
  await open(page, empty.url, 1, hydrated);
  const [start, warning] = [page.getByLabel('Start', { exact: true }), page.getByText('The start is after the due date.')];
  await start.fill('2031-03-13');
  await save(page, start, hydrated);
  await expect(warning).toBeVisible();
  await page.goto(`${empty.url}/board/REP/list?columns=due,start`);
  await settled(page, hydrated);
  await expect(page.getByRole('img', { name: 'The start is after the due date.' })).toHaveCount(1);
  await open(page, empty.url, 1, hydrated);
  await start.fill('2031-03-12');
  await save(page, start, hydrated);
  await expect(warning).toHaveCount(0);
});

test.describe('what cannot be', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('a time without a date is asked for its date', async ({ page, empty, hydrated }) => {
    await open(page, empty.url, 1, hydrated);
    const time = page.getByLabel('Time, optional');
    await time.fill('17:00');
    if (hydrated) await time.blur();
    else await time.locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Enter a date for this time.').first()).toBeVisible();
  });
});

test('a series says when it comes again, and the next task is there when one is completed', async ({ page, empty, hydrated }) => {
  const choose = async (kind: string, step: string | null, words: string) => {
    await open(page, empty.url, 1, hydrated);
    await page.locator('details[aria-labelledby="task-series"] > summary').click();
    const series = page.locator('.series');
    await series.locator('select[name=kind]').selectOption(kind);
    await expect(series.locator('.series__nth'), 'only the fields of the kind').toBeHidden();
    if (step) await series.locator('input[name=every]').fill(step);
    await series.getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('details[aria-labelledby="task-series"] > summary')).toHaveText(words);
  };
  await choose('weekdays', null, 'Every weekday');
  await choose('month_end', '1', 'Every month on the last day');
  await choose('after', '10', '10 days after completion');

  await open(page, empty.url, 1, hydrated);
  const status = page.getByLabel('Status');
  await status.selectOption({ label: 'Completed' });
  await save(page, status, hydrated);
  await openBoard(page, empty);
  await settled(page, hydrated);
  await expectTitles(page, 'Completed', [three[0]]);
  const next = list(page, 'Todo').locator('.card', { hasText: three[0] });
  await expect(next).toHaveCount(1);
  await expect(next).toContainText('REP-4');
  await expect(next.locator('.chip[data-due=upcoming]')).toHaveCount(1);
});

test('the history says who did what and when, all of it or only what was written @hydrated', async ({ page, empty }) => {
  const task = await idOf(page, three[0]);
  await clientOf(page).call('save_due', { task, version: '1', due_on: '2031-03-12' });
  await clientOf(page).call('add_comment', { task, body: 'Two regions have answered.' });
  await open(page, empty.url, 1, true);
  const history = page.getByRole('region', { name: 'History' });
  const lines = history.getByRole('listitem');
  await expect(lines).toHaveCount(3);
  for (const line of await lines.all()) {
    await expect(line).toContainText(dana.name);
    await expect(line.locator('time')).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
  }
  const which = history.getByRole('group', { name: 'Which lines' });
  await which.getByRole('button', { name: 'Comments' }).click();
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText('commented');
  await expect(which.getByRole('button', { name: 'Comments' })).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page);
  await which.getByRole('button', { name: 'All' }).click();
  await expect(lines).toHaveCount(3);
});

test('a title that is being written comes back by Escape and is kept by Enter @hydrated', async ({ page, empty }) => {
  await open(page, empty.url, 1, true);
  const title = page.getByLabel('Title', { exact: true });
  await title.fill('Not this');
  await title.press('Escape');
  await expect(title).toHaveValue(three[0]);
  await title.fill('Draft it again');
  await title.press('Enter');
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(title).toHaveValue('Draft it again');
});

test('the drawer leaves the board in reach, and fills the screen of a phone @hydrated', async ({ page, empty }) => {
  await openBoard(page, empty);
  await settled(page, true);
  const drawer = page.getByRole('region', { name: 'Task', exact: true });
  const place = async () => {
    const box = await drawer.boundingBox();
    return box && [Math.round(box.x), Math.round(box.width)];
  };
  await page.getByRole('link', { name: three[0], exact: true }).click();
  await expect(drawer.getByLabel('Title')).toHaveValue(three[0]);
  await expect.poll(place).toEqual([1440 - 560, 560]);
  await page.getByRole('link', { name: three[1], exact: true }).click();
  await expect(page).toHaveURL(/\/board\/REP\/tasks\/2$/);
  await expect(drawer.getByLabel('Title')).toHaveValue(three[1]);
  await drawer.press('Escape');
  await expect(drawer).toBeHidden();

  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('link', { name: three[0], exact: true }).click();
  await expect(drawer.getByLabel('Title')).toHaveValue(three[0]);
  await expect.poll(place).toEqual([0, 390]);
  const under = await card(page, three[1]).evaluate((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('.drawer') !== null;
  });
  expect(under, 'the board is behind it').toBe(true);
  await drawer.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('link', { name: three[0], exact: true })).toBeFocused();
});
