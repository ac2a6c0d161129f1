import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../clock.ts';
import type { Observation } from '../model/observation.ts';
import { CensusTaker } from './socket-census.ts';
import { socketSource } from './sockets.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const connection = (inode: number) =>
  `   0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 0\n`;
const established = connection(77);
const other = connection(78);

/** A folder that looks like /proc. */
function fakeProc(t: TestContext, tables: { tcp?: string; tcp6?: string }): string {
  const root = mkdtempSync(join(tmpdir(), 'leasewatch-proc-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'net'));
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(root, 'net', name), text);
  return root;
}

function readCensus(processRoot: string, ports: readonly number[]) {
  const place = { namespace: '', pod: '', processRoot, ports, origin: 'configured', find: false } as const;
  return new CensusTaker().take(place, 0);
}

const establishedOf = (reply: ReturnType<typeof readCensus>) =>
  reply.kind === 'census' ? reply.place.ports[0]?.established : undefined;

/** Runs the source until `enough` says that it has seen what it waits for. */
async function observe(
  procRoot: string,
  ports: readonly number[],
  enough: (observation: Observation, all: readonly Observation[]) => boolean,
): Promise<readonly Observation[]> {
  const all: Observation[] = [];
  const stop = new AbortController();
  await socketSource({ clock: systemClock(), ports, intervalMs: 5, procRoot }).run((observation) => {
    all.push(observation);
    if (enough(observation, all)) stop.abort();
  }, stop.signal);
  return all;
}

test('census: both tables are read, and a missing tcp6 is no error', (t) => {
  const one = readCensus(fakeProc(t, { tcp: heading + established }), [8080]);
  assert.equal(establishedOf(one), 1);
  const two = readCensus(fakeProc(t, { tcp: heading + established, tcp6: heading + other }), [8080]);
  assert.equal(establishedOf(two), 2);
});

test('census: a table larger than the buffer is read whole', (t) => {
  const rows = 30_000;
  const table = Array.from({ length: rows }, (_, index) => connection(index + 1)).join('');
  assert.equal(establishedOf(readCensus(fakeProc(t, { tcp: heading + table }), [8080])), rows);
});

const broken = [
  ['no table at all', {}, /ENOENT/],
  ['an empty table', { tcp: '' }, /net\/tcp is no socket table: it is empty/],
  ['a table that ends within a row', { tcp: heading + established.slice(0, 40) }, /ends within a line/],
  ['something else', { tcp: 'hello\nworld\n' }, /2 unreadable lines/],
  ['a broken tcp6', { tcp: heading, tcp6: 'x\n' }, /net\/tcp6 is no socket table/],
  ['a line without end', { tcp: 'x'.repeat(2 ** 20) }, /a line of 1048576 bytes/],
] as const;

for (const [name, tables, why] of broken) {
  test(`census: ${name} is a failure with a reason, never a count`, (t) => {
    const reply = readCensus(fakeProc(t, tables), [8080]);
    assert.equal(reply.kind, 'failed');
    assert.match(reply.kind === 'failed' ? reply.why : '', why);
  });
}

test('sockets: the worker counts real connections of this process', async (t) => {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const clients = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
  t.after(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
  });
  const seen = await observe(
    '/proc',
    [port],
    (it) => it.kind === 'sockets' && it.places[0]?.ports[0]?.established === 3,
  );
  const last = seen.at(-1);
  const place = last?.kind === 'sockets' ? last.places[0] : undefined;
  const { origin, listening, near, unaccepted, closing, acceptQueue } = place?.ports[0] ?? {};
  assert.deepEqual([origin, listening, near, unaccepted, closing], ['configured', true, 3, 0, 0]);
  assert.equal(acceptQueue, 0);
  assert.ok((place?.counters?.accepts ?? 0) >= 3);
});

test('sockets: a sidecar knows its workload by the name of its Pod', async (t) => {
  const procRoot = fakeProc(t, { tcp: heading + established });
  const stop = new AbortController();
  const seen: Observation[] = [];
  const names = { namespace: 'shop', pod: 'chat-7d9c6b5f4-x2x7q' };
  const source = socketSource({ clock: systemClock(), ports: [8080], procRoot, ...names });
  await source.run((observation) => {
    seen.push(observation);
    stop.abort();
  }, stop.signal);
  const [census] = seen;
  assert.ok(census?.kind === 'sockets');
  const [place] = census.places;
  assert.deepEqual([place?.namespace, place?.pod, place?.workload], ['shop', names.pod, 'chat']);
});

test('sockets: counters that cannot be read are told with a reason, and the counts stand', async (t) => {
  const root = fakeProc(t, { tcp: heading + established });
  const seen = await observe(root, [8080], (it) => it.kind === 'sight');
  assert.deepEqual(
    seen.map((it) => it.kind),
    ['sockets', 'sight'],
  );
  const [census, sight] = seen;
  assert.equal(census?.kind === 'sockets' && census.places[0]?.counters, undefined);
  assert.ok(sight?.kind === 'sight' && sight.source === 'socket-counters' && sight.sight === 'blind');
  assert.match(sight.why, /net\/snmp/);
});

test('sockets: blind while the table is unreadable, told once, and sighted before the next census', async (t) => {
  const root = fakeProc(t, {});
  let told = 0;
  const seen = await observe(root, [8080], (it) => {
    if (it.kind === 'sight' && it.source === 'sockets') told++;
    if (told === 1) writeFileSync(join(root, 'net/tcp'), heading + established);
    return it.kind === 'sockets';
  });
  const tables = seen.filter((it) => !('source' in it) || it.source === 'sockets');
  const steps = tables.map((it) => (it.kind === 'sight' ? it.sight : it.kind));
  assert.deepEqual(steps, ['blind', 'sighted', 'sockets']);
});

test('sockets: stops at once, even before the first census', async (t) => {
  const root = fakeProc(t, { tcp: heading });
  const stop = new AbortController();
  const running = socketSource({
    clock: systemClock(),
    ports: [1],
    intervalMs: 3_600_000,
    procRoot: root,
  }).run(() => assert.fail('nothing was to be told'), stop.signal);
  stop.abort();
  await running;
});
