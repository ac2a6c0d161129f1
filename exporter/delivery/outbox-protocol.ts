import type {
  OutboxBatch,
  OutboxPosition,
  OutboxRange,
  OutboxRecord,
  Outcome,
  Refusal,
  Route,
  RouteStats,
} from './outbox.ts';

/** What the main thread and the outbox's worker say to each other. Bodies travel in one buffer. */
export interface PackedRecord extends Omit<OutboxRecord, 'body'> {
  readonly created: number;
  readonly length: number;
}

export type Call =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'append';
      readonly records: readonly PackedRecord[];
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly lost: Readonly<Record<Route, number>>;
    }
  | { readonly kind: 'next'; readonly route: Route; readonly maxBytes: number }
  | { readonly kind: 'settle'; readonly batch: number; readonly outcome: Outcome; readonly at: number }
  /** `at`: Unix microseconds, as in `settle`. */
  | { readonly kind: 'set aside'; readonly refusal: Refusal; readonly at: number }
  | { readonly kind: 'stats' }
  | { readonly kind: 'remember'; readonly memories: readonly KeptText[] }
  | { readonly kind: 'recall'; readonly after: string; readonly most: number }
  | { readonly kind: 'position' }
  | { readonly kind: 'forgo'; readonly range: OutboxRange }
  | { readonly kind: 'close' };

/** A row of the checkpoint; without a text it is to be removed, or is damaged. */
export interface KeptText {
  readonly key: string;
  readonly text: string | undefined;
}

export type Request = Call & { readonly id: number };

/** What may have changed the counts comes with them, so that nobody has to ask. */
export type Reply = Answer & { readonly stats?: readonly RouteStats[] };

type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'batch'; readonly batch: OutboxBatch | undefined }
  | { readonly kind: 'stats'; readonly stats: readonly RouteStats[] }
  | { readonly kind: 'memories'; readonly memories: readonly KeptText[] }
  | { readonly kind: 'position'; readonly position: OutboxPosition }
  /** Trying again cannot help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing was changed; it may work later. */
  | { readonly kind: 'failed'; readonly why: string };

export type FromWorker =
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'notice'; readonly message: string };

/** What the worker is started with; the mark keeps it from running in any other worker. */
export interface WorkerInput {
  readonly leasewatch: 'outbox';
  readonly path: string;
  readonly maxBytes: number;
}

export function packBodies(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(bodies.reduce((sum, body) => sum + body.byteLength, 0));
  let offset = 0;
  for (const body of bodies) {
    packed.set(body, offset);
    offset += body.byteLength;
  }
  return packed;
}
