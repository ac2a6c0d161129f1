import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { parsePage } from './markdown.ts';
import { knownSeries, problemsOf } from './promql-names.ts';
import { needTool } from './tool.ts';

const path = 'docs/from-kube-state-metrics.md';
const { fences } = parsePage(path, readFileSync(join(import.meta.dirname, '..', path), 'utf8'));
const rules = fences.filter(({ language }) => language === 'yaml').map(({ text }) => text);

const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.looseObject({ expr: z.string() })) })),
});

/** What kube-state-metrics v2.20 tells of leases and of the conditions of nodes. */
const ofKubeStateMetrics = {
  kube_lease_owner: ['lease', 'owner_kind', 'owner_name', 'namespace', 'lease_holder'],
  kube_lease_renew_time: ['lease', 'namespace'],
  kube_node_status_condition: ['node', 'condition', 'status'],
};

test('promtool accepts every rule, the old ones and the new ones', (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = rules.map((text, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  const checked = spawnSync(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...files], {
    encoding: 'utf8',
  });
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.ok(files.length >= 12);
});

for (const text of rules) {
  test(`its rules name series and labels that there are: ${text.split('\n')[2]}, ${text.split('\n')[0]}`, () => {
    const known = text.startsWith('# leasewatch') ? knownSeries() : knownSeries(ofKubeStateMetrics);
    const wrong = ruleFile
      .parse(parse(text))
      .groups.flatMap((group) => group.rules)
      .flatMap(({ expr }) => problemsOf(expr, known));
    assert.deepEqual(wrong, []);
  });
}

/** Series for promtool, and which of the alerts have to fire after so many minutes. */
const story = `
rule_files: [old.yaml, old-nodes.yaml, new.yaml, new-nodes.yaml]
evaluation_interval: 15s
tests:
  - name: a scheduler dies, a heartbeat lease of 15 minutes is fine, and a node is drained
    interval: 15s
    input_series:
      - { series: 'kube_lease_renew_time{namespace="kube-system",lease="kube-scheduler"}', values: '0x240' }
      - { series: 'kube_lease_renew_time{namespace="ops",lease="nightly"}', values: '0x240' }
      - { series: 'kube_lease_renew_time{namespace="kube-node-lease",lease="drained"}', values: '0x240' }
      - { series: 'leasewatch_lease_state{namespace="kube-system",lease="kube-scheduler",class="election",state="expired"}', values: '0x1 1x240' }
      - { series: 'leasewatch_lease_state{namespace="ops",lease="nightly",class="heartbeat",state="expired"}', values: '0x240' }
      - { series: 'leasewatch_node_heartbeat_state{node="drained",state="terminating"}', values: '1x240' }
    alert_rule_test:
      - { eval_time: 2m, alertname: LeaseExpired, exp_alerts: [{ exp_labels: { namespace: kube-system, lease: kube-scheduler, class: election } }] }
      - { eval_time: 2m, alertname: LeaseNotRenewed, exp_alerts: [] }
      - eval_time: 50m
        alertname: LeaseNotRenewed
        exp_alerts:
          - { exp_labels: { namespace: kube-system, lease: kube-scheduler } }
          - { exp_labels: { namespace: ops, lease: nightly } }
      - { eval_time: 50m, alertname: LeaseExpired, exp_alerts: [{ exp_labels: { namespace: kube-system, lease: kube-scheduler, class: election } }] }
      - { eval_time: 50m, alertname: NodeLeaseStale, exp_alerts: [{ exp_labels: { namespace: kube-node-lease, lease: drained } }] }
      - { eval_time: 50m, alertname: NodeSilent, exp_alerts: [] }
`;

test('side by side, the new rules fire sooner and where they should', (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, index] of [
    ['old', 0],
    ['new', 1],
    ['old-nodes', 2],
    ['new-nodes', 3],
  ] as const) {
    writeFileSync(join(folder, `${name}.yaml`), rules[index] ?? '');
  }
  writeFileSync(join(folder, 'test.yaml'), story);
  const ran = spawnSync(promtool, ['test', 'rules', 'test.yaml'], { cwd: folder, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
});
