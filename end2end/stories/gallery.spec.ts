// The templates of the gallery as mails: made, filled in with a project's own data, sent as tests into the outbox, and read
// by three strangers: the referee, html-validate, and what "Can I email" knows of mail programs.
import fs from 'node:fs';
import path from 'node:path';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { folder, lookOf, looks, themes, widths } from '../fixtures/gallery-look.ts';
import { htmlOf, markupFaults, unsupported } from '../fixtures/mail-checkers.ts';
import { faults } from '../fixtures/referee.ts';
import { createProject, dana, expect, signUp, test } from '../fixtures/story.ts';

const words = ['weekly-status', 'monthly-report', 'overdue-reminder', 'daily-digest', 'job-failed', 'project-summary'];

test('every mail of the gallery passes the referee and both checkers of HTML @plain', async ({ empty }) => {
  const client = await signUp(empty);
  await createProject(client);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const lines = [
    'Draft the <b>November</b> & December report @me !urgent 2026-01-05', 'Žerjav: overhaul “before” spring @me tomorrow', 'Book the room',
  ];
  await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: lines.join('\n'), at: 'end' });
  const caught = async () => (await client.call<{ items: { id: string }[] }>('list_outbox', {})).value.items;
  for (const [number, word] of words.entries()) {
    const id = await client.made('create_template', { from: word });
    const { value: desk } = await client.call<{ draft: unknown }>('read_template', { id });
    await client.call('send_template_test', { id, document: JSON.stringify(desk.draft), 'data[project]': 'REP', addresses: dana.email });
    await expect.poll(async () => (await caught()).length, { message: `the mail of ${word}` }).toBe(number + 1);
    const mail = (await client.request('GET', `/outbox/${(await caught())[0].id}/message.eml`)).body;
    expect(faults('template', mail), word).toEqual([]);
    const html = htmlOf(mail);
    expect(html, word).toContain('Reporting');
    expect(await markupFaults(html), word).toEqual([]);
    expect(unsupported(html), word).toEqual([]);
  }
});

test.describe('a title of one long word', () => {
  // A page that is no mail has no pictures by their names in it.
  test.use({ expectedErrors: [/ERR_UNKNOWN_URL_SCHEME/] });

  test('makes no mail wider than its window @hydrated', async ({ page, empty }) => {
    const client = await signUp(empty);
    await createProject(client);
    const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
    const title = `${'x'.repeat(200)} @me !urgent 2026-01-05`;
    await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title, at: 'end' });
    const caught = async () => (await client.call<{ items: { id: string }[] }>('list_outbox', {})).value.items;
    for (const [number, word] of ['weekly-status', 'overdue-reminder', 'daily-digest'].entries()) {
      const id = await client.made('create_template', { from: word });
      const { value: desk } = await client.call<{ draft: unknown }>('read_template', { id });
      await client.call('send_template_test', { id, document: JSON.stringify(desk.draft), 'data[project]': 'REP', addresses: dana.email });
      await expect.poll(async () => (await caught()).length, { message: `the mail of ${word}` }).toBe(number + 1);
      const html = htmlOf((await client.request('GET', `/outbox/${(await caught())[0].id}/message.eml`)).body);
      expect(html, word).toContain('x'.repeat(200));
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        await page.setContent(html);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${word} at ${width} px`).toBe(width);
      }
    }
  });
});

test('the checkers of HTML are awake @plain', async () => {
  const page = (body: string) => `<!doctype html><html lang="en"><head><title>T</title></head><body>${body}</body></html>`;
  expect(await markupFaults(page('<p>Good</p>'))).toEqual([]);
  expect((await markupFaults(page('<img src="a.png"><p><div></div></p>'))).join('\n')).toMatch(/alt[^]*close-order/);
  expect(unsupported(page('<p style="color:#111111">Good</p>'))).toEqual([]);
  expect(unsupported(page('<div style="display:flex;position:fixed">Bad</div>')).join('\n')).toMatch(/display:flex[^]*position/);
});

test('the linter of templates knows mail programs as the checker does @plain', () => {
  const end2end = path.resolve(import.meta.dirname ?? __dirname, '..');
  const { version } = JSON.parse(fs.readFileSync(path.join(end2end, 'node_modules/doiuse-email/package.json'), 'utf8')) as { version: string };
  const table = fs.readFileSync(path.join(end2end, '../app/base/src/domain/template/lint/support/table.rs'), 'utf8');
  expect(table.replace(/\n\/\/! /g, ' '), 'scripts/caniemail.py makes it anew').toContain(`of doiuse-email ${version},`);
});

test('the README of templates shows a picture of every mail of the gallery, wide and narrow, light and dark @plain', () => {
  const readme = fs.readFileSync(path.join(folder, '../README.md'), 'utf8');
  const pictures = words.flatMap((word) => widths.flatMap((width) => themes.map((theme) => `${word}-${width}-${theme}.png`)));
  for (const name of pictures) expect(readme).toContain(`(gallery/${name})`);
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.png')).sort()).toEqual(pictures.sort());
  for (const name of pictures) {
    // The head of a PNG says how wide it is.
    expect(fs.readFileSync(path.join(folder, name)).readUInt32BE(16), name).toBe(Number(/-(\d+)-/.exec(name)![1]));
  }
});

test('the pictures of the gallery show its mails as they are today @plain', async ({ empty }) => {
  const client = await signUp(empty);
  const taken = JSON.parse(fs.readFileSync(looks, 'utf8')) as Record<string, string>;
  for (const word of words) {
    for (const theme of themes) {
      const answer = await client.request('GET', `/templates/gallery/${word}/picture?theme=${theme}`, undefined, { accept: 'text/html' });
      expect(answer.status, word).toBe(200);
      const look = lookOf(answer.body.toString(), empty.url);
      expect(look, `${word} in ${theme} looks different: npm run gallery takes its pictures anew`).toBe(taken[`${word}-${theme}`]);
    }
  }
});
