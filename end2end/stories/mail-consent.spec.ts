// A mailbox is signed in at its provider, which sends the browser back with what renews the account's access tokens.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { AutoReport } from '../fixtures/autoreport.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, expect, expectAccessible, settled, test as story } from '../fixtures/story.ts';

// The provider of the stories is on this machine, which an operator must allow.
const test = story.extend({
  empty: async ({}, use) => {
    const server = await AutoReport.start({ settings: { AUTOREPORT_OUTBOUND_ALLOW: '127.0.0.0/8' } });
    await use(server);
    await server.dispose();
  },
});

interface Provider { url: string; asked: URLSearchParams[]; close: () => void }

/** A provider that asks whether the mailbox may be used, and gives tokens for the code that it made. */
async function provider(): Promise<Provider> {
  const asked: URLSearchParams[] = [];
  const server = http.createServer((request, answer) => {
    const address = new URL(request.url!, 'http://127.0.0.1');
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (part) => { body += part; });
      request.on('end', () => {
        const fields = new URLSearchParams(body);
        asked.push(fields);
        const tokens = { access_token: 'token-1', expires_in: 3600, refresh_token: 'a-very-secret-token' };
        answer.setHeader('content-type', 'application/json');
        answer.end(JSON.stringify(fields.get('code') === 'right' ? tokens : { error: 'invalid_grant' }));
      });
      return;
    }
    const back = (fields: Record<string, string>) => {
      const to = new URL(address.searchParams.get('redirect_uri')!);
      for (const [name, value] of Object.entries({ ...fields, state: address.searchParams.get('state')! })) to.searchParams.set(name, value);
      return to.href.replaceAll('&', '&amp;');
    };
    answer.setHeader('content-type', 'text/html');
    answer.end(`<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><h1>May AutoReport send mail?</h1>
      <a href="${back({ code: 'right' })}">Allow</a> <a href="${back({ error: 'access_denied', error_description: 'Not today' })}">Deny</a>`);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => resolve()); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

test('a mailbox is signed in at its provider, after it was denied once, and its mail is signed in by tokens', async ({ page, empty, hydrated }) => {
  const web = await provider();
  const mail = await MailServer.start('--auth', 'dana:token-1', '--mechanisms', 'XOAUTH2');
  try {
    await begin(page, empty);
    const id = await clientOf(page).made('save_account', {
      name: 'Cloud mail', host: '127.0.0.1', port: String(mail.port), tls: 'none', auth: 'xoauth2', username: 'dana',
      sender_name: 'Reports', sender_address: 'reports@example.org',
    });
    await page.goto(`${empty.url}/settings/mail/${id}`);
    await settled(page, hydrated);
    const tokens = page.getByRole('region', { name: 'Access tokens', exact: true });
    const signIn = tokens.getByRole('button', { name: 'Sign in with the provider' });
    await expect(tokens.getByText(`${empty.url}/settings/mail/oauth/callback`)).toBeVisible();
    await tokens.getByLabel('Provider').selectOption('other');
    await tokens.getByLabel('Client id').fill('our client');
    await tokens.getByLabel('Token endpoint').fill(`${web.url}/token`);
    await signIn.click();
    await expect(tokens.getByRole('alert')).toContainText('Enter a value');
    await expect(tokens.getByLabel('Client id')).toHaveValue('our client');

    await settled(page, hydrated);
    await tokens.getByLabel('Authorization endpoint').fill(`${web.url}/authorize`);
    await tokens.getByLabel('Client secret').fill('the secret of the client');
    await signIn.click();
    await page.getByRole('link', { name: 'Deny' }).click();
    await expect(page.locator('#consent')).toContainText('The provider did not allow it: access_denied: Not today');
    expect(web.asked).toHaveLength(0);
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);

    // What was entered is still there, but for the secret.
    await expect(tokens.getByLabel('Authorization endpoint')).toHaveValue(`${web.url}/authorize`);
    await tokens.getByLabel('Client secret').fill('the secret of the client');
    await signIn.click();
    await page.getByRole('link', { name: 'Allow' }).click();
    await expect(page.getByText('Access tokens renew themselves from now on.')).toBeVisible();
    await expect(tokens).toContainText('the one that is there counts until');
    expect(web.asked.map((fields) => fields.get('client_secret'))).toEqual(['the secret of the client']);
    expect(await page.content()).not.toContain('a-very-secret-token');
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);

    await page.getByRole('region', { name: 'Test', exact: true }).getByRole('button', { name: 'Test the connection' }).click();
    await expect(page.getByRole('region', { name: 'Test', exact: true }).getByRole('status')).toContainText('It works.');
  } finally {
    web.close();
    await mail.dispose();
  }
});
