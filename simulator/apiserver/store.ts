import { isFields } from './json.ts';
import type { Resource } from './resources.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Metadata extends Fields {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface KubeObject extends Fields {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Metadata;
}

/** An object on its way in: the store fills in what the server owns. */
export interface Draft extends Fields {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Fields & { readonly name: string; readonly namespace?: string };
}

/** `before` is absent for a creation, `after` for a deletion. */
export interface StoreEvent {
  readonly resource: Resource;
  readonly revision: number;
  /** Who wrote, as its user agent says; empty when it said nothing. */
  readonly writer: string;
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  /** The object as it was last, carrying the revision of this event. */
  readonly object: KubeObject;
}

/** Objects with one revision counter for all of them and a history of changes, as etcd keeps them. */
export interface Store {
  revision(): number;
  /** Names the writer of what is written from here on. */
  writtenBy(writer: string): void;
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined;
  /** All objects of a kind in key order, now or at an earlier revision. */
  list(resource: Resource, revision?: number): readonly KubeObject[] | 'compacted';
  /** Undefined when the name is taken. */
  create(resource: Resource, draft: Draft): KubeObject | undefined;
  /** Writes over `current`; the caller has checked the resourceVersion. An equal object is not written. */
  replace(resource: Resource, current: KubeObject, draft: Draft): KubeObject;
  remove(resource: Resource, current: KubeObject): KubeObject;
  /** Every change after `revision`, oldest first. */
  since(revision: number): readonly StoreEvent[] | 'compacted';
  subscribe(see: (event: StoreEvent) => void): () => void;
  /** Spends revisions on nothing, as writes to kinds outside this store would. */
  skip(revisions: number): void;
  /** Forgets the history up to and including `revision` (now when left out). */
  compact(revision?: number): void;
}

/**
 * An empty store. `wallMicros` is the time that creation timestamps tell, in Unix microseconds;
 * `historyLimit` bounds the history: beyond it the older half is compacted.
 */
export function createStore(wallMicros: () => number, historyLimit = 20_000): Store {
  const tables = new Map<Resource, Map<string, KubeObject>>();
  const listeners = new Set<(event: StoreEvent) => void>();
  let history: StoreEvent[] = [];
  let revision = 1;
  let compacted = 0;
  let created = 0;
  let writer = '';

  function table(resource: Resource): Map<string, KubeObject> {
    const found = tables.get(resource) ?? new Map<string, KubeObject>();
    tables.set(resource, found);
    return found;
  }

  function commit(event: StoreEvent): KubeObject {
    const key = keyOf(event.object.metadata);
    if (event.after === undefined) table(event.resource).delete(key);
    else table(event.resource).set(key, event.after);
    history.push(event);
    if (history.length > historyLimit) compact(history[history.length >>> 1]?.revision);
    for (const see of listeners) see(event);
    return event.object;
  }

  function create(resource: Resource, draft: Draft): KubeObject | undefined {
    if (table(resource).has(keyOf(draft.metadata))) return undefined;
    created++;
    const metadata = {
      ...draft.metadata,
      uid: uidOf(created),
      resourceVersion: String(++revision),
      creationTimestamp: timestamp(wallMicros()),
    };
    const object = { ...draft, metadata };
    return commit({ resource, revision, writer, after: object, object });
  }

  function replace(resource: Resource, current: KubeObject, draft: Draft): KubeObject {
    const { uid, resourceVersion, creationTimestamp } = current.metadata;
    const owned = { uid, resourceVersion, creationTimestamp };
    const same = { ...draft, metadata: { ...draft.metadata, ...owned } };
    if (isSame(same, current)) return current;
    const metadata = { ...same.metadata, resourceVersion: String(++revision) };
    const object = { ...same, metadata };
    return commit({ resource, revision, writer, before: current, after: object, object });
  }

  function remove(resource: Resource, current: KubeObject): KubeObject {
    const metadata = { ...current.metadata, resourceVersion: String(++revision) };
    return commit({ resource, revision, writer, before: current, object: { ...current, metadata } });
  }

  function since(from: number): readonly StoreEvent[] | 'compacted' {
    if (from < compacted) return 'compacted';
    return history.slice(history.findLastIndex((event) => event.revision <= from) + 1);
  }

  function list(resource: Resource, at = revision): readonly KubeObject[] | 'compacted' {
    const later = since(at);
    if (later === 'compacted') return later;
    const objects = new Map(table(resource));
    for (const event of later.toReversed()) {
      if (event.resource !== resource) continue;
      if (event.before === undefined) objects.delete(keyOf(event.object.metadata));
      else objects.set(keyOf(event.before.metadata), event.before);
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  function compact(to = revision): void {
    compacted = Math.max(compacted, Math.min(to, revision));
    history = history.filter((event) => event.revision > compacted);
  }

  return {
    revision: () => revision,
    writtenBy(name) {
      writer = name;
    },
    get: (resource, namespace, name) => table(resource).get(keyOf({ name, namespace })),
    list,
    create,
    replace,
    remove,
    since,
    subscribe(see) {
      listeners.add(see);
      return () => listeners.delete(see);
    },
    skip(revisions) {
      revision += revisions;
    },
    compact,
  };
}

/** The key that orders lists: the namespace, if there is one, and the name. */
export function keyOf(metadata: { readonly name: string; readonly namespace?: string | undefined }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function uidOf(count: number): string {
  return `5eed0000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

/** Time as metadata carries it: whole seconds, UTC. */
export function timestamp(micros: number): string {
  return `${new Date(micros / 1000).toISOString().slice(0, 19)}Z`;
}

/** Whether two values are the same JSON: neither the order of keys nor a key without a value counts. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  }
  if (!isFields(one) || !isFields(other)) return false;
  const isIn = (key: string) => isSame(one[key], other[key]);
  return Object.keys(one).every(isIn) && Object.keys(other).every((key) => key in one || isIn(key));
}
