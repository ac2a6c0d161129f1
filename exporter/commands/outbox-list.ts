import type { KeptRecord, LetterGroup, Summary, WaitingGroup } from '../delivery/outbox-pages.ts';
import { kindOf } from '../delivery/outbox-pages.ts';
import { isoTime } from '../signals/iso-time.ts';
import { printable } from '../signals/safe-text.ts';

/** Receivers put times into their words: more groups than this say nothing new. */
const mostLetterGroups = 10;
const mostText = 100;

/** What waits, what was refused, and what became of everything else, as text for people. */
export function summaryText({ waiting, deadLetters, counts }: Summary): string {
  return [
    waiting.length === 0 ? 'Nothing waits.' : columns(waitingRows(waiting)),
    deadLetters.length === 0
      ? 'No dead letters.'
      : `Dead letters\n${columns(letterRows(deadLetters))}${more(deadLetters)}`,
    columns([
      ['ROUTE', 'EVER WRITTEN', 'DELIVERED', 'REFUSED', 'DROPPED'],
      ...counts.map(({ route, enqueued, delivered, refused, dropped }) => [
        route,
        count(enqueued),
        count(delivered),
        count(refused),
        drops(dropped),
      ]),
    ]),
  ].join('\n\n');
}

function waitingRows(groups: readonly WaitingGroup[]): string[][] {
  const rows = groups.map(({ route, kind, records, bytes, oldest }) => [
    route,
    kind,
    count(records),
    size(bytes),
    time(oldest),
  ]);
  return [['ROUTE', 'KIND', 'WAITING', 'SIZE', 'OLDEST'], ...rows];
}

function letterRows(groups: readonly LetterGroup[]): string[][] {
  const rows = groups
    .slice(0, mostLetterGroups)
    .map(({ route, records, bytes, newest, destination, words }) => [
      route,
      count(records),
      size(bytes),
      time(newest),
      destination === '' ? '-' : printable(destination),
      printable(words, mostText),
    ]);
  return [['ROUTE', 'RECORDS', 'SIZE', 'LAST REFUSED', 'BY', 'WORDS'], ...rows];
}

function more(groups: readonly LetterGroup[]): string {
  const left = groups.slice(mostLetterGroups);
  if (left.length === 0) return '';
  const records = left.reduce((sum, group) => sum + group.records, 0);
  return `\nand ${count(records)} more, refused with ${count(left.length)} other words`;
}

function drops(dropped: Readonly<Record<string, number>>): string {
  const told = Object.entries(dropped).filter(([, number]) => number > 0);
  return told.length === 0 ? '0' : told.map(([reason, number]) => `${count(number)} ${reason}`).join(', ');
}

/** One line a record. */
export function recordRows(records: Iterable<KeptRecord>): string[][] {
  const rows = Array.from(records, (record) => [
    String(record.id),
    record.route,
    kindOf(record.importance),
    size(record.size),
    time(record.created),
    record.sound ? printable(textOf(record), mostText) : '(damaged)',
  ]);
  return [['ID', 'ROUTE', 'KIND', 'SIZE', 'WRITTEN', 'RECORD'], ...rows];
}

function textOf({ body }: KeptRecord): string {
  return Buffer.from(body ?? []).toString();
}

/** The same for programs; every group of dead letters is told. */
export function summaryJson({ waiting, deadLetters, counts }: Summary): Readonly<Record<string, unknown>> {
  return {
    waiting: waiting.map((group) => ({ ...group, oldest: time(group.oldest) })),
    deadLetters: deadLetters.map((group) => ({ ...group, newest: time(group.newest) })),
    counts,
  };
}

/** Numbers to the right would be nicer to add up; names to the left are found faster. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

export function time(micros: number): string {
  return isoTime(micros) ?? `${micros} µs`;
}
