// Fields that propose what to type: the list under them by keys, by pointer, by finger; without WebAssembly the browser's own.
import { answered, begin, clientOf, createProject, dana, expect, expectAccessible, mina, settled, test } from '../fixtures/story.ts';
import type { Locator, Page } from '@playwright/test';

const titles = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

const options = (page: Page): Locator => page.getByRole('listbox', { name: 'Proposals' }).getByRole('option');

/** The option that Enter takes is the one that the field names. */
async function expectActive(page: Page, field: Locator, name: string): Promise<void> {
  const active = page.getByRole('option', { name, exact: true, selected: true });
  await expect(active).toBeVisible();
  await expect(field).toHaveAttribute('aria-activedescendant', (await active.getAttribute('id'))!);
}

/** Expects the whole list inside what is seen of the window. */
async function expectInWindow(page: Page): Promise<void> {
  await expect(page.locator('.combobox:popover-open')).toBeVisible();
  const inside = () => page.locator('.combobox:popover-open').evaluate((list) => {
    const { left, top, right, bottom } = list.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  });
  await expect.poll(inside, { message: 'the list is inside the window' }).toBe(true);
}

test('a time zone is found by keys, without regard to case and what stands between words @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, true);
  const field = page.getByRole('combobox', { name: 'Time zone' });
  await expect(field).toHaveAttribute('aria-expanded', 'false');
  await expect(field).toHaveAttribute('aria-autocomplete', 'list');
  await expect(field).not.toHaveAttribute('list');
  await expect(page.locator('datalist')).toHaveCount(0);

  await field.fill('LJUB');
  await expect(options(page)).toHaveText(['Europe/Ljubljana']);
  await expect(options(page).locator('mark')).toHaveText('Ljub');
  await expect(field).toHaveAttribute('aria-expanded', 'true');
  await expect(field).not.toHaveAttribute('aria-activedescendant');
  await expect(page.getByRole('status').filter({ hasText: /^1 result$/ })).toHaveCount(1);
  await field.press('ArrowDown');
  await expectActive(page, field, 'Europe/Ljubljana');
  await field.press('Enter');
  await expect(field).toHaveValue('Europe/Ljubljana');
  await expect(field).toHaveAttribute('aria-expanded', 'false');
  await expect(page).not.toHaveURL(/saved/);

  await field.fill('new york');
  await field.press('ArrowUp');
  await field.press('Enter');
  await expect(field).toHaveValue('America/New_York');

  await field.fill('a');
  await expect(options(page)).toHaveCount(50);
  await expect(page.getByText(/^\d+ more, type on$/)).toBeVisible();
  await field.press('ArrowDown');
  const first = (await options(page).first().innerText()).trim();
  const last = (await options(page).last().innerText()).trim();
  await expectActive(page, field, first);
  await field.press('End');
  await expectActive(page, field, last);
  await expect(options(page).last()).toBeInViewport();
  await expectInWindow(page);
  await expectAccessible(page);
  await field.press('ArrowDown');
  await expectActive(page, field, first);
  await field.press('ArrowUp');
  await expectActive(page, field, last);
  await field.press('Home');
  await expectActive(page, field, first);

  await field.press('Escape');
  await expect(options(page)).toHaveCount(0);
  await expect(field).toHaveValue('a');
  await field.press('Alt+ArrowDown');
  await expect(options(page)).toHaveCount(50);
  await field.press('ArrowDown');
  await field.press('Tab');
  await expect(options(page)).toHaveCount(0);
  await expect(field).toHaveValue('a');
  await expect(field).not.toBeFocused();

  // What was chosen before is not far down the list.
  await field.fill('Europe/Ljubljana');
  await expect(options(page)).toHaveCount(0);
  await field.press('ArrowDown');
  await expectActive(page, field, 'Europe/Ljubljana');
  await expect(options(page)).toHaveCount(50);
  await field.press('Escape');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
});

test('a person is found without accents, taken with the pointer, and added', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await clientOf(page).call('invite_person', { name: mina.name, email: mina.email, zone: 'UTC', role: 'member' });
  await page.goto(`${empty.url}/projects/REP/members`);
  await settled(page, hydrated);
  const field = page.getByLabel('Name or address');
  if (hydrated) {
    await field.pressSequentially('kovac');
    const option = options(page).filter({ hasText: mina.email });
    await expect(option.locator('mark')).toHaveText('Kovač');
    await expectInWindow(page);
    await expectAccessible(page);
    // On the phone the field may have left the window, and its list with it.
    await field.press('ArrowDown');
    await option.click();
    await expect(options(page)).toHaveCount(0);
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(mina.email);
    await field.press('Tab');
  } else {
    await expect(page.locator('datalist#people-to-add option')).toHaveAttribute('value', mina.email);
    await field.fill(mina.email);
  }
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(page.getByRole('rowheader', { name: mina.name })).toBeVisible();
});

test('in the drawer the first Escape closes the list, and a label that is there is taken @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, titles);
  for (const [name, hue] of [['Ops', '3'], ['Open house', '4']]) await clientOf(page).call('make_label', { project: 'REP', name, hue });
  await page.goto(`${empty.url}/board/REP/tasks/1`);
  await settled(page, true);
  const drawer = page.locator('.drawer');
  const field = drawer.getByRole('combobox', { name: 'Add a label' });
  await field.fill('op');
  await expect(options(page)).toHaveText(['Open house', 'Ops']);
  await expect(options(page).nth(1).locator('.label[data-hue="3"]')).toBeVisible();
  await expectInWindow(page);
  await field.press('Escape');
  await expect(options(page)).toHaveCount(0);
  await expect(drawer).toBeVisible();
  await expect(field).toBeFocused();
  await field.press('ArrowDown');
  await field.press('ArrowDown');
  await expectActive(page, field, 'Ops');
  await field.press('Enter');
  await expect(field).toHaveValue('Ops');
  await expect(drawer.getByRole('button', { name: 'Add label' })).toBeVisible();
  await field.press('Enter');
  await expect(drawer.getByRole('button', { name: 'Remove the label Ops' })).toBeVisible();
  await expect(field).toHaveValue('');
  // What the task has is not proposed again, and a new name still makes a new label.
  await field.fill('op');
  await expect(options(page)).toHaveText(['Open house']);
  await field.fill('Opera');
  await expect(options(page)).toHaveCount(0);
  await expect(drawer.getByRole('button', { name: 'Create label' })).toBeVisible();
  await answered(page);
  // Nothing is open: the next ones leave the field, and the drawer.
  await field.press('Escape');
  await expect(field).not.toBeFocused();
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
});

test('tasks are proposed by the server, and an answer to older words is dropped @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, titles);
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  const links = page.getByRole('region', { name: 'Dependencies', exact: true });
  await links.getByText('Add a dependency').click();
  const field = links.getByRole('combobox', { name: 'The other task' });

  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/rpc/find_tasks*', async (route) => {
    if (route.request().postData()?.includes('rotate')) await held;
    await route.continue();
  });
  const older = page.waitForRequest((request) => request.url().includes('find_tasks') && Boolean(request.postData()?.includes('rotate')));
  await field.fill('rotate');
  await older;
  await field.fill('collect');
  await expect(options(page)).toHaveText([`REP-3 ${titles[2]}`]);
  release();
  await answered(page);
  await expect(options(page)).toHaveText([`REP-3 ${titles[2]}`]);

  await expectAccessible(page);
  await field.press('ArrowDown');
  await field.press('Enter');
  await expect(field).toHaveValue(`REP-3 ${titles[2]}`);
  await expect(options(page)).toHaveCount(0);
  await field.press('Enter');
  await expect(links.getByRole('link', { name: `REP-3 ${titles[2]}` })).toBeVisible();
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('the rows are large enough for a finger, and the list stays beside its field @hydrated', async ({ page, empty }) => {
    await begin(page, empty);
    await page.setViewportSize({ width: 390, height: 700 });
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    const field = page.getByRole('combobox', { name: 'Time zone' });
    await field.tap();
    await field.fill('lon');
    const option = options(page).filter({ hasText: 'Europe/London' });
    await expect(option).toBeVisible();
    expect((await option.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await expectInWindow(page);
    await option.tap();
    await expect(field).toHaveValue('Europe/London');
    await expect(options(page)).toHaveCount(0);
  });
});

test('without WebAssembly the browser proposes, and what is typed is saved @plain', async ({ page, empty }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/profile`);
  const field = page.getByLabel('Time zone');
  await expect(field).toHaveAttribute('list', 'zones');
  await expect(page.locator('datalist#zones option[value="Europe/London"]')).toHaveCount(1);
  await field.fill('Europe/London');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(field).toHaveValue('Europe/London');
});

test.describe('where WebAssembly is blocked', () => {
  test.use({ expectedErrors: [/ERR_FAILED|Failed to (load|fetch)/] });

  test('the field stays as the server sent it @hydrated', async ({ page, empty }) => {
    await begin(page, empty);
    await page.route(/\.wasm/, (route) => route.abort());
    await page.goto(`${empty.url}/settings/profile`);
    await answered(page);
    const field = page.getByLabel('Time zone');
    await expect(field).toHaveAttribute('list', 'zones');
    await expect(page.locator('datalist#zones option[value="Europe/London"]')).toHaveCount(1);
    await field.fill('Europe/London');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
  });
});

test('recipients of a job are proposed from its project and become lines, each once @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
  await page.goto(`${empty.url}/jobs/new`);
  await settled(page, true);
  const lines = page.getByLabel('Recipients');
  await lines.fill('max@example.org');
  const field = page.getByRole('combobox', { name: 'Add somebody', exact: true });
  await field.fill('dana');
  await field.press('ArrowDown');
  await field.press('Enter');
  const both = `max@example.org\n${dana.name} <${dana.email}>`;
  await expect(lines).toHaveValue(both);
  await expect(field).toHaveValue('');
  await expect(page.getByText('2 lines; 5000 at most.')).toBeVisible();

  await field.fill(dana.email.toUpperCase());
  await field.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'is there already' })).toHaveCount(1);
  await expect(lines).toHaveValue(both);
  await field.fill('sam@example.org');
  await field.press('Enter');
  await expect(lines).toHaveValue(`${both}\nsam@example.org`);
  await field.fill('nobody');
  await field.press('Enter');
  await expect(lines, 'who is nobody stays in the field').toHaveValue(`${both}\nsam@example.org`);
  await expect(field).toHaveValue('nobody');
  await expect(page).toHaveURL(/\/jobs\/new/);
  await expectAccessible(page);
});
