// The Git archive: pushed to another repository, refused in words, and the history of a report.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { AutoReport } from '../fixtures/autoreport.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { begin, clientOf, createProject, expect, expectAccessible, settled, test } from '../fixtures/story.ts';

test('reports are pushed to another repository, and what git says when it refuses is on the page', async ({ page, hydrated }) => {
  // Folders of this machine stand for a server; only tests may use them.
  const server = await AutoReport.start({ settings: { AUTOREPORT_GIT_REMOTES: 'files' } });
  try {
    await begin(page, server);
    await createProject(page);
    const remote = path.join(server.folder, 'server.git');
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
    const git = (...args: string[]) => execFileSync('git', ['--git-dir', remote, ...args], { encoding: 'utf8' });

    await page.goto(`${server.url}/settings/git`);
    await settled(page, hydrated);
    await expect(page.getByText('No commit yet')).toBeVisible();
    await page.getByLabel('Address', { exact: true }).fill(`file://${remote}`);
    await page.getByRole('button', { name: 'Save the remote repository' }).click();
    // A hint of the form ends in the same word.
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await expect(page.getByText('The repository there has no branch yet')).toBeVisible();

    // A commit is pushed by itself.
    const id = await weeklyJob(page, ['mina@example.org']);
    await runUntil(page, id, 'done');
    await expect.poll(() => git('branch', '--list', 'main').trim(), { message: 'the branch there', timeout: 60_000 }).not.toBe('');
    expect(git('rev-parse', 'main')).toBe(server.git('rev-parse', 'main'));
    expect(git('log', '-1', '--format=%B', 'main')).toContain('Report-Occurrence: ');

    // The server refuses, in its own words.
    const hook = path.join(remote, 'hooks/pre-receive');
    fs.mkdirSync(path.dirname(hook), { recursive: true });
    fs.writeFileSync(hook, '#!/bin/sh\necho "Closed for the night." >&2\nexit 1\n', { mode: 0o755 });
    await runUntil(page, id, 'done');
    await page.goto(`${server.url}/settings/git`);
    await settled(page, hydrated);
    await page.getByRole('button', { name: 'Push now' }).click();
    await expect(page.getByRole('log', { name: 'What git said' })).toContainText('remote: Closed for the night.');
    if (hydrated) await expectAccessible(page);

    fs.rmSync(hook);
    await page.getByRole('button', { name: 'Push now' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Pushed.' })).toBeVisible();
    await expect(page.getByRole('log', { name: 'What git said' })).toHaveCount(0);
    expect(git('rev-parse', 'main')).toBe(server.git('rev-parse', 'main'));
  } finally {
    await page.goto('about:blank');
    await server.dispose();
  }
});

test('a token is never shown again, neither on the page nor in the log', async ({ page, hydrated }) => {
  const server = await AutoReport.start({ settings: { AUTOREPORT_GIT_REMOTES: 'internal' } });
  const token = 'glpat-nobody-may-read-this';
  try {
    await begin(page, server);
    await createProject(page);
    await runUntil(page, await weeklyJob(page, ['mina@example.org']), 'done');
    await page.goto(`${server.url}/settings/git`);
    await settled(page, hydrated);
    // Nothing listens there.
    await page.getByLabel('Address', { exact: true }).fill('https://127.0.0.1:9/reports.git');
    await page.getByLabel('User', { exact: true }).fill('reports');
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Save the remote repository' }).click();
    await expect(page.getByText('Saved, hidden.')).toBeVisible();
    await page.getByRole('button', { name: 'Push now' }).click();
    await expect(page.getByRole('log', { name: 'What git said' })).toContainText('127.0.0.1');
    await expect(page.getByLabel('Token')).toHaveValue('');
    expect(await page.content()).not.toContain(token);
    expect(server.log).toContain('the archive was not pushed');
    expect(server.log).not.toContain(token);
  } finally {
    await page.goto('about:blank');
    await server.dispose();
  }
});

test('the history of a report shows its commit and what has changed since the one before @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page);
  const id = await weeklyJob(page, ['mina@example.org']);
  await runUntil(page, id, 'done');
  const board = await clientOf(page).call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  await clientOf(page).call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: 'Book the room', at: 'end' });
  const second = await runUntil(page, id, 'done');
  await page.goto(`${empty.url}/reports/${second}`);
  await settled(page, true);
  await page.getByText('More about this report').click();
  await page.getByRole('link', { name: 'History and changes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^History: / })).toBeVisible();
  await settled(page, true);
  const changes = page.getByRole('region', { name: 'Changes of the text, line by line' });
  await expect(changes.getByRole('row', { name: /removed Open: 0/ })).toBeVisible();
  await expect(changes.getByRole('row', { name: /added Open: 1/ })).toBeVisible();
  const commits = page.getByRole('region', { name: 'Commits of this report' });
  await expect(commits.getByRole('row')).toHaveCount(2);
  await expect(commits).toContainText(empty.git('rev-parse', 'main').slice(0, 10));
  await expectAccessible(page);
});

test.describe('settings that cannot be', () => {
  test.use({ expectedErrors: [/status of 422/] });

  test('are refused beside their field, and what was typed stays', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await page.goto(`${empty.url}/settings/git`);
    await settled(page, hydrated);
    await page.getByLabel('Repository', { exact: true }).fill('/nowhere/at/all');
    await page.getByRole('button', { name: 'Save the repository' }).click();
    await expect(page.locator('.error-summary')).toContainText('There is no such folder');
    await expect(page.getByLabel('Repository', { exact: true })).toHaveValue('/nowhere/at/all');
    await expect(page.getByLabel('Repository', { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await settled(page, hydrated);
    await page.getByLabel('Address', { exact: true }).fill('https://ann:secret@git.example.org/x.git');
    await page.getByRole('button', { name: 'Save the remote repository' }).click();
    await expect(page.locator('.error-summary')).toContainText('Leave user and password out');
  });
});
