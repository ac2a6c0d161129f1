import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromJudge } from './judge-process.ts';

/** leasewatch in a process of its own, with a record of when it judged. */
export interface Judge {
  readonly metricsUrl: string;
  /** From here on the pauses of its main thread are watched. */
  begin(): Promise<void>;
  end(): Promise<FromJudge>;
  stop(): Promise<void>;
}

/** Leases alone: no Nodes, and no Pods of holders. */
const settings = {
  ...{ mode: 'cluster', listen: '127.0.0.1:0', outbox: { path: 'off' } },
  kubernetes: { nodes: false, pods: false },
};

export async function startJudge(server: string): Promise<Judge> {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-bench-'));
  const config = join(folder, 'config.yaml');
  writeFileSync(config, JSON.stringify(settings));
  const child = fork(join(import.meta.dirname, 'judge-process.ts'), [server, config], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  const [url]: readonly unknown[] = await once(child, 'message');
  return {
    metricsUrl: `${String(url)}/metrics`,
    async begin() {
      await ask(child, 'begin');
    },
    end: () => ask(child, 'end'),
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ask(child: ChildProcess, what: 'begin' | 'end'): Promise<FromJudge> {
  const answer = once(child, 'message');
  child.send(what);
  const [told]: FromJudge[] = await answer;
  if (told === undefined) throw new Error('bench: the judge told nothing');
  return told;
}
