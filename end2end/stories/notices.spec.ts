// What the program says over the page and how long, what it holds back while the server is away, and the keys that lead there.
import { card, focusCard, idOf, pasteTasks } from '../fixtures/board.ts';
import { addMina, browserOfMina, closeOpened } from '../fixtures/pair.ts';
import { answered, begin, clientOf, createProject, createTasks, dana, expect, expectAccessible, losesSession, openBoard, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.afterEach(closeOpened);

test.beforeEach(async ({ page, empty, hydrated }) => {
  test.skip(!hydrated, 'without WebAssembly nothing is said over the page');
  await begin(page, empty);
  await createProject(page, three);
});

const notices = (page: Page) => page.getByRole('region', { name: 'Notifications' });
const toasts = (page: Page) => notices(page).locator('.toast');

/** Opens the board. */
async function open(page: Page, server: AutoReport): Promise<void> {
  await openBoard(page, server);
  await settled(page, true);
}

/** Moves the first card to the next list by a key, which is said with an offer to take it back. */
async function say(page: Page, title = three[0]): Promise<void> {
  await focusCard(page, title);
  await page.keyboard.press('.');
  await expect(notices(page)).toContainText('In Progress');
}

test('a message goes by itself, but not while somebody looks at it @hydrated', async ({ page, empty }) => {
  test.slow();
  await open(page, empty);
  await say(page);
  await toasts(page).first().hover();
  await page.waitForTimeout(9_500);
  await expect(toasts(page)).toHaveCount(1);
  await page.mouse.move(2, 2);
  await expect(toasts(page)).toHaveCount(0, { timeout: 9_500 });

  await say(page, three[1]);
  await page.keyboard.press('Alt+t');
  await expect(notices(page).getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.waitForTimeout(9_500);
  await expect(notices(page).getByRole('button', { name: 'Undo' })).toBeFocused();
});

test('whoever wants to close messages by hand finds them until then @hydrated', async ({ page, empty }) => {
  test.slow();
  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, true);
  await page.getByLabel('Keep notifications until I dismiss them').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved').first()).toBeVisible();
  await expect(page.getByLabel('Keep notifications until I dismiss them')).toBeChecked();
  await open(page, empty);
  await say(page);
  await page.waitForTimeout(9_500);
  await notices(page).getByRole('button', { name: 'Close' }).click();
  await expect(toasts(page)).toHaveCount(0);
});

test('how many days are soon is chosen in the profile @hydrated', async ({ page, empty }) => {
  const day = new Date(Date.now() + 6 * 86_400_000).toISOString().slice(0, 10);
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  await page.getByLabel('Due date').fill(day);
  await expect(page.locator('.task__side .chip')).toHaveAttribute('data-due', 'upcoming');
  await page.goto(`${empty.url}/settings/profile`);
  await page.getByLabel('Due soon').selectOption('7');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved').first()).toBeVisible();
  await page.goto(`${empty.url}/tasks/REP-1`);
  await expect(page.locator('.task__side .chip')).toHaveAttribute('data-due', 'soon');
});

test('a task proposes the Monday of next week; on paper it has its words and nothing to press @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  const value = await page.getByRole('button', { name: 'Next week' }).getAttribute('value');
  expect(new Date(`${value}T00:00:00Z`).getUTCDay(), `${value} is a Monday`).toBe(1);

  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: 'Main', exact: true })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Attachments', exact: true }).locator('.attach')).toBeHidden();
  await expect(page.locator('.task form .btn').locator('visible=true')).toHaveCount(0);
  await expect(page.getByLabel('Title')).toHaveValue(three[0]);
});

test('G T leads to the templates, and F6 from part to part @hydrated', async ({ page, empty }) => {
  await open(page, empty);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await expect(page).toHaveURL(/\/templates$/);
  await open(page, empty);
  await say(page);
  await card(page, three[1]).getByRole('link', { name: three[1], exact: true }).click();
  const drawer = page.getByRole('region', { name: 'Task', exact: true });
  await drawer.getByLabel('Title').focus();
  await page.keyboard.press('F6');
  await expect(notices(page).locator(':focus')).toHaveCount(1);
  await page.keyboard.press('F6');
  await expect(page.locator('#main')).toBeFocused();
  await page.keyboard.press('F6');
  await expect(drawer).toBeFocused();
  await page.goto(`${empty.url}/keys`);
  for (const words of ['Go to the templates', 'A week later', 'To the next part: page, open task, notifications']) {
    await expect(page.getByText(words)).toBeVisible();
  }
});

test.describe('without a network', () => {
  test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load|EventSource/i] });

  test('every page says so, and what deletes or runs waits for it @hydrated', async ({ page, empty }) => {
    for (const path of ['/projects/REP', '/board/REP/list', '/board/REP/calendar', '/tasks/REP-1', '/my-work', '/settings/people']) {
      await page.goto(`${empty.url}${path}`);
      await settled(page, true);
      await page.context().setOffline(true);
      const bar = page.getByRole('status').filter({ hasText: 'Offline.' });
      await expect(bar, path).toHaveCount(1);
      await page.context().setOffline(false);
      await expect(bar, path).toHaveCount(0, { timeout: 15_000 });
    }
    await page.goto(`${empty.url}/projects/REP`);
    await settled(page, true);
    const remove = page.locator('button[type=submit].is-danger, button[type=submit].is-danger-quiet').first();
    await remove.evaluate((button) => button.setAttribute('title', 'For good'));
    await page.context().setOffline(true);
    await expect(remove).toHaveAttribute('aria-disabled', 'true');
    await expect(remove).toHaveAttribute('title', /^Offline/);
    await remove.dispatchEvent('click');
    await expect(notices(page)).toContainText('Offline: this waits until the server answers again.');
    await expect(page).toHaveURL(/\/projects\/REP$/);
    await page.context().setOffline(false);
    await expect(remove).not.toHaveAttribute('aria-disabled');
    await expect(remove).toHaveAttribute('title', 'For good');
  });

  test('a new version and a server that is away are said one below the other @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/projects/REP`);
    await settled(page, true);
    await page.evaluate(() => dispatchEvent(new Event('autoreport-stale')));
    await page.context().setOffline(true);
    const [stale, offline] = ['A new version is ready.', 'Offline.'].map((words) => page.getByRole('status').filter({ hasText: words }));
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(offline).toBeInViewport({ ratio: 1 });
      const [above, below, main] = await Promise.all([stale, offline, page.getByRole('main')].map((part) => part.boundingBox()));
      expect(below!.y, `where the second bar begins at ${width} px`).toBeGreaterThanOrEqual(above!.y + above!.height);
      expect(main!.y, `where the page begins at ${width} px`).toBeGreaterThanOrEqual(below!.y + below!.height);
    }
    await page.context().setOffline(false);
    await expect(offline).toHaveCount(0, { timeout: 15_000 });
    await expect(stale).toBeVisible();
  });

  test('a save that did not get through is tried again by a button @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, true);
    await page.route(/\/rpc\/save_priority/, (route) => route.abort());
    await page.getByLabel('Priority').selectOption('urgent');
    const again = page.getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible();
    await expectAccessible(page);
    await page.unroute(/\/rpc\/save_priority/);
    await again.click();
    await expect(page.getByText('Saved', { exact: true }).first()).toBeVisible();
    await expect(again).toHaveCount(0);
    await page.reload();
    await expect(page.getByLabel('Priority')).toHaveValue('urgent');
  });

  test('cells of the list keep what was chosen and are sent when the server answers again @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/board/REP/list?columns=priority,due`);
    await settled(page, true);
    const [priority, due] = [page.getByLabel(`Priority of ${three[0]}`), page.getByLabel(`Due date of ${three[1]}`)];
    await page.context().setOffline(true);
    await priority.selectOption('urgent');
    await due.fill('2031-03-12');
    await expect(notices(page)).toContainText('Not saved yet: offline. 2 changes wait to be sent.');
    await expect(notices(page).getByRole('button', { name: 'Try again' })).toBeVisible();
    await expect(priority).toHaveValue('urgent');
    await expect(due).toHaveValue('2031-03-12');
    await page.context().setOffline(false);
    await expect(notices(page)).not.toContainText('Not saved', { timeout: 15_000 });
    await page.reload();
    await settled(page, true);
    await expect(priority).toHaveValue('urgent');
    await expect(due).toHaveValue('2031-03-12');

    await page.route(/\/rpc\/save_cell/, (route) => route.abort());
    await priority.selectOption('low');
    await expect(notices(page)).toContainText('1 change waits to be sent.');
    await page.unroute(/\/rpc\/save_cell/);
    await notices(page).getByRole('button', { name: 'Try again' }).click();
    await expect(notices(page)).not.toContainText('Not saved');
    await page.reload();
    await expect(priority).toHaveValue('low');
  });

  test('what a cell of the list has not sent is sent after a reload, once @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/board/REP`);
    await settled(page, true);
    await page.getByRole('link', { name: 'List', exact: true }).click();
    const priority = page.getByLabel(`Priority of ${three[0]}`);
    await expect(priority).toBeVisible();
    await page.route(/\/rpc\/save_cell/, (route) => route.abort());
    await priority.selectOption('high');
    await expect(notices(page)).toContainText('1 change waits to be sent.');
    await page.reload();
    await settled(page, true);
    await expect(notices(page), 'it still waits').toContainText('1 change waits to be sent.');
    await page.unroute(/\/rpc\/save_cell/);
    const sent: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/rpc/save_cell')) sent.push(request.url()); });
    await page.reload();
    await expect(priority).toHaveValue('high');
    await page.reload();
    await settled(page, true);
    await expect(priority).toHaveValue('high');
    await expect(notices(page)).not.toContainText('Not saved');
    expect(sent, 'what was answered is not sent again').toHaveLength(1);
  });
});

test('without a network a server on the same machine is there all the same @hydrated', async ({ page, empty }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }));
  const asked = page.waitForResponse(/\/healthz$/);
  await page.goto(`${empty.url}/projects/REP`);
  await asked;
  await settled(page, true);
  await expect(page.getByText('Offline.')).toHaveCount(0);
  await expect(page.locator('button[type=submit].is-danger').first()).not.toHaveAttribute('aria-disabled');
});

test.describe('a session that has ended', () => {
  test.use({ expectedErrors: [/status of 401|EventSource/i] });

  test('on a page where somebody was signed out, signing in again loses nothing and hears on @hydrated', async ({ page, context, empty }) => {
    await page.goto(`${empty.url}/my-work`);
    await settled(page, true);
    const tab = await context.newPage();
    await tab.goto(`${empty.url}/projects`);
    await tab.getByLabel(`Account of ${dana.name}`).click();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await expect(tab.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await expect(dialog).toBeVisible();
    await dialog.getByLabel('Password').fill(dana.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('heading', { name: 'My work' })).toBeVisible();
    await tab.goto(`${empty.url}/board/REP`);
    await settled(tab, true);
    await pasteTasks(tab, 'Todo', ['Order the new relay @me']);
    await expect(page.getByRole('link', { name: 'Order the new relay', exact: true })).toBeVisible();
  });

  /** What stands over the page while somebody goes on without a session. */
  const bar = (page: Page) => page.locator('.bar').filter({ hasText: 'You are signed out.' });

  const signInOver = async (page: Page) => {
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await expect(dialog).toBeVisible();
    await dialog.getByLabel('Password').fill(dana.password);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(dialog).toBeHidden();
  };

  test('a form of the labels or of the settings asks for the password first, and is sent with what was typed @hydrated', async ({ page, empty }) => {
    await page.clock.install();
    const asked: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/rpc/check_session')) asked.push(request.url()); });
    await page.goto(`${empty.url}/board/REP/labels`);
    await settled(page, true);
    const label = page.getByRole('region', { name: 'New label' });
    await label.getByLabel('Name').fill('Printers');
    await losesSession(page);
    await page.clock.fastForward('01:00');
    await label.getByRole('button', { name: 'Add label' }).click();
    await expect(page.getByRole('dialog', { name: 'Sign in again' })).toBeVisible();
    await expectAccessible(page);
    await signInOver(page);
    await expect(page.getByRole('link', { name: 'Printers', exact: true })).toBeVisible();
    expect(asked, 'whoever has just signed in is not asked for again').toHaveLength(1);

    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    await page.getByLabel('Name', { exact: true }).fill('Dana D. Admin');
    await losesSession(page);
    await page.clock.fastForward('01:00');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await signInOver(page);
    await expect(page.getByText('Saved').first()).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Dana D. Admin');
  });

  test('whoever does not sign in again keeps the page, and nothing of it is sent @hydrated', async ({ page, empty }) => {
    await page.clock.install();
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    await page.getByLabel('Name', { exact: true }).fill('Dana D. Admin');
    await losesSession(page);
    await page.clock.fastForward('01:00');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Dana D. Admin');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await signInOver(page);
    await expect(page.getByText('Saved').first()).toBeVisible();
  });

  test('two entries that were changed without a session are both sent after signing in @hydrated', async ({ page, empty }) => {
    const task = await idOf(page, three[0]);
    for (const body of ['First of all', 'And then']) await clientOf(page).call('add_comment', { task, body });
    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, true);
    await losesSession(page);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const change = async (text: string): Promise<void> => {
      const comment = page.locator('.comment').filter({ hasText: text });
      await comment.locator('.row-menu > summary').click();
      await comment.getByLabel('Comment, in Markdown').fill(`${text}, changed`);
      await comment.getByRole('button', { name: 'Save', exact: true }).click();
    };
    await change('First of all');
    await expect(dialog).toContainText('1 change waits to be sent');
    await page.keyboard.press('Escape');
    await change('And then');
    await expect(dialog).toContainText('2 changes wait to be sent');
    await signInOver(page);
    for (const text of ['First of all', 'And then']) await expect(page.locator('.comment .prose').filter({ hasText: `${text}, changed` })).toBeVisible();
  });

  test('a form is not sent without a session that is known to be over, however short ago the page was loaded @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    await page.getByLabel('Name', { exact: true }).fill('Dana D. Admin');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await losesSession(page);
    await page.getByRole('button', { name: 'Narrow the sidebar' }).click();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await signInOver(page);
    await expect(page.getByText('Saved').first()).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Dana D. Admin');
  });

  test('a task that is given another day in the calendar stays there and is sent after signing in, else it goes back @hydrated', async ({ page, empty }) => {
    await clientOf(page).call('save_cell', { task: await idOf(page, three[0]), field: 'due', value: '2031-03-12' });
    await page.goto(`${empty.url}/board/REP/calendar?month=2031-03`);
    await settled(page, true);
    const day = (date: string) => page.locator(`td[data-date="${date}"]`);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await losesSession(page);
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(day('2031-03-13')).toContainText(three[0]);
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expect(day('2031-03-13')).toContainText(three[0]);

    await losesSession(page);
    await page.getByRole('link', { name: three[0], exact: true }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(dialog).toBeVisible();
    await expect(day('2031-03-14')).toContainText(three[0]);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(day('2031-03-13')).toContainText(three[0]);
    await expect(notices(page)).toContainText('Not moved.');
  });

  test('a cell of the list that is changed stays and is sent after signing in, else it goes back @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/board/REP/list?columns=priority,due`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const [priority, due] = [page.getByLabel(`Priority of ${three[0]}`), page.getByLabel(`Due date of ${three[0]}`)];
    await losesSession(page);
    await priority.selectOption('urgent');
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(priority).toHaveValue('urgent');
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expect(priority).toHaveValue('urgent');

    await losesSession(page);
    await due.fill('2031-03-12');
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(due).toHaveValue('');
    await expect(notices(page)).toContainText('Not saved.');
  });

  test('a change of many rows waits for signing in and is sent then, else nothing is changed @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/board/REP/list?columns=priority`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const priority = (title: string) => page.getByLabel(`Priority of ${title}`), pick = (title: string) => page.getByLabel(`Select ${title}`);
    await page.getByLabel('Change of the selected tasks').selectOption('priority:urgent');
    for (const title of three.slice(0, 2)) await pick(title).check();
    await losesSession(page);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(notices(page)).not.toContainText('Nothing was changed.');
    await signInOver(page);
    await expect(notices(page)).toContainText('Changed 2 tasks');
    for (const title of three.slice(0, 2)) await expect(priority(title)).toHaveValue('urgent');

    await page.getByLabel('Change of the selected tasks').selectOption('priority:urgent');
    await pick(three[2]).check();
    await losesSession(page);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(notices(page)).toContainText('Nothing was changed. Sign in to go on.');
    await expect(priority(three[2])).toHaveValue('medium');
    await expect(pick(three[2]), 'what was selected stays').toBeChecked();
    await expect(bar(page)).toBeVisible();
    await expect(dialog).toBeHidden();

    // The list hears of a change and is read again, which asks nobody who has just put it off.
    const read = page.waitForResponse((answer) => answer.url().includes('/rpc/load_list') && answer.status() === 401);
    await clientOf(page).call('save_cell', { task: await idOf(page, three[0]), field: 'priority', value: 'low' });
    await read;
    await answered(page);
    await expect(dialog).toBeHidden();
    await expect(bar(page)).toBeVisible();
    await page.getByRole('button', { name: 'Apply' }).click();
    await signInOver(page);
    await expect(notices(page)).toContainText('Changed 1 task');
    await expect(priority(three[2])).toHaveValue('urgent');
    await expect(priority(three[0]), 'what was missed meanwhile').toHaveValue('low');
    await expect(bar(page)).toHaveCount(0);
  });

  test('an answer to what was asked before signing in was put off does not ask again @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/board/REP/list?columns=priority`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const priority = (title: string) => page.getByLabel(`Priority of ${title}`);
    await losesSession(page);
    let release = () => {};
    const released = new Promise<void>((resolve) => { release = resolve; });
    await page.route(/\/rpc\/save_cell/, async (route) => {
      await released;
      await route.continue();
    });
    await priority(three[0]).selectOption('urgent');
    await page.getByLabel('Change of the selected tasks').selectOption('priority:low');
    await page.getByLabel(`Select ${three[1]}`).check();
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(notices(page)).toContainText('Nothing was changed.');
    const late = page.waitForResponse(/\/rpc\/save_cell/);
    release();
    expect((await late).status()).toBe(401);
    await expect(notices(page)).toContainText('Not saved. Sign in to go on.');
    await expect(priority(three[0])).toHaveValue('medium');
    await expect(dialog).toBeHidden();
    await page.unrouteAll();

    await priority(three[0]).selectOption('urgent');
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expect(priority(three[0])).toHaveValue('urgent');
  });

  test('whoever puts off to sign in sees it, and the page by itself asks no more for a minute @hydrated', async ({ page, empty }) => {
    test.slow();
    await page.clock.install();
    await page.goto(`${empty.url}/settings/mail`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const back = async () => {
      const answer = page.waitForResponse(/\/rpc\/check_session/);
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      expect((await answer).status()).toBe(401);
      await answered(page);
    };
    await losesSession(page);
    await page.clock.fastForward('01:00');
    await back();
    await expect(dialog).toBeVisible();
    await expect(bar(page), 'the dialog says it').toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(bar(page)).toContainText('Nothing is saved or sent until you sign in again.');
    await expectAccessible(page);
    await back();
    await expect(dialog).toBeHidden();

    const button = page.getByRole('button', { name: 'Sign in again' });
    await button.click();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button, 'the focus comes back').toBeFocused();

    await page.clock.fastForward('01:01');
    await back();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'My work' }).click();
    await signInOver(page);
    await expect(page.getByRole('heading', { name: 'My work' })).toBeVisible();
    await expect(bar(page)).toHaveCount(0);
  });

  test('a change on the board waits where signing in was put off, and the next one asks at once @hydrated', async ({ page, empty }) => {
    await open(page, empty);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await losesSession(page);
    await focusCard(page, three[0]);
    await page.keyboard.press('.');
    await expect(dialog).toContainText('1 change waits to be sent');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(bar(page)).toContainText('1 change waits to be sent.');
    await focusCard(page, three[1]);
    await page.keyboard.press('.');
    await expect(dialog).toContainText('2 changes wait to be sent');
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    for (const title of three.slice(0, 2)) await expect(page.getByRole('region', { name: 'In Progress' }).getByRole('link', { name: title, exact: true })).toBeVisible();
  });

  test('what is taken out of the trash or deleted for ever waits for signing in, else it stays there @hydrated', async ({ page, empty }) => {
    for (const title of three) await clientOf(page).call('delete_task', { task: await idOf(page, title) });
    await page.goto(`${empty.url}/board/REP/trash`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const trashed = page.getByRole('table').locator('tbody th');
    const box = page.locator('details[open] .pop__box');
    await losesSession(page);
    await page.getByRole('button', { name: `Restore ${three[0]}` }).click();
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(trashed).toHaveCount(3);
    await signInOver(page);
    await expect(notices(page)).toContainText('Restored 1 task');
    await expect(trashed).toHaveCount(2);

    await losesSession(page);
    await page.getByLabel(`Delete for ever: ${three[1]}`).click();
    await box.getByLabel('Type REP-2 to confirm').fill('REP-2');
    await box.getByRole('button', { name: 'Delete for ever' }).click();
    await expect(dialog).toContainText('1 change waits to be sent');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(notices(page)).toContainText('Not deleted. Sign in to go on.');
    await expect(trashed).toHaveCount(2);
    await expect(box.getByLabel('Type REP-2 to confirm'), 'what was typed stays').toHaveValue('REP-2');
    await page.getByRole('button', { name: `Restore ${three[2]}` }).click();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(notices(page)).toContainText('Not restored. Sign in to go on.');
    await expect(trashed).toHaveCount(2);

    await box.getByRole('button', { name: 'Delete for ever' }).click();
    await signInOver(page);
    await expect(trashed).toHaveText([three[2]]);
    await answered(page);
    await expect(page.getByRole('alert').filter({ hasText: 'Not deleted.' })).toHaveCount(0);
  });

  test('what is saved or attached on the page of a task is sent after signing in, and what is typed stays @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const comments = page.getByRole('region', { name: 'Comments', exact: true });
    const comment = comments.getByLabel('New comment, in Markdown');
    await losesSession(page);
    await comment.fill('The relay is ordered.');
    await comments.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(dialog).toContainText('1 change waits to be sent');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(comments.getByText('Not saved. Sign in to go on.')).toBeVisible();
    await comment.fill('The relay is ordered, and comes on Monday.');
    await bar(page).getByRole('button').click();
    await signInOver(page);
    await expect(page.locator('#main'), 'the button that had the focus is gone').toBeFocused();
    await answered(page);
    await expect(comment, 'nothing is sent behind the back of who has written on').toHaveValue('The relay is ordered, and comes on Monday.');
    await expect(comments.getByRole('listitem')).toHaveCount(0);

    await losesSession(page);
    await comments.getByRole('button', { name: 'Comment', exact: true }).click();
    await signInOver(page);
    await expect(comments.getByRole('listitem')).toHaveCount(1);
    await expect(comment).toHaveValue('');

    await losesSession(page);
    await page.getByLabel('Priority').selectOption('urgent');
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expect(page.getByLabel('Priority')).toHaveValue('urgent');

    const files = page.getByRole('region', { name: 'Attachments', exact: true });
    const attach = (name: string) => files.getByLabel('Attach files').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('one') });
    await losesSession(page);
    await attach('first.txt');
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(files.getByText('Storing first.txt')).toBeVisible();
    await signInOver(page);
    await expect(files.getByRole('link', { name: 'first.txt' })).toBeVisible();
    await losesSession(page);
    await attach('second.txt');
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(files.getByText('The file was not stored. Sign in to go on.')).toBeVisible();
    await expect(dialog).toBeHidden();
  });

  test('a task that is restored from the archive waits for signing in @hydrated', async ({ page, empty }) => {
    await clientOf(page).call('archive_task', { task: await idOf(page, three[0]) });
    await page.goto(`${empty.url}/board/REP/archive`);
    await settled(page, true);
    await losesSession(page);
    await page.getByRole('button', { name: `Restore ${three[0]}` }).click();
    await expect(page.getByRole('dialog', { name: 'Sign in again' })).toContainText('1 change waits to be sent');
    await expect(page.getByRole('link', { name: three[0], exact: true })).toBeVisible();
    await signInOver(page);
    await expect(notices(page)).toContainText('Restored 1 task');
    await expect(page.getByText('Nothing is archived')).toBeVisible();
  });

  test('a move in My work stays and is sent after signing in, else it goes back @hydrated', async ({ page, empty }) => {
    await createTasks(page, 'Todo', ['Order the new relay @me']);
    await page.goto(`${empty.url}/my-work`);
    await settled(page, true);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    const chosen = page.getByLabel('List of Order the new relay').locator('option:checked');
    await losesSession(page);
    await page.getByLabel('List of Order the new relay').selectOption({ label: 'Pending' });
    await expect(dialog).toContainText('1 change waits to be sent');
    await expect(chosen).toHaveText('Pending');
    await expect(notices(page)).not.toContainText('Not moved.');
    await signInOver(page);
    await answered(page);
    await page.reload();
    await settled(page, true);
    await expect(chosen).toHaveText('Pending');

    await losesSession(page);
    await page.getByLabel('List of Order the new relay').selectOption({ label: 'In Progress' });
    await expect(dialog).toContainText('1 change waits to be sent');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(chosen).toHaveText('Pending');
    await expect(notices(page)).toContainText('Not moved. Sign in to go on.');
  });

  test('whoever comes back to a page whose session is over is told before anything is typed @hydrated', async ({ page, empty }) => {
    test.slow();
    await page.clock.install();
    const pages = ['/search', '/board/REP/archive', '/board/REP/trash', '/board/REP/columns', '/tasks/REP-1/actions', '/settings/mail'];
    for (const path of pages) {
      await page.goto(`${empty.url}${path}`);
      await settled(page, true);
      await losesSession(page);
      await page.clock.fastForward('01:00');
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await signInOver(page);
      await expect(page, path).toHaveURL(`${empty.url}${path}`);
      await expect(page.getByRole('main').getByRole('heading', { level: 1 }), path).toBeVisible();
    }
  });

  test('whoever has signed in again in another tab goes on here, and somebody else sends nothing of theirs @hydrated', async ({ page, browser, context, empty }) => {
    await page.clock.install();
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    const own = await context.cookies();
    const back = () => page.evaluate(() => window.dispatchEvent(new Event('focus')));
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await page.getByLabel('Name', { exact: true }).fill('Dana D. Admin');
    await losesSession(page);
    await page.clock.fastForward('01:00');
    await back();
    await expect(dialog).toBeVisible();
    await context.addCookies(own);
    await back();
    await expect(dialog).toBeHidden();

    addMina(empty);
    const other = await browserOfMina(browser, empty);
    await losesSession(page);
    await context.addCookies(await other.context().cookies());
    await page.clock.fastForward('01:00');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(notices(page)).toContainText('Not sent. Somebody else has signed in');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Dana D. Admin');
    await losesSession(page);
    await context.addCookies(own);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Saved').first()).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Dana D. Admin');
  });

  test('a page that is opened when the session is over is shown after signing in over it @hydrated', async ({ page, empty }) => {
    await page.goto(`${empty.url}/projects/REP`);
    await settled(page, true);
    await losesSession(page);
    await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Members' }).click();
    await signInOver(page);
    await expect(page.getByRole('heading', { name: 'Reporting: Members' })).toBeVisible();
  });
});

test('a link is copied from the menu of a card and from the task @hydrated', async ({ page, empty, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await open(page, empty);
  await card(page, three[0]).getByRole('button', { name: `Actions for ${three[0]}` }).click();
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  await expect(notices(page)).toContainText('Link copied');
  expect(await copied()).toBe(`${empty.url}/tasks/REP-1`);
  await page.goto(`${empty.url}/tasks/REP-2`);
  await settled(page, true);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(notices(page)).toContainText('Link copied');
  expect(await copied()).toBe(`${empty.url}/tasks/REP-2`);
});

test('files that are dropped while others are on their way are stored behind them @hydrated', async ({ page, empty }) => {
  await page.goto(`${empty.url}/tasks/REP-1`);
  await settled(page, true);
  await page.route(/\/attachments\/[0-9a-f-]+$/, async (route) => {
    if (route.request().method() === 'POST') await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  const files = page.getByRole('region', { name: 'Attachments', exact: true });
  await files.getByLabel('Attach files').setInputFiles({ name: 'first.txt', mimeType: 'text/plain', buffer: Buffer.from('one') });
  await expect(files.getByText('Storing first.txt')).toBeVisible();
  await page.evaluate(() => {
    for (const name of ['second.txt', 'third.txt']) {
      const data = new DataTransfer();
      data.items.add(new File([name], name, { type: 'text/plain' }));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  });
  await expect(files.getByText('Storing first.txt, second.txt, third.txt')).toBeVisible();
  for (const name of ['first.txt', 'second.txt', 'third.txt']) await expect(files.getByRole('link', { name })).toBeVisible();
  await expect(files.getByText('Stored 3 files')).toBeVisible();
});

test('older lines of a history are shown on demand, and a move goes back to its place @hydrated', async ({ page, empty }) => {
  const board = await clientOf(page).call<{ columns: { id: string; cards: { id: string; title: string }[] }[] }>(
    'load_board', { key: 'REP', filter: {}, longer: null }, 'json');
  const middle = board.value.columns[0].cards[1];
  for (let line = 1; line <= 15; line += 1) await clientOf(page).call('add_comment', { task: middle.id, body: `Comment ${line}` });
  await page.goto(`${empty.url}/tasks/REP-2`);
  await settled(page, true);
  const history = page.getByRole('region', { name: 'History', exact: true });
  const lines = history.locator('.history li');
  await expect(lines.locator('visible=true')).toHaveCount(12);
  await history.getByText(/^Show \d+ older$/).click();
  await expect(lines.locator('visible=true')).toHaveCount(16);
  await page.getByLabel('Status').selectOption({ label: 'Pending' });
  await history.getByRole('button', { name: 'Undo the move' }).click();
  await expect(page.getByLabel('Status').locator('option:checked')).toHaveText('Todo');
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, true);
  await expect(page.getByRole('region', { name: 'Todo' }).locator('.card__title')).toHaveText(three);
});
