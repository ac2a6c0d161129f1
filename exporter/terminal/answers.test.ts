import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, closedRound, leaseView, modelView, nodeView, roundEvent } from '../signals/fixtures.ts';
import { nodeJson, roundJson } from '../signals/json.ts';
import { leasesJson } from '../signals/json-leases.ts';
import { createLeaseHistory } from '../signals/lease-history.ts';
import { answerSchemas, parseAnswer } from './answers.ts';

test('what the API tells is understood, whole', () => {
  const history = createLeaseHistory();
  history.observe(roundEvent('closed', { fate: 'drained' }));
  const view = modelView({ leases: [leaseView()] });
  const told = { ...leasesJson(view, history, at(0), at(30)), rounds: [roundJson(closedRound())] };
  const body = JSON.stringify({ ...told, nodes: [nodeJson(nodeView(), at(30))] });
  const leases = parseAnswer('leases', answerSchemas.leases, body);
  const rounds = parseAnswer('rounds', answerSchemas.rounds, body);
  const nodes = parseAnswer('nodes', answerSchemas.nodes, body);
  assert.deepEqual([leases.kind, rounds.kind, nodes.kind], ['ok', 'ok', 'ok']);
  assert.ok(leases.kind === 'ok');
  assert.deepEqual(leases.answer.leases, JSON.parse(body).leases);
  assert.equal(leases.answer.leases[0]?.lastRound?.predecessorFate, 'drained');
});

test('what an older leasewatch does not tell is null', () => {
  const { lastRound, changesLastDay, absent, ...old } =
    leasesJson(modelView({ leases: [leaseView()] }), createLeaseHistory(), at(0), at(30)).leases[0] ?? {};
  assert.deepEqual([lastRound, changesLastDay, absent], [null, 0, null]);
  const parsed = parseAnswer('leases', answerSchemas.leases, JSON.stringify({ leases: [old] }));
  assert.ok(parsed.kind === 'ok', JSON.stringify(parsed));
  const [lease] = parsed.answer.leases;
  assert.deepEqual([lease?.lastRound, lease?.changesLastDay, lease?.absent], [null, null, null]);
  assert.deepEqual([parsed.answer.asOf, parsed.answer.watchedSeconds], [null, null]);
});

for (const [body, why] of [
  ['<html>', '/api/leases answers no JSON: is this leasewatch?'],
  ['{"leases":{}}', '/api/leases answers what is not understood at leases: is this leasewatch?'],
  [
    '{"leases":[{"namespace":7}]}',
    '/api/leases answers what is not understood at leases.0.namespace: is this leasewatch?',
  ],
  ['[]', '/api/leases answers what is not understood: is this leasewatch?'],
] as const) {
  test(`what is not understood is named: ${body}`, () => {
    assert.deepEqual(parseAnswer('leases', answerSchemas.leases, body), { kind: 'failed', why });
  });
}
