import { leases } from '../../simulator/apiserver/resources.ts';
import { keyOf, type Store, type StoreEvent } from '../../simulator/apiserver/store.ts';

/** What one committed write left of a lease. Times are monotonic milliseconds of the server. */
export interface Commit {
  readonly at: number;
  readonly revision: number;
  /** Who sent it. */
  readonly writer: string;
  readonly uid: string;
  /** Absent when the lease was deleted. */
  readonly spec: Spec | undefined;
}

export interface Spec {
  /** Empty when nobody holds the lease. */
  readonly holder: string;
  readonly durationSeconds: number | undefined;
  /** As it stands in the record, on the clock of the holder. */
  readonly renewTime: string;
  readonly transitions: number;
  /** For whom the holder shall step down; empty unless a controller asks for it. */
  readonly preferredHolder: string;
  /** All that tells of the holder, to tell a write that changes it from one that changes a label. */
  readonly text: string;
}

/** Every write of every lease in the order of the commits, by `namespace/name`. */
export type History = ReadonlyMap<string, readonly Commit[]>;

/** Writes down what the store of a simulated API server commits from now on. */
export function keepHistory(store: Store, now: () => number): History {
  const history = new Map<string, Commit[]>();
  store.subscribe((event) => {
    if (event.resource !== leases) return;
    const key = keyOf(event.object.metadata);
    const commits = history.get(key) ?? [];
    history.set(key, commits);
    commits.push(commitOf(event, now()));
  });
  return history;
}

function commitOf({ after, object, revision, writer }: StoreEvent, at: number): Commit {
  const spec = after === undefined ? undefined : specOf(after.spec);
  return { at, revision, writer, uid: object.metadata.uid, spec };
}

function specOf(spec: unknown): Spec {
  const fields = new Map<string, unknown>(
    Object.entries(typeof spec === 'object' && spec !== null ? spec : {}),
  );
  const text = (name: string) => String(fields.get(name) ?? '');
  const duration = fields.get('leaseDurationSeconds');
  // The controller of a coordinated election writes these into the record of the holder, who is no more alive for it.
  const { strategy: _, preferredHolder = '', ...own } = Object.fromEntries(fields);
  return {
    holder: text('holderIdentity'),
    durationSeconds: typeof duration === 'number' ? duration : undefined,
    renewTime: text('renewTime'),
    transitions: Number(fields.get('leaseTransitions') ?? 0),
    preferredHolder: String(preferredHolder),
    text: JSON.stringify(own),
  };
}
