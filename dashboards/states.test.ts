import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseEdges, nodeEdges } from '../exporter/model/edges.ts';
import { leaseStates, nodeStates } from './states.ts';

const names = (states: readonly { readonly name: string }[]) => states.map(({ name }) => name).sort();

test('every state of the judge has a colour, and only health is green', () => {
  assert.deepEqual(names(leaseStates), Object.keys(leaseEdges).sort());
  assert.deepEqual(names(nodeStates), Object.keys(nodeEdges).sort());
  const green = [...leaseStates, ...nodeStates].filter(({ color }) => color.includes('green'));
  assert.deepEqual(names(green), ['alive', 'held']);
});
