import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { duration, grown, promql, series } from '../exporter/promql.ts';
import { needTool } from '../test/tool.ts';

const target = 'job="leasewatch",instance="a"';
const closes = `leasewatch_websocket_probe_closes_total{${target},target="chat",code="1006",initiator="server"}`;
const rounds = `leasewatch_election_rounds_total{${target},class="election",cause="expired",outcome="elected"}`;
const running = `leasewatch_build_info{${target}}`;
const window = duration('2m');

/** What a query says at some moments while these series are scraped every 15 s, by the real Prometheus engine. */
function said(
  t: TestContext,
  input: Readonly<Record<string, string>>,
  expr: string,
  expected: Readonly<Record<string, number>>,
) {
  const promtool = needTool(t, 'promtool');
  if (promtool === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-first-count-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.yaml');
  const story = {
    interval: '15s',
    input_series: Object.entries(input).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: Object.entries(expected).map(([at, value]) => ({
      expr,
      eval_time: at,
      exp_samples: [{ labels: '{}', value }],
    })),
  };
  writeFileSync(file, stringify({ evaluation_interval: '15s', tests: [story] }));
  const ran = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
}

const counted = promql`sum(${grown(series('websocket_probe_closes_total'), window)})`.promql;

test('a series that begins with its first count has grown by it, until a window later', (t) => {
  const input = { [running]: '1x60', [closes]: '_x40 1x20' };
  said(t, input, counted, { '10m': 1, '11m45s': 1, '12m15s': 0 });
});

test('what comes after the first count is counted once', (t) => {
  const input = { [running]: '1x60', [closes]: '_x40 1x1 3x18' };
  said(t, input, counted, { '10m': 1, '11m': 3 });
});

test('a gap between scrapes is no growth', (t) => {
  const input = { [running]: '1x20 stale _x30 1x40', [closes]: '7x20 stale _x30 7x40' };
  said(t, input, counted, { '13m45s': 0, '14m45s': 0, '16m': 0 });
});

test('of a process that is new to Prometheus nobody knows when it counted', (t) => {
  const input = { [running]: '_x40 1x40', [closes]: '_x40 40x40' };
  said(t, input, counted, { '11m': 0, '13m': 0 });
});

test('the first round of a cause is an increase, since its series begins at 0', (t) => {
  const expr = `sum(increase(${series('election_rounds_total').promql}[2m]) > bool 0)`;
  said(t, { [rounds]: '0x20 1x20' }, expr, { '5m': 0, '6m': 1 });
});
