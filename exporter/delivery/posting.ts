import type { Importance, Route } from './outbox.ts';
import type { UnsentReason } from './receiver-stats.ts';

/** What goes in one request: finished elements of one stream. */
export interface Parcel {
  readonly route: Route;
  readonly stream: string;
  readonly bodies: readonly Uint8Array[];
  /** Where bandwidth is short, more important parcels go first. */
  readonly importance: Importance;
}

/** What became of a parcel. */
export type Posted =
  /** `refused`: so many of its elements were not taken nevertheless, and must not be sent again. */
  | { readonly kind: 'accepted'; readonly refused?: number }
  | {
      readonly kind: 'retry';
      readonly afterMs?: number;
      readonly why: string;
      /** The receiver does not believe that it is us, or is there and asks for less. */
      readonly cause?: 'credentials' | 'busy';
    }
  /** `divisible`: the fault may be that of some elements alone. */
  | { readonly kind: 'rejected'; readonly why: string; readonly divisible?: boolean };

/** Why an element would be refused for good, as far as that is known before it is sent. */
export interface Unsendable {
  readonly reason: UnsentReason;
  readonly words: string;
}

export type Retry = Extract<Posted, { kind: 'retry' }>;

/** Sends one parcel. It must end soon after `signal` is aborted. */
export type Post = (parcel: Parcel, signal: AbortSignal) => Promise<Posted>;
