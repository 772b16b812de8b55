// A card in the hand where the board is not simple: lists that are sorted or nearly full, a row that scrolls, lanes of
// people and labels, a page that only reads; and pens and fingers.
import type { Page } from '@playwright/test';
import { boardOf, card, drag, expectKept, expectTitles, focusCard, layer, letGo, list, middle, take } from '../fixtures/board.ts';
import { answered, begin, clientOf, createProject, createTasks, dana, expect, openBoard, settled, test } from '../fixtures/story.ts';

const pause = (page: Page, millis = 120) => page.waitForTimeout(millis);
const toasts = (page: Page) => page.getByRole('region', { name: 'Notifications' });

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
});

/** Opens the board as an address has it. */
async function open(page: Page, url: string, query = ''): Promise<void> {
  await page.goto(`${url}/board/REP${query}`);
  await settled(page, true);
}

/** What the page asks of the server to move cards. */
function sentBy(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => { if (/move_task|change_tasks/.test(request.url())) sent.push(request.url()); });
  return sent;
}

test('in a sorted list nobody chooses a place: the whole list says so, and the card goes where it belongs @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['Alpha !high', 'Beta']);
  await createTasks(page, 'In Progress', ['Gamma !urgent', 'Delta !low']);
  await open(page, empty.url, '?sort=priority');
  const words = 'Sorted by priority. The task will be placed automatically.';
  const sent = sentBy(page);

  await take(page, card(page, 'Alpha'));
  const to = await middle(list(page, 'In Progress'));
  await page.mouse.move(to.x, to.y, { steps: 10 });
  const over = page.locator('.col.is-over');
  await expect(over).toHaveAttribute('data-sorted', words);
  expect(await over.evaluate((column) => getComputedStyle(column, '::after').content)).toBe(`"${words}"`);
  await expect(page.locator('.hole:not([hidden])')).toHaveCount(0);
  expect(await over.locator('.card').evaluateAll((cards) => cards.filter((one) => (one as HTMLElement).style.transform).length), 'cards that make room').toBe(0);
  await letGo(page);
  await expectTitles(page, 'In Progress', ['Gamma', 'Alpha', 'Delta']);
  await expect.poll(() => sent.length).toBe(1);

  // In its own list it stays where the order has it.
  const at = await take(page, card(page, 'Gamma'));
  await page.mouse.move(at.x, at.y + 160, { steps: 6 });
  await letGo(page);
  await expectTitles(page, 'In Progress', ['Gamma', 'Alpha', 'Delta']);
  expect(sent).toHaveLength(1);

  // By keys it is the same.
  const said = page.locator('#live-assertive');
  await focusCard(page, 'Beta');
  await page.keyboard.press('Space');
  await expect(said).toHaveText(`Picked up “Beta”. Todo, position 1 of 1. Use the arrow keys to move, Space to drop, Escape to cancel. ${words}`);
  await expect(page.getByRole('application')).toContainText(words);
  await page.keyboard.press('ArrowDown');
  await expect(said).toHaveText(words);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expectTitles(page, 'In Progress', ['Gamma', 'Alpha', 'Beta', 'Delta']);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expectTitles(page, 'In Progress', ['Gamma', 'Alpha', 'Beta', 'Delta']);
  await expectTitles(page, 'Todo', []);
});

test('near the side of the board the row of lists scrolls under the card @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two']);
  await page.setViewportSize({ width: 1000, height: 900 });
  await open(page, empty.url);
  const row = page.locator('.board');
  const left = () => row.evaluate((board) => board.scrollLeft);
  const most = await row.evaluate((board) => board.scrollWidth - board.clientWidth);
  expect(most, 'lists that are out of sight').toBeGreaterThan(50);
  const box = (await row.boundingBox())!;
  await take(page, card(page, 'One'));
  await page.mouse.move(box.x + box.width - 8, box.y + box.height / 2, { steps: 8 });
  await expect.poll(left).toBeGreaterThan(most - 2);
  const to = await middle(list(page, 'Completed'));
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await letGo(page);
  await expectTitles(page, 'Completed', ['One']);
  await expectKept(page, 'Completed', ['One']);

  // And back, for whoever looks better after all.
  await take(page, card(page, 'One'));
  await page.mouse.move(box.x + 8, box.y + box.height / 2, { steps: 8 });
  await expect.poll(left).toBe(0);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(layer(page)).toHaveCount(0);
  await expectTitles(page, 'Completed', ['One']);
});

test('a page that is loaded anew in the middle of a drag has lost nothing @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two', 'Three']);
  await open(page, empty.url);
  await take(page, card(page, 'Two'));
  const to = await middle(list(page, 'Pending'));
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await expect(page.locator('.col.is-over')).toHaveCount(1);
  await page.reload();
  await page.mouse.up();
  await settled(page, true);
  await expect(layer(page)).toHaveCount(0);
  await expectTitles(page, 'Todo', ['One', 'Two', 'Three']);
  await expectKept(page, 'Todo', ['One', 'Two', 'Three']);
  await drag(page, 'Two', await middle(list(page, 'Pending')));
  await expectTitles(page, 'Pending', ['Two']);
});

test('for those who asked for calm nothing moves but by the hand, and where pages are read from the right cards land there, too @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two', 'Three']);
  await open(page, empty.url);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const at = await take(page, card(page, 'One'));
  const step = (await middle(card(page, 'Three'))).y - (await middle(card(page, 'Two'))).y;
  await page.mouse.move(at.x, at.y + step, { steps: 6 });
  await pause(page);
  const two = await card(page, 'Two').evaluate((one) => [(one as HTMLElement).style.transition, (one as HTMLElement).style.transform]);
  expect(two[0], 'it is at its place at once').toContain('none');
  expect(two[1]).toMatch(/^translateY\(-\d/);
  const copy = await layer(page).locator('.card').evaluate((one) => new DOMMatrix(getComputedStyle(one).transform).a);
  expect(copy, 'the copy is as large as the card').toBe(1);
  await letGo(page);
  await expectTitles(page, 'Todo', ['Two', 'One', 'Three']);

  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  const [todo, done] = [await middle(list(page, 'Todo')), await middle(list(page, 'Completed'))];
  expect(done.x).toBeLessThan(todo.x);
  await drag(page, 'One', done);
  await expectTitles(page, 'Completed', ['One']);
  await expectKept(page, 'Completed', ['One']);
});

test('a card that passes a soft limit is taken, and the message says so @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two']);
  await createTasks(page, 'In Progress', ['The only one']);
  const column = (await boardOf(page)).columns[1].id;
  await clientOf(page).call('save_column', { column, name: 'In Progress', status: 'progress', limit: '1' });
  await open(page, empty.url);
  await drag(page, 'One', await middle(list(page, 'In Progress')));
  await expect(toasts(page)).toContainText('Moved “One” to In Progress. In Progress has 2 of 1');
  await expect(page.getByRole('region', { name: 'In Progress' }).locator('.wip')).toContainText('2 of 1');
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(list(page, 'In Progress').locator('.card')).toHaveCount(2);
});

test('a card that is put into the lane of a person or a label gets them, and loses them where the lane has none @hydrated', async ({ page, empty }) => {
  await clientOf(page).call('make_label', { project: 'REP', name: 'Ops', hue: '3' });
  await createTasks(page, 'Todo', ['Draft #Ops', 'Rotate']);
  const cell = (name: string) => page.getByRole('region', { name, exact: true });

  await open(page, empty.url, '?group=assignee');
  await drag(page, 'Draft', await middle(cell(`In Progress, ${dana.name}`)));
  await expect(toasts(page)).toContainText(`Moves to In Progress and assigns ${dana.name}`);
  await expect(cell(`In Progress, ${dana.name}`).locator('.card__title')).toHaveText(['Draft']);
  await expect(card(page, 'Draft').getByRole('img', { name: dana.name })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(cell('Todo, Nobody').locator('.card__title')).toHaveText(['Draft', 'Rotate']);
  await expect(card(page, 'Draft').getByRole('img', { name: dana.name })).toHaveCount(0);
  await answered(page);

  await open(page, empty.url, '?group=label');
  await drag(page, 'Rotate', await middle(cell('In Progress, Ops')));
  await expect(toasts(page)).toContainText('Moves to In Progress and adds the label Ops');
  await expect(cell('In Progress, Ops').locator('.card__title')).toHaveText(['Rotate']);
  await expect(card(page, 'Rotate').locator('.label')).toHaveText('Ops');
  await drag(page, 'Draft', await middle(cell('Pending, No label')));
  await expect(toasts(page)).toContainText('Moves to Pending and removes the label Ops');
  await expect(page.locator('#live-polite')).toContainText('This removes the label Ops.');
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expect(cell('In Progress, Ops').locator('.card__title')).toHaveText(['Rotate']);
  await expect(cell('Pending, No label').locator('.card__title')).toHaveText(['Draft']);
  await expect(card(page, 'Draft').locator('.label')).toHaveCount(0);
});

test('where a board is only read, neither the hand nor a key changes a card, and its link still opens it @hydrated', async ({ page, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two']);
  // As events: the browser itself would begin to drag the link where nothing keeps it from doing so.
  const pull = () => card(page, 'One').evaluate((one) => {
    const { left, top } = one.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, button: 0, buttons: 1, clientY: top + 20 };
    one.dispatchEvent(new PointerEvent('pointerdown', { ...at, clientX: left + 20 }));
    one.dispatchEvent(new PointerEvent('pointermove', { ...at, clientX: left + 60 }));
  });
  await open(page, empty.url);
  await pull();
  await expect(layer(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(layer(page)).toHaveCount(0);

  await clientOf(page).call('archive_project', { project: (await boardOf(page)).project });
  await open(page, empty.url);
  await pull();
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await focusCard(page, 'One');
  for (const key of ['Space', 'm', 'p', 'd', 'a', 'l', 's', 'e', 'n', 'x', '.', 'Delete']) await page.keyboard.press(key);
  // The keys that only walk are there, and come last: what the others would have opened stands in their way.
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'Two', exact: true })).toBeFocused();
  await expect(page.locator('.lift-bar, dialog[open], .menu:popover-open')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  await expectTitles(page, 'Todo', ['One', 'Two']);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tasks\/2$/);
});

test('a pen lifts a card as a mouse does @hydrated', async ({ page, context, empty }) => {
  await createTasks(page, 'Todo', ['One', 'Two']);
  await openBoard(page, empty);
  await settled(page, true);
  const pen = await context.newCDPSession(page);
  const point = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', at: { x: number; y: number }) =>
    pen.send('Input.dispatchMouseEvent', { type, ...at, button: 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1, pointerType: 'pen' });
  const from = await middle(card(page, 'One'));
  const to = await middle(list(page, 'Pending'));
  await point('mousePressed', from);
  await point('mouseMoved', { x: from.x + 4, y: from.y });
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  for (let part = 1; part <= 8; part += 1) await point('mouseMoved', { x: from.x + ((to.x - from.x) * part) / 8, y: from.y + ((to.y - from.y) * part) / 8 });
  await expect(layer(page)).toBeVisible();
  await pause(page);
  await point('mouseReleased', to);
  await expectTitles(page, 'Pending', ['One']);
});

test.describe('by finger', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('a hold is felt, brings no menu of the browser and selects no text @hydrated', async ({ page, context, empty }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await createTasks(page, 'Todo', ['One', 'Two', 'Three']);
    await openBoard(page, empty);
    await settled(page, true);
    await page.evaluate(() => {
      const felt: unknown[] = [];
      Object.assign(window, { felt });
      navigator.vibrate = (pattern) => felt.push(pattern) > 0;
    });
    const felt = () => page.evaluate(() => (window as unknown as { felt: unknown[] }).felt);
    // What the browser asks before it opens its menu.
    const opensMenu = () => list(page, 'Todo').evaluate((cards) => cards.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })));
    const selects = await card(page, 'Two').evaluate((one) => getComputedStyle(one).userSelect);
    expect(selects).toBe('none');
    expect(await opensMenu()).toBe(true);

    const fingers = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchCancel', at?: { x: number; y: number }) =>
      fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    await touch('touchStart', await middle(card(page, 'Two')));
    await expect(layer(page)).toBeVisible();
    expect(await felt()).toEqual([10]);
    expect(await opensMenu()).toBe(false);
    await touch('touchCancel');
    await expect(layer(page)).toHaveCount(0);
    expect(await opensMenu()).toBe(true);
    expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toBe('');
    await expectTitles(page, 'Todo', ['One', 'Two', 'Three']);
  });
});
