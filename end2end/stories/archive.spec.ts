// The archive of reports: found by month and filter, read in all parts, compared, taken along, sent again; and how long
// they are kept.
import fs from 'node:fs';
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { begin, clientOf, createProject, createTasks, dana, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** A project with a job and two reports of it, the second with three more tasks. */
async function twoReports(page: Page, server: AutoReport): Promise<[string, string]> {
  await begin(page, server);
  await createProject(page);
  const id = await weeklyJob(page, ['mina@example.org', 'sam@example.org']);
  const first = await runUntil(page, id, 'done');
  await createTasks(page, 'Todo', ['Draft the November report', 'Book the room', 'Order the badges']);
  return [first, await runUntil(page, id, 'done')];
}

const rows = (page: Page) => page.getByRole('region', { name: /^Reports of / }).getByRole('rowheader').getByRole('link');
const filter = (page: Page) => page.getByRole('form', { name: 'Filter reports' });

test('reports are found by month and by what narrows them, all of it in the address', async ({ page, empty, hydrated }) => {
  const [, second] = await twoReports(page, empty);
  await page.goto(`${empty.url}/reports`);
  await settled(page, hydrated);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toHaveAttribute('href', `/reports/${second}`);
  const months = page.getByRole('navigation', { name: 'Months' }).getByRole('link');
  await expect(months).toHaveCount(2);
  await expect(months.first()).toContainText('All months');
  await months.nth(1).click();
  await expect(page).toHaveURL(/\?month=\d{4}-\d{2}$/);
  await expect(months.nth(1)).toHaveAttribute('aria-current', 'page');
  await expect(rows(page)).toHaveCount(2);
  if (hydrated) await expectAccessible(page);

  await filter(page).getByLabel('Recipient').fill('sam@');
  await filter(page).getByLabel('Job').selectOption('Weekly report');
  await filter(page).getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/month=.*recipient=sam/);
  await expect(rows(page)).toHaveCount(2);
  await expect(filter(page).getByLabel('Recipient')).toHaveValue('sam@');
  await settled(page, hydrated);
  await filter(page).getByLabel('Result').selectOption('Not delivered');
  await filter(page).getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('heading', { name: 'No reports match' })).toBeVisible();
  await filter(page).getByRole('link', { name: 'Clear filters' }).click();
  await expect(rows(page)).toHaveCount(2);
});

test('a report is read in all its parts and taken along', async ({ page, empty, hydrated }) => {
  const [first, second] = await twoReports(page, empty);
  await page.goto(`${empty.url}/reports/${second}`);
  await settled(page, hydrated);
  const tab = (name: string) => page.getByRole('navigation', { name: 'Parts of the report' }).getByRole('link', { name, exact: true });
  await expect(page.getByTitle('The report as its reader sees it')).toBeVisible();
  await tab('Charts').click();
  await expect(page).toHaveURL(/view=charts$/);
  // Each once: of the wide and the narrow drawing only one is there for the reader.
  await expect(page.getByRole('figure').getByRole('img')).toHaveCount(10);
  const flow = page.getByRole('figure').first();
  await flow.getByText('Show the numbers').click();
  await expect(flow.getByRole('columnheader')).toHaveText(['Day', 'Created', 'Completed']);
  if (hydrated) await expectAccessible(page);
  await tab('Plain text').click();
  await expect(page).toHaveURL(/view=text$/);
  await expect(page.getByRole('region', { name: 'Text part' })).toContainText('Open the board: ');
  await tab('Recipients').click();
  await expect(page.getByRole('row', { name: /mina@example\.org/ })).toContainText('250');
  if (hydrated) await expectAccessible(page);
  await tab('Source').click();
  await expect(page.getByRole('region', { name: 'HTML of the report' })).toContainText('<!doctype html>');
  await expect(page.getByRole('region', { name: 'Frozen data as JSON' })).toContainText('"format": 3');

  const along = page.getByRole('navigation', { name: 'Take it along' });
  await along.getByRole('button', { name: 'Download' }).click();
  const menu = page.getByRole('group', { name: 'Download' });
  // What was sent is named by its run, what is made of its facts by what it is about.
  for (const [name, file] of [
    ['PDF', /^weekly-report-[A-Z0-9]+-\d{4}-\d\d-\d\d\.pdf$/], ['Web page (HTML)', /^weekly-report-.*\.html$/], ['Excel workbook', /^weekly-report-.*\.xlsx$/], ['CSV', /^weekly-report-.*\.csv$/], ['JSON', /^weekly-report-.*\.json$/],
    ['HTML', `report-${second}.html`], ['Text', `report-${second}.txt`], ['E-mail (.eml)', `report-${second}.eml`],
  ] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), menu.getByRole('link', { name, exact: true }).click()]);
    expect(download.suggestedFilename()).toMatch(file);
    if (name === 'PDF') expect(fs.readFileSync(await download.path()).subarray(0, 8).toString()).toBe('%PDF-1.7');
  }
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  const [paper] = await Promise.all([page.context().waitForEvent('page'), along.getByRole('link', { name: 'Print' }).click()]);
  // The report alone runs no scripts, not even those that would look into it: what it is says the server.
  await expect.poll(() => paper.url()).toBe(`${empty.url}/reports/${second}/print`);
  await paper.close();
  const sheet = (await clientOf(page).request('GET', `/reports/${second}/print`)).body.toString();
  expect(sheet).toContain('@page');
  expect(sheet).not.toContain('<nav');

  await page.getByRole('link', { name: /^Previous report/ }).click();
  await expect(page).toHaveURL(`${empty.url}/reports/${first}`);
  await expect(page.getByRole('link', { name: /^Next report/ })).toHaveAttribute('href', `/reports/${second}`);
});

test('a part of a report stays there pale until the one that was asked for comes @hydrated', async ({ page, empty }) => {
  const [, second] = await twoReports(page, empty);
  await page.goto(`${empty.url}/reports/${second}`);
  await settled(page, true);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route('**/rpc/read_report_part*', async (route) => {
    await held;
    await route.continue();
  });
  const part = page.locator('.report-part');
  await expect(part).not.toHaveAttribute('aria-busy');
  await page.getByRole('navigation', { name: 'Parts of the report' }).getByRole('link', { name: 'Plain text', exact: true }).click();
  await expect(part).toHaveAttribute('aria-busy', 'true');
  await expect.poll(() => part.evaluate((part) => getComputedStyle(part).opacity)).toBe('0.6');
  await expect(page.getByTitle('The report as its reader sees it')).toBeVisible();
  letGo();
  await expect(page.getByRole('region', { name: 'Text part' })).toBeVisible();
  await expect(part).not.toHaveAttribute('aria-busy');
});

test('a report is compared with the one before it, with what changed in words', async ({ page, empty, hydrated }) => {
  const [first, second] = await twoReports(page, empty);
  await page.goto(`${empty.url}/reports/${second}`);
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'Compare with previous' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Compare reports' })).toBeVisible();
  const figures = page.getByRole('region', { name: 'Key figures of both reports' });
  await expect(figures.getByRole('row', { name: /^Open / }).first()).toContainText('3, 3 more than before');
  await expect(figures.getByRole('row', { name: /^Completed/ })).not.toContainText('than before');
  if (hydrated) await expectAccessible(page);
  await settled(page, hydrated);
  await page.getByRole('form', { name: 'Choose a report' }).getByRole('button', { name: 'Compare' }).click();
  await expect(page).toHaveURL(`${empty.url}/reports/${second}/compare?with=${first}`);
  await expect(figures).toContainText('3, 3 more than before');
});

test('a copy goes to whoever asks for it', async ({ page, empty, hydrated }) => {
  const [, second] = await twoReports(page, empty);
  await page.goto(`${empty.url}/reports/${second}?view=recipients`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Send me a copy' }).click();
  await expect(page.getByText('Sent.', { exact: true })).toBeVisible();
  await page.goto(`${empty.url}/outbox`);
  await expect(page.getByText(`To ${dana.email}`)).toHaveCount(1);
});

test('the commit and the link of a report are copied', { tag: '@hydrated' }, async ({ page, empty, hydrated }) => {
  const [, second] = await twoReports(page, empty);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.goto(`${empty.url}/reports/${second}`);
  await settled(page, hydrated);
  await page.getByText('More about this report').click();
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await expect.poll(copied).toMatch(new RegExp(`/reports/${second}$`));
  await page.getByRole('button', { name: /^Copy the commit/ }).click();
  await expect.poll(copied).toBe(empty.git('rev-parse', 'HEAD').trim());
});

test('how long reports are kept is said by an administrator, who sees first what would go', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/retention`);
  await settled(page, hydrated);
  await expect(page.getByText('Reports are kept for ever, logs for 90 days.')).toBeVisible();
  await page.getByLabel('Keep reports for, in months').fill('601');
  await page.getByRole('button', { name: 'Show what would go' }).click();
  await expect(page.locator('#months-error')).toHaveText('Enter a number from 1 to 600');
  await expect(page.getByLabel('Keep reports for, in months')).toHaveValue('601');
  await settled(page, hydrated);
  await page.getByLabel('Keep reports for, in months').fill('12');
  await page.getByRole('button', { name: 'Show what would go' }).click();
  await expect(page.getByText('Nothing is old enough to go now.')).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Reports are kept for 12 months, logs for 90 days.')).toBeVisible();
});
