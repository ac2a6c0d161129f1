import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Crowd {
  /** One for each server. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** A process has 20,000 descriptors in many places, and a connection takes two of them. */
const connectionsPerProcess = 9000;

/** Opens so many connections, in as many processes as that takes. */
export async function gatherCrowd(connections: number): Promise<Crowd> {
  const processes = sizesOf(connections).map((size) =>
    fork(join(import.meta.dirname, 'crowd-process.ts'), [String(size)]),
  );
  const stop = async (): Promise<void> => {
    const living = processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ended = living.map((each) => once(each, 'exit'));
    for (const each of living) each.kill('SIGKILL');
    await Promise.all(ended);
  };
  try {
    return { ports: await Promise.all(processes.map(portOf)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sizesOf(connections: number): readonly number[] {
  const count = Math.ceil(connections / connectionsPerProcess);
  return Array.from({ length: count }, (_, index) =>
    Math.min(connectionsPerProcess, connections - index * connectionsPerProcess),
  );
}

async function portOf(each: ChildProcess): Promise<number> {
  const told = once(each, 'message').then(([port]) => Number(port));
  const ended = once(each, 'exit').then(([code]) => {
    throw new Error(`bench: a process of the crowd ended with code ${code}`);
  });
  return Promise.race([told, ended]);
}
