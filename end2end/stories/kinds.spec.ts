// Jobs that make no report: a digest and a reminder that are read in the outbox, and one that tidies up.
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { runByHand } from '../fixtures/jobs.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** Adds lines to the first list of the project, as they are typed. */
async function addLines(page: Page, lines: string[]): Promise<void> {
  const client = clientOf(page);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: lines.join('\n'), at: 'end' });
}

/** Opens the form of a new job and chooses its kind. */
async function newJob(page: Page, server: AutoReport, kind: string, hydrated: boolean): Promise<void> {
  await page.goto(`${server.url}/jobs`);
  await page.getByRole('main').getByRole('link', { name: 'New job' }).first().click();
  await settled(page, hydrated);
  const kinds = page.getByRole('navigation', { name: 'Kind of job' });
  await kinds.getByRole('link', { name: kind }).click();
  await expect(kinds.getByRole('link', { name: kind })).toHaveAttribute('aria-current', 'page');
  await settled(page, hydrated);
}

/** Starts a run from the page of the job and waits on its own page until it has ended in these words. */
async function runNow(page: Page, words: string): Promise<void> {
  await runByHand(page);
  await page.reload();
  await expect(page.getByRole('region', { name: 'Result' })).toContainText(words);
}

/** Opens the latest mail of the outbox as text. */
async function readLatest(page: Page, server: AutoReport, hydrated: boolean): Promise<void> {
  await page.goto(`${server.url}/outbox`);
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('listitem').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Text', exact: true }).click();
}

const text = (page: Page) => page.getByRole('region', { name: 'Text part' });

test('a digest has what is due today and is for its reader alone', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await addLines(page, ['Draft the report @me today', 'Answer the letter @me 2026-01-05', 'Of nobody']);
  await newJob(page, empty, 'Digest', hydrated);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Daily digest');
  await expect(page.getByRole('checkbox', { name: 'Due today' })).toBeChecked();
  await page.getByRole('checkbox', { name: 'Also assigned to you' }).uncheck();
  await page.getByLabel('Introduction', { exact: true }).fill('Good morning, {{ person }}: {{ tasks }}.');
  await page.getByLabel('Recipients').fill(dana.email);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByRole('heading', { name: 'Daily digest' })).toBeVisible();
  await runNow(page, 'Done');
  await expect(page.getByRole('main')).toContainText('Each of these mails is for its reader alone');
  await expect(page.getByRole('link', { name: 'Open the report' })).toHaveCount(0);

  await readLatest(page, empty, hydrated);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1 due today, 1 overdue');
  await expect(text(page)).toContainText(`Good morning, ${dana.name}: 1 due today, 1 overdue.`);
  await expect(text(page)).toContainText('Draft the report – Today');
  await expect(text(page)).toContainText('Answer the letter – Overdue');
  await expect(text(page)).not.toContainText('Of nobody');
  await page.goto(`${empty.url}/reports`);
  await expect(page.getByText('No reports yet')).toBeVisible();
});

test('a reminder comes before the due date, and once', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await addLines(page, ['Send the offer @me tomorrow', 'Draft the report @me 2035-01-05']);
  await newJob(page, empty, 'Reminder', hydrated);
  await page.getByLabel('How long before').fill('1 day');
  await page.getByLabel('From this hour on').fill('00:00');
  await page.getByLabel('Recipients').fill(dana.email);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByRole('heading', { name: 'Reminder before due dates' })).toBeVisible();
  const job = page.url();
  await runNow(page, 'Done');
  await readLatest(page, empty, hydrated);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1 due tomorrow');
  await expect(text(page)).toContainText('Send the offer – Tomorrow');
  await expect(text(page)).not.toContainText('Draft the report');

  await page.goto(job);
  await settled(page, hydrated);
  await runNow(page, 'Nobody on the list has to be reminded of anything now.');
});

test('a job that archives says when there is nothing to archive', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await newJob(page, empty, 'Archive tasks', hydrated);
  await expect(page.getByLabel('Recipients')).toHaveCount(0);
  await page.getByLabel('Days since they were finished').fill('14');
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByRole('main')).toContainText('Finished 14 days ago or longer.');
  await runNow(page, 'There is nothing to archive.');
});

test.describe('a digest for somebody outside', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('is refused beside its field, and what was typed stays', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await createProject(page);
    await newJob(page, empty, 'Digest', hydrated);
    await page.getByLabel('Name', { exact: true }).fill('Morning letter');
    await page.getByRole('checkbox', { name: 'Blocked' }).uncheck();
    await page.getByLabel('Recipients').fill(`${dana.email}\nsam@example.com`);
    await page.getByRole('button', { name: 'Create the job' }).click();
    await expect(page.locator('#recipients-error')).toContainText('Line 2: Choose people with an account');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Morning letter');
    await expect(page.getByRole('checkbox', { name: 'Blocked' })).not.toBeChecked();
    await expect(page.getByRole('navigation', { name: 'Kind of job' }).getByRole('link', { name: 'Digest' })).toHaveAttribute('aria-current', 'page');
  });
});
