import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { systemClock } from '../../exporter/clock.ts';
import { leaseClient } from '../../exporter/kube/lease-client.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { type Cluster, simulatedCluster } from './cluster.ts';

const clock = systemClock();
const takeoverMs = 20_000;

interface Replica {
  readonly name: string;
  readonly program: ChildProgram;
  readonly url: string;
}

interface Stage {
  readonly cluster: Cluster;
  readonly otlp: MisbehavingReceiver;
  readonly loki: MisbehavingReceiver;
  start(name: string): Promise<Replica>;
  /** A candidate for `default/election`, started. */
  candidate(identity: string): Elector;
}

async function stage(t: TestContext): Promise<Stage> {
  const cluster = await simulatedCluster();
  const transport = cluster.transport();
  const [otlp, loki] = [await MisbehavingReceiver.start(), await MisbehavingReceiver.start()];
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-replicas-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig);
  const programs: ChildProgram[] = [];
  const electors: Elector[] = [];
  t.after(async () => {
    for (const program of programs) program.process.kill('SIGKILL');
    for (const elector of electors) elector.crash();
    await Promise.all(programs.map(({ ended }) => ended));
    await transport.close();
    await Promise.all([cluster.close(), otlp.stop(), loki.stop()]);
    rmSync(folder, { recursive: true });
  });
  return {
    ...{ cluster, otlp, loki },
    async start(name) {
      const program = startProgram({
        args: [
          ...['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig],
          ...['--otlp-endpoint', otlp.url, '--loki-url', loki.url],
          ...['--outbox', join(folder, `${name}.db`), '--replica-lease', 'leasewatch'],
        ],
        env: { HOME: folder, POD_NAME: name, POD_NAMESPACE: 'default' },
      });
      programs.push(program);
      const url = await program.url();
      await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200);
      return { name, program, url };
    },
    candidate(identity) {
      const where = { transport, clock, random: () => 0.1, namespace: 'default', lease: 'election' };
      const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };
      const elector = new Elector({ ...where, identity, times });
      electors.push(elector);
      void elector.start();
      return elector;
    },
  };
}

async function metric({ url }: Replica, series: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function pushes(replica: Replica): Promise<boolean> {
  return (await metric(replica, 'leasewatch_pushing')) === 1;
}

const roundsSchema = z.object({
  rounds: z.array(
    z.looseObject({
      ...{ lease: z.string(), traceId: z.string(), cause: z.string(), predecessor: z.string() },
      ...{ open: z.boolean(), gapSeconds: z.number().nullable() },
    }),
  ),
});

async function closedRound({ url }: Replica, lease: string, predecessor: RegExp) {
  const { rounds } = roundsSchema.parse(await (await fetch(`${url}/api/rounds`)).json());
  return rounds.find((round) => round.lease === lease && !round.open && predecessor.test(round.predecessor));
}

/** How often each span of a trace arrived. */
function arrivals({ received }: MisbehavingReceiver, traceId: string): Map<string, number> {
  const span = new RegExp(`"traceId":"${traceId}","spanId":"([0-9a-f]{16})"`, 'g');
  const counts = new Map<string, number>();
  for (const { body } of received) {
    for (const [, id = ''] of body.matchAll(span)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function accountsForEverything(replica: Replica, route: string): Promise<void> {
  const value = async (name: string) =>
    (await metric(replica, `leasewatch_outbox_${name.replace('ROUTE', `route="${route}"`)}`)) ?? Number.NaN;
  const [enqueued, delivered, pending, byLeader] = await Promise.all([
    value('enqueued_total{ROUTE}'),
    value('delivered_total{ROUTE}'),
    value('records{ROUTE}'),
    value('dropped_total{ROUTE,reason="by_leader"}'),
  ]);
  assert.equal(enqueued, delivered + pending + byLeader, `${replica.name}, ${route}`);
}

const held = 'leasewatch_lease_state{namespace="default",lease="election",class="election",state="held"}';

/** Root, silence, leaderless and settle. */
const spansPerRound = 4;

test('two programs: one pushes; killed, the other one does within 20 s, and every span arrives', async (t) => {
  const { otlp, loki, cluster, start, candidate } = await stage(t);
  const replicas = [await start('leasewatch-0'), await start('leasewatch-1')] as const;
  const [leader, standby] = replicas;
  await until('one pushes', async () => (await pushes(leader)) && !(await pushes(standby)));
  assert.match(await (await fetch(`${standby.url}/readyz`)).text(), /^ready: .*; this replica stands by$/m);

  const first = candidate('first');
  await until('the first leads', () => first.leading);
  const second = candidate('second');
  await until('both see it held', async () => {
    return (await metric(leader, held)) === 1 && (await metric(standby, held)) === 1;
  });
  first.crash();
  await until('both saw the round', async () => {
    const seen = await Promise.all(replicas.map((replica) => closedRound(replica, 'election', /first/)));
    return seen.every((round) => round !== undefined);
  });
  const [here, there] = await Promise.all(
    replicas.map((replica) => closedRound(replica, 'election', /first/)),
  );
  assert.ok(here !== undefined);
  assert.equal(here.traceId, there?.traceId);
  await until('its trace arrived', () => arrivals(otlp, here.traceId).size === spansPerRound);
  assert.deepEqual([...arrivals(otlp, here.traceId).values()], [1, 1, 1, 1]);

  leader.program.process.kill('SIGKILL');
  const killed = performance.now();
  const third = candidate('third');
  second.crash();
  await until('the third leads', () => third.leading);
  await until('the other one pushes', async () => pushes(standby));
  const took = performance.now() - killed;
  assert.ok(took <= takeoverMs, `took ${took} ms`);
  await until('the round of meanwhile was seen', async () => {
    return (await closedRound(standby, 'election', /second/)) !== undefined;
  });
  const meanwhile = await closedRound(standby, 'election', /second/);
  assert.ok(meanwhile !== undefined);
  await until('its trace arrived', () => arrivals(otlp, meanwhile.traceId).size === spansPerRound);
  assert.deepEqual([...arrivals(otlp, meanwhile.traceId).values()], [1, 1, 1, 1]);
  const again = [...arrivals(otlp, here.traceId).values()];
  assert.ok(again.length === spansPerRound && again.every((count) => count <= 2), again.join());
  await until('the line arrived', () =>
    loki.received.some(
      ({ body }) => body.includes('round closed') && body.includes(`"trace_id":"${meanwhile.traceId}"`),
    ),
  );

  await until('our own lease is judged', async () => {
    return (await closedRound(standby, 'leasewatch', /leasewatch-0/)) !== undefined;
  });
  const own = await closedRound(standby, 'leasewatch', /leasewatch-0/);
  assert.equal(own?.cause, 'expired');
  assert.ok(Number(own.gapSeconds) >= 15 && Number(own.gapSeconds) < 16, `gap ${own.gapSeconds}`);
  for (const route of ['traces', 'logs']) await accountsForEverything(standby, route);

  standby.program.process.kill('SIGTERM');
  assert.equal(await standby.program.ended, 0);
  assert.equal(await holder(cluster), '');
});

async function holder(cluster: Cluster): Promise<string | undefined> {
  const transport = cluster.transport();
  const client = leaseClient({ transport, clock, timeoutMs: 5000 });
  const read = await client.get('default', 'leasewatch', new AbortController().signal);
  await transport.close();
  return read.kind === 'found' ? read.lease.spec.holderIdentity : undefined;
}
