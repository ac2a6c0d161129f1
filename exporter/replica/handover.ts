import { z } from 'zod';
import { type Clock, sleep } from '../clock.ts';
import type { Outbox, OutboxPosition, Route } from '../delivery/outbox.ts';

/*
 * How nothing is lost, and little sent twice, when the replica that pushes dies.
 *
 * Every replica watches and judges, and puts what it would push into its own outbox; only the holder of the
 * lease sends. The holder writes beside each renewal since when nothing escaped it, and how long ago
 * everything that it then had was sent. The others drop their copies of that, and keep the rest: who takes
 * over sends it. Each replica counts by itself, so enqueued = delivered + dropped + dead + pending stays true.
 *
 * They agree on time without comparing clocks. What is told is an age on the holder's monotonic clock, told
 * after our last look at the lease, which did not show it yet; so it becomes an age on our own clock.
 *
 * Sent twice, under the same ids, is what a dead holder sent in its last 15 to 20 s: the slack below, and a
 * few steps of the above. Lost is what a holder is the only one to have seen, when its outbox is lost with
 * it; and what a holder would have seen more than the slack after us, when it is killed just before that.
 * What we have and no holder can have seen, since it began to watch later, stays here until we hold the
 * lease. An earlier process of this replica may have left it.
 */

/** Two replicas hear of one thing at different moments, and a renewal takes its time: at most 5 s each. */
const slackMs = 10_000;
/** Replicas that begin so close together count as having begun together. */
const togetherMs = 5_000;
const markMs = 1_000;

const noteSchema = z.object({
  /** For how long nothing has escaped the holder, or those who held the lease before it. */
  watchedSeconds: z.number().nonnegative(),
  /** Everything that it had so long ago was sent, or dropped for good; by route. */
  sentSecondsAgo: z.partialRecord(z.enum(['traces', 'logs']), z.number().nonnegative()),
});

export interface HandoverOptions {
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'position' | 'forgo' | 'stats'>;
  readonly routes: readonly Route[];
  /** Whether every source sees: while one is blind, what happens is not in the outbox yet. */
  readonly sees: () => boolean;
}

/** Where the outbox stood at some moment between two readings of the monotonic clock. */
interface Mark {
  readonly asked: number;
  readonly answered: number;
  readonly last: number;
}

export class Handover {
  readonly #options: HandoverOptions;
  readonly #marks: Mark[] = [];
  #left: OutboxPosition['left'] = { traces: 0, logs: 0 };
  /** When we first saw everything. */
  #watchingSince: number | undefined;
  /** Since when nothing escaped us and those who held the lease before. */
  #vouchingSince: number | undefined;
  /** When the oldest record was written that an earlier process left in the outbox. */
  #leftSince: number | undefined;
  #heeded: string | undefined;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** Notes where the outbox stands, again and again, until `stop`. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    await this.#findOldest();
    while (!stop.aborted) {
      await this.#mark();
      await sleep(this.#options.clock, markMs, stop);
    }
  }

  /** What the holder tells the others with a renewal. */
  note(): string {
    const now = this.#mono;
    const sent = this.#options.routes.flatMap((route) => {
      const mark = this.#marks.findLast(({ last }) => last <= this.#left[route]);
      return mark === undefined ? [] : [[route, secondsBetween(mark.asked, now)] as const];
    });
    const watchedSeconds = secondsBetween(this.#vouchingSince ?? now, now);
    return JSON.stringify({ watchedSeconds, sentSecondsAgo: Object.fromEntries(sent) });
  }

  /** Heeds what the holder told, at some time after `notBefore` (monotonic ms). Text of others may be anything. */
  heed(text: string, notBefore: number): void {
    if (text === this.#heeded) return;
    this.#heeded = text;
    const note = readNote(text);
    if (note === undefined) return;
    const since = this.#mono - note.watchedSeconds * 1000;
    const after = this.#unseenUpTo(since);
    let everythingUntil = Number.POSITIVE_INFINITY;
    for (const route of this.#options.routes) {
      const until = notBefore - (note.sentSecondsAgo[route] ?? Number.POSITIVE_INFINITY) * 1000 - slackMs;
      const through = this.#enqueuedBy(until);
      if (through > Math.max(after, this.#left[route])) {
        void this.#options.outbox.forgo({ route, after, through });
      }
      everythingUntil = Math.min(everythingUntil, until);
    }
    this.#inherit(since, everythingUntil);
  }

  /** What the holder vouches for until after our own beginning, we can vouch for when we hold the lease. */
  #inherit(since: number, until: number): void {
    if (this.#watchingSince === undefined || until < this.#watchingSince) return;
    this.#vouchingSince = Math.min(since, this.#vouchingSince ?? since);
  }

  async #mark(): Promise<void> {
    const { outbox, sees } = this.#options;
    if (!sees()) return;
    const asked = this.#mono;
    this.#watchingSince ??= asked;
    this.#vouchingSince ??= asked;
    const position = await outbox.position();
    if (position !== undefined) this.#keep({ asked, answered: this.#mono, last: position.last }, position);
  }

  /** The newest number of which it is certain that it was written by then; 0 when it is of none. */
  #enqueuedBy(mono: number): number {
    return this.#marks.findLast(({ answered }) => answered <= mono)?.last ?? 0;
  }

  /** The newest number that may have been written before a holder began to watch. */
  #unseenUpTo(watchingSince: number): number {
    // What we wrote before we saw everything is about our own beginning.
    const began = this.#leftSince ?? (this.#watchingSince ?? Number.NEGATIVE_INFINITY) + togetherMs;
    if (watchingSince <= began) return 0;
    return this.#marks.find(({ asked }) => asked >= watchingSince)?.last ?? Number.MAX_SAFE_INTEGER;
  }

  #keep(mark: Mark, { left }: OutboxPosition): void {
    const marks = this.#marks;
    // Numbers begin again when an outbox was damaged: what was noted of the old ones means nothing.
    if (mark.last < (marks.at(-1)?.last ?? 0)) marks.length = 0;
    // Of a quiet time its beginning and its end are enough.
    if (marks.at(-1)?.last === mark.last && marks.at(-2)?.last === mark.last) marks.pop();
    marks.push(mark);
    this.#left = left;
    const everywhere = Math.min(...this.#options.routes.map((route) => left[route]));
    while ((marks[1]?.last ?? Number.POSITIVE_INFINITY) <= everywhere) marks.shift();
  }

  /** Only the wall clock goes on from one process to the next. */
  async #findOldest(): Promise<void> {
    const { outbox, clock, routes } = this.#options;
    const now = clock.now();
    const stats = await outbox.stats();
    const oldest = stats.flatMap(({ route, oldest = now.wall }) => (routes.includes(route) ? [oldest] : []));
    const ageMs = (now.wall - Math.min(...oldest)) / 1000;
    // Without an answer nothing is known: then no holder can vouch for what is there.
    if (stats.length === 0) this.#leftSince = Number.NEGATIVE_INFINITY;
    else if (ageMs > togetherMs) this.#leftSince = now.mono - ageMs;
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }
}

function secondsBetween(from: number, to: number): number {
  return Math.ceil(to - from) / 1000;
}

function readNote(text: string): z.infer<typeof noteSchema> | undefined {
  try {
    return noteSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
