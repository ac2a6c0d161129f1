import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaceCensus } from '../model/observation.ts';
import { ContainerNames } from './container-names.ts';

const pod = { namespace: 'shop', pod: 'chat-0' } as const;
const [server, sandbox] = ['a'.repeat(64), 'b'.repeat(64)];
const place = (...ids: readonly string[]): readonly PlaceCensus[] => [
  { ...pod, ports: [], descriptors: ids.map((container) => ({ container, open: 1, most: 2 })) },
];
const told = (names: ContainerNames, ...ids: readonly string[]) =>
  names.apply(place(...ids)).flatMap(({ descriptors = [] }) => descriptors.map(({ container }) => container));

test('container names: a container is told once its Pod was read, and the sandbox never', () => {
  const names = new ContainerNames();
  assert.deepEqual(told(names, server, sandbox), []);
  assert.deepEqual(names.wanted(0), [pod]);
  names.learn(pod, new Map([[server, 'server']]), 0);
  assert.deepEqual(told(names, server, sandbox), ['server']);
});

test('container names: a Pod is read twice for what it does not name, and then no more', () => {
  const names = new ContainerNames();
  told(names, sandbox);
  names.learn(pod, new Map(), 0);
  assert.deepEqual([names.wanted(59_999), names.wanted(60_000)], [[], [pod]]);
  names.learn(pod, new Map(), 60_000);
  assert.deepEqual(names.wanted(9e9), []);
});

test('container names: a status that is older than the container names it in the second read', () => {
  const names = new ContainerNames();
  told(names, server);
  names.learn(pod, new Map(), 0);
  names.learn(pod, new Map([[server, 'server']]), 60_000);
  assert.deepEqual(told(names, server), ['server']);
});

test('container names: where the read is refused, the beginning of the ID has to do, for a while', () => {
  const names = new ContainerNames();
  told(names, server);
  names.learn(pod, undefined, 0);
  assert.deepEqual(told(names, server), ['aaaaaaaaaaaa']);
  assert.deepEqual([names.wanted(299_999), names.wanted(300_000)], [[], [pod]]);
  names.learn(pod, new Map([[server, 'server']]), 300_000);
  assert.deepEqual(told(names, server), ['server']);
});

test('container names: what is in no container is told as it is, and what is gone is forgotten', () => {
  const names = new ContainerNames();
  assert.deepEqual(told(names, ''), ['']);
  told(names, server);
  names.learn(pod, new Map([[server, 'server']]), 0);
  told(names);
  assert.deepEqual(told(names, server), []);
  assert.deepEqual(names.apply([{ ...pod, ports: [] }]), [{ ...pod, ports: [] }]);
});
