import type { Config } from '../config.ts';
import type { KeptRecord, OutboxPages, Table } from '../delivery/outbox-pages.ts';
import { type Damage, openReader } from '../delivery/outbox-reader.ts';
import { sqliteCode } from '../delivery/sqlite-errors.ts';
import { exportRecords } from './outbox-export.ts';
import { columns, count, recordRows, summaryJson, summaryText } from './outbox-list.ts';
import { replayText } from './outbox-replay.ts';
import { recordJson, recordText } from './outbox-show.ts';

/** One line each, without its end. */
export interface Output {
  readonly out: (line: string) => void;
  readonly warn: (line: string) => void;
}

export type OutboxTask =
  | { readonly kind: 'summary'; readonly json: boolean }
  | { readonly kind: 'list'; readonly table: Table; readonly most: number; readonly json: boolean }
  | { readonly kind: 'show'; readonly id: number; readonly json: boolean }
  | { readonly kind: 'export'; readonly tables: readonly Table[]; readonly folder: string };

/**
 * `leasewatch outbox`: looks into an outbox, whether or not a program writes to it. Returns the exit code:
 * 1 when something is missing or damaged, 2 when nothing can be read or written.
 */
export function outbox(config: Config, file: string | undefined, task: OutboxTask, output: Output): number {
  const path = file ?? config.outbox.path;
  if (path === 'off') return fail(output, 'outbox: it is off in the configuration; name a file');
  const opened = openReader(path);
  if (opened.kind === 'refused') return fail(output, opened.why);
  const { pages, damage } = opened;
  try {
    if (damage !== undefined) output.warn(damageText(path, damage));
    return Math.max(perform(pages, task, config, output), damage === undefined ? 0 : 1);
  } catch (error) {
    if (!isOutside(error)) throw error;
    return fail(output, `outbox: ${error.message}`);
  } finally {
    pages.close();
  }
}

function perform(pages: OutboxPages, task: OutboxTask, config: Config, output: Output): number {
  switch (task.kind) {
    case 'summary': {
      const summary = pages.summary();
      output.out(task.json ? JSON.stringify(summaryJson(summary)) : summaryText(summary));
      return 0;
    }
    case 'list': {
      const records = firstOf(pages.records(task.table), task.most);
      if (task.json) for (const record of records) output.out(JSON.stringify(recordJson(record)));
      else output.out(columns(recordRows(records)));
      return 0;
    }
    case 'show':
      return show(pages.find(task.id), task, output);
    case 'export':
      return rescue(pages, task, config, output);
  }
}

function* firstOf<T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

function show(
  record: KeptRecord | undefined,
  { id, json }: { readonly id: number; readonly json: boolean },
  output: Output,
): number {
  if (record === undefined) {
    output.warn(`outbox: there is no record ${id}: it was delivered or dropped, or never written`);
    return 1;
  }
  output.out(json ? JSON.stringify(recordJson(record)) : recordText(record));
  return record.sound ? 0 : 1;
}

function rescue(
  pages: OutboxPages,
  { tables, folder }: { readonly tables: readonly Table[]; readonly folder: string },
  config: Config,
  output: Output,
): number {
  const exported = tables.map((table) => exportRecords(pages, table, folder));
  const files = exported.flatMap((each) => each.files);
  const damaged = exported.reduce((sum, each) => sum + each.damaged, 0);
  output.out(replayText(files, folder, config));
  if (damaged > 0) output.warn(`outbox: ${count(damaged)} damaged records are left out`);
  return damaged > 0 ? 1 : 0;
}

function damageText(path: string, { read, unreadable }: Damage): string {
  const lost =
    unreadable === undefined
      ? 'how many cannot be read, its counters do not tell'
      : `${count(unreadable.traces + unreadable.logs)} cannot be read`;
  return `outbox: ${path} is damaged: ${count(read)} records that wait can be read, ${lost}`;
}

/** What the file system or SQLite says is for the person; anything else is a bug. */
function isOutside(error: unknown): error is Error {
  return error instanceof Error && (sqliteCode(error) !== undefined || 'syscall' in error);
}

function fail({ warn }: Output, why: string): number {
  warn(why);
  return 2;
}
