// A report on 1,000 tasks: from the claim of its run until the mail server has taken it. And the data of one on 5,000:
// from when they begin to be collected until they are frozen.
import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const runs = 7;

test('report of 1,000 tasks', async () => {
  await reports(1_000, (server) => figure('report.1000_tasks', median(took(server, 'started_at', 'finished_at')), 'ms', 300));
});

test('data of a report on 5,000 tasks', async () => {
  await reports(5_000, (server) => figure('report.5000_tasks.snapshot', median(took(server, 'building_at', 'frozen_at')), 'ms', 60));
});

/** Starts a report on a seeded project several times by hand, then measures. */
async function reports(tasks: number, measure: (server: AutoReport) => void): Promise<void> {
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
      name: 'Weekly report', project, mode: 'simple', mon: 'on', at: '07:00', expression: '', zone: 'UTC', recipients: 'mina@example.org', account, id: '', version: '0',
    });
    const [job] = (await client.call<{ items: { id: string }[] }>('list_jobs', {})).value.items;
    for (let run = 1; run <= runs; run += 1) {
      await client.call('start_run', { id: job.id });
      await expect.poll(() => mail.accepted.length, { timeout: 60_000, intervals: [50] }).toBe(run);
      await expect.poll(() => took(server, 'started_at', 'finished_at').length, { timeout: 30_000, intervals: [100] }).toBe(run);
    }
    measure(server);
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
