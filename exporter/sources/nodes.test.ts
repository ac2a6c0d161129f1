import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { eventLine, page, scripted } from '../kube/fixtures.ts';
import type { Observation } from '../model/observation.ts';
import { leaseSource } from './leases.ts';
import { nodeSource } from './nodes.ts';

const node = { metadata: { name: 'w-1', uid: 'u', resourceVersion: '3' }, status: {} };

test('watches one Node by its name', async () => {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, (url) =>
    url.searchParams.has('watch')
      ? { chunks: [eventLine('MODIFIED', node)], end: 'hang' }
      : { chunks: [page(3, [node])] },
  );
  const seen: Observation[] = [];
  const stopper = new AbortController();
  const source = nodeSource({ transport, clock, random: () => 0, name: 'w-1' });
  const running = source.run((o) => seen.push(o), stopper.signal);
  await clock.advance(1);
  stopper.abort();
  await running;
  assert.equal(source.name, 'nodes/w-1');
  assert.deepEqual(
    seen.map((o) => (o.kind === 'node' ? `${o.change} ${o.node.name}` : o.kind)),
    ['list', 'listed w-1', 'list', 'modified w-1'],
  );
  assert.deepEqual(paths, [
    '/api/v1/nodes?fieldSelector=metadata.name%3Dw-1&limit=500',
    '/api/v1/nodes?fieldSelector=metadata.name%3Dw-1&watch=1&resourceVersion=3&allowWatchBookmarks=true&timeoutSeconds=300',
  ]);
});

const names: readonly (readonly [string, { namespace?: string; name?: string }])[] = [
  ['leases', {}],
  ['leases/kube-system', { namespace: 'kube-system' }],
  ['leases/kube-system/scheduler', { namespace: 'kube-system', name: 'scheduler' }],
  ['leases/*/scheduler', { name: 'scheduler' }],
];

for (const [name, options] of names) {
  test(`a lease source is named ${name}`, () => {
    const clock = virtualClock();
    const { transport } = scripted(clock, () => ({}));
    assert.equal(leaseSource({ transport, clock, random: () => 0, ...options }).name, name);
  });
}
