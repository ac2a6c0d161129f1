import type { Clock } from '../clock.ts';
import { type KubeRequest, type KubeTransport, readText, TransportError } from './transport.ts';

/** What the API server said, or why it said nothing. A body that is no JSON is `undefined`. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Channel {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Longest wait for a whole answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sends JSON (when `object` is given) and reads the whole answer; never rejects for the network's sake. */
export async function exchange(
  channel: Channel,
  method: KubeRequest['method'],
  path: string,
  signal: AbortSignal,
  object?: unknown,
): Promise<Answer> {
  const timeout = new AbortController();
  const cancel = channel.clock.after(channel.timeoutMs, () => timeout.abort());
  const sending = object === undefined ? {} : { body: JSON.stringify(object) };
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const both = AbortSignal.any([signal, timeout.signal]);
  try {
    const response = await channel.transport.request({ method, path, headers, signal: both, ...sending });
    return { kind: 'answered', status: response.status, body: parse(await readText(response.body)) };
  } catch (error) {
    if (!(error instanceof TransportError) && !both.aborted) throw error;
    return { kind: 'failed', reason: timeout.signal.aborted ? 'timed out' : String(error) };
  } finally {
    cancel();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
