import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseRecord } from './fixture.ts';
import { handOf } from './hand.ts';

const writers: readonly (readonly [string | undefined, boolean])[] = [
  ['kubectl-edit', true],
  ['kubectl-client-side-apply', true],
  ['kubectl', true],
  ['oc', true],
  ['k9s', true],
  ['kube-scheduler', false],
  ['ocean-operator', false],
  ['manager', false],
  ['unknown', false],
  ['', false],
  [undefined, false],
];

for (const [writer, byHand] of writers) {
  test(`${writer} is ${byHand ? 'a' : 'no'} hand`, () => {
    assert.equal(handOf(leaseRecord({ writer })), byHand ? writer : undefined);
  });
}
