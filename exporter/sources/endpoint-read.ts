import { Agent, request } from 'undici';
import type { Clock } from '../clock.ts';
import type { Credentials } from '../credentials.ts';
import type { CountsFailure } from '../model/observation.ts';
import type { EndpointTarget } from './endpoint-target.ts';
import { fixedLookup, resolveHost } from './probe-connect.ts';
import { aborted } from './probe-dial.ts';
import { NoPrometheusText, SampleSums } from './prometheus-text.ts';

export type EndpointReply =
  | { readonly kind: 'counted'; readonly connections: number; readonly total: number | undefined }
  | { readonly kind: 'failed'; readonly reason: CountsFailure; readonly why: string };

/** What an endpoint may send; more than any proxy has to say, and little enough to be read again and again. */
export const mostBytes = 16 * 1024 * 1024;

export interface EndpointRequest {
  readonly target: EndpointTarget;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** Reads an endpoint once. Never rejects. */
export type ReadEndpoint = (request: EndpointRequest) => Promise<EndpointReply>;

/** The real one, over HTTP: bounded in bytes and in time, and no redirect is followed. */
export const readEndpoint: ReadEndpoint = async ({ target, credentials, clock, stop }) => {
  const timeout = new AbortController();
  const cancel = clock.after(target.timeoutMs, () => timeout.abort());
  const signal = AbortSignal.any([timeout.signal, stop]);
  try {
    return await read(target, credentials, signal);
  } catch (error) {
    if (timeout.signal.aborted)
      return failed('timeout', `no whole answer within ${target.timeoutMs / 1000} s`);
    return failed('unreachable', error instanceof Error ? error.message : String(error));
  } finally {
    cancel();
  }
};

async function read(
  target: EndpointTarget,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<EndpointReply> {
  const host = new URL(target.url).hostname.replace(/^\[|\]$/g, '');
  const addresses = await Promise.race([resolveHost(host, target.allowAddresses), aborted(signal)]);
  if (addresses === undefined) throw new Error(`the address of ${host} is not known yet`);
  if ('failure' in addresses)
    return failed(addresses.failure === 'denied' ? 'denied' : 'unreachable', addresses.why);
  const dispatcher = new Agent({ connect: { ...credentials.tls, lookup: fixedLookup(addresses.got) } });
  try {
    const headers = { accept: 'text/plain;version=0.0.4', ...credentials.headers };
    const { statusCode, body } = await request(target.url, { headers, signal, dispatcher });
    // It may come without end, and is of no use.
    if (statusCode !== 200) return failed('status', `answered ${statusCode}`);
    return await countIn(target, body);
  } finally {
    await dispatcher.destroy();
  }
}

async function countIn(target: EndpointTarget, body: AsyncIterable<Uint8Array>): Promise<EndpointReply> {
  const names = [target.connections, ...(target.total === undefined ? [] : [target.total])];
  const sums = new SampleSums(names.map((name) => ({ name, labels: target.labels })));
  try {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > mostBytes) return failed('too_large', `sends more than ${mostBytes} bytes`);
      sums.push(chunk);
    }
    const [open, total] = sums.end();
    if (open === undefined || open.series === 0) {
      return failed('no_series', `has no series ${described(target)}`);
    }
    return { kind: 'counted', connections: open.sum, total: total?.series ? total.sum : undefined };
  } catch (error) {
    if (error instanceof NoPrometheusText) return failed('not_prometheus', error.message);
    throw error;
  }
}

function described({ connections, labels }: EndpointTarget): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? connections : `${connections}{${pairs.join(',')}}`;
}

function failed(reason: CountsFailure, why: string): EndpointReply {
  return { kind: 'failed', reason, why };
}
