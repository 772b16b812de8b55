// The whole main job, from an empty database to a report in the mailbox, in the archive and in a Git commit.
import { addTasks, card, drag, expectTitles, list, middle } from '../fixtures/board.ts';
import { runByHand } from '../fixtures/jobs.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, createProject, dana, expect, expectAccessible, makeProject, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

const tasks = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers', 'Book the room'];

async function addMailAccount(page: Page, origin: string, mail: MailServer): Promise<void> {
  await page.goto(`${origin}/settings/mail/new`);
  await page.getByLabel('Name', { exact: true }).fill('Office mail');
  await page.getByLabel('Server').fill('127.0.0.1');
  await page.getByLabel('Encryption').selectOption('none');
  await page.getByLabel('Port', { exact: true }).fill(String(mail.port));
  await page.getByLabel('Sign-in').selectOption('none');
  await page.getByLabel("Sender's address").fill('reports@example.org');
  await page.getByRole('button', { name: 'Save the account' }).click();
  await page.getByRole('button', { name: 'Make it the default' }).click();
  await expect(page.getByRole('row', { name: /Office mail/ })).toContainText('Default');
}

async function addJob(page: Page, origin: string, recipients: string[], hydrated: boolean): Promise<void> {
  await page.goto(`${origin}/jobs`);
  await expect(page.getByText('No jobs yet')).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'New job' }).first().click();
  await settled(page, hydrated);
  await page.getByLabel('Name', { exact: true }).fill('Weekly report');
  for (const day of await page.getByRole('group', { name: 'Days' }).getByRole('checkbox').all()) await day.uncheck({ force: true });
  await page.getByRole('checkbox', { name: 'Monday' }).check({ force: true });
  await page.getByLabel('Time', { exact: true }).fill('07:00');
  await page.getByLabel('Recipients').fill(recipients.join('\n'));
  if (!hydrated) await page.getByRole('button', { name: 'Show the next runs' }).click();
  else await page.getByLabel('Recipients').blur();
  await expect(page.locator('#preview')).toContainText('Mondays at 07:00');
  await expect(page.getByRole('list', { name: 'Next runs' }).getByRole('listitem')).toHaveCount(5);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByRole('heading', { name: 'Weekly report' })).toBeVisible();
}

/** Opens the latest run of the job, which has ended in these words. */
async function runEnds(page: Page, words: string): Promise<void> {
  await expect(page.getByRole('region', { name: 'Runs', exact: true }).getByRole('row').nth(1)).toContainText(words);
  await page.getByRole('region', { name: 'Runs', exact: true }).getByRole('row').nth(1).getByRole('link').first().click();
}

test('from an empty database to the mailbox, the archive and the commit', async ({ page, empty, mail, hydrated }) => {
  test.slow();
  await begin(page, empty);
  await makeProject(page, empty);
  await settled(page, hydrated);
  await addTasks(page, 'Todo', tasks);
  if (hydrated) {
    await drag(page, tasks[3], await middle(list(page, 'Completed')));
  } else {
    await card(page, tasks[3]).getByRole('button', { name: `Actions for ${tasks[3]}` }).click();
    await page.getByRole('radio', { name: 'Completed' }).check();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.goto(`${empty.url}/board/REP`);
  }
  await expectTitles(page, 'Completed', [tasks[3]]);

  await addMailAccount(page, empty.url, mail);
  await addJob(page, empty.url, ['Mina Kos <mina@example.org>', 'sam@example.org'], hydrated);
  await runByHand(page);
  await page.goto(`${empty.url}/jobs`);
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('link', { name: 'Weekly report' }).click();
  await runEnds(page, 'Done');
  await expect(page.getByRole('region', { name: 'Recipients' }).first()).toContainText('250');
  await settled(page, hydrated);

  // In the mailbox: one message for each, with text, HTML and both charts, to both.
  expect(mail.accepted.map((message) => message.rcpt_tos![0]).sort()).toEqual(['mina@example.org', 'sam@example.org']);
  for (const accepted of mail.accepted) {
    const message = mail.message(accepted);
    expect(message).toMatch(/^Subject: .+/m);
    expect(message).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(message).toContain('text/plain');
    expect(message).toContain('text/html');
    expect(message.match(/Content-Type: image\/png/gi)?.length).toBe(2);
    const to = /^To: [^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/m.exec(message)![0];
    for (const address of ['mina@example.org', 'sam@example.org']) expect(to).toContain(address);
    expect(message).toMatch(/^List-Unsubscribe: </m);
  }

  // In the archive of the program.
  await page.getByRole('link', { name: 'Open the report' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('mina@example.org');
  await settled(page, hydrated);

  // In Git: one commit with the report as HTML, as text and as data; the page names it.
  const commit = empty.git('rev-parse', 'HEAD').trim();
  await expect(page.getByRole('main')).toContainText(commit.slice(0, 7));
  const files = empty.git('ls-tree', '-r', '--name-only', 'HEAD').trim().split('\n');
  for (const ending of ['.html', '.txt', '.json']) expect(files.some((name) => name.endsWith(ending)), ending).toBe(true);
  const text = empty.git('show', `HEAD:${files.find((name) => name.endsWith('.txt'))}`);
  expect(text).toContain(tasks[3]);

  await page.getByRole('button', { name: 'Download' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /\.eml/ }).first().click()]);
  expect(download.suggestedFilename()).toMatch(/\.eml$/);

  await page.goto(`${empty.url}/reports`);
  await settled(page, hydrated);
  await expect(page.getByRole('region', { name: /^Reports of / }).getByRole('rowheader').getByRole('link')).toHaveCount(1);
});

test('a recipient that the server refuses is named, with the words of the server; the other one gets the report @hydrated', async ({ page, empty }) => {
  const mail = await MailServer.start('--fail', 'rcpt:550:1');
  try {
    await begin(page, empty);
    await createProject(page);
    await addMailAccount(page, empty.url, mail);
    await addJob(page, empty.url, ['mina@example.org', 'sam@example.org'], true);
    await runByHand(page);
    await page.goto(`${empty.url}/jobs`);
    await page.getByRole('main').getByRole('link', { name: 'Weekly report' }).click();
    await runEnds(page, 'Partly delivered');
    await expect(page.getByRole('region', { name: 'Recipients' }).first()).toContainText('550');
    // The owner is told of it by another mail.
    expect(mail.accepted.filter((line) => line.rcpt_tos![0] !== dana.email)).toHaveLength(1);
  } finally {
    await mail.dispose();
  }
});

test.describe('after a kill', () => {
  // Whatever the page has asked the server for breaks off with it, or finds nobody until the next one is there: the log
  // of the run and the changes of others, which are streams, and what the page reads when they bring news. The browser
  // writes each into its console, by the moment at which it was hit.
  const brokenOff = ['CONNECTION_RESET', 'EMPTY_RESPONSE', 'SOCKET_NOT_CONNECTED', 'INCOMPLETE_CHUNKED_ENCODING', 'CONNECTION_REFUSED', 'FAILED'];
  test.use({ expectedErrors: [new RegExp(`net::ERR_(${brokenOff.join('|')}) http://127\\.0\\.0\\.1:\\d+/`)] });

  test('a killed server sends nothing twice @hydrated', async ({ page, empty }) => {
    const mail = await MailServer.start('--accept-delay', '1500');
    try {
      await begin(page, empty);
      await createProject(page);
      await addMailAccount(page, empty.url, mail);
      await addJob(page, empty.url, ['mina@example.org', 'sam@example.org', 'ana@example.org'], true);
      await page.getByRole('button', { name: 'Run now' }).click();
      // In the middle of the second message: the first is acknowledged, the second perhaps accepted, the third not begun.
      await expect.poll(() => mail.ledger.filter((line) => line.event === 'data').length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
      await empty.kill();
      await empty.begin();
      await page.goto(`${empty.url}/jobs`);
      await expect(async () => {
        const got = mail.accepted.flatMap((line) => line.rcpt_tos!);
        expect(got).toContain('ana@example.org');
      }).toPass({ timeout: 90_000 });
      await page.waitForTimeout(3000);
      // The owner hears, in a mail of its own, of a message that nobody knows whether it arrived.
      const got = mail.accepted.map((line) => `${line.message_id} ${line.rcpt_tos}`);
      expect(new Set(got).size, 'nobody got it twice').toBe(got.length);
      // A second message under another id would be one too many as well.
      for (const person of ['mina@example.org', 'sam@example.org', 'ana@example.org']) {
        expect(mail.accepted.filter((line) => line.rcpt_tos!.includes(person)).length, person).toBeLessThanOrEqual(1);
      }
    } finally {
      await mail.dispose();
    }
  });
});

test('a job is paused with a note, resumed and deleted', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await addJob(page, empty.url, ['mina@example.org'], hydrated);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel('Note').fill('Summer break.');
  await page.getByRole('button', { name: 'Pause the job' }).click();
  await expect(page.getByText('Summer break.')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Summer break.')).toBeHidden();
  await page.getByText('Delete this job').click();
  await page.getByRole('button', { name: 'Delete the job' }).click();
  await expect(page.getByText('No jobs yet')).toBeVisible();
});
