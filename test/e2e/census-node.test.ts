/**
 * Mode node for real: the whole program, as nobody and without a capability, beside Pods that are cgroups and
 * network namespaces of their own. The API server tells their names.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { NodeCensus } from '../../exporter/sources/node-census.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { type Cluster, simulatedCluster } from './cluster.ts';
import { freePort } from './front-proxies.ts';
import { makeNetwork, runHere, type Talker } from './network.ts';
import { asNobody } from './nobody.ts';
import { cgroupOf, putIntoCgroup } from './pod-cgroups.ts';

const port = 8080;

interface Chat {
  readonly server: Talker;
  readonly clients: Talker;
}

/** A server in Python in a network namespace of its own, with so many clients. */
async function chat(t: TestContext, connections: number): Promise<Chat | undefined> {
  const network = makeNetwork(t);
  if (network === undefined) return undefined;
  const server = await network.run('server', 'crowd-server.py', String(port), '128');
  const clients = await network.run('client', 'crowd-client.py');
  await server.ask('count');
  await clients.ask(`open ${network.server.ipv4} ${port} ${connections}`);
  await until('the server has them', async () => (await server.ask('count'))[0] === connections);
  return { server, clients };
}

interface PodSpec {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The ReplicaSet that made it. */
  readonly owner?: string;
}

const annotation = 'leasewatch.dev/websocket-ports';

/** Creates a Pod on node-1 and returns its UID. */
async function createPod(url: string, { name, annotations = {}, owner }: PodSpec): Promise<string> {
  const made =
    owner === undefined
      ? {}
      : {
          labels: { 'pod-template-hash': owner.split('-').at(-1) },
          ownerReferences: [{ kind: 'ReplicaSet', name: owner, controller: true }],
        };
  const told = await send('POST', `${url}/api/v1/namespaces/default/pods`, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations, ...made } },
    spec: { nodeName: 'node-1', containers: [{ name: 'chat', image: 'chat' }] },
  });
  return /"uid":"([^"]+)"/.exec(told)?.[1] ?? '';
}

async function send(method: 'POST' | 'PATCH', url: string, body: object): Promise<string> {
  const type = method === 'POST' ? 'application/json' : 'application/merge-patch+json';
  const response = await fetch(url, {
    ...{ method, headers: { 'content-type': type }, body: JSON.stringify(body) },
  });
  assert.ok(response.ok, `${method} ${url}: ${response.status}`);
  return response.text();
}

/** The kubelet tells which container has which ID. */
async function runContainer(url: string, pod: string, name: string, id: string): Promise<void> {
  await send('PATCH', `${url}/api/v1/namespaces/default/pods/${pod}/status`, {
    status: { containerStatuses: [{ name, containerID: `containerd://${id}` }] },
  });
}

/** leasewatch in mode node; as nobody where that user can read this checkout. */
async function startNode(t: TestContext, cluster: Cluster): Promise<ChildProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-node-'));
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const [config, kubeconfig] = [join(folder, 'leasewatch.yaml'), join(folder, 'kubeconfig')];
  writeFileSync(kubeconfig, cluster.kubeconfig);
  const websockets = { ports: [port], interval: '200ms' };
  writeFileSync(
    config,
    stringify({ mode: 'node', outbox: { path: 'off' }, kubernetes: { kubeconfig }, websockets }),
  );
  const args = ['run', '--config', config, '--listen', '127.0.0.1:0'];
  const program = startProgram({ args, env: { NODE_NAME: 'node-1' }, ...asNobody(t) });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  await program.url();
  t.diagnostic(`runs with ${rightsOf(program.process.pid ?? 0)}`);
  return program;
}

/** User and capabilities, as the kernel has them. */
function rightsOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return (status.match(/^(Uid|CapEff):.*$/gm) ?? []).join(', ').replaceAll('\t', ' ');
}

const id = (digit: string) => digit.repeat(64);
const hash = '1f5d8a6c0e7b4f3a9c2d1e0f6b8a7c5d';
const owner = 'chat-7d9c6b5f4';
const [podA, podB, gateway] = [`${owner}-aaaaa`, `${owner}-bbbbb`, 'gateway-node-1'] as const;

test('real census: a node counts every Pod, whatever the driver and the version of cgroups', async (t) => {
  const [a, b, edge] = [await chat(t, 7), await chat(t, 3), await chat(t, 2)];
  if (a === undefined || b === undefined || edge === undefined) return;
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  const annotations = { [annotation]: String(port) };
  const uidA = await createPod(cluster.url, { name: podA, annotations, owner });
  const uidB = await createPod(cluster.url, { name: podB, annotations, owner });
  await createPod(cluster.url, { name: gateway, annotations: { 'kubernetes.io/config.hash': hash } });
  const inPods =
    putIntoCgroup(t, 1, a.server.pid, cgroupOf.cgroupfs(uidA, id('a'))) &&
    putIntoCgroup(t, 2, b.server.pid, cgroupOf.systemd(uidB, id('b'))) &&
    putIntoCgroup(t, 2, edge.server.pid, cgroupOf.guaranteed(hash, id('c')));
  if (!inPods) return;
  await runContainer(cluster.url, podA, 'server', id('a'));
  const program = await startNode(t, cluster);
  const told = await samplesOf(program);

  const connections = 'websocket_connections';
  await until('all three are counted', async () => (await told(connections)).length === 3);
  assert.deepEqual(await told(connections), [
    `{namespace="default",pod="${podA}",port="8080"} 7`,
    `{namespace="default",pod="${podB}",port="8080"} 3`,
    `{namespace="default",pod="${gateway}",port="8080"} 2`,
  ]);
  assert.deepEqual(await told('websocket_port_info'), [
    `{namespace="default",pod="${podA}",port="8080",origin="annotated",workload="chat"} 1`,
    `{namespace="default",pod="${podB}",port="8080",origin="annotated",workload="chat"} 1`,
    `{namespace="default",pod="${gateway}",port="8080",origin="configured",workload=""} 1`,
  ]);
  assert.deepEqual(await told('websocket_imbalance_ratio'), [
    '{namespace="default",workload="chat",port="8080"} 1.4',
  ]);
  assert.deepEqual(await told('websocket_node_connections'), ['{node="node-1"} 12']);
  // The kernel tells each namespace its own.
  assert.deepEqual(
    (await told('websocket_tcp_accepts_total')).map((line) => line.split(' ').at(-1)),
    ['7', '3', '2'],
  );
  await tellsDescriptors(t, told);

  await a.clients.ask('close 5');
  await until('five have left', async () => (await told(connections))[0]?.endsWith(' 2') === true);
  process.kill(b.server.pid, 'SIGKILL');
  await until('a Pod whose processes are gone has no count', async () => {
    return !(await told(connections)).some((line) => line.includes(podB));
  });
});

/** The kubelet has named one container; the others are told by nobody, and so they are not told. */
async function tellsDescriptors(t: TestContext, told: Samples): Promise<void> {
  const known = ['websocket_open_fds', 'websocket_unread_fds'] as const;
  const lines = async () => (await Promise.all(known.map(told))).flat();
  await until('the container has its name', async () => (await lines()).length > 0);
  const [line = ''] = await lines();
  t.diagnostic(line);
  assert.ok(line.startsWith(`{namespace="default",pod="${podA}",container="server"`), line);
  const [open] = await told('websocket_open_fds');
  // Seven clients, the listening socket, what every process has.
  if (open !== undefined) assert.ok(Number(open.split(' ').at(-1)) >= 11, open);
}

test('real census: processes that die while they are read do not disturb the count of their Pod', async (t) => {
  const network = makeNetwork(t);
  if (network === undefined) return;
  const uid = '0ce3bbd0-2d6c-4e1c-9b0f-7c9a5d1f4b21';
  // They are older than the server, and so they are asked first.
  const dying = await Promise.all([1, 2, 3, 4].map(() => network.run('server', 'crowd-client.py')));
  const server = await network.run('server', 'crowd-server.py', String(port), '128');
  const clients = await network.run('client', 'crowd-client.py');
  await server.ask('count');
  await clients.ask(`open ${network.server.ipv4} ${port} 9`);
  await until('the server has them', async () => (await server.ask('count'))[0] === 9);
  const all = [...dying, server].every(({ pid }, index) =>
    putIntoCgroup(t, 1, pid, cgroupOf.cgroupfs(uid, id(String(index)))),
  );
  if (!all) return;
  const census = new NodeCensus();
  const pod = { namespace: 'shop', name: 'chat-0', cgroupUid: uid, workload: undefined };
  const pods = [{ ...pod, ports: [port], problem: undefined }];
  const count = () => {
    const reply = census.take({ procRoot: '/proc', pods, ports: [], find: false }, performance.now());
    if (reply.kind === 'failed') return reply;
    const [place] = reply.places;
    return [place?.ports[0]?.established, place?.counters?.accepts, reply.unread.length];
  };
  for (const { pid } of dying) {
    process.kill(pid, 'SIGKILL');
    const gone = () => !existsSync(`/proc/${pid}/net/tcp`);
    // As often as there is time for it until it is gone, and once more.
    for (let over = false; !over; over = gone()) assert.deepEqual(count(), [9, 9, 0]);
    assert.deepEqual(count(), [9, 9, 0]);
  }
});

test('real census: on the network of the machine a Pod has the ports that it declares', async (t) => {
  const [declared, other] = [await freePort(), await freePort()];
  const server = await runHere(t, 'crowd-server.py', String(declared), '16');
  const neighbour = await runHere(t, 'crowd-server.py', String(other), '16');
  const clients = await runHere(t, 'crowd-client.py');
  if (server === undefined || neighbour === undefined || clients === undefined) return;
  await server.ask('count');
  await neighbour.ask('count');
  await clients.ask(`open 127.0.0.1 ${declared} 4`);
  await clients.ask(`open 127.0.0.1 ${other} 2`);
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  const annotations = { [annotation]: String(declared) };
  const uid = await createPod(cluster.url, { name: 'ingress', annotations });
  const silent = await createPod(cluster.url, { name: 'agent' });
  const wrong = await createPod(cluster.url, { name: 'wrong', annotations: { [annotation]: 'http' } });
  const inPods =
    putIntoCgroup(t, 1, server.pid, cgroupOf.systemdDocker(uid, id('d'))) &&
    putIntoCgroup(t, 1, neighbour.pid, cgroupOf.cgroupfs(silent, id('e'))) &&
    putIntoCgroup(t, 2, clients.pid, cgroupOf.cgroupfs(wrong, id('f')));
  if (!inPods) return;
  const program = await startNode(t, cluster);
  const told = await samplesOf(program);
  await until('it is counted', async () => (await told('websocket_connections')).length > 0);
  const where = `namespace="default",pod="ingress",port="${declared}"`;
  assert.deepEqual(await told('websocket_connections'), [`{${where}} 4`]);
  assert.deepEqual(await told('websocket_loopback_connections'), [`{${where}} 4`]);
  // The counters of the machine are not those of a Pod.
  assert.deepEqual(await told('websocket_tcp_accepts_total'), []);
  assert.deepEqual(await told('websocket_unread_pods'), [
    '{namespace="default",pod="wrong",reason="bad_annotation"} 1',
  ]);
  assert.match(
    program.stdout() + program.stderr(),
    /default\/wrong are not counted, .*"http" is no port number/,
  );
});

/** The samples of one metric, without its name. */
type Samples = (name: string) => Promise<readonly string[]>;

async function samplesOf(program: ChildProgram): Promise<Samples> {
  const url = await program.url();
  return async (name) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const start = `leasewatch_${name}{`;
    return text
      .split('\n')
      .filter((line) => line.startsWith(start))
      .map((line) => line.slice(start.length - 1));
  };
}
