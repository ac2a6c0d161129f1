import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core } from './core-time.ts';
import type { Rates } from './rates-process.ts';
import { startReceiver } from './receiver.ts';

/** Full speed into the outbox and out of it, in a process that has one core; its receiver has another. */
export async function measureRates(records: number): Promise<Rates> {
  const receiver = await startReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-bench-'));
  const script = join(import.meta.dirname, 'rates-process.ts');
  try {
    const args = [receiver.url, folder, String(records), canPin() ? 'pinned' : 'free'];
    const child = fork(script, args, onOneCore());
    const ended = once(child, 'exit');
    let rates: Rates | undefined;
    child.on('message', (told: Rates) => {
      rates = told;
    });
    await ended;
    if (rates === undefined) throw new Error(`bench: the outbox at full speed ended with ${child.exitCode}`);
    return rates;
  } finally {
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small young generation: how much garbage V8 lets lie for speed is not the memory of a backlog. */
const node = [process.execPath, '--expose-gc', '--max-semi-space-size=2'];

function onOneCore() {
  const [program = '', ...args] = canPin() ? ['taskset', '--cpu-list', String(core), ...node] : node;
  return { execPath: program, execArgv: args };
}

export function canPin(): boolean {
  return spawnSync('taskset', ['--cpu-list', String(core), 'true']).status === 0;
}
