// Rules alone, without a server: how long the next run of any expression takes, and how long four charts of 5,000 tasks.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { figure } from './figures.ts';

const root = path.resolve(import.meta.dirname ?? __dirname, '../..');

test('rules', () => {
  const tests = ['test', '--release', '--package', 'server', '--package', 'app', '--features', 'app/testing', '--lib', 'how_long_'];
  const printed = execFileSync('cargo', [...tests, '--', '--ignored', '--nocapture', '--test-threads', '1'], { cwd: root, encoding: 'utf8' });
  const lines = printed.split('\n').filter((line) => line.startsWith('figure '));
  for (const line of lines) {
    const [, name, value, unit, limit] = line.split(' ');
    figure(name, Number(value), unit, Number(limit));
  }
  expect(lines.length, printed).toBe(4);
});
