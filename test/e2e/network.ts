import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { needTool } from '../tool.ts';

/** Two network namespaces with a cable between them: servers are in one, clients in the other. */
export interface Network {
  readonly server: { readonly ipv4: string; readonly ipv6: string };
  /** Starts a program of this folder in one of the namespaces; it is ended with the test. */
  run(where: 'server' | 'client', program: string, ...args: readonly string[]): Promise<Talker>;
  /** From here on nothing leaves the clients any more, and nobody is told. */
  cut(): void;
  /** Takes the link of the clients down, as when a cable is pulled or a phone loses its network. */
  pull(): void;
}

/** A program that answers every line with a line. */
export interface Talker {
  readonly pid: number;
  ask(command: string): Promise<readonly number[]>;
}

let networks = 0;

/** Makes a network, or returns undefined after saying why the test was skipped. */
export function makeNetwork(t: TestContext): Network | undefined {
  const ip = needTool(t, 'ip');
  const python = needTool(t, 'python3');
  if (ip === undefined || python === undefined) return undefined;
  const run = (...args: readonly string[]) => execFileSync(ip, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const id = `lw${process.pid}-${networks++}`;
  const names = { server: `${id}s`, client: `${id}c` };
  try {
    run('netns', 'add', names.server);
  } catch (error) {
    t.skip(`skipped: network namespaces need root: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  t.after(() => run('netns', 'del', names.server));
  run('netns', 'add', names.client);
  t.after(() => run('netns', 'del', names.client));
  run('-n', names.server, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'wire', 'netns', names.client);
  for (const [where, host] of [
    [names.server, 1],
    [names.client, 2],
  ] as const) {
    run('-n', where, 'address', 'add', `10.77.0.${host}/24`, 'dev', 'wire');
    run('-n', where, 'address', 'add', `fd77::${host}/64`, 'dev', 'wire', 'nodad');
    run('-n', where, 'link', 'set', 'wire', 'up');
  }
  return {
    server: { ipv4: '10.77.0.1', ipv6: 'fd77::1' },
    run(where, program, ...args) {
      const runner = program.endsWith('.py') ? python : process.execPath;
      const command = [runner, join(import.meta.dirname, program), ...args];
      return talk(t, spawn(ip, ['netns', 'exec', names[where], ...command]));
    },
    cut() {
      for (const target of ['10.77.0.1/32', 'fd77::1/128']) {
        run('-n', names.client, 'route', 'add', 'blackhole', target);
      }
    },
    pull: () => void run('-n', names.client, 'link', 'set', 'wire', 'down'),
  };
}

/** Starts a program of this folder in the network of the machine; it is ended with the test. */
export function runHere(
  t: TestContext,
  program: string,
  ...args: readonly string[]
): Promise<Talker> | undefined {
  const python = needTool(t, 'python3');
  return python === undefined
    ? undefined
    : talk(t, spawn(python, [join(import.meta.dirname, program), ...args]));
}

async function talk(t: TestContext, child: ChildProcessWithoutNullStreams): Promise<Talker> {
  const exit = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('network: a program ended without an answer');
    return line.value;
  };
  return {
    pid: child.pid ?? 0,
    async ask(command) {
      child.stdin.write(`${command}\n`);
      const line = await next();
      return (line === 'listening' ? await next() : line).split(' ').map(Number);
    },
  };
}
