// The designer of templates: built by mouse, by keyboard alone and by plain forms, broken and mended, published and restored.
import { type Locator, type Page } from '@playwright/test';
import { middle } from '../fixtures/board.ts';
import { browserOfMina, closeOpened } from '../fixtures/pair.ts';
import { answered, begin, clientOf, dana, expect, losesSession, mina, settled, test } from '../fixtures/story.ts';

// Refusals that these stories provoke.
// Where the machine is slow, a newer preview is asked for before the last one has begun, which is refused then.
test.use({ expectedErrors: [/status of (409|413|422|429 .*\/rpc\/preview_template)/] });

const mail = (page: Page): Locator => page.getByRole('list', { name: 'Blocks of the mail' });
const block = (page: Page, name: string): Locator => mail(page).locator(':scope > .block').filter({ has: page.locator(':scope > .block__head .block__kind', { hasText: new RegExp(`^${name}$`) }) });
const kinds = (page: Page): Promise<string[]> => mail(page).locator(':scope > .block > .block__head .block__kind').allInnerTexts();

async function expectKinds(page: Page, wanted: string[]): Promise<void> {
  await expect.poll(() => kinds(page), { message: 'the blocks of the mail' }).toEqual(wanted);
}

/** Where a block is when it does not move. */
async function atRest(block: Locator): Promise<{ x: number; y: number }> {
  return block.evaluate((row) => {
    const { x, y } = row.getBoundingClientRect();
    return { x, y: y - new DOMMatrix(getComputedStyle(row).transform).f };
  });
}

/** Waits until the draft is kept. */
async function kept(page: Page): Promise<void> {
  await expect(page.locator('#saved')).toContainText(/saved (just now|\d+ s ago)/);
}

/** By how many pixels a block is moved aside. */
const movedAside = (row: Locator): Promise<number> => row.evaluate((row) => new DOMMatrix(getComputedStyle(row).transform).f);

/** Opens a fresh template of the gallery, or a blank one. */
async function open(page: Page, url: string, hydrated: boolean, from = 'blank'): Promise<string> {
  const id = await clientOf(page).made('create_template', { from });
  await page.goto(`${url}/templates/${id}`);
  await settled(page, hydrated);
  return id;
}

test('a template of the gallery is built on by mouse, broken, mended and published @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/templates`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Use Weekly status' }).click();
  await expect(page.getByRole('heading', { name: 'Template Weekly status' })).toBeAttached();
  await settled(page, hydrated);
  const before = await kinds(page);

  await page.getByRole('button', { name: 'Divider', exact: true }).click();
  await expectKinds(page, [...before, 'Divider']);
  await kept(page);

  // By its handle over the block before it; the column is scrolled to its end, where both are seen.
  const rest = before.slice(0, -1), last = before.at(-1)!;
  const divider = block(page, 'Divider');
  await divider.scrollIntoViewIfNeeded();
  const grip = await middle(divider.getByRole('button', { name: 'Move Divider' }));
  await page.mouse.move(grip.x, grip.y);
  await page.mouse.down();
  await page.mouse.move(grip.x + 8, grip.y - 8, { steps: 3 });
  await expect(page.locator('.drag-layer .block__head')).toBeVisible();
  // What is carried is as high as its head alone: the column, which was at its end, has come down.
  const above = await atRest(block(page, last));
  await page.mouse.move(above.x + 60, above.y + 2, { steps: 8 });
  // The block that was there makes room.
  await expect.poll(() => movedAside(block(page, last))).toBeGreaterThan(20);
  await page.mouse.up();
  await expectKinds(page, [...rest, 'Divider', last]);
  await expect(page.locator('.drag-layer')).toHaveCount(0);

  // Out of the palette, above it.
  const fresh = await middle(page.getByRole('button', { name: 'Work notes', exact: true }));
  const place = await atRest(divider);
  await page.mouse.move(fresh.x, fresh.y);
  await page.mouse.down();
  await page.mouse.move(fresh.x + 10, fresh.y + 10, { steps: 3 });
  await page.mouse.move(place.x + 60, place.y + 2, { steps: 8 });
  const hole = page.locator('.block-hole');
  await expect(hole).toBeVisible();
  // Its room makes the column longer, which may scroll under a pointer near its end.
  await expect(async () => {
    const now = await atRest(divider);
    await page.mouse.move(now.x + 60, now.y + 2);
    expect(Math.abs((await hole.boundingBox())!.y - now.y), 'the hole is where the divider was').toBeLessThan(8);
  }).toPass();
  await page.mouse.up();
  await expectKinds(page, [...rest, 'Work notes', 'Divider', last]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expectKinds(page, [...rest, 'Divider', last]);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expectKinds(page, [...rest, 'Work notes', 'Divider', last]);
  await block(page, 'Work notes').getByRole('button', { name: 'Delete: Work notes' }).click();
  await expectKinds(page, [...rest, 'Divider', last]);

  // A variable that nobody knows: what was meant is said, the last good preview stays.
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  const shown = page.locator('.mail-head');
  await subject.fill('Week of {{ project.nme }}');
  await expect(page.locator('#fault')).toContainText('project.name');
  await expect(page.locator('.mail-frame iframe')).toBeVisible();
  await page.locator('#open-publish').click();
  await expect(page.locator('#publish-stopped')).toContainText('project.name');
  await page.keyboard.press('Escape');
  await page.locator('#fault').getByRole('link', { name: 'Show the place' }).click();
  await expect(subject).toBeFocused();
  await subject.fill('Week of the {{ project.name }}');
  await expect(page.locator('#fault')).toHaveCount(0);
  await expect(shown).toContainText('Week of the');
  await kept(page);

  await page.locator('#open-publish').click();
  await page.getByRole('textbox', { name: /^Note/ }).fill('With a line at the top');
  await expect(page.locator('#publish-stopped')).toHaveCount(0);
  await page.locator('#publish-now').click();
  await expect(page.getByText('Version 1 published.')).toBeVisible();
  await expect(page.locator('#published')).toHaveText('1');
  await answered(page);
});

test('a block that is carried opens a space, at once for those who asked for calm, and scrolls the mail at its edge @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated, 'weekly-status');
  const before = await kinds(page);
  const rows = mail(page).locator(':scope > .block');
  const grip = rows.first().locator('> .block__head .block__grip');
  const rest = () => rows.evaluateAll((rows) => rows.map((row) => new DOMMatrix(getComputedStyle(row).transform).f));
  const carry = async () => {
    await rows.first().evaluate((row) => row.scrollIntoView({ block: 'center' }));
    const at = await middle(grip);
    const second = (await rows.nth(1).boundingBox())!;
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 8, at.y + 8, { steps: 3 });
    await page.mouse.move(at.x, second.y + second.height, { steps: 6 });
    await expect.poll(() => movedAside(rows.nth(1)), { message: 'the second block goes up' }).toBeLessThan(-20);
  };
  const lasts = () => rows.nth(1).evaluate((row) => getComputedStyle(row).transitionDuration);

  await carry();
  expect(await lasts()).toBe('0.2s');
  await expect(rows.first()).toHaveClass(/is-hole/);
  const editor = page.locator('.designer__editor');
  const bounds = (await editor.boundingBox())!, scrolled = await editor.evaluate((editor) => editor.scrollTop);
  await page.mouse.move(bounds.x + bounds.width / 2, bounds.y + bounds.height - 6, { steps: 6 });
  await expect.poll(() => editor.evaluate((editor) => editor.scrollTop), { message: 'the mail scrolls' }).toBeGreaterThan(scrolled + 40);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(page.locator('.drag-layer')).toHaveCount(0);
  await expectKinds(page, before);
  expect(new Set(await rest())).toEqual(new Set([0]));

  await page.emulateMedia({ reducedMotion: 'reduce' });
  await carry();
  expect(await lasts()).toBe('0s');
  await page.mouse.up();
  await expect(page.locator('.drag-layer')).toHaveCount(0);
  await expectKinds(page, [before[1]!, before[0]!, ...before.slice(2)]);
  await answered(page);
});

test('a block is carried into a column, which grows for it @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated);
  for (const name of ['Columns', 'Button']) await page.getByRole('button', { name, exact: true }).click();
  await expectKinds(page, ['Columns', 'Button']);
  const right = page.getByRole('list', { name: 'Right column' });
  const handle = page.getByRole('button', { name: 'Move Button' });
  await handle.scrollIntoViewIfNeeded();
  const grip = await middle(handle);
  await page.mouse.move(grip.x, grip.y);
  await page.mouse.down();
  await page.mouse.move(grip.x + 8, grip.y - 8, { steps: 3 });
  // At the lower edge the mail scrolls under the pointer.
  await expect.poll(async () => {
    const place = await middle(right);
    await page.mouse.move(place.x, place.y, { steps: 4 });
    return right.locator('.block-hole').isVisible();
  }).toBe(true);
  await page.mouse.up();
  await expect(right.getByText('Open the board')).toBeVisible();
  await expectKinds(page, ['Columns']);
  await expect(page.locator('.block-hole')).toHaveCount(0);
  await answered(page);
});

test('a block goes into a column, across and out by buttons that say where', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'blank' });
  const blocks = [{ id: 1, block: 'divider' }, { id: 2, block: 'columns', left: [], right: [] }];
  const document = JSON.stringify({ format: 1, subject: 'Columns', body: { mode: 'blocks', blocks } });
  await client.call('save_draft', { id, version: '1', name: 'Columns', category: 'status', document });
  await page.goto(`${empty.url}/templates/${id}?block=1`);
  await settled(page, hydrated);
  const press = async (words: string) => {
    await page.getByRole('button', { name: `${words}: Divider`, exact: true }).press('Enter');
    await settled(page, hydrated);
  };
  const column = (name: string) => page.getByRole('list', { name, exact: true }).locator('.block__kind');
  await expectKinds(page, ['Divider', 'Columns']);

  await press('Move into the right column');
  await expect(column('Right column')).toHaveText(['Divider']);
  await expectKinds(page, ['Columns']);
  if (hydrated) await expect(page.locator('#name-1')).toBeFocused();
  await press('Move into the left column');
  await expect(column('Left column')).toHaveText(['Divider']);
  await expect(column('Right column')).toHaveCount(0);
  await press('Move out of the columns');
  await expectKinds(page, ['Columns', 'Divider']);
  if (hydrated) await kept(page);
  await page.goto(`${empty.url}/templates/${id}`);
  await settled(page, hydrated);
  await expectKinds(page, ['Columns', 'Divider']);
  await answered(page);
});

test('the preview shows the whole width of a mail, and says by how much it is scaled @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated, 'weekly-status');
  const frame = page.locator('.mail-frame'), words = frame.locator('.mail-scale');
  const said = () => words.evaluate((words) => getComputedStyle(words, '::after').content);
  const fits = () => frame.evaluate((frame) => {
    const [around, mail] = [frame.getBoundingClientRect(), frame.querySelector('iframe')!.getBoundingClientRect()];
    return frame.scrollWidth <= frame.clientWidth && mail.left >= around.left - 1 && mail.right <= around.right + 1;
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(fits).toBe(true);
  expect(await said()).toMatch(/Scaled to \d\d %/);
  await page.setViewportSize({ width: 1920, height: 1000 });
  await expect.poll(fits).toBe(true);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('group', { name: 'Parts of the page' }).getByRole('button', { name: 'Preview' }).click();
  const shown = frame.locator('iframe');
  await shown.evaluate((mail) => {
    mail.dataset.loads = 'once';
    mail.addEventListener('load', () => { mail.dataset.loads = 'again'; });
  });
  await page.getByRole('link', { name: '375 px' }).click();
  await expect.poll(fits).toBe(true);
  expect(await said()).toBe('none');
  await answered(page);
  await expect(shown, 'another width loads nothing').toHaveAttribute('data-loads', 'once');
});

test('on a tablet the mail stays in sight beside the blocks or the editor @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page, empty.url, hydrated);
  const parts = page.getByRole('group', { name: 'Parts of the page' });
  const item = page.getByRole('button', { name: 'Heading', exact: true });
  const shown = page.getByTitle('The mail as it is sent');
  await expect(parts.getByRole('button', { name: 'Preview' })).toBeHidden();
  await expect(item).toBeHidden();
  await parts.getByRole('button', { name: 'Blocks' }).click();
  await expect(mail(page)).toBeHidden();
  await expect(shown).toBeInViewport();
  await item.click();
  await expectKinds(page, ['Heading']);
  await expect(mail(page)).toBeVisible();
  await expect(shown).toBeInViewport();
  expect(await page.locator('.shell main').evaluate((main) => main.scrollHeight - main.clientHeight), 'the parts scroll, not the page').toBeLessThanOrEqual(0);
  await answered(page);
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('a block of the palette is held and let go in the mail, or comes where a tap says @hydrated', async ({ page, empty, hydrated, context }) => {
    await begin(page, empty);
    await open(page, empty.url, hydrated);
    const blocks = page.getByRole('group', { name: 'Parts of the page' }).getByRole('button', { name: 'Blocks' });
    const item = (name: string) => page.getByRole('button', { name, exact: true });
    for (const name of ['Heading', 'Divider']) {
      await blocks.tap();
      await item(name).tap();
    }
    await expectKinds(page, ['Heading', 'Divider']);

    const fingers = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
      fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    await blocks.tap();
    await item('Work notes').scrollIntoViewIfNeeded();
    const held = await middle(item('Work notes'));
    await touch('touchStart', held);
    await expect(page.locator('.drag-layer .palette-item')).toBeVisible();
    const heading = block(page, 'Heading');
    await expect(heading).toBeVisible();
    // In the middle of the window, where nothing scrolls.
    await heading.evaluate((row) => row.scrollIntoView({ block: 'center' }));
    const place = (await heading.boundingBox())!;
    for (let step = 1; step <= 8; step += 1) {
      await touch('touchMove', { x: held.x + ((place.x + 60 - held.x) * step) / 8, y: held.y + ((place.y + 2 - held.y) * step) / 8 });
    }
    await expect(page.locator('.block-hole')).toBeVisible();
    await touch('touchEnd');
    await expectKinds(page, ['Work notes', 'Heading', 'Divider']);
    await expect(page.locator('.drag-layer')).toHaveCount(0);

    await page.getByRole('button', { name: 'Insert below: Heading' }).tap();
    await expect(page.locator('#palette-next')).toHaveText('The next block comes behind Heading, 2 of 3 in the mail.');
    await item('Button').tap();
    await expectKinds(page, ['Work notes', 'Heading', 'Button', 'Divider']);
    await page.getByRole('button', { name: 'Insert here: first in the mail' }).tap();
    await item('Key figures').tap();
    await expectKinds(page, ['Key figures', 'Work notes', 'Heading', 'Button', 'Divider']);
    await answered(page);
  });
});

test('a template is built by keyboard alone @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const id = await open(page, empty.url, hydrated);
  const press = (key: string) => page.keyboard.press(key);
  await page.getByRole('button', { name: 'Heading', exact: true }).focus();
  await press('Enter');
  await expectKinds(page, ['Heading']);
  await page.getByRole('button', { name: 'Columns', exact: true }).focus();
  await press('Space');
  await expectKinds(page, ['Heading', 'Columns']);
  await page.getByRole('button', { name: 'Button', exact: true }).focus();
  await press('Enter');
  await expectKinds(page, ['Heading', 'Columns', 'Button']);

  // Lifted, over the columns to the top, and back by Escape.
  const grip = page.getByRole('button', { name: 'Move Button' });
  await grip.focus();
  await press('Space');
  await expect(grip).toHaveAttribute('aria-pressed', 'true');
  // The row moves with its handle; the focus is back on it a moment later, and the next key goes there.
  await press('ArrowUp');
  await expectKinds(page, ['Heading', 'Button', 'Columns']);
  await expect(grip).toBeFocused();
  await press('ArrowUp');
  await expectKinds(page, ['Button', 'Heading', 'Columns']);
  await expect(grip).toBeFocused();
  await press('Escape');
  await expectKinds(page, ['Heading', 'Columns', 'Button']);

  // Into the left column, where it stays.
  await grip.focus();
  await press('Space');
  await press('ArrowRight');
  await expect(page.getByRole('list', { name: 'Left column' }).getByText('Open the board')).toBeVisible();
  await expect(grip).toBeFocused();
  await press('Enter');
  await expectKinds(page, ['Heading', 'Columns']);
  await press('Control+z');
  await expectKinds(page, ['Heading', 'Columns', 'Button']);
  await expect(grip).toBeFocused();
  await press('Control+Shift+z');
  await expectKinds(page, ['Heading', 'Columns']);

  // A variable out of the list behind two braces; what is typed in one go is one step back.
  await page.locator('.block__name', { hasText: 'Heading' }).focus();
  await press('Space');
  const text = page.getByRole('textbox', { name: 'Text', exact: true });
  await text.focus();
  await press('Control+a');
  await page.keyboard.type('Hello {{project.na');
  await expect(page.getByRole('option', { name: 'project.name' })).toBeVisible();
  await press('Enter');
  await expect(text).toHaveValue(/^Hello \{\{ project\.name.*\}\}$/);
  await press('Control+z');
  await expect(text).toHaveValue('{{ report.finding }}');
  await expect(text).toBeFocused();
  await press('Control+Shift+z');
  await expect(text).toHaveValue(/^Hello/);
  await kept(page);

  // What is kept is there on the next visit.
  await page.goto(`${empty.url}/templates/${id}`);
  await settled(page, hydrated);
  await expectKinds(page, ['Heading', 'Columns']);
  await expect(block(page, 'Heading')).toContainText('Hello');
  await answered(page);
});

test('blocks become a source for good, in an editor that marks its faults @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated, 'weekly-status');
  const wide = (part: string) => page.locator(`.designer__${part}`).evaluate((part) => part.getBoundingClientRect().width);
  const before = { editor: await wide('editor'), preview: await wide('preview') };
  await page.locator('#open-source').click();
  await expect(page.getByText('There is no way back to blocks.')).toBeVisible();
  await page.getByRole('button', { name: 'Go on in HTML' }).click();
  const editor = page.locator('.cm-content');
  await expect(editor).toContainText('doctype', { ignoreCase: true });
  await kept(page);
  // The column of the blocks, which a source does not have, goes to the editor and the preview.
  await expect(page.locator('.designer__blocks')).toHaveCount(0);
  expect(await wide('editor') + await wide('preview')).toBeGreaterThan(before.editor + before.preview + 150);

  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('{{ project.nme }}');
  await page.keyboard.press('Escape');
  await expect(page.locator('#fault')).toContainText('project.name');
  await expect(page.locator('.cm-lint-marker-error')).toBeVisible();
  for (let i = 0; i < '{{ project.nme }}'.length; i += 1) await page.keyboard.press('Backspace');
  await expect(page.locator('#fault')).toHaveCount(0);

  // Within an element, too, Tera is completed by what Tera knows, and what a loop holds under its name.
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('<p>Of {{ project.na');
  await expect(page.getByRole('option', { name: 'project.name' })).toBeVisible();
  await expect(page.getByRole('option', { name: '<a', exact: true })).toHaveCount(0);
  // A list that has just opened takes no Enter that was meant for the text.
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await expect(editor.locator('.cm-line').first()).toContainText('<p>Of {{ project.name }}');
  await page.keyboard.type(' {% for late in tasks.overdue %}{{ late.ti');
  await page.getByRole('option', { name: 'late.title' }).click();
  await expect(editor.locator('.cm-line').first()).toContainText('{{ late.title');
  await page.keyboard.press('Control+F');
  for (const part of ['.cm-textfield', '.cm-button']) {
    expect((await page.locator(part).first().boundingBox())!.height, part).toBeGreaterThanOrEqual(24);
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Backspace');

  // A variable goes where the caret of the editor is, whatever field had the focus before.
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  const words = await subject.inputValue();
  await subject.focus();
  await editor.click();
  await page.keyboard.press('Control+End');
  await page.locator('summary', { hasText: /^Variables$/ }).click();
  await page.getByRole('button', { name: 'Insert project.name', exact: true }).click();
  await expect(editor.locator('.cm-line').last()).toHaveText(/\{\{ project\.name \}\}$/);
  await expect(subject).toHaveValue(words);
  await page.getByRole('button', { name: 'Insert a loop over tasks.overdue', exact: true }).click();
  await expect(editor).toContainText('{% for task in tasks.overdue %}');
  await kept(page);
  await answered(page);
});

test('a template begins in a source of MJML or HTML that has something in it @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  for (const [language, words] of [['MJML', 'mj-body'], ['HTML', '<!doctype']] as const) {
    await page.goto(`${empty.url}/templates`);
    await settled(page, hydrated);
    await page.getByRole('button', { name: `Begin in ${language}` }).click();
    await expect(page.getByRole('heading', { name: 'Template New template' })).toBeAttached();
    await settled(page, hydrated);
    await expect(page.locator('.cm-content')).toContainText(words, { ignoreCase: true });
    await expect(page.locator('.cm-content')).toHaveAccessibleDescription(/Tab leaves the field.*files of a report.*also where a condition leaves it out/);
    await expect(page.getByRole('group', { name: 'Language of the source' }).getByRole('button', { name: language })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.locator('.mail-frame iframe')).toBeVisible();
    await expect(page.locator('#fault')).toHaveCount(0);
    await page.locator('#open-publish').click();
    await page.locator('#publish-now').click();
    await expect(page.getByText('Version 1 published.')).toBeVisible();
  }
  await answered(page);
});

test('what is unfolded stays so when a step is taken back @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated);
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  const before = await subject.inputValue();
  await subject.fill('Week 48');
  const [text, footer] = [page.locator('#mail-text'), page.locator('#mail-footer')];
  const fold = page.locator('summary').filter({ hasText: 'Plain text' });
  await fold.click();
  await expect(text).toBeVisible();
  await text.focus();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(subject).toHaveValue(before);
  await expect(text).toBeVisible();
  await expect(footer, 'what was closed stays closed').toBeHidden();
  await fold.click();
  await expect(text).toBeHidden();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(subject).toHaveValue('Week 48');
  await expect(text).toBeHidden();
  await answered(page);
});

test('what somebody else has saved is neither lost nor overwritten in silence @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const id = await open(page, empty.url, hydrated);
  const read = async () => (await clientOf(page).call<{ draft: { subject: string }; draft_version: number }>('read_template', { id })).value;
  const theirs = (subject: string) => JSON.stringify({ format: 1, subject, body: { mode: 'blocks', blocks: [] } });
  await clientOf(page).call('save_draft', { id, version: '1', name: 'Theirs', category: 'status', document: theirs('Theirs') });

  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  await subject.fill('Mine');
  await page.getByRole('button', { name: 'Load theirs' }).click();
  await expect(subject).toHaveValue('Theirs');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(subject).toHaveValue('Mine');
  await kept(page);
  expect((await read()).draft.subject).toBe('Mine');

  const { draft_version: version } = await read();
  await clientOf(page).call('save_draft', { id, version: String(version), name: 'Theirs', category: 'status', document: theirs('Again') });
  await subject.fill('Mine, after all');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await kept(page);
  expect((await read()).draft.subject).toBe('Mine, after all');
  await answered(page);
});

test('a page that is loaded anew while its save is on its way goes on from it, and in no conflict with itself @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const id = await open(page, empty.url, hydrated);
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  const desk = async () => (await clientOf(page).call<{ draft: { subject: string }; draft_version: number }>('read_template', { id })).value;
  const read = async () => (await desk()).draft.subject;
  // The first save hangs until the new page has been read; then it comes to the server, before the page sends anything.
  let hanging = '';
  let late: Promise<unknown> | undefined;
  await page.route('**/rpc/save_draft*', async (route) => {
    const body = route.request().postData() ?? '';
    if (!hanging) {
      hanging = body;
      return;
    }
    late ??= clientOf(page).call('save_draft', Object.fromEntries(new URLSearchParams(hanging)));
    await late;
    await route.continue();
  });
  await subject.fill('Week 48');
  await expect.poll(() => hanging).not.toBe('');
  await subject.fill('Week 48 in short');
  await page.reload();
  await settled(page, hydrated);
  await expect(subject).toHaveValue('Week 48 in short');
  await kept(page);
  expect(await read()).toBe('Week 48 in short');
  await subject.fill('Week 48, after all');
  await expect.poll(read).toBe('Week 48, after all');
  await kept(page);
  await expect(page.locator('#conflict')).toHaveCount(0);
  // What is answered is not sent again by the next page.
  const { draft_version: version } = await desk();
  await clientOf(page).call('save_draft', { id, version: String(version), name: 'Elsewhere', category: 'status', document: JSON.stringify({ format: 1, subject: 'Elsewhere', body: { mode: 'blocks', blocks: [] } }) });
  await page.reload();
  await settled(page, hydrated);
  await expect(subject).toHaveValue('Elsewhere');
  await answered(page);
});

test('whoever comes back to a tab finds what was saved in another one, or is asked where something is not kept @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const id = await open(page, empty.url, hydrated);
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
  const saveElsewhere = (version: number, subject: string) => clientOf(page).call('save_draft', { id, version: String(version), name: 'Elsewhere', category: 'status', document: JSON.stringify({ format: 1, subject, body: { mode: 'blocks', blocks: [] } }) });
  const comeBack = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await saveElsewhere(1, 'In another tab');
  await comeBack();
  await expect(subject).toHaveValue('In another tab');
  await expect(page.locator('#conflict')).toHaveCount(0);
  await expect(page.locator('#saved')).toContainText(`by ${dana.name}`);

  // What breaks a rule is not kept; it stands in the field still.
  await subject.fill('x'.repeat(300));
  await expect(page.locator('#saved')).toContainText('Not saved.');
  await saveElsewhere(2, 'Once more');
  await comeBack();
  await expect(page.locator('#conflict')).toContainText(/You saved another draft at \d\d:\d\d, in another tab or elsewhere\./);
  await expect(subject).toHaveValue('x'.repeat(300));
  await page.getByRole('button', { name: 'Load theirs' }).click();
  await expect(subject).toHaveValue('Once more');
  await expect(page.locator('#conflict')).toHaveCount(0);
  await answered(page);
});

test('a conflict names who has saved another draft, and when @hydrated', async ({ page, browser, empty, hydrated }) => {
  await begin(page, empty);
  empty.command(['user', 'create', '--email', mina.email, '--name', mina.name, '--admin'], `${mina.password}\n`);
  const id = await open(page, empty.url, hydrated);
  const other = await browserOfMina(browser, empty);
  await other.goto(`${empty.url}/templates/${id}`);
  await settled(other, hydrated);
  const subjects = [page, other].map((both) => both.getByRole('textbox', { name: 'Subject', exact: true }));
  await subjects[1].fill('Mina was first');
  await kept(other);
  await subjects[0].fill('Dana, too');
  const conflict = page.locator('#conflict');
  await expect(conflict).toContainText(new RegExp(`^\\s*${mina.name} saved another draft at \\d\\d:\\d\\d\\. Load theirs \\(undo brings yours back\\), or keep yours`));
  await conflict.getByRole('button', { name: 'Load theirs' }).click();
  await expect(subjects[0]).toHaveValue('Mina was first');
  await expect(page.locator('#saved')).toContainText(`by ${mina.name}`);
  await answered(page);
  await closeOpened();
});

test('what breaks a rule is said at its field, and once it is taken back the draft is kept @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated);
  const subject = page.getByRole('textbox', { name: 'Subject', exact: true }), saved = page.locator('#saved');
  const before = await subject.inputValue();
  await subject.fill('x'.repeat(300));
  await expect(subject).toHaveAttribute('aria-invalid', 'true');
  await expect(subject).toHaveAccessibleDescription(/Type \{\{ to choose a variable\. Use 250 characters or fewer/);
  await expect(saved).toContainText('Not saved.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(subject).toHaveValue(before);
  await expect(subject).not.toHaveAttribute('aria-invalid');
  await expect(saved).toContainText('Draft, saved');

  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('');
  await expect(saved).toContainText('Not saved. Name: Enter a value');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await name.fill('Weekly');
  await kept(page);
  await expect(name).not.toHaveAttribute('aria-invalid');
  await answered(page);
});

/** Opens a template of one list of tasks, whose properties are shown. */
async function openList(page: Page, url: string): Promise<string> {
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'blank' });
  const list = { id: 1, block: 'task_list', list: 'overdue', limit: 10, filter: {}, none: '' };
  const document = JSON.stringify({ format: 1, subject: 'Rules', body: { mode: 'blocks', blocks: [list] } });
  await client.call('save_draft', { id, version: '1', name: 'Rules', category: 'status', document });
  await page.goto(`${url}/templates/${id}?block=1`);
  await settled(page, true);
  return id;
}

const head = (page: Page): Locator => page.getByRole('textbox', { name: 'Head', exact: true });
const fold = (page: Page, name: string): Locator => page.locator('summary', { hasText: new RegExp(`^${name}$`) });

test('what is wrong in a block is said at its field, and a part that is folded unfolds for it @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await openList(page, empty.url);
  const [undo, redo] = ['Undo', 'Redo'].map((name) => page.getByRole('button', { name }));
  const rows = block(page, 'Task list').getByLabel('Rows at most'), none = block(page, 'Task list').getByLabel('If the list is empty');
  await rows.fill('0');
  await expect(rows).toHaveAttribute('aria-invalid', 'true');
  await expect(rows).toHaveAccessibleDescription('Enter a number from 1 to 50');
  await expect(none).not.toHaveAttribute('aria-invalid');
  await page.locator('#name-1').click();
  await expect(rows).toBeHidden();
  const problem = page.locator('#block-1-problem');
  await expect(problem).toHaveText('Enter a number from 1 to 50');
  // A draft that is refused asks before it is left; what opens a block does not leave it.
  await expect(page.locator('#saved')).toContainText('Not saved.');
  // Its words lead there, by mouse and by key: the block opens, and its field has the focus.
  for (const follow of [(link: Locator) => link.click(), (link: Locator) => link.press('Enter')]) {
    await follow(problem.getByRole('link', { name: 'Enter a number from 1 to 50' }));
    await expect(rows).toBeFocused();
    await page.locator('#name-1').click();
    await expect(rows).toBeHidden();
  }
  await undo.click();
  await expect(problem).toHaveCount(0);

  await fold(page, 'Theme').click();
  await head(page).fill('x'.repeat(300));
  await expect(head(page)).toHaveAttribute('aria-invalid', 'true');
  await undo.click();
  await expect(head(page)).not.toHaveAttribute('aria-invalid');
  await fold(page, 'Theme').click();
  await expect(head(page)).toBeHidden();
  await redo.click();
  await expect(head(page)).toBeVisible();
  await expect(redo, 'the focus stays').toBeFocused();
  await undo.click();
  await expect(page.locator('#saved')).toContainText('Draft, saved');

  // A fault in the text part leads there, too.
  await fold(page, 'Plain text').click();
  await page.getByLabel('Write the text part myself').check();
  await page.locator('#mail-text').fill('{{ project.nme }}');
  await expect(page.locator('#fault')).toContainText('project.name');
  await fold(page, 'Plain text').click();
  await expect(page.locator('#mail-text')).toBeHidden();
  await page.locator('#fault').getByRole('link', { name: 'Show the place' }).click();
  await expect(page.locator('#mail-text')).toBeFocused();
  await kept(page);
  await answered(page);
});

test('the links of what a form was refused for lead to the field, whatever is folded @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  const id = await openList(page, empty.url);
  /** Sends a form as a page does that is not awake. */
  const refused = async (form: string, field: string, value: string) => {
    await Promise.all([
      page.waitForURL(/__err=/),
      page.locator(form).evaluate((form, [field, value]) => {
        ((form as HTMLFormElement).elements.namedItem(field) as HTMLInputElement).value = value;
        HTMLFormElement.prototype.submit.call(form);
      }, [field, value] as const),
    ]);
    await settled(page, true);
  };
  const link = page.getByRole('alert').filter({ hasText: 'There is a problem' }).getByRole('link');
  await refused('#mail-form', 'fields[brand]', 'x'.repeat(300));
  await expect(head(page)).toHaveValue('x'.repeat(300));
  await expect(head(page)).toHaveAccessibleDescription(/Use 200 characters or fewer/);
  await fold(page, 'Theme').click();
  await expect(head(page)).toBeHidden();
  await link.click();
  await expect(head(page)).toBeFocused();

  await page.goto(`${empty.url}/templates/${id}?block=1`);
  await settled(page, true);
  await refused('.block__form', 'fields[limit]', '0');
  const rows = block(page, 'Task list').getByLabel('Rows at most');
  await expect(rows).toHaveAttribute('aria-invalid', 'true');
  await page.locator('#name-1').click();
  await expect(rows).toBeHidden();
  await link.click();
  await expect(rows).toBeFocused();
  await answered(page);
});

test('a logo that is none is refused in words, and the accent says how it reads @hydrated', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await open(page, empty.url, hydrated);
  await page.locator('summary', { hasText: /^Logo$/ }).click();
  const picture = page.getByLabel('Picture', { exact: true });
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  await picture.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from(svg) });
  await expect(page.getByText('This is an SVG drawing, whatever its name says')).toBeVisible();
  await picture.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.alloc(10 * 1024 * 1024) });
  await expect(page.getByText('The picture is larger than 100 kB')).toBeVisible();

  await page.locator('summary', { hasText: /^Theme$/ }).click();
  await page.getByLabel('Accent colour').fill('#ffcc00');
  await expect(page.getByText('Dark words of buttons on it read well')).toBeVisible();
  await page.getByLabel('Accent colour').fill('#046d6e');
  await expect(page.getByText('White words of buttons on it read well')).toBeVisible();
  await kept(page);
  await answered(page);
});

test('without JavaScript a template is built by forms @plain', async ({ page, empty }) => {
  await begin(page, empty);
  const id = await open(page, empty.url, false);
  await page.getByRole('button', { name: 'Heading', exact: true }).click();
  await page.getByRole('button', { name: 'Divider', exact: true }).click();
  await expectKinds(page, ['Heading', 'Divider']);
  await page.getByRole('button', { name: 'Move up: Divider' }).click();
  await expectKinds(page, ['Divider', 'Heading']);
  await block(page, 'Heading').locator('.block__name').click();
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Plain {{ project.name }}');
  await page.getByRole('button', { name: 'Save this block' }).click();
  await expect(block(page, 'Heading')).toContainText('Plain {{ project.name }}');
  // What is refused stands at its field; the part around it is open then.
  await fold(page, 'Theme').click();
  const words = await head(page).inputValue();
  await head(page).fill('x'.repeat(300));
  await page.getByRole('button', { name: 'Save the mail' }).click();
  await expect(head(page)).toHaveValue('x'.repeat(300));
  await expect(head(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(head(page)).toHaveAccessibleDescription(/Use 200 characters or fewer/);
  await head(page).fill(words);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('By forms');
  await page.getByRole('textbox', { name: 'Subject', exact: true }).fill('By forms alone');
  await page.getByRole('button', { name: 'Save the mail' }).click();
  await expect(page.locator('.mail-head')).toContainText('By forms alone');
  await page.getByRole('button', { name: 'Delete: Divider' }).click();
  await expectKinds(page, ['Heading']);

  // What came of a test stands in the dialog that the form leads back to.
  await page.locator('#open-test').click();
  const sending = page.getByRole('dialog', { name: 'Send a test' });
  const to = sending.getByLabel('To', { exact: true });
  await to.fill('nobody');
  // By keys: without JavaScript the page paints too seldom for a press that waits until the dialog stands still.
  await sending.getByRole('button', { name: 'Send', exact: true }).press('Enter');
  await expect(to).toHaveValue('nobody');
  await expect(to).toHaveAttribute('aria-invalid', 'true');
  await to.fill(dana.email);
  await sending.getByRole('button', { name: 'Send', exact: true }).press('Enter');
  await expect(sending.locator('#test-outcome')).toContainText(dana.email);
  await sending.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(sending).toHaveCount(0);

  await page.locator('#open-publish').click();
  await page.getByRole('textbox', { name: /^Note/ }).fill('First');
  await page.locator('#publish-now').press('Enter');
  await expect(page.locator('#published')).toHaveText('1');

  // On in HTML, in a plain field.
  await page.goto(`${empty.url}/templates/${id}?dialog=source`);
  await page.getByRole('button', { name: 'Go on in HTML' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Source' })).toHaveValue(/By forms|Plain/);
  await page.goto(`${empty.url}/templates/${id}/versions`);
  await expect(page.getByRole('row', { name: /Version 1/ })).toContainText('First');
  await expect(page.locator('.diff [data-change=removed]').first()).toBeVisible();
  await page.locator('summary', { hasText: 'Make it the draft' }).click();
  await expect(page.getByText('The draft has changes that are not published.')).toBeVisible();
  await page.getByRole('button', { name: 'Replace the draft by version 1' }).click();
  await expectKinds(page, ['Heading']);
});

test('a list is narrowed to a label, a project and a person, and a label that is gone stays named', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  await client.call('create_project', { name: 'Website', key: 'WEB', zone: 'UTC' });
  await client.call('make_label', { project: 'WEB', name: 'Design' });
  const id = await client.made('create_template', { from: 'blank' });
  const list = { id: 1, block: 'task_list', list: 'overdue', limit: 10, filter: { label: 'Gone' }, none: '' };
  const document = JSON.stringify({ format: 1, subject: 'Narrow', body: { mode: 'blocks', blocks: [list] } });
  await client.call('save_draft', { id, version: '1', name: 'Narrow', category: 'status', document });
  await page.goto(`${empty.url}/templates/${id}?block=1`);
  await settled(page, hydrated);

  const label = block(page, 'Task list').getByLabel('Label', { exact: true }), line = block(page, 'Task list').locator('.block__line');
  await expect(line).toHaveText('Overdue, at most 10, with the label Gone');
  await expect(label).toHaveValue('Gone');
  await expect(label.locator('option')).toHaveText(['Any label', 'Design', 'Gone (no label of your projects)']);
  const choose = async (field: Locator, name: string, says: string) => {
    await field.selectOption(name);
    if (!hydrated) await page.getByRole('button', { name: 'Save this block' }).click();
    await expect(line).toHaveText(`Overdue, at most 10, ${says}`);
    if (hydrated) await kept(page);
  };
  await choose(block(page, 'Task list').getByLabel('Project', { exact: true }), 'Website', 'with the label Gone, in Website');
  await choose(label, 'Design', 'with the label Design, in Website');
  const priority = block(page, 'Task list').getByLabel('Priority', { exact: true });
  await expect(priority.locator('option')).toHaveText(['Any priority', 'Urgent only', 'High and above', 'Medium and above']);
  await page.goto(`${empty.url}/templates/${id}?block=1`);
  await settled(page, hydrated);
  await expect(label).toHaveValue('Design');
  await expect(label.locator('option')).toHaveText(['Any label', 'Design']);

  // People are chosen by their accounts, so that two of one name are two.
  const person = block(page, 'Task list').getByLabel('Only tasks of', { exact: true });
  await expect(person.locator('option')).toHaveText(['Anybody', dana.name]);
  await choose(person, dana.name, `of ${dana.name}, with the label Design, in Website`);
  const filter = { person: dana.name, person_id: expect.stringMatching(/^[0-9a-f-]{36}$/), label: 'Design', project: 'Website' };
  const { value: desk } = await client.call<{ draft: object }>('read_template', { id });
  expect(desk.draft).toMatchObject({ body: { blocks: [{ filter }] } });
  await answered(page);
});

test('before it is published a template names the links that somebody wrote into it', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'blank' });
  const blocks = [
    { id: 1, block: 'button', label: 'Handbook', url: 'http://example.org/handbook' },
    { id: 2, block: 'button', label: 'Board', url: '{{ project.board_url }}' },
  ];
  const document = JSON.stringify({ format: 1, subject: 'Links', body: { mode: 'blocks', blocks } });
  await client.call('save_draft', { id, version: '1', name: 'Links', category: 'status', document });
  await page.goto(`${empty.url}/templates/${id}`);
  await settled(page, hydrated);
  await expect(page.locator('.findings').getByText('“http://example.org/handbook” is not encrypted')).toBeVisible();
  await page.locator('#open-publish').click();
  const links = page.getByRole('dialog', { name: 'Publish' }).getByRole('region', { name: 'Links of your own' });
  await expect(links.getByRole('listitem')).toHaveText([/^http:\/\/example\.org\/handbook\s*Button, 1 of 2 in the mail$/]);
  await expect(links.getByRole('link')).toHaveAttribute('href', 'http://example.org/handbook');
  // A warning stops nobody.
  await expect(page.locator('#publish-stopped')).toHaveCount(0);
  await page.locator('#publish-now').press('Enter');
  await expect(page.locator('#published')).toHaveText('1');
  await answered(page);
});

test('a template that was stopped three times is held back, says so, and is released by an administrator', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  const client = clientOf(page);
  const id = await client.made('create_template', { from: 'blank' });
  // More than a megabyte.
  const source = `<p>{% for line in range(end=2000) %}${'0123456789'.repeat(100)}{% endfor %}</p>`;
  const document = JSON.stringify({ format: 1, subject: 'Too much', body: { mode: 'html', source } });
  await client.call('save_draft', { id, version: '1', name: 'Too much', category: 'status', document });
  for (let times = 0; times < 3; times += 1) {
    const { value } = await client.call<{ is_held: boolean }>('preview_template', { id, document, 'data[project]': '' });
    expect(value.is_held, `after ${times} stops`).toBe(false);
  }
  await page.goto(`${empty.url}/templates`);
  await expect(page.getByText('Held back')).toBeVisible();
  await page.goto(`${empty.url}/templates/${id}`);
  await settled(page, hydrated);
  const banner = page.locator('#held');
  await expect(banner).toContainText('The draft was stopped three times while it was filled in, and is not rendered any more.');
  await banner.getByRole('button', { name: 'Release' }).click();
  await expect(page.getByText('Released. It is tried again.')).toBeVisible();
  await settled(page, hydrated);
  await expect(banner).toHaveCount(0);
  await page.goto(`${empty.url}/templates`);
  await expect(page.getByText('Held back')).toHaveCount(0);
});

test.describe('a session that ends while a template is designed', () => {
  test.use({ expectedErrors: [/status of 401/] });

  const over = (page: Page): Locator => page.getByRole('dialog', { name: 'Sign in again' });
  const refused = (page: Page) => page.waitForResponse((answer) => answer.url().includes('/rpc/save_draft') && answer.status() === 401);

  async function signIn(page: Page): Promise<void> {
    await over(page).getByLabel('Password').fill(dana.password);
    await over(page).getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(over(page)).toBeHidden();
  }

  test('the draft is kept as soon as somebody has signed in again @hydrated', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await open(page, empty.url, hydrated);
    const before = await kinds(page);
    await losesSession(page);
    // The dialog is there before it: the preview is asked for first.
    const answer = refused(page);
    await page.getByRole('button', { name: 'Divider', exact: true }).click();
    await answer;
    await signIn(page);
    await kept(page);
    await answered(page);
    await page.reload();
    await settled(page, hydrated);
    await expectKinds(page, [...before, 'Divider']);
  });

  test('whoever puts off to sign in types on, and is not asked whenever typing rests @hydrated', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await open(page, empty.url, hydrated);
    const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
    await losesSession(page);
    for (const [at, words] of ['Week 48', 'Week 48 in short'].entries()) {
      const answer = refused(page);
      await subject.fill(words);
      await answer;
      await answered(page);
      if (at) continue;
      await expect(over(page)).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(over(page)).toBeHidden();
    }
    await expect(over(page)).toBeHidden();
    await expect(page.locator('#saved')).toContainText('Not saved. Sign in to go on.');
    await page.locator('.bar').getByRole('button', { name: 'Sign in again' }).click();
    await signIn(page);
    await kept(page);
    await answered(page);
    await page.reload();
    await settled(page, hydrated);
    await expect(subject).toHaveValue('Week 48 in short');
  });
});
