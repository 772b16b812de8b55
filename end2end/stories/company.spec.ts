// Others on the same board: how their moves are shown, what waits while something is in hand, and who is there.
import type { Page } from '@playwright/test';
import { boardOf, card, expectTitles, focusCard, idOf, list } from '../fixtures/board.ts';
import { Client } from '../fixtures/client.ts';
import { listen } from '../fixtures/heard.ts';
import { addEditors, closeOpened, together } from '../fixtures/pair.ts';
import { begin, clientOf, createProject, dana, expect, mina, openBoard, settled, test } from '../fixtures/story.ts';

const three = ['One', 'Two', 'Three'];

test.afterEach(closeOpened);

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page, three);
  await openBoard(page, empty);
  await settled(page, hydrated);
});

/** Dana moves a card to the end of a list, from somewhere else. */
async function move(page: Page, title: string, name: string): Promise<void> {
  const task = await idOf(page, title);
  const column = (await boardOf(page)).columns.find((one) => one.name === name)!.id;
  await clientOf(page).call('move_task', { card: task, column, after: null, before: null, op: crypto.randomUUID() }, 'json');
}

test('a card that somebody else moves slides to its place, but not for those who asked for calm @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  await other.evaluate(() => {
    const slides: string[] = [];
    Object.assign(window, { slides });
    const look = (changes: MutationRecord[]) => {
      for (const { target } of changes) if (target instanceof HTMLElement && target.matches('.card') && / (240ms|0\.24s) /.test(target.style.transition)) slides.push(target.className);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['style'] });
  });
  const slides = () => other.evaluate(() => (window as unknown as { slides: string[] }).slides.splice(0));
  await move(page, 'One', 'Pending');
  await expectTitles(other, 'Pending', ['One']);
  await expect(card(other, 'One')).toHaveAttribute('data-by', dana.name);
  // The card flies over the lists; those that it leaves close up.
  const seen: string[] = [];
  await expect.poll(async () => {
    seen.push(...await slides());
    return [seen.some((one) => one.includes('is-flying')), seen.some((one) => !one.includes('is-flying'))];
  }).toEqual([true, true]);

  await other.emulateMedia({ reducedMotion: 'reduce' });
  await expect(card(other, 'One')).not.toHaveAttribute('data-by', /.*/);
  await slides();
  await move(page, 'Two', 'Pending');
  await expectTitles(other, 'Pending', ['One', 'Two']);
  await expect(card(other, 'Two')).toHaveAttribute('data-by', dana.name);
  expect(await slides()).toEqual([]);
});

test('while a title is written or a choice is open nothing moves, and then all of it does @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  const seen = (wanted: string[]) => expect(list(other, 'Todo').locator('.card')).toHaveCount(wanted.length);
  // What is awaited of the board here has come to the page: its stream is read by the page itself.
  const comes = async (title: string, name: string) => {
    await move(page, title, name);
    await expectTitles(page, name, [title]);
    await other.waitForTimeout(700);
  };
  await focusCard(other, 'Three');
  await other.keyboard.press('e');
  const field = other.getByLabel('Title of Three');
  await expect(field).toBeFocused();
  await other.keyboard.type('Third');
  await comes('One', 'Pending');
  await seen(three);
  await expect(field).toHaveValue('Third');
  await other.keyboard.press('Enter');
  await expectTitles(other, 'Pending', ['One']);
  await expectTitles(other, 'Todo', ['Two', 'Third']);

  await focusCard(other, 'Third');
  await other.keyboard.press('p');
  const menu = other.getByRole('menu', { name: 'Priority of “Third”' });
  await expect(menu).toBeVisible();
  await comes('Two', 'Completed');
  await seen(['Two', 'Third']);
  await other.keyboard.press('u');
  await other.keyboard.press('Enter');
  await expectTitles(other, 'Completed', ['Two']);
  await expectTitles(other, 'Todo', ['Third']);
  await expect(card(page, 'Third')).toContainText('Urgent');
});

test('of many who are here four have a face, and the others are counted @hydrated', async ({ page, empty }) => {
  const emails = await addEditors(clientOf(page), empty, ['Nina Novak', 'Tom Novak', 'Eva Novak', 'Ivo Novak', 'Ana Novak']);
  const here = page.getByRole('banner').getByRole('group', { name: 'Also here' });
  const leave: (() => void)[] = [];
  for (const email of emails) {
    const client = new Client(empty);
    await client.signIn(email, mina.password);
    const cookie = client.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    client.close();
    // As a page does that shows the board: whoever hears of its changes is there.
    const gone = new AbortController();
    const stream = await fetch(`${empty.url}/live/REP`, { headers: { cookie, accept: 'text/event-stream' }, signal: gone.signal });
    expect(stream.status).toBe(200);
    void stream.text().catch(() => {});
    leave.push(() => gone.abort());
  }
  await expect(here.getByRole('img')).toHaveCount(4);
  await expect(here).toContainText('+1 people');
  leave.pop()!();
  await expect(here).not.toContainText('people', { timeout: 20_000 });
  await expect(here.getByRole('img')).toHaveCount(4);
  leave.forEach((go) => go());
  await expect(here).toBeHidden({ timeout: 20_000 });
});

test('what one has done oneself comes back without a ring and without a word @hydrated', async ({ page, browser, empty }) => {
  const other = await together(page, browser, empty);
  const heard = await listen(page);
  const rings = await page.evaluateHandle(() => {
    const rings: string[] = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const ring = target instanceof HTMLElement && target.hasAttribute('data-by') && target.querySelector('.card__title')?.textContent;
        if (ring) rings.push(ring);
      }
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-by'] });
    return rings;
  });
  await focusCard(page, 'One');
  await page.keyboard.press('.');
  await expectTitles(other, 'In Progress', ['One']);
  // Changes come in their order: with this one the echo of the first has come.
  await focusCard(other, 'Two');
  await other.keyboard.press('.');
  await expectTitles(page, 'In Progress', ['Two', 'One']);
  await expect.poll(heard).toContain(`${mina.name} moved “Two” to In Progress.`);
  expect(new Set(await rings.jsonValue())).toEqual(new Set(['Two']));
  expect((await heard()).filter((words) => words.includes(dana.name))).toEqual([]);
});
