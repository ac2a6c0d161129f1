import type { Happenings } from './happenings.ts';
import type { IncidentEvent } from './incident-event.ts';
import { tellIncident } from './incident-telling.ts';
import type { Now } from './sink.ts';
import { traceId } from './trace-id.ts';
import type { OpenIncident } from './view-connections.ts';

/** What is known of a network namespace at one census. */
export interface Traffic {
  /** Connections that came in since the namespace exists, as the kernel counts them. */
  readonly accepts: number;
  /** Those that are there. */
  readonly standing: number;
  /** A fall or a surge explains what comes and goes. */
  readonly explained: boolean;
}

interface Sample {
  readonly mono: number;
  readonly wall: number;
  readonly accepts: number;
  readonly standing: number;
}

interface Storm extends Omit<OpenIncident, 'began'> {
  readonly began: Sample;
}

const windowMs = 30_000;
/** What is usual is told by the ten minutes before the window, and by no less than two. */
const usual = { mostMs: 600_000, leastMs: 120_000 } as const;
/** Within the window, and by so much more than usual. Half of that is calm again. */
const least = 100;
const factor = 5;
const explainedMs = 60_000;
const lastsMs = 30 * 60_000;

/**
 * Watches a network namespace for clients that come and go again and again, while as many as ever are there:
 * a loop of reconnects, which no count of connections shows. The kernel counts the ones that no census saw.
 */
export class StormWatch {
  #samples: Sample[] = [];
  #open: Storm | undefined;
  #explained = Number.NEGATIVE_INFINITY;

  get open(): OpenIncident | undefined {
    return this.#open === undefined ? undefined : { ...this.#open, began: this.#open.began.wall };
  }

  see(name: Place, traffic: Traffic, happenings: Happenings, now: Now): void {
    const { mono, wall } = now.at;
    const { accepts, standing } = traffic;
    if (traffic.explained) this.#explained = mono;
    // Another namespace under the same name: its counters begin anew.
    if (accepts < (this.#samples.at(-1)?.accepts ?? 0)) this.#samples = [];
    this.#samples = this.#samples.filter((each) => each.mono >= mono - windowMs - usual.mostMs);
    this.#samples.push({ mono, wall, accepts, standing });
    const window = this.#window(mono);
    if (window === undefined) return;
    if (this.#open === undefined) this.#begin(name, window, happenings, now);
    else this.#goOn(name, this.#open, window, happenings, now);
  }

  /** From the last census that is at least so old; after a gap nobody knows when they came. */
  #window(mono: number): readonly [Sample, Sample] | undefined {
    const from = this.#samples.findLast((each) => each.mono <= mono - windowMs);
    const to = this.#samples.at(-1);
    if (from === undefined || to === undefined || to.mono - from.mono > 2 * windowMs) return undefined;
    return [from, to];
  }

  #begin(name: Place, [from, to]: readonly [Sample, Sample], happenings: Happenings, now: Now): void {
    const [first] = this.#samples;
    if (first === undefined || from.mono - first.mono < usual.leastMs) return;
    if (to.mono - this.#explained < explainedMs) return;
    const [before, extreme] = [aMinute(first, from), aMinute(from, to)];
    if (turnover(from, to) < least || extreme < factor * before) return;
    this.#open = {
      traceId: traceId(now.clusterUid, name.namespace, name.pod, 'storm', String(from.wall)),
      ...{ change: 'storm', before, extreme, began: from },
      beside: happenings.beside(from.mono, name.namespace, now.nodes.size === 1),
    };
    tell('opened', name, this.#open, undefined, now);
  }

  #goOn(
    name: Place,
    open: Storm,
    [from, to]: readonly [Sample, Sample],
    happenings: Happenings,
    now: Now,
  ): void {
    const rate = aMinute(from, to);
    const beside = open.beside ?? happenings.beside(open.began.mono, name.namespace, now.nodes.size === 1);
    this.#open = { ...open, beside, extreme: Math.max(open.extreme, rate) };
    const calm = turnover(from, to) < least / 2 || rate < (factor * open.before) / 2;
    const lasting = to.mono - open.began.mono >= lastsMs;
    if (!calm && !lasting) return;
    tell('closed', name, this.#open, calm ? 'settled' : 'lasting', now);
    this.#open = undefined;
    // What the storm was is not usual; one that lasts is.
    this.#samples = [to];
  }
}

interface Place {
  readonly namespace: string;
  readonly pod: string;
}

/** Those that came and did not stay. */
function turnover(from: Sample, to: Sample): number {
  return Math.max(0, to.accepts - from.accepts - Math.max(0, to.standing - from.standing));
}

function aMinute(from: Sample, to: Sample): number {
  return Math.round((turnover(from, to) * 60_000) / Math.max(1, to.mono - from.mono));
}

function tell(
  step: IncidentEvent['step'],
  place: Place,
  { began, ...storm }: Storm,
  outcome: IncidentEvent['outcome'],
  now: Now,
): void {
  tellIncident({ step, ...place, port: undefined, ...storm, outcome }, began, now);
}
