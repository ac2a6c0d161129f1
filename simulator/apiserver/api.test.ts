import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText, TransportError } from '../../exporter/kube/transport.ts';
import { virtualClock } from '../scheduler.ts';
import { createApiServer, inProcessTransport } from './api.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const signal = new AbortController().signal;

function start() {
  const clock = virtualClock();
  const api = createApiServer({ clock });
  const transport = inProcessTransport(api);
  async function create(name: string): Promise<void> {
    const body = JSON.stringify({ metadata: { name }, spec: { holderIdentity: 'a' } });
    const response = await transport.request({ method: 'POST', path, body, signal });
    assert.equal(response.status, 201, await readText(response.body));
  }
  /** Watches and keeps what came, in short. */
  async function watch(query: string) {
    const seen: string[] = [];
    const response = await transport.request({ method: 'GET', path: `${path}?watch=1&${query}`, signal });
    const done = read(response.body, seen).catch((error: unknown) => {
      assert.ok(error instanceof TransportError);
      seen.push('broken');
    });
    return { seen, done, status: response.status };
  }
  return { clock, api, transport, create, watch };
}

async function read(body: AsyncIterable<Uint8Array>, seen: string[]): Promise<void> {
  for await (const chunk of body) seen.push(shorten(Buffer.from(chunk).toString()));
  seen.push('end');
}

function shorten(line: string): string {
  const type = /"type":"(\w+)"/.exec(line)?.[1];
  return `${type} ${/"name":"(\w+)"/.exec(line)?.[1] ?? /"code":(\d+)/.exec(line)?.[1] ?? ''}`.trim();
}

test('a watch gets events at once, bookmarks by the minute and before its end, and ends', async () => {
  const { clock, create, watch } = start();
  const { seen } = await watch('allowWatchBookmarks=true&timeoutSeconds=100');
  await create('one');
  await clock.settle();
  assert.deepEqual(seen, ['ADDED one']);
  await clock.advance(60_000);
  assert.deepEqual(seen.splice(0), ['ADDED one', 'BOOKMARK']);
  await clock.advance(38_000);
  assert.deepEqual(seen.splice(0), ['BOOKMARK']);
  await clock.advance(2000);
  assert.deepEqual(seen, ['end']);
});

test('lag delays news to watches and cheap reads, and keeps their order when it ends', async () => {
  const { clock, api, create, watch, transport } = start();
  const { seen } = await watch('timeoutSeconds=100');
  api.faults.watchLag(5000);
  await create('one');
  const get = async (query: string) =>
    (await transport.request({ method: 'GET', path: `${path}/one${query}`, signal })).status;
  assert.deepEqual([await get(''), await get('?resourceVersion=0')], [200, 404]);
  await clock.advance(4999);
  assert.deepEqual(seen, []);
  api.faults.watchLag(0);
  await create('two');
  await clock.settle();
  assert.deepEqual(seen, ['ADDED one', 'ADDED two']);
  assert.equal(await get('?resourceVersion=0'), 200);
});

test('a stopped server answers nothing, and comes back with a new watch window', async () => {
  const { clock, api, create, watch, transport } = start();
  await create('one');
  const before = api.store.revision();
  const { seen } = await watch(`resourceVersion=${before}`);
  api.faults.stop();
  await clock.settle();
  assert.deepEqual(seen, ['broken']);
  await assert.rejects(transport.request({ method: 'GET', path, signal }), TransportError);
  api.faults.start();
  const again = await watch(`resourceVersion=${before}`);
  await again.done;
  assert.deepEqual([again.status, again.seen], [200, ['ERROR 410', 'end']]);
});

test('an expired window ends watches with 410 and refuses old ones, in the stream or as status', async () => {
  const { api, create, watch } = start();
  await create('one');
  const before = api.store.revision();
  const open = await watch(`resourceVersion=${before}`);
  api.faults.expireWatches();
  await open.done;
  assert.deepEqual(open.seen, ['ERROR 410', 'end']);
  assert.equal((await watch(`resourceVersion=${before}`)).status, 200);
  api.faults.expireWatches('status');
  assert.equal((await watch(`resourceVersion=${before}`)).status, 410);
});

test('a frozen watch says nothing more, not even its end, until its reader gives up', async () => {
  const { clock, api, create, transport } = start();
  const reader = new AbortController();
  const request = {
    method: 'GET',
    path: `${path}?watch=1&timeoutSeconds=10`,
    signal: reader.signal,
  } as const;
  const { body } = await transport.request(request);
  const seen: string[] = [];
  const done = assert.rejects(read(body, seen), TransportError);
  api.faults.freezeWatches();
  await create('one');
  await clock.advance(60_000);
  assert.deepEqual(seen, []);
  reader.abort();
  await done;
  assert.equal(api.watchCount(), 0);
});

test('forbidden, unauthorized and slow', async () => {
  const { clock, api, transport } = start();
  const get = async () => (await transport.request({ method: 'GET', path, signal })).status;
  api.faults.forbid('leases');
  assert.equal(await get(), 403);
  api.faults.allow('leases');
  api.faults.unauthorized();
  assert.equal(await get(), 401);
  api.faults.unauthorized(false);
  api.faults.respondSlow(3000);
  let status = 0;
  void get().then((answer) => {
    status = answer;
  });
  await clock.advance(2999);
  assert.equal(status, 0);
  await clock.advance(1);
  assert.equal(status, 200);
});

test('a reader that leaves the loop ends its watch', async () => {
  const { api, create, transport } = start();
  await create('one');
  const { body } = await transport.request({ method: 'GET', path: `${path}?watch=1`, signal });
  assert.equal(api.watchCount(), 1);
  for await (const chunk of body) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.equal(api.watchCount(), 0);
});

test('a slow etcd commits a write that its sender has given up, and says who sent it', async () => {
  const { clock, api, transport } = start();
  const writers: string[] = [];
  api.store.subscribe((event) => writers.push(`${event.writer} at ${clock.now().mono}`));
  api.faults.commitSlow(4000);
  const sender = new AbortController();
  const body = JSON.stringify({ metadata: { name: 'one' }, spec: { holderIdentity: 'a' } });
  const headers = { 'user-agent': 'elector-a' };
  const answer = transport.request({ method: 'POST', path, body, headers, signal: sender.signal });
  clock.after(1000, () => sender.abort());
  const refused = assert.rejects(answer, TransportError);
  await clock.advance(3999);
  assert.deepEqual(writers, []);
  await clock.advance(1);
  await refused;
  assert.deepEqual(writers, ['elector-a at 4000']);
});
