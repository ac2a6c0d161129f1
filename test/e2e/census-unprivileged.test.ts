/** The census without a right: what it may read it counts, what it may not read has no count but a reason. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { needTool } from '../tool.ts';
import { type ChildProgram, startProgram, until } from './child-program.ts';
import { simulatedCluster } from './cluster.ts';
import { asNobody, nobody } from './nobody.ts';

async function chatServer(
  t: TestContext,
  clients: number,
): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('test: no port');
  const all = Array.from({ length: clients }, () => new WebSocket(`ws://127.0.0.1:${address.port}/`));
  await Promise.all(all.map((client) => once(client, 'open')));
  t.after(() => {
    for (const each of [...all, ...server.clients]) each.terminate();
    server.close();
  });
  return { server, port: address.port };
}

async function metricsOf(program: ChildProgram): Promise<string> {
  return (await fetch(`${await program.url()}/metrics`)).text();
}

/** A sidecar beside the server, and its metrics once the connections of the server are counted. */
async function besideServer(t: TestContext, as: { readonly uid?: number }): Promise<string> {
  const { server, port } = await chatServer(t, 6);
  const args = ['run', '--mode', 'sidecar', '--ports', String(port), '--listen', '127.0.0.1:0'];
  const program = startProgram({ args: [...args, '--outbox', 'off'], ...as });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const counted = `leasewatch_websocket_connections{namespace="",pod="",port="${port}"} ${server.clients.size}`;
  await until('the connections are counted', async () => (await metricsOf(program)).includes(counted));
  return metricsOf(program);
}

test('real census: a sidecar counts its own namespace as nobody', async (t) => {
  const other = asNobody(t);
  const metrics = await besideServer(t, other);
  assert.match(metrics, /^leasewatch_source_up\{source="sockets"\} 1$/m);
  if (other.uid === undefined) return;
  // It may not look into a process of another user: of its descriptors it tells why it does not know them.
  assert.match(metrics, /^leasewatch_websocket_unread_fds\{.*reason="not_visible"\} 1$/m);
  assert.doesNotMatch(metrics, /websocket_open_fds\{/);
});

test('real census: a sidecar of the same user tells what the server has open', async (t) => {
  const metrics = await besideServer(t, {});
  const told =
    /^leasewatch_websocket_(open_fds|unread_fds)\{namespace="",pod="",container=""(.*)\} (\d+)$/m.exec(
      metrics,
    );
  const [, name, reason, value] = told ?? [];
  // Six clients and both of their ends, since they are of the same process.
  if (name === 'open_fds') assert.ok(Number(value) > 12, `${value} descriptors`);
  else assert.equal(reason, ',reason="not_told"');
});

/** A /proc of its own, in which a process sees no other one: as some machines are set up. */
function withHiddenProcesses(t: TestContext): readonly string[] | undefined {
  const [unshare, setpriv] = [needTool(t, 'unshare'), needTool(t, 'setpriv')];
  if (unshare === undefined || setpriv === undefined) return undefined;
  const mount = 'mount -t proc -o hidepid=invisible proc /proc && exec "$@"';
  const drop = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
  const through = [unshare, '--mount', 'sh', '-c', mount, 'sh', setpriv, ...drop];
  const [command = '', ...words] = through;
  const { status, stderr } = spawnSync(command, [...words, 'true']);
  if (status === 0) return through;
  t.skip(`skipped: mounting a /proc of one's own needs root: ${stderr}`);
  return undefined;
}

test('real census: where no other process can be seen nothing is counted, and the reason is told', async (t) => {
  const through = withHiddenProcesses(t);
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  if (through === undefined || asNobody(t).uid === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-hidden-'));
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig);
  await fetch(`${cluster.url}/api/v1/namespaces/default/pods`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'chat-0' } },
      spec: { nodeName: 'node-1', containers: [{ name: 'chat', image: 'chat' }] },
    }),
  });
  const args = ['run', '--mode', 'node', '--kubeconfig', kubeconfig, '--ports', '8080', '--outbox', 'off'];
  const listen = ['--listen', '127.0.0.1:0'];
  const program = startProgram({ args: [...args, ...listen], env: { NODE_NAME: 'node-1' }, through });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const url = await program.url();
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const why = /source sockets: .*no process of any Pod is visible here: the Pod needs hostPID/;
  await until('the reason is told', () => why.test(program.stdout() + program.stderr()));
  assert.match(await metrics(), /^leasewatch_source_up\{source="sockets"\} 0$/m);
  assert.doesNotMatch(await metrics(), /^leasewatch_websocket_(connections|node_connections)\{/m);
});
