import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { z } from 'zod';
import { prefix } from '../exporter/catalogue.ts';
import { bornCounted } from '../exporter/promql.ts';
import { knownSeries, labelNames, targetLabels, problemsOf as unknownNames } from '../test/promql-names.ts';
import { foreignLabels, recordedLabels } from './series.ts';

const rule = z.object({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  annotations: z.record(z.string(), z.string()).default({}),
});
const file = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });

/** The rules as they are shipped, whoever wrote them. */
const built = file
  .parse(parse(readFileSync(join(import.meta.dirname, 'leasewatch.rules.yaml'), 'utf8')))
  .groups.flatMap(({ rules }) => rules);

const known = knownSeries(recordedLabels, foreignLabels);
const problemsOf = (query: string) => unknownNames(query, known);

/** Queries inside the Go templates of an annotation, with something in the place of what is filled in. */
function templateQueries(annotation: string): string[] {
  const printed = annotation.matchAll(/(?:printf|query) ("(?:[^"\\]|\\.)*")/g);
  return [...printed]
    .map(([, quoted]) => z.string().parse(JSON.parse(quoted ?? '""')))
    .filter((text) => !/^%\.\d+f$/.test(text))
    .map((text) => text.replaceAll('%q', '"x"'));
}

test('every expression of the built rules names what the catalogue or a recording rule has', () => {
  assert.ok(built.length > 20);
  assert.deepEqual(
    built.flatMap(({ expr }) => problemsOf(expr)),
    [],
  );
});

test('so does every query in the annotations of the built rules', () => {
  const queries = built.flatMap(({ annotations }) => Object.values(annotations).flatMap(templateQueries));
  assert.ok(queries.some((query) => query.includes(`${prefix}lease_info`)));
  assert.ok(queries.some((query) => query.includes(`${prefix}lease_open_round_info`)));
  assert.deepEqual(queries.flatMap(problemsOf), []);
});

/** The groupings of the aggregations that no other one is around, as `max by (…)`. */
function outermost(query: string): string[] {
  const found: string[] = [];
  parser.parse(query).iterate({
    enter({ name, from, to }) {
      if (name !== 'AggregateExpr') return true;
      found.push(`${/^\w+ by \([^)]*\)/.exec(query.slice(from, to))?.[0]} (x)`);
      return false;
    },
  });
  return found;
}

test('every declared record is recorded, with the labels that were declared, and nothing else is', () => {
  const recording = new Map(
    built.flatMap(({ record, expr }) => (record === undefined ? [] : [[record, expr] as const])),
  );
  assert.deepEqual([...recording.keys()].sort(), Object.keys(recordedLabels).sort());
  for (const [name, labels] of Object.entries(recordedLabels)) {
    const grouped = outermost(recording.get(name) ?? '').flatMap((by) => labelNames(by, 'GroupingLabels'));
    const own = grouped.filter((label) => !targetLabels.includes(label));
    assert.deepEqual([...new Set(own)].sort(), [...labels].sort(), name);
  }
});

test('a recorded series is used by an alert or its text, or it would only cost', () => {
  const used = built
    .filter(({ alert }) => alert !== undefined)
    .flatMap(({ expr, annotations }) => [expr, ...Object.values(annotations)])
    .join('\n');
  for (const name of Object.keys(recordedLabels)) assert.ok(used.includes(name), name);
});

/** Selectors of scraped series that no aggregation frees of the process that told them. */
function notAggregated(query: string): string[] {
  const left: string[] = [];
  parser.parse(query).iterate({
    enter({ name, node }) {
      const text = query.slice(node.from, node.to);
      if (name !== 'VectorSelector' || /^(cluster_|ALERTS)/.test(text)) return;
      for (let outer = node.parent; outer !== null; outer = outer.parent) {
        const told = query.slice(outer.from, outer.to);
        if (/^absent\(/.test(told)) return;
        const by = /^\w+ by \(([^)]*)\)/.exec(told)?.[1];
        if (outer.name === 'AggregateExpr' && by !== undefined && !/\b(pod|instance)\b/.test(by)) return;
      }
      left.push(text);
    },
  });
  return left;
}

test('every rule aggregates pods and processes away: two replicas tell one story', () => {
  assert.deepEqual(
    built.flatMap(({ expr }) => notAggregated(expr)),
    [],
  );
  assert.deepEqual(notAggregated('max by (job) (up) == on (job) leasewatch_source_up'), [
    'leasewatch_source_up',
  ]);
  assert.deepEqual(notAggregated('max by (job, instance) (up)'), ['up']);
});

test('an info series is joined only by what cannot fail when it is double', () => {
  for (const { expr } of built) {
    assert.doesNotMatch(expr, /group_(left|right)[^\n]*_info/);
  }
});

test('no rule waits for the increase of a series that begins with its first count', () => {
  const unseen = bornCounted.filter((name) =>
    built.some(({ expr }) => new RegExp(`(increase|rate|changes)\\(${prefix}${name}`).test(expr)),
  );
  assert.deepEqual(unseen, []);
});

test('the check of expressions sees what is wrong', () => {
  assert.deepEqual(problemsOf('leasewatch_lease_sate'), ['unknown metric leasewatch_lease_sate']);
  assert.deepEqual(problemsOf('up{holder="x"}'), ['up{holder="x"} has no label holder']);
  assert.equal(problemsOf('max by (holder) (up)').length, 1);
  assert.equal(problemsOf('max by (job (up)').length > 0, true);
  assert.equal(problemsOf('{job="x"}').length, 1);
  assert.deepEqual(problemsOf('max by (job, lease) (leasewatch_lease_state{class="x"}) > 0'), []);
  assert.deepEqual(templateQueries('{{ with printf "a{b=%q}" $labels.b | query }}{{ printf "%.0f" }}'), [
    'a{b="x"}',
  ]);
});
