// What the board tells those who hear it instead of seeing it, and the keys by which they come around.
import type { Page } from '@playwright/test';
import { boardOf, expectTitles, focusCard, list } from '../fixtures/board.ts';
import { listen } from '../fixtures/heard.ts';
import { closeOpened, together } from '../fixtures/pair.ts';
import { answered, begin, clientOf, createProject, cutOff, dana, expect, openBoard, settled, test, untold } from '../fixtures/story.ts';

const three = ['One', 'Two', 'Three'];

test.afterEach(closeOpened);

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page, three);
  await openBoard(page, empty);
  await settled(page, hydrated);
});

const assertive = (page: Page) => page.locator('#live-assertive');
const polite = (page: Page) => page.locator('#live-polite');

test('each list says how its cards are moved, and how many there are', async ({ page }) => {
  const todo = list(page, 'Todo');
  await expect(todo).toHaveAccessibleDescription('Press Space to lift a task and move it with the arrow keys, or M to choose a place.');
  await expect(page.getByRole('region', { name: 'Todo' }).locator('.badge')).toHaveText('3 tasks');
  // Both are there before anything is awake: a region that comes with its words is not heard.
  await expect(assertive(page)).toHaveAttribute('aria-live', 'assertive');
  await expect(polite(page)).toHaveAttribute('aria-live', 'polite');
});

test('a lifted card goes to both ends of a list and to the last list, and says when it is taken back and moved again @hydrated', async ({ page }) => {
  const said = assertive(page);
  await focusCard(page, 'Two');
  await page.keyboard.press('Space');
  await expect(said).toHaveText(/^Picked up “Two”\. Todo, position 2 of 3\./);
  await page.keyboard.press('Home');
  await expect(said).toHaveText('Todo, position 1 of 3.');
  await page.keyboard.press('End');
  await expect(said).toHaveText('Todo, position 3 of 3.');
  for (const name of ['In Progress', 'Pending', 'Completed']) {
    await page.keyboard.press('ArrowRight');
    await expect(said).toHaveText(`${name}, position 1 of 1.`);
  }
  await page.keyboard.press('ArrowRight');
  await expect(said).toHaveText('Last list.');
  await page.keyboard.press('Enter');
  await expectTitles(page, 'Completed', ['Two']);
  await expect(polite(page)).toHaveText('Moved “Two” from Todo to Completed, position 1 of 1. Press Control Z to undo.');
  await expect(page.getByRole('link', { name: 'Two', exact: true })).toBeFocused();

  await page.keyboard.press('Control+z');
  await expect(said).toHaveText('Undone. “Two” is back in Todo, position 2.');
  await expectTitles(page, 'Todo', three);
  await page.keyboard.press('Control+Shift+z');
  await expect(said).toHaveText('Done again. “Two” is in Completed, position 1.');
  await expectTitles(page, 'Completed', ['Two']);
  await answered(page);
});

test('the slash leads into the filter, which says how many tasks are shown; and no key acts while a letter is composed @hydrated', async ({ page }) => {
  await page.locator('h1').first().focus();
  await page.keyboard.press('/');
  const filter = page.getByRole('searchbox', { name: 'Filter tasks' });
  await expect(filter).toBeFocused();
  await page.keyboard.type('tw');
  await expectTitles(page, 'Todo', ['Two']);
  await expect(polite(page)).toHaveText('1 of 3 tasks shown.');
  await expect(filter).toHaveValue('tw');
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expectTitles(page, 'Todo', three);
  await expect(polite(page)).toHaveText('3 of 3 tasks shown.');

  const link = page.getByRole('link', { name: 'One', exact: true });
  const chosen = page.getByRole('region', { name: 'Selection' });
  const keyDown = (isComposing: boolean) => link.evaluate((element, isComposing) => {
    if (!isComposing) element.addEventListener('keydown', (event) => event.preventDefault(), { once: true });
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true, cancelable: true, isComposing }));
  }, isComposing);
  // By an input method, and where something inside has taken the key.
  for (const isComposing of [true, false]) {
    await focusCard(page, 'One');
    await keyDown(isComposing);
    // A card that was selected by that would be let go by this one.
    await page.keyboard.press('x');
    await expect(chosen).toContainText('1 selected');
    await page.keyboard.press('Escape');
    await expect(chosen).toHaveCount(0);
  }
});

test('G and a letter lead to each part of the program @hydrated', async ({ page, empty }) => {
  const parts = [
    ['j', '/jobs', 'Jobs'], ['d', '/', 'Dashboard'], ['t', '/templates', 'Templates'], ['r', '/reports', 'Reports'],
    ['s', '/settings/profile', 'Profile'], ['b', '/board/REP', 'Reporting board'],
  ] as const;
  for (const [letter, path, name] of parts) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await expect(page, `G ${letter}`).toHaveURL(new RegExp(`^${empty.url}${path}(\\?.*)?$`));
    // The address changes before the page does: until then the heading of the last one stands here.
    const heading = page.getByRole('heading', { level: 1, name, exact: true });
    await expect(heading, `G ${letter}`).toBeVisible();
    await expect(page.locator('h1'), `G ${letter}`).toHaveCount(1);
    // What has the focus now is no field: the next letter is a key again.
    await heading.focus();
  }
});

test('many changes by others are one sentence, and whoever wants none hears none @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await focusCard(page, 'One');
  await page.keyboard.press('Control+a');
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('3 selected');
  await page.keyboard.press('.');
  await expectTitles(other, 'In Progress', three);
  // The first one may have been said alone; what came while it was said comes together.
  await expect(polite(other)).toHaveText(/^\d changes by others\.$/, { timeout: 20_000 });

  await other.goto(`${empty.url}/settings/profile`);
  await settled(other, true);
  await other.getByRole('checkbox', { name: 'Announce what others do to my screen reader' }).uncheck();
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(other.getByText('Saved.', { exact: true })).toBeVisible();
  await other.goto(`${empty.url}/board/REP`);
  await settled(other, true);
  const heard = await listen(other);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(0);
  await focusCard(page, 'Two');
  await page.keyboard.press('.');
  await expectTitles(other, 'Pending', ['Two']);
  // Sentences come in their order: with this one the other would have been heard.
  await focusCard(other, 'One');
  await other.keyboard.press('.');
  await expect.poll(async () => (await heard()).some((words) => words.startsWith('Moved “One”'))).toBe(true);
  expect((await heard()).filter((words) => words.includes(dana.name))).toEqual([]);
});

test.describe('over a dialog', () => {
  // The browser itself writes every refused request into the console.
  test.use({ expectedErrors: [new RegExp(`status of 404|${cutOff.source}`)] });

  test('what is said while a dialog is open is said in it: all that is outside is silent then @hydrated', async ({ page }) => {
    await untold(page);
    let letGo = () => {};
    const held = new Promise<void>((resolve) => { letGo = resolve; });
    await page.route('**/rpc/move_task*', async (route) => {
      await held;
      await route.continue();
    });
    await focusCard(page, 'One');
    await page.keyboard.press('.');
    await expectTitles(page, 'In Progress', ['One']);
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await expect(keys).toBeVisible();
    // Somebody takes the list away before the server hears of the move.
    const { columns } = await boardOf(page);
    await clientOf(page).call('remove_column', { column: columns[1].id, heir: columns[0].id });
    letGo();
    await expect(keys.locator('[data-live=live-assertive]')).toContainText('Not moved.');
    await expect(assertive(page)).not.toContainText('Not moved.');
    await page.keyboard.press('Escape');
    await expect(keys).toBeHidden();
    await expectTitles(page, 'Todo', three);
  });
});
