import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { type VirtualClock, virtualClock } from '../../simulator/scheduler.ts';
import type { FindHolder, HolderResult } from '../model/observation.ts';
import { HolderFinder } from './find-holder.ts';
import { scripted } from './fixtures.ts';
import { type KubeRequest, readText } from './transport.ts';

const stop = new AbortController().signal;

/** A finder on a simulated API server and virtual time, and all requests that it sent. */
class Rig {
  readonly clock: VirtualClock = virtualClock();
  readonly #api = createApiServer({ clock: this.clock });
  readonly #direct = inProcessTransport(this.#api);
  readonly requests: string[] = [];
  readonly accepts = new Set<string>();
  readonly faults = this.#api.faults;
  readonly finder = new HolderFinder({
    clock: this.clock,
    stop,
    transport: {
      request: (request) => {
        this.requests.push(`${request.method} ${decodeURIComponent(request.path)}`);
        this.accepts.add(request.headers?.accept ?? '');
        return this.#direct.request(request);
      },
    },
  });

  async pod(
    namespace: string,
    name: string,
    fields: { metadata?: object; spec?: object } = {},
  ): Promise<void> {
    await this.#write('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const metadata = { namespace, name, ...fields.metadata };
    await this.#write('POST', `/api/v1/namespaces/${namespace}/pods`, { metadata, spec: fields.spec ?? {} });
  }

  /** A Pod of version `hash` of the Deployment `till` in the namespace `shop`. */
  till(hash: string, random: string, spec: object = { nodeName: 'n1' }): Promise<void> {
    const labels = { app: 'till', 'pod-template-hash': hash };
    const ownerReferences = [{ kind: 'ReplicaSet', name: `till-${hash}`, controller: true }];
    return this.pod('shop', `till-${hash}-${random}`, { metadata: { labels, ownerReferences }, spec });
  }

  async find(
    namespace: string,
    candidates: readonly string[],
    more: Partial<FindHolder> = {},
  ): Promise<HolderResult> {
    const found = this.finder.find(ask(namespace, candidates, more));
    await this.clock.settle();
    await this.clock.advance(100);
    return (await found).result;
  }

  async #write(method: KubeRequest['method'], path: string, object: object): Promise<void> {
    const response = await this.#direct.request({ method, path, body: JSON.stringify(object), signal: stop });
    await readText(response.body);
  }
}

function ask(namespace: string, candidates: readonly string[], more: Partial<FindHolder> = {}): FindHolder {
  const about = { kind: 'find-holder', namespace, lease: 'l', holder: 'h', candidates } as const;
  return { ...about, urgent: false, verify: false, ...more };
}

test('finds a Pod, its node and its workload, with a list that asks for the metadata only', async () => {
  const rig = new Rig();
  await rig.till('7d9c6b5f4', 'x2x7q');
  await rig.till('5f6f6f6f6f', 'b8z4k');
  const result = await rig.find('shop', ['till-7d9c6b5f4-x2x7q-external', 'till-7d9c6b5f4-x2x7q']);
  assert.ok('found' in result);
  assert.equal(result.found.node, 'n1');
  assert.equal(result.found.owner, 'ReplicaSet/till-7d9c6b5f4');
  assert.deepEqual(result.workload, { candidates: 2, revisions: ['5f6f6f6f6f', '7d9c6b5f4'] });
  assert.deepEqual(rig.requests, [
    'GET /api/v1/namespaces/shop/pods/till-7d9c6b5f4-x2x7q-external',
    'GET /api/v1/namespaces/shop/pods/till-7d9c6b5f4-x2x7q',
    'GET /api/v1/namespaces/shop/pods?labelSelector=app=till&limit=500',
  ]);
  assert.deepEqual(
    [...rig.accepts],
    ['application/json', 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'],
  );
});

test('a thousand holders are a few requests a second, and the urgent one does not wait for them', async () => {
  const rig = new Rig();
  const names = Array.from({ length: 1000 }, (_, index) => `p-${index}`);
  const all = names.map((name) => rig.finder.find(ask('default', [name])));
  await rig.clock.settle();
  assert.equal(rig.requests.length, 10);
  await rig.clock.advance(1000);
  assert.equal(rig.requests.length, 20);
  const urgent = rig.finder.find(ask('default', ['urgent'], { urgent: true }));
  await rig.clock.advance(200);
  assert.deepEqual((await urgent).result, { absent: true });
  assert.ok(rig.requests.length <= 22, `${rig.requests.length} requests`);
  await rig.clock.advance(99_000);
  assert.equal(rig.requests.length, 1001);
  await Promise.all(all);
});

test('many questions about one Pod are one request; an urgent one is answered anew', async () => {
  const rig = new Rig();
  await rig.pod('default', 'p-0');
  const all = Array.from({ length: 50 }, () => rig.finder.find(ask('default', ['p-0'])));
  await rig.clock.advance(100);
  await Promise.all(all);
  assert.equal(rig.requests.length, 1);
  await rig.clock.advance(20_000);
  await rig.find('default', ['p-0']);
  assert.equal(rig.requests.length, 1);
  await rig.find('default', ['p-0'], { urgent: true });
  assert.equal(rig.requests.length, 2);
  await rig.clock.advance(31_000);
  await rig.find('default', ['p-0']);
  assert.equal(rig.requests.length, 3);
});

test('what is forbidden is asked once, and again after a while', async () => {
  const rig = new Rig();
  rig.faults.forbid('pods');
  const names = Array.from({ length: 1000 }, (_, index) => `p-${index}`);
  const all = names.map((name) => rig.finder.find(ask('default', [name])));
  await rig.clock.advance(120_000);
  const results = (await Promise.all(all)).map(({ result }) => result);
  assert.ok(
    results.every((result) => 'forbidden' in result && /cannot get resource "pods"/.test(result.forbidden)),
  );
  assert.equal(rig.requests.length, 10);
  rig.faults.allow('pods');
  await rig.clock.advance(300_000);
  assert.ok('forbidden' in (await rig.find('default', ['p-1'])));
  await rig.clock.advance(300_000);
  assert.deepEqual(await rig.find('default', ['p-1']), { absent: true });
});

test('a server that is away, or out of breath, is told as a failure', async () => {
  const rig = new Rig();
  rig.faults.stop();
  assert.deepEqual(await rig.find('default', ['p-0']), { failed: 'simulated API server: stopped' });
  rig.faults.start();
  rig.faults.respondSlow(6000);
  const slow = rig.finder.find(ask('default', ['p-1']));
  await rig.clock.advance(6000);
  assert.deepEqual((await slow).result, { failed: 'no answer in time' });
});

const leftovers: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing of its workload is there', ['gone-7d9c6b5f4-x2x7q'], 'gone'],
  ['its workload has another Pod', ['till-7d9c6b5f4-v5n9w'], 'alive'],
  ['another version of its workload is there', ['till-5f6f6f6f6f-v5n9w'], 'alive'],
  ['a name that no controller makes', ['till-main'], 'unknown'],
];

for (const [what, candidates, workload] of leftovers) {
  test(`a Pod that is gone: ${what}`, async () => {
    const rig = new Rig();
    await rig.till('7d9c6b5f4', 'x2x7q');
    assert.deepEqual(await rig.find('shop', candidates, { verify: true }), { absent: true, workload });
  });
}

test('a lease in kube-system may be held by a Pod of another namespace, and its absence proves nothing', async () => {
  const rig = new Rig();
  await rig.till('7d9c6b5f4', 'x2x7q');
  const result = await rig.find('kube-system', ['till-7d9c6b5f4-x2x7q']);
  assert.ok('found' in result);
  assert.equal(result.found.namespace, 'shop');
  const gone = await rig.find('kube-system', ['till-7d9c6b5f4-v5n9w'], { verify: true });
  assert.deepEqual(gone, { absent: true, workload: 'unknown' });
});

test('without the right to list, the Pod is found all the same, and nothing is called gone', async () => {
  const rig = new Rig();
  await rig.till('7d9c6b5f4', 'x2x7q');
  rig.faults.forbid('list pods');
  const result = await rig.find('shop', ['till-7d9c6b5f4-x2x7q']);
  assert.ok('found' in result);
  assert.match(result.unlisted ?? '', /cannot list resource "pods"/);
  assert.equal(result.workload, undefined);
  const gone = await rig.find('shop', ['till-7d9c6b5f4-v5n9w'], { verify: true });
  assert.deepEqual(gone, { absent: true, workload: 'unknown' });
});

test('a server that asks for a pause gets it', async () => {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, (_, index) =>
    index === 0 ? { status: 429, headers: { 'retry-after': '7' } } : { status: 404 },
  );
  const finder = new HolderFinder({ clock, stop, transport });
  const first = finder.find(ask('default', ['p-0']));
  await clock.advance(100);
  assert.deepEqual((await first).result, { failed: 'HTTP 429' });
  void finder.find(ask('default', ['p-1']));
  await clock.advance(6800);
  assert.equal(paths.length, 1);
  await clock.advance(200);
  assert.equal(paths.length, 2);
});
