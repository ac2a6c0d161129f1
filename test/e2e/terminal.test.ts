import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '../../exporter/clock.ts';
import { exchange } from '../../exporter/kube/exchange.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import { leaseAnswer } from '../../exporter/terminal/fixture.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { findTool } from '../tool.ts';
import { startProgram, until } from './child-program.ts';
import { type Cluster, realCluster, simulatedCluster } from './cluster.ts';

const clock = systemClock();
const main = join(import.meta.dirname, '../../exporter/main.ts');
const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.3 };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly warned: string;
}

/** A command as a user types it; the environment has nothing of the person's own. */
async function type(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const program = startProgram({ args, env });
  const code = await program.ended;
  return { code, out: program.stdout(), warned: program.stderr() };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-terminal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function simulated(t: TestContext) {
  const cluster = await simulatedCluster();
  t.after(() => cluster.close());
  return cluster;
}

/** A leader of `default/main` who can be made to crash, and a kubeconfig for the rest of us. */
function led(t: TestContext, cluster: Cluster) {
  const kubeconfig = join(temporaryFolder(t), 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const transport = cluster.transport();
  const common = { transport, clock, random: () => 0.1, namespace: 'default', lease: 'main', times };
  const leader = new Elector({ ...common, identity: 'main-a' });
  void leader.start();
  t.after(async () => {
    leader.crash();
    await leader.stop();
    await transport.close();
  });
  return { kubeconfig, leader };
}

/** A leasewatch that watches the cluster. */
async function watching(t: TestContext, kubeconfig: string): Promise<string> {
  const args = ['run', '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', '--outbox', 'off'];
  const program = startProgram({ args });
  t.after(async () => {
    program.process.kill('SIGTERM');
    await program.ended;
  });
  const url = await program.url();
  await until('the leader is seen', async () =>
    (await (await fetch(`${url}/api/leases`)).text()).includes('"state":"held"'),
  );
  return url;
}

/** A lease as somebody without manners writes it. */
async function writeLease(cluster: Cluster, name: string, holder: string, at: number): Promise<void> {
  const transport = cluster.transport();
  const lease = {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'default' } },
    spec: { holderIdentity: holder, leaseDurationSeconds: 3600, renewTime: formatMicroTime(at) },
  };
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const channel = { transport, clock, timeoutMs: 5000 };
  const written = await exchange(channel, 'POST', path, new AbortController().signal, lease);
  assert.ok(written.kind === 'answered' && written.status === 201, JSON.stringify(written));
  await transport.close();
}

test('beside a running leasewatch: a table that goes on, a story, and an end as scripts need it', async (t) => {
  const { kubeconfig, leader } = led(t, await simulated(t));
  const url = await watching(t, kubeconfig);
  const table = startProgram({ args: ['leases', '--watch', '--url', url], env: { FORCE_COLOR: '1' } });
  t.after(() => table.process.kill('SIGKILL'));
  await until('the table is there', () => /main-a/.test(table.stdout()));
  const held = await type(['explain', 'default/main'], { LEASEWATCH_URL: url });
  assert.equal(held.code, 0, held.warned);
  assert.match(
    held.out,
    /^default\/main: held by main-a since [\d:]+, renewed \d\.\d s ago, \d\.\d s left\.\n/,
  );

  leader.crash();
  await until('the expiry is appended', () => /expired/.test(table.stdout()));
  table.process.kill('SIGINT');
  assert.equal(await table.ended, 0);
  const plain = table
    .stdout()
    .replace('\u001b[32mheld\u001b[39m', 'held')
    .replace('\u001b[31mexpired\u001b[39m', 'expired');
  const [head, first, second, end] = plain.split('\n');
  assert.match(head ?? '', /^NAMESPACE +LEASE +STATE +FOR +HOLDER +RENEWED +LEFT$/);
  assert.match(first ?? '', /^default +main +held +\S+s +main-a +\S+s +\S+s$/);
  assert.match(second ?? '', /^default +main +expired +\S+s +main-a +\S+s +-\S+s$/);
  assert.equal(end, '', 'a renewal is no line');
  const stale = await type(['explain', 'default/main'], { LEASEWATCH_URL: url });
  assert.equal(stale.code, 1, stale.warned);
  assert.match(
    stale.out,
    /^default\/main: EXPIRED: main-a renewed it last .*\nAn election round is open \(expired\)/,
  );
});

test('a command that was not typed as it must be ends with 2, and one without a cluster with 3', async (t) => {
  const env = { HOME: temporaryFolder(t) };
  const cases = [
    [['explain', 'a'], 2, /^error: a lease is named NAMESPACE\/NAME, not "a"/],
    [['leases', '--state', 'dead'], 2, /"dead" is none of held, /],
    [['leases', '--cluster', '--url', 'http://x'], 2, /^error: --url and --cluster exclude each other/],
    [['leases', '--cluster'], 3, /^leasewatch: cannot find a cluster: /],
  ] as const;
  const ended = await Promise.all(cases.map(([args]) => type(args, env)));
  for (const [index, [args, code, warned]] of cases.entries()) {
    assert.equal(ended[index]?.code, code, args.join(' '));
    assert.match(ended[index]?.warned ?? '', warned);
  }
});

/** The same commands at an API server, and no leasewatch anywhere. */
async function straight(t: TestContext, cluster: Cluster): Promise<void> {
  const { kubeconfig, leader } = led(t, cluster);
  await writeLease(cluster, 'old', 'gone', clock.now().wall - 86_400e6);
  const from = ['--cluster', '--kubeconfig', kubeconfig];
  const table = await type(['leases', '-n', 'default', ...from]);
  assert.equal(table.code, 0, table.warned);
  assert.match(table.out, /^main +held +\S+ +main-a +\d\.\ds/m);
  assert.match(table.out, /^old +unknown +\S+ +gone +~24h +-$/m);
  assert.match(table.warned, /^leasewatch: 1 lease is not judged: nobody wrote/);
  const unknown = await type(['explain', 'default/old', '--look', '100ms', ...from]);
  assert.equal(unknown.code, 4, unknown.warned);
  assert.match(
    unknown.out,
    /^default\/old: not judged yet: .* in 59 min at the earliest\. Its record names gone, renewed at .* by its own clock \(24 h ago\)\.\n/,
  );
  leader.crash();
  const stale = await type(['explain', 'default/main', ...from]);
  assert.equal(stale.code, 1, stale.out + stale.warned);
}

test('straight from the cluster, by the same judge', async (t) => straight(t, await simulated(t)));

const assets = process.env.KUBEBUILDER_ASSETS;
test('straight from a real API server', {
  skip: assets === undefined ? 'skipped: KUBEBUILDER_ASSETS is not set' : false,
  timeout: 120_000,
}, async (t) => {
  const cluster = await realCluster(assets ?? '');
  t.after(() => cluster.close());
  await straight(t, cluster);
});

/** A folder for the PATH with the program under this name, as npm links it there. */
function installed(t: TestContext, name: string): string {
  const folder = temporaryFolder(t);
  symlinkSync(process.execPath, join(folder, 'node'));
  symlinkSync(main, join(folder, name));
  return `${folder}:${process.env.PATH ?? ''}`;
}

test('as a plugin of kubectl it asks the cluster of kubectl', async (t) => {
  const { kubeconfig } = led(t, await simulated(t));
  const env = { PATH: installed(t, 'kubectl-leasewatch'), KUBECONFIG: kubeconfig };
  // What kubectl does with a plugin is to run it by its name: without kubectl we do that ourselves.
  const kubectl = findTool('kubectl');
  const run = (...args: string[]) =>
    kubectl === undefined
      ? promisify(execFile)('kubectl-leasewatch', args, { env })
      : promisify(execFile)(kubectl, ['leasewatch', ...args], { env });
  assert.match((await run('leases', '-n', 'default')).stdout, /^main +held /m);
  assert.match((await run('explain', '--help')).stdout, /^Usage: kubectl leasewatch explain/);
});

test('bash completes commands, options, their words and the leases that there are', async (t) => {
  const lease = JSON.stringify({ leases: [leaseAnswer()] });
  const server = createServer((_request, response) => response.end(lease)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const env = { PATH: installed(t, 'leasewatch'), LEASEWATCH_URL: `http://127.0.0.1:${address.port}` };
  const lines: readonly (readonly string[])[] = [
    ['ex'],
    ['outbox', ''],
    ['leases', '--all'],
    ['leases', '-n', 'x', '-o', ''],
    ['explain', 'kube-system/s'],
    ['run', '--config', ''],
  ];
  const typed = lines.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(leasewatch ${quoted}) COMP_CWORD=${words.length}; _leasewatch; echo "\${COMPREPLY[*]}"`;
  });
  const script = ['source <(leasewatch completion bash)', 'complete -p leasewatch', ...typed].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { env });
  assert.deepEqual(stdout.split('\n'), [
    'complete -F _leasewatch leasewatch',
    'explain',
    'ls show export',
    '--all-namespaces',
    'wide json yaml name',
    'kube-system/scheduler',
    '',
    '',
  ]);
});
