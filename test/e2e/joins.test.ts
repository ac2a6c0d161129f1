import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { dashboardFile, targetsOf } from '../../dashboards/lint/model.ts';
import { systemClock } from '../../exporter/clock.ts';
import { startChat } from '../../simulator/actors/chat.ts';
import { seededRandom } from '../../simulator/random.ts';
import { startStory } from '../../simulator/story.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';
import { type Daemon, query, startPrometheus } from './monitoring.ts';
import { asSent } from './panel-queries.ts';
import { scaledRules } from './scaled-rules.ts';

const clients = 30;

/** leasewatch beside a cluster in which elections go on, and its address. */
async function startCluster(t: TestContext, home: string): Promise<string> {
  const cluster = await simulatedCluster();
  const transport = cluster.transport();
  const story = startStory({ clock: systemClock(), transport, api: cluster.faults, seed: 7, chaos: false });
  t.after(async () => {
    await story.stop();
    await transport.close();
    await cluster.close();
  });
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  return startLeasewatch(t, home, ['--kubeconfig', kubeconfig]);
}

async function startLeasewatch(t: TestContext, home: string, args: readonly string[]): Promise<string> {
  const whole = ['run', '--listen', '127.0.0.1:0', '--outbox', 'off', ...args];
  const program = startProgram({ args: whole, env: { HOME: home } });
  t.after(() => program.process.kill('SIGKILL'));
  return program.url();
}

/** A port at which nobody answers: it was free just now. */
async function deafPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('joins: no port');
  return address.port;
}

/** A sidecar in the Pod of a holder: its clients are there, and a probe that is named like the lease gets nowhere. */
async function startSidecar(t: TestContext, home: string, lease: string, pod: object): Promise<string> {
  const chat = await startChat({ random: seededRandom(1), clients });
  t.after(() => chat.stop());
  const probes = [
    { name: lease, url: `ws://127.0.0.1:${await deafPort()}/`, interval: '1s', timeout: '500ms' },
  ];
  const config = join(home, 'sidecar.yaml');
  writeFileSync(config, stringify({ mode: 'sidecar', pod, websockets: { ports: [chat.port], probes } }));
  return startLeasewatch(t, home, ['--config', config]);
}

/** What the panel about connections at the holders shows of a lease. */
async function atHolder(prometheus: Daemon, lease: string): Promise<number | undefined> {
  const file = join(import.meta.dirname, '../../dashboards/json/leasewatch-leases.json');
  const panels = targetsOf(dashboardFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
  const panel = panels.find(({ panel: of }) => of?.title === 'Connections at their holders');
  const rows = await query(prometheus, asSent(panel?.target.expr ?? assert.fail('no such panel')));
  const row = rows.find(({ metric }) => metric.lease === lease);
  return row === undefined ? undefined : Number(row.value[1]);
}

test('what two processes tell is joined: a holder that lets nobody in, and the connections at its Pod', async (t) => {
  const tool = needTool(t, 'prometheus');
  if (tool === undefined) return;
  const home = mkdtempSync(join(tmpdir(), 'leasewatch-joins-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const cluster = await startCluster(t, home);
  const [namespace, lease] = ['chat', 'chat-coordinator'];
  const holder = async () => {
    const text = await (await fetch(`${cluster}/metrics`)).text();
    return new RegExp(`lease_info\\{.*lease="${lease}".*holder_pod="([^"]+)"`).exec(text)?.[1];
  };
  await until('the Pod of the holder is known', async () => (await holder()) !== undefined);
  const pod = { namespace, name: await holder() };
  const sidecar = await startSidecar(t, home, `${namespace}.${lease}`, pod);
  const parts = { rules: scaledRules(15), target: cluster, others: [sidecar] };
  const prometheus = await startPrometheus(tool, home, parts);
  t.after(() => prometheus.close());

  await until('the connections stand beside the lease', async () => {
    const count = await atHolder(prometheus, lease);
    return count !== undefined && count > clients / 2;
  });
  const fires = 'ALERTS{alertname="LeaderServesNobody",alertstate="firing"}';
  await until('the alert fires', async () => (await query(prometheus, fires)).length > 0, 40_000, 500);
  const [alert] = await query(prometheus, fires);
  assert.deepEqual([alert?.metric.namespace, alert?.metric.lease], [namespace, lease]);
  const stranded = await query(prometheus, 'cluster_namespace_lease:leasewatch_stranded_connections:last');
  assert.deepEqual(stranded, [], 'the lease is held: nothing is stranded');
});
