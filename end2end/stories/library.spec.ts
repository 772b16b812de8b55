// The library of templates: a job is given one and sends its mail, templates are found, copied, carried in files and
// deleted, versions are compared and brought back.
import { type Page } from '@playwright/test';
import { runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { answered, begin, clientOf, createProject, dana, expect, settled, test } from '../fixtures/story.ts';

/** The buttons that copy templates of one's own: there is one on each of their cards. */
const copies = (page: Page) => page.getByRole('button', { name: /^Duplicate / });

test('a job is given a published template, and its mail is written with it', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'weekly-status' });
  const { value: desk } = await client.call<{ draft: object }>('read_template', { id });
  const document = JSON.stringify({ ...desk.draft, subject: 'Week of {{ project.name }}' });
  await client.call('save_draft', { id, version: '1', name: 'Board mail', category: 'status', document });
  await client.call('publish_template', { id, version: '2', note: '' });

  const job = await weeklyJob(page, [dana.email]);
  await page.goto(`${empty.url}/jobs/${job}/edit`);
  await settled(page, hydrated);
  await page.locator('#template').selectOption({ label: 'Board mail' });
  await page.locator('button.is-primary[type=submit]').click();
  await expect(page.getByRole('region', { name: 'Report', exact: true })).toContainText('Board mail');

  await runUntil(page, job, 'done');
  await page.goto(`${empty.url}/outbox`);
  await settled(page, hydrated);
  await expect(page.getByText('Week of Reporting').first()).toBeVisible();
  const [caught] = (await client.call<{ items: { id: string }[] }>('list_outbox', {})).value.items;
  const mail = (await client.request('GET', `/outbox/${caught.id}/message.eml`)).body.toString();
  expect(mail).toContain('Subject: Week of Reporting');

  // Nobody deletes it under the job's feet.
  await page.goto(`${empty.url}/templates`);
  await settled(page, hydrated);
  await page.locator('summary[aria-label="Delete Board mail"]').click();
  await expect(page.getByText('It cannot be deleted while jobs write their reports with it.')).toBeVisible();
  await expect(page.locator('.shelf__more').getByText('Weekly report')).toBeVisible();
});

test('a template is found, copied, carried in a file, deleted and taken back @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  for (const from of ['weekly-status', 'overdue-reminder']) await client.made('create_template', { from });
  await page.goto(`${empty.url}/templates`);
  await settled(page, hydrated);
  await expect(copies(page)).toHaveCount(2);

  const search = page.getByRole('search', { name: 'Templates' });
  await search.getByLabel('Name', { exact: true }).fill('WEEKLY');
  await search.getByRole('button', { name: 'Search' }).click();
  await expect(copies(page)).toHaveCount(1);
  await page.getByRole('link', { name: 'Show all', exact: true }).click();
  await expect(copies(page)).toHaveCount(2);
  await search.getByLabel('Category', { exact: true }).selectOption({ label: 'Reminders' });
  await search.getByRole('button', { name: 'Search' }).click();
  await expect(copies(page)).toHaveCount(1);
  await expect(copies(page)).toHaveAccessibleName(/reminder/i);

  await page.getByRole('link', { name: 'Show all', exact: true }).click();
  await expect(copies(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Duplicate Weekly status' }).click();
  const copy = page.getByRole('heading', { name: 'Template Copy of Weekly status' });
  await expect(copy).toBeAttached();
  await settled(page, hydrated);
  const first = page.url();

  await page.goto(`${empty.url}/templates`);
  await settled(page, hydrated);
  const broken = { name: 'broken.template.json', mimeType: 'application/json', buffer: Buffer.from('{\n "autoreport_template": 1,\n "name": ') };
  await page.getByLabel('File', { exact: true }).setInputFiles(broken);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const file = page.getByLabel('File', { exact: true });
  await expect(file).toHaveAccessibleDescription(/\.template\.json.* The file ends too early, at line 3, character 9/);
  await expect(file).toHaveAttribute('aria-invalid', 'true');
  await settled(page, hydrated);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export Copy of Weekly status' }).click();
  await page.getByLabel('File', { exact: true }).setInputFiles(await (await download).path());
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(copy).toBeAttached();
  await settled(page, hydrated);
  expect(page.url(), 'a template of its own').not.toBe(first);

  // In the designer; no job stands in the way.
  await page.locator('#open-remove').click();
  await page.getByRole('dialog', { name: 'Delete the template' }).getByRole('button', { name: 'Delete the template' }).click();
  await expect(page.getByText('The template is deleted.')).toBeVisible();
  await settled(page, hydrated);
  await expect(copies(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(copy).toBeAttached();
  await settled(page, hydrated);
  await answered(page);
});

test('versions are compared, and one replaces a draft only when somebody is sure @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'blank' });
  await client.call('publish_template', { id, version: '1', note: 'Empty' });
  await client.call('edit_draft', { id, version: '1', act: 'add', value: 'divider' });
  await client.call('publish_template', { id, version: '2', note: 'With a line' });
  await client.call('edit_draft', { id, version: '2', act: 'add', value: 'heading' });

  await page.goto(`${empty.url}/templates/${id}/versions`);
  await settled(page, hydrated);
  const added = page.locator('.diff [data-change=added]');
  await expect(added.filter({ hasText: /divider/i }).first()).toBeVisible();
  await page.getByLabel('From', { exact: true }).selectOption('2');
  await page.getByLabel('To', { exact: true }).selectOption('draft');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(added.filter({ hasText: /heading/i }).first()).toBeVisible();

  await page.locator('summary[aria-label="Make it the draft: version 1"]').click();
  await expect(page.getByText('The draft has changes that are not published.').locator('visible=true')).toHaveCount(1);
  await page.getByRole('button', { name: 'Replace the draft by version 1' }).click();
  await settled(page, hydrated);
  await expect(page.locator('#published')).toHaveText('2');
  await expect(page.getByRole('list', { name: 'Blocks of the mail' }).locator(':scope > .block')).toHaveCount(0);

  // The second version stands in the list: nothing is lost when it comes back.
  await page.goto(`${empty.url}/templates/${id}/versions`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Make it the draft: version 2' }).click();
  await settled(page, hydrated);
  await expect(page.getByRole('list', { name: 'Blocks of the mail' }).locator(':scope > .block')).toHaveCount(1);
  await answered(page);
});
