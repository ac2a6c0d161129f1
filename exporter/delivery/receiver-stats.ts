import type { Route } from './outbox.ts';

/** How a receiver has behaved since the start of the process. */
export interface ReceiverStats {
  readonly route: Route;
  /** Requests by what became of them. */
  readonly requests: Readonly<Record<'accepted' | 'retry' | 'rejected', number>>;
  /** Whether the last request was refused with 401 or 403. */
  readonly refusesCredentials: boolean;
  /** Heads and bodies of requests, as they were given to the network. */
  readonly sentBytes: number;
  /** Records that became dead letters without being sent, by reason. */
  readonly unsent: Readonly<Record<UnsentReason, number>>;
}

export type UnsentReason = 'too_old' | 'in_future';
