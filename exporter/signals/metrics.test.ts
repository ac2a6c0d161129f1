import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { needTool } from '../../test/tool.ts';
import { metrics as catalogue, type Metric, prefix } from '../catalogue.ts';
import { deprecate } from '../catalogue-metric.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { ModelView } from '../model/view.ts';
import type { DoorStats } from '../web/door-stats.ts';
import {
  at,
  countsView,
  incidentEvent,
  leasePolicy,
  leaseStateEvent,
  leaseView,
  missingLease,
  modelView,
  nodeView,
  outageEvent,
  placeView,
  policiesView,
  probeView,
  roundEvent,
  sourceView,
} from './fixtures.ts';
import { createMetrics, type MetricsOptions } from './metrics.ts';
import { seriesPerLease } from './projections-leases.ts';

const clock = { now: () => at(30), after: () => () => undefined };

function make(view: ModelView, part: Partial<MetricsOptions> = {}) {
  return createMetrics({
    ...{ mode: 'cluster', version: '0.1.0', view, clock, processMetrics: false },
    ...part,
  });
}

const stats: RouteStats = {
  route: 'traces',
  enqueued: 7,
  delivered: 3,
  dropped: { rejected: 1, full: 0, damaged: 0, by_leader: 0, folded: 0 },
  pending: 1,
  bytes: 512,
  dead: 2,
  deadBytes: 64,
  refused: 3,
  oldest: 1_700_000_000_000_000,
};

const web: DoorStats = {
  connections: 3,
  refused: { unauthorized: 7, busy: 0, rate_limit: 0, host: 0, origin: 1, malformed: 2, too_large: 0 },
  cut: { full: 0, handshake: 4, ahead: 0 },
  configGood: true,
};

const receiver: ReceiverStats = {
  route: 'traces',
  requests: { accepted: 5, retry: 2, rejected: 1 },
  refusesCredentials: true,
  sentBytes: 2048,
  unsent: { too_old: 0, in_future: 0 },
};

function smallView(): ModelView {
  const open = roundEvent('opened', { cause: 'released', closed: undefined, outcome: undefined }).round;
  return modelView({
    leases: [leaseView(), leaseView({ class: 'node', namespace: 'kube-node-lease', name: 'node-1' })],
    nodes: [nodeView({ disagreement: 'fresh_lease_not_ready' })],
    sources: [sourceView()],
    connections: {
      places: () => [placeView(), placeView({ pod: 'chat-2' })],
      node: () => 'node-1',
      unread: () => [{ namespace: 'shop', pod: 'chat-1', reason: 'bad_annotation', why: 'no port' }],
      probes: () => [probeView()],
      counts: () => [
        countsView(),
        countsView({ target: 'hub', side: 'app', connections: 30, total: undefined }),
      ],
    },
    openRounds: [open],
    massSilence: [{ class: 'election', active: true }],
    policies: policiesView({ expected: [missingLease()] }),
    pushes: true,
  });
}

async function smallText(
  format: 'text' | 'openmetrics',
  part: Partial<MetricsOptions> = {},
): Promise<string> {
  const metrics = make(smallView(), {
    ...{ outboxStats: async () => [stats], receivers: () => [receiver], web: () => web },
    ...part,
  });
  metrics.observe(roundEvent('closed'));
  metrics.observe(outageEvent());
  metrics.observe({ kind: 'heartbeat', at: at(10), node: 'node-1', intervalSeconds: 10 });
  metrics.observe({ kind: 'probe', step: 'handshake', at: at(10), target: 'chat', phases: { dns: 0.002 } });
  metrics.observe(incidentEvent());
  metrics.observe({ kind: 'probe', step: 'pong', at: at(10), target: 'chat', rttSeconds: 0.002 });
  metrics.observe({ ...leaseStateEvent(), delaySeconds: 0.03 });
  return metrics.render(format);
}

for (const format of ['text', 'openmetrics'] as const) {
  // Written anew by `node --test --test-update-snapshots`.
  test(`the whole exposition of a small view, ${format}`, async (t) => {
    const text = (await smallText(format)).replace(process.version, 'NODE_VERSION');
    const path = join(import.meta.dirname, 'testdata', `small.${format}.txt`);
    t.assert.fileSnapshot(text, path, { serializers: [String] });
  });
}

const untold = (declared: Readonly<Record<string, Metric>>, text: string) =>
  Object.entries(declared)
    .filter(([name, { type }]) => !text.includes(`\n# TYPE ${prefix}${name} ${type}\n`))
    .map(([name]) => name);

test('every metric of the catalogue is told', async () => {
  const text = await smallText('text');
  assert.deepEqual(untold(catalogue, text), []);
  const old = deprecate(catalogue.pushing, '0.2.0', 'pushing');
  assert.deepEqual(untold({ ...catalogue, leads: old }, text), ['leads'], 'also while it is deprecated');
});

test('promtool accepts the text, with the process metrics in it', async (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const checked = spawnSync(promtool, ['check', 'metrics'], {
    input: await smallText('text', { processMetrics: true }),
    encoding: 'utf8',
  });
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
});

test('a vanished lease vanishes, and a scrape in one format does not change the other', async () => {
  const leases = [leaseView()];
  const metrics = make(modelView({ leases }));
  const first = await metrics.render('text');
  await metrics.render('openmetrics');
  assert.equal(await metrics.render('text'), first);
  leases.length = 0;
  assert.doesNotMatch(await metrics.render('text'), /scheduler/);
});

test('a deleted lease keeps its state and its counters only', async () => {
  const text = await make(modelView({ leases: [leaseView({ state: 'deleted' })] })).render('text');
  assert.match(text, /lease_state\{.*state="deleted"\} 1/);
  assert.match(text, /lease_renewals_total\{/);
  assert.doesNotMatch(text, /lease_info|lease_duration_seconds\{|lease_renew_timestamp/);
});

test('hostile text neither breaks a line nor becomes a label', async () => {
  const hostile = 'x\n"}\u001b[31m 1\nfake_metric 1';
  const leases = [
    leaseView({ holder: hostile }),
    leaseView({ name: `a${'é'.repeat(500)}`, holder: 'h'.repeat(1_000_000) }),
    leaseView({ name: `a${'é'.repeat(501)}`, holder: '' }),
    leaseView({ name: hostile }),
  ];
  const text = await make(modelView({ leases })).render('text');
  const infos = text.split('\n').filter((line) => line.startsWith('leasewatch_lease_info{'));
  assert.equal(new Set(infos).size, 4);
  assert.match(infos[0] ?? '', /holder="invalid"/);
  assert.match(infos[1] ?? '', /~[0-9a-f]{8}",class="election",holder="invalid"/);
  assert.match(infos[2] ?? '', /holder=""/);
  assert.ok(text.split('\n').every((line) => line === '' || /^(#|leasewatch_)/.test(line)));
  assert.ok(infos.every((line) => line.length < 600));
});

test('beyond the limit whole leases are left out and counted', async () => {
  const leases = ['a', 'b', 'c'].map((name) => leaseView({ name }));
  const metrics = make(modelView({ leases, sources: [sourceView()] }), { maxSeries: 62 });
  const text = await metrics.render('text');
  assert.match(text, /lease="b"/);
  assert.doesNotMatch(text, /lease="c"/);
  assert.match(text, /leasewatch_series_suppressed_total\{reason="series_limit"\} 30\n/);
  assert.match(text, /leasewatch_source_up/);
});

test('a policy counts towards the limit, and what it misses is told beyond it', async () => {
  const policy = leasePolicy();
  const expected = missingLease({ state: 'held', absent: false });
  const leases = ['a', 'b'].map((name) => leaseView({ name, policy, expected }));
  const policies = policiesView({ expected: [expected, missingLease()] });
  const whole = seriesPerLease + 2;
  const text = await make(modelView({ leases, policies }), { maxSeries: 2 * whole - 1 }).render('text');
  assert.match(text, /lease_expected_absent\{namespace="kube-system",lease="a"\} 0\n/);
  assert.match(text, /lease_policy_info\{namespace="kube-system",lease="a",expect="held",.*\} 1\n/);
  assert.match(text, /lease_expected_absent\{namespace="shop",lease="till"\} 1\n/);
  assert.doesNotMatch(text, /lease="b"/);
  assert.ok(text.includes(`leasewatch_series_suppressed_total{reason="series_limit"} ${whole}\n`));
});

test('a deleted lease keeps its policy while it is missed', async () => {
  const policy = leasePolicy({ expect: undefined });
  const gone = leaseView({ name: 'gone', state: 'deleted', policy });
  const missed = leaseView({
    name: 'missed',
    state: 'deleted',
    policy,
    expected: missingLease({ state: 'deleted' }),
  });
  const text = await make(modelView({ leases: [gone, missed] })).render('text');
  assert.doesNotMatch(text, /lease_policy_info\{.*lease="gone"/);
  assert.match(text, /lease_policy_info\{.*lease="missed"/);
});

test('only an elected round with a predecessor has durations; every closed one is counted', async () => {
  const metrics = make(modelView({}));
  metrics.observe(roundEvent('closed', { outcome: 'resumed', acquired: undefined }));
  metrics.observe(roundEvent('closed', { cause: 'created' }));
  metrics.observe(roundEvent('opened'));
  const text = await metrics.render('text');
  assert.doesNotMatch(text, /election_gap_duration_seconds_count\S* [^0]/);
  assert.match(text, /election_rounds_total\{class="election",cause="expired",outcome="resumed"\} 1\n/);
  assert.match(text, /election_rounds_total\{class="election",cause="created",outcome="elected"\} 1\n/);
});

test('an outbox that does not answer leaves the last known numbers', async () => {
  let answer = Promise.resolve([stats]);
  const impatient = {
    now: () => at(0),
    after(_ms: number, run: () => void) {
      setImmediate(run);
      return () => undefined;
    },
  };
  const metrics = make(modelView({}), { outboxStats: () => answer, clock: impatient });
  assert.match(await metrics.render('text'), /outbox_records\{route="traces"\} 1\n/);
  answer = new Promise(() => undefined);
  assert.match(await metrics.render('text'), /outbox_records\{route="traces"\} 1\n/);
  answer = Promise.reject(new Error('disk'));
  assert.match(await metrics.render('text'), /outbox_records\{route="traces"\} 1\n/);
});
