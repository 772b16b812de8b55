// What the person who runs AutoReport sees when something is wrong: one sentence, exit code 1. @plain: no page is involved.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { AutoReport, binary } from '../fixtures/autoreport.ts';
import { expect, test } from '../fixtures/story.ts';

interface Outcome {
  code: number | null;
  words: string;
}

function emptyFolder(): string {
  const folder = test.info().outputPath();
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs the program in an empty folder and waits for its end. */
function run(folder: string, settings: Record<string, string>, ...args: string[]): Outcome {
  const env = { PATH: process.env.PATH!, HOME: folder, RUST_LOG: 'error', LEPTOS_SITE_ROOT: AutoReport.site, AUTOREPORT_ADDR: '127.0.0.1:0', ...settings };
  const { status, stderr } = spawnSync(binary, args, { cwd: folder, env, encoding: 'utf8', timeout: 30_000 });
  return { code: status, words: stderr.trim() };
}

function expectOneSentence(outcome: Outcome, words: RegExp): void {
  expect(outcome.words).toMatch(words);
  expect(outcome.words.split('\n'), 'one line').toHaveLength(1);
  expect(outcome.words, 'no panic').not.toMatch(/panicked|RUST_BACKTRACE/);
  expect(outcome.code).toBe(1);
}

test('an unknown setting names the nearest known one @plain', () => {
  const folder = emptyFolder();
  expectOneSentence(run(folder, { AUTOREPORT_BASEURL: 'https://board.example.org' }, 'serve'), /AUTOREPORT_BASEURL.*AUTOREPORT_BASE_URL/);
});

test('a wrong port, a port in use, an unwritable folder, no PostgreSQL @plain', async () => {
  const folder = emptyFolder();
  expectOneSentence(run(folder, { AUTOREPORT_ADDR: '127.0.0.1:99999' }, 'serve'), /99999/);

  const taken = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as net.AddressInfo;
  expectOneSentence(run(folder, { AUTOREPORT_ADDR: `127.0.0.1:${port}` }, 'serve'), new RegExp(`${port}`));
  taken.close();

  fs.writeFileSync(path.join(folder, 'file'), '');
  expectOneSentence(run(folder, { AUTOREPORT_DATA_DIR: path.join(folder, 'file/data') }, 'serve'), /cannot be written/);
  const away = run(folder, { DATABASE_URL: 'postgres://ann:secret@127.0.0.1:1/none' }, 'serve');
  expectOneSentence(away, /cannot be reached/);
  expect(away.words).not.toContain('secret');
});

test('a database of a newer version is left alone @plain', () => {
  const folder = emptyFolder();
  expect(run(folder, {}, 'migrate').code).toBe(0);
  const script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO seaql_migrations VALUES ('m9999_later', 0)\"); c.commit()";
  execFileSync('python3', ['-c', script, path.join(folder, 'data/autoreport.db')]);
  expectOneSentence(run(folder, {}, 'serve'), /newer AutoReport.*m9999_later/);
});

test('SQLite is for one process, and the second one says so @plain', async ({ empty }) => {
  expectOneSentence(run(empty.folder, {}, 'serve'), /Another autoreport already uses/);
  expect(empty.command(['health'])).toContain('ready');
});

test('help explains the commands; a wrong one ends with 2 @plain', () => {
  const folder = emptyFolder();
  const help = execFileSync(binary, ['--help'], { encoding: 'utf8' });
  for (const command of ['serve', 'migrate', 'seed', 'user', 'check', 'health']) expect(help).toContain(command);
  expect(run(folder, {}, 'dance').code).toBe(2);
});
