// Whoever is responsible for a job hears of it: in the app, by mail unless they do not want that, and somebody outside by
// a ping that does not come.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { defaultAccount, runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, settled, test as story } from '../fixtures/story.ts';

// Pings of the stories go to this machine, which an operator must allow.
const test = story.extend({
  empty: async ({}, use) => {
    const server = await AutoReport.start({ settings: { AUTOREPORT_OUTBOUND_ALLOW: '127.0.0.0/8' } });
    await use(server);
    await server.dispose();
  },
});

interface Caught { id: string; to: string; subject: string }

/** The mails with alarms that the outbox has kept for Dana. */
async function alarmsOf(page: Page): Promise<Caught[]> {
  const { value } = await clientOf(page).call<{ items: Caught[] }>('list_outbox', {});
  return value.items.filter((item) => item.to === dana.email && /failed/.test(item.subject));
}

/** A number that the program says of itself. */
async function metric(server: AutoReport, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ').at(-1);
}

/** A web server that says yes to everything and keeps what it was asked. */
async function web(): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server = http.createServer((request, answer) => {
    asked.push(request.url!);
    answer.end('OK');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => resolve()); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => server.close() };
}

test('a run that fails is told by the bell, on the page and by mail, and by mail no more once that is switched off', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--fail', 'rcpt:554');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const id = await weeklyJob(page, ['mina@example.org'], 'Weekly digest');
    const run = await runUntil(page, id, 'failed');

    await page.goto(`${empty.url}/projects`);
    await page.getByRole('link', { name: 'Notifications, 1 unread' }).click();
    await expect(page.getByText('Run 1 of Weekly digest failed: the mail server answered 554')).toBeVisible();
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);
    await page.getByRole('main').getByRole('link', { name: 'The run' }).click();
    await expect(page).toHaveURL(new RegExp(`/jobs/runs/${run}`));

    // The server takes nothing, so the mail stays here.
    await expect.poll(async () => (await alarmsOf(page)).length, { message: 'mails with alarms', timeout: 30_000 }).toBe(1);
    const [caught] = await alarmsOf(page);
    expect(caught.subject).toMatch(/^Run 1 of Weekly digest failed: the mail server answered 554/);
    const read = (await clientOf(page).call<{ text: string; source: string }>('read_mail', { id: caught.id })).value;
    expect(read.text).toContain(`${empty.url}/jobs/runs/${run}`);
    expect(read.source).toContain('Auto-Submitted: auto-generated');
    await page.goto(`${empty.url}/outbox/${caught.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Weekly digest failed');

    await page.goto(`${empty.url}/settings/alarms`);
    await settled(page, hydrated);
    await page.getByRole('checkbox', { name: /^Failures/ }).uncheck();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await expect(page.getByRole('checkbox', { name: /^Failures/ })).not.toBeChecked();
    await expect(page.getByRole('checkbox', { name: /^Late starts/ })).toBeChecked();
    await runUntil(page, id, 'failed');
    expect(await metric(empty, 'autoreport_alarm_mails_waiting'), 'no mail waits for its hour').toBe('0');
    await page.goto(`${empty.url}/notifications?show=unread`);
    await expect(page.getByText('Weekly digest failed')).toBeVisible();
    expect(await alarmsOf(page)).toHaveLength(1);
  } finally {
    await mail.dispose();
  }
});

test('an administrator chooses a template of the gallery for alarms, and the next one is written with it', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--fail', 'rcpt:554');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const client = clientOf(page);
    const template = await client.made('create_template', { from: 'job-failed' });
    await client.call('publish_template', { id: template, version: '1' });
    await page.goto(`${empty.url}/settings/alarms`);
    await settled(page, hydrated);
    const look = page.getByRole('region', { name: 'What the mails look like' });
    await expect(look.getByLabel('Template')).toHaveValue('');
    await look.getByLabel('Template').selectOption({ label: 'Job failed' });
    if (hydrated) await expectAccessible(page);
    await look.getByRole('button', { name: 'Use this template' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await expect(look.getByLabel('Template')).toHaveValue(template);

    const id = await weeklyJob(page, ['mina@example.org'], 'Weekly digest');
    const run = await runUntil(page, id, 'failed');
    await expect.poll(async () => (await alarmsOf(page)).length, { message: 'mails with alarms', timeout: 30_000 }).toBe(1);
    const [caught] = await alarmsOf(page);
    expect(caught.subject).toBe('Weekly digest: failed');
    const { text } = (await client.call<{ text: string }>('read_mail', { id: caught.id })).value;
    expect(text).toContain('Weekly digest failed: the mail server answered 554');
    expect(text).toContain(`${empty.url}/jobs/runs/${run}`);
    expect(text).toContain('What to do');
  } finally {
    await mail.dispose();
  }
});

test('a job that pauses itself leads to the page where it is resumed @hydrated', async ({ page, empty }) => {
  const mail = await MailServer.start('--fail', 'rcpt:554');
  try {
    await begin(page, empty);
    await createProject(page);
    await defaultAccount(page, mail);
    const id = await weeklyJob(page, ['mina@example.org'], 'Weekly digest');
    for (let times = 0; times < 3; times += 1) await runUntil(page, id, 'failed');
    await page.goto(`${empty.url}/notifications`);
    await settled(page, true);
    await expect(page.getByText('and 3 more before')).toBeVisible();
    await page.getByRole('link', { name: 'Resume it on its page' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByText('Resumed.')).toBeVisible();
  } finally {
    await mail.dispose();
  }
});

test('runs of a job and the scheduler itself are pinged, and the address is not shown again', async ({ page, empty, hydrated }) => {
  const outside = await web();
  try {
    await begin(page, empty);
    await createProject(page);
    const id = await weeklyJob(page, ['mina@example.org'], 'Weekly digest');
    await page.goto(`${empty.url}/jobs/${id}/edit`);
    await settled(page, hydrated);
    const panel = page.getByRole('region', { name: 'Ping if it works' });
    await panel.getByRole('textbox', { name: 'Address' }).fill(`${outside.url}/a-secret`);
    await panel.getByRole('checkbox', { name: /Also when a run starts/ }).check();
    if (hydrated) await expectAccessible(page);
    await panel.getByRole('button', { name: 'Save the ping' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await expect(panel).toContainText('is stored and not shown');
    expect(await page.content()).not.toContain('a-secret');
    await runUntil(page, id, 'done');
    await expect.poll(() => outside.asked, { message: 'what was asked', timeout: 30_000 }).toEqual(['/a-secret/start', '/a-secret']);
    await expect(async () => {
      await page.goto(`${empty.url}/jobs/${id}/edit`);
      await expect(panel).toContainText('200 OK', { timeout: 500 });
    }).toPass({ timeout: 30_000 });
    await settled(page, hydrated);
    await panel.getByRole('button', { name: 'Remove the ping to 127.0.0.1' }).click();
    await expect(page.getByText('Deleted.')).toBeVisible();

    await page.goto(`${empty.url}/settings/alarms`);
    await settled(page, hydrated);
    const alive = page.getByRole('region', { name: 'Ping while it is alive' });
    await alive.getByRole('textbox', { name: 'Address' }).fill(`${outside.url}/alive`);
    await alive.getByRole('button', { name: 'Save the ping' }).click();
    await expect.poll(() => outside.asked, { message: 'what was asked', timeout: 30_000 }).toContain('/alive');
    await expect(async () => {
      await page.goto(`${empty.url}/settings/alarms`);
      await expect(alive).toContainText('200 OK', { timeout: 500 });
    }).toPass({ timeout: 30_000 });
    expect(empty.log, 'what is secret is in no log').not.toContain('a-secret');
  } finally {
    outside.close();
  }
});

test.describe('an address that is none', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('is refused beside its field', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await page.goto(`${empty.url}/settings/alarms`);
    await settled(page, hydrated);
    const alive = page.getByRole('region', { name: 'Ping while it is alive' });
    await alive.getByRole('textbox', { name: 'Address' }).fill('https://dana:secret@hc-ping.example/x');
    await alive.getByRole('button', { name: 'Save the ping' }).click();
    await expect(alive.getByRole('textbox', { name: 'Address' })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('#url-error')).toContainText('without user name and password');
    expect(page.url()).not.toContain('secret');

    await alive.getByRole('textbox', { name: 'Address' }).fill('http://169.254.169.254/latest');
    await alive.getByRole('button', { name: 'Save the ping' }).click();
    await expect(page.locator('#url-error')).toContainText('leads to 169.254.169.254, which is not on the public internet');
  });
});

test('whoever gets no mail at all reads on the page of alarms why, and an administrator goes from there to the list', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/suppressions`);
  await settled(page, hydrated);
  await page.getByRole('textbox', { name: 'Address' }).fill(dana.email);
  await page.getByRole('textbox', { name: 'Note' }).fill('Moved to another company');
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();

  await page.goto(`${empty.url}/settings/alarms`);
  await settled(page, hydrated);
  const silence = page.getByRole('status').filter({ hasText: 'No mail goes to this address.' });
  await expect(silence).toContainText('Moved to another company');
  if (hydrated) await expectAccessible(page);
  await silence.getByRole('link', { name: 'Take it off the list' }).click();
  await settled(page, hydrated);
  await page.getByRole('button', { name: `Remove, and let mail go to ${dana.email} again` }).click();
  await expect(page.getByText('Deleted.')).toBeVisible();
  await page.goto(`${empty.url}/settings/alarms`);
  await settled(page, hydrated);
  await expect(silence).toHaveCount(0);
});
