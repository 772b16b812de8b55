// Searching 100,000 tasks on both databases: a rare word, one that is everywhere, a beginning, a phrase.
import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median, time } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };
const tasks = 100_000;

/** A database of its own in the private PostgreSQL. */
function database(name: string): string {
  const url = process.env.TEST_POSTGRES_URL!;
  execFileSync('psql', ['--quiet', '--no-psqlrc', url, '--command', `CREATE DATABASE ${name}`]);
  return url.replace(/\/postgres$/, `/${name}`);
}

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`search over ${tasks} tasks: ${engine}`, async () => {
    let seeding = 0;
    const settings: Record<string, string> = engine === 'postgres' ? { DATABASE_URL: database('bench_search') } : {};
    const server = await AutoReport.start({ settings, prepare: (command) => {
      command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
      const begun = performance.now();
      command(['seed', '--tasks', String(tasks)]);
      seeding = performance.now() - begun;
    } });
    const client = new Client(server);
    try {
      // As the database does by itself after a while.
      if (engine === 'postgres') execFileSync('psql', ['--quiet', '--no-psqlrc', settings.DATABASE_URL, '--command', 'VACUUM ANALYZE']);
      await client.signIn(person.email, person.password);
      // A word that stands in one task of them all.
      const { columns } = (await client.call<{ columns: { id: string }[] }>('load_board', { key: 'T', filter: { text: '', assignee: null, due: null, priorities: [], label: null }, longer: null }, 'json')).value;
      await client.call('add_tasks', { project: 'T', column: columns[0].id, title: 'Feed the quokka', at: 'end' });
      figure(`search.${engine}.seed`, seeding / 1000, 's', null);
      const words = { rare: 'quokka', common: 'the', beginning: 'repo', phrase: '"november report"', two: 'report draft', nothing: 'zebra quartz' };
      for (const [name, q] of Object.entries(words)) {
        const times = [];
        let found = 0;
        for (let run = 0; run < 15; run += 1) {
          const begun = performance.now();
          const { value } = await client.call<unknown[]>('search_tasks', { q, limit: 20 });
          times.push(performance.now() - begun);
          found = value.length;
        }
        if (name === 'rare') expect(found).toBeGreaterThan(0);
        if (name === 'nothing') expect(found).toBe(0);
        figure(`search.${engine}.${name}`, median(times.slice(2)), 'ms', 50);
      }
      // As the page of the search asks: narrowed, of one project, sorted, with how many there are.
      const people = (await client.call<{ id: string; email: string }[]>('list_people', {})).value;
      const me = people.find(({ email }) => email === person.email)!.id;
      const narrowed = {
        project: 'q=report&project=T', status: 'q=report&status=progress', person: `q=report&assignee=${me}`,
        all: `q=report&project=T&status=todo&assignee=${me}`, comments: 'q=the&kind=comment',
      };
      for (const [name, query] of Object.entries(narrowed)) {
        const times = [];
        for (let run = 0; run < 15; run += 1) times.push((await client.call('load_search', { query: `?${query}` })).answer.time);
        figure(`search.${engine}.filter_${name}`, median(times.slice(2)), 'ms', 50);
      }
      const page = await time(() => client.request('GET', '/search?q=report', undefined, { accept: 'text/html' }));
      figure(`search.${engine}.page`, page, 'ms', null);
      const list = [];
      for (let run = 0; run < 7; run += 1) {
        list.push((await client.request('GET', '/board/T/list?order=-updated', undefined, { accept: 'text/html' })).time);
      }
      figure(`list.${engine}.100000`, median(list.slice(1)), 'ms', null);
    } finally {
      client.close();
      await server.dispose();
    }
  });
}
