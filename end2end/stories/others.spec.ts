// What others change on the pages beside the board: it comes by itself, and nothing that is being written is lost.
import { idOf, pasteTasks } from '../fixtures/board.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { closeOpened, together } from '../fixtures/pair.ts';
import { begin, clientOf, createProject, dana, expect, expectAccessible, mina, openBoard, settled, test } from '../fixtures/story.ts';
import type { Page } from '@playwright/test';

const three = ['Draft the November report', 'Rotate the SMTP password', 'Collect attendance numbers'];

test.beforeEach(async ({ page, empty, hydrated }) => {
  test.skip(!hydrated, 'without WebAssembly a page shows what was there when it was loaded');
  await begin(page, empty);
  await createProject(page, three);
});

test.afterEach(closeOpened);

/** Changes a cell as Dana, from somewhere else. */
async function save(page: Page, title: string, field: string, value: string): Promise<void> {
  await clientOf(page).call('save_cell', { task: await idOf(page, title), field, value });
}

test.describe('in one task', () => {
  test('whoever assigns somebody keeps whom another has assigned meanwhile @hydrated', async ({ page, browser, empty }) => {
    await openBoard(page, empty);
    const other = await together(page, browser, empty);
    for (const both of [page, other]) await both.getByRole('link', { name: three[0], exact: true }).click();
    const [mine, theirs] = [page, other].map((both) => both.getByRole('region', { name: 'Task', exact: true }));
    for (const both of [mine, theirs]) await both.locator('.people > summary').filter({ hasText: 'Nobody yet' }).click();
    await theirs.getByRole('checkbox', { name: mina.name }).check();
    await expect(mine.getByRole('checkbox', { name: mina.name })).toBeChecked();
    await mine.getByRole('checkbox', { name: dana.name }).check();
    for (const both of [mine, theirs]) {
      await expect(both.locator('.people__name')).toHaveCount(2);
      await expect(both.getByRole('checkbox', { name: dana.name })).toBeChecked();
      await expect(both.getByRole('checkbox', { name: mina.name })).toBeChecked();
    }
    await mine.getByRole('checkbox', { name: mina.name }).uncheck();
    await expect(theirs.locator('.people__name')).toHaveCount(1);
    await expect(theirs.getByRole('checkbox', { name: mina.name })).not.toBeChecked();
  });

  test('what is typed into an item, a note or a comment stays while another changes that one @hydrated', async ({ page, empty }) => {
    const task = await idOf(page, three[0]);
    await clientOf(page).call('add_item', { task, text: 'Ask the regions' });
    await clientOf(page).call('add_note', { task, kind: 'progress', body: 'Two have answered' });
    // Notes are changed by who wrote them: another window of the same person.
    const other = await page.context().newPage();
    for (const both of [page, other]) {
      await both.goto(`${empty.url}/tasks/REP-1`);
      await settled(both, true);
    }
    const item = page.locator('li[data-item]');
    await item.locator('summary').click();
    const words = item.getByLabel('Text of the item');
    await words.fill('Ask all of the regions');
    const note = page.locator('.note').first();
    await note.locator('summary').click();
    const body = note.getByLabel('Work note, in Markdown');
    await body.fill('Three have answered');

    await other.getByRole('checkbox', { name: 'Ask the regions' }).click();
    await expect(page.getByRole('checkbox', { name: 'Ask the regions' })).toBeChecked();
    const theirs = other.locator('.note').first();
    await theirs.locator('summary').click();
    await theirs.getByLabel('Work note, in Markdown').fill('All have answered');
    await theirs.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(note.locator('.prose')).toHaveText('All have answered');

    await expect(words).toHaveValue('Ask all of the regions');
    await expect(body).toHaveValue('Three have answered');
    await words.press('Enter');
    await expect(other.locator('.tick__words')).toHaveText('Ask all of the regions');
    await expect(item.locator('details')).not.toHaveAttribute('open');
  });

  test.describe('two who change one note', () => {
    test.use({ expectedErrors: [/status of (409|422)/] });

    test('are told of each other @hydrated', async ({ page, empty }) => {
      await clientOf(page).call('add_note', { task: await idOf(page, three[0]), kind: 'progress', body: 'Two have answered' });
      const other = await page.context().newPage();
      for (const both of [page, other]) {
        await both.goto(`${empty.url}/tasks/REP-1`);
        await settled(both, true);
        await both.locator('.note').first().locator('summary').click();
      }
      const [mine, theirs] = [page, other].map((both) => both.locator('.note').first());
      await mine.getByLabel('Work note, in Markdown').fill('Three have answered');
      await theirs.getByLabel('Work note, in Markdown').fill('All have answered');
      await theirs.getByRole('button', { name: 'Save', exact: true }).click();
      await expect(mine.locator('.prose')).toHaveText('All have answered');
      await mine.getByRole('button', { name: 'Save', exact: true }).click();
      const conflict = page.getByRole('alert').filter({ hasText: `${dana.name} changed this text since you opened it` });
      await expect(conflict).toContainText('All have answered');
      await expect(conflict.getByLabel('Yours')).toHaveValue('Three have answered');
      await conflict.getByLabel('Yours').fill(' ');
      await conflict.getByRole('button', { name: 'Save mine' }).click();
      await expect(page.getByRole('region', { name: 'Work notes' }).getByText('Not saved.')).toBeVisible();
      await expect(conflict, 'what was refused for another reason can be mended').toContainText('All have answered');
      await conflict.getByLabel('Yours').fill('Three have answered, and then all');
      await conflict.getByRole('button', { name: 'Save mine' }).click();
      await expect(conflict).toBeHidden();
      await expect(theirs.locator('.prose')).toHaveText('Three have answered, and then all');
      await expect(mine.locator('.row-menu'), 'nothing is left to be saved in it').not.toHaveAttribute('open');
    });
  });

  test.describe('what somebody deletes', () => {
    test.use({ expectedErrors: [/status of 404/] });

    test('stays as long as another is writing in it, and says so @hydrated', async ({ page, empty }) => {
      const task = await idOf(page, three[0]);
      await clientOf(page).call('add_comment', { task, body: 'The regions answer late' });
      await clientOf(page).call('add_comment', { task, body: 'Nobody writes in this one' });
      await clientOf(page).call('add_item', { task, text: 'Ask the regions' });
      const other = await page.context().newPage();
      for (const both of [page, other]) {
        await both.goto(`${empty.url}/tasks/REP-1`);
        await settled(both, true);
      }
      const [comment, item] = [page.locator('.comment').first(), page.locator('li[data-item]')];
      for (const entry of [comment, item]) await entry.locator('summary').first().click();
      await comment.getByLabel('Comment, in Markdown').fill('What took an hour to write');
      await item.getByLabel('Text of the item').fill('Ask all of the regions');
      // Its form is open, and follows what is stored.
      const [read, theirs] = [page, other].map((both) => both.locator('.comment').nth(1));
      for (const entry of [read, theirs]) await entry.locator('.row-menu > summary').click();
      await theirs.getByLabel('Comment, in Markdown').fill('Nobody writes in this one, either');
      await theirs.getByRole('button', { name: 'Save', exact: true }).click();
      await expect(theirs.locator('.row-menu')).not.toHaveAttribute('open');
      await expect(read.getByLabel('Comment, in Markdown')).toHaveValue('Nobody writes in this one, either');

      for (const text of ['Nobody writes in this one', 'The regions answer late']) {
        const gone = other.locator('.comment').filter({ hasText: text });
        await gone.locator('.row-menu > summary').click();
        await gone.getByRole('button', { name: 'Delete the comment' }).click();
        await expect(gone).toHaveCount(0);
      }
      await other.locator('li[data-item] summary').first().click();
      await other.getByRole('button', { name: 'Remove', exact: true }).click();
      await expect(other.locator('li[data-item]')).toHaveCount(0);

      await expect(page.locator('.comment')).toHaveCount(1);
      for (const entry of [comment, item]) await expect(entry.getByText('Somebody has deleted this. What you typed is still here: copy what you need.')).toBeVisible();
      await expect(comment.getByLabel('Comment, in Markdown')).toHaveValue('What took an hour to write');
      await expect(item.getByLabel('Text of the item')).toHaveValue('Ask all of the regions');
      await comment.getByRole('button', { name: 'Save', exact: true }).click();
      const part = page.getByRole('region', { name: 'Comments' });
      await expect(part.getByText('Not saved. This is not here, or you cannot see it.')).toBeVisible();
      await expect(comment.getByLabel('Comment, in Markdown')).toHaveValue('What took an hour to write');
    });
  });

  test.describe('two who change one comment or one item', () => {
    test.use({ expectedErrors: [/status of 409/] });

    test('see both texts, and each can be kept @hydrated', async ({ page, empty }) => {
      const task = await idOf(page, three[0]);
      await clientOf(page).call('add_comment', { task, body: 'The regions answer late' });
      await clientOf(page).call('add_item', { task, text: 'Ask the regions' });
      const other = await page.context().newPage();
      for (const both of [page, other]) {
        await both.goto(`${empty.url}/tasks/REP-1`);
        await settled(both, true);
      }
      const conflict = page.getByRole('alert').filter({ hasText: `${dana.name} changed this text since you opened it` });
      for (const [part, label, shown] of [['.comment', 'Comment, in Markdown', '.comment .prose'], ['li[data-item]', 'Text of the item', '.tick__words']]) {
        const [mine, theirs] = [page, other].map((both) => both.locator(part).first());
        for (const both of [mine, theirs]) await both.locator('summary').first().click();
        await mine.getByLabel(label).fill('Mine');
        await theirs.getByLabel(label).fill('Theirs');
        await theirs.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(page.locator(shown).first()).toHaveText('Theirs');
        await expect(mine.getByLabel(label)).toHaveValue('Mine');
        await mine.getByRole('button', { name: 'Save', exact: true }).click();
        await expect(conflict).toContainText('Theirs');
        await conflict.getByRole('button', { name: 'Save mine' }).click();
        await expect(conflict).toBeHidden();
        await expect(other.locator(shown).first()).toHaveText('Mine');
      }
    });
  });
});

test('the list follows, and keeps a title that is being typed @hydrated', async ({ page, browser, empty }) => {
  await openBoard(page, empty);
  const other = await together(page, browser, empty);
  await page.goto(`${empty.url}/board/REP/list?columns=status,priority,labels,category,start,estimate,updated&order=number`);
  await settled(page, true);
  await expectAccessible(page);
  const row = page.getByRole('row').filter({ hasText: 'REP-1' });
  await row.locator('summary[aria-label^="Rename"]').click();
  const title = row.getByLabel('Title', { exact: true });
  await title.fill('Draft the December report');

  // Mina changes the same row, and adds one.
  await other.goto(`${empty.url}/board/REP/list?columns=priority,labels,updated&order=number`);
  await settled(other, true);
  await other.getByLabel(`Priority of ${three[0]}`).selectOption('urgent');
  await expect(page.getByLabel(`Priority of ${three[0]}`)).toHaveValue('urgent');
  await clientOf(page).call('add_label', { task: await idOf(page, three[0]), label: 'Ops' });
  await expect(row.locator('.label')).toHaveText(['Ops']);
  await expect(title).toHaveValue('Draft the December report');
  await expect(title).toBeFocused();

  await title.press('Enter');
  await expect(other.getByRole('link', { name: 'Draft the December report', exact: true })).toBeVisible();
  await expect(row.getByRole('link', { name: 'Draft the December report', exact: true })).toBeVisible();
  await row.getByLabel('Estimate of').fill('90m');
  await row.getByLabel('Estimate of').press('Enter');
  await expect(row.getByLabel('Estimate of')).toHaveValue('1 h 30 min');
  await row.getByLabel('Labels of').selectOption({ label: 'Remove Ops' });
  await expect(row.locator('.label')).toHaveCount(0);

  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await clientOf(page).call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: 'Order toner', at: 'end' });
  for (const both of [page, other]) await expect(both.getByRole('link', { name: 'Order toner', exact: true })).toBeVisible();
  await expect(page.getByText('4 tasks', { exact: true })).toBeVisible();
});

test.describe('a title that two rename', () => {
  test.use({ expectedErrors: [/status of 409/] });

  test('is asked about, and stays in its field @hydrated', async ({ page, browser, empty }) => {
    await openBoard(page, empty);
    const other = await together(page, browser, empty);
    await page.goto(`${empty.url}/board/REP/list`);
    await settled(page, true);
    const row = page.getByRole('row').filter({ hasText: 'REP-1' });
    await row.locator('summary[aria-label^="Rename"]').click();
    const title = row.getByLabel('Title', { exact: true });
    await title.fill('Mine');
    await other.getByRole('link', { name: three[0], exact: true }).click();
    const theirs = other.getByRole('region', { name: 'Task', exact: true }).getByLabel('Title');
    await theirs.fill('Theirs');
    await theirs.press('Enter');
    await expect(row.getByRole('link', { name: 'Theirs', exact: true })).toBeVisible();
    await title.press('Enter');
    await expect(page.getByRole('region', { name: 'Notifications' })).toContainText(`${mina.name} named it “Theirs” meanwhile`);
    await expect(title).toHaveValue('Mine');
    await title.press('Enter');
    await expect(theirs).toHaveValue('Mine');
  });
});

test('calendar, notes and own work follow @hydrated', async ({ page, browser, empty }) => {
  await save(page, three[0], 'due', '2031-03-12');
  await openBoard(page, empty);
  const other = await together(page, browser, empty);
  await other.goto(`${empty.url}/board/REP/calendar?month=2031-03`);
  await settled(other, true);
  const day = (date: string) => other.locator(`td[data-date="${date}"]`);
  await other.getByRole('link', { name: three[0], exact: true }).focus();
  await save(page, three[1], 'due', '2031-03-12');
  await expect(day('2031-03-12')).toContainText(three[1]);
  await expect(other.getByRole('link', { name: three[0], exact: true }), 'what did not change keeps the focus').toBeFocused();
  await save(page, three[0], 'due', '2031-03-20');
  await expect(day('2031-03-20')).toContainText(three[0]);
  await expect(day('2031-03-12')).not.toContainText(three[0]);

  await other.goto(`${empty.url}/board/REP/notes`);
  await settled(other, true);
  await clientOf(page).call('add_note', { task: await idOf(page, three[0]), kind: 'progress', body: 'Two regions have answered' });
  await expect(other.getByText('Two regions have answered')).toBeVisible();
  await clientOf(page).call('add_note', { task: await idOf(page, three[0]), kind: 'issue', body: 'One is late' });
  await expect(other.getByText('One is late')).toBeVisible();

  const people = (await clientOf(page).call<{ id: string; email: string }[]>('list_people', {})).value;
  const me = people.find(({ email }) => email === dana.email)!.id;
  const asked: string[] = [];
  page.context().on('request', (request) => asked.push(new URL(request.url()).pathname));
  const tab = await page.context().newPage();
  for (const one of [page, tab]) {
    await one.goto(`${empty.url}/my-work`);
    await settled(one, true);
    await expect(one.getByText('Nothing of yours is open')).toBeVisible();
  }
  await save(page, three[1], 'person', `add:${me}`);
  for (const one of [page, tab]) await expect(one.getByRole('link', { name: three[1], exact: true })).toBeVisible();
  // Another project is heard by the same stream.
  await clientOf(page).call('create_project', { name: 'Relay', key: 'REL', zone: 'Europe/Ljubljana' });
  await tab.goto(`${empty.url}/board/REL`);
  await settled(tab, true);
  await pasteTasks(tab, 'Todo', ['Order the new relay @me']);
  await expect(page.getByRole('link', { name: 'Order the new relay', exact: true })).toBeVisible();
  expect(asked.filter((path) => path === '/live/my-work'), 'one stream for both tabs').toHaveLength(1);
});

test.describe('a page whose reading fails while it hears of changes', () => {
  test.use({ expectedErrors: [/status of 502/] });

  test('is read again by itself until it is there @hydrated', async ({ page, empty }) => {
    /** Has a proxy answer so many calls for a server that is away; how many were made. */
    const away = async (name: string, times: number): Promise<() => number> => {
      let calls = 0;
      await page.route(`**/rpc/${name}*`, async (route) => {
        calls += 1;
        if (calls > times) return route.continue();
        return route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' });
      });
      return () => calls;
    };
    await page.goto(`${empty.url}/board/REP/list?columns=priority`);
    await settled(page, true);
    const lists = await away('load_list', 2);
    await save(page, three[0], 'priority', 'urgent');
    await expect(page.getByLabel(`Priority of ${three[0]}`)).toHaveValue('urgent');
    expect(lists(), 'the reading that came is the third').toBe(3);

    await page.goto(`${empty.url}/board/REP/calendar?month=2031-03`);
    await settled(page, true);
    const calendars = await away('load_calendar', 1);
    await save(page, three[0], 'due', '2031-03-12');
    await expect(page.locator('td[data-date="2031-03-12"]')).toContainText(three[0]);
    expect(calendars()).toBeGreaterThan(1);

    await page.goto(`${empty.url}/tasks/REP-1`);
    await settled(page, true);
    const tasks = await away('load_task', 1);
    await save(page, three[0], 'priority', 'low');
    await expect(page.getByRole('main').getByLabel('Priority')).toHaveValue('low');
    expect(tasks()).toBeGreaterThan(1);
  });
});

test('completing a blocked task says so in the list, for many, and in own work @hydrated', async ({ page, empty }) => {
  const people = (await clientOf(page).call<{ id: string; email: string }[]>('list_people', {})).value;
  const me = people.find(({ email }) => email === dana.email)!.id;
  for (const title of three.slice(0, 2)) {
    await clientOf(page).call('link_task', { task: await idOf(page, title), direction: 'blocked_by', other: 'REP-3' });
    await save(page, title, 'person', `add:${me}`);
  }
  const notices = page.getByRole('region', { name: 'Notifications' });
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  for (const title of three) await page.getByLabel(`Select ${title}`).check();
  await page.getByLabel('Change of the selected tasks').selectOption({ label: 'Completed' });
  await expect(page.getByText('2 of them are still blocked by open tasks.')).toBeVisible();
  await page.getByLabel(`Status of ${three[0]}`).selectOption({ label: 'Completed' });
  await expect(notices).toContainText(`Completed “${three[0]}”. It is still blocked by 1 open task.`);

  await page.goto(`${empty.url}/my-work`);
  await settled(page, true);
  await page.getByRole('button', { name: `Done: ${three[1]}` }).click();
  await expect(notices).toContainText(`Completed “${three[1]}”. It is still blocked by 1 open task.`);
});

test('where Completed is chosen from the start, the list says what is still blocked as soon as it is selected @hydrated', async ({ page, empty }) => {
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const [first, done] = [board.value.columns[0], board.value.columns.at(-1)!];
  await clientOf(page).call('place_column', { column: done.id, after: null, before: first.id }, 'json');
  await clientOf(page).call('link_task', { task: await idOf(page, three[0]), direction: 'blocked_by', other: 'REP-3' });
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  await expect(page.getByLabel('Change of the selected tasks')).toHaveValue(`move:${done.id}`);
  // The place where it is said is there before, so that it is read aloud.
  const said = page.locator('#bulk [role=status]').last();
  await expect(said).toHaveText('');
  await page.getByLabel(`Select ${three[0]}`).check();
  await expect(said).toHaveText('1 of them is still blocked by open tasks.');
  await page.getByLabel('Change of the selected tasks').selectOption({ label: 'Todo' });
  await expect(said).toHaveText('');
});

test('labels are put on many tasks at once, and taken off @hydrated', async ({ page, empty }) => {
  await clientOf(page).call('add_label', { task: await idOf(page, three[0]), label: 'Ops' });
  await page.goto(`${empty.url}/board/REP/list`);
  await settled(page, true);
  const labelled = page.locator('tbody .label').filter({ hasText: 'Ops' });
  for (const [group, many] of [['label', 3], ['unlabel', 0]] as const) {
    await page.getByRole('button', { name: 'Select all on this page' }).click();
    await page.getByLabel('Change of the selected tasks').selectOption(`${group}:Ops`);
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(labelled).toHaveCount(many);
  }
});
