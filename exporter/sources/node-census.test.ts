import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NodePod } from '../kube/parse-node-pod.ts';
import { NodeCensus } from './node-census.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const rest = '00000000:00000000 00:00000000 00000000     0        0';
const listening = (port: string) => `   0: 00000000:${port} 00000000:0000 0A ${rest} 5 1 0\n`;
const connection = (port: string, inode: number) =>
  `   1: 0A00020F:${port} 0B00020F:D431 01 ${rest} ${inode} 1 0\n`;
const chatTable = heading + listening('1F90') + connection('1F90', 77) + connection('1F90', 78);
const snmp = 'Tcp: PassiveOpens EstabResets\nTcp: 9 2\n';
const netstat = 'TcpExt: TCPAbortOnTimeout ListenOverflows\nTcpExt: 1 0\n';
const limits =
  'Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 4096                 files\n';

const uid = (digit: number) => `0ce3bbd0-2d6c-4e1c-9b0f-7c9a5d1f4b2${digit}`;

interface FakeProcess {
  readonly cgroup?: string;
  readonly tcp?: string;
  readonly counters?: boolean;
}

/** A folder that looks like /proc of a node; process 1 is the machine's own. */
function fakeNode(t: TestContext, processes: Readonly<Record<number, FakeProcess>>): string {
  const root = mkdtempSync(join(tmpdir(), 'leasewatch-node-'));
  t.after(() => rmSync(root, { recursive: true }));
  const all: Readonly<Record<number, FakeProcess>> = { 1: { tcp: heading }, ...processes };
  for (const [pid, { cgroup, tcp, counters }] of Object.entries(all)) {
    mkdirSync(join(root, pid, 'net'), { recursive: true });
    if (cgroup !== undefined) writeFileSync(join(root, pid, 'cgroup'), cgroup);
    if (tcp !== undefined) writeFileSync(join(root, pid, 'net/tcp'), tcp);
    if (counters !== false) {
      writeFileSync(join(root, pid, 'net/snmp'), snmp);
      writeFileSync(join(root, pid, 'net/netstat'), netstat);
    }
    writeFileSync(join(root, pid, 'limits'), limits);
  }
  writeFileSync(join(root, 'uptime'), '1 1');
  return root;
}

function pod(digit: number, part: Partial<NodePod> = {}): NodePod {
  const name = `chat-${digit}`;
  return {
    ...{ namespace: 'shop', name, cgroupUid: uid(digit), workload: 'chat', ports: undefined },
    ...{ problem: undefined, ...part },
  };
}

const inPod = (digit: number, name = 'cri-containerd-3b51.scope') =>
  `0::/kubepods.slice/kubepods-pod${uid(digit).replaceAll('-', '_')}.slice/${name}\n`;

function take(procRoot: string, pods: readonly NodePod[], ports: readonly number[] = [8080], find = false) {
  const reply = new NodeCensus().take({ procRoot, pods, ports, find }, 1000);
  assert.ok(reply.kind === 'census', JSON.stringify(reply));
  const places = reply.places.map(({ pod: name, ports: told }) => [
    name,
    ...told.map(({ port, origin, established }) => `${port} ${origin} ${established}`),
  ]);
  return { reply, places, unread: reply.unread.map(({ pod: name, reason }) => [name, reason]) };
}

test('node census: every Pod is counted through one of its processes', (t) => {
  const other = heading + listening('1F90') + connection('1F90', 90);
  const node = fakeNode(t, {
    100: { cgroup: '0::/system.slice/kubelet.service\n', tcp: chatTable },
    200: { cgroup: inPod(1), tcp: chatTable },
    201: { cgroup: inPod(1), tcp: chatTable },
    300: { cgroup: inPod(2), tcp: other },
  });
  const { places, unread, reply } = take(node, [pod(1), pod(2), pod(3)]);
  assert.deepEqual(places, [
    ['chat-1', '8080 configured 2'],
    ['chat-2', '8080 configured 1'],
  ]);
  assert.deepEqual(unread, []);
  assert.deepEqual(reply.places[0]?.counters, { accepts: 9, resets: 2, timeouts: 1, listenOverflows: 0 });
});

test('node census: the annotation goes before the configuration, and is told even where nobody listens', (t) => {
  const node = fakeNode(t, { 200: { cgroup: inPod(1), tcp: chatTable } });
  assert.deepEqual(take(node, [pod(1, { ports: [9000] })], [8080], true).places, [
    ['chat-1', '9000 annotated 0'],
  ]);
});

test('node census: configured ports are told of Pods that have them, others only when they are to be found', (t) => {
  const node = fakeNode(t, { 200: { cgroup: inPod(1), tcp: chatTable } });
  assert.deepEqual(take(node, [pod(1)], [443]).places, [['chat-1']]);
  assert.deepEqual(take(node, [pod(1)], [443], true).places, [['chat-1', '8080 found 2']]);
  assert.deepEqual(take(node, [pod(1)], []).places, []);
});

test('node census: a monitor of CRI-O is not asked, it is in the network of the machine', (t) => {
  const node = fakeNode(t, {
    150: { cgroup: inPod(1, 'crio-conmon-3b51.scope'), tcp: heading },
    200: { cgroup: inPod(1, 'crio-3b51.scope'), tcp: chatTable },
  });
  assert.deepEqual(take(node, [pod(1)]).places, [['chat-1', '8080 configured 2']]);
});

test('node census: on the network of the machine only declared ports are of the Pod, and no counters', (t) => {
  const node = fakeNode(t, { 1: { tcp: chatTable }, 200: { cgroup: inPod(1) }, 300: { cgroup: inPod(2) } });
  for (const pid of ['200', '300']) linkSync(join(node, '1/net/tcp'), join(node, pid, 'net/tcp'));
  const { places, reply } = take(node, [pod(1, { ports: [8080] }), pod(2)], [8080], true);
  assert.deepEqual(places, [['chat-1', '8080 annotated 2']]);
  assert.equal(reply.places[0]?.counters, undefined);
});

test('node census: where one process of a Pod has just died, another one is asked', (t) => {
  const node = fakeNode(t, {
    200: { cgroup: inPod(1) },
    201: { cgroup: inPod(1), tcp: chatTable },
  });
  assert.deepEqual(take(node, [pod(1)]).places, [['chat-1', '8080 configured 2']]);
});

const failures = [
  ['whose namespace has vanished', { cgroup: inPod(1) }, {}, 'gone', /ENOENT/],
  [
    'with a malformed line',
    { cgroup: inPod(1), tcp: `${chatTable}what\n` },
    {},
    'unreadable',
    /1 unreadable lines/,
  ],
  ['with an empty table', { cgroup: inPod(1), tcp: '' }, {}, 'unreadable', /it is empty/],
  [
    'with an annotation that is no number',
    { cgroup: inPod(1), tcp: chatTable },
    { problem: '"http" is no port number' },
    'bad_annotation',
    /"http"/,
  ],
] as const;

for (const [name, process, part, reason, why] of failures) {
  test(`node census: a Pod ${name} has no count but a reason, and the others are counted`, (t) => {
    const node = fakeNode(t, { 200: process, 300: { cgroup: inPod(2), tcp: chatTable } });
    const { places, unread, reply } = take(node, [pod(1, part), pod(2)]);
    assert.deepEqual(places, [['chat-2', '8080 configured 2']]);
    assert.deepEqual(unread, [['chat-1', reason]]);
    assert.match(reply.unread[0]?.why ?? '', why);
  });
}

test('node census: without counters the connections are counted, and the reason is told', (t) => {
  const node = fakeNode(t, { 200: { cgroup: inPod(1), tcp: chatTable, counters: false } });
  const { places, reply } = take(node, [pod(1)]);
  assert.deepEqual(places, [['chat-1', '8080 configured 2']]);
  assert.match(reply.why ?? '', /net\/snmp/);
});

test('node census: no process of any Pod means that hostPID is missing', (t) => {
  const job = { procRoot: fakeNode(t, {}), pods: [pod(1)], ports: [8080], find: false };
  const reply = new NodeCensus().take(job, 0);
  assert.match(reply.kind === 'failed' ? reply.why : '', /hostPID/);
  assert.equal(new NodeCensus().take({ ...job, pods: [] }, 0).kind, 'census');
});

/** Root may read everything: it has to be somebody else for a moment. */
function asNobody<T>(act: () => T): T {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

test('node census: a table that may not be read is denied', (t) => {
  const node = fakeNode(t, {
    200: { cgroup: inPod(1), tcp: chatTable },
    300: { cgroup: inPod(2), tcp: chatTable },
  });
  chmodSync(node, 0o755);
  chmodSync(join(node, '200/net/tcp'), 0);
  const { places, unread } = asNobody(() => take(node, [pod(1), pod(2)]));
  assert.deepEqual(unread, [['chat-1', 'denied']]);
  assert.deepEqual(places, [['chat-2', '8080 configured 2']]);
});
