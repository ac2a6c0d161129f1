/** Real WebSocket servers behind the census: what they speak above TCP changes nothing of the count. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PortCensus } from '../../exporter/model/observation.ts';
import { CensusTaker } from '../../exporter/sources/socket-census.ts';
import { needTool } from '../tool.ts';
import { until } from './child-program.ts';
import { makeNetwork, type Talker } from './network.ts';

const port = 8080;

interface ServerKind {
  readonly name: string;
  readonly program: string;
  /** Its first argument. */
  readonly kind: string;
  readonly tls: boolean;
  readonly url: (host: string) => string;
}

const node = 'crowd-chat-server.ts';
const kinds: readonly ServerKind[] = [
  { name: 'ws', program: node, kind: 'ws', tls: false, url: (host) => `ws://${host}:${port}/` },
  { name: 'ws with TLS', program: node, kind: 'ws', tls: true, url: (host) => `wss://${host}:${port}/` },
  ...(['http', 'https'] as const).map((scheme) => ({
    ...{ name: `Socket.IO over ${scheme}`, program: node, kind: 'socket.io', tls: scheme === 'https' },
    url: (host: string) => `io+${scheme}://${host}:${port}/`,
  })),
  {
    ...{ name: "Python's standard library", program: 'chat-server.py', kind: '*', tls: false },
    url: (host) => `ws://${host}:${port}/`,
  },
];

/** The files of a certificate of the test's own, or undefined after saying that the test was skipped. */
function certificate(t: TestContext): readonly [cert: string, key: string] | undefined {
  const openssl = needTool(t, 'openssl');
  if (openssl === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-census-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    openssl,
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      ...['-subj', '/CN=chat', '-keyout', key, '-out', cert],
    ]),
    { stdio: 'ignore' },
  );
  return [cert, key];
}

for (const { name, program, kind, tls, url } of kinds) {
  test(`real census: ${name} has as many connections as it says, at rest and under churn`, async (t) => {
    const network = makeNetwork(t);
    const files = tls ? certificate(t) : [];
    if (network === undefined || files === undefined) return;
    const server = await network.run('server', program, kind, String(port), ...files);
    const clients = await network.run('client', 'crowd-chat-clients.ts');
    await server.ask('count');
    const count = counter(server);
    await clients.ask(`open ${url(network.server.ipv4)} 20`);
    await clients.ask(`open ${url(`[${network.server.ipv6}]`)} 5`);
    await untilEqual(server, count, 25);
    await underChurn(server, count, clients.ask(`churn ${url(network.server.ipv4)} 40 2`));
    await untilEqual(server, count, 25);
    await clients.ask('close 10');
    await untilEqual(server, count, 15);
    const { listening, near, ghosts, stalled, unaccepted, ages } = count();
    assert.deepEqual([listening, near, ghosts, stalled, unaccepted], [true, 0, 0, 0, 0]);
    assert.ok((ages?.max ?? 0) > 1, `the oldest is there for ${ages?.max} s`);
  });
}

function counter(server: Talker): () => PortCensus {
  const taker = new CensusTaker();
  const job = { namespace: '', pod: '', processRoot: `/proc/${server.pid}`, ports: [port], find: false };
  return () => {
    const reply = taker.take({ ...job, origin: 'configured' }, performance.now());
    assert.ok(reply.kind === 'census', JSON.stringify(reply));
    const [counted] = reply.place.ports;
    assert.ok(counted);
    return counted;
  };
}

/** At rest both say the same. Polls of Socket.IO are connections, too, until they are closed. */
async function untilEqual(server: Talker, count: () => PortCensus, connections: number): Promise<void> {
  const said = async () => [(await server.ask('count'))[0], count().established];
  let last: readonly unknown[] = [];
  await until(
    `the server and the census have ${connections}`,
    async () => {
      last = await said();
      return last[0] === connections && last[1] === connections;
    },
    15_000,
  ).catch((error: unknown) => assert.fail(`${error}: ${last.join(', ')}`));
}

/**
 * What the server knows of TCP is the third number, and how many of those came or went the fourth. It learns
 * of an end a little later than the kernel: the census differs from what it said before by what came and went
 * since then, as it says itself within an interval between two censuses.
 */
async function underChurn(server: Talker, count: () => PortCensus, churn: Promise<unknown>): Promise<void> {
  let over = false;
  void churn.then(() => {
    over = true;
  });
  let [censuses, changed] = [0, 0];
  while (!over) {
    const [, , before = 0, changesBefore = 0] = await server.ask('count');
    const { established } = count();
    const explained = async () => {
      const [, , , changesAfter = 0] = await server.ask('count');
      changed = changesAfter;
      return Math.abs(established - before) <= changesAfter - changesBefore;
    };
    await until(`${established} instead of ${before} connections are explained`, explained, 1000, 10);
    censuses++;
  }
  assert.ok(censuses > 10 && changed > 100, `${censuses} censuses, ${changed} changes`);
}
