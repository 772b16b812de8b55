// Reports that wait for a person: asked for by hand, commented, sent or not, and what happens when nobody decides in time.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, settled, test as story } from '../fixtures/story.ts';

/** By how many seconds the clock of the server is off stands in this file. */
const ahead = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'autoreport-clock-')), 'seconds');

const test = story.extend({
  empty: async ({}, use) => {
    fs.rmSync(ahead, { force: true });
    const server = await AutoReport.start({ settings: { AUTOREPORT_TEST_CLOCK: ahead } });
    await use(server);
    await server.dispose();
  },
});

interface Run { run: { state: string; draft: { who: string } | null } }

/** A job whose drafts go out after half an hour. */
const job = (page: Page): Promise<string> => clientOf(page).made('save_job', {
  name: 'Weekly report', project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana', recipients: dana.email,
  period: 'last_7_days', s1_kind: 'summary', draft: '30',
});

/** Asks for a draft on the page of a job, and waits until it waits. */
async function askForDraft(page: Page, server: AutoReport, id: string, hydrated: boolean): Promise<string> {
  await page.goto(`${server.url}/jobs/${id}`);
  await settled(page, hydrated);
  const makeDraft = page.getByRole('button', { name: 'Make a draft now' });
  await expect(makeDraft).toHaveAttribute('title', /If nobody decides, it goes out by itself after 30 minutes\.$/);
  await makeDraft.click();
  await expect(page).toHaveURL(/\/jobs\/runs\//);
  const run = new URL(page.url()).pathname.split('/').pop()!;
  const waits = async () => (await clientOf(page).call<Run>('load_run', { id: run })).value.run.draft?.who;
  await expect.poll(waits, { message: 'for whom the run waits', timeout: 60_000 }).toBe(dana.name);
  return run;
}

const stateOf = async (page: Page, run: string): Promise<string> => (await clientOf(page).call<Run>('load_run', { id: run })).value.run.state;

test('a draft is asked for by hand, said to wait everywhere, commented and approved', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  const id = await job(page);
  const run = await askForDraft(page, empty, id, hydrated);

  await page.goto(`${empty.url}/jobs`);
  await settled(page, hydrated);
  await expect(page.getByRole('list', { name: 'Last run: 1 waiting for approval' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Run 1, waiting for approval, .+\. By Dana Admin until .+; then it goes out as it is\.$/ })).toBeVisible();
  await page.goto(`${empty.url}/jobs/${id}`);
  const row = page.getByRole('row', { name: /By hand/ });
  await expect(row).toContainText('Waiting for approval');
  await expect(row).toContainText('By Dana Admin until');
  await page.goto(`${empty.url}/jobs/runs/${run}`);
  await settled(page, hydrated);
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('Waiting for approval');
  await expect(page.getByText('Writing messages')).toHaveCount(0);
  if (hydrated) await expectAccessible(page);

  await result.getByRole('link', { name: 'Read it and decide' }).click();
  await expect(page.getByRole('heading', { name: 'This is a draft' })).toBeVisible();
  await settled(page, hydrated);
  await expect(page.getByText(/^It goes to .*@example\.org/)).toBeVisible();
  await page.getByLabel('Comment', { exact: true }).fill('Read **this** first');
  await page.getByRole('button', { name: 'Keep the comment and look again' }).click();
  await expect(page.frameLocator('iframe.mail-frame').locator('body')).toContainText('Read this first');
  expect(await stateOf(page, run), 'it goes on waiting').toBe('frozen');
  await page.getByRole('button', { name: 'Approve and send' }).click();
  await expect(page.getByText('Approved. It goes out in a moment.')).toBeVisible();
  await expect.poll(() => stateOf(page, run), { message: 'how the run stands', timeout: 60_000 }).toBe('done');
  await page.goto(`${empty.url}/jobs/runs/${run}`);
  await expect(page.getByText('Waiting for approval')).toHaveCount(0);
});

test('a draft about which nobody decides goes out when its time is over @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
  const run = await askForDraft(page, empty, await job(page), true);
  await page.goto(`${empty.url}/reports/${run}`);
  await expect(page.getByRole('heading', { name: 'This is a draft' })).toBeVisible();
  await expect(page.getByText('It goes out by itself on')).toBeVisible();
  fs.writeFileSync(ahead, String(31 * 60));
  // A session that nobody has used for so long has ended.
  const client = clientOf(page);
  await expect.poll(async () => (await client.request('GET', '/jobs', undefined, { accept: 'text/html' })).status).toBe(303);
  await client.signIn(dana.email, dana.password);
  await page.context().addCookies(client.cookies);
  await expect.poll(() => stateOf(page, run), { message: 'how the run stands', timeout: 60_000 }).toBe('done');
  await page.goto(`${empty.url}/jobs/runs/${run}`);
  await expect(page.getByText('Nobody has decided about the draft in time: it goes out as it is.')).toBeVisible();
  await page.goto(`${empty.url}/reports/${run}`);
  await expect(page.getByRole('heading', { name: 'This is a draft' })).toHaveCount(0);
});
