import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { Observation } from '../model/observation.ts';
import { leaseSource } from '../sources/leases.ts';
import { eventLine, leaseJson, page, type Reply, scripted } from './fixtures.ts';
import type { KubeTransport } from './transport.ts';

type Clock = ReturnType<typeof virtualClock>;

function start(clock: Clock, transport: KubeTransport) {
  const seen: Observation[] = [];
  const asked: string[] = [];
  const stopper = new AbortController();
  const watched: KubeTransport = {
    request(request) {
      asked.push(request.path);
      return transport.request(request);
    },
  };
  const source = leaseSource({ transport: watched, clock, random: () => 0.5, streams: true });
  const running = source.run((observation) => seen.push(observation), stopper.signal);
  return {
    seen,
    asked: () => asked.map((path) => path.replace(/.*\?/, '').replace(/&?timeoutSeconds=\d+/, '')),
    story: () =>
      seen.flatMap((told) => {
        if (told.kind === 'list') return told.phase;
        return told.kind === 'lease' ? `${told.change} ${told.lease.name}` : told.kind;
      }),
    async stop() {
      stopper.abort();
      await running;
    },
  };
}

const stream = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const end = eventLine('BOOKMARK', {
  metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } },
});

async function simulated(watchList: boolean) {
  const clock = virtualClock();
  const api = createApiServer({ clock, watchList });
  const transport = inProcessTransport(api);
  const { signal } = new AbortController();
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  for (const name of ['b', 'a'])
    await transport.request({ method: 'POST', path, body: JSON.stringify({ metadata: { name } }), signal });
  const rig = start(clock, transport);
  await clock.advance(5000);
  return { rig, api, clock };
}

test('the first state is read as a stream, and the watch goes on from its end', async () => {
  const { rig, api } = await simulated(true);
  assert.deepEqual(rig.story(), ['begin', 'listed a', 'listed b', 'end']);
  const revision = String(api.store.revision());
  assert.deepEqual(rig.asked(), [stream, `watch=1&resourceVersion=${revision}&allowWatchBookmarks=true`]);
  assert.equal(api.watchCount(), 1);
  await rig.stop();
  assert.equal(api.watchCount(), 0);
});

test('a server that has no such streams is asked for pages, and nothing is said of it', async () => {
  const { rig } = await simulated(false);
  assert.deepEqual(rig.story(), ['begin', 'listed a', 'listed b', 'end']);
  assert.deepEqual(rig.asked().slice(0, 2), [stream, 'limit=500']);
  await rig.stop();
});

test('later lists come in pages', async () => {
  const { rig, api, clock } = await simulated(true);
  api.faults.expireWatches();
  await clock.advance(20_000);
  assert.ok(rig.asked().includes('limit=500'));
  assert.equal(rig.asked().filter((query) => query === stream).length, 1);
  await rig.stop();
});

/** What a scripted stream leads to: its story, when all is told. */
async function scriptedStory(first: Reply, afterMs = 0) {
  const clock = virtualClock();
  const { transport } = scripted(clock, (url, index) => {
    if (index === 0) return first;
    return url.searchParams.has('watch') ? { end: 'hang' } : { chunks: [page(9, [leaseJson('p', 5)])] };
  });
  const rig = start(clock, transport);
  await clock.advance(afterMs);
  const story = rig.story();
  await rig.stop();
  return story;
}

const added = (name: string) => eventLine('ADDED', leaseJson(name, 5));

test('what happens before the end counts: the last word of each', async () => {
  const chunks = [
    ...[added('a'), added('b'), eventLine('MODIFIED', leaseJson('a', 7, 'other'))],
    ...[eventLine('DELETED', leaseJson('b', 8)), eventLine('ADDED', leaseJson('c', 9)), end],
  ];
  assert.deepEqual(await scriptedStory({ chunks, end: 'hang' }), ['begin', 'listed a', 'listed c', 'end']);
});

const paged = ['begin', 'listed p', 'end'];

test('a stream that breaks off before its end is nothing: pages tell it all', async () => {
  assert.deepEqual(await scriptedStory({ chunks: [added('a')], end: 'reset' }), paged);
  assert.deepEqual(await scriptedStory({ chunks: [added('a')] }), paged);
});

test('an old server that sends the state and no end of it is not waited for', async () => {
  assert.deepEqual(await scriptedStory({ chunks: [added('a')], end: 'hang' }, 61_000), paged);
});
