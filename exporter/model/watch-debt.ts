import type { SourceName } from './observation.ts';
import type { Now } from './sink.ts';

/** A watch that says nothing at all for so long after a read has shown news is taken for dead (ms). */
const patience = 1000;
/** A watch that begins anew needs a moment, and one that is late for another reason would not be helped (ms). */
const apart = 30_000;

interface Watch {
  /** Since when it owes us news (monotonic ms). */
  since: number;
  restarted: number;
}

/**
 * Which watches owe us what a read has shown. A dead connection tells nothing, not even its end; what is
 * merely late goes on to tell of others meanwhile.
 */
export class WatchDebt {
  readonly #watches = new Map<SourceName, Watch>();

  /** A read has shown what the watch of this source has not told. */
  owes(source: SourceName, mono: number): void {
    const watch = this.#watches.get(source);
    if (watch === undefined) this.#watches.set(source, { since: mono, restarted: Number.NEGATIVE_INFINITY });
    else watch.since = Math.min(watch.since, mono);
  }

  /**
   * A read shows an older record than the watch has told: the store was restored from a backup. The server would
   * tell the watch nothing before its revisions have come as far again.
   */
  setBack(source: SourceName, { at: { mono }, sink }: Pick<Now, 'at' | 'sink'>): void {
    const watch = this.#watches.get(source) ?? {
      since: Number.POSITIVE_INFINITY,
      restarted: Number.NEGATIVE_INFINITY,
    };
    this.#watches.set(source, watch);
    if (mono < watch.restarted + apart) return;
    watch.restarted = mono;
    sink.ask({ kind: 'restart-watch', source, relist: true });
  }

  /** It told something, or is known to be blind. */
  spoke(source: SourceName): void {
    const watch = this.#watches.get(source);
    if (watch !== undefined) watch.since = Number.POSITIVE_INFINITY;
  }

  /** Monotonic milliseconds at which `wake` is to be called. */
  next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const watch of this.#watches.values()) next = Math.min(next, dueAt(watch));
    return next;
  }

  /** Has the watches begin anew whose time is up. */
  wake({ at: { mono }, sink }: Pick<Now, 'at' | 'sink'>): void {
    for (const [source, watch] of this.#watches) {
      if (mono < dueAt(watch)) continue;
      watch.since = Number.POSITIVE_INFINITY;
      watch.restarted = mono;
      sink.ask({ kind: 'restart-watch', source, relist: false });
    }
  }
}

function dueAt({ since, restarted }: Watch): number {
  return Math.max(since + patience, restarted + apart);
}
