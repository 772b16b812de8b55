// A report on 1,000 tasks: from the claim of its run until the mail server has taken it.
import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const runs = 7;

test('report of 1,000 tasks', async () => {
  const mail = await MailServer.start();
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', '1000']);
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
      await expect.poll(() => finished(server).length, { timeout: 30_000, intervals: [100] }).toBe(run);
    }
    figure('report.1000_tasks', median(finished(server)), 'ms', 300);
  } finally {
    client.close();
    await server.dispose();
    await mail.dispose();
  }
});

/** Milliseconds from claim to end of every finished run, out of the database. */
function finished(server: AutoReport): number[] {
  const script = `
import json, sqlite3, sys
from datetime import datetime
rows = sqlite3.connect(sys.argv[1]).execute("SELECT started_at, finished_at FROM occurrence WHERE finished_at IS NOT NULL AND state = 'done'")
print(json.dumps([(datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() * 1000 for begin, end in rows]))`;
  return JSON.parse(execFileSync('python3', ['-c', script, `${server.folder}/data/autoreport.db`], { encoding: 'utf8' }));
}
