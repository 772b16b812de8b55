// Whole lists taken by their heads: where they land, what is said, how they come back.
import type { Page } from '@playwright/test';
import { addTasks, expectTitles, layer, letGo, middle, pasteTasks, take } from '../fixtures/board.ts';
import { noFilter } from '../fixtures/crowd.ts';
import { answered, begin, clientOf, cutOff, expect, makeProject, settled, test, untold } from '../fixtures/story.ts';

const four = ['Todo', 'In Progress', 'Pending', 'Completed'];

const pause = (page: Page, millis = 120) => page.waitForTimeout(millis);
const head = (page: Page, name: string) => page.locator('.board .col__head').getByRole('heading', { name, exact: true });

/** The names of the lists, from the start of the row. */
async function expectLists(page: Page, wanted: string[]): Promise<void> {
  const names = () => page.locator('.board .col__head h2').allInnerTexts().catch(() => ['a page on its way']);
  await expect.poll(names, { message: 'the lists' }).toEqual(wanted);
}

/** What the page asks of the server to order lists. */
function sentBy(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => { if (/place_column/.test(request.url())) sent.push(request.url()); });
  return sent;
}

/** From one list to the next, in pixels. */
async function pitch(page: Page): Promise<number> {
  const box = async (name: string) => (await page.getByRole('region', { name, exact: true }).boundingBox())!;
  return Math.abs((await box(four[1])).x - (await box(four[0])).x);
}

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await makeProject(page, empty);
  await settled(page, hydrated);
});

test('a list is dragged by its head, is told, shown to others, taken back and done again, and keeps what it had @hydrated', async ({ page, context, empty }) => {
  await pasteTasks(page, 'Todo', Array.from({ length: 40 }, (_, i) => `Task ${i}`));
  const other = await context.newPage();
  await other.goto(`${empty.url}/board/REP`);
  await settled(other, true);
  await page.bringToFront();
  const cards = page.getByRole('region', { name: 'Todo', exact: true }).locator('.cards');
  await cards.evaluate((list) => { list.scrollTop = 300; });
  const scrolled = await cards.evaluate((list) => list.scrollTop);
  const step = await pitch(page);
  const at = await take(page, head(page, 'Todo'));
  await expect(page.locator('.board .col.is-hole')).toHaveCount(1);
  await page.mouse.move(at.x + step * 2, at.y + 40, { steps: 10 });
  await pause(page, 300);
  // The two that it has passed have made room.
  const moved = await page.locator('.board .col:not(.is-hole)').evaluateAll((all) => all.filter((list) => new DOMMatrix(getComputedStyle(list).transform).e < -50).length);
  expect(moved).toBe(2);
  await letGo(page);
  const after = ['In Progress', 'Pending', 'Todo', 'Completed'];
  await expectLists(page, after);
  await expect(page.locator('#live-polite')).toHaveText('Moved. Todo is list 3 of 4. Press Control Z to undo.');
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Moved the list “Todo” to place 3 of 4');
  expect(Math.abs((await cards.evaluate((list) => list.scrollTop)) - scrolled), 'how far it was scrolled').toBeLessThan(2);
  await expectLists(other, after);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expectLists(page, after);

  const again = await take(page, head(page, 'Completed'));
  await page.mouse.move(again.x - step * 3, again.y, { steps: 10 });
  await letGo(page);
  await expectLists(page, ['Completed', 'In Progress', 'Pending', 'Todo']);
  await page.keyboard.press('Control+z');
  await expectLists(page, after);
  await expect(page.locator('#live-assertive')).toHaveText('Undone. Completed is list 4 of 4 again.');
  await page.keyboard.press('Control+Shift+z');
  await expectLists(page, ['Completed', 'In Progress', 'Pending', 'Todo']);
  await expect(page.getByRole('region', { name: 'Notifications' }), 'an offer to take back what was taken back').not.toContainText('Completed');
  await page.keyboard.press('Control+z');
  await expectLists(page, after);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expectLists(page, after);
  await expectLists(other, after);

  const last = await take(page, head(page, 'Pending'));
  await page.mouse.move(last.x - step * 3, last.y, { steps: 10 });
  await letGo(page);
  await expectLists(page, ['Pending', 'In Progress', 'Todo', 'Completed']);
  await page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).last().click();
  await expectLists(page, after);
});

test('it begins after five pixels with the first button, and what stands in a head keeps working @hydrated', async ({ page }) => {
  const sent = sentBy(page);
  const at = await middle(head(page, 'Pending'));
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 4, at.y);
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await page.mouse.move(at.x + 5, at.y);
  await expect(layer(page)).toBeVisible();
  await letGo(page);

  const button = page.getByRole('button', { name: 'Actions for the list Pending', exact: true });
  const menu = await middle(button);
  await page.mouse.move(menu.x, menu.y);
  await page.mouse.down();
  await page.mouse.move(menu.x - 300, menu.y, { steps: 4 });
  await pause(page);
  await expect(layer(page)).toHaveCount(0);
  await page.mouse.up();
  await button.click();
  await expect(page.getByRole('button', { name: 'Collapse' }).locator('visible=true')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Add a task to the top of Pending' }).click();
  await expect(page.getByRole('region', { name: 'Pending', exact: true }).getByRole('textbox').first()).toBeFocused();
  await expectLists(page, four);
  expect(sent).toEqual([]);
});

test('Escape, another window and a lost pointer put the list back, and nothing is sent @hydrated', async ({ page }) => {
  const sent = sentBy(page);
  const step = await pitch(page);
  const ways: [string, () => Promise<unknown>][] = [
    ['Escape', () => page.keyboard.press('Escape')],
    ['blur', () => page.evaluate(() => window.dispatchEvent(new Event('blur')))],
    ['pointercancel', () => page.evaluate(() => window.dispatchEvent(new PointerEvent('pointercancel', { pointerId: 1 })))],
  ];
  for (const [name, giveUp] of ways) {
    const at = await take(page, head(page, 'Todo'));
    await page.mouse.move(at.x + step * 2, at.y, { steps: 6 });
    await pause(page);
    await giveUp();
    await expect(layer(page), name).toHaveCount(0);
    await page.mouse.up();
    await expect(page.locator('#live-assertive')).toHaveText('Movement cancelled. Todo is list 1 of 4 again.');
    await expectLists(page, four);
    const marks = await page.locator('.board .col').evaluateAll((all) => all.filter((list) => list.matches('.is-hole') || (list as HTMLElement).style.transform).length);
    expect(marks, `traces after ${name}`).toBe(0);
  }
  expect(sent).toEqual([]);
});

test('where pages are read from the right, and for those who asked for calm, a list lands where it is let go @hydrated', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  const step = await pitch(page);
  const at = await take(page, head(page, 'Todo'));
  await page.mouse.move(at.x - step, at.y, { steps: 6 });
  await letGo(page);
  await expectLists(page, ['In Progress', 'Todo', 'Pending', 'Completed']);
});

test('the menu in the head moves a list by keys alone @hydrated', async ({ page }) => {
  await page.getByRole('button', { name: 'Actions for the list Todo', exact: true }).focus();
  await page.keyboard.press('Enter');
  const right = page.getByRole('button', { name: 'Move to the right' }).locator('visible=true');
  await expect(right).toBeVisible();
  for (let presses = 0; presses < 4 && !(await right.evaluate((button) => button === document.activeElement)); presses += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(right).toBeFocused();
  await page.keyboard.press('Enter');
  await expectLists(page, ['In Progress', 'Todo', 'Pending', 'Completed']);
  // It happens in the page: the focus stays on the button of the list, and Undo takes it back.
  await expect(page.getByRole('button', { name: 'Actions for the list Todo', exact: true })).toBeFocused();
  await expect(right).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expectLists(page, four);
});

test('in lanes, and where the project is only read, a head is no handle @hydrated', async ({ page, empty }) => {
  await addTasks(page, 'Todo', ['One']);
  const pull = async () => {
    const at = await middle(head(page, 'Todo'));
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 300, at.y, { steps: 5 });
    await pause(page);
    await expect(layer(page)).toHaveCount(0);
    await page.mouse.up();
  };
  await page.goto(`${empty.url}/board/REP?group=priority`);
  await settled(page, true);
  await pull();
  const board = await clientOf(page).call<{ project: string }>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await clientOf(page).call('archive_project', { project: board.value.project });
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  await expectTitles(page, 'Todo', ['One']);
  await pull();
  await expectLists(page, four);
});

test.describe('where the server says no', () => {
  // The browser itself writes every refused request into the console.
  test.use({ expectedErrors: [new RegExp(`status of 404|${cutOff.source}`)] });

  test('a list that is gone flies home, with the reason, and the page then shows what there is @hydrated', async ({ page }) => {
    // A page that was told would show the list no more.
    await untold(page);
    const board = await clientOf(page).call<{ columns: { id: string; name: string }[] }>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
    const id = (name: string) => board.value.columns.find((list) => list.name === name)!.id;
    await clientOf(page).call('remove_column', { column: id('Pending'), heir: id('Todo') });
    const step = await pitch(page);
    const at = await take(page, head(page, 'Pending'));
    await page.mouse.move(at.x - step * 2, at.y, { steps: 8 });
    await letGo(page);
    await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Not moved. This is not here, or you cannot see it. Pending is list 3 of 4 again.');
    await expectLists(page, ['Todo', 'In Progress', 'Completed']);
  });
});

test.describe('by finger', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('a hold lifts a list, the row scrolls under it, a swipe only scrolls, and a lost touch puts back @hydrated', async ({ page, context }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const row = page.locator('.board');
    const left = () => row.evaluate((board) => board.scrollLeft);
    const fingers = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel', at?: { x: number; y: number }) =>
      fingers.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });

    const at = await middle(head(page, 'Todo'));
    await touch('touchStart', at);
    for (let step = 1; step <= 8; step += 1) {
      await touch('touchMove', { x: at.x - step * 6, y: at.y });
      await pause(page, 16);
    }
    await pause(page, 300);
    await expect(layer(page)).toHaveCount(0);
    await touch('touchEnd');
    await row.evaluate((board) => { board.scrollLeft = 0; });
    await expect.poll(left).toBe(0);

    const lost = await middle(head(page, 'Todo'));
    await touch('touchStart', lost);
    await pause(page, 400);
    await expect(layer(page)).toBeVisible();
    await touch('touchMove', { x: lost.x + 60, y: lost.y });
    await pause(page);
    await touch('touchCancel');
    await expect(layer(page)).toHaveCount(0);
    await expectLists(page, four);

    await row.evaluate((board) => { board.scrollLeft = 0; });
    await expect.poll(left).toBe(0);
    const held = await middle(head(page, 'Todo'));
    await touch('touchStart', held);
    await pause(page, 400);
    await expect(layer(page)).toBeVisible();
    for (let step = 1; step <= 8; step += 1) {
      await touch('touchMove', { x: held.x + ((384 - held.x) * step) / 8, y: held.y });
      await pause(page, 16);
    }
    const most = await row.evaluate((board) => board.scrollWidth - board.clientWidth);
    await expect.poll(left, { message: 'the row scrolls under the list' }).toBeGreaterThan(most - 2);
    await pause(page, 300);
    await touch('touchEnd');
    await expect(layer(page)).toHaveCount(0);
    await expectLists(page, ['In Progress', 'Pending', 'Completed', 'Todo']);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expectLists(page, ['In Progress', 'Pending', 'Completed', 'Todo']);
  });
});
