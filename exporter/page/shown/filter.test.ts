import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFrom, findLeases, findNodes, findRounds, noFilter, queryOf } from './filter.ts';
import { leaseRow, nodeRow, roundRow } from './fixture.ts';

const scheduler = leaseRow({ id: 'kube-system/scheduler', namespace: 'kube-system', pod: 'scheduler-a' });
const till = leaseRow({ id: 'shop/till', namespace: 'shop', state: 'expired', node: 'node-7' });
const leases = [scheduler, till];

test('filter: it stands in the address and comes back from it', () => {
  const filter = {
    text: 'a b&c',
    namespace: 'shop',
    states: ['held', 'expired'] as const,
    lease: 'shop/till',
  };
  const query = queryOf(filter);
  assert.equal(query, '?q=a+b%26c&namespace=shop&state=held,expired&lease=shop/till');
  assert.deepEqual(filterFrom(query), filter);
  assert.equal(queryOf(noFilter), '');
  assert.deepEqual(filterFrom(''), noFilter);
});

test('filter: a state that there is not is passed over', () => {
  assert.deepEqual(filterFrom('?state=gone,held').states, ['held']);
});

test('filter: every word must be somewhere in the row, in any case', () => {
  const found = (text: string) => findLeases(leases, { ...noFilter, text }).map(({ id }) => id);
  assert.deepEqual(found('SCHED kube'), ['kube-system/scheduler']);
  assert.deepEqual(found('node-7'), ['shop/till']);
  assert.deepEqual(found('system till'), []);
  assert.deepEqual(found('  '), ['kube-system/scheduler', 'shop/till']);
});

test('filter: by namespace and by state', () => {
  assert.deepEqual(findLeases(leases, { ...noFilter, namespace: 'shop' }), [till]);
  assert.deepEqual(findLeases(leases, { ...noFilter, states: ['held'] }), [scheduler]);
  assert.deepEqual(findLeases(leases, { ...noFilter, namespace: 'shop', states: ['held'] }), []);
});

test('filter: rounds are found by who took part, nodes by name and state', () => {
  const round = roundRow({ predecessor: 'till-a', fate: 'node_lost' });
  assert.deepEqual(findRounds([round], { ...noFilter, text: 'till-a node_lost' }), [round]);
  assert.deepEqual(findRounds([round], { ...noFilter, namespace: 'elsewhere' }), []);
  const nodes = [nodeRow({ id: 'node-1' }), nodeRow({ id: 'node-2', state: 'lost' })];
  assert.deepEqual(findNodes(nodes, { ...noFilter, text: 'lost' }), nodes.slice(1));
});
