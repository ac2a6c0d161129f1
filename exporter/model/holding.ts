import type { Place } from './event.ts';
import type { PodRecord } from './holder-observation.ts';

/** What was found out about the one who holds a lease, or held it last. */
export class Holding {
  /** The identity that the rest is about. */
  identity = '';
  pod: PodRecord | undefined;
  node = '';
  /** No Pod of its whole workload is left. Stays false where that could not be verified. */
  gone = false;
  candidates: number | undefined;
  /** A question about it is under way. */
  asked = false;
  /** When to ask again (monotonic ms). */
  again = Number.POSITIVE_INFINITY;

  get place(): Place {
    return { pod: this.pod?.name ?? '', node: this.node };
  }

  /** Another holder: what was known is of no more use. */
  begin(identity: string, node: string): void {
    this.identity = identity;
    this.pod = undefined;
    this.node = node;
    this.gone = false;
    this.candidates = undefined;
    this.asked = false;
    this.again = Number.POSITIVE_INFINITY;
  }
}

export const nowhere: Place = { pod: '', node: '' };
