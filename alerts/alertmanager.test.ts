import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { needTool } from '../test/tool.ts';
import { isAlert } from './rule.ts';
import { groups } from './rules.ts';

const file = join(import.meta.dirname, 'alertmanager/alertmanager.yaml');
const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));

function amtool(t: TestContext, ...args: string[]): string | undefined {
  const tool = needTool(t, 'amtool');
  if (tool === undefined) return undefined;
  const ran = spawnSync(tool, args, { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  return ran.stdout;
}

test('amtool accepts the example and its templates', (t) => {
  const told = amtool(t, 'check-config', file);
  if (told !== undefined) assert.match(told, / 10 inhibit rules/);
});

/** Two alerts, as Alertmanager gives them to a template. */
function notification(status: 'firing' | 'resolved') {
  const times = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' };
  const links = { dashboard_url: 'https://d', runbook_url: 'https://r' };
  const first = { description: 'lease shop/till: no leader for 40s', ...links, trace_url: 'https://t' };
  const second = { description: 'lease shop/stock: no leader for 41s', ...links };
  return {
    receiver: 'pager',
    status,
    alerts: [first, second].map((annotations) => ({ status, labels: {}, annotations, ...times })),
    groupLabels: {},
    commonLabels: { cluster: 'east' },
    commonAnnotations: {},
    externalURL: 'https://alertmanager.example',
  };
}

function rendered(t: TestContext, name: string, data: unknown): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-alertmanager-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'data.json');
  writeFileSync(path, JSON.stringify(data));
  const glob = join(import.meta.dirname, 'alertmanager/*.tmpl');
  const text = `{{ template "${name}" . }}`;
  return amtool(
    t,
    'template',
    'render',
    `--template.glob=${glob}`,
    `--template.text=${text}`,
    `--template.data=${path}`,
  );
}

test('the first line of a message says which lease, for how long, how many more and where', (t) => {
  const firing = rendered(t, 'leasewatch.line', notification('firing'));
  if (firing === undefined) return;
  assert.equal(firing, 'lease shop/till: no leader for 40s (and 1 more) [east]');
  const over = rendered(t, 'leasewatch.line', notification('resolved'));
  assert.equal(over, 'over: lease shop/till: no leader for 40s (and 1 more) [east]');
});

test('a message in the chat links to the dashboard, the runbook and, where there is one, the trace', (t) => {
  const told = rendered(t, 'leasewatch.slack', notification('firing'));
  if (told === undefined) return;
  const links = '<https://d|dashboard> · <https://r|runbook>';
  assert.deepEqual(told.trimEnd().split('\n'), [
    '• lease shop/till: no leader for 40s',
    `  ${links} · <https://t|trace>`,
    '• lease shop/stock: no leader for 41s',
    `  ${links}`,
  ]);
});

const routes: readonly (readonly [receiver: string, ...labels: string[]])[] = [
  [
    'pager',
    'alertname=LeaderLeaseExpired',
    'severity=critical',
    'cluster=east',
    'namespace=shop',
    'lease=till',
  ],
  ['pager', 'alertname=LeasesSilentAtOnce', 'severity=critical', 'class=election'],
  ['chat', 'alertname=LeaderLeaseExpired', 'severity=warning', 'namespace=shop', 'lease=till'],
  ['chat', 'alertname=NodeHeartbeatLost', 'severity=warning', 'node=node-1'],
  ['ticket', 'alertname=LeadershipBudgetBurn', 'severity=info', 'ticket=true'],
  ['deadman', 'alertname=LeasewatchWatchdog', 'severity=none'],
  ['nobody', 'alertname=InfoInhibitor', 'severity=none'],
];

for (const [receiver, ...labels] of routes) {
  test(`${labels.join(' ')} goes to ${receiver}`, (t) => {
    amtool(
      t,
      'config',
      'routes',
      'test',
      `--config.file=${file}`,
      `--verify.receivers=${receiver}`,
      ...labels,
    );
  });
}

const inhibition = z.object({
  inhibit_rules: z.array(
    z.object({
      source_matchers: z.array(z.string()),
      target_matchers: z.array(z.string()),
      equal: z.array(z.string()),
    }),
  ),
});
const { inhibit_rules: inhibitions } = inhibition.parse(parse(readFileSync(file, 'utf8')));
/** Of the kubernetes-mixin. */
const foreign = new Set(['KubeNodeNotReady', 'KubeNodeUnreachable']);

function namesIn(matchers: readonly string[]): string[] {
  const [, operator, value] = /^alertname(=~|=)"(.*)"$/.exec(matchers[0] ?? '') ?? [];
  assert.ok(operator !== undefined && value !== undefined, `no alertname first: ${matchers}`);
  const pattern = new RegExp(`^(?:${value})$`);
  const known = [...alerts.map(({ alert }) => alert), ...foreign];
  return known.filter((name) => (operator === '=' ? name === value : pattern.test(name)));
}

test('every inhibition names alerts that exist, keeps clusters apart, and never mutes itself', () => {
  for (const { source_matchers: source, target_matchers: target, equal } of inhibitions) {
    assert.ok(namesIn(source).length > 0, `${source}`);
    assert.ok(namesIn(target).length > 0, `${target}`);
    assert.ok(equal.includes('cluster'));
    assert.deepEqual(
      namesIn(source).filter((name) => namesIn(target).includes(name)),
      [],
    );
  }
});

test('the common node alerts mute ours, and nothing of ours mutes them', () => {
  const muted = inhibitions.flatMap(({ target_matchers: target }) => namesIn(target));
  assert.deepEqual(
    muted.filter((name) => foreign.has(name)),
    [],
  );
  const byThem = inhibitions.filter(({ source_matchers: source }) =>
    namesIn(source).some((name) => foreign.has(name)),
  );
  assert.ok(byThem.some(({ target_matchers: target }) => namesIn(target).includes('NodeHeartbeatLost')));
});

test('what is critical is muted only by what is critical', () => {
  const critical = new Set(
    alerts.filter(({ severity }) => severity === 'critical').map(({ alert }) => alert),
  );
  for (const { source_matchers: source, target_matchers: target } of inhibitions) {
    if (!namesIn(target).some((name) => critical.has(name))) continue;
    assert.deepEqual(
      namesIn(source).filter((name) => !critical.has(name)),
      [],
    );
  }
});
