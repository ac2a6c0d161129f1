import { type Context, type OpenWatch, type Query, type Reply, refuse } from './context.ts';
import type { Format } from './format.ts';
import { isTrue, parseRevision } from './options.ts';
import { parseSelectors, type Selects } from './selectors.ts';
import { expired, typeMeta } from './status.ts';
import type { KubeObject, StoreEvent } from './store.ts';
import { type ByteStream, byteStream } from './stream.ts';

const bookmarkEveryMs = 60_000;
const lastBookmarkMs = 2000;

interface Watch {
  readonly query: Query;
  /** Whether an object belongs to this watch. */
  readonly selects: Selects;
  readonly send: (type: string, object: unknown) => void;
  readonly stream: ByteStream;
  /** What to undo when the stream closes. */
  readonly stops: (() => void)[];
}

/** Opens a watch: its body lasts until the timeout, a fault, or until the client goes away. */
export function watch(context: Context, query: Query, format: Format, signal: AbortSignal): Reply {
  const selects = parseSelectors(query.resource, query.params);
  if (typeof selects !== 'function') return refuse(selects);
  const from = parseRevision(query.params) ?? 0;
  const missed = from === 0 ? [] : context.cache.since(from);
  if ('oldest' in missed) return tooOld(context, from, missed.oldest, format, signal);

  const opened = open(context, query, selects, format, signal);
  const startsBlank = from > 0 && !isTrue(query.params, 'sendInitialEvents');
  const start = startsBlank ? from : sendState(context, opened);
  const see = (event: StoreEvent): void => {
    if (event.resource === query.resource && event.revision > start) sendEvent(opened, event);
  };
  if (startsBlank) missed.forEach(see);
  opened.stops.push(context.cache.subscribe(see));
  schedule(context, opened, start);
  return { stream: opened.stream, format };
}

function open(context: Context, query: Query, selects: Selects, format: Format, signal: AbortSignal): Watch {
  const { namespace } = query;
  const stops: (() => void)[] = [];
  const stream = byteStream(signal, () => {
    for (const stop of stops) stop();
  });
  const opened: OpenWatch = { stream, expire: () => expire(stream, format) };
  context.watches.add(opened);
  stops.push(() => context.watches.delete(opened));
  return {
    query,
    selects: (object) =>
      (namespace ?? object.metadata.namespace) === object.metadata.namespace && selects(object),
    send: (type, object) => stream.write(format.event(type, object)),
    stream,
    stops,
  };
}

/** The server has sent its headers when it finds out, so that the refusal is an event of the watch. */
function tooOld(context: Context, from: number, oldest: number, format: Format, signal: AbortSignal): Reply {
  const status = expired(`too old resource version: ${from} (${oldest})`);
  if (context.state.gone === 'status') return refuse(status);
  const stream = byteStream(signal, () => {});
  stream.write(format.event('ERROR', status));
  stream.end();
  return { stream, format };
}

/** Sends what exists as ADDED events and tells the revision of it. */
function sendState(context: Context, { query, selects, send }: Watch): number {
  const { resource, params } = query;
  const cheap = params.get('resourceVersion') === '0';
  const revision = cheap ? context.cache.revision() : context.store.revision();
  const objects = context.store.list(resource, revision);
  for (const object of objects === 'compacted' ? [] : objects) if (selects(object)) send('ADDED', object);
  // A server that can mark the end of the state does so for a watch that names no revision, too.
  const marked = isTrue(params, 'sendInitialEvents') || (context.watchList && !params.get('resourceVersion'));
  if (marked && isTrue(params, 'allowWatchBookmarks')) {
    send('BOOKMARK', bookmark(query, revision, { annotations: { 'k8s.io/initial-events-end': 'true' } }));
  }
  return revision;
}

/** An object that starts or stops to be selected appears or disappears for this watch. */
function sendEvent({ selects, send }: Watch, event: StoreEvent): void {
  const was = event.before !== undefined && selects(event.before);
  const is = event.after !== undefined && selects(event.after);
  if (is) send(was ? 'MODIFIED' : 'ADDED', event.object);
  else if (was) send('DELETED', lastSelected(event));
}

function lastSelected({ before, object }: StoreEvent): KubeObject {
  if (before === undefined) return object;
  return { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion } };
}

/** Sets the watch's end and its bookmarks: one a minute, and one shortly before the end. */
function schedule({ clock, cache, watchTimeoutMs }: Context, watched: Watch, start: number): void {
  const { query, stops, stream, send } = watched;
  const asked = Number(query.params.get('timeoutSeconds') ?? '') * 1000;
  const lastsMs = asked > 0 ? asked : watchTimeoutMs;
  stops.push(clock.after(lastsMs, () => stream.end()));
  if (!isTrue(query.params, 'allowWatchBookmarks')) return;
  const mark = (): void => {
    if (cache.revision() >= start) send('BOOKMARK', bookmark(query, cache.revision(), {}));
  };
  if (lastsMs > lastBookmarkMs) stops.push(clock.after(lastsMs - lastBookmarkMs, mark));
  let cancel = clock.after(bookmarkEveryMs, repeat);
  function repeat(): void {
    mark();
    cancel = clock.after(bookmarkEveryMs, repeat);
  }
  stops.push(() => cancel());
}

function bookmark({ resource }: Query, revision: number, extra: object): unknown {
  return { ...typeMeta(resource), metadata: { resourceVersion: String(revision), ...extra }, spec: {} };
}

function expire(stream: ByteStream, format: Format): void {
  stream.write(format.event('ERROR', expired('The resourceVersion for the provided watch is too old.')));
  stream.end();
}
