// A report on 1,000 tasks: from the claim of its run until the mail server has taken it. And one on 5,000 tasks with four
// charts: its data, from when they begin to be collected until they are frozen; its mail, its files, its preview.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median, time } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const runs = 7;

test('report of 1,000 tasks', async () => {
  await reports(1_000, (server) => figure('report.1000_tasks', median(took(server, 'started_at', 'finished_at')), 'ms', 300));
});

test('data of a report on 5,000 tasks', async () => {
  await reports(5_000, (server) => figure('report.5000_tasks.snapshot', median(took(server, 'building_at', 'frozen_at')), 'ms', 60), weekly);
});

test('files of a report on 5,000 tasks', async () => {
  await reports(5_000, async (_, client) => {
    const list = (await client.request('GET', '/reports', undefined, { accept: 'text/html' })).body.toString();
    const report = list.match(/"\/reports\/([0-9a-f-]{36})"/)![1];
    // The limit is for a program that has made one before.
    for (const [ending, limit] of [['pdf', 150], ['xlsx', 150], ['csv', null]] as const) {
      const times: number[] = [];
      for (let round = 0; round <= runs; round += 1) {
        times.push(await time(async () => {
          const answer = await client.request('GET', `/reports/${report}/files/report.${ending}`);
          expect(answer.status).toBe(200);
        }));
      }
      figure(`report.5000_tasks.${ending}`, median(times.slice(1)), 'ms', limit);
    }
  });
});

test('mail of a whole report on 5,000 tasks', async () => {
  await reports(5_000, async (server, client, mail) => {
    // With everything that a report can have beside four charts; written as a template is, in the child.
    figure('report.5000_tasks.whole.snapshot', median(took(server, 'building_at', 'frozen_at')), 'ms', 60);
    figure('report.5000_tasks.whole', median(took(server, 'started_at', 'finished_at')), 'ms', null);
    const file = `${mail.folder}/${mail.accepted.at(-1)!.file}`;
    const script = `
import email, json, sys
from email import policy
message = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=policy.default)
html = message.get_body(('html',)).get_content()
print(json.dumps([len(html.encode()), sum(part.get_content_type() == 'image/png' for part in message.walk())]))`;
    const [html, pictures] = JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as [number, number];
    expect(pictures, 'charts').toBe(4);
    figure('report.5000_tasks.html', html / 1000, 'kB', 90);
    figure('report.5000_tasks.mail', fs.statSync(file).size / 1000, 'kB', 400);
  }, whole);
});

test('preview of a template with the data of 5,000 tasks', async () => {
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', '5000']);
  } });
  const client = new Client(server);
  try {
    await client.signIn(person.email, person.password);
    const project = (await client.call<string>('find_board', {})).value;
    const id = await client.made('create_template', { from: 'weekly-status' });
    const typed = JSON.stringify((await client.call<{ draft: unknown }>('read_template', { id })).value.draft);
    const times: number[] = [];
    for (let round = 0; round <= runs; round += 1) {
      times.push(await time(async () => {
        const data = { 'data[project]': project };
        const preview = (await client.call<{ token: string; fault: unknown }>('preview_template', { id, document: typed, ...data })).value;
        expect(preview.fault).toBeNull();
        const frame = await client.request('GET', `/templates/${id}/preview/${preview.token}`);
        expect(frame.status).toBe(200);
      }));
    }
    figure('template.preview.5000_tasks', median(times.slice(1)), 'ms', 300);
  } finally {
    client.close();
    await server.dispose();
  }
});

const charts = ['created_completed', 'cumulative_flow', 'cycle_times', 'forecast'].map((chart) => `chart:${chart}`);
const lists = (...names: string[]) => names.map((list) => `tasks:${list}`);

/** The weekly report with four charts. */
const weekly = fields(['summary', 'figures', ...charts, ...lists('accomplishments', 'in_progress', 'overdue', 'due_next')]);
/** With everything that a report can have beside them. */
const whole = fields([
  'summary', 'figures', ...charts,
  ...lists('accomplishments', 'highlights', 'in_progress', 'overdue', 'due_next', 'blocked', 'moved', 'reopened'), 'notes',
]);

/** Sections, as the fields of the form. */
function fields(sections: string[]): Record<string, string> {
  const report: Record<string, string> = { period: 'last_7_days' };
  for (const [at, kind] of sections.entries()) {
    report[`s${at + 1}_kind`] = kind;
    if (kind === 'notes' || kind.startsWith('tasks:')) report[`s${at + 1}_limit`] = '10';
  }
  return report;
}

/** Starts a report on a seeded project several times by hand, then measures. */
async function reports(tasks: number, measure: (server: AutoReport, client: Client, mail: MailServer) => void | Promise<void>, report: Record<string, string> = {}): Promise<void> {
  const mail = await MailServer.start();
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', String(tasks)]);
  } });
  const client = new Client(server);
  try {
    await client.signIn(person.email, person.password);
    const project = (await client.call<string>('find_board', {})).value;
    await client.call('save_account', {
      name: 'Bench', host: '127.0.0.1', port: String(mail.port), tls: 'none', auth: 'none', sender_name: 'AutoReport', sender_address: 'reports@example.org',
    });
    // The accounts that a job can choose, as its form has them.
    const editor = (await client.call<{ accounts: [string, string][] }>('load_job_editor', {})).value;
    const account = editor.accounts.find(([, name]) => name.includes('Bench'))![0];
    await client.call('save_job', {
      name: 'Weekly report', project, mode: 'simple', mon: 'on', at: '07:00', expression: '', zone: 'UTC', recipients: 'mina@example.org', account, id: '', version: '0', ...report,
    });
    const [job] = (await client.call<{ items: { id: string }[] }>('list_jobs', {})).value.items;
    for (let run = 1; run <= runs; run += 1) {
      await client.call('start_run', { id: job.id });
      await expect.poll(() => mail.accepted.length, { timeout: 60_000, intervals: [50] }).toBe(run);
      await expect.poll(() => took(server, 'started_at', 'finished_at').length, { timeout: 30_000, intervals: [100] }).toBe(run);
    }
    await measure(server, client, mail);
  } finally {
    client.close();
    await server.dispose();
    await mail.dispose();
  }
}

/** Milliseconds from one step to another of every finished run, out of the database. */
function took(server: AutoReport, from: string, to: string): number[] {
  const script = `
import json, sqlite3, sys
from datetime import datetime
rows = sqlite3.connect(sys.argv[1]).execute(f"SELECT {sys.argv[2]}, {sys.argv[3]} FROM occurrence WHERE finished_at IS NOT NULL AND state = 'done'")
print(json.dumps([(datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() * 1000 for begin, end in rows]))`;
  return JSON.parse(execFileSync('python3', ['-c', script, `${server.folder}/data/autoreport.db`, from, to], { encoding: 'utf8' }));
}
