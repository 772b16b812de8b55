// Who gets a report and who does not: copies, groups, a reader who stops the mails, an address that does not exist, and
// an account that does not work.
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { defaultAccount, runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, createProject, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** Runs a job and opens the page of its run when it stands as expected. */
async function runOf(page: Page, server: AutoReport, id: string, state: string): Promise<string> {
  const run = await runUntil(page, id, state);
  await page.goto(`${server.url}/jobs/runs/${run}`);
  return run;
}

const recipient = (page: Page, address: string) => page.getByRole('region', { name: 'Table of recipients' }).getByRole('row', { name: address });

/** The link in the header of the last message to an address. */
function linkOf(mail: MailServer, address: string): string {
  const message = mail.message(mail.accepted.filter((line) => line.rcpt_tos![0] === address).at(-1)!);
  return /^List-Unsubscribe:\s+<([^>]+)>/m.exec(message)![1];
}

test('copies, blind copies and groups are entered in the form of a job', async ({ page, empty, hydrated, mail }) => {
  await begin(page, empty);
  const client = clientOf(page);
  await client.call('create_project', { name: 'Website', key: 'WEB', zone: 'UTC' });
  await createProject(page);
  await defaultAccount(page, mail);
  const project = (await client.call<{ head: { id: string } }>('load_project', { key: 'REP' })).value.head.id;
  const group = await client.made('create_group', { name: 'Front office' });
  await client.call('add_project_group', { project, group, role: 'viewer' });
  const other = (await client.call<{ head: { id: string } }>('load_project', { key: 'WEB' })).value.head.id;
  const elsewhere = await client.made('create_group', { name: 'Back office' });
  await client.call('add_project_group', { project: other, group: elsewhere, role: 'viewer' });
  await page.goto(`${empty.url}/jobs/new?project=WEB`);
  await settled(page, hydrated);
  await expect(page.getByText('Groups: Back office.')).toBeVisible();
  if (hydrated) await page.getByRole('combobox', { name: 'Project', exact: true }).selectOption('REP');
  else await page.goto(`${empty.url}/jobs/new?project=REP`);
  await expect(page.getByText('Groups: Front office.')).toBeVisible();
  await page.getByLabel('Recipients').fill('mina@example.org');
  await page.getByLabel('Copies (Cc)', { exact: true }).fill('sam@example.org\ngroup: front office');
  await page.getByLabel('Blind copies (Bcc)').fill('boss@example.org');
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByText('Cc: group: Front office')).toBeVisible();
  await expect(page.getByText('Bcc: boss@example.org')).toBeVisible();
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect.poll(() => mail.accepted.length, { timeout: 60_000 }).toBe(3);
  for (const accepted of mail.accepted) {
    const message = mail.message(accepted);
    expect(message).toMatch(/^To: .*mina@example\.org/m);
    expect(message).toMatch(/^Cc: .*sam@example\.org/m);
    expect(message).not.toContain('boss@example.org');
  }
  // The page of the run follows it: what said that it was started goes when it has ended.
  await expect(async () => {
    if (!hydrated) await page.reload();
    await expect(page.getByRole('region', { name: 'Result' })).toContainText('Done', { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByText('Started.', { exact: true })).toHaveCount(0);
});

test.describe('an address outside the allowed domains', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('is named beside its field', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await createProject(page);
    await page.goto(`${empty.url}/settings/mail`);
    await settled(page, hydrated);
    await page.getByLabel('Domains').fill('example.org');
    await page.getByRole('button', { name: 'Save the domains' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await page.goto(`${empty.url}/jobs/new`);
    await settled(page, hydrated);
    await page.getByLabel('Blind copies (Bcc)').fill('ok@example.org\nboss@example.com');
    await page.getByRole('button', { name: 'Create the job' }).click();
    await expect(page.getByLabel('Blind copies (Bcc)')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('#bcc-error')).toContainText('Line 2: boss@example.com is in no domain');
    await expect(page.getByLabel('Blind copies (Bcc)')).toHaveValue('ok@example.org\nboss@example.com');
  });
});

test('a reader stops the mails without an account, undoes it, and stops them again with one click', async ({ page, empty, mail, hydrated, browser }) => {
  await begin(page, empty);
  await createProject(page);
  await defaultAccount(page, mail);
  const id = await weeklyJob(page, ['mina@example.org', 'sam@example.org']);
  await runOf(page, empty, id, 'done');
  const link = linkOf(mail, 'mina@example.org');
  expect(link.startsWith(`${empty.url}/unsubscribe/`)).toBe(true);

  const stranger = await browser.newContext({ javaScriptEnabled: hydrated });
  const reader = await stranger.newPage();
  await reader.goto(link);
  await expect(reader.getByText('mina@example.org')).toBeVisible();
  await settled(reader, hydrated);
  if (hydrated) await expectAccessible(reader);
  await reader.getByRole('button', { name: 'Stop these e-mails' }).click();
  await expect(reader.getByRole('heading', { name: 'These e-mails have stopped' })).toBeVisible();
  await reader.getByRole('button', { name: 'Undo: send them again' }).click();
  await expect(reader.getByRole('status').filter({ hasText: 'You get these e-mails again.' })).toBeVisible();
  await stranger.close();

  const click = await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  expect(click.status).toBe(200);
  await runOf(page, empty, id, 'done');
  await expect(recipient(page, 'mina@example.org')).toContainText('Held back');
  await expect(recipient(page, 'mina@example.org')).toContainText('has stopped these e-mails');
  await expect(recipient(page, 'sam@example.org')).toContainText('Delivered');
  expect(mail.accepted.filter((line) => line.rcpt_tos![0] === 'mina@example.org')).toHaveLength(1);

  await page.goto(`${empty.url}/settings/suppressions`);
  await settled(page, hydrated);
  await expect(page.getByRole('row', { name: /mina@example\.org/ })).toContainText('The mails of Weekly report');
  await page.getByRole('button', { name: 'Remove, and let mail go to mina@example.org again' }).click();
  await expect(page.getByText('Everybody gets mail')).toBeVisible();
});

test.describe('a recipient that does not exist', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('an address that does not exist is put on the list, found there and taken off again', async ({ page, empty, hydrated }) => {
    const mail = await MailServer.start('--fail', 'rcpt:550:1:5.1.1');
    try {
      await begin(page, empty);
      await createProject(page);
      await defaultAccount(page, mail);
      const id = await weeklyJob(page, ['mina@example.org', 'sam@example.org']);
      await runOf(page, empty, id, 'partly');
      await expect(recipient(page, 'mina@example.org')).toContainText('Not delivered');
      await page.getByRole('button', { name: 'Send the failed one again' }).click();
      // It would be held back: nothing goes, and what the server said stays.
      await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toContainText('does not exist');
      await expect(recipient(page, 'mina@example.org')).toContainText('550 5.1.1');

      await page.goto(`${empty.url}/settings/suppressions`);
      await settled(page, hydrated);
      await page.getByRole('searchbox', { name: 'Find an address' }).fill('mina');
      await page.getByRole('searchbox', { name: 'Find an address' }).press('Enter');
      await expect(page.getByRole('row', { name: /mina@example\.org/ })).toContainText('550 5.1.1');
      await settled(page, hydrated);
      if (hydrated) await expectAccessible(page);
      await page.getByRole('link', { name: 'The run' }).click();
      await expect(recipient(page, 'mina@example.org')).toContainText('Not delivered');
      await page.goto(`${empty.url}/settings/suppressions`);
      await page.getByRole('button', { name: 'Remove, and let mail go to mina@example.org again' }).click();
      await expect(page.getByText('Everybody gets mail')).toBeVisible();
      await runOf(page, empty, id, 'done');
      await expect(recipient(page, 'mina@example.org')).toContainText('Delivered');
    } finally {
      await mail.dispose();
    }
  });
});

test('a run that waits is tried at once or given up, and what failed is sent again', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--fail', 'rcpt:451:4');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const id = await weeklyJob(page, ['mina@example.org', 'sam@example.org']);
    const run = await runOf(page, empty, id, 'sending');
    const result = page.getByRole('region', { name: 'Result' });
    // Beside what tells the owner that it failed.
    const sent = () => mail.accepted.filter((line) => line.rcpt_tos![0] !== 'dana@example.org');
    const until = (what: () => Promise<void>) => expect(async () => {
      await page.reload();
      await what();
    }).toPass({ timeout: 60_000 });
    await until(() => expect(page.getByRole('button', { name: 'Try now' })).toBeVisible({ timeout: 500 }));
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Try now' }).click();
    for (const address of ['mina@example.org', 'sam@example.org']) {
      await until(() => expect(recipient(page, address)).toContainText('2 attempts', { timeout: 500 }));
    }
    await until(() => expect(page.getByRole('button', { name: 'Stop trying' })).toBeVisible({ timeout: 500 }));
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Stop trying' }).click();
    await until(() => expect(result).toContainText('Of 2 messages: 2 not delivered.', { timeout: 500 }));
    expect(sent()).toHaveLength(0);
    await page.goto(`${empty.url}/jobs`);
    await settled(page, hydrated);
    const jobs = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Jobs' });
    await expect(jobs).toHaveAccessibleName(/1 failed/);
    await page.goto(`${empty.url}/jobs/runs/${run}`);
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Send all 2 failed ones again' }).click();
    await until(() => expect(recipient(page, 'sam@example.org')).toContainText('Delivered', { timeout: 500 }));
    await until(() => expect(recipient(page, 'mina@example.org')).toContainText('Delivered', { timeout: 500 }));
    expect(sent()).toHaveLength(2);
    await until(() => expect(jobs).not.toHaveAccessibleName(/failed/, { timeout: 500 }));
  } finally {
    await mail.dispose();
  }
});

test('a message that may have arrived is marked as sent by who knows', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--drop-after-dot');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const id = await weeklyJob(page, ['mina@example.org']);
    await runOf(page, empty, id, 'partly');
    await settled(page, hydrated);
    await expect(recipient(page, 'mina@example.org')).toContainText('Unknown');
    await recipient(page, 'mina@example.org').getByRole('button', { name: 'Mark as sent' }).click();
    await expect(recipient(page, 'mina@example.org')).toContainText(/Marked as delivered by \S+/);
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole('region', { name: 'Result' })).toContainText('Done', { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    // The owner is told of it, too; that is another message.
    const toMina = mail.ledger.filter((line) => line.event === 'kept' && line.rcpt_tos!.includes('mina@example.org'));
    expect(toMina, 'nothing is sent again').toHaveLength(1);
  } finally {
    await mail.dispose();
  }
});

test('of many recipients those stand first about whom somebody decides, and the others are a page of their own', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--fail', 'rcpt:550:1');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const people = Array.from({ length: 60 }, (_, number) => `reader${number}@example.org`);
    await runOf(page, empty, await weeklyJob(page, people), 'partly');
    await settled(page, hydrated);
    const table = page.getByRole('region', { name: 'Table of recipients' });
    const rows = table.locator('tbody tr');
    await expect(rows).toHaveCount(50);
    await expect(rows.first()).toContainText('550');
    const groups = page.getByRole('navigation', { name: 'Recipients by what became of their messages' });
    await expect(groups.getByRole('link')).toHaveText([/^All 60$/, /^Not delivered 1$/, /^Delivered 59$/]);
    if (hydrated) await expectAccessible(page);
    await groups.getByRole('link', { name: 'Delivered', exact: false }).last().click();
    await expect(groups.locator('[aria-current=page]')).toHaveText(/^Delivered 59$/);
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expect(rows).toHaveCount(9);
    await expect(page.getByText('Page 2 of 2')).toBeVisible();
    await groups.getByRole('link', { name: /^Not delivered/ }).click();
    await expect(rows).toHaveCount(1);
    await rows.getByRole('button', { name: 'Send again' }).click();
    // Beside the alarm of the first end.
    const got = () => new Set(mail.accepted.map((line) => line.rcpt_tos![0]).filter((address) => address.startsWith('reader'))).size;
    await expect.poll(got, { timeout: 60_000 }).toBe(60);
  } finally {
    await mail.dispose();
  }
});

test('an account that does not work says so until a person lets it try again', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--auth', 'dana:secret words');
  try {
    await begin(page, empty);
    await createProject(page);
    const id = await defaultAccount(page, mail, 'other words');
    const run = await clientOf(page).made('start_run', { id: await weeklyJob(page, ['mina@example.org', 'sam@example.org', 'ana@example.org']) });
    await page.goto(`${empty.url}/settings/mail/${id}`);
    const blocked = page.getByRole('region', { name: 'Sending' }).getByRole('status');
    await expect(async () => {
      await page.reload();
      await expect(blocked).toContainText('535', { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);
    expect(mail.ledger.filter((line) => line.event === 'auth'), 'one message found out').toHaveLength(1);
    await page.goto(`${empty.url}/jobs/runs/${run}`);
    await expect(page.getByText(/The mail account .+ does not work\./)).toBeVisible();

    await page.goto(`${empty.url}/settings/mail/${id}`);
    await page.getByRole('button', { name: 'Try again now' }).click();
    await expect.poll(() => mail.ledger.filter((line) => line.event === 'auth').length, { timeout: 60_000 }).toBe(2);
    await page.goto(`${empty.url}/settings/mail/${id}`);
    await settled(page, hydrated);
    await page.getByLabel('Password').fill('secret words');
    await page.getByRole('button', { name: 'Save the account' }).click();
    await expect.poll(() => mail.accepted.length, { message: 'what waited goes out', timeout: 60_000 }).toBe(3);
    await page.goto(`${empty.url}/settings/mail/${id}`);
    await expect(blocked).toHaveCount(0);
  } finally {
    await mail.dispose();
  }
});
