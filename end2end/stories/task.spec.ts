// One task in full: notes, comments, checklist, files, labels, dependencies, series, trash, copy; awake and as plain forms.
import path from 'node:path';
import { card, expectTitles } from '../fixtures/board.ts';
import { begin, createProject, expect, expectAccessible, settled, test } from '../fixtures/story.ts';
import type { Locator, Page } from '@playwright/test';

const titles = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];
const picture = path.resolve(import.meta.dirname ?? __dirname, '../screenshots/dashboard.png');

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, titles);
});

async function open(page: Page, url: string, number: number, hydrated: boolean): Promise<void> {
  await page.goto(`${url}/tasks/REP-${number}`);
  await settled(page, hydrated);
}

const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

test('work notes make a timeline that can be changed', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const notes = section(page, 'Work notes');
  const write = async (kind: string, day: string, words: string) => {
    await notes.getByText('Add a work note').click();
    const form = notes.locator('details.edit');
    await form.getByRole('radio', { name: kind }).check({ force: true });
    await form.getByLabel('Day').fill(day);
    await form.getByLabel('New work note').fill(words);
    await form.getByRole('button', { name: 'Add the note' }).click();
    await expect(notes.locator('.note').getByRole('paragraph').filter({ hasText: words })).toBeVisible();
    if (hydrated) await notes.getByText('Add a work note').click();
  };
  await write('Resolution', '2026-01-15', 'The relay accepts us again');
  await write('Issue', '2026-01-12', 'The relay answers 451');
  expect(await notes.locator('.note .note__kind').allInnerTexts()).toEqual(['Issue', 'Resolution']);
  const first = notes.locator('.note').first();
  await first.locator('summary').click();
  await first.getByLabel('Work note, in Markdown').fill('The relay answers **451** to all');
  await first.getByRole('button', { name: 'Save' }).click();
  await expect(notes.locator('.note strong')).toHaveText('451');
  if (hydrated) await expectAccessible(page);
});

test('a comment is changed, keeps what it said, and is deleted', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const comments = section(page, 'Comments');
  await comments.getByLabel('New comment').fill('Two regions have answered.');
  if (hydrated) await comments.getByLabel('New comment').press('Control+Enter');
  else await comments.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(comments.getByText('Two regions have answered.').first()).toBeVisible();
  await comments.locator('.comment .row-menu > summary').click();
  await comments.locator('.comment').getByLabel('Comment, in Markdown').fill('Three regions have answered.');
  await comments.locator('.comment').getByRole('button', { name: 'Save' }).click();
  await expect(comments.locator('.comment .prose').first()).toHaveText('Three regions have answered.');
  await comments.getByText('Edited: show what it said before').click();
  await expect(comments.locator('.former .prose')).toHaveText('Two regions have answered.');
  if (hydrated) await expectAccessible(page);
  await comments.locator('.comment > .row-menu > summary').click();
  await comments.getByRole('button', { name: 'Delete the comment' }).click();
  await expect(comments.locator('.comment')).toHaveCount(0);
});

test('whoever types on after sending loses no letter, and what is sent twice is there once @hydrated', async ({ page, empty }) => {
  await open(page, empty.url, 1, true);
  await page.route('**/rpc/add_*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  const list = section(page, 'Checklist');
  await list.getByLabel('New checklist item').pressSequentially('xray\nyankee\nzulu\nal', { delay: 20 });
  await expect(list.locator('.tick__words')).toHaveText(['xray', 'yankee', 'zulu']);
  await expect(list.getByLabel('New checklist item')).toHaveValue('al');
  const comments = section(page, 'Comments');
  const field = comments.getByLabel('New comment');
  await field.fill('Sent once.');
  await comments.getByRole('button', { name: 'Comment', exact: true }).dblclick();
  await field.pressSequentially('And typed on');
  await expect(comments.locator('.comment .prose')).toHaveText(['Sent once.']);
  await expect(comments.getByText('Saved', { exact: true })).toBeVisible();
  await expect(field).toHaveValue('And typed on');
});

test('a task that is opened again while its comment is on its way goes on with it @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  let answer = () => {};
  const held = new Promise<void>((resolve) => { answer = resolve; });
  await page.route('**/rpc/add_comment*', async (route) => {
    await held;
    await route.continue();
  });
  const drawer = page.getByRole('region', { name: 'Task', exact: true });
  const field = drawer.getByLabel('New comment');
  const openIt = () => page.getByRole('link', { name: titles[0], exact: true }).click();
  await openIt();
  await field.fill('On its way');
  await field.press('Control+Enter');
  await expect(field).toHaveValue('');
  await drawer.getByRole('link', { name: 'Close the task' }).click();
  await expect(drawer).toHaveCount(0);
  await openIt();
  await expect(drawer.getByText('Saving', { exact: true })).toBeVisible();
  await expect(field, 'what is on its way').toHaveValue('');
  await field.fill('Behind it');
  await field.press('Control+Enter');
  answer();
  await expect(drawer.locator('.comment .prose')).toHaveText(['On its way', 'Behind it']);
  await expect(field).toHaveValue('');
  await page.reload();
  await settled(page, true);
  await expect(drawer.locator('.comment .prose')).toHaveText(['On its way', 'Behind it']);
  await expect(field).toHaveValue('');
});

test('a comment and a description that are not saved are there again after the page was left @hydrated', async ({ page, empty }) => {
  await open(page, empty.url, 1, true);
  const field = section(page, 'Comments').getByLabel('New comment');
  await field.fill('Half a comm');
  await page.getByText('Add a description').click();
  await page.getByLabel('Description, in Markdown').fill('Half a descr');
  await page.reload();
  await settled(page, true);
  await expect(field).toHaveValue('Half a comm');
  await expect(page.getByLabel('Description, in Markdown')).toHaveValue('Half a descr');
  await page.goto(`${empty.url}/tasks/REP-2`);
  await settled(page, true);
  await expect(field, 'another task has its own').toHaveValue('');
  await open(page, empty.url, 1, true);
  await field.press('Control+Enter');
  await expect(section(page, 'Comments').locator('.comment .prose')).toHaveText(['Half a comm']);
  await section(page, 'Description').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(section(page, 'Description').locator('.prose')).toHaveText('Half a descr');
  await page.reload();
  await settled(page, true);
  await expect(field).toHaveValue('');
  await expect(page.getByLabel('Description, in Markdown')).toBeHidden();
});

test('a long line of code scrolls by itself, in the drawer and on a phone', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const description = section(page, 'Description');
  await description.getByText('Add a description').click();
  await description.getByRole('textbox').fill(`\`\`\`\n${'code '.repeat(80)}\n\`\`\`\n`);
  await description.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(description.locator('pre')).toBeVisible();
  for (const [path, width] of [['/board/REP/tasks/1', 1440], ['/board/REP/tasks/1', 820], ['/tasks/REP-1', 390]] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${empty.url}${path}`);
    await settled(page, hydrated);
    const task = page.locator('.task');
    await expect(task.locator('pre')).toBeVisible();
    expect(await task.evaluate((task) => task.scrollWidth - task.clientWidth), `${path} at ${width}`).toBe(0);
    expect(await task.locator('pre').evaluate((code) => code.scrollWidth > code.clientWidth)).toBe(true);
  }
});

test('after @ the people of the project are offered, and the preview shows what is typed @hydrated', async ({ page, empty }) => {
  await open(page, empty.url, 1, true);
  const field = page.getByLabel('New comment');
  await field.pressSequentially('Ask @da');
  await expect(page.getByRole('option', { name: 'Dana Admin' })).toBeVisible();
  await expectAccessible(page);
  await field.press('Enter');
  await expect(field).toHaveValue('Ask @Dana Admin ');
  await page.getByText('Add a description').click();
  await page.getByLabel('Description, in Markdown').fill('- [x] done\n- [ ] open\n\n**bold** <script>alert(1)</script>');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.locator('.preview strong')).toHaveText('bold');
  await expect(page.locator('.preview').getByRole('checkbox', { name: 'Done' })).toBeChecked();
  expect(await page.locator('.preview script').count()).toBe(0);
  await page.getByRole('button', { name: 'Write' }).click();
  await expect(page.getByLabel('Description, in Markdown')).toHaveValue(/\*\*bold\*\*/);
});

test('a checklist takes pasted lines, an order of its own, and gives an item away as a task', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const list = section(page, 'Checklist');
  await list.getByLabel('New checklist item').fill('- first\n- [x] second\n- third');
  await list.getByRole('button', { name: 'Add', exact: true }).click();
  const words = () => list.locator('.tick__words').allInnerTexts();
  await expect.poll(words).toEqual(['first', 'second', 'third']);
  await expect(list.getByRole('checkbox', { name: 'second' })).toBeChecked();

  const item = (text: string) => list.locator('li[data-item]').filter({ hasText: text });
  await item('third').locator('summary').click();
  await item('third').getByRole('button', { name: 'Up', exact: true }).click();
  await expect.poll(words).toEqual(['first', 'third', 'second']);
  if (hydrated) {
    await item('first').getByRole('button', { name: 'Move “first”: up and down arrows' }).press('ArrowDown');
    await expect.poll(words).toEqual(['third', 'first', 'second']);
    const from = (await item('second').locator('.checklist__handle').boundingBox())!;
    const to = (await item('third').boundingBox())!;
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 8, to.y + 20, { steps: 5 });
    await page.mouse.move(from.x + 8, to.y + 2, { steps: 3 });
    await page.mouse.up();
    await expect.poll(words).toEqual(['second', 'third', 'first']);
  }
  const details = item('first').locator('details');
  if (!(await details.evaluate((element) => (element as HTMLDetailsElement).open))) await item('first').locator('summary').click();
  await item('first').getByRole('button', { name: 'Make it a task' }).click();
  await expect.poll(async () => (await words()).includes('first')).toBe(false);
  if (hydrated) {
    await expect(page.getByText('Now a task of its own: REP-4')).toBeVisible();
    await expectAccessible(page);
  }
  await page.goto(`${empty.url}/board/REP`);
  await expect(card(page, 'first')).toBeVisible();
});

test('files are attached, shown small, and removed', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 1, hydrated);
  const files = section(page, 'Attachments');
  await files.getByLabel('Attach files').setInputFiles(picture);
  if (!hydrated) await files.getByRole('button', { name: 'Attach', exact: true }).click();
  await expect(files.getByRole('link', { name: 'dashboard.png' })).toBeVisible();
  await files.locator('img').scrollIntoViewIfNeeded();
  await expect.poll(() => files.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100);
  if (hydrated) {
    await expectAccessible(page);
    // A picture out of the clipboard.
    await page.evaluate(async () => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])], 'pasted.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await expect(files.getByRole('link', { name: 'pasted.png' })).toBeVisible();
  }
  await files.getByRole('button', { name: 'Remove dashboard.png' }).click();
  await expect(files.getByRole('link', { name: 'dashboard.png' })).toHaveCount(0);
  await page.goto(`${empty.url}/board/REP`);
  if (hydrated) await expect(card(page, titles[0]).locator('.meta', { has: page.getByRole('img', { name: 'Files' }) })).toHaveText('1');
});

test.describe('a refusal', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('labels, estimate, start and series are kept in words', async ({ page, empty, hydrated }) => {
    await open(page, empty.url, 1, hydrated);
    await page.getByLabel('Add a label').fill('Reporting');
    await page.getByRole('radio', { name: 'Rose' }).check({ force: true });
    await page.getByLabel('Add a label').locator('xpath=ancestor::form').getByRole('button').click();
    await expect(page.getByRole('button', { name: 'Remove the label Reporting' })).toBeVisible();

    await page.getByLabel('Estimate').fill('2h30m');
    if (hydrated) await page.getByLabel('Estimate').blur();
    else await page.getByLabel('Estimate').locator('xpath=ancestor::form').getByRole('button').click();
    await expect(page.getByLabel('Estimate')).toHaveValue('2 h 30 min');
    await page.getByLabel('Estimate').fill('soon');
    if (hydrated) await page.getByLabel('Estimate').blur();
    else await page.getByLabel('Estimate').locator('xpath=ancestor::form').getByRole('button').click();
    await expect(page.getByText('Write a time with its unit', { exact: false })).toBeVisible();

    await open(page, empty.url, 1, hydrated);
    await page.locator('summary').filter({ hasText: 'Not again' }).click();
    const series = page.locator('.series');
    await series.locator('select[name=kind]').selectOption('weeks');
    for (const day of await series.getByRole('checkbox').all()) await day.uncheck({ force: true });
    await series.getByRole('checkbox', { name: 'Mon' }).check({ force: true });
    await series.getByRole('checkbox', { name: 'Thu' }).check({ force: true });
    if (hydrated) await expectAccessible(page);
    await series.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Every week on Monday and Thursday').first()).toBeVisible();
    await page.goto(`${empty.url}/board/REP`);
    await expect(card(page, titles[0]).locator('.label[data-hue="4"]')).toHaveText('Reporting');
  });

  test('a blocked task says so on its card and before it is completed, and a circle is refused', async ({ page, empty, hydrated }) => {
    const link = async (words: string) => {
      const links = section(page, 'Dependencies');
      const details = links.locator('details.edit');
      if (!(await details.evaluate((element) => (element as HTMLDetailsElement).open))) await links.getByText('Add a dependency').click();
      await links.getByLabel('The other task', { exact: false }).fill(words);
      await links.getByRole('button', { name: 'Add', exact: true }).click();
    };
    await open(page, empty.url, 1, hydrated);
    await link('REP-2');
    await expect(section(page, 'Dependencies').getByRole('link', { name: `REP-2 ${titles[1]}` })).toBeVisible();
    await expect(page.getByText('Blocked by 1').first()).toBeVisible();
    if (hydrated) await expectAccessible(page);
    await open(page, empty.url, 2, hydrated);
    if (hydrated) {
      await link('draft november');
      await expect(page.getByText('This would go in a circle', { exact: false })).toBeVisible();
    }
    await page.goto(`${empty.url}/board/REP`);
    await settled(page, hydrated);
    await expect(card(page, titles[0])).toContainText('Blocked by 1');
    await expect(card(page, titles[1])).toContainText('Blocks 1');
    await expect(card(page, titles[2])).not.toContainText('Block');
    if (hydrated) {
      await card(page, titles[0]).getByRole('button', { name: `Actions for ${titles[0]}` }).click();
      await page.getByRole('menuitem', { name: 'Completed' }).click();
      await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('It is still blocked by 1 open task');
      await expect(card(page, titles[1]), 'what is completed waits no more').not.toContainText('Blocks');
      await open(page, empty.url, 1, hydrated);
      await expect(page.getByText('completed this although it was blocked by REP-2')).toBeVisible();
    }
  });
});

test('a task goes into the trash and comes back, is copied, and its last move is taken back', async ({ page, empty, hydrated }) => {
  await open(page, empty.url, 3, hydrated);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('In the trash since', { exact: false })).toBeVisible();
  if (hydrated) await expectAccessible(page);
  await page.locator('.banner').getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText('In the trash since', { exact: false })).toHaveCount(0);

  await open(page, empty.url, 3, hydrated);
  await page.getByLabel('Status').selectOption({ label: 'Pending' });
  if (!hydrated) await page.getByLabel('Status').locator('xpath=ancestor::form').getByRole('button').click();
  await page.getByRole('button', { name: 'Undo the move' }).click();
  await expect(page.getByLabel('Status')).toHaveValue(await page.getByRole('option', { name: 'Todo' }).getAttribute('value') ?? '');

  await page.locator('summary').filter({ hasText: /^Copy$/ }).click();
  await page.getByRole('button', { name: 'Make a copy' }).click();
  await expect(page).toHaveURL(/REP-4/);
  await expect(page.getByLabel('Title')).toHaveValue(`${titles[2]} (copy)`);
});

test('a task moves to another project and its old address leads there', async ({ page, empty, hydrated }) => {
  await createProject(page, [], 'Operations', 'OPS');
  await open(page, empty.url, 2, hydrated);
  await page.locator('summary').filter({ hasText: 'Move to another project' }).click();
  await page.locator('select[name=project]').selectOption({ label: 'Operations' });
  await page.getByRole('button', { name: 'Move there' }).click();
  await expect(page).toHaveURL(/OPS-1/);
  await page.goto(`${empty.url}/tasks/REP-2`);
  await expect(page).toHaveURL(/OPS-1/);
  await expect(page.getByText('moved this here from REP-2')).toBeVisible();
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Todo', [titles[0], titles[2]]);
});

test('a text of millions of letters is not pasted into a field, which says so and stays as it was @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  const field = page.getByLabel('New comment');
  await field.fill('Before');
  const paste = (letters: number) => field.evaluate((element, many) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'x'.repeat(many));
    return element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, letters);
  expect(await paste(2_000_000), 'the browser is kept from pasting it').toBe(false);
  await expect(page.getByRole('alert').filter({ hasText: 'Not pasted: 2,000,000 letters' })).toBeVisible();
  await expect(field).toHaveValue('Before');
  expect(await paste(20_000), 'a long comment is pasted').toBe(true);
});

test('the people that may be named are seen also where the field stands at the foot of the window @hydrated', async ({ page, empty }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  const field = page.getByLabel('New comment');
  await field.evaluate((element) => { element.scrollIntoView({ block: 'end' }); });
  await field.pressSequentially('Ask @da');
  const person = page.getByRole('option', { name: 'Dana Admin' });
  await expect(person).toBeInViewport({ ratio: 1 });
  const [list, bar] = await Promise.all([person.boundingBox(), page.locator('.tabbar').boundingBox()]);
  expect(list!.y + list!.height, 'above the bar').toBeLessThanOrEqual(bar!.y);
});

test('J and K walk the drawer along the filtered board @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/board/REP/tasks/1`);
  await settled(page, true);
  const heading = page.locator('.drawer .key');
  await expect(heading).toContainText('REP-1');
  await expect(page.getByRole('link', { name: 'Next task' })).toBeVisible();
  await page.locator('.drawer').press('j');
  await expect(heading).toContainText('REP-2');
  await page.getByRole('link', { name: 'Next task' }).click();
  await expect(heading).toContainText('REP-3');
  await page.locator('.drawer').press('k');
  await expect(heading).toContainText('REP-2');
});

test('notifications say what will be there, and a task is watched and left', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/notifications`);
  await settled(page, hydrated);
  await expect(page.getByRole('heading', { name: 'No notifications yet' })).toBeVisible();
  if (hydrated) await expectAccessible(page);
  await open(page, empty.url, 1, hydrated);
  await expect(page.getByText('You are told of changes.')).toBeVisible();
  await page.getByRole('button', { name: 'Stop watching' }).click();
  await expect(page.getByText('Nobody watches this.')).toBeVisible();
});
