// The outbox as a small mail program: what was caught is found, looked at from all sides, released and deleted.
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { weeklyJob } from '../fixtures/jobs.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** The outbox has a test mail to Dana and a report to Mina and Sam. */
async function caught(page: Page, server: AutoReport): Promise<void> {
  await begin(page, server);
  await createProject(page);
  const client = clientOf(page);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: 'Draft the November report\nBook the room', at: 'end' });
  await client.call('test_account', { id: '00000000-0000-7000-8000-000000000001', send: 'yes' });
  const id = await weeklyJob(page, ['mina@example.org', 'sam@example.org']);
  await client.call('start_run', { id });
  const all = async () => (await client.call<{ all: number }>('list_outbox', {})).value.all;
  await expect.poll(all, { message: 'what the outbox has caught', timeout: 60_000 }).toBe(3);
}

/** The messages of the list. */
const messages = (page: Page) => page.getByRole('main').getByRole('listitem');

const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'Parts of the mail' }).getByRole('link', { name, exact: true });

test('a message is found by words, people and state, and is read once it was opened', async ({ page, empty, hydrated }) => {
  await caught(page, empty);
  await page.goto(`${empty.url}/outbox`);
  await settled(page, hydrated);
  await expect(page.getByText('3 messages, 3 unread')).toBeVisible();
  await expect(messages(page)).toHaveCount(3);
  if (hydrated) await expectAccessible(page);

  // The reports name both of their readers, whomever they were sent for.
  await page.getByLabel('Find', { exact: true }).fill('to:dana');
  await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('1 of 3 messages found, 3 unread in all')).toBeVisible();
  await expect(page.getByLabel('Find', { exact: true })).toHaveValue('to:dana');
  await messages(page).getByRole('link').click();
  await expect(tab(page, 'HTML')).toHaveAttribute('aria-current', 'page');
  // To show it changes nothing: the open page says so itself, and without JavaScript a button does.
  if (!hydrated) await page.getByRole('button', { name: 'Mark as read' }).click();
  await expect(page.getByRole('button', { name: 'Mark as unread' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Mark as read' })).toBeHidden();

  await page.goto(`${empty.url}/outbox?show=unread`);
  await settled(page, hydrated);
  await expect(page.getByText('2 of 3 messages found, 2 unread in all')).toBeVisible();
  await page.getByLabel('Find', { exact: true }).fill('subject:"no such words"');
  await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('heading', { name: 'No such mail here' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'Show all' }).first().click();
  await expect(messages(page)).toHaveCount(3);
});

test('a report shows its HTML in every width, its headers, its tree, its checks and its links', async ({ page, empty, hydrated }) => {
  test.slow();
  await caught(page, empty);
  await page.goto(`${empty.url}/outbox?q=to:sam@example.org+is:unread`);
  await settled(page, hydrated);
  await messages(page).getByRole('link').first().click();
  await expect(tab(page, 'HTML')).toHaveAttribute('aria-current', 'page');
  await settled(page, hydrated);
  const frame = page.getByTitle('The mail as its reader sees it');
  await page.getByRole('link', { name: '375 pixels' }).click();
  await expect(page.getByRole('link', { name: '375 pixels' })).toHaveAttribute('aria-current', 'true');
  await expect.poll(async () => (await frame.boundingBox())?.width).toBe(375);
  expect(await frame.getAttribute('sandbox')).toBe('');
  // Both charts are in the frame, though it may fetch nothing.
  const html = await clientOf(page).request('GET', (await frame.getAttribute('src'))!);
  expect(html.body.toString().match(/src="data:image\/png;base64,/g)).toHaveLength(2);
  expect(html.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);

  await tab(page, 'Headers').click();
  const headers = page.getByRole('region', { name: 'Headers of the mail' });
  await expect(headers.getByRole('row', { name: /^Auto-Submitted/ })).toContainText('auto-generated');
  await expect(headers.getByRole('row', { name: /^List-Unsubscribe/ }).first()).toContainText('/unsubscribe/');
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);

  await tab(page, 'Parts').click();
  const tree = page.getByRole('region', { name: 'Tree of the mail' });
  await expect(tree).toContainText('multipart/alternative');
  await expect(tree).toContainText('text/plain');
  await expect(tree.locator('img')).toHaveCount(2);
  const [file] = await Promise.all([page.waitForEvent('download'), tree.getByRole('link', { name: 'Download part 1', exact: true }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.txt$/);
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);

  await tab(page, 'Checks').click();
  await expect(page.getByRole('region', { name: 'Checks' })).toContainText('All of the 2 say in words what they show.');
  await expect(page.getByRole('region', { name: 'Links' }).getByRole('link', { name: /\/board\/REP/ }).first()).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
});

test.describe('a release', () => {
  // The form is refused first.
  test.use({ expectedErrors: [/status of 422/] });

  test('a message is released to a real account once it is confirmed, and the answer of the server stays beside it', async ({ page, empty, mail, hydrated }) => {
    await caught(page, empty);
    await clientOf(page).made('save_account', {
      name: 'Office mail', host: '127.0.0.1', port: String(mail.port), tls: 'none', auth: 'none', sender_name: 'Reports', sender_address: 'reports@example.org',
    });
    await page.goto(`${empty.url}/outbox?q=to:mina`);
    await settled(page, hydrated);
    await messages(page).filter({ hasText: 'To mina@example.org' }).getByRole('link').click();
    await tab(page, 'Release').click();
    await expect(page.getByLabel('Recipients')).toHaveValue('mina@example.org');
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);

    await page.getByLabel('Recipients').fill('dana@example.org\nnobody');
    await page.getByRole('button', { name: 'Release' }).click();
    await expect(page.getByText('Line 2: Enter an e-mail address').first()).toBeVisible();
    await expect(page.getByText('Tick the box: the message really is sent')).toBeVisible();
    await expect(page.getByLabel('Recipients')).toHaveValue('dana@example.org\nnobody');
    expect(mail.accepted).toHaveLength(0);

    await page.getByLabel('Recipients').fill('dana@example.org\nmax@example.org');
    await page.getByLabel('Yes, send this message').check();
    await page.getByRole('button', { name: 'Release' }).click();
    const results = page.getByRole('region', { name: 'Released to' });
    await expect(results.getByRole('row', { name: /dana@example\.org/ })).toContainText('Delivered');
    await expect(results.getByRole('row', { name: /max@example\.org/ })).toContainText('250 2.0.0 Ok');
    await expect(results.getByRole('row', { name: /max@example\.org/ })).toContainText(`${dana.name} over Office mail`);
    expect(mail.accepted.map((message) => message.rcpt_tos![0]).sort()).toEqual(['dana@example.org', 'max@example.org']);
    expect(mail.message(mail.accepted[0])).toMatch(/^To: .*mina@example\.org/m);
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);
  });
});

test('a release of which nobody knows whether it arrived is settled: marked as sent, or sent once more', async ({ page, empty, mail, hydrated }) => {
  const broken = await MailServer.start('--drop-after-dot');
  try {
    await begin(page, empty);
    const client = clientOf(page);
    await client.call('test_account', { id: '00000000-0000-7000-8000-000000000001', send: 'yes' });
    const { value } = await client.call<{ items: { id: string }[] }>('list_outbox', {});
    const fields = { name: 'Office mail', host: '127.0.0.1', tls: 'none', auth: 'none', sender_name: 'Reports', sender_address: 'reports@example.org' };
    const account = await client.made('save_account', { ...fields, port: String(broken.port) });
    const release = `${empty.url}/outbox/${value.items[0].id}?view=release`;
    await page.goto(release);
    await settled(page, hydrated);
    await page.getByLabel('Recipients').fill('dana@example.org\nmax@example.org');
    await page.getByLabel('Yes, send this message').check();
    await page.getByRole('button', { name: 'Release' }).click();
    const results = page.getByRole('region', { name: 'Released to' });
    const row = (address: string) => results.getByRole('row', { name: address });
    await expect(row('dana@example.org')).toContainText('Unknown');
    await expect(row('max@example.org')).toContainText('It may have arrived.');
    const kept = broken.ledger.filter((event) => event.event === 'kept');
    expect(kept.map((event) => event.rcpt_tos![0]).sort()).toEqual(['dana@example.org', 'max@example.org']);
    await settled(page, hydrated);
    if (hydrated) await expectAccessible(page);

    // Somebody else looks at the same page, and decides after it was decided.
    const late = await page.context().newPage();
    await late.goto(release);
    await settled(late, hydrated);
    await page.getByRole('button', { name: 'Mark as sent to dana@example.org' }).click();
    await expect(row('dana@example.org')).toContainText(`Marked as sent by ${dana.name}.`);
    await expect(row('dana@example.org').getByRole('button')).toHaveCount(0);
    await late.getByRole('button', { name: 'Send again to dana@example.org' }).click();
    await expect(late.getByText(`Marked as sent by ${dana.name}.`)).toBeVisible();
    await late.close();

    const { version } = (await client.call<{ version: number }>('read_account', { id: account })).value;
    await client.call('save_account', { ...fields, id: account, version: String(version), port: String(mail.port) });
    await page.getByRole('button', { name: 'Send again to max@example.org' }).click();
    await expect(row('max@example.org')).toContainText('Delivered');
    await expect(row('max@example.org')).toContainText('250 2.0.0 Ok');
    await expect(results.getByRole('button')).toHaveCount(0);
    expect(mail.accepted.map((message) => [message.rcpt_tos![0], message.message_id])).toEqual([['max@example.org', kept[0].message_id]]);
    expect(broken.ledger.filter((event) => event.event === 'kept')).toHaveLength(2);
  } finally {
    await broken.dispose();
  }
});

test('messages are deleted after a second question: one, some, and those that are old', async ({ page, empty, hydrated }) => {
  await caught(page, empty);
  await page.goto(`${empty.url}/outbox?q=test+message`);
  await settled(page, hydrated);
  await messages(page).getByRole('link').first().click();
  await page.getByText('Delete', { exact: true }).click();
  await page.getByRole('button', { name: 'Delete this message' }).click();
  await expect(page.getByText('Deleted.')).toBeVisible();
  await expect(messages(page)).toHaveCount(2);

  await settled(page, hydrated);
  await messages(page).first().getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Mark as read' }).click();
  await expect(page.getByText('2 messages, 1 unread')).toBeVisible();
  await settled(page, hydrated);
  await messages(page).first().getByRole('checkbox').check();
  await page.locator('#bulk').getByText('Delete', { exact: true }).click();
  await page.getByRole('button', { name: 'Delete the selected messages' }).click();
  await expect(messages(page)).toHaveCount(1);

  await settled(page, hydrated);
  await page.getByLabel('Older than (days)').fill('0');
  await page.getByRole('button', { name: 'Count them' }).click();
  await expect(page.getByText('1 message is older than 0 days. It is deleted for good.')).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete them' }).click();
  await expect(page.getByText('No mail yet')).toBeVisible();
});
