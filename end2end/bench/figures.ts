// Collecting figures: medians, the lines on the screen, the file for other programs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Figure {
  name: string;
  value: number;
  unit: string;
  limit: number | null;
}

const file = process.env.BENCH_FILE ?? path.resolve(import.meta.dirname ?? __dirname, '../../target/bench.json');

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Begins the list: how many cores this machine has. */
export function beginFigures(): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '[]\n');
  figure('cores', os.availableParallelism(), 'cores', null);
}

/** Adds one figure: a line `name value unit limit`, and an entry of the file. */
export function figure(name: string, value: number, unit: string, limit: number | null): void {
  const rounded = Number(value.toPrecision(4));
  const figures: Figure[] = JSON.parse(fs.readFileSync(file, 'utf8'));
  figures.push({ name, value: rounded, unit, limit });
  fs.writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  console.log(`${name} ${rounded} ${unit} ${limit ?? '-'}${limit !== null && rounded > limit ? '  OVER' : ''}`);
}
