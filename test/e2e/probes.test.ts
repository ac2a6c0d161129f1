import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { stringify } from 'yaml';
import { needTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { freePort, startHaproxy, startNginx } from './front-proxies.ts';

/** A server of the package ws, with a way to break off all its connections. */
async function startServer(t: TestContext) {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('probes: the server has no port');
  const breakOff = () => {
    for (const client of server.clients) client.terminate();
  };
  t.after(() => {
    breakOff();
    http.close();
  });
  return { port: address.port, server, breakOff };
}

/** The port of the server in Python, or undefined after saying that the test was skipped. */
async function startPython(t: TestContext): Promise<number | undefined> {
  const python = needTool(t, 'python3');
  if (python === undefined) return undefined;
  const child = spawn(python, [join(import.meta.dirname, 'chat-server.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  t.after(async () => {
    child.stdin.end();
    await exit;
  });
  const [line] = await once(child.stdout, 'data');
  return Number(String(line));
}

/** leasewatch as a sidecar with these probes, and a way to look at its metrics. */
async function startProbing(t: TestContext, urls: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-probes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'leasewatch.yaml');
  const probes = Object.entries(urls).map(([name, url]) => ({
    ...{ name, url, interval: '2s', timeout: '1s', pingInterval: '100ms' },
  }));
  writeFileSync(config, stringify({ mode: 'sidecar', outbox: { path: 'off' }, websockets: { probes } }));
  const program = startProgram({ args: ['run', '--config', config, '--listen', '127.0.0.1:0'] });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const url = await program.url();
  /** The value of a sample, or undefined where there is none. */
  const sample = async (series: string): Promise<number | undefined> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`leasewatch_websocket_probe_${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { program, sample };
}

test('probes: servers of two languages, alone and behind real proxies', async (t) => {
  const { port, breakOff } = await startServer(t);
  const python = await startPython(t);
  const [nginx, haproxy] = [await startNginx(t, [port]), await startHaproxy(t, [port])];
  const broken = await startNginx(t, [await freePort()]);
  if (!python || !nginx || !haproxy || !broken) return;
  const to = (target: number) => `ws://127.0.0.1:${target}/`;
  const { program, sample } = await startProbing(t, {
    ws: to(port),
    python: to(python),
    nginx: to(nginx.port),
    haproxy: to(haproxy.port),
    broken: to(broken.port),
    nobody: to(await freePort()),
  });
  for (const target of ['ws', 'python', 'nginx', 'haproxy']) {
    await until(`${target} is up`, async () => (await sample(`up{target="${target}"}`)) === 1);
    const pongs = `ping_rtt_seconds_count{target="${target}"}`;
    await until(`${target} answers pings`, async () => Number(await sample(pongs)) > 2);
    assert.ok(Number(await sample(`phase_seconds_count{target="${target}",phase="upgrade"}`)) > 0);
  }
  await until('the broken proxy is told', async () => (await sample('up{target="broken"}')) === 0);
  assert.ok(Number(await sample('handshakes_total{target="broken",status="502",failure="status"}')) > 0);
  await until('that nobody is there is told', async () => (await sample('up{target="nobody"}')) === 0);
  assert.ok(Number(await sample('handshakes_total{target="nobody",status="none",failure="refused"}')) > 0);
  assert.match(program.stderr(), /probe broken fails \(status\): answered 502 where 101 was expected/);

  const closes = (target: string) => `closes_total{target="${target}",code="1006",initiator="server"}`;
  await until('the server breaks off', async () => {
    breakOff();
    return Number(await sample(closes('ws'))) > 0 && Number(await sample(closes('nginx'))) > 0;
  });
  assert.match(program.stderr(), /probe ws closed by the server with 1006 after \d/);
});
