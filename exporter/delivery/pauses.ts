import { createHash } from 'node:crypto';
import type { Moment } from '../clock.ts';
import { backoffMs, pauseMs } from './backoff.ts';
import type { Retry } from './posting.ts';

/** From then on a failure is an outage, which other sites may have as well. */
const outageMs = 60_000;
/** In an outage each site has its turn once in this time, at a moment of its own. */
const roundMs = 90_000;
/** Credentials are renewed by people, or within minutes by machines. */
const refusedMs = 30_000;
const mostRefusedMs = 300_000;

/**
 * How long to wait after each failure of one receiver. Short trouble: a growing random pause. An outage of
 * more than a minute: the turn of the site, so that a thousand sites that lost the same receiver find it again
 * spread evenly over a minute and a half, not all at once. What the receiver asked for is always the least.
 */
export class Pauses {
  readonly #random: () => number;
  readonly #share: number | undefined;
  #failures = 0;
  #refusals = 0;
  #failingSince: number | undefined;

  /** `share`, in [0, 1), is the place of this site among all; without one there is nobody to spread. */
  constructor(random: () => number, share: number | undefined) {
    this.#random = random;
    this.#share = share;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#failingSince = undefined;
  }

  /** Milliseconds until the next attempt. */
  failed({ afterMs, cause }: Retry, now: Moment): number {
    this.#failures += 1;
    if (cause === 'credentials') return this.#refused(afterMs ?? 0);
    this.#refusals = 0;
    // Who asks for less is there: to wait for a turn would leave the receiver idle.
    if (cause === 'busy') this.#failingSince = undefined;
    else this.#failingSince ??= now.mono;
    if (this.#isOutage(now) && this.#share !== undefined) {
      const asked = pauseMs(afterMs ?? 0, () => 0);
      return asked + turnMs(this.#share, now.wall / 1000 + asked);
    }
    return afterMs === undefined ? backoffMs(this.#failures, this.#random) : pauseMs(afterMs, this.#random);
  }

  #isOutage({ mono }: Moment): boolean {
    return this.#failingSince !== undefined && mono - this.#failingSince >= outageMs;
  }

  #refused(afterMs: number): number {
    this.#refusals += 1;
    const own = Math.min(mostRefusedMs, refusedMs * 2 ** Math.min(this.#refusals - 1, 30));
    return pauseMs(Math.max(own, afterMs), this.#random);
  }
}

/** Milliseconds until the next turn of a site; never 0. Wall clocks of sites agree, their monotonic ones do not. */
export function turnMs(share: number, wallMs: number): number {
  const since = (((wallMs - share * roundMs) % roundMs) + roundMs) % roundMs;
  return roundMs - since;
}

/** The place of a site among all: the same after a restart, and evenly spread over [0, 1). */
export function shareOf(site: string): number {
  return createHash('sha256').update(site).digest().readUInt32BE(0) / 2 ** 32;
}
