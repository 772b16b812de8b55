// Ten thousand schedules that are due in the same minute, on both databases; and what planner and workers ask every few
// seconds, which must not walk over all that has ended.
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { Database, type Engine, engines, settings } from './database.ts';
import { figure } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const schedules = 10_000;
const ended = 50_000;

const open = `state IN ('planned', 'claimed', 'building', 'frozen', 'sending')`;
const columns = 'id, schedule_id, project_id, scheduled_at, "trigger", state, reason, fence, lease_until, attempts, next_try_at, deadline, started_at, created_at';

/** What is asked, as `jobs::service::{planner, worker}` ask it, with its bound values. */
function questions(schedule: string, now: string): Record<string, [sql: string, ...values: string[]]> {
  return {
    'schedules that are due': [
      'SELECT id FROM schedule WHERE state = ? AND deleted_at IS NULL AND next_run_at <= ? AND project_id NOT IN (SELECT id FROM project WHERE archived_at IS NOT NULL) ORDER BY next_run_at ASC, id ASC',
      'on', now,
    ],
    'open runs of a schedule': [`SELECT ${columns} FROM occurrence WHERE schedule_id = ${schedule} AND ${open} ORDER BY scheduled_at ASC`],
    'runs to be claimed': [
      `SELECT ${columns} FROM occurrence WHERE ${open} AND (next_try_at IS NULL OR next_try_at <= ?) AND (lease_until IS NULL OR lease_until <= ?) ORDER BY scheduled_at ASC LIMIT 16`,
      now, now,
    ],
  };
}

/** The lines of a plan that read runs other than through an index of open ones. */
function walks(engine: Engine, plan: string[]): string[] {
  // A bitmap's heap is read as its index says, which stands in a line of its own.
  const reads = engine === 'sqlite'
    ? /^\s*(SCAN|SEARCH) occurrence\b/
    : /Seq Scan on occurrence\b|Index (Only )?Scan .*\bon occurrence\b|Bitmap Index Scan on occurrence\w*/;
  return plan.filter((line) => reads.test(line)).filter((line) => !/\boccurrence_(waiting|open_of)\b/.test(line));
}

for (const engine of engines) {
  test(`${schedules} schedules in one minute: ${engine}`, async () => {
    const server = await AutoReport.start({ settings: settings(engine, 'bench_schedules'), prepare: (command) => {
      command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
      command(['seed', '--tasks', '50']);
    } });
    const client = new Client(server);
    const database = new Database(engine, server);
    try {
      await client.signIn(person.email, person.password);
      const project = (await client.call<string>('find_board', {})).value;
      // Time enough to make the others.
      const due = new Date(Math.ceil((Date.now() + 90_000) / 60_000) * 60_000);
      await client.call('save_job', {
        name: 'Once a day', project, mode: 'cron', expression: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`, at: '', zone: 'UTC', recipients: 'mina@example.org', id: '', version: '0',
      });
      const job = (await client.call<{ items: { id: string; name: string }[] }>('list_jobs', {})).value.items.find((known) => known.name === 'Once a day')!;
      await client.call('start_run', { id: job.id });
      const schedule = `(SELECT id FROM schedule WHERE name = 'Once a day' LIMIT 1)`;
      const of = `schedule_id = ${schedule}`;
      await expect.poll(() => database.count(`SELECT count(*) FROM occurrence WHERE ${of} AND finished_at IS NOT NULL`), { timeout: 60_000 }).toBe(1);

      database.copy('occurrence', of, ended, {
        id: database.freshId, scheduled_at: database.minutesBefore('one.scheduled_at', 'n.i'),
        state: `'skipped'`, reason: `'measured'`, snapshot_hash: 'NULL', commit_id: 'NULL',
      });
      database.settle();
      for (const [name, [sql, ...values]] of Object.entries(questions(schedule, new Date().toISOString().replace('Z', '+00:00')))) {
        const plan = database.plan(sql, ...values);
        console.log(`${engine}, ${name}:\n  ${plan.join('\n  ')}`);
        expect(walks(engine, plan), `${name} walks over runs that have ended`).toEqual([]);
      }

      database.copy('schedule', `name = 'Once a day'`, schedules - 1, { id: database.freshId, name: `'Copy ' || n.i` });
      database.settle();
      const before = database.count('SELECT count(*) FROM occurrence');
      const runs = database.counting('SELECT count(*) FROM occurrence');
      const planned = async () => (await runs.count()) - before;
      expect(Date.now(), 'all is made before it is due').toBeLessThan(due.getTime());
      await expect.poll(planned, { message: 'the first run is planned', timeout: 180_000, intervals: [20] }).toBeGreaterThan(0);
      const begun = performance.now();
      await expect.poll(planned, { message: 'all are planned', timeout: 300_000, intervals: [20] }).toBe(schedules);
      figure(`planning.${engine}.${schedules}`, (performance.now() - begun) / 1000, 's', 2);
      runs.stop();
      figure(`planning.${engine}.after_due`, (Date.now() - due.getTime()) / 1000, 's', null);
      const twice = database.count('SELECT count(*) FROM (SELECT schedule_id FROM occurrence GROUP BY schedule_id, scheduled_at HAVING count(*) > 1) AS twice');
      expect(twice, 'instants with two runs').toBe(0);
    } finally {
      // Nobody waits for ten thousand reports.
      database.rows(`UPDATE occurrence SET state = 'cancelled' WHERE state = 'planned'`);
      client.close();
      await server.dispose();
    }
  });
}
