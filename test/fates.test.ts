/** What became of leaders in the simulated cluster, as the whole line from the API server to the events tells it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswers } from '../exporter/assemble-answers.ts';
import { createDriver } from '../exporter/driver.ts';
import { exchange } from '../exporter/kube/exchange.ts';
import type { Event, Round } from '../exporter/model/event.ts';
import { Model } from '../exporter/model/model.ts';
import { leaseSource } from '../exporter/sources/leases.ts';
import { nodeSource } from '../exporter/sources/nodes.ts';
import { Kubelet } from '../simulator/actors/kubelet.ts';
import { podClient } from '../simulator/actors/pod-client.ts';
import { Replica } from '../simulator/actors/replica.ts';
import { createApiServer, inProcessTransport } from '../simulator/apiserver/api.ts';
import { createLedger } from '../simulator/ledger.ts';
import { seededRandom } from '../simulator/random.ts';
import { virtualClock } from '../simulator/scheduler.ts';

const times = { durationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };

/** Three nodes with a replica each of one workload, and the exporter's own line of data beside them. */
async function begin() {
  const clock = virtualClock();
  const api = createApiServer({ clock });
  const transport = inProcessTransport(api);
  const random = seededRandom(4);
  const stopper = new AbortController();
  const stop = stopper.signal;
  const channel = { transport, clock, timeoutMs: 5000 };
  await exchange(channel, 'POST', '/api/v1/namespaces', stop, { metadata: { name: 'shop' } });
  const nodes = ['n1', 'n2', 'n3'].map((name) => new Kubelet({ transport, clock, random, name }));
  const pods = podClient(channel);
  const ledger = createLedger(clock);
  const about = { clock, random, ledger, pods, namespace: 'shop', lease: 'till', times };
  const replicas = nodes.map((node) => new Replica({ ...about, node }));
  for (const actor of [...nodes, ...replicas]) {
    actor.start();
    await clock.advance(50);
  }
  const events: Event[] = [];
  const sources = [leaseSource({ transport, clock, random }), nodeSource({ transport, clock, random })];
  const names = sources.map(({ name }) => name);
  const model = new Model({ sources: names, nodes: { graceMs: 50_000 }, holders: true });
  const answer = createAnswers({ transport, clock, stop, sources: [] });
  const driver = createDriver({ clock, model, answer, onEvent: (event) => events.push(event) });
  const running = sources.map((source) => source.run(driver.emit, stop));
  await clock.advance(60_000);
  return { clock, channel, events, nodes, replicas, model, end };

  async function end(): Promise<void> {
    stopper.abort();
    driver.stop();
    await Promise.all([...running, ...[...nodes, ...replicas].map((each) => each.stop())]);
  }
}

type Cluster = Awaited<ReturnType<typeof begin>>;

function leaderOf({ replicas }: Cluster): Replica {
  return replicas.find((each) => each.leading) ?? assert.fail('nobody leads');
}

/** The rounds that closed, with their predecessors' fates; the first one of the workload is not among them. */
function closedRounds({ events }: Cluster): Round[] {
  return events.flatMap((event) =>
    event.kind === 'round' && event.step === 'closed' && event.round.predecessor !== '' ? [event.round] : [],
  );
}

const ways: readonly (readonly [string, (leader: Replica) => void])[] = [
  ['rolled', (leader) => leader.roll(3000)],
  ['evicted', (leader) => leader.evict(3000)],
  ['deleted', (leader) => leader.kill(3000)],
  ['oom_killed', (leader) => leader.runOutOfMemory(3000)],
  ['container_restarted', (leader) => leader.losePower(3000)],
  ['running', (leader) => void leader.hang(60_000)],
];

for (const [fate, strike] of ways) {
  test(`a leader that is ${fate.replace('_', ' ')}`, async () => {
    const cluster = await begin();
    const leader = leaderOf(cluster);
    const { node } = leader;
    strike(leader);
    await cluster.clock.advance(60_000);
    const [round] = closedRounds(cluster);
    assert.equal(round?.fate, fate);
    assert.equal(round.predecessorAt.node, node);
    assert.match(round.predecessorAt.pod, /^till-\w{9}-\w{5}$/);
    assert.notEqual(round.successorAt.pod, '');
    await cluster.end();
  });
}

test('a leader whose node is drained', async () => {
  const cluster = await begin();
  const leader = leaderOf(cluster);
  const { channel, clock } = cluster;
  const stop = new AbortController().signal;
  const path = `/api/v1/nodes/${leader.node}`;
  const got = await exchange(channel, 'GET', path, stop);
  assert.ok(got.kind === 'answered' && typeof got.body === 'object');
  await exchange(channel, 'PUT', path, stop, { ...got.body, spec: { unschedulable: true } });
  leader.evict(3000);
  await clock.advance(30_000);
  assert.equal(closedRounds(cluster)[0]?.fate, 'drained');
  await cluster.end();
});

test('a leader whose node is cut off: its round is closed before that is known, and told afterwards', async () => {
  const cluster = await begin();
  const leader = leaderOf(cluster);
  const node = cluster.nodes.find(({ name }) => name === leader.node) ?? assert.fail('it runs nowhere');
  node.cut();
  await cluster.clock.advance(90_000);
  const [round] = closedRounds(cluster);
  assert.equal(round?.fate, 'unknown');
  const told = cluster.events.find((event) => event.kind === 'round-fate');
  assert.equal(told?.traceId, round.traceId);
  node.mend();
  await cluster.clock.advance(90_000);
  const outage = cluster.events.find((event) => event.kind === 'node-outage' && event.step === 'closed');
  assert.ok(outage?.kind === 'node-outage');
  assert.deepEqual(outage.rounds, [round.traceId]);
  await cluster.end();
});

test('how many may lead, and where the leader runs, is known all the time', async () => {
  const cluster = await begin();
  const [lease] = [...cluster.model.leases()].filter(({ name }) => name === 'till');
  assert.equal(lease?.candidates, 3);
  assert.equal(lease.holderNode, leaderOf(cluster).node);
  await cluster.end();
});
