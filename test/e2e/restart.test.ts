import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { systemClock } from '../../exporter/clock.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { startProgram, until } from './child-program.ts';
import { type Cluster, simulatedCluster } from './cluster.ts';

const clock = systemClock();
const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };

function candidate(t: TestContext, cluster: Cluster, identity: string): Elector {
  const transport = cluster.transport();
  const elector = new Elector({
    ...{ transport, clock, random: () => 0.1, namespace: 'default', lease: 'election', identity, times },
  });
  t.after(async () => {
    elector.crash();
    await elector.stop();
    await transport.close();
  });
  return elector;
}

const roundsSchema = z.object({
  rounds: z.array(
    z.looseObject({
      traceId: z.string(),
      outcome: z.string().nullable(),
      uncertain: z.boolean(),
      open: z.boolean(),
    }),
  ),
});

async function rounds(url: string) {
  const response = await fetch(`${url}/api/rounds`);
  return roundsSchema.parse(await response.json()).rounds;
}

async function metrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

const expired =
  'leasewatch_lease_state{namespace="default",lease="election",class="election",state="expired"} 1\n';

async function isExpired(url: string): Promise<boolean> {
  return (await metrics(url)).includes(expired);
}

/** How often a span of this name was delivered for a trace. */
function deliveries(receiver: MisbehavingReceiver, traceId: string, name: string): number {
  const bodies = receiver.received.map(({ body }) => body).join('\n');
  return [...bodies.matchAll(new RegExp(`"traceId":"${traceId}"[^{}]*"name":"${name}"`, 'g'))].length;
}

/** A cluster, a receiver, and a leasewatch that can be started over and over on the same files. */
async function surroundings(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-restart-'));
  const cluster = await simulatedCluster();
  const otlp = await MisbehavingReceiver.start();
  t.after(async () => {
    await Promise.all([cluster.close(), otlp.stop()]);
    rmSync(folder, { recursive: true });
  });
  const [kubeconfig, outbox] = [join(folder, 'kubeconfig'), join(folder, 'outbox.db')];
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const args = ['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig];
  const start = () => {
    const program = startProgram({
      args: [...args, '--otlp-endpoint', otlp.url, '--outbox', outbox],
      env: { HOME: folder },
    });
    t.after(() => program.process.kill('SIGKILL'));
    return program;
  };
  return { cluster, otlp, outbox, start };
}

/** Lets a leader be seen and crash; returns the trace id of the round that this opens. */
async function opensRound(t: TestContext, cluster: Cluster, url: string): Promise<string> {
  const leader = candidate(t, cluster, 'first');
  void leader.start();
  await until('the leader was seen renewing', async () =>
    /lease_renewals_total\{namespace="default",lease="election"\} [1-9]/.test(await metrics(url)),
  );
  leader.crash();
  await until('the round is open', () => isExpired(url));
  const traceId = (await rounds(url)).find(({ open }) => open)?.traceId;
  assert.ok(traceId !== undefined);
  return traceId;
}

test('killed in the middle of a round and started again, leasewatch tells one round to its end', async (t) => {
  const { cluster, otlp, outbox, start } = await surroundings(t);
  const before = start();
  const traceId = await opensRound(t, cluster, await before.url());
  await until('the silence is delivered', () => deliveries(otlp, traceId, 'silence') === 1);
  await until('the round is on disk', () => onDisk(outbox).includes(`"round":{"traceId":"${traceId}"`));
  before.process.kill('SIGKILL');
  assert.equal(await before.ended, null);

  const after = start();
  const url = await after.url();
  const told = async () =>
    (await rounds(url)).map((round) => [round.traceId, round.outcome, round.uncertain]);
  assert.deepEqual(await told(), [[traceId, null, false]], 'known before anything is seen');
  await until('expired again', () => isExpired(url));
  assert.deepEqual(await told(), [[traceId, null, false]], 'the same round');

  void candidate(t, cluster, 'second').start();
  await until('the round is closed', async () => (await rounds(url)).some(({ outcome }) => outcome !== null));
  assert.deepEqual(await told(), [[traceId, 'elected', false]]);
  await until('its root is delivered', () => deliveries(otlp, traceId, 'election round') === 1);
  assert.equal(deliveries(otlp, traceId, 'silence'), 1, 'told once, by the first process');
  after.process.kill('SIGTERM');
  assert.equal(await after.ended, 0);
});

/** The database and what is still in its log, as they lie on disk while the program runs. */
function onDisk(path: string): string {
  return [path, `${path}-wal`].map((file) => (existsSync(file) ? readFileSync(file, 'latin1') : '')).join('');
}
