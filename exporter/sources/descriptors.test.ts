import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { descriptorsByContainer, parseLimit, readDescriptors } from './descriptors.ts';
import { OwnDescriptors } from './own-descriptors.ts';
import { CensusTaker } from './socket-census.ts';
import { SocketHolders } from './socket-holders.ts';

const limitsOf = (most: number | string) =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${most}                 4096                 files\n`;

interface FakeProcess {
  readonly open: number;
  readonly most: number | string;
  readonly cgroup?: string;
}

/** A folder that looks like /proc: the size of a file stands for the number of descriptors. */
function fakeProc(t: TestContext, processes: Readonly<Record<string, FakeProcess>>): string {
  const root = mkdtempSync(join(tmpdir(), 'leasewatch-fds-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [pid, { open, most, cgroup = '0::/' }] of Object.entries(processes)) {
    mkdirSync(join(root, pid));
    writeFileSync(join(root, pid, 'fd'), 'x'.repeat(open));
    writeFileSync(join(root, pid, 'limits'), limitsOf(most));
    writeFileSync(join(root, pid, 'cgroup'), cgroup);
  }
  return root;
}

test('descriptors: the limit is the soft one', () => {
  assert.equal(parseLimit(limitsOf(1024)), 1024);
  assert.equal(parseLimit(limitsOf('unlimited')), undefined);
  assert.equal(parseLimit(''), undefined);
});

test('descriptors: of a process, or why they are not known', (t) => {
  const root = fakeProc(t, {
    1: { open: 900, most: 1024 },
    2: { open: 0, most: 1024 },
    3: { open: 5, most: 'unlimited' },
  });
  const read = (pid: number) => readDescriptors(join(root, String(pid)));
  assert.deepEqual(read(1), { open: 900, most: 1024 });
  assert.deepEqual(read(2), { unread: 'not_told' });
  assert.deepEqual(read(3), { unread: 'no_limit' });
  assert.equal(read(4), undefined);
});

test('descriptors: of this very process', () => {
  const read = readDescriptors('/proc/self');
  assert.ok(read !== undefined);
  assert.ok('open' in read ? read.open > 2 && read.most > read.open : read.unread === 'not_told');
});

test('descriptors: each container for itself, by its process with the least room', (t) => {
  const root = fakeProc(t, {
    10: { open: 10, most: 1024 },
    11: { open: 60, most: 64 },
    12: { open: 100, most: 1024 },
    20: { open: 5, most: 'unlimited' },
    30: { open: 5, most: 'unlimited' },
    31: { open: 7, most: 100 },
  });
  const process = (pid: number, container: string) => ({ pid, root: join(root, String(pid)), container });
  const told = descriptorsByContainer([
    ...[10, 11, 12].map((pid) => process(pid, 'server')),
    process(20, 'helper'),
    ...[30, 31].map((pid) => process(pid, 'both')),
    process(40, 'ended'),
  ]);
  assert.deepEqual(told, [
    { container: 'server', open: 60, most: 64 },
    { container: 'helper', unread: 'no_limit' },
    { container: 'both', open: 7, most: 100 },
  ]);
});

const neighbour = 'ab'.repeat(32);

test('descriptors: a sidecar sees the containers beside it where the Pod shares its processes', (t) => {
  const root = fakeProc(t, {
    self: { open: 30, most: 1024 },
    1: { open: 3, most: 1024 },
    20: { open: 60, most: 64, cgroup: `0::/../cri-containerd-${neighbour}.scope` },
  });
  assert.deepEqual(new OwnDescriptors().read(root, [], 0), [
    { container: 'abababababab', open: 60, most: 64 },
  ]);
});

test('descriptors: a sidecar that sees only itself says so', (t) => {
  const own = `0::/kubepods/pod0ce3bbd0-2d6c-4e1c-9b0f-7c9a5d1f4b21/${neighbour}`;
  const root = fakeProc(t, { self: { open: 3, most: 9, cgroup: own }, 7: { open: 3, most: 9, cgroup: own } });
  assert.deepEqual(new OwnDescriptors().read(root, [], 0), [{ container: '', unread: 'not_visible' }]);
});

test('descriptors: without containers they are those of the process that listens', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const job = { namespace: '', pod: '', processRoot: '/proc', ports: [port], find: false } as const;
  const census = new CensusTaker().take({ ...job, origin: 'configured' }, 0);
  assert.ok(census.kind === 'census');
  assert.equal(census.listeners.length, 1);
  const holders = new SocketHolders();
  const found = () => holders.of(census.listeners, '/proc', 0);
  assert.deepEqual(found(), [`/proc/${process.pid}`]);
  // Known by then, and not searched for.
  assert.deepEqual(found(), [`/proc/${process.pid}`]);
  server.close();
  await once(server, 'close');
  assert.deepEqual(found(), []);
  assert.deepEqual(holders.of(census.listeners, '/proc', 60_000), []);
});
