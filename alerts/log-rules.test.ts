import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLogql } from '../dashboards/lint/queries.ts';
import { logAlerts } from './log-rules.ts';

const scenarios = join(import.meta.dirname, '../test/scenarios');

/** A story in which leasewatch writes the line that an alert waits for. */
const told = {
  LeaderKilledForMemory: { scenario: 'holder-oom-killed', line: /event=round_closed .*fate=oom_killed/ },
  LeaseEditedByHand: { scenario: 'hand-edit', line: /edited by hand.*event=round_closed/ },
  PolicyMatchesNothing: { scenario: 'policy-unmatched', line: /event=policy_unmatched/ },
} as const;

test('every rule for lines is a query that Loki reads, with a summary that is the same for all', () => {
  for (const { alert, expr, summary } of logAlerts) {
    assert.ok(isLogql(expr), `${alert}: ${expr}`);
    assert.match(alert, /^[A-Z][A-Za-z]{3,39}$/);
    assert.match(summary, /^[A-Z][^{}]*\.$/);
  }
});

test('every description names only labels that the query keeps', () => {
  for (const { alert, expr, description, traced } of logAlerts) {
    const kept = (/^sum by \(([^)]+)\)/.exec(expr)?.[1] ?? '').split(', ');
    const used = [...description.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? '');
    for (const label of [...used, ...(traced ? ['trace_id'] : [])])
      assert.ok(kept.includes(label), `${alert}: ${label}`);
  }
});

test('the lines that the rules wait for are written', () => {
  const waiting = logAlerts.filter(({ expr }) => expr.includes('event=')).map(({ alert }) => alert);
  assert.deepEqual(Object.keys(told).sort(), waiting.sort());
  for (const [alert, { scenario, line }] of Object.entries(told)) {
    assert.match(readFileSync(join(scenarios, `${scenario}.txt`), 'utf8'), line, alert);
  }
});
