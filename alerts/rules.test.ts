import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { needTool } from '../test/tool.ts';
import { config } from './config.ts';
import { isAlert } from './rule.ts';
import { groups } from './rules.ts';
import { testFiles } from './tests/files.ts';
import { indented } from './yaml.ts';

const root = join(import.meta.dirname, '..');
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(isAlert);
const stories = testFiles.flatMap((file) => file.stories);

test('promtool finds nothing to complain of in the rules', (t) => {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const args = ['check', 'rules', '--lint=all', '--lint-fatal', 'alerts/leasewatch.rules.yaml'];
  const checked = spawnSync(promtool, args, { cwd: root, encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
});

for (const { path } of testFiles) {
  test(`promtool: the stories of ${path} come true`, async (t) => {
    const promtool = needTool(t, 'promtool');
    if (promtool === undefined) return;
    const ran = await run(promtool, ['test', 'rules', path]);
    assert.equal(ran.status, 0, ran.output);
  });
}

async function run(command: string, args: readonly string[]) {
  // It makes much garbage and keeps little: collected less often, it takes a third less time.
  const env = { ...process.env, GOGC: '800' };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, output: output + errors };
}

test('every alert fires in some story, and is silent before or after', () => {
  const fires = (alert: string) => (names: readonly string[]) =>
    names.some((name) => name.split(' ')[0] === alert);
  for (const { alert } of alerts.filter(({ severity }) => severity !== 'none')) {
    const whole = stories.map(({ firing }) => firing.map(([, ...names]) => names));
    const proving = whole.filter((times) => times.some(fires(alert)));
    assert.ok(proving.length > 0, `${alert} fires in no story`);
    assert.ok(
      proving.some((times) => !times.every(fires(alert))),
      `${alert} is never silent in a story in which it fires`,
    );
  }
});

test('the whole message of every alert is proven', () => {
  const told = new Set(stories.flatMap((story) => (story.told ?? []).map(({ alert }) => alert)));
  assert.deepEqual(
    alerts.filter(({ alert }) => !told.has(alert)).map(({ alert }) => alert),
    [],
  );
});

test('stories have names of their own', () => {
  const names = stories.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

test('names are short, summaries are sentences that fit every alert, descriptions tell which one', () => {
  for (const { alert, summary, description, severity } of alerts) {
    assert.match(alert, /^[A-Z][A-Za-z]{1,39}$/);
    assert.match(summary, /^[A-Z][^{}]*\.$/, alert);
    if (severity !== 'none')
      assert.match(description, /^(lease|node|class|job|port|target|no target) /, alert);
  }
  for (const group of groups) {
    assert.ok(group.name.length <= 40 && group.rules.length <= 20, group.name);
  }
});

test('nobody is woken by less than a critical alert, and few are critical', () => {
  const critical = alerts.filter(({ severity }) => severity === 'critical').map(({ alert }) => alert);
  assert.deepEqual(critical.sort(), [
    'ExpectedLeaseAbsent',
    'LeaderLeaseExpired',
    'LeasesSilentAtOnce',
    'LeasewatchBlind',
    'LeasewatchDown',
  ]);
});

test('the manifest for the operator holds the same rules as the file', () => {
  const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));
  const { spec } = z.object({ spec: z.unknown() }).parse(read('alerts/leasewatch.prometheusrule.yaml'));
  assert.deepEqual(spec, read('alerts/leasewatch.rules.yaml'));
});

test('queries are indented by their parentheses', () => {
  assert.equal(indented('max (\n(\na\n)\n)\nunless b'), 'max (\n  (\n    a\n  )\n)\nunless b');
});

test('addresses in the configuration can be appended to', () => {
  assert.match(config.runbooks, /^https:\/\/.*\/$/);
  assert.match(config.traces, /^https:\/\/.*\/$/);
  assert.match(config.grafana, /^https:\/\/.*[^/]$/);
});
