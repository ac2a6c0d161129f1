import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cast, calmUntilMs, schedule, slowestRoundMs } from './chaos.ts';

const cast: Cast = {
  leases: [
    { name: 'kube-system/kube-scheduler', durationSeconds: 15, retryPeriodSeconds: 2 },
    { name: 'payments/billing-operator', durationSeconds: 6, retryPeriodSeconds: 1 },
    { name: 'chat/chat-coordinator', durationSeconds: 6, retryPeriodSeconds: 1 },
  ],
  nodes: ['node-1', 'node-2'],
};
const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

test('the same seed gives the same schedule, another one another', () => {
  assert.deepEqual(schedule(7, cast, 600_000), schedule(7, cast, 600_000));
  assert.notDeepEqual(schedule(7, cast, 600_000), schedule(8, cast, 600_000));
});

test('every seed takes a short lease from its leader first, and lets its round close', () => {
  for (const seed of seeds) {
    const [first, ...later] = schedule(seed, cast, 60_000);
    assert.ok(first !== undefined && first.atMs >= 3000 && first.atMs <= 5000, `seed ${seed}`);
    assert.ok(['kill-leader', 'release-leader'].includes(first.fault), `seed ${seed}: ${first.fault}`);
    const lease = cast.leases.find((each) => each.name === first.target);
    assert.ok(lease !== undefined && first.atMs + slowestRoundMs(lease) <= calmUntilMs, `seed ${seed}`);
    const early = later.filter((fault) => fault.atMs < calmUntilMs);
    assert.ok(
      early.every((fault) => fault.target !== first.target && !['api', ...cast.nodes].includes(fault.target)),
      `seed ${seed}: ${JSON.stringify(early)}`,
    );
  }
});

test('no lease or node is hit again before it has mended', () => {
  for (const seed of seeds) {
    const mendedAt = new Map<string, number>();
    for (const fault of schedule(seed, cast, 600_000)) {
      assert.ok(fault.atMs >= (mendedAt.get(fault.target) ?? 0), `seed ${seed}: ${JSON.stringify(fault)}`);
      mendedAt.set(fault.target, fault.atMs + fault.forMs);
    }
  }
});

test('ten minutes bring every kind of fault', () => {
  const kinds = new Set(seeds.flatMap((seed) => schedule(seed, cast, 600_000).map((fault) => fault.fault)));
  assert.equal(kinds.size, 11);
});
