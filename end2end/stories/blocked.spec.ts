// Scripts run, but WebAssembly never comes: a proxy blocks it, or the line breaks. All is done by plain forms.
import { addTasks, card, expectTitles } from '../fixtures/board.ts';
import { begin, expect, makeProject, test } from '../fixtures/story.ts';

const two = ['Draft the November report', 'Rotate the SMTP password'];

test.use({ expectedErrors: [/ERR_FAILED|ERR_BLOCKED|[Ww]eb[Aa]ssembly|wasm|[Ff]ailed to fetch/] });

test('with WebAssembly blocked a board is filled, filtered and worked on by plain forms @hydrated', async ({ page, empty }) => {
  await page.route(/\.wasm(\?|$)/, (route) => route.abort());
  await begin(page, empty);
  await makeProject(page, empty);
  await addTasks(page, 'Todo', two);
  await expect(page.locator('html')).not.toHaveAttribute('data-hydrated', 'yes');

  await card(page, two[0]).getByRole('button', { name: `Actions for ${two[0]}` }).click();
  await page.getByRole('radio', { name: 'Pending' }).check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await page.goto(`${empty.url}/board/REP`);
  await expectTitles(page, 'Pending', [two[0]]);

  await page.getByRole('link', { name: two[1], exact: true }).click();
  const priority = page.getByRole('region', { name: 'Task' }).getByLabel('Priority');
  await priority.selectOption('urgent');
  await priority.locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('New comment').fill('Asked the relay team.');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(page.getByText('Asked the relay team.').first()).toBeVisible();

  await page.goto(`${empty.url}/board/REP`);
  await expect(card(page, two[1])).toContainText('Urgent');
  const search = page.getByRole('searchbox');
  await search.fill('relay');
  await search.press('Enter');
  await expect(page).toHaveURL(/q=relay/);
  await page.goto(`${empty.url}/board/REP?q=november`);
  await expectTitles(page, 'Pending', [two[0]]);
  await expectTitles(page, 'Todo', []);

  // Nothing waits for what never comes.
  for (const path of ['/', '/board/REP/list', '/board/REP/calendar', '/tasks/REP-1', '/my-work', '/projects/REP']) {
    await page.goto(`${empty.url}${path}`);
    await expect(page.getByRole('main')).toBeVisible();
    await expect(page.getByText(/loading/i)).toHaveCount(0);
  }
});
