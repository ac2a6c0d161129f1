import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { config as alertConfig } from '../../alerts/config.ts';
import { pagesServer } from '../../compose/pages/server.ts';
import { dashboardFile } from '../../dashboards/lint/model.ts';
import { systemClock } from '../../exporter/clock.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { type Cluster, simulatedCluster } from './cluster.ts';
import {
  type Daemon,
  type Page,
  type Pager,
  query,
  startAlertmanager,
  startPager,
  startPrometheus,
} from './monitoring.ts';
import { scaledRules } from './scaled-rules.ts';

/** The rules are made for a scrape every 15 s; here it is every second. */
const scale = 15;
const durationSeconds = 3;
/** Duration, proof, scrape, evaluation and `for` are 3 + 1 + 1 + 1 + 2 s; the rest is for a busy machine. */
const promisedSeconds = 8;
const busySeconds = 12;

const clock = systemClock();

function elector(cluster: Cluster, t: TestContext, lease: string, identity: string): Elector {
  const transport = cluster.transport();
  const times = { durationSeconds, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };
  const made = new Elector({
    transport,
    clock,
    random: () => 0.1,
    namespace: 'default',
    lease,
    identity,
    times,
    releaseOnCancel: true,
  });
  t.after(async () => {
    made.crash();
    await made.stop();
    await transport.close();
  });
  return made;
}

interface Stack {
  readonly cluster: Cluster;
  readonly url: string;
  readonly prometheus: Daemon;
  readonly pager: Pager;
  readonly traces: MisbehavingReceiver;
}

/** leasewatch, Prometheus with the shipped rules, Alertmanager and somebody who is paged. */
async function startStack(t: TestContext, prometheus: string, alertmanager: string): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-alerts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [cluster, pager] = [await simulatedCluster(), await startPager()];
  t.after(() => Promise.all([cluster.close(), pager.close()]));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const traces = await MisbehavingReceiver.start();
  t.after(() => traces.stop());
  const args = ['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig];
  const env = { HOME: folder, OTEL_EXPORTER_OTLP_ENDPOINT: traces.url };
  const program = startProgram({ args, env });
  t.after(() => program.process.kill('SIGKILL'));
  const url = await program.url();
  const manager = await startAlertmanager(alertmanager, folder, pager);
  t.after(() => manager.close());
  const parts = { rules: scaledRules(scale), target: url, alertmanager: manager.url };
  const server = await startPrometheus(prometheus, folder, parts);
  t.after(() => server.close());
  return { cluster, url, prometheus: server, pager, traces };
}

/** All that was told, without the watchdog: that one is always there. */
const alertsOf = (pager: Pager) =>
  pager.pages.filter(({ labels }) => labels.alertname !== 'LeasewatchWatchdog');

const rounds = z.object({
  rounds: z.array(z.looseObject({ lease: z.string(), traceId: z.string(), outcome: z.string().nullable() })),
});

async function openRound(url: string): Promise<string | undefined> {
  const told = rounds.parse(await (await fetch(`${url}/api/rounds`)).json());
  return told.rounds.find(({ lease, outcome }) => lease === 'stock' && outcome === null)?.traceId;
}

test('a leader is killed and not replaced: the page arrives in time, and a release pages nobody', async (t) => {
  const [prometheus, alertmanager] = [needTool(t, 'prometheus'), needTool(t, 'prometheus-alertmanager')];
  if (prometheus === undefined || alertmanager === undefined) return;
  const stack = await startStack(t, prometheus, alertmanager);
  const { cluster, pager } = stack;
  const [first, second] = [elector(cluster, t, 'till', 'till-0'), elector(cluster, t, 'till', 'till-1')];
  const alone = elector(cluster, t, 'stock', 'stock-0');
  void alone.start();
  void first.start();
  await until('both lead', () => first.leading && alone.leading);
  void second.start();
  const held = 'leasewatch_lease_state{namespace="default",state="held"} == 1';
  await until('Prometheus sees both', async () => (await query(stack.prometheus, held)).length === 2);
  await until('the watchdog barks', () => pager.pages.length > 0);

  await first.stop();
  await until('the second took the released lease', () => second.leading);
  alone.crash();
  const crashed = performance.now();
  await until('the page arrived', () => alertsOf(pager).length > 0);
  const seconds = (performance.now() - crashed) / 1000;
  t.diagnostic(`the page came ${seconds.toFixed(1)} s after the crash; ${promisedSeconds} s were promised`);
  assert.ok(seconds > durationSeconds - 1, `after ${seconds} s it cannot have expired`);
  assert.ok(seconds < promisedSeconds + busySeconds, `after ${seconds} s`);
  await assertTargets(t, stack, await assertPage(stack));
});

/** Whoever opens the links of the page finds something: a runbook, a dashboard with its variables, a trace. */
async function assertTargets(t: TestContext, { traces }: Stack, annotations: Page['annotations']) {
  const { dashboard_url = '', runbook_url = '', trace_url = '' } = annotations;
  const root = join(import.meta.dirname, '../..');
  const pages = pagesServer(join(root, 'alerts/runbooks')).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  t.after(() => void pages.close());
  const address = pages.address();
  assert.ok(address !== null && typeof address !== 'string');
  const runbook = runbook_url.replace(alertConfig.runbooks, `http://127.0.0.1:${address.port}/runbooks/`);
  const served = await fetch(runbook);
  assert.equal(served.status, 200, runbook);
  assert.match(await served.text(), /^# LeaderLeaseExpired\n/);

  const { pathname, searchParams } = new URL(dashboard_url);
  const file = join(root, `dashboards/json/${pathname.replace('/d/', '')}.json`);
  assert.ok(existsSync(file), dashboard_url);
  const { templating } = dashboardFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const names = templating.list.map(({ name }) => `var-${name}`);
  for (const name of searchParams.keys()) assert.ok([...names, 'from', 'to'].includes(name), name);

  const trace = trace_url.slice(alertConfig.traces.length);
  await until('the trace of the page was sent', () =>
    traces.received.some(({ path, body }) => path === '/v1/traces' && body.includes(trace)),
  );
}

async function assertPage({ url, pager }: Stack): Promise<Page['annotations']> {
  const alerts = alertsOf(pager);
  const [page] = alerts;
  assert.ok(page !== undefined && alerts.length === 1, JSON.stringify(alerts));
  const { alertname, severity, namespace, lease } = page.labels;
  assert.deepEqual(
    [alertname, severity, namespace, lease],
    ['LeaderLeaseExpired', 'critical', 'default', 'stock'],
  );
  const { description, dashboard_url, runbook_url, trace_url } = page.annotations;
  assert.match(description ?? '', /^lease default\/stock: no leader for \d+(\.\d+)?s, last held by stock-0$/);
  const dashboard = new URL(dashboard_url ?? '');
  assert.equal(dashboard.searchParams.get('var-lease'), 'stock');
  const [from, to] = ['from', 'to'].map((name) => Number(dashboard.searchParams.get(name)));
  assert.ok(from !== undefined && to !== undefined && from < Date.now() && Date.now() < to);
  assert.match(runbook_url ?? '', /\/LeaderLeaseExpired\.md$/);
  const trace = await openRound(url);
  assert.ok(trace !== undefined);
  assert.ok(trace_url?.endsWith(`/${trace}`), trace_url);
  return page.annotations;
}
