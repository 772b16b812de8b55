// Templates that people wrote, in the child process of the program: how long the child takes to start and to render, and
// what others feel of a server in which twenty bombs go off at once.
import { spawn } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { AutoReport, binary } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { figure, median } from './figures.ts';

const person = { email: 'bench@example.org', password: 'four words nobody guesses' };

interface Job { language: 'html' | 'mjml'; subject: string; html: string; text: string | null; contexts: unknown[] }
interface Ended { code: number | null; signal: string | null; answer: string; time: number }

/** One child, as the server starts it: without environment, with a job on its standard input. */
function child(job: Job): Promise<Ended> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const started = spawn(binary, ['render-child'], { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    const tooLong = setTimeout(() => started.kill('SIGKILL'), 3_000);
    started.stdout.on('data', (chunk) => chunks.push(chunk));
    // A bomb may end before it has read all of it.
    started.stdin.on('error', () => {});
    started.once('error', reject);
    started.once('close', (code, signal) => {
      clearTimeout(tooLong);
      resolve({ code, signal, answer: Buffer.concat(chunks).toString(), time: performance.now() - begin });
    });
    started.stdin.end(JSON.stringify(job));
  });
}

const nameOf = (at: number) => ['Ana Novak', 'Bor Zupan', 'Cene Hribar'][at % 3];
const tasks = Array.from({ length: 120 }, (_, at) => ({ reference: `T-${at}`, title: `Move & copy the thing number ${at}`, people: [nameOf(at)], due: '2026-11-26' }));
const report: Job = {
  language: 'html',
  subject: '{{ report.completed }} completed · {{ report.title }}',
  html: `<html><head><style>p { margin: 0 0 8px } td { padding: 4px; border-bottom: 1px solid #ddd } a { color: #0b6bcb } @media (max-width: 600px) { td { display: block } }</style></head><body>
<h1>{{ report.title }}</h1><p>{{ report.completed }} {{ report.completed | plural(one="task", other="tasks") }} in {{ report.cycle | duration }}</p>
<table>{% for task in tasks %}<tr><td>{{ task.reference }}</td><td><a href="https://board.example/{{ task.reference }}">{{ task.title }}</a></td><td>{{ task.people | join(sep=", ") }}</td><td>{{ task.due | date }}</td></tr>{% endfor %}</table></body></html>`,
  text: null,
  contexts: [{ report: { title: 'Weekly report', completed: 17, cycle: 2.5 }, tasks, recipient: { zone: 'Europe/Ljubljana', language: 'en' } }],
};
const empty: Job = { language: 'html', subject: 's', html: 'x', text: null, contexts: [{}] };
const bomb: Job = { ...empty, html: '{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}' };

async function times(job: Job, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let run = 0; run < count; run += 1) {
    const ended = await child(job);
    expect(ended.answer, `${ended.code} ${ended.signal}`).toContain('"rendered"');
    found.push(ended.time);
  }
  return found;
}

test('a report is rendered in a child', async () => {
  await times(empty, 3);
  figure('template.child_start', median(await times(empty, 15)), 'ms', null);
  figure('template.one_reader', median(await times(report, 15)), 'ms', 60);
  const readers = 16;
  const many = await times({ ...report, contexts: Array(readers).fill(report.contexts[0]) }, 7);
  const one = median(await times(report, 7));
  // What a child renders beyond the first message is rendering alone.
  figure('template.html', (median(many) - one) / (readers - 1), 'ms', 20);
});

/** Asks again, as the pages do, where the server says that it has too much to do. */
async function whenThereIsRoom<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/answered 429/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

test('twenty bombs at once in a server', async () => {
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', person.email, '--name', 'Bench', '--admin'], `${person.password}\n`);
    command(['seed', '--tasks', '200']);
  } });
  const client = new Client(server);
  const bombers: Client[] = [];
  try {
    await client.signIn(person.email, person.password);
    bombers.push(...Array.from({ length: 20 }, () => client.another()));
    const p99 = (values: number[]) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1];
    const ask = async (until: () => boolean) => {
      const found: number[] = [];
      do {
        const answer = await client.request('GET', '/jobs');
        expect(answer.status).toBe(200);
        found.push(answer.time);
      } while (!until());
      return found;
    };
    // A template of its own each: one that is stopped three times is not tried again.
    const templates: string[] = [];
    for (const _ of bombers) templates.push(await client.made('create_template', { from: 'blank' }));
    const draft = (await client.call<{ draft: Record<string, unknown> }>('read_template', { id: templates[0] })).value.draft;
    const document = JSON.stringify({ ...draft, body: { mode: 'html', source: bomb.html } });
    let left = 300;
    await ask(() => true);
    const before = await ask(() => (left -= 1) <= 0);

    let ended = 0;
    const longest: number[] = [];
    const all = Promise.all(bombers.map(async (bomber, at) => {
      const begun = performance.now();
      const { value } = await whenThereIsRoom(() => bomber.call<{ token: string; fault: unknown }>('preview_template', { id: templates[at], document, 'data[project]': '' }));
      longest.push(performance.now() - begun);
      ended += 1;
      expect(value.token, 'nothing came out').toBe('');
      expect(value.fault).not.toBeNull();
    }));
    const during = await ask(() => ended === bombers.length);
    await all;
    figure('template.bombs.p99_before', p99(before), 'ms', null);
    figure('template.bombs.p99_during', p99(during), 'ms', null);
    figure('template.bombs.p99_ratio', p99(during) / p99(before), 'times', 2);
    figure('template.bombs.all', Math.max(...longest), 'ms', null);
  } finally {
    for (const bomber of bombers) bomber.close();
    client.close();
    await server.dispose();
  }
});
