// The database of a measured server, past the server: rows by the thousand that nobody would make by hand.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AutoReport } from '../fixtures/autoreport.ts';

export type Engine = 'sqlite' | 'postgres';
export const engines: Engine[] = ['sqlite', 'postgres'];

/** The settings of a server on a database of its own. */
export function settings(engine: Engine, name: string): Record<string, string> {
  if (engine === 'sqlite') return {};
  const url = process.env.TEST_POSTGRES_URL!;
  execFileSync('psql', ['--quiet', '--no-psqlrc', url, '--command', `CREATE DATABASE ${name}`]);
  return { DATABASE_URL: url.replace(/\/postgres$/, `/${name}`) };
}

/** Runs statements on SQLite with bound values and prints the rows of the last one, `|` between the fields. */
const python = `
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
db.create_function("fresh_id", 1, lambda i: (1767225600000 + i).to_bytes(6, "big") + bytes([0x70]) + os.urandom(9))
rows = db.execute(sys.argv[2], sys.argv[3:]).fetchall()
db.commit()
for row in rows: print("|".join("" if field is None else str(field) for field in row))`;

/** Counts again for each line that it reads. */
const counter = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
for line in sys.stdin: print(db.execute(line).fetchone()[0], flush=True)`;

export class Database {
  constructor(private readonly engine: Engine, private readonly server: AutoReport) {}

  /** The rows of a statement. `values` are bound on SQLite, where they stand as `?`, and written in on PostgreSQL. */
  rows(sql: string, ...values: string[]): string[][] {
    const lines = this.engine === 'sqlite'
      ? execFileSync('python3', ['-c', python, `${this.server.folder}/data/autoreport.db`, sql, ...values], { encoding: 'utf8' })
      : execFileSync('psql', [
        '--quiet', '--no-psqlrc', '--tuples-only', '--no-align', '--field-separator=|', '--set=ON_ERROR_STOP=1',
        this.server.setting('DATABASE_URL'), '--command', written(sql, values),
      ], { encoding: 'utf8' });
    return lines.split('\n').filter(Boolean).map((line) => line.split('|'));
  }

  count(sql: string, ...values: string[]): number {
    return Number(this.rows(sql, ...values)[0][0]);
  }

  /** Counts as often as it is asked, by one process: to begin one for each look takes half of a machine with two cores,
   * which is then missing where it is measured. */
  counting(sql: string): { count: () => Promise<number>; stop: () => void } {
    const [program, ...args] = this.engine === 'sqlite'
      ? ['python3', '-c', counter, `${this.server.folder}/data/autoreport.db`]
      : ['psql', '--quiet', '--no-psqlrc', '--tuples-only', '--no-align', this.server.setting('DATABASE_URL')];
    const process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    return {
      count: async () => {
        process.stdin.write(`${sql}${this.engine === 'sqlite' ? '' : ';'}\n`);
        const { value, done } = await answers.next();
        if (done) throw new Error(`${program} ended`);
        return Number(value);
      },
      stop: () => process.stdin.end(),
    };
  }

  /** An id that nobody has, of the time at which a row of `copy` might have been made: as the program's own (UUID v7),
   * those of neighbours stand side by side in an index. */
  get freshId(): string {
    return this.engine === 'sqlite'
      ? `fresh_id(n.i)`
      : `(lpad(to_hex(1767225600000 + n.i), 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid`;
  }

  /** An instant of a column and so many minutes before it, as the program writes it. */
  minutesBefore(column: string, minutes: string): string {
    return this.engine === 'sqlite'
      ? `strftime('%Y-%m-%dT%H:%M:%S+00:00', ${column}, '-' || (${minutes}) || ' minutes')`
      : `${column} - (${minutes}) * interval '1 minute'`;
  }

  /** Copies one row `times` times; `changes` are expressions by column, in which `n.i` counts from 1. */
  copy(table: string, where: string, times: number, changes: Record<string, string>): void {
    const columns = this.engine === 'sqlite'
      ? this.rows(`SELECT name FROM pragma_table_info('${table}')`)
      : this.rows(`SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' AND table_schema = 'public'`);
    const names = columns.map(([name]) => name);
    const unknown = Object.keys(changes).filter((name) => !names.includes(name));
    if (unknown.length) throw new Error(`${table} has no ${unknown.join(', ')}`);
    const values = names.map((name) => changes[name] ?? `one."${name}"`);
    this.rows(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${times})
      INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')})
      SELECT ${values.join(', ')} FROM (SELECT * FROM ${table} WHERE ${where} LIMIT 1) AS one CROSS JOIN n`);
  }

  /** What the database would do for a statement, line by line. */
  plan(sql: string, ...values: string[]): string[] {
    const explain = this.engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    return this.rows(`${explain} ${sql}`, ...values).map((fields) => (this.engine === 'sqlite' ? fields.at(-1)! : fields.join('|')));
  }

  /** Statistics, which PostgreSQL keeps by itself after a while. */
  settle(): void {
    if (this.engine === 'postgres') this.rows('VACUUM ANALYZE');
  }
}

function written(sql: string, values: string[]): string {
  const left = [...values];
  return sql.replace(/\?/g, () => `'${left.shift()!.replaceAll("'", "''")}'`);
}
