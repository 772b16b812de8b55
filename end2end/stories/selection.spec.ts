// Several cards at once: every part of the bar does to all of them what it does to one, and one step takes it back.
import type { Page } from '@playwright/test';
import { card, expectKept, expectTitles, focusCard } from '../fixtures/board.ts';
import { answered, begin, clientOf, createProject, dana, expect, openBoard, settled, test } from '../fixtures/story.ts';

const [first, second, third] = ['Draft the report', 'Rotate the password', 'Collect the numbers'];
const all = [first, second, third];

const bar = (page: Page) => page.getByRole('region', { name: 'Selection' });
const part = (page: Page, name: string) => bar(page).getByRole('button', { name, exact: true });

test.beforeEach(async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page, all);
  await clientOf(page).call('make_label', { project: 'REP', name: 'Ops', hue: '3' });
  await openBoard(page, empty);
  await settled(page, hydrated);
});

/** Selects the first two cards and nothing else. */
async function choose(page: Page): Promise<void> {
  await focusCard(page, first);
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar(page)).toContainText('2 selected');
}

test('status, due date, people and labels are given to all that is selected @hydrated', async ({ page }) => {
  const both = [first, second].map((title) => card(page, title));

  await choose(page);
  await part(page, 'Due').click();
  await page.getByRole('dialog', { name: 'Due date of 2 tasks' }).getByRole('button', { name: 'Tomorrow' }).click();
  for (const one of both) await expect(one).toContainText('Tomorrow');
  await expect(card(page, third).locator('.chip')).toHaveCount(0);
  await focusCard(page, third);
  await page.keyboard.press('Control+z');
  for (const one of both) await expect(one.locator('.chip')).toHaveCount(0);

  await choose(page);
  await part(page, 'Assign').click();
  const people = page.getByRole('dialog', { name: 'People of 2 tasks' });
  await people.getByRole('checkbox', { name: dana.name }).check();
  for (const one of both) await expect(one.getByRole('img', { name: dana.name })).toBeVisible();
  await expect(card(page, third).getByRole('img', { name: dana.name })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(people).toBeHidden();
  await focusCard(page, third);
  await page.keyboard.press('Control+z');
  for (const one of both) await expect(one.getByRole('img', { name: dana.name })).toHaveCount(0);

  await choose(page);
  await part(page, 'Label').click();
  const labels = page.getByRole('dialog', { name: 'Labels of 2 tasks' });
  await labels.getByRole('checkbox', { name: 'Ops' }).check();
  for (const one of both) await expect(one.locator('.label')).toHaveText('Ops');
  await page.keyboard.press('Escape');
  await expect(labels).toBeHidden();

  await choose(page);
  await part(page, 'Status').click();
  await page.getByRole('menuitemradio', { name: 'In Progress' }).click();
  await expectTitles(page, 'In Progress', [first, second]);
  await expectTitles(page, 'Todo', [third]);
  await answered(page);
  await expectKept(page, 'In Progress', [first, second]);
  await focusCard(page, third);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', all);
  await answered(page);
  await page.reload();
  await settled(page, true);
  await expectTitles(page, 'Todo', all);
  for (const one of both) await expect(one.locator('.label')).toHaveText('Ops');
});

test('what is selected is archived together and comes back together, and a selection is let go by its button @hydrated', async ({ page }) => {
  await choose(page);
  await part(page, 'Archive').click();
  await expectTitles(page, 'Todo', [third]);
  await expect(bar(page)).toBeHidden();
  await answered(page);
  await expectKept(page, 'Todo', [third]);
  await focusCard(page, third);
  await page.keyboard.press('Control+z');
  await expectTitles(page, 'Todo', all);
  await answered(page);
  await expectKept(page, 'Todo', all);

  await choose(page);
  await part(page, 'Clear').click();
  await expect(bar(page)).toBeHidden();
  await expect(page.getByRole('link', { name: second, exact: true })).toBeFocused();
  await expect(page.locator('.card.is-selected')).toHaveCount(0);
});

test('a selection is extended up as well as down @hydrated', async ({ page }) => {
  await focusCard(page, third);
  await page.keyboard.press('Shift+ArrowUp');
  await expect(bar(page)).toContainText('2 selected');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(bar(page)).toContainText('3 selected');
  await expect(page.getByRole('link', { name: first, exact: true })).toBeFocused();
  // The same key takes one out again.
  await page.keyboard.press('x');
  await expect(bar(page)).toContainText('2 selected');
});

test('labels are chosen by a key on a card, found by their words, and taken back @hydrated', async ({ page }) => {
  await focusCard(page, first);
  await page.keyboard.press('l');
  const labels = page.getByRole('dialog', { name: `Labels of “${first}”` });
  const find = labels.getByRole('searchbox', { name: 'Find a label' });
  await find.fill('nothing');
  await expect(labels.getByText('No label of this name.')).toBeVisible();
  await find.fill('op');
  await labels.getByRole('checkbox', { name: 'Ops' }).check();
  await expect(card(page, first).locator('.label')).toHaveText('Ops');
  await page.keyboard.press('Escape');
  await expect(labels).toBeHidden();
  await expect(page.getByRole('link', { name: first, exact: true })).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(card(page, first).locator('.label')).toHaveCount(0);
  await answered(page);
});

test('of very many labels the first are listed, and the others are found by typing @hydrated', async ({ page }) => {
  const names = Array.from({ length: 60 }, (_, i) => `Part ${String(i + 1).padStart(2, '0')}`);
  for (const [at, name] of names.entries()) await clientOf(page).call('make_label', { project: 'REP', name, hue: String(1 + (at % 5)) });
  await answered(page);
  await page.reload();
  await settled(page, true);
  await focusCard(page, first);
  await page.keyboard.press('l');
  const labels = page.getByRole('dialog', { name: `Labels of “${first}”` });
  // Sixty and the one that was there before.
  await expect(labels.getByText('11 more: type to find them')).toBeVisible();
  await expect(labels.getByRole('checkbox')).toHaveCount(50);
  await labels.getByRole('searchbox', { name: 'Find a label' }).fill('part 57');
  await expect(labels.getByRole('checkbox')).toHaveCount(1);
  await labels.getByRole('checkbox', { name: 'Part 57' }).check();
  await expect(card(page, first).locator('.label')).toHaveText('Part 57');
  await answered(page);
});
