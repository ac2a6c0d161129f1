import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { jsonDecoder } from '../../exporter/kube/decode-json.ts';
import { protobufDecoder } from '../../exporter/kube/decode-protobuf.ts';
import type { Decoder, WatchItem } from '../../exporter/kube/decoder.ts';
import { failureOfResponse } from '../../exporter/kube/failure.ts';
import { streamState } from '../../exporter/kube/initial-state.ts';
import { listAll } from '../../exporter/kube/list.ts';
import { parseLease } from '../../exporter/kube/parse-lease.ts';
import { LeaseReader } from '../../exporter/kube/protobuf-lease.ts';
import { defaultLimits, type Watched } from '../../exporter/kube/reflection.ts';
import type { KubeResponse, KubeTransport } from '../../exporter/kube/transport.ts';
import type { LeaseRecord } from '../../exporter/model/observation.ts';
import type { Bench } from './kube-api.ts';
import { type KubeClient, textAt } from './kube-api-client.ts';

const labelKeys = ['team', 'tier'];
const formats: readonly (readonly [string, () => Decoder<LeaseRecord>])[] = [
  ['application/json', () => jsonDecoder((value) => parseLease(value, labelKeys))],
  ['application/vnd.kubernetes.protobuf', () => protobufDecoder(new LeaseReader(labelKeys))],
];
const merge = 'application/merge-patch+json';

const specs: readonly (readonly [string, unknown, Readonly<Record<string, string>>])[] = [
  ['bare', {}, {}],
  ['held', { holderIdentity: 'a_1', leaseDurationSeconds: 15, leaseTransitions: 3 }, { team: 'red' }],
  ['free', { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 }, { tier: '', odd: 'x' }],
  ['script', { holderIdentity: 'äß€😀', renewTime: '2026-01-02T03:04:05.123456Z' }, {}],
  ['old', { renewTime: '1969-12-31T23:59:59.999999Z', acquireTime: '1970-01-01T00:00:00.000000Z' }, {}],
  ['never', { renewTime: '0001-01-01T00:00:00.000000Z' }, {}],
  ['far', { renewTime: '2242-03-16T12:56:31.999999Z', leaseDurationSeconds: 2 ** 31 - 1 }, {}],
  ['asked', { holderIdentity: 'b', strategy: 'OldestEmulationVersion', preferredHolder: 'c' }, {}],
  ['long', { holderIdentity: '😀'.repeat(3000) }, {}],
];

/** Lists and watches of Leases as leasewatch reads them, in both formats that it takes. */
export function describeFormats(bench: Bench): void {
  describe('formats', { concurrency: true }, () => {
    test('a list is the same in both formats, page by page', async () => {
      const client = await withLeases(bench);
      const [json, protobuf] = await both((type, decoder) => listPages(bench, client, type, decoder));
      assert.equal(json.length, specs.length);
      assert.deepEqual(protobuf, json);
      assert.equal(json.find(({ name }) => name === 'held')?.writer, 'conformance');
    });

    test('a watch is the same in both formats', async () => {
      const client = await bench.client();
      const from = await revisionOf(client);
      const watches = formats.map(([type, decoder]) =>
        collect(bench, client, type, decoder(), `resourceVersion=${from}`),
      );
      await create(client);
      await client.call('PATCH', `${client.path}/held`, { spec: { holderIdentity: 'z' } }, merge);
      await client.call('DELETE', `${client.path}/held`);
      const [json = [], protobuf = []] = await Promise.all(watches.map((watch) => watch(specs.length + 2)));
      assert.deepEqual(
        json.map(({ kind }) => kind),
        [...specs.map(() => 'added'), 'modified', 'deleted'],
      );
      assert.deepEqual(protobuf, json);
    });

    test('a bookmark is the same in both formats, and so is the end', async () => {
      const client = await bench.client();
      const query = `resourceVersion=${await revisionOf(client)}&timeoutSeconds=4&allowWatchBookmarks=true`;
      for (const items of await both((type, decoder) => collect(bench, client, type, decoder, query)())) {
        assert.ok(items.length > 0);
        for (const item of items)
          assert.deepEqual([item.kind, /^\d+$/.test(revisionIn(item))], ['bookmark', true]);
      }
    });

    test('the initial state has a mark at its end in both formats, where the server sends one', async () => {
      const client = await withLeases(bench);
      const query =
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
      const answer = await ask(bench.api().transport, `${client.path}?watch=1&${query}`, 'application/json');
      await letGo(answer);
      if (answer.status === 422) return;
      const [json, protobuf] = await both((type, decoder) => collect(bench, client, type, decoder, query)());
      const last = json.at(-1);
      assert.ok(last?.kind === 'bookmark' && last.initialEventsEnd === true);
      assert.deepEqual(protobuf.slice(0, specs.length), json.slice(0, specs.length));
      assert.ok(protobuf.some((item) => item.kind === 'bookmark' && item.initialEventsEnd === true));
    });

    test('the first state is the same as a stream and in pages, where the server has streams', async () => {
      const client = await withLeases(bench);
      const keyOf = ({ name }: LeaseRecord) => name;
      for (const [, decoder] of formats) {
        const reflection = watchedBy(bench, client, decoder());
        const { signal } = new AbortController();
        const listed = await listAll(reflection, signal);
        const streamed = await streamState(reflection, keyOf, signal);
        if (streamed === undefined) return assert.equal(await offersStreams(bench, client), false);
        assert.ok(listed.kind === 'listed');
        const byName = (items: readonly LeaseRecord[]) =>
          items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        assert.deepEqual(byName(streamed.items), byName(listed.items));
      }
    });

    test('a refusal says why in both formats', async () => {
      const client = await bench.client();
      const why = async (type: string) => {
        const refused = await ask(bench.api().transport, `${client.path}?resourceVersion=abc`, type);
        return (await failureOfResponse(refused)).why;
      };
      const [[json] = [''], [protobuf] = ['']] = formats;
      assert.match(await why(json), /^HTTP 400: invalid resource version/);
      assert.equal(await why(protobuf), await why(json));
    });
  });
}

function watchedBy(bench: Bench, { path }: KubeClient, decoder: Decoder<LeaseRecord>): Watched<LeaseRecord> {
  const { transport } = bench.api();
  return { transport, clock: systemClock(), path, decoder, random: Math.random, limits: defaultLimits };
}

async function offersStreams(bench: Bench, client: KubeClient): Promise<boolean> {
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1';
  const answer = await ask(bench.api().transport, `${client.path}?${query}`, 'application/json');
  await letGo(answer);
  return answer.status === 200;
}

async function withLeases(bench: Bench): Promise<KubeClient> {
  const client = await bench.client();
  await create(client);
  return client;
}

async function create(client: KubeClient): Promise<void> {
  for (const [name, spec, labels] of specs) {
    const body = { metadata: { name, labels }, spec };
    const { status } = await client.call('POST', `${client.path}?fieldManager=conformance`, body);
    assert.equal(status, 201, name);
  }
}

async function both<R>(read: (type: string, decoder: Decoder<LeaseRecord>) => Promise<R>) {
  const [json, protobuf] = await Promise.all(formats.map(([type, decoder]) => read(type, decoder())));
  assert.ok(json !== undefined && protobuf !== undefined);
  return [json, protobuf] as const;
}

function ask(transport: KubeTransport, path: string, accept: string): Promise<KubeResponse> {
  const { signal } = new AbortController();
  return transport.request({ method: 'GET', path, headers: { accept }, signal });
}

async function letGo({ body }: KubeResponse): Promise<void> {
  for await (const _ of body); // an unread body would keep its connection
}

async function listPages(bench: Bench, client: KubeClient, type: string, decoder: Decoder<LeaseRecord>) {
  const items: LeaseRecord[] = [];
  let token = '';
  do {
    const path = `${client.path}?limit=2&continue=${encodeURIComponent(token)}`;
    const answer = await ask(bench.api().transport, path, type);
    assert.equal(answer.headers['content-type'], type);
    const page = await decoder.list(answer.body, type);
    assert.ok(page.kind === 'page', 'why' in page ? page.why : '');
    items.push(...page.items);
    token = page.continue;
  } while (token !== '');
  return items;
}

/** Opens a watch; what it returns reads so many items of it, or all up to the end. */
function collect(
  bench: Bench,
  client: KubeClient,
  type: string,
  decoder: Decoder<LeaseRecord>,
  query: string,
) {
  const accept = type === 'application/json' ? type : `${type};stream=watch`;
  const answered = ask(bench.api().transport, `${client.path}?watch=1&${query}`, accept);
  return async (enough = Number.POSITIVE_INFINITY): Promise<readonly WatchItem<LeaseRecord>[]> => {
    const answer = await answered;
    assert.equal(answer.headers['content-type'], accept);
    const stream = decoder.watch(accept);
    const items: WatchItem<LeaseRecord>[] = [];
    for await (const chunk of answer.body) {
      items.push(...stream.push(chunk));
      if (items.length >= enough) break;
    }
    return items;
  };
}

function revisionIn(item: WatchItem<LeaseRecord>): string {
  return 'resourceVersion' in item ? item.resourceVersion : '';
}

async function revisionOf(client: KubeClient): Promise<string> {
  return textAt((await client.list('limit=1')).body, 'metadata.resourceVersion');
}
