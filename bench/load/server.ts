import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromServer, Sent, ServerStart, ToServer } from './server-process.ts';

/** An API server with nothing but Leases, in a process of its own. */
export interface LeaseServer {
  readonly url: string;
  /** Has every lease renewed so many times, as fast as the one who watches takes it. */
  burst(rounds: number): Promise<Sent>;
  steady(perSecond: number, ms: number): Promise<Sent>;
  stop(): Promise<void>;
}

export async function startLeaseServer(start: ServerStart): Promise<LeaseServer> {
  const child = fork(join(import.meta.dirname, 'server-process.ts'), [JSON.stringify(start)]);
  const told = async (): Promise<FromServer> => {
    const [message]: FromServer[] = await once(child, 'message');
    if (message === undefined) throw new Error('bench: the server said nothing');
    return message;
  };
  const ask = async (what: ToServer): Promise<Sent> => {
    const answer = told();
    child.send(what);
    const message = await answer;
    if (message.kind !== 'sent') throw new Error(`bench: the server told ${message.kind}`);
    return message.sent;
  };
  const first = await told();
  if (first.kind !== 'port') throw new Error(`bench: the server told ${first.kind}`);
  const scheme = start.identity === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://127.0.0.1:${first.port}`,
    burst: (rounds) => ask({ kind: 'burst', rounds }),
    steady: (perSecond, ms) => ask({ kind: 'steady', perSecond, ms }),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
