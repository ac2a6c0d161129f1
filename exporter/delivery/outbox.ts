/**
 * The seam between signals and the network. A record is one finished element (a resourceSpans, a log
 * entry); a batch is their concatenation for one stream. A record leaves the outbox only when the
 * receiver accepted it or refused it for good; silence and `retry` keep it.
 */
export type Route = 'traces' | 'logs';

/** Lower goes first when space is short. */
export const importance = { chatter: 0, renewal: 1, outage: 2, transition: 3 } as const;
export type Importance = (typeof importance)[keyof typeof importance];

export interface OutboxRecord {
  readonly route: Route;
  /** Records of one stream are delivered in order; never two streams in one batch. */
  readonly stream: string;
  readonly importance: Importance;
  readonly body: Uint8Array;
}

export interface OutboxBatch {
  readonly id: number;
  readonly route: Route;
  readonly stream: string;
  readonly bodies: readonly Uint8Array[];
}

export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'retry'; readonly afterMs?: number; readonly why: string }
  | { readonly kind: 'rejected'; readonly why: string };

export type DropReason = 'rejected' | 'full' | 'damaged';

export interface RouteStats {
  readonly route: Route;
  readonly enqueued: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly pending: number;
  readonly bytes: number;
  /** Unix microseconds of the oldest pending record. */
  readonly oldest: number | undefined;
}

export interface Outbox {
  /** Never blocks and never throws; resolves once the record is committed and synced. */
  append(record: OutboxRecord): Promise<void>;
  /** The oldest batch of a route that is not being sent, at most `maxBytes` (one record at least). */
  next(route: Route, maxBytes: number): Promise<OutboxBatch | undefined>;
  /** Ends a batch. After `retry` the same batch, with the same bytes, comes again. */
  settle(batch: number, outcome: Outcome): Promise<void>;
  /** One snapshot: enqueued = delivered + dropped + pending holds in it. */
  stats(): Promise<readonly RouteStats[]>;
  /** Called when a record was appended to a route that was empty; senders sleep until then. */
  onAppend(listener: (route: Route) => void): void;
  close(): Promise<void>;
}
