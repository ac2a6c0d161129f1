import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portCensus } from '../model/fixture.ts';
import { placeView, portView } from './fixtures.ts';
import { imbalances } from './imbalance.ts';

const pod = (name: string, established: number, part: { workload?: string; listening?: boolean } = {}) => {
  const { workload = 'chat', listening = true } = part;
  const census = portCensus({ established, listening });
  return placeView({ pod: name, workload, ports: () => [portView({ census })] });
};

const spreads = [
  ['evenly', [pod('a', 5), pod('b', 5)], [1]],
  ['all at one of three', [pod('a', 0), pod('b', 12), pod('c', 0)], [3]],
  ['nobody there', [pod('a', 0), pod('b', 0)], []],
  ['one Pod', [pod('a', 9)], []],
  ['one that listens', [pod('a', 9), pod('b', 0, { listening: false })], []],
  ['of no workload', [pod('a', 9, { workload: '' }), pod('b', 0, { workload: '' })], []],
  ['of two workloads', [pod('a', 9), pod('b', 1, { workload: 'other' })], []],
] as const;

for (const [name, places, ratios] of spreads) {
  test(`imbalance: ${name}`, () => {
    assert.deepEqual(
      Array.from(imbalances(places), ({ ratio }) => ratio),
      ratios,
    );
  });
}

test('imbalance: each port for itself', () => {
  const two = (counts: readonly [number, number]) =>
    placeView({
      ports: () =>
        counts.map((established, index) =>
          portView({ census: portCensus({ port: 8000 + index, established }) }),
        ),
    });
  assert.deepEqual(
    [...imbalances([two([3, 0]), two([1, 6])])],
    [
      { namespace: 'shop', workload: 'chat', port: 8000, ratio: 1.5 },
      { namespace: 'shop', workload: 'chat', port: 8001, ratio: 2 },
    ],
  );
});
