// A mail account: the outbox that is always there, and an SMTP server that says yes, no, or nothing sensible.
import type { Page } from '@playwright/test';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

interface Account {
  port: number;
  tls?: string;
  user?: string;
  password?: string;
}

/** Fills in and saves the form of a new account. */
async function addAccount(page: Page, origin: string, account: Account): Promise<void> {
  await page.goto(`${origin}/settings/mail/new`);
  await page.getByLabel('Name', { exact: true }).fill('Office mail');
  await page.getByLabel('Server').fill('127.0.0.1');
  await page.getByLabel('Encryption').selectOption(account.tls ?? 'none');
  await page.getByLabel('Port', { exact: true }).fill(String(account.port));
  if (!account.user) await page.getByLabel('Sign-in').selectOption('none');
  if (account.user) {
    await page.getByLabel('User name').fill(account.user);
    await page.getByLabel('Password').fill(account.password!);
  }
  await page.getByLabel("Sender's address").fill('reports@example.org');
  await page.getByRole('button', { name: 'Save the account' }).click();
  await expect(page.getByRole('heading', { name: 'Office mail' })).toBeVisible();
}

const testPanel = (page: Page) => page.getByRole('region', { name: 'Test' });

test('the outbox catches a test mail and shows it as HTML, text and source', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/outbox`);
  await expect(page.getByText('No mail yet')).toBeVisible();
  await page.goto(`${empty.url}/settings/mail`);
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'Outbox', exact: true }).last().click();
  await page.getByRole('button', { name: 'Send a test mail to me' }).click();
  await expect(testPanel(page).getByRole('status')).toContainText('It works.');
  if (hydrated) await expectAccessible(page);

  await page.goto(`${empty.url}/outbox`);
  await settled(page, hydrated);
  await page.getByRole('main').getByRole('listitem').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Text', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Text part' })).toBeVisible();
  await page.getByRole('link', { name: 'Source', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Source' })).toContainText(`To: `);
  await expect(page.getByRole('region', { name: 'Source' })).toContainText(dana.email);
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
});

test('an SMTP server is tested with a mail that arrives, and its password never shows again', async ({ page, empty, hydrated }) => {
  const mail = await MailServer.start('--auth', 'dana:secret words');
  try {
    await begin(page, empty);
    await addAccount(page, empty.url, { port: mail.port, user: 'dana', password: 'secret words' });
    await testPanel(page).getByRole('button', { name: 'Test the connection' }).click();
    await expect(testPanel(page).getByRole('status')).toContainText('It works.');
    await expect(page.getByRole('log')).toContainText('EHLO');
    await expect(page.getByRole('log')).not.toContainText('secret words');
    expect(await page.content()).not.toContain('secret words');

    await testPanel(page).getByRole('button', { name: 'Send a test mail to me' }).click();
    await expect(testPanel(page).getByRole('status')).toContainText('It works.');
    await expect.poll(() => mail.accepted.length).toBe(1);
    expect(mail.accepted[0].rcpt_tos).toEqual([dana.email]);
    expect(mail.accepted[0].mail_from).toBe('reports@example.org');
    expect(mail.message(mail.accepted[0])).toMatch(/^Subject: /m);
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);
  } finally {
    await mail.dispose();
  }
});

test('a wrong password is named as one @hydrated', async ({ page, empty }) => {
  const mail = await MailServer.start('--auth', 'dana:secret words');
  try {
    await begin(page, empty);
    await addAccount(page, empty.url, { port: mail.port, user: 'dana', password: 'other words' });
    await testPanel(page).getByRole('button', { name: 'Test the connection' }).click();
    await expect(testPanel(page).getByRole('status')).toContainText('It does not work.');
    await expect(testPanel(page).getByRole('status')).toContainText('The server refused the user name or the password: ');
    await expect(page.getByRole('log')).toContainText('535');
  } finally {
    await mail.dispose();
  }
});

test('a server that is not there, and one that speaks another encryption, are told apart @hydrated', async ({ page, empty }) => {
  const mail = await MailServer.start();
  await begin(page, empty);
  await addAccount(page, empty.url, { port: mail.port, tls: 'implicit' });
  await testPanel(page).getByRole('button', { name: 'Test the connection' }).click();
  await expect(testPanel(page).getByRole('status')).toContainText('It does not work.');
  await expect(testPanel(page).getByRole('status')).toContainText('The server speaks plain text first; TLS from the start was chosen.');

  await mail.dispose();
  await testPanel(page).getByRole('button', { name: 'Test the connection' }).click();
  await expect(testPanel(page).getByRole('status')).toContainText('Nothing listens on this port: the connection was refused.');
});

test.describe('a form with gaps', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('says what is missing beside the field', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await page.goto(`${empty.url}/settings/mail/new`);
    await settled(page, hydrated);
    await page.getByLabel('Name', { exact: true }).fill('Office mail');
    await page.getByLabel('Server').fill('smtp.example.org');
    await page.getByLabel('Port', { exact: true }).fill('99999');
    await page.getByLabel("Sender's address").fill('reports@example.org');
    await page.getByRole('button', { name: 'Save the account' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
    await expect(page.getByLabel('Port', { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Server')).toHaveValue('smtp.example.org');
  });
});
