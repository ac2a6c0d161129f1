/** Mode node for real: a Pod is a cgroup and a network namespace, and the API server tells its name. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { undiciTransport } from '../../exporter/kube/undici.ts';
import type { Observation, SocketsObservation } from '../../exporter/model/observation.ts';
import { nodeSocketSource } from '../../exporter/sources/node-sockets.ts';
import { createApiServer } from '../../simulator/apiserver/api.ts';
import { listen } from '../../simulator/apiserver/http.ts';
import { until } from './child-program.ts';
import { makeNetwork } from './network.ts';

const controllers = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];

/** Moves a process into the cgroup of a Pod; false after saying why the test was skipped. */
function putIntoPod(t: TestContext, pid: number, uid: string): boolean {
  for (const controller of controllers) {
    const cgroup = join(controller, 'kubepods/burstable', `pod${uid}`, 'c'.repeat(64));
    try {
      mkdirSync(cgroup, { recursive: true });
      writeFileSync(join(cgroup, 'cgroup.procs'), String(pid));
    } catch {
      continue;
    }
    // The process was started before, and so it has been ended by then.
    t.after(() => until('the cgroup is empty', () => isRemoved(cgroup)));
    return true;
  }
  t.skip('skipped: cgroups need root and a writable /sys/fs/cgroup');
  return false;
}

/** With the folders above it, up to and with `kubepods`. */
function isRemoved(cgroup: string): boolean {
  const folders = [cgroup, join(cgroup, '..'), join(cgroup, '../..'), join(cgroup, '../../..')];
  try {
    for (const folder of folders) rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(cgroup);
  }
}

test('real census: a node counts the Pod of a process by its cgroup, with the ports of its annotation', async (t) => {
  const network = makeNetwork(t);
  if (network === undefined) return;
  const clock = systemClock();
  const api = await listen(createApiServer({ clock }));
  t.after(() => api.close());
  const pod = {
    metadata: { name: 'chat-0', annotations: { 'leasewatch.dev/websocket-ports': '8080' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'chat', image: 'chat' }] },
  };
  const created = await fetch(`${api.url}/api/v1/namespaces/default/pods`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod }),
  });
  assert.equal(created.status, 201);
  const told: unknown = await created.json();
  const uid = /"uid":"([^"]+)"/.exec(JSON.stringify(told))?.[1] ?? '';
  const server = await network.run('server', 'crowd-server.py', '8080', '16');
  const clients = await network.run('client', 'crowd-client.py');
  if (!putIntoPod(t, server.pid, uid)) return;
  await server.ask('count');
  await clients.ask(`open ${network.server.ipv4} 8080 7`);
  await until('the server has them', async () => (await server.ask('count'))[0] === 7);

  const transport = undiciTransport({ server: api.url, headers: async () => ({}) });
  t.after(() => transport.close());
  const census = await firstCensus(transport);
  assert.equal(census.node, 'node-1');
  assert.deepEqual(census.unread, []);
  const [place] = census.places;
  assert.deepEqual([place?.namespace, place?.pod, census.places.length], ['default', 'chat-0', 1]);
  const [port] = place?.ports ?? [];
  assert.deepEqual([port?.port, port?.origin, port?.established], [8080, 'annotated', 7]);
  assert.equal(place?.counters?.accepts, 7);
  const { open = 0, most = 0 } = place?.descriptors ?? {};
  assert.ok(open >= 7 && most >= open, `${open} of ${most} descriptors`);
});

/** From the real /proc. */
async function firstCensus(transport: ReturnType<typeof undiciTransport>): Promise<SocketsObservation> {
  const stop = new AbortController();
  const seen: Observation[] = [];
  const source = nodeSocketSource({
    ...{ transport, clock: systemClock(), random: Math.random, node: 'node-1' },
    ...{ ports: [], find: true, intervalMs: 100 },
  });
  await source.run((observation) => {
    seen.push(observation);
    if (observation.kind === 'sockets' && observation.places.length > 0) stop.abort();
  }, stop.signal);
  const census = seen.find((each) => each.kind === 'sockets' && each.places.length > 0);
  assert.ok(census?.kind === 'sockets', JSON.stringify(seen));
  return census;
}
