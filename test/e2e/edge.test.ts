import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { type Cluster, simulatedCluster } from './cluster.ts';
import { type Sample, samples, startAgent, startCentral, valueIn } from './edge-site.ts';
import { Link } from './link.ts';
import type { Daemon } from './monitoring.ts';

/** Scrapes come every second; on a busy machine some come late. */
const holeSeconds = 3;
const shortestCutSeconds = 10;

const lease = '{namespace="default",lease="till"}';
const totals = [
  `leasewatch_lease_expired_seconds_total${lease}`,
  `leasewatch_lease_gap_seconds_total${lease}`,
  `leasewatch_lease_leaderless_seconds_total${lease}`,
  'leasewatch_source_blind_seconds_total{source="leases"}',
] as const;

interface Site {
  readonly cluster: Cluster & { readonly faults: { stop(): void; start(): void } };
  readonly metrics: () => Promise<string>;
  readonly agent: Daemon;
  readonly central: Daemon;
  /** Both ways out of the site: what the agent writes, and the scrapes from outside. */
  readonly links: readonly Link[];
}

async function startSite(t: TestContext, prometheus: string): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-edge-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const args = ['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig, '--outbox', 'off'];
  const program = startProgram({ args, env: { HOME: folder } });
  t.after(() => program.process.kill('SIGKILL'));
  const url = await program.url();
  const scrapes = await Link.to(url);
  t.after(() => scrapes.cut());
  const central = await startCentral(prometheus, folder, scrapes.url);
  t.after(() => central.close());
  const writes = await Link.to(central.url);
  t.after(() => writes.cut());
  const agent = await startAgent(prometheus, folder, url, writes.url);
  t.after(() => agent.close());
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  return { cluster, metrics, agent, central, links: [scrapes, writes] };
}

function elector(t: TestContext, cluster: Cluster, identity: string): Elector {
  const transport = cluster.transport();
  const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };
  const who = { namespace: 'default', lease: 'till', identity, times };
  const made = new Elector({ transport, clock: systemClock(), random: () => 0.1, ...who });
  t.after(async () => {
    made.crash();
    await made.stop();
    await transport.close();
  });
  return made;
}

test('through a cut link the agent brings every sample, and totals survive the gap of whoever scrapes', async (t) => {
  const prometheus = needTool(t, 'prometheus');
  if (prometheus === undefined) return;
  const site = await startSite(t, prometheus);
  const [first, second] = [elector(t, site.cluster, 'till-0'), elector(t, site.cluster, 'till-1')];
  void first.start();
  const held = `leasewatch_lease_state{namespace="default",lease="till",class="election",state="held"}`;
  for (const job of ['leasewatch', 'direct'])
    await until(`${job} tells who leads`, async () => last(await of(site, held, job)) === 1);

  for (const link of site.links) await link.cut();
  const cut = performance.now();
  first.crash();
  await goBlindAndExpire(site);
  void second.start();
  await until('the second leads', async () => valueIn(await site.metrics(), held) === 1);
  await until('the cut was long enough', () => performance.now() - cut > shortestCutSeconds * 1000);
  for (const link of site.links) await link.mend();

  await assertWhole(site, held);
});

/** Nobody leads, and for a while leasewatch cannot see it. */
async function goBlindAndExpire({ cluster, metrics }: Site): Promise<void> {
  const up = 'leasewatch_source_up{source="leases"}';
  await until('the lease has expired', async () => (valueIn(await metrics(), totals[0]) ?? 0) > 1);
  cluster.faults.stop();
  await until('the source is blind', async () => (valueIn(await metrics(), totals[3]) ?? 0) > 1);
  cluster.faults.start();
  await until('the source sees again', async () => valueIn(await metrics(), up) === 1);
}

async function assertWhole(site: Site, held: string): Promise<void> {
  const now = await site.metrics();
  for (const total of totals) {
    const truth = valueIn(now, total);
    assert.ok(truth !== undefined && truth > 0, `${total} has counted nothing`);
    for (const job of ['leasewatch', 'direct']) {
      const there = async () => last(await of(site, total, job)) === truth;
      await until(`${job} has the whole ${total}`, there);
    }
  }
  const [whole, holed] = [await of(site, held, 'leasewatch'), await of(site, held, 'direct')];
  assert.ok(longestGap(holed) > shortestCutSeconds - holeSeconds, 'the link was not cut');
  assert.ok(longestGap(whole) < holeSeconds, `${longestGap(whole)} s without a sample`);
  assert.ok(
    whole.some(([, value]) => value === 0),
    'the agent did not bring the time without a leader',
  );
  assert.ok(
    holed.every(([, value]) => value === 1),
    'nobody outside saw that time',
  );
  const agent = await (await fetch(`${site.agent.url}/metrics`)).text();
  for (const name of ['failed', 'dropped']) assert.equal(sum(agent, name), 0, `samples ${name}`);
}

const of = (site: Site, series: string, job: string) =>
  samples(site.central, series.replace('}', `,job="${job}"}`));

function last(all: readonly Sample[]): number | undefined {
  return all.at(-1)?.[1];
}

function longestGap(all: readonly Sample[]): number {
  return Math.max(...all.slice(1).map(([at], index) => at - (all[index]?.[0] ?? at)));
}

/** What the agent counts of its samples, over all receivers. */
function sum(exposition: string, what: string): number {
  const name = `prometheus_remote_storage_samples_${what}_total`;
  const values = Array.from(exposition.matchAll(new RegExp(`^${name}\\{.*\\} (.*)$`, 'gm')), ([, value]) =>
    Number(value),
  );
  assert.notEqual(values.length, 0, `the agent does not count ${name}`);
  return values.reduce((total, value) => total + value, 0);
}

test('Prometheus takes the documented configurations', (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  checkConfig(promtool, '--agent', 'agent.yaml');
  checkConfig(promtool, 'central.yaml');
});

function checkConfig(promtool: string, ...args: readonly string[]): void {
  const cwd = join(import.meta.dirname, '../../docs/edge');
  const checked = spawnSync(promtool, ['check', 'config', ...args], { cwd, encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
}
