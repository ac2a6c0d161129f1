import { type Format, headLines, sampleLines } from './exposition.ts';
import type { Page } from './row-column.ts';
import type { PagedFamily } from './row-table.ts';

/** What a scrape answers: texts that are made for it, and pages that go on from scrape to scrape while nothing in them changes. */
export type Exposition = readonly (string | Page)[];

/** The pages of each family behind its head. The lines of gauges and counters are the same in both formats. */
export function exposeFamilies(families: readonly PagedFamily[], format: Format): (string | Page)[] {
  return families.flatMap(({ name, metric: { help, type }, pages, others: samples }) => {
    if (pages.length === 0 && samples.length === 0) return [];
    const family = { name, help, type, samples };
    return [linesText(headLines(family, format)), ...pages, linesText(sampleLines(family, format))];
  });
}

function linesText(lines: Iterable<string>): string {
  return Array.from(lines, (line) => `${line}\n`).join('');
}

export function textOf(exposition: Exposition): string {
  return exposition.map((part) => (typeof part === 'string' ? part : part.text().toString())).join('');
}
