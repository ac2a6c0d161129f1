import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Pauses } from './pauses.ts';

/** An idle process beside ours, on the same cores. */
export interface Idle {
  /** Watches from here on, until the result is called. */
  watch(): Promise<() => Promise<Pauses>>;
  stop(): Promise<void>;
}

export function startIdle(): Idle {
  const child = fork(join(import.meta.dirname, 'idle-process.ts'));
  return {
    async watch() {
      await ask(child, 'begin');
      return async () => pausesOf(await ask(child, 'end'));
    },
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function ask(child: ChildProcess, what: 'begin' | 'end'): Promise<unknown> {
  const answer = once(child, 'message');
  child.send(what);
  const [told]: readonly unknown[] = await answer;
  return told;
}

function pausesOf(told: unknown): Pauses {
  if (typeof told !== 'object' || told === null || !('wallMs' in told) || !('ownMs' in told)) {
    throw new Error(`bench: the idle process told ${JSON.stringify(told)}`);
  }
  return { wallMs: Number(told.wallMs), ownMs: Number(told.ownMs) };
}
