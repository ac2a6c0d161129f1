import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { systemClock } from '../../exporter/clock.ts';
import { startChat } from '../../simulator/actors/chat.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { MisbehavingReceiver } from '../misbehaving-receiver.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { type Cluster, realCluster, simulatedCluster } from './cluster.ts';

const clock = systemClock();
const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };

/** A chat and two receivers around one folder; everything ends with the test. */
async function surroundings(t: TestContext, cluster: Cluster) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-run-'));
  const chat = await startChat({ random: () => 0.5, clients: 0 });
  const [otlp, loki] = [await MisbehavingReceiver.start(), await MisbehavingReceiver.start()];
  t.after(async () => {
    await Promise.all([cluster.close(), chat.stop(), otlp.stop(), loki.stop()]);
    rmSync(folder, { recursive: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  return { folder, chat, otlp, loki, kubeconfig };
}

/** Two candidates for `default/election`; the first one leads. */
function candidates(t: TestContext, cluster: Cluster) {
  const transport = cluster.transport();
  const electors = ['first', 'second'].map(
    (identity) =>
      new Elector({
        transport,
        clock,
        random: () => 0.1,
        namespace: 'default',
        lease: 'election',
        identity,
        times,
      }),
  );
  t.after(async () => {
    for (const elector of electors) elector.crash();
    await Promise.all(electors.map((elector) => elector.stop()));
    await transport.close();
  });
  const [first, second] = electors;
  assert.ok(first !== undefined && second !== undefined);
  return { first, second };
}

async function get(url: string, accept = '*/*'): Promise<string> {
  const response = await fetch(url, { headers: { accept } });
  return response.text();
}

const roundsSchema = z.object({
  rounds: z.array(
    z.looseObject({
      traceId: z.string(),
      lease: z.string(),
      cause: z.string(),
      outcome: z.string().nullable(),
      predecessor: z.string(),
      successor: z.string(),
      gapSeconds: z.number().nullable(),
      leaderlessSeconds: z.number().nullable(),
    }),
  ),
});

async function roundWith(url: string, cause: string) {
  const { rounds } = roundsSchema.parse(JSON.parse(await get(`${url}/api/rounds`)));
  return rounds.find((round) => round.cause === cause && round.outcome !== null);
}

async function metricValue(url: string, series: string): Promise<number | undefined> {
  const line = (await get(`${url}/metrics`)).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const story = 'the whole program: it starts, sees an election, a crash and an outage, and stops';

test(`${story} (simulated API server)`, async (t) => tell(t, await simulatedCluster()));

const assets = process.env.KUBEBUILDER_ASSETS ?? '';
const noAssets = 'skipped: KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd';

test(`${story} (kube-apiserver)`, { skip: assets === '' ? noAssets : false }, async (t) =>
  tell(t, await realCluster(assets)),
);

async function tell(t: TestContext, cluster: Cluster): Promise<void> {
  const { folder, chat, otlp, loki, kubeconfig } = await surroundings(t, cluster);
  const { first, second } = candidates(t, cluster);
  const recording = join(folder, 'recording.jsonl');
  const program = startProgram({
    args: [
      ...['run', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig, '--ports', String(chat.port)],
      ...['--otlp-endpoint', otlp.url, '--loki-url', loki.url, '--record', recording],
      ...['--outbox', join(folder, 'outbox.db')],
    ],
    env: { HOME: folder },
  });
  t.after(() => program.process.kill('SIGKILL'));
  const url = await program.url();
  await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200);

  void first.start();
  await until('the first leads', () => first.leading);
  void second.start();
  await until('held', async () => (await metricValue(url, held)) === 1);
  first.crash();
  await until('the round is closed', async () => (await roundWith(url, 'expired')) !== undefined);
  const round = await roundWith(url, 'expired');
  assert.ok(round !== undefined);
  assert.deepEqual(
    [round.predecessor, round.successor, round.outcome, round.lease],
    ['first', 'second', 'elected', 'election'],
  );
  const { gapSeconds, leaderlessSeconds } = round;
  assert.ok(gapSeconds !== null && gapSeconds >= 3 && gapSeconds < 6, `gap ${gapSeconds}`);
  assert.ok(leaderlessSeconds !== null && leaderlessSeconds < 2, `leaderless ${leaderlessSeconds}`);

  const exemplar = `# {trace_id="${round.traceId}"}`;
  assert.ok((await get(`${url}/metrics`, 'application/openmetrics-text')).includes(exemplar));
  await until('the trace arrived', () => hasSpan(otlp, round.traceId, 'election round'));
  for (const name of ['silence', 'leaderless', 'settle']) assert.ok(hasSpan(otlp, round.traceId, name), name);
  const line = new RegExp(`round closed, elected: first -> second.*"trace_id":"${round.traceId}"`);
  await until('the log line arrived', () => line.test(receivedText(loki)));

  await countsConnections(url, chat.port);
  await survivesAnOutage(url, cluster);
  await stopsCleanly(program, folder, url);
  await tellsTheRecording(recording, round.traceId);
}

const held = 'leasewatch_lease_state{namespace="default",lease="election",class="election",state="held"}';

async function countsConnections(url: string, port: number): Promise<void> {
  const clients = Array.from({ length: 7 }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  await until('seven connections are open', () => clients.every(({ readyState }) => readyState === 1));
  const series = `leasewatch_websocket_connections{namespace="",pod="",port="${port}"}`;
  await until('seven connections are counted', async () => (await metricValue(url, series)) === 7);
  for (const client of clients) client.terminate();
  await until('none is counted any more', async () => (await metricValue(url, series)) === 0);
}

/** Blind is not silent: the state is unknown, the page of metrics stays up, and no round opens. */
async function survivesAnOutage(url: string, cluster: Cluster): Promise<void> {
  await cluster.stop();
  await until(
    'the source is down',
    async () => (await metricValue(url, 'leasewatch_source_up{source="leases"}')) === 0,
  );
  assert.equal(await metricValue(url, held.replace('held', 'unknown')), 1);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  await cluster.start();
  await until(
    'the source is up',
    async () => (await metricValue(url, 'leasewatch_source_up{source="leases"}')) === 1,
  );
  await until('held again', async () => (await metricValue(url, held)) === 1);
}

/** It ends by itself, which it can do only when no socket, timer or thread is left; and leaves no process behind. */
async function stopsCleanly(program: ChildProgram, folder: string, url: string): Promise<void> {
  program.process.kill('SIGTERM');
  assert.equal(await program.ended, 0);
  assert.match(program.stderr(), /\binfo +stops\n$/);
  await assert.rejects(fetch(`${url}/healthz`));
  const left = readdirSync(folder).filter((name) => name.startsWith('outbox'));
  assert.deepEqual(left.toSorted(), ['outbox.db', 'outbox.db-ballast', 'outbox.db-owner']);
}

async function tellsTheRecording(recording: string, traceId: string): Promise<void> {
  assert.match(readFileSync(recording, 'utf8'), /^\{"recording":"leasewatch observations"/);
  const replay = startProgram({ args: ['replay', recording] });
  assert.equal(await replay.ended, 0);
  assert.match(
    replay.stdout(),
    new RegExp(`lease default/election: round opened, expired.*, trace ${traceId}`),
  );
  assert.match(replay.stdout(), /round closed, elected: first -> second/);
}

function receivedText(receiver: MisbehavingReceiver): string {
  return receiver.received.map(({ body }) => body).join('\n');
}

function hasSpan(receiver: MisbehavingReceiver, traceId: string, name: string): boolean {
  return new RegExp(`"traceId":"${traceId}"[^{}]*"name":"${name}"`).test(receivedText(receiver));
}
