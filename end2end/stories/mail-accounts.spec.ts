// What stands around a mail account: a key that signs, an authority of one's own, tokens that renew themselves; and a
// message that came back.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

const here = import.meta.dirname ?? __dirname;
const bounceFile = path.join(here, '../data/bounce.eml');

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Makes an account by its form and stays on its page. */
async function addAccount(page: Page, origin: string, values: { tls?: string; auth?: string; port?: number }): Promise<void> {
  await page.goto(`${origin}/settings/mail/new`);
  await page.getByLabel('Name', { exact: true }).fill('Office mail');
  await page.getByLabel('Server').fill('127.0.0.1');
  await page.getByLabel('Encryption').selectOption(values.tls ?? 'none');
  await page.getByLabel('Port', { exact: true }).fill(String(values.port ?? 2525));
  await page.getByLabel('Sign-in').selectOption(values.auth ?? 'none');
  if (values.auth) await page.getByLabel('User name').fill('dana');
  await page.getByLabel("Sender's address").fill('reports@example.org');
  await page.getByRole('button', { name: 'Save the account' }).click();
  await expect(page.getByRole('heading', { name: 'Office mail' })).toBeVisible();
}

test('the port follows the encryption until somebody types another one @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/mail/new`);
  await settled(page, hydrated);
  const [encryption, port] = [page.getByLabel('Encryption'), page.getByLabel('Port', { exact: true })];
  await expect(port).toHaveValue('587');
  await encryption.selectOption('implicit');
  await expect(port).toHaveValue('465');
  await encryption.selectOption('none');
  await expect(port).toHaveValue('25');
  await port.fill('2525');
  await encryption.selectOption('start_tls');
  await expect(port).toHaveValue('2525');
});

test('a new key signs the mail of an account, and the record to publish is shown', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await addAccount(page, empty.url, {});
  await settled(page, hydrated);
  await panel(page, 'DKIM signature').getByLabel('Selector').fill('mail selector');
  await panel(page, 'DKIM signature').getByRole('button', { name: 'Save the key' }).click();
  await expect(panel(page, 'DKIM signature').getByRole('alert')).toContainText('Use letters, digits and hyphens');
  await expect(panel(page, 'DKIM signature').getByLabel('Selector')).toHaveValue('mail selector');

  await panel(page, 'DKIM signature').getByLabel('Selector').fill('mail');
  await panel(page, 'DKIM signature').getByRole('button', { name: 'Save the key' }).click();
  await expect(panel(page, 'DKIM signature')).toContainText('mail._domainkey.example.org');
  await expect(panel(page, 'DKIM signature')).toContainText('v=DKIM1; k=ed25519; p=');
  await settled(page, hydrated);
  if (hydrated) {
    await expect(panel(page, 'DKIM signature').getByRole('button', { name: 'Copy the text' })).toBeVisible();
    await expectAccessible(page);
  } else {
    await expect(panel(page, 'DKIM signature').getByRole('button', { name: /Copy/ })).toHaveCount(0);
  }

  await panel(page, 'DKIM signature').getByLabel('Domain').fill('example.com');
  await panel(page, 'DKIM signature').getByRole('button', { name: 'Save the key' }).click();
  await expect(panel(page, 'DKIM signature')).toContainText('receivers do not count it');
  await panel(page, 'DKIM signature').getByRole('button', { name: 'Stop signing' }).click();
  await expect(panel(page, 'DKIM signature')).not.toContainText('v=DKIM1');
});

test('a private authority makes a server trusted, and its certificate is shown before', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--tls', 'implicit', '--certificate', 'authority');
  try {
    await begin(page, empty);
    await addAccount(page, empty.url, { tls: 'implicit', port: mail.port });
    await panel(page, 'Test').getByRole('button', { name: 'Test the connection' }).click();
    await expect(panel(page, 'Test').getByRole('status')).toContainText('Private test authority, is not known here');
    await expect(panel(page, 'Test')).toContainText('ECDSA, 256 bits');

    await panel(page, 'Certificate authority').getByLabel('Certificates in PEM').fill('no certificate');
    await panel(page, 'Certificate authority').getByRole('button', { name: 'Save the authority' }).click();
    await expect(panel(page, 'Certificate authority').getByRole('alert')).toContainText('certificates in PEM');
    await expect(panel(page, 'Certificate authority').getByLabel('Certificates in PEM')).toHaveValue('no certificate');

    await panel(page, 'Certificate authority').getByLabel('Certificates in PEM').fill(fs.readFileSync(path.join(mail.folder, 'authority.pem'), 'utf8'));
    await panel(page, 'Certificate authority').getByRole('button', { name: 'Save the authority' }).click();
    await expect(panel(page, 'Certificate authority')).toContainText('CN=Private test authority');
    await panel(page, 'Test').getByRole('button', { name: 'Test the connection' }).click();
    await expect(panel(page, 'Test').getByRole('status')).toContainText('It works.');
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);
    await panel(page, 'Certificate authority').getByRole('button', { name: 'Trust the public authorities again' }).click();
    await expect(panel(page, 'Certificate authority')).not.toContainText('Private test authority');
  } finally {
    await mail.dispose();
  }
});

test('the renewal of tokens is kept without showing a secret again', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await addAccount(page, empty.url, { auth: 'xoauth2' });
  await settled(page, hydrated);
  const tokens = panel(page, 'Access tokens');
  await tokens.getByLabel('Provider').selectOption('other');
  await tokens.getByLabel('Client id').fill('our client');
  await tokens.getByLabel('Refresh token').fill('a very secret token');
  await tokens.getByLabel('Token endpoint').fill('http://example.org/token');
  await tokens.getByRole('button', { name: 'Save the renewal' }).click();
  await expect(tokens.getByRole('alert')).toContainText('https://');
  await expect(tokens.getByLabel('Client id')).toHaveValue('our client');
  expect(await page.content()).not.toContain('a very secret token');

  await tokens.getByLabel('Provider').selectOption('google');
  await tokens.getByLabel('Refresh token').fill('a very secret token');
  await tokens.getByRole('button', { name: 'Save the renewal' }).click();
  await expect(tokens).toContainText('Tokens renew themselves');
  expect(await page.content()).not.toContain('a very secret token');
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await tokens.getByRole('button', { name: 'Forget the tokens' }).click();
  await expect(tokens).not.toContainText('Tokens renew themselves');
});

/** The Message-ID of the message that a run has sent. */
async function sentMessage(page: Page, origin: string): Promise<{ id: string; run: string }> {
  const client = clientOf(page);
  await client.call('create_project', { name: 'Reporting', key: 'REP', zone: 'UTC', description: '' });
  const values = { name: 'Weekly report', project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'UTC', recipients: 'max@example.org' };
  const idOf = async (name: string, given: Record<string, string>) => {
    const { answer } = await client.call(name, given);
    return /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(answer.headers.location ?? '')![0];
  };
  const run = await idOf('start_run', { id: await idOf('save_job', values) });
  const state = async () => (await client.call<{ run: { state: string } }>('load_run', { id: run })).value.run.state;
  await expect.poll(state, { timeout: 60_000 }).toBe('done');
  const answer = await page.request.get(`${origin}/reports/${run}/mail.eml`);
  const found = /^Message-ID: <(.+)>/im.exec(await answer.text());
  return { id: found![1], run };
}

test('an uploaded bounce says what it is about and marks the message as not delivered', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const { id, run } = await sentMessage(page, empty.url);
  await page.goto(`${empty.url}/jobs/runs/${run}`);
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'Upload the bounce' }).click();
  await expect(page.getByRole('heading', { name: 'Upload a bounce' })).toBeVisible();
  await page.getByLabel('File').setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('Subject: Hello\n\nHi\n') });
  await page.getByRole('button', { name: 'Upload and look' }).click();
  await expect(page.getByLabel('File')).toHaveAccessibleDescription(/This mail is no bounce/);

  const bounce = fs.readFileSync(bounceFile, 'utf8').replace('0123456789abcdef@example.org', id);
  await page.getByLabel('File').setInputFiles({ name: 'bounce.eml', mimeType: 'message/rfc822', buffer: Buffer.from(bounce) });
  await page.getByRole('button', { name: 'Upload and look' }).click();
  await expect(page.getByRole('table')).toContainText('nothing more is sent to the address');
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Do this' }).click();
  await expect(page.getByRole('table')).toContainText('marked as not delivered already');
  await page.getByRole('link', { name: 'Weekly report' }).click();
  await expect(page.getByRole('region', { name: 'Table of recipients' })).toContainText('Recipient address rejected');
  await page.goto(`${empty.url}/settings/suppressions`);
  await expect(page.getByRole('main')).toContainText('max@example.org');
});
