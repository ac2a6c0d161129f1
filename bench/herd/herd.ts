import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HerdSize, Order } from './orders.ts';

export interface Herd {
  /** Where its API server listens, without TLS. */
  readonly url: string;
  order(order: Order): Promise<unknown>;
  stop(): Promise<void>;
}

/** A cluster of leases, with its API server in another process. */
export async function startHerd(size: HerdSize): Promise<Herd> {
  const child = fork(join(import.meta.dirname, 'herd-process.ts'), [JSON.stringify(size)]);
  const [url]: readonly unknown[] = await once(child, 'message');
  return {
    url: String(url),
    order: (order) => ask(child, order),
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function ask(child: ChildProcess, order: Order): Promise<unknown> {
  const answer = once(child, 'message');
  child.send(order);
  const [told]: readonly unknown[] = await answer;
  return told;
}
