import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { startStory } from '../../simulator/story.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';
import { type Pager, query, startAlertmanager, startPager, startPrometheus } from './monitoring.ts';
import { scaledRules } from './scaled-rules.ts';

/** The rules are made for a scrape every 15 s; here it is every second. What takes ten minutes takes ten seconds. */
const [scale, longScale] = [15, 60];
/** The longest lease of the story lasts 15 s; a page about its leader would come 2 s after. */
const longEnoughSeconds = 20;

/** Routes and inhibition as they are shipped, and the pauses between notices divided like the rules. */
function scaledRoutes(pager: Pager): string {
  const shipped = join(import.meta.dirname, '../../compose/alertmanager/alertmanager.yaml');
  const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return readFileSync(shipped, 'utf8')
    .replaceAll('http://pages:8080/', pager.url)
    .replace(
      /^(\s*(?:group_wait|group_interval): )(\d+)([smhd])$/gm,
      (_, key, count, unit) => `${key}${Math.ceil((Number(count) * (seconds[unit] ?? 0) * 1000) / scale)}ms`,
    );
}

/** A cluster in which four elections go on and four nodes live, whose API server can be stopped. */
async function startCluster(t: TestContext) {
  const cluster = await simulatedCluster();
  const transport = cluster.transport();
  const { faults: api } = cluster;
  const story = startStory({ clock: systemClock(), transport, api, seed: 7, chaos: false });
  t.after(async () => {
    await cluster.start();
    await story.stop();
    await transport.close();
    await cluster.close();
  });
  return cluster;
}

async function startStack(t: TestContext, prometheus: string, alertmanager: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-outage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const pager = await startPager();
  t.after(() => pager.close());
  const cluster = await startCluster(t);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const args = ['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig, '--outbox', 'off'];
  const program = startProgram({ args, env: { HOME: folder } });
  t.after(() => program.process.kill('SIGKILL'));
  const manager = await startAlertmanager(alertmanager, folder, pager, scaledRoutes(pager));
  t.after(() => manager.close());
  const parts = {
    rules: scaledRules(scale, longScale),
    target: await program.url(),
    alertmanager: manager.url,
  };
  const server = await startPrometheus(prometheus, folder, parts);
  t.after(() => server.close());
  return { cluster, pager, server };
}

test('the API server stops: one page, for the API server, and none for the leaders and the nodes', async (t) => {
  const [prometheus, alertmanager] = [needTool(t, 'prometheus'), needTool(t, 'prometheus-alertmanager')];
  if (prometheus === undefined || alertmanager === undefined) return;
  const { cluster, pager, server } = await startStack(t, prometheus, alertmanager);
  const told = async (promql: string) => (await query(server, promql)).length;
  const held = 'leasewatch_lease_state{class="election",state="held"} == 1';
  const alive = 'leasewatch_node_heartbeat_state{state="alive"}';
  await until('all is well', async () => (await told(held)) === 4 && (await told(alive)) === 4);

  await cluster.stop();
  const pages = () => pager.notices.filter(({ receiver }) => receiver === 'pager');
  await until('the page arrived', () => pages().length > 0);
  const silence = 'time() - max(leasewatch_lease_observed_renewal_timestamp_seconds)';
  await until(
    'every lease is silent for long enough to be missed',
    async () => (await told(`${silence} > ${longEnoughSeconds}`)) > 0,
  );
  await cluster.start();
  await until('those with short leases lead again', async () => (await told(held)) >= 2);

  const firing = pages().filter(({ status }) => status === 'firing');
  const names = new Set(firing.flatMap(({ alerts }) => alerts.map(({ labels }) => labels.alertname)));
  t.diagnostic(`${firing.length} page: ${[...names].join(', ')}`);
  assert.deepEqual([...names], ['LeasewatchBlind']);
  assert.equal(firing.length, 1, 'one page for one trouble');
  const others = pager.pages.filter(({ labels }) => /^(Leader|HeldLease|Node)/.test(labels.alertname ?? ''));
  assert.deepEqual(others, []);
});
