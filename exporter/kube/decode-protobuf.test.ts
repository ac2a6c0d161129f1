import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent, encodeObject } from '../../simulator/apiserver/protobuf.ts';
import { protobufDecoder } from './decode-protobuf.ts';
import { bookmark, eventLine, leaseJson, page, type Reply, startLeases } from './fixtures.ts';
import { LeaseReader } from './protobuf-lease.ts';
import type { KubeRequest } from './transport.ts';

const decoder = protobufDecoder(new LeaseReader());
const typed = (lease: object) => ({ kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', ...lease });
const modified = (name: string, version: number) => encodeEvent('MODIFIED', typed(leaseJson(name, version)));

test('an event that comes byte by byte is read once, when it is whole', () => {
  const watch = decoder.watch();
  const items = [...modified('a', 5)].flatMap((byte, at, { length }) => {
    const found = watch.push(Uint8Array.of(byte));
    assert.equal(found.length, at === length - 1 ? 1 : 0);
    return found;
  });
  assert.equal(items[0]?.kind, 'modified');
  assert.deepEqual(watch.end(), []);
});

test('a stream that ends within an event says so', () => {
  const watch = decoder.watch();
  watch.push(modified('a', 5).subarray(0, 20));
  const [item] = watch.end();
  assert.ok(item?.kind === 'error' && item.reason === 'Torn');
});

test('an event without an end does not fill the memory', () => {
  const watch = protobufDecoder(new LeaseReader(), { frameBytes: 100 }).watch();
  const [item] = watch.push(Uint8Array.of(0, 0, 0, 101));
  assert.ok(item?.kind === 'error' && item.message === 'an event is longer than 100 bytes');
  const late = protobufDecoder(new LeaseReader(), { frameBytes: 100 }).watch();
  assert.deepEqual(late.push(Uint8Array.of(0xff)), []);
  assert.equal(late.push(Uint8Array.of(0, 0, 0))[0]?.kind, 'error');
});

test('what comes after an error is not read', () => {
  const bytes = Buffer.concat([
    modified('a', 5),
    encodeEvent('MODIFIED', { kind: 'Status' }),
    modified('b', 6),
  ]);
  const items = decoder.watch().push(bytes);
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['modified', 'error'],
  );
});

test('another kind is no Lease, whatever its fields are', async () => {
  const lease = Buffer.from(encodeObject(typed(leaseJson('a', 5))));
  const list = await decoder.list(body(lease));
  assert.deepEqual(list, { kind: 'undecodable', why: 'the answer is not a LeaseList' });
});

async function* body(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' };
const protobufWatch = { 'content-type': 'application/vnd.kubernetes.protobuf;stream=watch' };
const listed = { kind: 'LeaseList', metadata: { resourceVersion: '5' }, items: [leaseJson('a', 5)] };

function protobufServer(url: URL): Reply {
  if (!url.searchParams.has('watch')) return { headers: protobuf, chunks: [encodeObject(listed)] };
  return { headers: protobufWatch, chunks: [modified('a', 6)], end: 'hang' };
}

function jsonServer(url: URL): Reply {
  if (!url.searchParams.has('watch')) return { chunks: [page(5, [leaseJson('a', 5)])] };
  return { chunks: [eventLine('MODIFIED', leaseJson('a', 6)), bookmark(7)], end: 'hang' };
}

function refusing(url: URL, request: KubeRequest, status: number): Reply {
  return /protobuf/.test(request.headers?.accept ?? '') ? { status, chunks: ['no'] } : jsonServer(url);
}

const story = ['begin', 'listed a@5', 'end', 'modified a@6'];
const list = '/apis/coordination.k8s.io/v1/leases?limit=500';

test('protobuf is asked for first, and read', async () => {
  const accepts: (string | undefined)[] = [];
  const rig = startLeases((url, _, request) => {
    accepts.push(request.headers?.accept);
    return protobufServer(url);
  });
  await rig.clock.settle();
  assert.deepEqual(accepts, [
    'application/vnd.kubernetes.protobuf,application/json',
    'application/vnd.kubernetes.protobuf;stream=watch,application/json',
  ]);
  assert.deepEqual(rig.story(), story);
  await rig.stop();
});

test('a server that answers in JSON all the same is read', async () => {
  const rig = startLeases(jsonServer);
  await rig.clock.settle();
  assert.deepEqual(rig.story(), story);
  await rig.stop();
});

for (const status of [406, 415]) {
  test(`a server that refuses protobuf with ${status} is asked for JSON at once, and from then on`, async () => {
    const rig = startLeases((url, _, request) => refusing(url, request, status));
    await rig.clock.settle();
    assert.deepEqual(rig.story(), story);
    assert.deepEqual(rig.paths.slice(0, 2), [list, list]);
    assert.equal(rig.paths.length, 3);
    await rig.stop();
  });
}

test('a failure in protobuf is told in its words', async () => {
  const why = { kind: 'Status', apiVersion: 'v1', code: 403, reason: 'Forbidden', message: 'you may not' };
  const rig = startLeases(() => ({ status: 403, headers: protobuf, chunks: [encodeObject(why)] }));
  await rig.clock.settle();
  const [sight] = rig.seen;
  assert.ok(sight?.kind === 'sight');
  assert.deepEqual([sight.sight, sight.why], ['forbidden', 'HTTP 403: you may not']);
  await rig.stop();
});
