import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { metrics as catalogue, type Metric, prefix } from '../catalogue.ts';
import type { Body } from '../delivery/body.ts';
import { createMetricsBodies } from '../delivery/metrics-body.ts';
import type { Encoding } from '../delivery/negotiate.ts';
import type { Cause, LeaseClass, LeaseState, NodeState } from '../model/event.ts';
import type { LeaseView, NodeView } from '../model/view.ts';
import { type Family, type FamilySample, type Format, renderFamilies } from './exposition.ts';
import {
  at,
  epoch,
  leasePolicy,
  leaseView,
  missingLease,
  modelView,
  nodeView,
  policiesView,
} from './fixtures.ts';
import { type Exposition, exposeFamilies, textOf } from './paged-families.ts';
import { leaseRows, nodeRows, type ScrapeContext } from './projections.ts';
import type { RowFamily, RowKind } from './row-family.ts';
import { RowTable } from './row-table.ts';
import { labelText } from './safe-text.ts';
import { Tally } from './tally.ts';

const formats: readonly Format[] = ['text', 'openmetrics'];
const atOnce = () => undefined;

function contextAt(seconds: number): ScrapeContext {
  return {
    ...{ view: modelView({ policies: policiesView({ expected: [missingLease()] }) }), now: at(seconds) },
    ...{ mode: 'cluster', version: '0', outbox: [], receivers: [], openRounds: [] },
    ...{ closedRounds: new Tally(), suppressed: new Tally(), text: (name: string) => labelText(name, 60) },
  };
}

/** The families of these rows, put together afresh. */
function plainly<Row>(kind: RowKind<Row>, rows: readonly Row[], context: ScrapeContext): Family[] {
  const metrics: Readonly<Record<string, Metric>> = catalogue;
  return Object.entries(kind.families).flatMap(([name, family]) => {
    const metric = metrics[name];
    if (metric === undefined || family === undefined) return [];
    const samples = rows.flatMap((row) => samplesOf(kind, family, row, context));
    const { help, type } = metric;
    return [{ name: prefix + name, help, type, samples: [...samples, ...(family.others?.(context) ?? [])] }];
  });
}

function samplesOf<Row>(
  { naming }: RowKind<Row>,
  family: RowFamily<Row>,
  row: Row,
  context: ScrapeContext,
): FamilySample[] {
  const names = Object.entries(naming).map(([label, read]) => [label, context.text(read(row))]);
  const labels = Object.entries(family.labels);
  const list = labels.flatMap(([, how]) => (typeof how === 'function' ? [] : how));
  return (list.length === 0 ? [''] : list).flatMap((part) => {
    const value = family.value(row, context, part);
    if (value === undefined) return [];
    const told = labels.map(([label, how]) => [label, typeof how === 'function' ? how(row, context) : part]);
    return [{ labels: Object.fromEntries([...names, ...told]), value }];
  });
}

/** A table, and whoever compresses what it tells: another page tells of a change, or nobody does. */
class Told<Row> {
  readonly table: RowTable<Row>;
  readonly #kind: RowKind<Row>;
  #exposition: Exposition = [];
  readonly #bodies = createMetricsBodies(async () => this.#exposition, 200);

  constructor(kind: RowKind<Row>, blockSize: number) {
    this.table = new RowTable(kind, blockSize);
    this.#kind = kind;
  }

  async check(rows: readonly Row[], seconds: number): Promise<void> {
    const context = contextAt(seconds);
    await this.table.read(rows, () => context, atOnce);
    for (const format of formats) {
      this.#exposition = exposeFamilies(this.table.families(context), format);
      const plain = renderFamilies(plainly(this.#kind, rows, context), format).replace(/# EOF\n$/, '');
      const body = await this.#bodies(format === 'openmetrics');
      assert.equal(await bytesOf(body, 'identity').then(String), plain);
      assert.equal(gunzipSync(await bytesOf(body, 'gzip')).toString(), plain);
      assert.equal(textOf(this.#exposition), plain);
    }
  }
}

async function bytesOf(body: Body, encoding: Encoding): Promise<Buffer> {
  const { chunks } = await body.encode(encoding);
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(chunk);
  return Buffer.concat(bytes);
}

type Change = (rows: Map<string, LeaseView>, nodes: Map<string, NodeView>) => void;

const names = fc.constantFrom(
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'],
  ...['é'.repeat(70), 'quo"te', 'back\\slash', 'line\nbreak', ''],
);
const micros = fc.integer({ min: -1, max: 10_000_000 }).map((late) => epoch + late);
const states = fc.constantFrom<LeaseState>(
  ...(['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown'] as const),
);
const classes = fc.constantFrom<LeaseClass>('election', 'lock', 'node', 'coordinated');
const causes = fc.constantFrom<Cause>('released', 'expired', 'taken');
const nodeStates = fc.constantFrom<NodeState>('alive', 'late', 'lost', 'unknown');
const numbers = fc.oneof(fc.double(), fc.nat(5), fc.constantFrom(0, -0, 1e21, Infinity, -Infinity));

const leaseParts: fc.Arbitrary<Partial<LeaseView>> = fc.record(
  {
    state: states,
    class: classes,
    holder: fc.oneof(names, fc.string()),
    holderPod: names,
    durationSeconds: fc.option(numbers, { nil: undefined }),
    candidates: fc.option(fc.nat(3), { nil: undefined }),
    renewTime: fc.option(micros, { nil: undefined }),
    observedWall: micros,
    renewals: fc.nat(),
    gapSeconds: numbers.filter((value) => !Number.isNaN(value)),
    holderChanges: causes.map((cause) => ({ ...leaseView().holderChanges, [cause]: 5 })),
    policy: fc.option(
      names.map((team) => leasePolicy({ team })),
      { nil: undefined },
    ),
    expected: fc.option(
      fc.boolean().map((absent) => missingLease({ absent })),
      { nil: undefined },
    ),
  },
  { requiredKeys: [] },
);
const nodeParts: fc.Arbitrary<Partial<NodeView>> = fc.record(
  {
    state: nodeStates,
    observedWall: fc.oneof(micros, fc.constant(0)),
    missed: fc.nat(3),
    disagreement: fc.constantFrom(undefined, 'fresh_lease_not_ready'),
  },
  { requiredKeys: [] },
);

/** Rows come, change, go, and come again at the end. */
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(names, leaseParts).map(
    ([name, part]): Change =>
      (leases) => {
        leases.set(name, leaseView({ ...leases.get(name), ...part, name, namespace: `of-${name}` }));
      },
  ),
  fc.tuple(names, nodeParts).map(
    ([name, part]): Change =>
      (_, nodes) => {
        nodes.set(name, nodeView({ ...nodes.get(name), ...part, name }));
      },
  ),
  names.map(
    (name): Change =>
      (leases, nodes) => {
        leases.delete(name);
        nodes.delete(name);
      },
  ),
  fc.constant<Change>((leases) => leases.clear()),
);

test('pages that are kept tell the same bytes as families put together afresh', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(changes, { maxLength: 12 }), { maxLength: 12 }), async (scrapes) => {
      const leases = new Map<string, LeaseView>();
      const nodes = new Map<string, NodeView>();
      const leaseTable = new Told<LeaseView>(leaseRows, 3);
      const nodeTable = new Told<NodeView>(nodeRows, 3);
      for (const [seconds, all] of scrapes.entries()) {
        for (const change of all) change(leases, nodes);
        await leaseTable.check([...leases.values()], seconds);
        await nodeTable.check([...nodes.values()], seconds);
      }
    }),
    { numRuns: 150 },
  );
});

test('rows in any order are told in it, each once', async () => {
  const told = new Told<NodeView>(nodeRows, 3);
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => nodeView({ name }));
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all), (rows) => told.check(rows, 1)),
    { numRuns: 100 },
  );
});

async function pagesOf(table: RowTable<NodeView>, rows: readonly NodeView[], family: string) {
  const context = contextAt(0);
  await table.read(rows, () => context, atOnce);
  return table.families(context).find(({ name }) => name === prefix + family)?.pages ?? [];
}

test('a page lives as long as nothing in it changes', async () => {
  const table = new RowTable<NodeView>(nodeRows, 2);
  const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => nodeView({ name, lostSeconds: () => 0 }));
  const first = await pagesOf(table, nodes, 'node_heartbeat_missed_total');
  assert.equal(first.length, 3);
  nodes[2] = nodeView({ name: 'c', missed: 9, lostSeconds: () => 0 });
  const second = await pagesOf(table, nodes, 'node_heartbeat_missed_total');
  assert.deepEqual(
    second.map((page, index) => page === first[index]),
    [true, false, true],
  );
  // One that is gone changes its own page alone, and one that comes the last.
  const third = await pagesOf(
    table,
    [...nodes.slice(1), nodeView({ name: 'f' })],
    'node_heartbeat_missed_total',
  );
  assert.deepEqual(
    third.map((page) => second.indexOf(page)),
    [-1, 1, -1],
  );
  const state = await pagesOf(table, nodes.slice(1), 'node_heartbeat_state');
  assert.equal(state[1]?.text().toString().split('\n').length, 3);
});

test('what rows that are no more have left is given back', async () => {
  const told = new Told<NodeView>(nodeRows, 2);
  const name = (index: number) => nodeView({ name: `n${index}` });
  const family = 'node_heartbeat_missed_total';
  for (let index = 0; index < 100; index++) {
    const rows = [name(0), name(index + 1), name(index + 2)];
    const pages = await pagesOf(told.table, rows, family);
    assert.ok(pages.length <= 4, `${pages.length} pages of ${rows.length} rows`);
    await told.check(rows, 0);
  }
});
