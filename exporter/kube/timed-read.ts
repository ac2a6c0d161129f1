import type { Clock, Moment } from '../clock.ts';
import { startDeadline } from './deadline.ts';
import { type KubeTransport, TransportError } from './transport.ts';

/** Longest wait for the whole answer to a question of the model, in ms: a later one is of no more use to a verdict. */
export const answerMs = 5_000;

export interface Reader {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

export interface TimedRead<R> {
  /** Taken just before the request is sent: from this moment on the answer counts as evidence. */
  readonly sentAt: Moment;
  readonly at: Moment;
  readonly result: R | { readonly failed: string };
}

/** Reads within the time limit. A failed request is a result; anything else that is thrown is a bug and goes up. */
export async function timedRead<R extends object>(
  { clock, stop }: Reader,
  read: (signal: AbortSignal) => Promise<R | { readonly failed: string }>,
): Promise<TimedRead<R>> {
  const deadline = startDeadline(clock, answerMs, stop);
  const sentAt = clock.now();
  try {
    const result = await read(deadline.signal);
    const late = 'failed' in result && deadline.expired();
    return { sentAt, at: clock.now(), result: late ? tooLate : result };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { sentAt, at: clock.now(), result: deadline.expired() ? tooLate : { failed: error.message } };
  } finally {
    deadline.clear();
  }
}

const tooLate = { failed: `no answer within ${answerMs / 1000} s` } as const;
