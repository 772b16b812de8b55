// What nobody expects to be typed: strange texts stay what they are, and what is too much is refused in words.
import type { Page } from '@playwright/test';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { begin, clientOf, createProject, createTasks, expect, expectAccessible, expectNoSidewaysScrollAtEveryWidth, settled, test } from '../fixtures/story.ts';

const strange = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  'שלום עולם (מאי)',
  'مراجعة التقرير الشهري',
  '👩‍👩‍👧‍👦 and 🏳️‍🌈 of the family',
  'zero\u200bwidth\u200dtext',
  'Z̴̢̛a̷l̸g̶o̵ rises',
  "'; DROP TABLE task; --",
  '{{ 7 * 7 }} ${x} %s',
  'x'.repeat(500),
];

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
});

/** Adds tasks at the end of the first list. */
async function add(page: Page, titles: string[]): Promise<string[]> {
  const client = clientOf(page);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const values = { project: 'REP', column: board.value.columns[0].id, title: titles.join('\n'), at: 'end' };
  return (await client.call<{ id: string }[]>('add_tasks', values)).value.map(({ id }) => id);
}

test('strange titles stay what they are on every page, run nothing, and push nothing out of the window', async ({ page, empty, hydrated }) => {
  test.slow();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const ids = await add(page, strange);
  for (const task of ids) await clientOf(page).call('save_due', { task, version: '1', due_on: '2031-03-12' });
  const shown = async (path: string, selector: string) => {
    await page.goto(`${empty.url}${path}`);
    await settled(page, hydrated);
    const titles = () => page.locator(selector).evaluateAll((elements) => elements.map((element) => element.textContent?.trim()).sort());
    await expect.poll(titles, { message: path }).toEqual([...strange].sort());
    await expectNoSidewaysScrollAtEveryWidth(page);
  };
  await shown('/board/REP', '.card__title');
  if (hydrated) await expectAccessible(page);
  await shown('/board/REP/list', 'tbody th a');
  for (const [at, title] of strange.entries()) {
    // Without JavaScript it is the page that is hydrated otherwise, with more buttons beside the longest of all.
    if (!hydrated && title.length < 500) continue;
    await page.goto(`${empty.url}/tasks/REP-${at + 1}`);
    await settled(page, hydrated);
    await expect(page.getByLabel('Title')).toHaveValue(title);
    await expect(page).toHaveTitle(`REP-${at + 1} ${title} · AutoReport`);
    await expectNoSidewaysScrollAtEveryWidth(page);
  }
  for (const path of ['/board/REP/calendar?month=2031-03', '/search?q=alert', '/my-work', '/tasks/REP-1/actions']) {
    await page.goto(`${empty.url}${path}`);
    await settled(page, hydrated);
    await expectNoSidewaysScrollAtEveryWidth(page);
  }
  expect(dialogs, 'scripts that ran').toEqual([]);
});

test('the last day that there is is kept and shown @hydrated', async ({ page, empty }) => {
  const [task] = await add(page, ['Wait for the end @me']);
  await clientOf(page).call('save_due', { task, version: '1', due_on: '9999-12-31' });
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  await expect(page.getByLabel('Due date')).toHaveValue('9999-12-31');
  for (const path of ['/board/REP', '/board/REP/list', '/my-work', '/']) {
    await page.goto(`${empty.url}${path}`);
    await settled(page, true);
    await expect(page.locator('h1')).toHaveCount(1);
  }
  await page.goto(`${empty.url}/board/REP/calendar?month=9999-12`);
  await settled(page, true);
  await expect(page.locator('td[data-date="9999-12-31"]')).toContainText('Wait for the end');
  await expect(page.getByRole('link', { name: 'Next month' })).toHaveCount(0);
});

test.describe('a refusal', () => {
  test.use({ expectedErrors: [/status of (413|422)/] });

  test('of a title of 10,000 characters says how long it may be, on the board and on its page', async ({ page, empty, hydrated }) => {
    const long = 'x'.repeat(10_000);
    await createTasks(page, 'Todo', ['Draft the November report']);
    await page.goto(`${empty.url}/board/REP`);
    await settled(page, hydrated);
    const column = page.getByRole('region', { name: 'Todo' });
    await column.getByText('Add task', { exact: true }).click();
    const field = column.getByLabel('Title of the new task in Todo');
    await field.fill(long);
    await column.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'Use 500 characters or fewer' })).toBeVisible();
    await expect(field, 'the form is open').toBeVisible();
    if (hydrated) await expect(field).toHaveValue(long);
    await expectNoSidewaysScrollAtEveryWidth(page);

    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, hydrated);
    await page.getByLabel('Title').fill(long);
    if (hydrated) await page.getByLabel('Title').press('Enter');
    else await page.getByRole('button', { name: 'Save title' }).click();
    await expect(page.getByText('Not saved. Use 500 characters or fewer.').first()).toBeVisible();
    await page.goto(`${empty.url}/board/REP`);
    await expect(page.locator('.card__title')).toHaveText(['Draft the November report']);
  });

  test('of a comment as long as a log says so, and the text is still there', async ({ page, empty, hydrated }) => {
    await add(page, ['Draft the November report']);
    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, hydrated);
    const field = page.getByLabel('New comment');
    // More than the server takes in one call. Pasting it by keys would take minutes.
    const log = `${'a line of a log '.repeat(64)}\n`.repeat(1_100);
    await field.evaluate((element, text) => {
      (element as HTMLTextAreaElement).value = text;
      element.dispatchEvent(new Event('input', { bubbles: true }));
    }, log);
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(page.getByText('Not saved. This is more than can be sent at once. Shorten it, or attach it as a file.')).toBeVisible();
    if (hydrated) expect((await field.inputValue()).length).toBe(log.length);
    await expect(page.locator('.comment')).toHaveCount(0);
  });
});

test('a line break in a name, an address or a subject is refused beside its field, so that no header comes of it @plain', async ({ page }) => {
  const client = clientOf(page);
  const typed = 'Weekly\r\nBcc: all@example.org';
  const refuses = (name: string, values: Record<string, string>, field: string) =>
    expect(client.call(name, values), `${name}: ${field}`).rejects.toThrow(new RegExp(`^${name} answered 422: .*"field":"${field}"`));
  const job = { name: 'Weekly', project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'UTC', recipients: 'mina@example.org' };
  for (const field of ['name', 'zone', 'recipients', 'cc', 'bcc']) await refuses('save_job', { ...job, [field]: typed }, field);
  const account = { name: 'Office mail', host: '127.0.0.1', port: '25', tls: 'none', auth: 'none', sender_name: 'Reports', sender_address: 'reports@example.org' };
  for (const field of ['name', 'host', 'sender_name', 'sender_address']) await refuses('save_account', { ...account, [field]: typed }, field);
  const id = await client.made('create_template', { from: 'weekly-status' });
  const { value: desk } = await client.call<{ draft: object }>('read_template', { id });
  const draft = { id, version: '1', name: 'Weekly', category: 'status', document: JSON.stringify(desk.draft) };
  await refuses('save_draft', { ...draft, name: typed }, 'name');
  await refuses('save_draft', { ...draft, document: JSON.stringify({ ...desk.draft, subject: typed }) }, 'subject');
  await client.call('save_draft', draft);
});
