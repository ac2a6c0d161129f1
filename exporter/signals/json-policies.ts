import type { Moment } from '../clock.ts';
import type { Policy } from '../model/policy.ts';
import type { ExpectationView, ModelView, PolicyView } from '../model/view.ts';
import { printable } from './safe-text.ts';

/** What `/api/policies` tells: every policy, what it applies to, and what is missed of what it expects. */
export function policiesJson(view: ModelView, now: Moment) {
  const policies = view.policies();
  const judged = countBy(view.leases());
  const ignored = countBy(policies.ignored);
  const expected = [...policies.expected];
  return policies.all.map((row) => ({
    policy: row.policy.path,
    ...saidBy(row.policy),
    ...appliesTo(row, judged, ignored),
    expected: expected.filter(({ policy }) => policy === row.policy).map((each) => expectedJson(each, now)),
  }));
}

function saidBy(policy: Policy) {
  if (policy.about === 'nodes') return { match: policy.match, graceSeconds: policy.graceMs / 1000 };
  const { match, expect, graceMs, severity, team, lateAfterMs, leftoverAfterMs } = policy;
  return {
    match,
    expect: expect ?? null,
    graceSeconds: expect === undefined ? null : graceMs / 1000,
    severity: severity ?? null,
    team: team ?? null,
    lateAfterSeconds: lateAfterMs === undefined ? null : lateAfterMs / 1000,
    leftoverAfterSeconds: leftoverAfterMs === undefined ? null : leftoverAfterMs / 1000,
    ignore: policy.ignore,
    class: policy.class ?? null,
  };
}

type Counts = ReadonlyMap<Policy | undefined, number>;

function appliesTo({ policy, matched, near }: PolicyView, judged: Counts, ignored: Counts) {
  const told = {
    matched,
    nearMisses: matched || near === undefined ? null : near.map((name) => printable(name)),
  };
  if (policy.about === 'nodes') return told;
  return { leases: judged.get(policy) ?? 0, ignoredLeases: ignored.get(policy) ?? 0, ...told };
}

function expectedJson({ namespace, name, state, absent, since }: ExpectationView, now: Moment) {
  return {
    namespace: printable(namespace),
    lease: printable(name),
    state,
    absent,
    unheldSeconds: since === undefined ? null : Math.max(0, now.mono - since) / 1000,
  };
}

function countBy(leases: Iterable<{ readonly policy: Policy | undefined }>): Counts {
  const counts = new Map<Policy | undefined, number>();
  for (const { policy } of leases) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  return counts;
}
