import type { Clock, Moment } from '../clock.ts';
import type { Change, Observation, SourceName } from '../model/observation.ts';
import type { Decoder } from './decoder.ts';
import type { Interruption } from './interruption.ts';
import type { KubeTransport } from './transport.ts';

/** Objects of one kind on an API server, and how they are read. */
export interface Collection<T> {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Path of the collection, such as `/api/v1/nodes`. */
  readonly path: string;
  /** Further query, such as a fieldSelector; sent with lists and watches alike. */
  readonly query?: Readonly<Record<string, string>>;
  readonly decoder: Decoder<T>;
  readonly limits: Pick<ReflectorLimits, 'pageSize' | 'answerMs'>;
}

/** Objects of one kind that are watched. */
export interface Watched<T> extends Collection<T> {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly limits: ReflectorLimits;
}

/** What a reflector mirrors, and by which means. */
export interface Reflection<T> extends Watched<T> {
  readonly source: SourceName;
  readonly toObservation: (change: Change, object: T, at: Moment) => Observation;
  /** What tells objects apart, where the first state may come as a stream. */
  readonly keyOf?: (object: T) => string;
  /** Where somebody may know better than the watch that it is dead. */
  readonly interruption?: Interruption;
}

/** Times in milliseconds. */
export interface ReflectorLimits {
  /** Objects a page of a list. */
  readonly pageSize: number;
  /** Longest wait for the headers of an answer, and for the next chunk of a list. */
  readonly answerMs: number;
  /** Longest silence of a watch. Bookmarks come about every minute, so more than that is a dead line. */
  readonly idleMs: number;
  /** How long a reopened watch must stand without an error before we believe that we see again. */
  readonly settleMs: number;
  /** How long the server is asked to keep a watch: random in between, so that watches do not end in step. */
  readonly watch: { readonly shortestMs: number; readonly longestMs: number };
  /** The longest pause is also how long we stay blind after an outage: we are one client, not thousands. */
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  /** Longest pause after "forbidden": somebody has to change a role first. */
  readonly forbiddenMs: number;
}

export const defaultLimits: ReflectorLimits = {
  pageSize: 500,
  answerMs: 30_000,
  idleMs: 90_000,
  settleMs: 1_000,
  watch: { shortestMs: 300_000, longestMs: 600_000 },
  backoff: { minMs: 500, maxMs: 10_000 },
  forbiddenMs: 60_000,
};
