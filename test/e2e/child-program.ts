import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const main = join(import.meta.dirname, '../../exporter/main.ts');

/** leasewatch as a user starts it: a process of its own, known only by what it prints and serves. */
export interface ChildProgram {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Where it serves, as it says itself. Rejects with what it printed when it ends before that. */
  url(): Promise<string>;
  /** Resolves with the exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

export interface ChildOptions {
  readonly args: readonly string[];
  /** The whole environment but the PATH: nothing of the person's own settings may decide a test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another build of the program than the checkout. */
  readonly program?: string;
  /** As another user and group than our own. */
  readonly uid?: number;
  /** A command that becomes the program, such as unshare. */
  readonly through?: readonly string[];
}

export function startProgram({
  args,
  env = {},
  program = main,
  uid,
  through = [],
}: ChildOptions): ChildProgram {
  const [command = process.execPath, ...words] = [...through, process.execPath, program, ...args];
  const child = spawn(command, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'close').then(([code]: readonly unknown[]) =>
    typeof code === 'number' ? code : null,
  );
  const told = () => /(https?:\/\/[\w.:[\]]+)\/metrics/.exec(stdout() + stderr())?.[1];
  return {
    process: child,
    stdout,
    stderr,
    async url() {
      await until('the program says where it serves', () => told() !== undefined || child.exitCode !== null);
      const url = told();
      if (url === undefined)
        throw new Error(`the program ended with ${child.exitCode}:\n${stdout()}${stderr()}`);
      return url;
    },
    ended,
  };
}

/** All that came out of a stream so far. */
function collect(stream: Readable): () => string {
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  return () => chunks.join('');
}

/** Asks again every `everyMs` until `condition` holds; after `ms` it fails and names what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 40_000,
  everyMs = 50,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`after ${ms / 1000} s still not: ${what}`);
    await pause(everyMs);
  }
}
