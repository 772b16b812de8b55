// What people do with jobs beside making them: making up for runs, looking ahead, copying, cancelling, following a log,
// finding one among many.
import type { Page } from '@playwright/test';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { defaultAccount, weeklyJob } from '../fixtures/jobs.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** A job of a project to these. */
const job = (page: Page, name = 'Weekly report', recipients = ['mina@example.org', 'sam@example.org']) => weeklyJob(page, recipients, name);

const runs = (page: Page) => page.getByRole('region', { name: 'Runs', exact: true }).locator('tbody tr');

test('runs of a range are shown before they are made, and made', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  const id = await job(page);
  await page.goto(`${empty.url}/jobs/${id}`);
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('link', { name: 'Backfill' }).click();
  await expect(page.getByRole('heading', { name: 'Backfill Weekly report' })).toBeVisible();
  await settled(page, hydrated);
  await page.getByLabel('From').fill('2026-01-05T00:00');
  await page.getByLabel('To', { exact: true }).fill('2026-01-04T00:00');
  await page.getByRole('button', { name: 'Show the runs' }).click();
  await expect(page.locator('#to-error')).toContainText('The end is before the start');
  await expect(page.getByLabel('From')).toHaveValue('2026-01-05T00:00');
  await settled(page, hydrated);
  await page.getByLabel('To', { exact: true }).fill('2026-01-12T23:59');
  await page.getByLabel('How the runs go together').selectOption({ label: 'All run, one after the other' });
  await page.getByRole('button', { name: 'Show the runs' }).click();
  await expect(page.getByText('2 runs would be made.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Runs of the range' }).getByRole('listitem')).toHaveText(['Mon 5 Jan 2026, 07:00', 'Mon 12 Jan 2026, 07:00']);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Make 2 runs' }).click();
  await expect(page.getByText('The runs are made.')).toBeVisible();
  await expect(runs(page)).toHaveCount(2);
  await expect(runs(page).first()).toContainText('Backfill');
});

test('a dry run shows the report of a time to come and sends nothing', async ({ page, empty, hydrated, mail }) => {
  await begin(page, empty);
  await createProject(page);
  await defaultAccount(page, mail);
  const id = await job(page);
  await clientOf(page).call('add_suppression', { address: 'sam@example.org', words: 'Asked by phone' });
  await page.goto(`${empty.url}/jobs/${id}`);
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('link', { name: 'Dry run' }).click();
  await expect(page.getByLabel('Time of the run')).toHaveValue(/T07:00$/);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Show the report' }).click();
  await expect(page.getByText('1 of 2 would get it; 1 would be held back.')).toBeVisible();
  await expect(page.getByRole('row', { name: /sam@example\.org/ })).toContainText('an administrator has put this address');
  // The frame runs no scripts, not even those that would look into it.
  const src = await page.getByTitle('The report as its reader would see it').getAttribute('src');
  const frame = await page.context().request.get(`${empty.url}${src}`);
  expect(frame.headers()['content-security-policy']).toContain('sandbox');
  expect(await frame.text()).toContain('Reporting');
  await expect(page.getByText('the data are those of now')).toBeVisible();
  expect(mail.accepted).toHaveLength(0);
  await page.goto(`${empty.url}/jobs/${id}`);
  await expect(page.getByText('No runs yet')).toBeVisible();
});

test('a copy begins paused and says so', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await job(page);
  await page.goto(`${empty.url}/jobs`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Actions for Weekly report' }).click();
  await page.getByRole('group', { name: 'Actions for Weekly report' }).getByRole('button', { name: 'Duplicate' }).click();
  await expect(page.getByRole('heading', { name: 'Weekly report (copy)' })).toBeVisible();
  await expect(page.getByText('The copy is paused: look it over, then resume it.')).toBeVisible();
  await expect(page.getByText(`Copied by ${dana.name}`)).toBeVisible();
});

test('the log is followed while the run goes on, and a run is cancelled', async ({ page, empty, hydrated }) => {
  test.slow();
  const mail = await MailServer.start('--accept-delay', '5000');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const id = await job(page);
    const run = await clientOf(page).made('start_run', { id });
    await page.goto(`${empty.url}/jobs/runs/${run}`);
    await settled(page, hydrated);
    const log = page.getByRole('log', { name: 'Log of the run' });
    await expect(log).toContainText(`Started by ${dana.name}`);
    if (hydrated) {
      await expect(page.getByRole('button', { name: 'Follow' })).toHaveAttribute('aria-pressed', 'true');
      await expect(log).toHaveAttribute('aria-live', 'off');
      await expect(log).toContainText('sam@example.org: delivered', { timeout: 60_000 });
      await expect(page.getByText('The run has finished.')).toBeAttached({ timeout: 30_000 });
      // The rest of the page has followed, too.
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('Done');
      await expect(page.getByRole('list', { name: 'Steps of the run' }).getByRole('listitem')).toHaveCount(3);
      await page.getByRole('searchbox', { name: 'Find in the log' }).fill('sam@');
      await expect(log.locator('.log__line:visible')).toHaveCount(1);
      await page.getByRole('searchbox', { name: 'Find in the log' }).fill('');
      await page.getByRole('button', { name: 'Errors' }).click();
      await expect(log.locator('.log__line:visible')).toHaveCount(0);
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await expectAccessible(page);
    } else {
      const refresh = page.getByRole('link', { name: 'Refresh' });
      await expect(refresh).toBeVisible();
      await expect(async () => {
        // A run that has ended has nothing to refresh.
        if (await refresh.isVisible()) await refresh.click();
        await expect(log).toContainText('sam@example.org: delivered', { timeout: 500 });
        await expect(page.getByRole('region', { name: 'Result' })).toContainText('Done', { timeout: 500 });
      }).toPass({ timeout: 60_000 });
    }
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toBe('run-log.txt');

    const second = await clientOf(page).made('start_run', { id });
    await page.goto(`${empty.url}/jobs/runs/${second}`);
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await expect(page.getByRole('region', { name: 'Result' })).toContainText('Cancelled');
    await expect(page.getByRole('button', { name: 'Cancel the run' })).toHaveCount(0);
  } finally {
    await mail.dispose();
  }
});

test('a job is found among others by an address that can be kept', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await job(page, 'Weekly report');
  const other = await job(page, 'Board letter');
  await clientOf(page).call('pause_job', { id: other, note: 'Summer' });
  await page.goto(`${empty.url}/jobs`);
  await settled(page, hydrated);
  await page.getByRole('combobox', { name: 'State' }).selectOption('paused');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('1 of 2')).toBeVisible();
  await expect(page.getByRole('main').getByRole('link', { name: 'Board letter' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('link', { name: 'Weekly report' })).toHaveCount(0);
  expect(page.url()).toContain('state=paused');
  await settled(page, hydrated);
  await page.getByRole('searchbox', { name: 'Find' }).fill('weekly');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No job fits the filter')).toBeVisible();
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('link', { name: 'Clear the filter' }).first().click();
  await expect(page.getByRole('main').getByRole('link', { name: 'Weekly report' })).toBeVisible();
});

test('a test of a job goes to whoever asks, and what is typed stays', async ({ page, empty, mail, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await defaultAccount(page, mail);
  await page.goto(`${empty.url}/jobs/new`);
  await settled(page, hydrated);
  await page.getByLabel('Name', { exact: true }).fill('Not saved yet');
  await page.getByRole('button', { name: 'Send me a test now' }).click();
  await expect(page.getByText(`The test went to ${dana.email}.`)).toBeVisible();
  await expect(page.getByText('The mail server answered 250')).toBeVisible();
  await expect(page.locator('#tested'), 'it stands beside the button that was pressed').toBeInViewport();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Not saved yet');
  expect(mail.accepted.map((message) => message.rcpt_tos![0])).toEqual([dana.email]);
  expect(mail.message(mail.accepted[0])).toContain('This is a test: only you got it');
  if (hydrated) {
    await settled(page, hydrated);
    await page.getByText('Cron expression').click();
    const expression = page.getByRole('textbox', { name: 'Expression' });
    await expression.fill('0 7 * * 1');
    await expression.press('End');
    const here = page.getByRole('list', { name: 'Fields of the expression' }).locator('[aria-current="true"]');
    await expect(here).toHaveText('weekday');
    await expression.press('Home');
    await expect(here).toHaveText('minute');
  }

  // Of a digest or a reminder it is what whoever asks would get now, and none where that is nothing.
  const tested = async (kind: string, said: string) => {
    await page.goto(`${empty.url}/jobs/new?kind=${kind.toLowerCase()}`);
    await settled(page, hydrated);
    if (kind === 'Reminder') await page.getByLabel('From this hour on').fill('00:00');
    await page.getByRole('button', { name: 'Send me a test now' }).click();
    await expect(page.locator('#tested')).toContainText(said);
    await expect(page.getByRole('navigation', { name: 'Kind of job' }).getByRole('link', { name: kind })).toHaveAttribute('aria-current', 'page');
  };
  await tested('Reminder', 'There was nothing to send.');
  const client = clientOf(page);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: 'Send the offer @me tomorrow', at: 'end' });
  for (const kind of ['Digest', 'Reminder']) await tested(kind, `The test went to ${dana.email}.`);
  const sent = mail.accepted.slice(1);
  expect(sent.map((message) => message.rcpt_tos![0])).toEqual([dana.email, dana.email]);
  for (const message of sent) expect(mail.message(message)).toContain('Send the offer');
});

test('the sentence and the next runs follow every way to say when', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await page.goto(`${empty.url}/jobs/new`);
  await settled(page, hydrated);
  const says = async (sentence: string) => {
    if (!hydrated) {
      await page.getByRole('button', { name: 'Show the next runs' }).click();
      await settled(page, hydrated);
    }
    await expect(page.locator('#preview')).toContainText(sentence);
    await expect(page.getByRole('list', { name: 'Next runs' }).getByRole('listitem')).toHaveCount(5);
  };
  const every = page.getByLabel('Every', { exact: true });
  await page.getByLabel('Time', { exact: true }).fill('06:30');
  await every.selectOption({ label: 'Day' });
  await says('Every day at 06:30');
  await every.selectOption({ label: 'Month' });
  await page.getByLabel('On', { exact: true }).selectOption({ label: 'A weekday' });
  await page.getByLabel('Which', { exact: true }).selectOption({ label: 'Second' });
  await page.getByLabel('Weekday', { exact: true }).selectOption({ label: 'Tuesday' });
  await says('On the second Tuesday of every month at 06:30');
  await every.selectOption({ label: 'Quarter' });
  await page.getByLabel('Month of the quarter').selectOption({ label: 'Last' });
  await page.getByLabel('On', { exact: true }).selectOption({ label: 'The last day' });
  await says('On the last day of every quarter at 06:30');
  await page.getByText('Cron expression').click();
  // While it is typed: the field is not left.
  const expression = page.getByRole('textbox', { name: 'Expression' });
  await expression.fill('');
  await expression.pressSequentially('15 9 * * 1#2');
  await says('On the second Monday of every month at 09:15');
  if (hydrated) await expect(expression).toBeFocused();
  await expression.fill('0 7 30 2 *');
  if (!hydrated) await page.getByRole('button', { name: 'Show the next runs' }).click();
  await expect(page.locator('#preview')).toContainText('No run yet.');
});
