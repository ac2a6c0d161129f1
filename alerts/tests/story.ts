import { type Duration, secondsOf } from '../../exporter/promql.ts';

/** Every sample of a story is this far from the next: the scrape interval that the rules are made for. */
export const scrapeSeconds = 15;

/** What a series shows, one part after another: a value, a failed scrape, or nothing at all. */
export type Part = readonly [value: number | 'failed' | 'absent', lasts: Duration, step?: number];

/** Series by their selector, with the values in the notation of promtool. */
export type Input = Readonly<Record<string, string>>;

/** An alert that fires, and which one: `LeaderLeaseExpired shop/till`, `LeasesSilentAtOnce election`. */
export type Firing = string;

export interface Told {
  readonly at: Duration;
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Story {
  readonly name: string;
  readonly series: readonly Input[];
  /** At these times exactly these alerts fire, besides the watchdog. */
  readonly firing: readonly (readonly [at: Duration, ...alerts: readonly Firing[]])[];
  /** Whole messages. */
  readonly told?: readonly Told[];
}

/** Parts as samples, one a scrape. */
export function line(...parts: readonly Part[]): string {
  return parts.map(partText).join(' ');
}

/** A count that begins with the part: `[3, '5m', 0]` stays, `[3, '5m', 1]` grows by one a scrape. */
function partText([value, lasts, step = 0]: Part): string {
  const samples = secondsOf(lasts) / scrapeSeconds;
  if (!Number.isInteger(samples) || samples < 1) throw new Error(`story: ${lasts} is no number of scrapes`);
  if (value === 'absent') return Array.from({ length: samples }, () => '_').join(' ');
  if (value === 'failed') return ['stale', ...Array.from({ length: samples - 1 }, () => '_')].join(' ');
  return `${value}+${step}x${samples - 1}`;
}

export function selector(name: string, labels: Readonly<Record<string, string>>): string {
  const told = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${told.join(',')}}`;
}
