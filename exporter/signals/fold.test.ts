import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldLines, parseLine } from './fold.ts';

const epoch = Date.UTC(2026, 0, 1) / 1000;

function line(second: number, text: string, metadata: Readonly<Record<string, string>> = {}): Buffer {
  return Buffer.from(JSON.stringify([`${epoch + second}000000000`, text, metadata]));
}

function late(second: number, lease = 'till', holder = 'till-0'): Buffer {
  const text = `lease shop/${lease}: renewed late by ${holder}, ${10 + second} s after the last renewal`;
  return line(second, text, { event: 'lease_late_renewal', namespace: 'shop', lease, holder });
}

function folded(bodies: readonly Uint8Array[]): unknown[] {
  return foldLines(bodies).map(({ body, of }) => [of.length, ...JSON.parse(Buffer.from(body).toString())]);
}

test('late renewals of one lease within five minutes are one line, with their number and the last of them', () => {
  const bodies = Array.from({ length: 17 }, (_, index) => late(index * 18));
  assert.deepEqual(folded(bodies), [
    [
      17,
      `${epoch + 288}000000000`,
      'lease shop/till: 17 late renewals in 4.8 min, the last: renewed late by till-0, 298 s after the last renewal',
      {
        event: 'lease_late_renewal',
        namespace: 'shop',
        lease: 'till',
        holder: 'till-0',
        folded: '17',
        folded_since: '2026-01-01T00:00:00.000000Z',
      },
    ],
  ]);
});

test('another lease, another holder and another five minutes are told apart', () => {
  const bodies = [late(1), late(2, 'stock'), late(3, 'till', 'till-1'), late(4), late(301), late(5, 'stock')];
  const counts = foldLines(bodies).map(({ of }) => of);
  assert.deepEqual(counts, [[2], [0, 3], [4], [1, 5]]);
});

test('lines of one text are told once; what stands alone, or is no line, stays as it is', () => {
  const bodies = [
    line(1, 'source leases: down'),
    line(2, 'starts'),
    line(31, 'source leases: down'),
    Buffer.from('no line'),
    line(3, 'starts', { event: 'replica_state' }),
  ];
  const all = foldLines(bodies);
  assert.deepEqual(folded(bodies.slice(0, 3)), [
    [1, `${epoch + 2}000000000`, 'starts', {}],
    [
      2,
      `${epoch + 31}000000000`,
      '2 times in 30.0 s: source leases: down',
      { folded: '2', folded_since: '2026-01-01T00:00:01.000000Z' },
    ],
  ]);
  assert.deepEqual(
    all.map(({ of }) => of),
    [[1], [0, 2], [3], [4]],
  );
  assert.equal(Buffer.compare(all[2]?.body ?? Buffer.alloc(0), Buffer.from('no line')), 0);
});

test('whatever is folded, every line is told exactly once', () => {
  const any = fc.record({
    second: fc.integer({ min: 0, max: 900 }),
    lease: fc.constantFrom('till', 'stock', ''),
    holder: fc.constantFrom('a', 'b'),
    text: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), (wishes) => {
      const bodies = wishes.map(({ second, lease, holder, text }) =>
        text === undefined ? late(second, lease, holder) : line(second, text),
      );
      const all = foldLines(bodies);
      const told = all.flatMap(({ of }) => of).toSorted((a, b) => a - b);
      assert.deepEqual(
        told,
        bodies.map((_, index) => index),
      );
      for (const { body, of } of all) {
        const count = parseLine(body)?.metadata.folded;
        assert.equal(count, of.length === 1 ? undefined : String(of.length));
      }
    }),
  );
});
