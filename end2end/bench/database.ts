// The database of a measured server, past the server: rows by the thousand that nobody would make by hand.
import { execFileSync } from 'node:child_process';
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
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
rows = db.execute(sys.argv[2], sys.argv[3:]).fetchall()
db.commit()
for row in rows: print("|".join("" if field is None else str(field) for field in row))`;

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

  /** An id that nobody has. */
  get freshId(): string {
    return this.engine === 'sqlite' ? 'randomblob(16)' : 'gen_random_uuid()';
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
