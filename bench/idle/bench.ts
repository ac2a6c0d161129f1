import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { member } from '../../exporter/kube/json.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import { buildProgram } from '../../scripts/build-program.ts';
import { startProgram, until } from '../../test/e2e/child-program.ts';
import { simulatedCluster } from '../../test/e2e/cluster.ts';
import { gatherCrowd } from '../census/crowd.ts';
import { rounded } from '../load/numbers.ts';
import { type Usage, usageOf } from '../load/process-usage.ts';
import type { BenchResult } from '../main.ts';

const connections = 1000;
const names = ['chat-1', 'chat-2', 'chat-3', 'chat-4', 'chat-5'];
const namespace = 'default';
const renewEveryMs = 2000;
const watchedMs = 60_000;
const goals = { rssMb: 110, corePercent: 0.5 } as const;

/** One sidecar, as it ships, that watches five leases and the connections of its Pod, scraped every 15 s. */
export async function bench(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-idle-'));
  const [cluster, crowd] = await Promise.all([simulatedCluster(), gatherCrowd(connections)]);
  const leases = await createLeases(cluster.url);
  const renewing = setInterval(() => void leases.renew(), renewEveryMs);
  try {
    await buildProgram(folder);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig, { mode: 0o600 });
    return report(await watch(folder, crowd.ports), await bareNodeMb());
  } finally {
    clearInterval(renewing);
    await Promise.all([crowd.stop(), cluster.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Found {
  readonly readyMs: number;
  readonly ready: Usage;
  readonly idle: Usage;
  readonly spentMs: number;
}

async function watch(folder: string, ports: readonly number[]): Promise<Found> {
  const started = performance.now();
  const child = startProgram({
    program: join(folder, 'leasewatch.js'),
    args: [
      ...['run', '--mode', 'sidecar', '--listen', '127.0.0.1:0', '--kubeconfig', join(folder, 'kubeconfig')],
      ...['--leases', names.join(), '--ports', ports.join(), '--outbox', join(folder, 'outbox.db')],
    ],
    env: { POD_NAMESPACE: namespace, POD_NAME: 'chat-0', HOME: folder },
  });
  const { pid } = child.process;
  if (pid === undefined) throw new Error('bench: the program did not start');
  try {
    const url = await child.url();
    await until('every source has been read', async () => (await fetch(`${url}/readyz`)).ok, 40_000, 20);
    const [readyMs, ready] = [performance.now() - started, usageOf(pid)];
    await until('all leases and connections are told', async () => isWhole(await scrape(url)));
    const [before, begun] = [usageOf(pid), performance.now()];
    for (let waited = 0; waited < watchedMs; waited += 15_000) {
      await sleep(15_000);
      await scrape(url);
    }
    const [idle, spentMs] = [usageOf(pid), performance.now() - begun];
    return { readyMs, ready, idle: { ...idle, cpuMs: idle.cpuMs - before.cpuMs }, spentMs };
  } finally {
    child.process.kill('SIGTERM');
    await child.ended;
  }
}

async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } })).text();
}

function isWhole(text: string): boolean {
  const held = [...text.matchAll(/^leasewatch_lease_state\{.*state="held"\} 1$/gm)].length;
  const open = /^leasewatch_websocket_connections\{.*\} (\d+)$/m.exec(text)?.[1];
  return held === names.length && Number(open) === connections;
}

/** Renewed as client-go does it: a whole new record over the one before. */
async function createLeases(url: string) {
  const path = `${url}/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const spec = () => {
    const now = formatMicroTime(Date.now() * 1000);
    return { holderIdentity: 'chat-0', leaseDurationSeconds: 15, acquireTime: now, renewTime: now };
  };
  const versions = new Map<string, unknown>();
  const write = async (method: string, to: string, name: string): Promise<void> => {
    const body = JSON.stringify({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      ...{ metadata: { name, namespace, resourceVersion: versions.get(name) }, spec: spec() },
    });
    const answer = await fetch(to, { method, body, headers: { 'content-type': 'application/json' } });
    if (!answer.ok) throw new Error(`bench: ${method} ${to} answered ${answer.status}`);
    versions.set(name, member(await answer.json(), 'metadata', 'resourceVersion'));
  };
  for (const name of names) await write('POST', path, name);
  return { renew: () => Promise.all(names.map((name) => write('PUT', `${path}/${name}`, name))) };
}

/** What a Node takes that does nothing at all. */
async function bareNodeMb(): Promise<number> {
  const bare = spawn(process.execPath, ['-e', "console.log('up'); setInterval(() => {}, 1e9)"]);
  try {
    await once(bare.stdout, 'data');
    await sleep(1000);
    return bare.pid === undefined ? Number.NaN : usageOf(bare.pid).rssMb;
  } finally {
    bare.kill();
  }
}

function report({ readyMs, ready, idle, spentMs }: Found, nodeMb: number): BenchResult {
  const corePercent = (idle.cpuMs / spentMs) * 100;
  const numbers = {
    ...{
      connections,
      leases: names.length,
      ready_ms: rounded(readyMs, 0),
      rss_ready_mb: rounded(ready.rssMb, 1),
    },
    ...{ rss_mb: rounded(idle.rssMb, 1), peak_rss_mb: rounded(idle.peakRssMb, 1) },
    ...{ rss_anon_mb: rounded(idle.anonMb, 1), rss_file_mb: rounded(idle.fileMb, 1) },
    node_rss_mb: rounded(nodeMb, 1),
    core_percent: rounded(corePercent),
  };
  for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(16)} ${value}`);
  const missed = [
    ...(idle.rssMb <= goals.rssMb
      ? []
      : [`${rounded(idle.rssMb, 1)} MB resident; the goal is ${goals.rssMb}`]),
    ...(corePercent <= goals.corePercent
      ? []
      : [`${rounded(corePercent)} % of a core; the goal is ${goals.corePercent}`]),
  ];
  return { numbers, missed };
}
