import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, leasePolicy, leaseView, missingLease, modelView, policiesView } from './fixtures.ts';
import { policiesJson } from './json-policies.ts';

test('a policy tells what it says, what it applies to and what it misses', () => {
  const policy = leasePolicy();
  const view = modelView({
    leases: [leaseView({ policy }), leaseView()],
    policies: policiesView({
      all: [{ policy, matched: true, near: undefined }],
      expected: [missingLease({ policy }), missingLease({ name: 'other', policy: leasePolicy() })],
      ignored: new Set([{ policy: leasePolicy({ ignore: true }) }]),
    }),
  });
  assert.deepEqual(policiesJson(view, at(30)), [
    {
      policy: 'policies[0]',
      match: { namespace: 'shop', name: 'till', labels: {} },
      expect: 'held',
      graceSeconds: 60,
      severity: 'critical',
      team: 'tills',
      lateAfterSeconds: null,
      leftoverAfterSeconds: null,
      ignore: false,
      class: null,
      leases: 1,
      ignoredLeases: 0,
      matched: true,
      nearMisses: null,
      expected: [{ namespace: 'shop', lease: 'till', state: 'missing', absent: true, unheldSeconds: 29 }],
    },
  ]);
});

test('what is ignored is counted at its policy, and a slip of the pen has its near misses', () => {
  const ignoring = leasePolicy({ expect: undefined, ignore: true });
  const nodes = { about: 'nodes', path: 'policies[1]', match: { node: 'egde-*' }, graceMs: 90_000 } as const;
  const view = modelView({
    policies: policiesView({
      all: [
        { policy: ignoring, matched: true, near: undefined },
        { policy: nodes, matched: false, near: ['edge-1\n'] },
      ],
      ignored: new Set([{ policy: ignoring }, { policy: ignoring }]),
    }),
  });
  const [first, second] = policiesJson(view, at(30));
  assert.deepEqual(
    first !== undefined &&
      'ignoredLeases' in first && [first.leases, first.ignoredLeases, first.graceSeconds],
    [0, 2, null],
  );
  assert.deepEqual(second, {
    policy: 'policies[1]',
    match: { node: 'egde-*' },
    graceSeconds: 90,
    matched: false,
    nearMisses: ['edge-1\ufffd'],
    expected: [],
  });
});
