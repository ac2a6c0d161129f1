import type { Cause, Event, LeaseClass, NodeOutageEvent, Outcome } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';

const taken = { released: true, expired: true, deleted: true, taken: true } as const;
/** In which elections which causes are possible. A lease that is created has no predecessor to be missed. */
const causesIn = {
  election: Object.keys(taken satisfies Partial<Record<Cause, true>>),
  coordinated: Object.keys({ ...taken, coordinated: true } satisfies Partial<Record<Cause, true>>),
} as const satisfies Partial<Record<LeaseClass, readonly string[]>>;

const outcomes = Object.keys({
  elected: true,
  resumed: true,
  recreated: true,
  abandoned: true,
} satisfies Record<Outcome, true>);

const ends = Object.keys({
  back: true,
  rebooted: true,
  deleted: true,
} satisfies Record<NonNullable<NodeOutageEvent['end']>, true>);

const roundHistograms = [
  'election_round_duration_seconds',
  'election_gap_duration_seconds',
  'election_leaderless_duration_seconds',
] as const;

/** The histograms whose labels have so few values that all of them can be told. */
export type ZeroHistogram =
  | (typeof roundHistograms)[number]
  | 'node_heartbeat_outage_duration_seconds'
  | 'websocket_failover_recovery_seconds';

export interface Introduce {
  round(labels: Readonly<Record<'class' | 'cause' | 'outcome', string>>): void;
  histogram(name: ZeroHistogram, labels: Readonly<Record<string, string>>): void;
}

/**
 * Tells series at 0 before anything is counted, as soon as there is something that could be: of a series that
 * begins with its first count Prometheus sees no increase, so that the first round of a cause would be missed.
 */
export class FromZero {
  readonly #introduce: Introduce;
  readonly #known = new Set<string>();

  constructor(introduce: Introduce) {
    this.#introduce = introduce;
  }

  /** What is there may be counted one day. */
  see(view: ModelView): void {
    for (const lease of view.leases()) this.#rounds(lease.class);
    if (hasAny(view.nodes())) this.#outages();
    if (hasAny(view.connections().places())) this.#recoveries();
  }

  /** To be called before an event is counted: what is told at 0 afterwards would forget it. */
  expect(event: Event): void {
    if (event.kind === 'round') this.#rounds(event.round.class);
    if (event.kind === 'node-outage') this.#outages();
    if (event.kind === 'incident') this.#recoveries();
  }

  #rounds(kind: LeaseClass): void {
    if (kind !== 'election' && kind !== 'coordinated') return;
    if (this.#isKnown(kind)) return;
    for (const cause of causesIn[kind]) {
      for (const outcome of outcomes) this.#introduce.round({ class: kind, cause, outcome });
      for (const name of roundHistograms) this.#introduce.histogram(name, { class: kind, cause });
    }
    for (const outcome of outcomes) this.#introduce.round({ class: kind, cause: 'created', outcome });
  }

  #outages(): void {
    if (this.#isKnown('outages')) return;
    for (const end of ends) this.#introduce.histogram('node_heartbeat_outage_duration_seconds', { end });
  }

  /** A fall of connections is told with the cause of the round beside it. */
  #recoveries(): void {
    if (this.#isKnown('recoveries')) return;
    for (const cause of [...causesIn.coordinated, 'node_outage', 'unknown'])
      this.#introduce.histogram('websocket_failover_recovery_seconds', { cause });
  }

  #isKnown(subject: string): boolean {
    if (this.#known.has(subject)) return true;
    this.#known.add(subject);
    return false;
  }
}

function hasAny(objects: Iterable<unknown>): boolean {
  for (const _ of objects) return true;
  return false;
}
