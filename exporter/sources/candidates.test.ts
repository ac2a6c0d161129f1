import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { page, type Reply, scripted } from '../kube/fixtures.ts';
import type { Observation } from '../model/observation.ts';
import { candidateSource, listsCandidates } from './candidates.ts';

const group = '/apis/coordination.k8s.io';
const resources = { chunks: [JSON.stringify({ resources: [{ name: 'leasecandidates' }] })] };
const candidate = {
  metadata: { namespace: 'n', name: 'c', resourceVersion: '3' },
  spec: { leaseName: 'l' },
};
const listed = (url: URL): Reply =>
  url.searchParams.has('watch') ? { end: 'hang' } : { chunks: [page(3, [candidate])] };

function start(script: (url: URL, index: number) => Reply) {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, script);
  const seen: Observation[] = [];
  const stopper = new AbortController();
  const source = candidateSource({ transport, clock, random: () => 0 });
  const running = source.run((observation) => seen.push(observation), stopper.signal);
  const story = () =>
    seen.map((o) => {
      if (o.kind === 'candidate') return `${o.change} ${o.candidate.name} of ${o.candidate.lease}`;
      return o.kind === 'sight' ? `${o.sight} ${o.why}` : o.kind;
    });
  async function stop(): Promise<void> {
    stopper.abort();
    await running;
  }
  return { clock, paths, story, stop };
}

test('watches the newest version that the server has', async () => {
  const { clock, paths, story, stop } = start((url) => {
    if (url.pathname === `${group}/v1beta1`) return { status: 404 };
    return url.pathname === `${group}/v1alpha2` ? resources : listed(url);
  });
  await clock.advance(1);
  await stop();
  assert.deepEqual(story(), ['list', 'listed c of l', 'list']);
  assert.deepEqual(paths.slice(0, 3), [
    `${group}/v1beta1`,
    `${group}/v1alpha2`,
    `${group}/v1alpha2/leasecandidates?limit=500`,
  ]);
});

test('says nothing of a server without candidates, and asks it again every ten minutes', async () => {
  let upgraded = false;
  const { clock, paths, story, stop } = start((url) => {
    if (!upgraded) return { status: 404 };
    return url.pathname === `${group}/v1beta1` ? resources : listed(url);
  });
  await clock.advance(599_000);
  assert.deepEqual([paths.length, story()], [2, []]);
  upgraded = true;
  await clock.advance(2_000);
  await stop();
  assert.deepEqual(story(), ['list', 'listed c of l', 'list']);
});

test('a version that is served for something else is passed over', async () => {
  const { clock, paths, story, stop } = start(() => ({ chunks: ['{"resources":[{"name":"others"}]}'] }));
  await clock.advance(1);
  await stop();
  assert.deepEqual([paths.length, story()], [2, []]);
});

test('says once that it is forbidden', async () => {
  const { clock, story, stop } = start((url) =>
    url.pathname === `${group}/v1beta1` ? resources : { status: 403, chunks: ['{"message":"no"}'] },
  );
  await clock.advance(300_000);
  await stop();
  assert.deepEqual(story(), ['forbidden HTTP 403: no']);
});

test('looks for another version when the one it watched is gone', async () => {
  let upgraded = false;
  const { clock, story, stop } = start((url) => {
    const old = url.pathname.startsWith(`${group}/v1alpha2`);
    if (old === upgraded) return { status: 404 };
    if (url.pathname.endsWith('/leasecandidates')) {
      return url.searchParams.has('watch') ? { every: 5_000 } : listed(url);
    }
    return resources;
  });
  await clock.advance(3_000);
  upgraded = true;
  await clock.advance(15_000);
  await stop();
  assert.deepEqual(story().slice(0, 7), [
    'list',
    'listed c of l',
    'list',
    'blind HTTP 404',
    'list',
    'listed c of l',
    'list',
  ]);
});

for (const [text, has] of [
  ['{"resources":[{"name":"leases"},{"name":"leasecandidates"}]}', true],
  ['{"resources":[{"name":"leasecandidates/status"}]}', false],
  ['{"resources":7}', false],
  ['[]', false],
  ['404 page not found', false],
] as const) {
  test(`${text} ${has ? 'has' : 'has no'} candidates`, () => assert.equal(listsCandidates(text), has));
}
