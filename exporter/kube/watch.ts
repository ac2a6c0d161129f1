import type { Moment } from '../clock.ts';
import { type Deadline, startDeadline, withoutSilence } from './deadline.ts';
import type { WatchBookmark, WatchChange, WatchError, WatchItem } from './decoder.ts';
import { type Failure, failureOfError, failureOfItem, failureOfResponse } from './failure.ts';
import type { Watched } from './reflection.ts';
import { isRefused, letGo, requestDecodable } from './request-decodable.ts';
import type { KubeResponse } from './transport.ts';

/** What a watch tells: that the server took it, then the items of every chunk with its moment of receipt. */
export type WatchStep<T> =
  | { readonly kind: 'open' }
  | { readonly kind: 'items'; readonly at: Moment; readonly items: readonly Told<T>[] };

/** What a watch tells of the objects. */
export type Told<T> = WatchChange<T> | WatchBookmark;

/** How a watch ends: in good order, or with a failure. */
export type WatchEnd = { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly failure: Failure };

/** In place of a resourceVersion: a watch that begins with all that there is, and marks the end of it. */
export const wholeState = '';

/** One watch from `resourceVersion` on, until it ends. */
export async function* watchFrom<T>(
  reflection: Watched<T>,
  resourceVersion: string,
  stop: AbortSignal,
): AsyncGenerator<WatchStep<T>, WatchEnd> {
  const { clock, limits } = reflection;
  const deadline = startDeadline(clock, limits.answerMs, stop);
  try {
    const opened = await open(reflection, resourceVersion, deadline);
    if ('reason' in opened) return { kind: 'failed', failure: opened };
    if (opened.status !== 200) return { kind: 'failed', failure: await failureOfResponse(opened) };
    yield { kind: 'open' };
    return yield* readItems(reflection, opened, deadline);
  } finally {
    deadline.clear();
  }
}

async function open<T>(
  reflection: Watched<T>,
  resourceVersion: string,
  deadline: Deadline,
): Promise<KubeResponse | Failure> {
  try {
    const asked = { path: watchPath(reflection, resourceVersion), signal: deadline.signal };
    const response = await requestDecodable(reflection, 'watch', asked);
    if (!isRefused(reflection.decoder, response)) return response;
    await letGo(response);
    return await requestDecodable(reflection, 'watch', asked);
  } catch (error) {
    return failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
  }
}

async function* readItems<T>(
  { clock, decoder, limits }: Watched<T>,
  { body, headers }: KubeResponse,
  deadline: Deadline,
): AsyncGenerator<WatchStep<T>, WatchEnd> {
  const stream = decoder.watch(headers['content-type']);
  const chunks = withoutSilence(body, deadline, limits.idleMs);
  try {
    while (true) {
      const next = await nextChunk(chunks);
      const at = clock.now();
      if ('error' in next) {
        return { kind: 'failed', failure: failureOfError(next.error, deadline.expired() ? 'idle' : 'reset') };
      }
      const { told, error } = untilError(next.done ? stream.end() : stream.push(next.chunk));
      if (told.length > 0) yield { kind: 'items', at, items: told };
      if (error !== undefined) return { kind: 'failed', failure: failureOfItem(error) };
      if (next.done) return { kind: 'ended' };
    }
  } finally {
    // Lets go of the connection when we leave before its end; a broken one has nothing more to say.
    await chunks.return(undefined).catch(() => undefined);
  }
}

/** What came before the first error; after it nothing can be relied on. */
function untilError<T>(items: readonly WatchItem<T>[]): {
  readonly told: readonly Told<T>[];
  readonly error?: WatchError;
} {
  const told: Told<T>[] = [];
  for (const item of items) {
    if (item.kind === 'error') return { told, error: item };
    told.push(item);
  }
  return { told };
}

type NextChunk =
  | { readonly done: false; readonly chunk: Uint8Array }
  | { readonly done: true }
  | { readonly error: unknown };

async function nextChunk(chunks: AsyncIterator<Uint8Array>): Promise<NextChunk> {
  try {
    const next = await chunks.next();
    return next.done === true ? { done: true } : { done: false, chunk: next.value };
  } catch (error) {
    return { error };
  }
}

function watchPath<T>(reflection: Watched<T>, resourceVersion: string): string {
  const { shortestMs, longestMs } = reflection.limits.watch;
  const ms = shortestMs + reflection.random() * (longestMs - shortestMs);
  const query = new URLSearchParams(reflection.query);
  query.set('watch', '1');
  if (resourceVersion !== wholeState) query.set('resourceVersion', resourceVersion);
  else {
    query.set('sendInitialEvents', 'true');
    query.set('resourceVersionMatch', 'NotOlderThan');
  }
  query.set('allowWatchBookmarks', 'true');
  query.set('timeoutSeconds', String(Math.round(ms / 1000)));
  return `${reflection.path}?${query}`;
}
