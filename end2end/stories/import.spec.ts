// Bringing the board of today: Trello with its past, a table with its columns, and files that are not what they seem.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { card, expectTitles, list } from '../fixtures/board.ts';
import { begin, createProject, createTasks, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

const file = (name: string) => path.resolve(import.meta.dirname ?? __dirname, '../data', name);

async function upload(page: Page, origin: string, name: string): Promise<void> {
  await page.goto(`${origin}/import`);
  await page.getByLabel('File').setInputFiles(file(name));
  await page.getByRole('button', { name: 'Upload and preview' }).click();
}

/** Waits for the end of a running import; without WebAssembly the page has to be loaded anew. */
async function ended(page: Page): Promise<void> {
  await expect(async () => {
    if (!(await page.getByRole('heading', { name: 'Imported', exact: true }).isVisible())) await page.reload();
    await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
}

test('a Trello board comes with its lists, cards and past; the same file brings nothing twice', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/import`);
  await settled(page, hydrated);
  await upload(page, empty.url, 'trello-board.json');
  await expect(page.getByRole('heading', { name: 'Check the import' })).toBeVisible();
  await expect(page.getByText('42', { exact: false }).first()).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await ended(page);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('link', { name: 'Open the board' }).click();
  await expect(list(page, 'Current Sprint 1 Backlog')).toBeVisible();
  await expect(card(page, 'Login Page').first()).toBeVisible();

  await card(page, 'Login Page').first().getByRole('link', { name: 'Login Page' }).click();
  await expect(page.getByText('Member').filter({ visible: true }).first()).toBeVisible();

  await upload(page, empty.url, 'trello-board.json');
  await expect(page.getByText('This file was imported into')).toBeVisible();
  await page.getByRole('radio', { name: /VolunteerBridge/ }).check();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await ended(page);
  await expect(page.getByText('Nothing was new')).toBeVisible();
});

test('an exported project is imported again as the same board, and the file says when it is from tomorrow', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page, ['Read the minutes', 'Ask the office']);
  await createTasks(page, 'Completed', ['Order the badges']);

  await page.goto(`${empty.url}/projects/REP`);
  await settled(page, hydrated);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as JSON' }).click();
  const exported = fs.readFileSync(await (await download).path());

  const send = async (name: string, content: Buffer): Promise<void> => {
    await page.goto(`${empty.url}/import`);
    await page.getByLabel('File').setInputFiles({ name, mimeType: 'application/json', buffer: content });
    await page.getByRole('button', { name: 'Upload and preview' }).click();
  };
  await send('reporting.json', exported);
  await expect(page.getByRole('heading', { name: 'Check the import' })).toBeVisible();
  await expect(page.getByText('AutoReport project')).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await expect(page.getByText('All of these cards are there already and are skipped.')).toBeVisible();
  await page.getByRole('radio', { name: 'A new project' }).check();
  await page.getByLabel('Name of the new project').fill('Second board');
  await page.getByLabel('Key').fill('SEC');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await ended(page);
  await page.getByRole('link', { name: 'Open the board' }).click();
  await expect(page).toHaveURL(/\/board\/SEC/);
  await expectTitles(page, 'Todo', ['Read the minutes', 'Ask the office']);
  await expectTitles(page, 'Completed', ['Order the badges']);

  await send('reporting.json', exported);
  await expect(page.getByText('This file was imported into Second board')).toBeVisible();
  await page.getByRole('radio', { name: /Second board/ }).check();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await ended(page);
  await expect(page.getByText('Nothing was new')).toBeVisible();

  await send('tomorrow.json', Buffer.from(exported.toString('utf8').replace('autoreport/1', 'autoreport/2')));
  await expect(page.getByRole('heading', { name: 'This file cannot be imported' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toContainText('“autoreport/2”');
});

test('a table is mapped column by column, and its lists become statuses', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await upload(page, empty.url, 'tasks.csv');
  await expect(page.getByRole('heading', { name: 'Check the import' })).toBeVisible();
  const columns = page.getByRole('region', { name: 'The first lines of the file' });
  await expect(columns.getByRole('cell', { name: 'Order the badges' })).toBeVisible();
  await columns.getByLabel('Task').selectOption({ label: 'Title' });
  await columns.getByLabel('State').selectOption({ index: 2 });
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Nothing was imported.').first()).toBeVisible();
  await page.goto(`${empty.url}/projects`);
  await expect(page.getByText('No projects yet')).toBeVisible();
});

test('a broken file is refused with its line, and nothing of it is kept', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await upload(page, empty.url, 'broken.json');
  await expect(page.getByRole('heading', { name: 'This file cannot be imported' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toContainText(/line \d+/i);
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.goto(`${empty.url}/projects`);
  await expect(page.getByText('No projects yet')).toBeVisible();
});

test.describe('a running import whose progress cannot be read', () => {
  test.use({ expectedErrors: [/status of (401|502)|EventSource/i] });

  /** Begins an import that lasts a while; behind the page that shows it nothing is read any more. */
  async function beginLong(page: Page, origin: string): Promise<void> {
    const lines = Array.from({ length: 4_000 }, (_, line) => `Task ${line},Todo`);
    await page.goto(`${origin}/import`);
    await page.getByLabel('File').setInputFiles({ name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(['Title,Status', ...lines].join('\n')) });
    await page.getByRole('button', { name: 'Upload and preview' }).click();
    await expect(page.getByRole('heading', { name: 'Check the import' })).toBeVisible();
    await page.route(/\/rpc\/get_import/, (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Importing', exact: true })).toBeVisible();
    await settled(page, true);
  }

  test('says so and when it looks again, and goes on by itself @hydrated', async ({ page, empty }) => {
    await begin(page, empty);
    await beginLong(page, empty.url);
    const said = page.getByRole('main').getByRole('status').filter({ hasText: 'How far the import is could not be read.' });
    for (const words of ['Next look in 1 second.', 'Next look in 2 seconds.', 'Next look in 4 seconds.']) await expect(said).toContainText(words);
    await expect(page.getByRole('heading', { name: 'Importing', exact: true })).toBeVisible();
    await expectAccessible(page);
    await page.unrouteAll();
    await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(said).toHaveCount(0);
  });

  test('waits for signing in, also where that was put off @hydrated', async ({ page, context, empty }) => {
    await begin(page, empty);
    await beginLong(page, empty.url);
    await context.clearCookies();
    await page.unrouteAll();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await expect(dialog).toBeVisible({ timeout: 15_000 });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('heading', { name: 'Importing', exact: true })).toBeVisible();
    await expect(page.getByText('It is shown again when you have signed in.')).toBeVisible();
    await page.getByRole('button', { name: 'Look now' }).click();
    await dialog.getByLabel('Password').fill(dana.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible({ timeout: 60_000 });
  });
});
