import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { needTool } from '../tool.ts';
import { until } from './child-program.ts';
import { freePort, startHaproxy, startNginx } from './front-proxies.ts';
import { startWithProbes } from './probing-program.ts';

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

/** Probes every two seconds, so that a test sees several. */
function startProbing(t: TestContext, urls: Readonly<Record<string, string>>) {
  const often = { interval: '2s', timeout: '1s', pingInterval: '100ms' };
  return startWithProbes(
    t,
    Object.entries(urls).map(([name, url]) => ({ name, url, ...often })),
  );
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
