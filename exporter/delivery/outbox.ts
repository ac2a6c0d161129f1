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
  /** The number of each record, in the order of `bodies`. */
  readonly records: readonly number[];
  readonly importances: readonly Importance[];
}

export type Outcome =
  /**
   * Of the records that left, so many were told in summaries with others, and so many the receiver refused
   * without saying which.
   */
  | { readonly kind: 'accepted'; readonly folded?: number; readonly refused?: number }
  | { readonly kind: 'retry'; readonly afterMs?: number; readonly why: string }
  /** The records become dead letters. */
  | { readonly kind: 'rejected'; readonly why: string; readonly destination?: string };

/** Records that a receiver does not take, and what it said about them. */
export interface Refusal {
  readonly records: readonly number[];
  /** Who refused them: an address without credentials. */
  readonly destination: string;
  readonly words: string;
}

/**
 * `rejected`: the receiver refused it, and it was the oldest of more dead letters than are kept, or nobody
 * knows which one it was. Two are not lost: `folded` is told in a summary with others, and of `by_leader` the
 * replica that pushes has delivered its own copy.
 */
export type DropReason = 'rejected' | 'full' | 'damaged' | 'by_leader' | 'folded';

export interface RouteStats {
  readonly route: Route;
  readonly enqueued: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly pending: number;
  readonly bytes: number;
  /** Refused for good, and kept for a look and a rescue. */
  readonly dead: number;
  readonly deadBytes: number;
  /** All that were ever refused for good: those above, and the `rejected`. */
  readonly refused: number;
  /** Unix microseconds of the oldest pending record. */
  readonly oldest: number | undefined;
}

/** How far an outbox has come. Records are numbered as they are written, those of all routes together. */
export interface OutboxPosition {
  /** The number of the newest record that was ever written. */
  readonly last: number;
  /** Everything of a route up to this number has left: it was delivered or dropped. */
  readonly left: Readonly<Record<Route, number>>;
}

/** Records of a route with numbers above `after`, up to and including `through`. */
export interface OutboxRange {
  readonly route: Route;
  readonly after: number;
  readonly through: number;
}

export interface Outbox {
  /**
   * Never blocks and never throws; resolves once the record is committed and synced, or is counted as dropped
   * because neither the disk nor memory had room.
   */
  append(record: OutboxRecord): Promise<void>;
  /** The oldest batch of a route that is not being sent, at most `maxBytes` (one record at least). */
  next(route: Route, maxBytes: number): Promise<OutboxBatch | undefined>;
  /** Ends a batch. After `retry` the same batch, with the same bytes, comes again. */
  settle(batch: number, outcome: Outcome): Promise<void>;
  /**
   * Makes dead letters of records that wait, those of a batch under way too; the batch then comes again, or
   * is settled, without them. Numbers of records that have left change nothing.
   */
  setAside(refusal: Refusal): Promise<void>;
  /** One snapshot: enqueued = delivered + dropped + dead + pending holds in it. */
  stats(): Promise<readonly RouteStats[]>;
  /** Undefined while a record is in memory only, or the disk does not answer. */
  position(): Promise<OutboxPosition | undefined>;
  /** Drops, as `by_leader`, what is not being sent. A batch that the bounds would cut in two stays whole. */
  forgo(range: OutboxRange): Promise<void>;
  /** Called when a record was appended to a route that was empty; senders sleep until then. */
  onAppend(listener: (route: Route) => void): void;
  close(): Promise<void>;
}
