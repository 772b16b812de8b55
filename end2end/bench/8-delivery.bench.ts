// Two thousand recipients of one report, over one account with four connections, on both databases: how long it takes, and
// whether the memory of the server stays as it was: behind that list, and behind the longest that there is.
import fs from 'node:fs';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { MailServer } from '../fixtures/mail-server.ts';
import { Database, engines, settings } from './database.ts';
import { figure } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const recipients = 2_000;
const more = 5_000;

/** Megabytes of a process: now, without the pages of files that it sees, which the machine takes back when it needs the room; and the most since it started, with them. */
function memory(server: AutoReport): { now: number; most: number } {
  const status = fs.readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]) / 1000;
  return { now: of('RssAnon'), most: of('VmHWM') };
}

for (const engine of engines) {
  test(`${recipients} recipients over four connections: ${engine}`, async () => {
    const mail = await MailServer.start();
    const server = await AutoReport.start({ settings: settings(engine, 'bench_delivery'), prepare: (command) => {
      command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
      command(['seed', '--tasks', '200']);
    } });
    const client = new Client(server);
    const database = new Database(engine, server);
    try {
      await client.signIn(person.email, person.password);
      const project = (await client.call<string>('find_board', {})).value;
      const { answer } = await client.call('save_account', {
        name: 'Bench', host: '127.0.0.1', port: String(mail.port), tls: 'none', auth: 'none', sender_name: 'AutoReport', sender_address: 'reports@example.org',
      });
      const account = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(answer.headers.location ?? '')![0];
      await client.call('save_account_limits', { id: account, per_minute: '', connections: '4' });
      const form = { name: 'To many', project, mode: 'simple', mon: 'on', at: '07:00', expression: '', zone: 'UTC', recipients: 'first@example.org', account };
      await client.call('save_job', { ...form, id: '', version: '0' });
      const job = (await client.call<{ items: { id: string; name: string }[] }>('list_jobs', {})).value.items.find((known) => known.name === 'To many')!;
      // Once for one, so that all that is made once is there.
      await client.call('start_run', { id: job.id });
      const accepted = () => fs.readdirSync(mail.folder).filter((name) => name.endsWith('.eml')).length;
      await expect.poll(accepted, { timeout: 60_000, intervals: [50] }).toBe(1);
      const ended = () => database.count(`SELECT count(*) FROM occurrence WHERE finished_at IS NOT NULL AND schedule_id = (SELECT id FROM schedule WHERE name = 'To many')`);
      await expect.poll(ended, { timeout: 60_000 }).toBe(1);
      const toAll = async (count: number, version: number) => {
        const bcc = Array.from({ length: count - 1 }, (_, number) => `reader${number + 1}@example.org`).join('\n');
        await client.call('save_job', { ...form, bcc, id: job.id, version: String(version) });
      };
      let sent = 1;
      const run = async (count: number, number: number) => {
        const begun = performance.now();
        await client.call('start_run', { id: job.id });
        await expect.poll(accepted, { message: 'the first message', timeout: 120_000, intervals: [20] }).toBeGreaterThan(sent);
        const first = performance.now();
        sent += count;
        await expect.poll(accepted, { message: 'all messages', timeout: 300_000, intervals: [100] }).toBe(sent);
        const last = performance.now();
        await expect.poll(ended, { message: 'the run has ended', timeout: 60_000 }).toBe(number);
        return { whole: (last - begun) / 1000, sending: (last - first) / 1000, ...memory(server) };
      };

      await toAll(recipients, 1);
      const before = memory(server);
      const long = await run(recipients, 2);
      figure(`delivery.${engine}.${recipients}`, long.whole, 's', 20);
      figure(`delivery.${engine}.sending`, long.sending, 's', null);
      figure(`delivery.${engine}.memory.before`, before.now, 'MB', null);
      figure(`delivery.${engine}.memory.growth`, long.now - before.now, 'MB', 50);
      figure(`delivery.${engine}.memory.most`, long.most, 'MB', null);
      await toAll(more, 2);
      const longer = await run(more, 3);
      figure(`delivery.${engine}.memory.growth.again.${more}`, longer.now - long.now, 'MB', 15);

      const reached = mail.accepted.map((line) => line.rcpt_tos![0]);
      expect(new Set(reached).size, 'everybody').toBe(more);
      expect(reached, 'once for each run').toHaveLength(1 + recipients + more);
      for (const run of [mail.accepted.slice(1, 1 + recipients), mail.accepted.slice(1 + recipients)]) {
        expect(new Set(run.map((line) => line.connection)).size, 'connections').toBeLessThanOrEqual(4);
      }
    } finally {
      client.close();
      await server.dispose();
      await mail.dispose();
    }
  });
}
