import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { stringify } from 'yaml';
import { startProgram, until } from './child-program.ts';

/** Starts a server on a free port, until the test ends, and says which. */
async function portOf(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('neighbours: the server has no port');
  return address.port;
}

/** What accepts the upgrade and then does this with every client. */
async function chatOf(t: TestContext, greet: (peer: WebSocket) => void): Promise<number> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (peer) => {
    peer.on('error', () => undefined);
    greet(peer);
  });
  t.after(() => {
    for (const peer of server.clients) peer.terminate();
  });
  return portOf(t, http);
}

const never: RequestListener = () => undefined;
const page: RequestListener = (_request, response) => response.end('<!DOCTYPE html>\n<html></html>');
const series = Buffer.from('x{a="b"} 1\n'.repeat(5000));

/** Sends lines of metrics without end, and never the one that is looked for. */
const endless: RequestListener = (_request, response) => {
  while (!response.destroyed && response.write(series));
  if (!response.destroyed) response.once('drain', () => endless(_request, response));
};

const junk = Buffer.alloc(64 * 1024);

function flood(peer: WebSocket): void {
  if (peer.readyState === peer.OPEN) peer.send(junk, () => flood(peer));
}

interface Bad {
  readonly name: string;
  readonly port: number;
  readonly reason: string;
  readonly line: RegExp;
}

async function badTargets(t: TestContext): Promise<readonly Bad[]> {
  const server = (listener: RequestListener) => portOf(t, createServer(listener));
  const upgraded = (peer: WebSocket) => peer.terminate();
  const failing = (name: string, reason: string, words: string) =>
    new RegExp(`probe ${name} fails \\(${reason}\\): ${words}`, 'g');
  return [
    {
      ...{ name: 'silent', port: await server(never), reason: 'timeout' },
      line: failing('silent', 'timeout', 'not done within 0.2 s, in phase upgrade'),
    },
    {
      ...{ name: 'page', port: await server(page), reason: 'status' },
      line: failing('page', 'status', 'answered 200 where 101 was expected'),
    },
    {
      ...{ name: 'flood', port: await chatOf(t, flood), reason: 'flood' },
      line: failing('flood', 'flood', 'closed with 1006 before the first pong: more than 1048576 bytes'),
    },
    {
      ...{ name: 'gone', port: await chatOf(t, upgraded), reason: 'closed' },
      line: failing('gone', 'closed', 'closed with 1006 before the first pong'),
    },
  ];
}

async function badEndpoints(t: TestContext): Promise<readonly Bad[]> {
  const server = (listener: RequestListener) => portOf(t, createServer(listener));
  const down = (name: string, words: string) => new RegExp(`source endpoints/${name}: down, ${words}`, 'g');
  return [
    {
      ...{ name: 'endless', port: await server(endless), reason: 'too_large' },
      line: down('endless', 'sends more than 16777216 bytes'),
    },
    {
      ...{ name: 'mute', port: await server(never), reason: 'timeout' },
      line: down('mute', 'no whole answer within 0.2 s'),
    },
    {
      ...{ name: 'html', port: await server(page), reason: 'not_prometheus' },
      line: down('html', 'line 1: no sample: '),
    },
  ];
}

/** leasewatch between all of them, and a way to look at its metrics. */
async function startBetween(t: TestContext, websockets: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-neighbours-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'leasewatch.yaml');
  writeFileSync(config, stringify({ mode: 'sidecar', outbox: { path: 'off' }, websockets }));
  const program = startProgram({ args: ['run', '--config', config, '--listen', '127.0.0.1:0'] });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const url = await program.url();
  const exposition = async () => (await fetch(`${url}/metrics`)).text();
  const sample = async (name: string): Promise<number | undefined> => {
    const line = (await exposition()).split('\n').find((each) => each.startsWith(`leasewatch_${name} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { program, exposition, sample };
}

test('bad neighbours: each has its reason in a metric and one line in the log, and none a count', async (t) => {
  const [targets, endpoints] = [await badTargets(t), await badEndpoints(t)];
  /** Who answers at all has the time for it on a machine that is busy. */
  const often = (reason: string) =>
    reason === 'timeout' ? { interval: '400ms', timeout: '200ms' } : { interval: '1500ms' };
  const { program, exposition, sample } = await startBetween(t, {
    probes: targets.map(({ name, port, reason }) => ({
      ...{ name, url: `ws://127.0.0.1:${port}/`, ...often(reason) },
    })),
    endpoints: endpoints.map(({ name, port, reason }) => ({
      ...{ name, url: `http://127.0.0.1:${port}/`, connections: 'open' },
      ...(name === 'endless' ? { interval: '20s', timeout: '20s' } : often(reason)),
    })),
  });
  for (const { name, reason } of targets) {
    const status = reason === 'timeout' ? 'none' : name === 'page' ? '200' : '101';
    const failed = `websocket_probe_handshakes_total{target="${name}",status="${status}",failure="${reason}"}`;
    await until(`${name} failed three times`, async () => Number(await sample(failed)) >= 3);
    assert.equal(await sample(`websocket_probe_up{target="${name}"}`), 0, name);
  }
  for (const { name, reason } of endpoints) {
    const failed = `websocket_endpoint_failures_total{target="${name}",reason="${reason}"}`;
    const least = name === 'endless' ? 1 : 3;
    await until(`${name} failed`, async () => Number(await sample(failed)) >= least);
    assert.equal(await sample(`source_up{source="endpoints/${name}"}`), 0, name);
  }
  assert.doesNotMatch(await exposition(), /^leasewatch_websocket_(proxy|app)_connections/m);
  for (const { name, line } of [...targets, ...endpoints]) {
    assert.equal(program.stderr().match(line)?.length, 1, `one line about ${name}:\n${program.stderr()}`);
  }
});

test('bad neighbours: connections that break off again and again are counted all, and told now and then', async (t) => {
  const port = await chatOf(t, (peer) => peer.once('ping', () => setImmediate(() => peer.terminate())));
  const url = `ws://127.0.0.1:${port}/`;
  const { program, sample } = await startBetween(t, { probes: [{ name: 'chat', url, interval: '200ms' }] });
  const closes = 'websocket_probe_closes_total{target="chat",code="1006",initiator="server"}';
  await until('eight connections broke off', async () => Number(await sample(closes)) >= 8);
  const lines = program.stderr().match(/probe chat closed by the server with 1006/g);
  assert.equal(lines?.length, 4, program.stderr());
});
