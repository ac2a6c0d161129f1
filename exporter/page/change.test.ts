import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyChange, tablesChange } from './change.ts';
import { noTables, type OutboxRow, type RoundRow, type SourceRow, type Tables } from './tables.ts';

function source(part: Partial<SourceRow> & { readonly id: string }): SourceRow {
  return { up: true, forbidden: false, synced: true, why: '', lastEventAt: null, restarts: 0, ...part };
}

function tablesOf(sources: readonly SourceRow[]): Tables {
  return { ...noTables(), sources: new Map(sources.map((row) => [row.id, row])) };
}

const anySource = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor'),
    ...{ up: fc.boolean(), forbidden: fc.boolean(), synced: fc.boolean(), why: fc.string() },
    lastEventAt: fc.option(fc.nat()),
    restarts: fc.nat(),
  },
  { noNullPrototype: true },
);

test('change: what is told of a difference, as JSON, makes of the one the other', () => {
  fc.assert(
    fc.property(fc.array(anySource), fc.array(anySource), (one, other) => {
      const [before, after] = [tablesOf(one), tablesOf(other)];
      const change = tablesChange(before, after);
      const told = JSON.parse(JSON.stringify(change ?? {}));
      assert.deepEqual(new Set(applyChange(before, told).sources.values()), new Set(after.sources.values()));
      if (change === undefined) assert.deepEqual(before, after);
    }),
  );
});

test('change: of a row only the fields that are different are told', () => {
  const before = tablesOf([source({ id: 'leases' }), source({ id: 'nodes' }), source({ id: 'old' })]);
  const after = tablesOf([
    source({ id: 'leases', restarts: 1 }),
    source({ id: 'nodes' }),
    source({ id: 'new' }),
  ]);
  assert.deepEqual(tablesChange(before, after), {
    sources: { add: [source({ id: 'new' })], set: { leases: { restarts: 1 } }, gone: ['old'] },
  });
  assert.equal(tablesChange(after, after), undefined);
});

test('change: a table that nothing is told of is the same object as before', () => {
  const before = tablesOf([source({ id: 'leases' })]);
  const after = applyChange(before, { leases: { gone: ['a/b'] } });
  assert.equal(after.sources, before.sources);
  assert.notEqual(after.leases, before.leases);
});

test('change: parts of a row are compared by what they hold', () => {
  const row = (overlap: RoundRow['overlap']): Pick<RoundRow, 'id' | 'overlap'> => ({ id: 'x', overlap });
  const tables = (overlap: RoundRow['overlap']): Tables => ({
    ...noTables(),
    rounds: new Map([['x', { ...someRound, ...row(overlap) }]]),
  });
  const one = tables({ fromAt: 1, untilAt: 2 });
  assert.equal(tablesChange(one, tables({ fromAt: 1, untilAt: 2 })), undefined);
  assert.deepEqual(tablesChange(one, tables(null)), { rounds: { set: { x: { overlap: null } } } });
});

test('change: what belongs to a row that is not there is passed over', () => {
  const change = { outbox: { set: { traces: { pending: 1 } satisfies Partial<OutboxRow> } } };
  assert.equal(applyChange(noTables(), change).outbox.size, 0);
});

const someRound: RoundRow = {
  ...{ id: 'x', namespace: 'a', lease: 'b', class: 'election', cause: 'expired', outcome: 'elected' },
  ...{ uncertain: false, attempts: 1, predecessor: '', predecessorNode: null, fate: null, successor: '' },
  ...{ successorNode: null, lastRenewalAt: 0, vacatedAt: 1, acquiredAt: 2, closedAt: 3, gapSeconds: 2 },
  ...{ leaderlessSeconds: 1, overlap: null, outageTraceId: null },
};
