import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Behaviour, FromReceiver, Tally, ToReceiver } from './receiver-process.ts';

/** A receiver in a process of its own. */
export interface Receiver {
  readonly url: string;
  be(behaviour: Behaviour): Promise<void>;
  tally(): Promise<Tally>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const child = fork(join(import.meta.dirname, 'receiver-process.ts'));
  const { port } = await answer(child, 'port');
  return {
    url: `http://127.0.0.1:${port}`,
    async be(behaviour) {
      await asked(child, behaviour, 'is');
    },
    async tally() {
      return (await asked(child, 'tally', 'tally')).tally;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

type Told<K extends FromReceiver['kind']> = Extract<FromReceiver, { readonly kind: K }>;

function asked<K extends FromReceiver['kind']>(
  child: ChildProcess,
  what: ToReceiver,
  kind: K,
): Promise<Told<K>> {
  const told = answer(child, kind);
  child.send(what);
  return told;
}

async function answer<K extends FromReceiver['kind']>(child: ChildProcess, kind: K): Promise<Told<K>> {
  return new Promise((resolve, reject) => {
    child.once('message', (told: FromReceiver) => {
      if (isOf(told, kind)) resolve(told);
      else reject(new Error(`bench: the receiver told ${told.kind} instead of ${kind}`));
    });
  });
}

function isOf<K extends FromReceiver['kind']>(told: FromReceiver, kind: K): told is Told<K> {
  return told.kind === kind;
}
