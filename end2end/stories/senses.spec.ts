// How the program looks to those who see it otherwise: high contrast, few pixels, large letters, and by the rights of a viewer.
import { card } from '../fixtures/board.ts';
import { begin, clientOf, createProject, expect, expectAccessible, mina, openBoard, settled, test } from '../fixtures/story.ts';
import { sideways } from '../fixtures/fits.ts';
import { browserOfMina, closeOpened } from '../fixtures/pair.ts';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];
const pages = ['/', '/board/REP', '/board/REP/list', '/board/REP/calendar', '/board/REP/notes', '/tasks/REP-1', '/my-work', '/jobs', '/settings/profile'];

test.beforeEach(async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, three);
});

test.afterEach(closeOpened);

test('who asks for more contrast gets stronger lines, and in forced colours every edge and every state is drawn @hydrated', async ({ page, empty, hydrated }) => {
  await openBoard(page, empty);
  await settled(page, hydrated);
  const line = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--line').trim());
  const usual = await line();
  await page.emulateMedia({ contrast: 'more' });
  await expect.poll(line).not.toBe(usual);

  await page.emulateMedia({ contrast: null, forcedColors: 'active' });
  const border = (selector: string) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).borderTopWidth);
  for (const selector of ['.card', '.col', '.btn', '.filter', '.icon-btn']) expect(await border(selector), selector).not.toBe('0px');
  await page.goto(`${empty.url}/board/REP?q=smtp`);
  await settled(page, hydrated);
  await card(page, three[1]).getByRole('link', { name: three[1], exact: true }).focus();
  const outline = await page.locator(':focus').evaluate((element) => {
    const style = getComputedStyle(element.closest('.card') ?? element);
    const own = getComputedStyle(element);
    return [style.outlineStyle, own.outlineStyle];
  });
  expect(outline.some((style) => style !== 'none'), `the focus is drawn: ${outline}`).toBe(true);
  const current = await page.locator('.nav__item[aria-current=page]').evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(current, 'where the person is').not.toBe('none');
});

/** Pixels, at 400 and at 200 per cent, and on 320 pixels: the smallest window is the one a page begins in. */
const windows = [[320, 225], [640, 450], [320, 640]] as const;

test('nothing has to be scrolled sideways at 200 and at 400 per cent and on 320 pixels, and the main action can be reached', async ({ page, empty, hydrated }) => {
  test.slow();
  const show = ([width, height]: readonly [number, number]) => page.setViewportSize({ width, height });
  for (const path of pages) {
    await show(windows[0]);
    await page.goto(`${empty.url}${path}`);
    await settled(page, hydrated);
    await expect(page.locator('h1'), path).toHaveCount(1);
    for (const size of windows) {
      await show(size);
      expect(await sideways(page), `${path} in a window of ${size.join(' × ')}`).toBeLessThanOrEqual(0);
    }
  }
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, hydrated);
  for (const size of windows) {
    await show(size);
    const field = page.getByLabel('New comment');
    await field.scrollIntoViewIfNeeded();
    const words = `It fits into ${size.join(' × ')}.`;
    await field.fill(words);
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(page.getByText(words).first()).toBeVisible();
    await settled(page, hydrated);
  }
});

test('all is well on the pages as a viewer finds them, who is not offered what viewers cannot do @hydrated', async ({ page, browser, empty }) => {
  test.slow();
  const client = clientOf(page);
  empty.command(['user', 'create', '--email', mina.email, '--name', mina.name], `${mina.password}\n`);
  const { id } = (await client.call<{ head: { id: string } }>('load_project', { key: 'REP' })).value.head;
  await client.call('add_member', { project: id, who: mina.email, role: 'viewer' });
  const hers = await browserOfMina(browser, empty);
  for (const path of [...pages, '/board/REP/archive', '/board/REP/trash', '/projects', '/projects/REP', '/projects/REP/members', '/reports', '/notifications', '/search?q=report']) {
    await test.step(path, async () => {
      expect((await hers.goto(`${empty.url}${path}`))?.status(), path).toBe(200);
      await settled(hers, true);
      await expectAccessible(hers);
    });
  }
  await hers.goto(`${empty.url}/board/REP`);
  await settled(hers, true);
  await expect(hers.getByText('Add task', { exact: true })).toHaveCount(0);
  await hers.keyboard.press('c');
  // Another page would have come by then.
  await hers.waitForTimeout(1_000);
  await expect(hers, 'the key for a new task takes nobody away who may make none').toHaveURL(/\/board\/REP$/);
  await hers.goto(`${empty.url}/board/REP/list`);
  await expect(hers.getByLabel(`Priority of ${three[0]}`)).toHaveCount(0);
  await expect(hers.locator('summary[aria-label^="Rename"]')).toHaveCount(0);
});
