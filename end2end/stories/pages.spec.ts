// Every page of the program: it answers, has one heading and a title, complains of nothing, fits every width, and is
// accessible in both colour schemes.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { address, job, type Made, project } from '../fixtures/furnished.ts';
import { begin, clientOf, dana, expect, expectAccessible, expectAccessibleAtEveryWidth, expectNoSidewaysScrollAtEveryWidth, mina, settled, test } from '../fixtures/story.ts';

const here = import.meta.dirname ?? __dirname;

/** The word by which the reader of a caught mail stops the next ones. */
async function stopToken(client: Client, mail: string): Promise<string> {
  const { text } = (await client.call<{ text: string }>('read_mail', { id: mail })).value;
  const found = /\/unsubscribe\/([\w-]+)/.exec(text);
  if (!found) throw new Error(`no link to stop the mails in: ${text}`);
  return found[1];
}

interface Walk {
  name: string;
  /** Makes what the pages show. */
  prepare: (client: Client, server: AutoReport) => Promise<Made>;
  /** A route with the addresses at which it is looked at, in full at the first; `{name}` stands for something that was made. */
  pages: [route: string, ...addresses: string[]][];
}

/** Mina has an account, edits the project, and names Dana in a comment. */
async function mention(client: Client, server: AutoReport, made: Made): Promise<void> {
  server.command(['user', 'create', '--email', mina.email, '--name', mina.name], `${mina.password}\n`);
  await client.call('add_member', { project: made.project, who: mina.email, role: 'editor' });
  const hers = new Client(server);
  await hers.signIn(mina.email, mina.password);
  await hers.call('add_comment', { task: made.draft, body: `Is this ready, @${dana.name}?` });
  hers.close();
}

/** A job of each kind that makes no report. */
async function otherJobs(client: Client): Promise<Made> {
  const when = { project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana' };
  const personal = { ...when, scope: 'all', recipients: dana.email };
  const make = (kind: string, name: string, values: Record<string, string>) => client.made('save_job', { kind, name, ...values });
  return {
    digest: await make('digest', 'Daily digest', { ...personal, show_overdue: 'on', show_assigned: 'on' }),
    reminder: await make('reminder', 'Reminder', { ...personal, leads: '1 day', from_time: '08:00' }),
    archive: await make('archive_tasks', 'Archive finished tasks', { ...when, finished_days: '30' }),
    push: await make('git_push', 'Push the archive', when),
  };
}

/** Sends a file of `data` by the form of an upload, and answers with the id of the page that follows. */
async function uploadFile(client: Client, url: string, name: string, kind: string): Promise<string> {
  const mark = 'between-the-parts';
  const content = fs.readFileSync(path.join(here, '../data', name), 'utf8');
  const head = [`Content-Disposition: form-data; name="file"; filename="${name}"`, `Content-Type: ${kind}`];
  const body = [`--${mark}`, ...head, '', content, `--${mark}--`, ''].join('\r\n');
  const answer = await client.request('POST', url, body, { 'content-type': `multipart/form-data; boundary=${mark}` });
  return answer.headers.location!.split('/').at(-1)!;
}

/** Uploads a table of tasks, which waits for its columns to be looked at. */
const upload = (client: Client) => uploadFile(client, '/import/upload', 'tasks.csv', 'text/csv');

/** Uploads a bounce, of a message that was not sent from here. */
const uploadBounce = (client: Client) => uploadFile(client, '/jobs/bounces/upload', 'bounce.eml', 'message/rfc822');

const walks: Walk[] = [
  {
    name: 'the board and the views beside it',
    prepare: project,
    pages: [
      ['/board', '/board'],
      ['/board/:project', '/board/REP', '/board/REP?q=report'],
      ['/board/:project/tasks/:number', '/board/REP/tasks/1'],
      ['/board/:project/list', '/board/REP/list'],
      ['/board/:project/calendar', '/board/REP/calendar?month=2026-01', '/board/REP/calendar?week=2026-01-05'],
    ],
  },
  {
    name: 'notes, archive, trash, lists, labels and saved views',
    prepare: project,
    pages: [
      ['/board/:project/notes', '/board/REP/notes'],
      ['/board/:project/trash', '/board/REP/trash'],
      ['/board/:project/archive', '/board/REP/archive'],
      ['/board/:project/columns', '/board/REP/columns'],
      ['/board/:project/columns/:column', '/board/REP/columns/{column}'],
      ['/board/:project/labels', '/board/REP/labels'],
      ['/board/:project/labels/:label', '/board/REP/labels/{label}'],
      ['/board/:project/views', '/board/REP/views'],
    ],
  },
  {
    name: 'a task, my work, search and notifications',
    prepare: async (client, server) => {
      const made = await project(client);
      await mention(client, server, made);
      return made;
    },
    pages: [
      ['/tasks/new', '/tasks/new?project=REP'],
      ['/tasks/:task', '/tasks/REP-1'],
      ['/tasks/:task/actions', '/tasks/REP-1/actions'],
      ['/my-work', '/my-work'],
      ['/search', '/search', '/search?q=report'],
      ['/notifications', '/notifications'],
    ],
  },
  {
    name: 'the dashboard, the menu and the profile',
    prepare: project,
    pages: [
      ['/', '/', '/?days=90'],
      ['/more', '/more'],
      ['/keys', '/keys'],
      ['/settings', '/settings'],
      ['/settings/profile', '/settings/profile'],
      ['/settings/security', '/settings/security'],
      ['/settings/alarms', '/settings/alarms'],
    ],
  },
  {
    name: 'projects, members, rules and imports',
    prepare: async (client, server) => {
      const made = await project(client);
      await mention(client, server, made);
      const values = { project: made.project, name: 'Hurry', when: 'enters', when_column: made.column, priority: 'urgent', comment: 'Soon, please.' };
      return { ...made, rule: await client.made('save_rule', values), upload: await upload(client) };
    },
    pages: [
      ['/projects', '/projects'],
      ['/projects/new', '/projects/new'],
      ['/projects/:project', '/projects/REP'],
      ['/projects/:project/members', '/projects/REP/members'],
      ['/projects/:project/rules', '/projects/REP/rules'],
      ['/projects/:project/rules/new', '/projects/REP/rules/new'],
      ['/projects/:project/rules/:id', '/projects/REP/rules/{rule}'],
      ['/projects/:project/copy', '/projects/REP/copy'],
      ['/import', '/import'],
      ['/import/:id', '/import/{upload}'],
    ],
  },
  {
    name: 'jobs, runs, reports and caught mail',
    prepare: async (client) => ({ ...await project(client), ...await job(client), ...await otherJobs(client), bounce: await uploadBounce(client) }),
    pages: [
      ['/jobs', '/jobs', '/jobs?q=nothing+like+this'],
      ['/jobs/new', '/jobs/new', '/jobs/new?kind=digest', '/jobs/new?kind=reminder', '/jobs/new?kind=archive_tasks', '/jobs/new?kind=git_push'],
      ['/jobs/:id', '/jobs/{job}'],
      ['/jobs/:id/edit', '/jobs/{job}/edit'],
      ['/jobs/:id/backfill', '/jobs/{job}/backfill?from=2026-11-20T00%3A00&to=2027-01-20T00%3A00&overlap=queue_all'],
      ['/jobs/:id/dry-run', ...['job', 'digest', 'reminder', 'archive', 'push'].map((job) => `/jobs/{${job}}/dry-run?at=2026-11-30T07%3A00`)],
      ['/jobs/runs/:id', '/jobs/runs/{run}'],
      ['/jobs/bounces', '/jobs/bounces', '/jobs/bounces?refused=not_a_report'],
      ['/jobs/bounces/:id', '/jobs/bounces/{bounce}'],
      ['/reports', '/reports', '/reports?q=nothing+like+it'],
      ['/reports/:id', '/reports/{report}', '/reports/{report}?view=tasks', '/reports/{report}?view=charts', '/reports/{report}?view=recipients', '/reports/{report}?view=source'],
      ['/reports/:id/compare', '/reports/{report}/compare'],
      ['/outbox', '/outbox', '/outbox?q=nothing+has+this&since=2026-01-01', '/outbox?clear=0'],
      ['/outbox/:id', '/outbox/{mail}', '/outbox/{mail}?view=headers', '/outbox/{mail}?view=parts', '/outbox/{mail}?view=checks', '/outbox/{mail}?view=release'],
      ['/reports/:id/history', '/reports/{report}/history'],
    ],
  },
  {
    name: 'people, groups and mail accounts',
    prepare: async (client) => {
      const person = await client.made('invite_person', { name: mina.name, email: mina.email, zone: 'UTC', role: 'member' });
      const group = await client.made('create_group', { name: 'Front office' });
      await client.call('add_to_group', { id: group, person });
      const values = { name: 'Office mail', host: 'smtp.example.org', port: '587', tls: 'start_tls', auth: 'none', sender_name: 'Reports', sender_address: 'reports@example.org' };
      await client.call('add_suppression', { address: 'gone@example.org', words: 'Asked by phone' });
      await client.call('save_recipient_domains', { domains: 'example.org\n*.example.com' });
      return { person, group, account: await client.made('save_account', values) };
    },
    pages: [
      ['/settings/people', '/settings/people'],
      ['/settings/people/new', '/settings/people/new'],
      ['/settings/people/:id', '/settings/people/{person}'],
      ['/settings/groups', '/settings/groups'],
      ['/settings/groups/:id', '/settings/groups/{group}'],
      ['/settings/mail', '/settings/mail'],
      ['/settings/mail/new', '/settings/mail/new'],
      ['/settings/mail/:id', '/settings/mail/{account}'],
      ['/settings/retention', '/settings/retention', '/settings/retention?months=12&days=90'],
      ['/settings/git', '/settings/git'],
      ['/settings/suppressions', '/settings/suppressions', '/settings/suppressions?q=nobody'],
    ],
  },
  {
    name: 'templates, their designer and their versions',
    prepare: async (client) => {
      const made = await project(client);
      const template = await client.made('create_template', { from: 'weekly-status' });
      await client.call('publish_template', { id: template, version: '1', note: 'As it came' });
      await client.call('edit_draft', { id: template, version: '1', act: 'add', value: 'columns' });
      const source = await client.made('create_template', { from: 'blank' });
      await client.call('edit_draft', { id: source, version: '1', act: 'to_html' });
      return { ...made, template, source };
    },
    pages: [
      ['/templates', '/templates', '/templates?q=nothing+like+this'],
      ['/templates/:id', '/templates/{template}?project=REP', '/templates/{template}?block=1&theme=dark&width=375', '/templates/{template}?dialog=publish', '/templates/{template}?dialog=test', '/templates/{template}?dialog=remove', '/templates/{source}?part=text'],
      ['/templates/:id/versions', '/templates/{template}/versions?from=1&to=draft', '/templates/{source}/versions'],
    ],
  },
];

/** What is open to those who are not signed in. */
const door = ['/sign-up', '/sign-in', '/set-password', '/unsubscribe/:token'];

/** Opens a page and expects of it what is expected of every page. */
async function visit(page: Page, url: string, hydrated: boolean, look = expectAccessibleAtEveryWidth): Promise<void> {
  const answer = await page.goto(url);
  const where = new URL(page.url()).pathname;
  expect(answer?.status(), where).toBe(200);
  await settled(page, hydrated);
  await expect(page.locator('h1'), `headings of ${where}`).toHaveCount(1);
  await expect(page, where).toHaveTitle(/^(?!Error).+ · AutoReport$/);
  // axe-core waits for timers, which do not run without JavaScript; the page is the same.
  if (hydrated) await look(page);
  else await expectNoSidewaysScrollAtEveryWidth(page);
}

for (const { name, prepare, pages } of walks) {
  test(`all is well on the pages of ${name}`, async ({ page, empty, hydrated }) => {
    // Many pages, each looked at four times.
    test.slow();
    await begin(page, empty);
    const made = await prepare(clientOf(page), empty);
    for (const [, ...addresses] of pages) {
      for (const [at, template] of addresses.entries()) {
        const look = at === 0 ? expectAccessibleAtEveryWidth : expectAccessible;
        await test.step(template, () => visit(page, `${empty.url}${address(template, made)}`, hydrated, look));
      }
    }
  });
}

test('all is well on the pages at the door', async ({ page, empty, hydrated }) => {
  test.slow();
  await visit(page, `${empty.url}/sign-up`, hydrated);
  await expect(page.getByRole('heading', { name: 'Create the administrator' })).toBeVisible();
  await begin(page, empty);
  const client = clientOf(page);
  await project(client);
  const token = await stopToken(client, (await job(client)).mail);
  const person = await client.made('invite_person', { name: mina.name, email: mina.email, zone: 'UTC', role: 'member' });
  const { link } = (await client.call<{ link: string }>('load_person', { id: person })).value;
  await page.context().clearCookies();
  await visit(page, `${empty.url}/sign-up`, hydrated);
  await visit(page, `${empty.url}/sign-in`, hydrated);
  await visit(page, link, hydrated);
  await expect(page.getByText(`For the account of ${mina.name}.`)).toBeVisible();
  await visit(page, `${empty.url}/set-password?token=used`, hydrated, expectAccessible);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await visit(page, `${empty.url}/unsubscribe/${token}`, hydrated);
  await expect(page.getByRole('heading', { name: 'Stop these e-mails?' })).toBeVisible();
  await visit(page, `${empty.url}/unsubscribe/used`, hydrated, expectAccessible);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
});

test('no route of the program is left out of these walks @plain', () => {
  const table = fs.readFileSync(path.join(here, '../../app/src/app.rs'), 'utf8');
  const routes = [...table.matchAll(/path!\("([^"]*)"\)/g)].map(([, route]) => route).filter(Boolean)
    // The one route within another.
    .map((route) => (route.startsWith('/') ? route : `/board/:project/${route}`));
  const walked = [...walks.flatMap(({ pages }) => pages.map(([route]) => route)), ...door];
  expect(walked.sort()).toEqual([...new Set(routes)].sort());
});
