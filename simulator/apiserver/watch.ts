import { type Context, type Reply, refuse } from './context.ts';
import { isTrue, parseRevision } from './options.ts';
import type { Resource } from './resources.ts';
import { parseSelectors, type Selects } from './selectors.ts';
import { expired, typeMeta } from './status.ts';
import type { KubeObject, StoreEvent } from './store.ts';
import { type ByteStream, byteStream } from './stream.ts';

const bookmarkEveryMs = 60_000;
const lastBookmarkMs = 2000;

/** Opens a watch: its body lasts until the timeout, a fault, or until the client goes away. */
export function watch(
  context: Context,
  resource: Resource,
  namespace: string | undefined,
  params: URLSearchParams,
  signal: AbortSignal,
): Reply {
  const selects = parseSelectors(resource, params);
  if (typeof selects !== 'function') return refuse(selects);
  const from = parseRevision(params) ?? 0;
  const missed = from === 0 ? [] : context.cache.since(from);
  if ('oldest' in missed) return tooOld(context, from, missed.oldest, signal);

  const within: Selects = (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && selects(object);
  const stops: (() => void)[] = [];
  const stream = open(context, signal, stops);
  const start =
    from > 0 && !params.has('sendInitialEvents')
      ? from
      : sendState(context, resource, within, params, stream);
  const see = (event: StoreEvent): void => {
    if (event.resource === resource && event.revision > start) sendEvent(stream, event, within);
  };
  for (const event of missed) see(event);
  stops.push(context.cache.subscribe(see));
  schedule(context, resource, params, start, stream, stops);
  return { stream };
}

function open(context: Context, signal: AbortSignal, stops: readonly (() => void)[]): ByteStream {
  const stream: ByteStream = byteStream(signal, () => {
    for (const stop of stops) stop();
    context.watches.delete(stream);
  });
  context.watches.add(stream);
  return stream;
}

/** The server has sent its headers when it finds out, so that the refusal is an event of the watch. */
function tooOld(context: Context, from: number, oldest: number, signal: AbortSignal): Reply {
  const status = expired(`too old resource version: ${from} (${oldest})`);
  if (context.state.gone === 'status') return refuse(status);
  const stream = byteStream(signal, () => {});
  send(stream, 'ERROR', status);
  stream.end();
  return { stream };
}

/** Sends what exists as ADDED events and tells the revision of it. */
function sendState(
  context: Context,
  resource: Resource,
  within: Selects,
  params: URLSearchParams,
  stream: ByteStream,
): number {
  const cheap = params.get('resourceVersion') === '0';
  const revision = cheap ? context.cache.revision() : context.store.revision();
  const objects = context.store.list(resource, revision);
  for (const object of objects === 'compacted' ? [] : objects)
    if (within(object)) send(stream, 'ADDED', object);
  if (isTrue(params, 'sendInitialEvents') && isTrue(params, 'allowWatchBookmarks')) {
    sendBookmark(stream, resource, revision, { annotations: { 'k8s.io/initial-events-end': 'true' } });
  }
  return revision;
}

/** An object that starts or stops to be selected appears or disappears for this watch. */
function sendEvent(stream: ByteStream, event: StoreEvent, within: Selects): void {
  const was = event.before !== undefined && within(event.before);
  const is = event.after !== undefined && within(event.after);
  if (is) send(stream, was ? 'MODIFIED' : 'ADDED', event.object);
  else if (was) send(stream, 'DELETED', lastSelected(event));
}

function lastSelected(event: StoreEvent): KubeObject {
  const { before = event.object, object } = event;
  return { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion } };
}

function schedule(
  context: Context,
  resource: Resource,
  params: URLSearchParams,
  start: number,
  stream: ByteStream,
  stops: (() => void)[],
): void {
  const asked = Number(params.get('timeoutSeconds') ?? '') * 1000;
  const lastsMs = asked > 0 ? asked : context.watchTimeoutMs;
  stops.push(context.clock.after(lastsMs, () => stream.end()));
  if (!isTrue(params, 'allowWatchBookmarks')) return;
  const mark = (): void => {
    const revision = context.cache.revision();
    if (revision >= start) sendBookmark(stream, resource, revision, {});
  };
  if (lastsMs > lastBookmarkMs) stops.push(context.clock.after(lastsMs - lastBookmarkMs, mark));
  let cancel = context.clock.after(bookmarkEveryMs, repeat);
  function repeat(): void {
    mark();
    cancel = context.clock.after(bookmarkEveryMs, repeat);
  }
  stops.push(() => cancel());
}

function sendBookmark(stream: ByteStream, resource: Resource, revision: number, extra: object): void {
  const metadata = { resourceVersion: String(revision), ...extra };
  send(stream, 'BOOKMARK', { ...typeMeta(resource), metadata, spec: {} });
}

function send(stream: ByteStream, type: string, object: unknown): void {
  stream.write(`${JSON.stringify({ type, object })}\n`);
}

/** Ends a watch whose history is gone, the way that the real server tells it in the stream. */
export function sendExpired(stream: ByteStream): void {
  send(stream, 'ERROR', expired('The resourceVersion for the provided watch is too old.'));
  stream.end();
}
