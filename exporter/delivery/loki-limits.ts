import type { Unsendable } from './posting.ts';

/** What Loki refuses for good, whatever else is in the push; the names are those of its configuration. */
export interface LokiLimits {
  /** `reject_old_samples_max_age`. */
  readonly maxAgeMs: number;
  /** `creation_grace_period`. */
  readonly maxFutureMs: number;
}

export const defaultLokiLimits: LokiLimits = { maxAgeMs: 7 * 86_400_000, maxFutureMs: 600_000 };

/** A line takes its time to Loki, and by then it is older. */
const marginMs = 60_000;

/** Unix microseconds of a `values` entry (`["<ns>","<line>",{…}]`); undefined when it has another form. */
export function entryTime(body: Uint8Array): number | undefined {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 32)).toString('latin1');
  const digits = /^\["(\d{13,19})"/.exec(start)?.[1];
  return digits === undefined ? undefined : Number(digits.slice(0, -3));
}

/** Why Loki would refuse an entry for its time. It says so of the whole push, and keeps what else is in it. */
export function refusedForTime(body: Uint8Array, wall: number, limits: LokiLimits): Unsendable | undefined {
  const time = entryTime(body);
  if (time === undefined) return undefined;
  const ageMs = (wall - time) / 1000;
  if (ageMs > limits.maxAgeMs - marginMs) {
    return { reason: 'too_old', words: `too old: Loki takes nothing older than ${told(limits.maxAgeMs)}` };
  }
  if (-ageMs <= limits.maxFutureMs) return undefined;
  const most = told(limits.maxFutureMs);
  return { reason: 'in_future', words: `in the future: Loki takes nothing more than ${most} ahead` };
}

function told(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48) return `${Number((hours / 24).toFixed(1))} days`;
  return hours >= 1 ? `${Number(hours.toFixed(1))} hours` : `${Number((ms / 60_000).toFixed(1))} minutes`;
}
