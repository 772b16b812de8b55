// Every kind of mail that the program sends, as a mail server gets it, before a referee that shares no code with it, and
// before the two checkers of HTML.
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../fixtures/client.ts';
import { type Board, noFilter } from '../fixtures/crowd.ts';
import { htmlOf, markupFaults, unsupported } from '../fixtures/mail-checkers.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { faults, ownTest } from '../fixtures/referee.ts';
import { createProject, dana, expect, signUp, test } from '../fixtures/story.ts';

interface Kind {
  /** Its name in smtp/referee.py, where its rules stand. */
  kind: string;
  /** What is special about it, where there are several of a kind. */
  special?: string;
  /** What the mail server does beside taking messages. */
  refuses?: string[];
  /** Who gets a mail besides. */
  others?: string[];
  /** Has it sent to Dana; `account` is the mail account of the test server. */
  send: (client: Client, account: string, mail: MailServer) => Promise<void>;
}

/** A new kind of mail is one entry here, and one line of KINDS in the referee. */
const kinds: Kind[] = [
  { kind: 'report', send: sendReport },
  {
    kind: 'report with files',
    send: async (client) => {
      const files = Object.fromEntries(['pdf', 'html', 'xlsx', 'csv', 'json'].map((file) => [`attach_${file}`, 'on']));
      await run(client, { recipients: dana.email, ...built(...everything), ...files });
    },
  },
  {
    kind: 'report',
    special: 'of a published template',
    send: async (client) => {
      const template = await published(client, 'monthly-report');
      await run(client, { recipients: dana.email, ...built('summary'), template });
    },
  },
  {
    kind: 'report',
    special: 'that was a draft, with a comment',
    others: [dana.email],
    send: async (client, _account, mail) => {
      const id = await run(client, { recipients: dana.email, ...built('summary', 'chart:created_completed') }, { draft: 'yes' });
      await expect.poll(() => mail.accepted.length, { message: 'the mail that asks', timeout: 60_000 }).toBe(1);
      await client.call('decide_draft', { id, decision: 'approve', comment: 'A **good** week, <b>really</b> & “truly”\n.\nŽiga' });
    },
  },
  { kind: 'digest', send: async (client) => void await run(client, digest) },
  {
    kind: 'reminder',
    send: async (client) => void await run(client, {
      kind: 'reminder', recipients: dana.email, scope: 'all', leads: '1 day', from_time: '00:00',
    }),
  },
  { kind: 'test', send: async (client, account) => { await client.call('test_account', { id: account, send: 'yes' }); } },
  {
    kind: 'job test',
    send: async (client) => {
      await addTasks(client);
      await client.call('send_job_test', { id: '', ...weekly, recipients: 'mina@example.org' });
    },
  },
  {
    kind: 'personal test',
    send: async (client) => {
      await addTasks(client);
      await client.call('send_job_test', { id: '', ...weekly, ...digest });
    },
  },
  {
    kind: 'copy',
    others: ['mina@example.org'],
    send: async (client, _account, mail) => {
      const id = await run(client, { recipients: 'mina@example.org' });
      await expect.poll(() => mail.accepted.length, { message: 'the report itself', timeout: 60_000 }).toBe(1);
      await client.call('send_report_to_me', { id });
    },
  },
  // The report is refused, so its owner hears of it.
  { kind: 'alarm', refuses: ['--fail', 'rcpt:550:1'], send: async (client) => void await run(client, { recipients: 'mina@example.org' }) },
  {
    kind: 'alarm',
    special: 'that a template was chosen for',
    refuses: ['--fail', 'rcpt:550:1'],
    send: async (client) => {
      await client.call('choose_alarm_template', { template: await published(client, 'job-failed') });
      await run(client, { recipients: 'mina@example.org' });
    },
  },
  {
    kind: 'alarm',
    special: 'that asks about a draft',
    send: async (client) => void await run(client, { recipients: 'mina@example.org' }, { draft: 'yes' }),
  },
];

async function sendReport(client: Client): Promise<void> {
  await run(client, { recipients: `Dana Ž. <${dana.email}>` });
}

/** The fields of a job. */
const weekly = { name: 'Weekly – Žiga’s report', project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana' };

/** What a digest asks besides. */
const digest = {
  kind: 'digest', recipients: dana.email, scope: 'project', show_overdue: 'on', show_today: 'on', show_soon: 'on', show_blocked: 'on', show_assigned: 'on',
};

/** Everything that a report can show. */
const everything = [
  'summary', 'figures',
  ...['created_completed', 'cumulative_flow', 'by_status', 'by_person', 'by_priority', 'by_label', 'cycle_times', 'ageing_work', 'forecast', 'late_buckets'].map((chart) => `chart:${chart}`),
  ...['accomplishments', 'highlights', 'finished', 'in_progress', 'overdue', 'due_next', 'blocked', 'moved', 'reopened', 'created'].map((list) => `tasks:${list}`), 'notes', 'text',
];

/** The fields of a report of these sections. */
function built(...sections: string[]): Record<string, string> {
  const fields: Record<string, string> = { period: 'last_7_days' };
  for (const [at, kind] of sections.entries()) {
    fields[`s${at + 1}_kind`] = kind;
    if (kind === 'notes' || kind.startsWith('tasks:')) fields[`s${at + 1}_limit`] = '10';
    if (kind === 'text') fields[`s${at + 1}_text`] = 'For the **board** {{ of us }}, <i>really</i>';
  }
  return fields;
}

/** Makes a template of the gallery and publishes it. */
async function published(client: Client, from: string): Promise<string> {
  const id = await client.made('create_template', { from });
  await client.call('publish_template', { id, version: '1' });
  return id;
}

/** Makes a project with tasks. */
async function addTasks(client: Client): Promise<void> {
  await createProject(client);
  const board = await client.call<Board>('load_board', { key: 'REP', filter: noFilter, longer: null }, 'json');
  const lines = [
    'Draft the <b>November</b> & December report @me !urgent 2026-01-05', 'Žerjav: overhaul “before” spring @me tomorrow', 'Book the room',
  ];
  await client.call('add_tasks', { project: 'REP', column: board.value.columns[0].id, title: lines.join('\n'), at: 'end' });
}

/** Makes a project with tasks, and a job that runs at once; the run. */
async function run(client: Client, job: Record<string, string>, start: Record<string, string> = {}): Promise<string> {
  await addTasks(client);
  return client.made('start_run', { id: await client.made('save_job', { ...weekly, ...job }), ...start });
}

for (const { kind, special, refuses = [], others = [], send } of kinds) {
  test(`the referee has nothing to say against a mail of the kind ${[kind, special].filter(Boolean).join(' ')} @plain`, async ({ empty }) => {
    const mail = await MailServer.start(...refuses);
    try {
      const client = await signUp(empty);
      const account = await client.made('save_account', {
        name: 'Office mail', host: '127.0.0.1', port: String(mail.port), tls: 'none', auth: 'none', sender_name: 'Reports of Žiga', sender_address: 'reports@example.org',
      });
      await client.call('make_account_default', { id: account });
      await send(client, account, mail);
      await expect.poll(() => mail.accepted.length, { message: 'what the server has taken', timeout: 60_000 }).toBe(others.length + 1);
      expect(mail.accepted.map((taken) => taken.rcpt_tos)).toEqual([...others, dana.email].map((address) => [address]));
      const message = fs.readFileSync(path.join(mail.folder, mail.accepted.at(-1)!.file!));
      expect(faults(kind, message)).toEqual([]);
      const html = htmlOf(message);
      expect(await markupFaults(html)).toEqual([]);
      expect(unsupported(html)).toEqual([]);
    } finally {
      await mail.dispose();
    }
  });
}

test('what the outbox catches is the same message, to the byte, as a server would get @plain', async ({ empty }) => {
  const client = await signUp(empty);
  await sendReport(client);
  const caught = async () => (await client.call<{ items: { id: string }[] }>('list_outbox', {})).value.items;
  await expect.poll(async () => (await caught()).length, { message: 'what the outbox has caught', timeout: 60_000 }).toBe(1);
  const file = await client.request('GET', `/outbox/${(await caught())[0].id}/message.eml`);
  expect(file.status).toBe(200);
  expect(faults('report', file.body)).toEqual([]);
  // The referee is awake: the same message without its text part is refused.
  const cut = Buffer.from(file.body.toString('latin1').replace('text/plain', 'text/html'), 'latin1');
  expect(faults('report', cut).join('\n')).toContain('multipart/alternative of');
});

test('the referee refuses messages whose faults are known @plain', () => {
  const { status, output } = ownTest();
  expect(output).toContain('OK');
  expect(status, output).toBe(0);
});
