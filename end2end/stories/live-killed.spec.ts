// A crowd of fifty moves cards while the server is killed under it: nothing that was said to be done is lost.
import { execFileSync } from 'node:child_process';
import { AutoReport } from '../fixtures/autoreport.ts';
import { crowd, prepare } from '../fixtures/crowd.ts';
import { expect, test } from '../fixtures/story.ts';

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  test(`fifty people move cards while the server is killed, and all end with the same board: ${engine} @hydrated`, async ({ hydrated }) => {
    const postgres = process.env.TEST_POSTGRES_URL;
    test.skip(!hydrated || (engine === 'PostgreSQL' && !postgres), 'it has no page, and needs its database');
    test.setTimeout(180_000);
    const settings: Record<string, string> = {};
    if (engine === 'PostgreSQL') {
      const name = `story_crowd_${Date.now()}`;
      execFileSync('psql', ['--quiet', '--no-psqlrc', postgres!, '--command', `CREATE DATABASE ${name}`]);
      settings.DATABASE_URL = postgres!.replace(/\/postgres$/, `/${name}`);
    }
    const server = await AutoReport.start({ settings, prepare: prepare(300) });
    try {
      const outcome = await crowd(server, { clients: 50, moves: 10, killEvery: 600 });
      expect(outcome).toMatchObject({ errors: [], acknowledged: 500, recorded: 500, duplicateRanks: 0, gaps: 0, orders: 1, cards: 0 });
      expect(outcome.kills).toBeGreaterThan(0);
    } finally {
      await server.dispose();
    }
  });
}
