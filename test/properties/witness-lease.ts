import assert from 'node:assert/strict';
import type { LeaseState, LeaseStateEvent } from '../../exporter/model/event.ts';
import type { LeaseView } from '../../exporter/model/view.ts';
import type { Step, Witness } from './step.ts';

/** What is remembered of a lease from one step to the next. */
interface Memory {
  state: LeaseState;
  readonly since: number;
  counts: Readonly<Record<string, number>>;
}

const nameOf = (lease: { readonly namespace: string; readonly name: string }) =>
  `${lease.namespace}/${lease.name}`;

/** The states that are told follow one another and end in the one that the view shows; counts only grow. */
export function leaseWitness(): Witness {
  const known = new Map<string, Memory>();
  return ({ observation: { at }, events, model }) => {
    for (const event of events) if (event.kind === 'lease-state') follow(known, event);
    const there = new Set<string>();
    for (const lease of model.leases()) {
      const name = nameOf(lease);
      there.add(name);
      const memory = known.get(name) ?? { state: 'unknown', since: at.mono, counts: {} };
      known.set(name, memory);
      assert.equal(lease.state, memory.state, `${name}: a state that was not told`);
      compare(name, memory, countsOf(lease, at.mono), at.mono);
    }
    for (const [name, { state }] of known) {
      if (there.has(name)) continue;
      assert.equal(state, 'deleted', `${name} was forgotten although it is ${state}`);
      known.delete(name);
    }
  };
}

function follow(known: Map<string, Memory>, event: LeaseStateEvent): void {
  const name = `${event.namespace}/${event.lease}`;
  const memory = known.get(name) ?? { state: 'unknown', since: event.at.mono, counts: {} };
  assert.equal(event.from, memory.state, `${name}: comes from a state in which it is not`);
  assert.notEqual(event.to, event.from, `${name}: a state that stays is told again`);
  memory.state = event.to;
  known.set(name, memory);
}

function countsOf(lease: LeaseView, now: number): Record<string, number> {
  const changes = Object.entries(lease.holderChanges).map(([cause, count]) => [`changes by ${cause}`, count]);
  return {
    ...Object.fromEntries(changes),
    ...{ renewals: lease.renewals, 'late renewals': lease.lateRenewals, 'missed rounds': lease.missedRounds },
    ...{ overlaps: lease.overlaps, ...secondsOf(lease, now) },
  };
}

function secondsOf(lease: LeaseView, now: number) {
  return {
    'gap seconds': lease.gapSeconds,
    'leaderless seconds': lease.leaderlessSeconds,
    'expired seconds': lease.expiredSeconds(now),
    'unknown seconds': lease.unknownSeconds(now),
  };
}

function compare(name: string, memory: Memory, counts: Record<string, number>, now: number): void {
  const passed = (now - memory.since) / 1000;
  for (const [what, count] of Object.entries(counts)) {
    assert.ok(count >= (memory.counts[what] ?? 0) - rounding, `${name}: ${what} fell to ${count}`);
    if (!what.endsWith('seconds')) continue;
    assert.ok(count <= passed + rounding, `${name}: ${count} ${what} in ${passed} s`);
  }
  memory.counts = counts;
}

/** Sums of fractions. */
const rounding = 1e-6;

/** Holders who led: only another one than the last counts as a change. */
export function changesWitness(): Witness {
  const last = new Map<string, string>();
  const counted = new Map<string, number>();
  return ({ model }: Step) => {
    const gone = new Set(last.keys());
    for (const lease of model.leases()) {
      const name = nameOf(lease);
      gone.delete(name);
      const changes = Object.values(lease.holderChanges).reduce((sum, count) => sum + count, 0);
      const before = counted.get(name) ?? 0;
      counted.set(name, changes);
      if (changes > before) {
        assert.equal(changes, before + 1, `${name}: two changes at once`);
        assert.notEqual(lease.holder, last.get(name) ?? '', `${name}: the same holder counts as a change`);
      }
      if (lease.holder !== '') last.set(name, lease.holder);
    }
    for (const name of gone) {
      last.delete(name);
      counted.delete(name);
    }
  };
}
