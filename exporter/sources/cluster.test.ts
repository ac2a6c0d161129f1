import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { type Reply, scripted } from '../kube/fixtures.ts';
import type { Observation } from '../model/observation.ts';
import { clusterSource } from './cluster.ts';

async function observed(replies: readonly Reply[], ms: number): Promise<Observation[]> {
  const clock = virtualClock();
  const { transport } = scripted(clock, (_, index) => replies[Math.min(index, replies.length - 1)] ?? {});
  const seen: Observation[] = [];
  const stopper = new AbortController();
  const running = clusterSource({ transport, clock, random: () => 0.5 }).run(
    (o) => seen.push(o),
    stopper.signal,
  );
  await clock.advance(ms);
  stopper.abort();
  await running;
  return seen;
}

const known: Reply = { chunks: ['{"metadata":{"uid":"c-1"}}'] };

test('tells the UID of kube-system once', async () => {
  const [cluster, sight] = await observed([known], 600_000);
  assert.ok(cluster?.kind === 'cluster');
  assert.equal(cluster.uid, 'c-1');
  assert.ok(sight?.kind === 'sight');
  assert.equal(sight.sight, 'sighted');
});

test('tries until it knows, through refusals and outages', async () => {
  const seen = await observed(
    [{ end: 'refuse' }, { status: 500 }, { status: 403 }, { chunks: ['{}'] }, known],
    600_000,
  );
  const words = seen.map((o) => (o.kind === 'sight' ? `${o.sight}: ${o.why}` : o.kind));
  assert.deepEqual(words, [
    'blind: connection refused',
    'blind: HTTP 500',
    'forbidden: HTTP 403',
    'blind: the namespace kube-system has no UID',
    'cluster',
    'sighted: the cluster is known',
  ]);
});

test('does not wait any longer when the server has answered somebody else', async () => {
  const clock = virtualClock();
  const replies: readonly Reply[] = [{ end: 'refuse' }, known];
  const { transport } = scripted(clock, (_, index) => replies[index] ?? {});
  const seen: string[] = [];
  const source = clusterSource({ transport, clock, random: () => 0.5 });
  const running = source.run(({ kind }) => seen.push(kind), new AbortController().signal);
  await clock.advance(1);
  assert.deepEqual(seen, ['sight']);
  source.hurry();
  await clock.advance(1);
  await running;
  assert.deepEqual(seen, ['sight', 'cluster', 'sight']);
});
