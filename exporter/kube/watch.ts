import type { Moment } from '../clock.ts';
import { type Deadline, startDeadline, withoutSilence } from './deadline.ts';
import type { WatchBookmark, WatchChange } from './decoder.ts';
import { type Failure, failureOfError, failureOfItem, failureOfResponse } from './failure.ts';
import type { Watched } from './reflection.ts';
import type { KubeResponse } from './transport.ts';

/** What a watch tells: that the server took it, then the items of every chunk with its moment of receipt. */
export type WatchStep<T> =
  | { readonly kind: 'open' }
  | { readonly kind: 'item'; readonly at: Moment; readonly item: WatchChange<T> | WatchBookmark };

/** How a watch ends: in good order, or with a failure. */
export type WatchEnd = { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly failure: Failure };

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
    return yield* readItems(reflection, opened.body, deadline);
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
    return await reflection.transport.request({
      method: 'GET',
      path: watchPath(reflection, resourceVersion),
      headers: { accept: reflection.decoder.accept.watch },
      signal: deadline.signal,
    });
  } catch (error) {
    return failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
  }
}

async function* readItems<T>(
  { clock, decoder, limits }: Watched<T>,
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
): AsyncGenerator<WatchStep<T>, WatchEnd> {
  const items = decoder.watch();
  const chunks = withoutSilence(body, deadline, limits.idleMs);
  try {
    while (true) {
      const next = await nextChunk(chunks);
      const at = clock.now();
      if ('error' in next) {
        return { kind: 'failed', failure: failureOfError(next.error, deadline.expired() ? 'idle' : 'reset') };
      }
      for (const item of next.done ? items.end() : items.push(next.chunk)) {
        if (item.kind === 'error') return { kind: 'failed', failure: failureOfItem(item) };
        yield { kind: 'item', at, item };
      }
      if (next.done) return { kind: 'ended' };
    }
  } finally {
    // Lets go of the connection when we leave before its end; a broken one has nothing more to say.
    await chunks.return(undefined).catch(() => undefined);
  }
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
  query.set('resourceVersion', resourceVersion);
  query.set('allowWatchBookmarks', 'true');
  query.set('timeoutSeconds', String(Math.round(ms / 1000)));
  return `${reflection.path}?${query}`;
}
