import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeEvent, encodeObject } from '../../simulator/apiserver/protobuf.ts';
import { jsonDecoder } from './decode-json.ts';
import { protobufDecoder } from './decode-protobuf.ts';
import type { WatchDecoder, WatchItem } from './decoder.ts';
import { formatMicroTime } from './microtime.ts';
import { parseLease } from './parse-lease.ts';
import { LeaseReader } from './protobuf-lease.ts';

const labelKeys = ['app', 'team'];
const newJson = () => jsonDecoder((value) => parseLease(value, labelKeys));
const newProtobuf = () => protobufDecoder(new LeaseReader(labelKeys));
type Lease = NonNullable<ReturnType<typeof parseLease>>;

/** Texts of any script, some of them long, some the same over and over. */
const text = fc.oneof(
  fc.constantFrom('', 'a', 'node-1', 'kube-node-lease', 'default', 'äß€😀'),
  fc.string({ unit: 'binary', maxLength: 40 }).map((found) => found.toWellFormed()),
  fc
    .tuple(fc.constantFrom('x', '😀'), fc.integer({ min: 2040, max: 4100 }))
    .map(([unit, times]) => unit.repeat(times)),
);
const time = fc
  .oneof(
    fc.integer({ min: 0, max: 2_000_000_000_000_000 }),
    fc.integer({ min: -9_007_199_254_740_991, max: 9_007_199_254_740_991 }),
  )
  .map(formatMicroTime);
const int32 = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer());
const set = fc.constantFrom<unknown>(
  { 'f:spec': { 'f:holderIdentity': {}, 'f:renewTime': {} } },
  { 'f:spec': { 'f:renewTime': {} } },
  { 'f:metadata': { 'f:labels': { 'f:holderIdentity': {} } } },
  { 'f:spec': null },
  [],
);
const owner = fc.record(
  { manager: text, operation: text, time, fieldsV1: set },
  { requiredKeys: ['manager'] },
);
const key = fc.constantFrom('app', 'team', 'other', 'apiserver.kubernetes.io/identity', 'äß');
const metadata = fc.record(
  {
    name: text.filter((name) => name !== ''),
    ...{ namespace: text, uid: text, generateName: text, generation: int32, creationTimestamp: time },
    resourceVersion: fc.nat().map(String),
    labels: fc.dictionary(key, text),
    annotations: fc.dictionary(key, text),
    finalizers: fc.array(text, { maxLength: 2 }),
    ownerReferences: fc.array(fc.record({ kind: text, name: text, uid: text, controller: fc.boolean() }), {
      maxLength: 2,
    }),
    managedFields: fc.array(owner, { maxLength: 3 }),
  },
  { requiredKeys: ['name', 'resourceVersion'] },
);
const spec = fc.record(
  {
    ...{ holderIdentity: text, strategy: text, preferredHolder: text },
    ...{ leaseDurationSeconds: int32, leaseTransitions: int32 },
    ...{ acquireTime: fc.option(time), renewTime: fc.option(time) },
  },
  { requiredKeys: [] },
);
const typeMeta = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1' };
const lease = fc.record({ metadata, spec }).map((found) => ({ ...typeMeta, ...found }));
const status = fc
  .record({ code: fc.integer({ min: 1, max: 600 }), reason: text, message: text }, { requiredKeys: ['code'] })
  .map((found) => ({ kind: 'Status', apiVersion: 'v1', ...found }));
const bookmark = fc.record({
  kind: fc.constant('Lease'),
  metadata: fc.record({
    resourceVersion: fc.nat().map(String),
    annotations: fc.constantFrom({}, { 'k8s.io/initial-events-end': 'true' }, { other: 'true' }),
  }),
});
type Event = readonly [type: string, object: unknown];
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'), lease) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('BOOKMARK'), bookmark) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('ERROR'), status) },
);
const cuts = fc.array(fc.nat(), { maxLength: 12 });

function chunksOf(bytes: Buffer, at: readonly number[]): Buffer[] {
  const borders = [0, ...at.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return borders.slice(1).map((to, i) => bytes.subarray(borders[i] ?? 0, to));
}

/** Up to the first error, as whoever reads a watch does. */
function readAll<T>(watch: WatchDecoder<T>, chunks: readonly Uint8Array[]): WatchItem<T>[] {
  const items: WatchItem<T>[] = [];
  for (const chunk of chunks) {
    for (const item of watch.push(chunk)) {
      items.push(item);
      if (item.kind === 'error') return items;
    }
  }
  return [...items, ...watch.end()];
}

const lineOf = ([type, object]: Event): string => `${JSON.stringify({ type, object })}\n`;

test('a watch is the same in both formats, wherever its chunks end', () => {
  const json = newJson();
  const protobuf = newProtobuf();
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), cuts, cuts, (events, jsonCuts, protobufCuts) => {
      const lines = Buffer.from(events.map(lineOf).join(''));
      const frames = Buffer.concat(events.map(([type, object]) => encodeEvent(type, object)));
      const told = readAll(protobuf.watch(), chunksOf(frames, protobufCuts));
      assert.deepEqual(told, readAll(json.watch(), chunksOf(lines, jsonCuts)));
    }),
    { numRuns: 300 },
  );
});

test('a list is the same in both formats', async () => {
  const json = newJson();
  const protobuf = newProtobuf();
  const list = fc.record({
    kind: fc.constant('LeaseList'),
    metadata: fc.record({ resourceVersion: fc.nat().map(String), continue: text }),
    items: fc.array(lease, { maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(list, async (page) => {
      const told = await protobuf.list(body(encodeObject(page)));
      assert.deepEqual(told, await json.list(body(Buffer.from(JSON.stringify(page)))));
    }),
    { numRuns: 150 },
  );
});

test('bytes that were cut off or changed are an error or a Lease of what is there, and never thrown', async () => {
  const harm = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }), keep: fc.option(fc.nat()) });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 3 }), harm, cuts, async (events, how, at) => {
      const whole = Buffer.concat(events.map(([type, object]) => encodeEvent(type, object)));
      const bytes = Buffer.from(
        whole.subarray(0, how.keep === null ? whole.length : how.keep % whole.length),
      );
      if (bytes.length > 0) bytes[how.at % bytes.length] = how.to;
      for (const item of readAll(newProtobuf().watch(), chunksOf(bytes, at))) assertSound(item, bytes);
      await newProtobuf().list(body(bytes));
      const page = Buffer.from(
        encodeObject({ kind: 'LeaseList', items: events.map(([, object]) => object) }),
      );
      page[how.at % page.length] = how.to;
      await newProtobuf().list(body(page));
    }),
    { numRuns: 300 },
  );
});

test('any bytes at all are an error, and never thrown', async () => {
  const anything = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(anything, cuts, async (found, at) => {
      const bytes = Buffer.from(found);
      for (const item of readAll(newProtobuf().watch(), chunksOf(bytes, at)))
        assert.equal(item.kind, 'error');
      const page = await newProtobuf().list(body(Buffer.concat([Buffer.from('k8s\0'), bytes])));
      assert.equal(page.kind, 'undecodable');
    }),
    { numRuns: 300 },
  );
});

/** A text that was read is text that is there: no field is made up, and none is of another event. */
function assertSound(item: WatchItem<Lease>, bytes: Buffer): void {
  if (item.kind === 'error' || item.kind === 'bookmark') return;
  const { namespace, name, uid, holder = '' } = item.object;
  for (const told of [namespace, name, uid, holder])
    if (!told.includes('\ufffd') && told.length < 4000) assert.ok(bytes.includes(told));
}

async function* body(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}
