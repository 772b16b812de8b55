// A report that somebody puts together in the editor of its job, and that waits until they have read it.
import { begin, clientOf, createProject, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

/** The day so many days from now, as a form says it. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a report is built of sections, waits as a draft, and goes out with a comment', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await page.goto(`${empty.url}/jobs/new`);
  await settled(page, hydrated);
  await page.getByLabel('Name', { exact: true }).fill('Board report');

  const sections = page.getByRole('group', { name: 'Sections' }).getByRole('listitem');
  await expect(sections).toHaveCount(8);
  await page.getByRole('button', { name: 'Move down: Summary, number 1' }).click();
  await expect(sections.nth(0)).toContainText('Key figures');
  await expect(sections.nth(1)).toContainText('Summary');
  if (hydrated) {
    await expect(page.getByRole('button', { name: 'Move down: Summary, number 2' })).toBeFocused();
    await expect(page.locator('#live-polite')).toHaveText('Summary is number 2 of 8.');
    await page.keyboard.press('Enter');
    await expect(sections.nth(2)).toContainText('Summary');
    await page.getByRole('button', { name: 'Move up: Summary, number 3' }).click();
  }
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Remove: Tasks: In progress, number 7' }).click();
  await expect(sections).toHaveCount(7);
  await settled(page, hydrated);
  await page.getByLabel('Section to add').selectOption({ label: 'Words of your own' });
  await page.getByRole('button', { name: 'Add the section' }).click();
  await expect(sections).toHaveCount(8);
  await settled(page, hydrated);
  await page.getByLabel('Text, in Markdown').fill('For the **board** {{ of us }}');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Board report');

  await page.locator('#period').selectOption('since_last');
  for (const file of ['Web page (HTML)', 'CSV']) await page.getByRole('checkbox', { name: file, exact: true }).check();
  await page.locator('#draft').selectOption('wait');
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the job' }).click();
  const report = page.getByRole('region', { name: 'Report', exact: true });
  for (const words of ['Since the last report.', 'Built-in: key figures, summary,', 'words of its own', 'Web page (HTML), CSV.', 'Its owner is asked first; it waits for them.']) await expect(report).toContainText(words);

  // A run of a Monday that has passed: the range has exactly one.
  const client = clientOf(page);
  const job = new URL(page.url()).pathname.split('/').pop()!;
  await client.call('start_backfill', { id: job, from: `${day(-8)}T00:00`, to: `${day(-1)}T00:00`, overlap: 'queue_all' });
  const latest = async () => (await client.call<{ runs: { id: string; state: string }[] }>('load_job', { id: job })).value.runs[0];
  await expect.poll(async () => (await latest())?.state, { message: 'how the run stands', timeout: 60_000 }).toBe('frozen');
  await page.goto(`${empty.url}/notifications`);
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'Read the draft and decide' }).first().click();
  await expect(page.getByRole('heading', { name: 'This is a draft' })).toBeVisible();
  const mail = page.frameLocator('iframe.mail-frame').locator('body');
  await expect(mail).toContainText('For the board {{ of us }}');
  await settled(page, hydrated);
  await page.getByLabel('Comment', { exact: true }).fill('A *good* week');
  await page.getByRole('button', { name: 'Keep the comment and look again' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(mail).toContainText('A good week');
  await expect(page.getByLabel('Comment', { exact: true })).toHaveValue('A *good* week');
  if (hydrated) await expectAccessible(page);
  await page.getByRole('button', { name: 'Approve and send' }).click();
  await expect(page.getByText('Approved. It goes out in a moment.')).toBeVisible();
  await expect.poll(async () => (await latest())?.state, { message: 'how the run stands', timeout: 60_000 }).toBe('done');
  // The mail carries the files, and there is one such mail.
  const carrying = (await client.call<{ items: { id: string }[] }>('list_outbox', { query: 'q=has:attachment' })).value.items;
  expect(carrying).toHaveLength(1);
  const { parts } = (await client.call<{ parts: { name: string | null; content_id: string | null; is_attachment: boolean }[] }>('read_mail', { id: carrying[0].id })).value;
  const files = parts.filter((part) => part.is_attachment && part.content_id === null).map((part) => part.name);
  expect(files).toEqual([expect.stringMatching(/-REP-\d{4}-\d\d-\d\d\.html$/), expect.stringMatching(/-REP-\d{4}-\d\d-\d\d\.csv$/)]);
  await page.goto(`${empty.url}/reports/${(await latest())!.id}?view=text`);
  await expect(page.getByRole('region', { name: 'From the sender' })).toContainText('A good week');
  await expect(page.getByRole('region', { name: 'Text part' })).toContainText('A *good* week');
});

test('a new report is narrowed to labels of its project, and says what does not fit another one', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await createProject(page, [], 'Operations', 'OPS');
  await clientOf(page).call('make_label', { project: 'REP', name: 'Front office' });
  // Where there is nothing to choose, nothing is asked.
  await page.goto(`${empty.url}/jobs/new?project=OPS`);
  await settled(page, hydrated);
  await expect(page.getByText('Only tasks of these people')).toBeVisible();
  await expect(page.getByText('Only these labels')).toBeHidden();
  await page.goto(`${empty.url}/jobs/new`);
  await settled(page, hydrated);
  await page.getByLabel('Name', { exact: true }).fill('Office report');

  // Without WebAssembly a button beside the project shows what it has.
  const choose = async (project: string) => {
    await page.locator('#project').selectOption(project);
    if (!hydrated) await page.getByRole('button', { name: 'Show the labels and people of the project' }).click();
  };
  const labels = page.getByRole('group', { name: 'Only these labels' });
  const chosen = page.getByRole('list', { name: 'Only these labels: chosen' });
  const narrow = async () => {
    if (!hydrated) return labels.getByRole('checkbox', { name: 'Front office' }).check();
    const field = labels.getByRole('combobox', { name: 'Only these labels' });
    await field.fill('front');
    await expect(page.getByRole('listbox', { name: 'Proposals' }).getByRole('option')).toHaveText(['Front office']);
    await field.press('ArrowDown');
    await field.press('Enter');
    await expect(chosen.getByRole('listitem')).toHaveText(['Front office']);
    await expect(field).toHaveValue('');
  };
  await choose('REP');
  await narrow();
  if (hydrated) {
    await chosen.getByRole('button', { name: 'Remove Front office' }).click();
    await expect(chosen.getByRole('listitem')).toHaveCount(0);
    await expect(labels.getByRole('combobox')).toBeFocused();
    await narrow();
    await expectAccessible(page);
  }
  await choose('OPS');
  await expect(page.getByText(hydrated ? 'No longer chosen, as this project does not have it: Front office.' : 'One that was chosen is not of this project, and is no longer chosen.')).toBeVisible();
  await choose('REP');
  await narrow();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Office report');
  await page.getByRole('button', { name: 'Create the job' }).click();
  await expect(page.getByRole('region', { name: 'Report', exact: true })).toContainText('Front office.');
});
