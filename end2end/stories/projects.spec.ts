// Projects and their people: from a template to the archive and the end, who sees what, and what happens by itself.
import fs from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { addTasks, card, expectTitles } from '../fixtures/board.ts';
import { begin, clientOf, createProject, createTasks, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

const password = 'nine quiet winter evenings';

/** The administrator makes an account; its person sets a password by the link, in a browser of their own. */
async function invite(page: Page, browser: Browser, server: AutoReport, name: string, hydrated: boolean): Promise<Page> {
  const email = `${name.split(' ')[0].toLowerCase()}@example.org`;
  await page.goto(`${server.url}/settings/people/new`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Create the account' }).click();
  const link = await page.getByText('/set-password?token=').innerText();
  const context = await browser.newContext({ javaScriptEnabled: hydrated });
  const theirs = await context.newPage();
  await theirs.goto(link);
  await theirs.getByLabel('Password').fill(password);
  await theirs.getByRole('button', { name: 'Set the password' }).click();
  await expect(theirs.getByText('Your password is set.')).toBeVisible();
  await theirs.getByLabel('E-mail').fill(email);
  await theirs.getByLabel('Password').fill(password);
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await expect(theirs.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();
  return theirs;
}

async function addMember(page: Page, server: AutoReport, key: string, who: string, role: string): Promise<void> {
  await page.goto(`${server.url}/projects/${key}/members`);
  await page.getByLabel('Name or address').fill(who);
  await page.locator('#new-role').selectOption(role);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
}

test('a project lives: from a template, with settings, copied, archived, restored, deleted after an export', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/projects/new`);
  await settled(page, hydrated);
  await page.getByLabel('Name').fill('Autumn release');
  await page.getByLabel('Key').fill('REL');
  await page.getByLabel('Release', { exact: false }).first().check();
  await page.getByLabel('Also add first tasks').check();
  await page.getByRole('button', { name: 'Create the project' }).click();
  await expect(page).toHaveURL(/\/board\/REL/);
  await expectTitles(page, 'Ready', ['Choose the version number', 'Write the release notes']);

  await page.goto(`${empty.url}/projects/REL`);
  await settled(page, hydrated);
  await page.getByLabel('Key').fill('AUT');
  await page.getByLabel('Description').fill('Everything for **autumn**');
  await page.getByLabel('Archive finished tasks').selectOption('30');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(page).toHaveURL(/\/projects\/AUT/);
  await page.goto(`${empty.url}/tasks/REL-1`);
  await expect(page.getByText('AUT-1').first()).toBeVisible();

  await page.goto(`${empty.url}/projects/AUT/copy`);
  await settled(page, hydrated);
  await page.getByLabel('Name').fill('Winter release');
  await page.getByLabel('Key').fill('WIN');
  await page.getByLabel('Bring the open tasks').check();
  await page.getByRole('button', { name: 'Make the copy' }).click();
  await expect(page).toHaveURL(/\/board\/WIN/);
  await expectTitles(page, 'Ready', ['Choose the version number', 'Write the release notes']);

  await page.goto(`${empty.url}/projects/WIN`);
  await page.getByRole('button', { name: 'Archive the project' }).click();
  await expect(page.getByText('This project is archived.').first()).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.goto(`${empty.url}/board/WIN`);
  await expect(page.getByText('it can be read, not changed')).toBeVisible();
  await expect(page.getByText('Add task', { exact: true })).toHaveCount(0);
  await page.goto(`${empty.url}/projects`);
  await expect(page.getByRole('heading', { name: 'Archived' })).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);
  await page.goto(`${empty.url}/projects/WIN`);
  await page.getByRole('button', { name: 'Restore the project' }).click();
  await expect(page.getByText('Restored.')).toBeVisible();

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as JSON' }).click();
  const file = JSON.parse(fs.readFileSync(await (await download).path(), 'utf8'));
  expect(file.format).toBe('autoreport/1');
  expect(file.tasks).toHaveLength(5);

  await page.getByText('Delete this project').click();
  if (hydrated) await expectAccessible(page);
  await page.getByLabel('Type “Winter release” to confirm').fill('winter');
  await page.getByRole('button', { name: 'Delete the project' }).click();
  await expect(page.getByText('Type the name exactly as it stands here').first()).toBeVisible();
  await expect(page.getByLabel('Type “Winter release” to confirm')).toHaveValue('winter');
  await page.getByLabel('Type “Winter release” to confirm').fill('Winter release');
  await page.getByRole('button', { name: 'Delete the project' }).click();
  await expect(page.getByText('Deleted.')).toBeVisible();
  await expect(page.getByText('Winter release')).toHaveCount(0);
});

test.describe('people', () => {
  test.use({ expectedErrors: [/status of (401|403|404|409|422)/] });

  test('a viewer sees a board and changes nothing, an editor works, and who is removed is out at once', async ({ page, browser, empty, hydrated }) => {
    await begin(page, empty);
    await createProject(page, ['Read the minutes']);
    const nina = await invite(page, browser, empty, 'Nina New', hydrated);
    expect((await nina.goto(`${empty.url}/board/REP`))?.status()).toBe(404);

    await addMember(page, empty, 'REP', 'nina@example.org', 'viewer');
    await settled(page, hydrated);
    await nina.goto(`${empty.url}/board/REP`);
    await settled(nina, hydrated);
    await expect(card(nina, 'Read the minutes')).toBeVisible();
    await expect(nina.getByText('You can view this board. Editing needs the Editor role.')).toBeVisible();
    await expect(nina.getByText('Add task', { exact: true })).toHaveCount(0);
    await expect(nina.getByRole('link', { name: 'New task' })).toHaveCount(0);
    if (hydrated) await expectAccessible(nina);
    await nina.goto(`${empty.url}/tasks/REP-1`);
    await settled(nina, hydrated);
    await expect(nina.getByText('Editing needs the Editor role')).toBeVisible();
    await expect(nina.getByRole('button', { name: 'Archive' })).toHaveCount(0);
    await expect(nina.getByRole('main').locator('textarea, select')).toHaveCount(0);
    await nina.goto(`${empty.url}/projects/REP`);
    await expect(nina.getByText('Changing these settings needs the Owner role.')).toBeVisible();
    await nina.goto(`${empty.url}/projects/REP/members`);
    await expect(nina.getByRole('button', { name: 'Add', exact: true })).toHaveCount(0);
    expect((await nina.goto(`${empty.url}/tasks/new?project=REP`))?.status()).toBe(403);
    await settled(nina, hydrated);
    await expect(nina.getByText('Your role in “Reporting” is not enough for this page. Its owners can give you another one: ask Dana Admin.')).toBeVisible();
    expect((await nina.goto(`${empty.url}/settings/people`))?.status()).toBe(403);
    await settled(nina, hydrated);
    await expect(nina.getByText('Only administrators can see this page. Ask Dana Admin.')).toBeVisible();
    if (hydrated) await expectAccessible(nina);

    await page.goto(`${empty.url}/projects/REP/members`);
    await page.getByLabel('Role of Nina New', { exact: true }).selectOption('editor');
    await page.getByRole('button', { name: 'Save: Role of Nina New' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await nina.goto(`${empty.url}/board/REP`);
    await settled(nina, hydrated);
    await addTasks(nina, 'Todo', ['Written by Nina']);

    await page.goto(`${empty.url}/projects/REP/members`);
    await page.getByLabel('Remove Nina New').click();
    await page.getByRole('button', { name: 'Remove from the project' }).last().click();
    await expect(page.getByText('Saved.')).toBeVisible();
    expect((await nina.goto(`${empty.url}/board/REP`))?.status()).toBe(404);

    await page.getByText('Leave this project').click();
    await page.getByRole('button', { name: 'Leave the project' }).click();
    await expect(page.getByText('The project needs an owner').first()).toBeVisible();
    await nina.context().close();
  });

  test('a group gives access, and a switched-off account is signed out', async ({ page, browser, empty, hydrated }) => {
    await begin(page, empty);
    await createProject(page);
    const nina = await invite(page, browser, empty, 'Nina New', hydrated);
    await page.goto(`${empty.url}/settings/groups`);
    await settled(page, hydrated);
    await page.getByLabel('Name').fill('Front office');
    await page.getByRole('button', { name: 'Create the group' }).click();
    await page.getByLabel('Person to add').selectOption({ label: 'Nina New (nina@example.org)' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Remove Nina New from the group' })).toBeVisible();
    await settled(page, hydrated);

    await page.goto(`${empty.url}/projects/REP/members`);
    await page.locator('#group-role').selectOption('viewer');
    await page.getByRole('button', { name: 'Add the group' }).click();
    await expect(page.getByText('Through Front office')).toBeVisible();
    expect((await nina.goto(`${empty.url}/board/REP`))?.status()).toBe(200);

    await page.goto(`${empty.url}/settings/people`);
    await settled(page, hydrated);
    await page.getByRole('link', { name: 'Nina New' }).click();
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Switch the account off' }).click();
    await expect(page.getByText('Switched off').first()).toBeVisible();
    await nina.goto(`${empty.url}/board/REP`);
    await expect(nina.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await nina.context().close();
  });
});

test('rules act by themselves: a task that enters a list is changed, and the log of the rule tells', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await createProject(page);
  await page.goto(`${empty.url}/projects/REP/rules`);
  await settled(page, hydrated);
  await expect(page.getByRole('heading', { name: 'No rules yet' })).toBeVisible();
  if (hydrated) await expectAccessible(page);
  await page.getByRole('link', { name: 'New rule' }).first().click();
  await expect(page.getByLabel('Name')).toBeVisible();
  await settled(page, hydrated);
  await page.getByLabel('Name').fill('Hurry');
  await page.getByLabel('List', { exact: true }).selectOption({ label: 'Pending' });
  await page.getByLabel('Set the priority').selectOption('urgent');
  await page.getByLabel('Assign', { exact: true }).selectOption({ label: 'Dana Admin' });
  await page.getByRole('button', { name: 'Save the rule' }).click();
  await expect(page.getByText('When a task enters Pending: set the priority to Urgent, assign Dana Admin.')).toBeVisible();

  await createTasks(page, 'Pending', ['Wait for the answer']);
  await expect(async () => {
    await page.goto(`${empty.url}/tasks/REP-1`);
    await expect(page.getByText('Rule “Hurry”').first()).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText('changed the priority from Medium to Urgent')).toBeVisible();

  await page.goto(`${empty.url}/projects/REP/rules`);
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Switch off Hurry' }).click();
  await expect(page.getByText('Off', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Hurry' }).click();
  await expect(page.getByText('Did: set the priority to Urgent, assign Dana Admin.')).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expectAccessible(page);

  // Without an action it is no rule.
  await page.getByLabel('Set the priority').selectOption('');
  await page.getByLabel('Assign', { exact: true }).selectOption('');
  await page.getByRole('button', { name: 'Save the rule' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
  await page.goto(`${empty.url}/projects/REP/rules`);
  await page.getByRole('button', { name: 'Delete Hurry' }).click();
  await expect(page.getByRole('heading', { name: 'No rules yet' })).toBeVisible();
});

test('a rule acts on a task that is made with its label, and on no other @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
  await clientOf(page).call('make_label', { project: 'REP', name: 'Ops', hue: '3' });
  await page.goto(`${empty.url}/projects/REP/rules/new`);
  await settled(page, true);
  await page.getByLabel('Name').fill('Duty');
  await page.getByRole('radio', { name: 'is made with a label, or gets it' }).check();
  await page.getByLabel('Label', { exact: true }).selectOption({ label: 'Ops' });
  await page.getByLabel('Set the priority').selectOption('high');
  await page.getByRole('button', { name: 'Save the rule' }).click();
  await expect(page.getByText('When a task has or gets the label Ops: set the priority to High.')).toBeVisible();

  await createTasks(page, 'Todo', ['Order the new relay #Ops']);
  await createTasks(page, 'Pending', ['Water the plants']);
  await expect(async () => {
    await page.goto(`${empty.url}/tasks/REP-1`);
    await expect(page.getByText('Rule “Duty”').first()).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText('changed the priority from Medium to High')).toBeVisible();
  await page.goto(`${empty.url}/tasks/REP-2`);
  await expect(page.getByText('Rule “Duty”')).toHaveCount(0);
});
