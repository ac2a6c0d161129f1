import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Metric, metrics, prefix } from '../exporter/catalogue.ts';
import { appMetrics } from '../instrument/catalogue.ts';
import { dashboardFile, targetsOf } from './lint/model.ts';
import { selectorsOf } from './lint/promql.ts';

const folder = join(import.meta.dirname, 'json');
const asked = new Set(
  globSync('*.json', { cwd: folder })
    .map((name) => dashboardFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
    .flatMap((dashboard) => targetsOf(dashboard).filter(({ panel }) => panel !== undefined))
    .flatMap(({ target }) => selectorsOf(target.expr ?? ''))
    .map(({ name }) => name),
);

const shown = (name: string) =>
  ['', '_bucket', '_sum', '_count'].some((part) => asked.has(`${prefix}${name}${part}`));

test('every metric of the exporter and of applications is on a panel', () => {
  const declared: Readonly<Record<string, Metric>> = { ...metrics, ...appMetrics };
  const lasting = Object.entries(declared).filter(([, { deprecated }]) => deprecated === undefined);
  const missing = lasting.map(([name]) => name).filter((name) => !shown(name));
  assert.deepEqual(missing, []);
});
