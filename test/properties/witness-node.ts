import assert from 'node:assert/strict';
import type { NodeOutageEvent, NodeState } from '../../exporter/model/event.ts';
import type { Witness } from './step.ts';

/** The states of nodes follow one another, missed heartbeats only grow, and outages open and close once. */
export function nodeWitness(): Witness {
  const states = new Map<string, NodeState>();
  const missed = new Map<string, number>();
  const open = new Map<string, string>();
  const ever = new Set<string>();
  return ({ events, model }) => {
    for (const event of events) {
      if (event.kind === 'node-outage') follow(event, open, ever);
      if (event.kind !== 'node-state') continue;
      assert.equal(event.from, states.get(event.node) ?? 'unknown', `${event.node}: comes from elsewhere`);
      states.set(event.node, event.to);
    }
    const gone = new Set([...states.keys(), ...missed.keys()]);
    for (const node of model.nodes()) {
      gone.delete(node.name);
      assert.equal(node.state, states.get(node.name) ?? 'unknown', `${node.name}: a state that was not told`);
      assert.ok(node.missed >= (missed.get(node.name) ?? 0), `${node.name}: missed fell`);
      missed.set(node.name, node.missed);
    }
    for (const name of gone) {
      states.delete(name);
      missed.delete(name);
      assert.equal(open.get(name), undefined, `${name} was forgotten within an outage`);
    }
  };
}

function follow(outage: NodeOutageEvent, open: Map<string, string>, ever: Set<string>): void {
  const { node, traceId, step, lastHeartbeat, lost, closed } = outage;
  if (step === 'opened') {
    assert.equal(open.get(node), undefined, `${node}: an outage opens within an outage`);
    assert.ok(!ever.has(traceId), `${node}: two outages of one trace id`);
    ever.add(traceId);
    open.set(node, traceId);
  } else {
    assert.equal(open.get(node), traceId, `${node}: an outage ends that did not begin`);
    open.delete(node);
  }
  assert.ok(lastHeartbeat <= lost, `${node}: lost before it was heard`);
  assert.equal(closed === undefined, step === 'opened');
  if (closed !== undefined) assert.ok(lost <= closed, `${node}: back before it was lost`);
}
