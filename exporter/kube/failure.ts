import { isProtobuf } from './decode-either.ts';
import { readAtMost, type WatchError } from './decoder.ts';
import { member, parseJson, textOf } from './json.ts';
import { readStatus } from './protobuf-meta.ts';
import { type KubeResponse, readText, TransportError } from './transport.ts';

/** Why a list or a watch did not go on. */
export interface Failure {
  /** A word for the label `reason`; a handful of them exist. */
  readonly reason:
    | 'unreachable'
    | 'timeout'
    | 'reset'
    | 'idle'
    | 'behind'
    | 'closed'
    | 'http'
    | 'throttled'
    | 'expired'
    | 'unauthorized'
    | 'forbidden'
    | 'unreadable'
    | 'server-error';
  /** One line for people. */
  readonly why: string;
  /** The resourceVersion that we hold is of no more use. */
  readonly relist: boolean;
  /** What the server asked us to wait at least. */
  readonly retryAfterMs?: number;
}

/** Turns an answer other than 200 into a failure; reads its body for the server's own words. */
export async function failureOfResponse(response: KubeResponse): Promise<Failure> {
  const { status } = response;
  const message = await messageOf(response);
  const why = message === '' ? `HTTP ${status}` : `HTTP ${status}: ${message}`;
  const retryAfterMs = retryAfterOf(response.headers['retry-after']);
  return {
    reason: reasonOfStatus(status),
    why,
    relist: relistAt(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Only a `TransportError` is an expected failure; anything else is a bug and goes up. */
export function failureOfError(
  error: unknown,
  reason: 'unreachable' | 'timeout' | 'reset' | 'idle',
): Failure {
  if (!(error instanceof TransportError)) throw error;
  const why = timesUp.get(reason) ?? error.message;
  return { reason, why, relist: false };
}

/** When our own limit ended it, the transport only knows that it was aborted. */
const timesUp: ReadonlyMap<Failure['reason'], string> = new Map([
  ['timeout', 'no answer in time'],
  ['idle', 'the watch was silent for too long'],
]);

export function failureOfItem(item: WatchError): Failure {
  const why = oneLine(item.message);
  if (item.reason === 'Torn') return { reason: 'reset', why, relist: false };
  if (item.code === 0) return { reason: 'unreadable', why, relist: true };
  const expired = item.code === 410 || item.reason === 'Expired' || item.reason === 'Gone';
  if (expired) return { reason: 'expired', why, relist: true };
  return { reason: 'server-error', why: `${item.code} ${item.reason}: ${why}`, relist: relistAt(item.code) };
}

function reasonOfStatus(status: number): Failure['reason'] {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 410) return 'expired';
  return status === 429 ? 'throttled' : 'http';
}

/** A request that the server calls wrong stays wrong; what it merely cannot do now can be asked again. */
function relistAt(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

/** More is not read of what went wrong, in bytes. */
const longestStatus = 1024 * 1024;

async function messageOf(response: KubeResponse): Promise<string> {
  try {
    if (isProtobuf(response.headers['content-type'] ?? '')) {
      const bytes = await readAtMost(response.body, longestStatus);
      return oneLine(('why' in bytes ? undefined : readStatus(bytes)?.message) ?? '');
    }
    const text = await readText(response.body);
    const json = parseJson(text);
    return oneLine('value' in json ? (textOf(member(json.value, 'message')) ?? '') : text);
  } catch (error) {
    if (error instanceof TransportError) return '';
    throw error;
  }
}

/** Seconds, as API servers write it. A date is not worth the trouble: our own backoff does. */
function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300).toWellFormed();
}
