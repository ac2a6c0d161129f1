import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fitFor } from '../../exporter/commands/fit-process.ts';
import { buildProgram } from '../../scripts/build-program.ts';
import type { MemoryTold, PausesTold } from './pause-probe.ts';

/** A program that watches Leases and serves metrics of them. */
export interface Contestant {
  readonly name: 'leasewatch' | 'ksm' | 'plain';
  start(server: string, ca?: string): Promise<Running>;
}

export interface Running {
  readonly pid: number;
  readonly metrics: string;
  /** Whether it says that it has listed everything; true where it cannot say. */
  ready(): Promise<boolean>;
  /** How many leases a text of its metrics tells of. */
  leasesIn(text: string): number;
  /** Of leasewatch alone: looks at the pauses of its main thread from here on, until they are asked for. */
  watchPauses(): void;
  pauses(): Promise<PausesTold>;
  /** Of leasewatch alone: what is in use in the thread that watches and serves. */
  memory(): Promise<MemoryTold>;
  stop(): Promise<void>;
}

export interface Contestants {
  /** Our own first; kube-state-metrics only where there is one. */
  readonly all: readonly Contestant[];
  /** Where kube-state-metrics is, if it is. */
  readonly ksm: string | undefined;
  close(): void;
}

/**
 * leasewatch as it ships, in a bundle that is built for this, and what it is measured against. kube-state-metrics
 * packs its answers by gzip only with a flag: `ksmPacks`.
 */
export async function prepareContestants({ ksmPacks = false } = {}): Promise<Contestants> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-bench-'));
  await buildProgram(folder);
  const ksm = findKubeStateMetrics();
  const all = [
    leasewatch(folder),
    ...(ksm === undefined ? [] : [kubeStateMetrics(folder, ksm, ksmPacks)]),
    plain(folder),
  ];
  return {
    all,
    ksm,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function findKubeStateMetrics(): string | undefined {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kube-state-metrics'));
  return [process.env.KUBE_STATE_METRICS ?? '', ...folders].find((file) => file !== '' && existsSync(file));
}

const probe = join(import.meta.dirname, 'pause-probe.ts');

/** Leases alone, as the others: no Nodes, and no Pods of holders. */
function leasewatch(folder: string): Contestant {
  return {
    name: 'leasewatch',
    async start(server, ca) {
      const config = join(folder, 'leasewatch.yaml');
      const kubernetes = { kubeconfig: writeKubeconfig(folder, server, ca), nodes: false, pods: false };
      writeFileSync(config, JSON.stringify({ mode: 'cluster', listen: '127.0.0.1:0', kubernetes }));
      // It would start itself again with these, and its channel to us would be closed.
      const { flags, env } = fitFor('cluster');
      const program = [...flags, '--import', probe, join(folder, 'leasewatch.js'), 'run', '--config', config];
      const told = await launch(process.execPath, program, /(http:\/\/[\d.:]+\/metrics)/, env);
      const ready = told.metrics.replace('/metrics', '/readyz');
      return {
        ...told,
        ready: () => answersOk(ready),
        leasesIn: (text) => count(text, /^leasewatch_(lease_info|node_heartbeat_state)\{/gm),
      };
    },
  };
}

function kubeStateMetrics(folder: string, binary: string, packs: boolean): Contestant {
  return {
    name: 'ksm',
    async start(server, ca) {
      const kubeconfig = writeKubeconfig(folder, server, ca);
      const [port, telemetry] = [await freePort(), await freePort()];
      const flags = [
        '--resources=leases',
        `--kubeconfig=${kubeconfig}`,
        '--host=127.0.0.1',
        `--port=${port}`,
        ...(packs ? ['--enable-gzip-encoding'] : []),
      ];
      const own = ['--telemetry-host=127.0.0.1', `--telemetry-port=${telemetry}`];
      const told = await launch(
        binary,
        [...flags, ...own],
        /(Started metrics server|Starting metrics server)/,
      );
      const metrics = `http://127.0.0.1:${port}/metrics`;
      return { ...told, metrics, leasesIn: (text) => count(text, /^kube_lease_renew_time\{/gm) };
    },
  };
}

function plain(folder: string): Contestant {
  return {
    name: 'plain',
    async start(server, ca) {
      const program = join(import.meta.dirname, '../plain/plain-process.ts');
      const told = await launch(
        process.execPath,
        [program, writeKubeconfig(folder, server, ca)],
        /(http:\S+)/,
      );
      return { ...told, leasesIn: (text) => count(text, /^lease_renew_timestamp_seconds\{/gm) };
    },
  };
}

/** Starts a program and waits for the line that says where it serves. */
async function launch(
  command: string,
  args: readonly string[],
  told: RegExp,
  env: Readonly<Record<string, string>> = {},
) {
  const home = mkdtempSync(join(tmpdir(), 'leasewatch-bench-home-'));
  const child = spawn(command, [...args], {
    env: { ...env, PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed = `${printed}${text}`.slice(-100_000);
    });
  while (!told.test(printed)) {
    if (child.exitCode !== null) throw new Error(`bench: ${command} ended:\n${printed}`);
    await sleep(5);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`bench: ${command} has no pid`);
  return {
    ...{ pid, metrics: told.exec(printed)?.[1] ?? '' },
    ready: async () => true,
    watchPauses: () => void child.send('watch pauses'),
    pauses: () => ask<PausesTold>(child, 'tell pauses'),
    memory: () => ask<MemoryTold>(child, 'tell memory'),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function ask<T>(child: ChildProcess, what: string): Promise<T> {
  const answer = once(child, 'message');
  child.send(what);
  const [told]: T[] = await answer;
  if (told === undefined) throw new Error(`bench: asked to ${what}, it told nothing`);
  return told;
}

function writeKubeconfig(folder: string, server: string, ca: string | undefined): string {
  const file = join(folder, 'kubeconfig');
  const authority =
    ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench' },
    clusters: [{ name: 'bench', cluster: { server, ...authority } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // it does not serve yet
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('bench: no free port');
  return address.port;
}
