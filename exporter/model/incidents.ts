import type { Happenings } from './happenings.ts';
import type { Happening, IncidentEvent } from './incident-event.ts';
import { tellIncident } from './incident-telling.ts';
import type { Now } from './sink.ts';
import { traceId } from './trace-id.ts';
import type { OpenIncident } from './view-connections.ts';

/** Whose connections these are. */
export interface PortName {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

interface Sample {
  readonly mono: number;
  readonly wall: number;
  readonly count: number;
}

interface Incident extends Omit<OpenIncident, 'began'> {
  readonly began: Sample;
  extreme: number;
  beside: Happening | undefined;
}

const windowMs = 60_000;
/** Fewer connections than these come and go without a reason. */
const leastChange = 20;
const recoveredShare = 0.95;
const fallLastsMs = 30 * 60_000;
const surgeLastsMs = 5 * 60_000;

/** Watches the connections of one port for falls by half and surges to the double within a minute. */
export class IncidentWatch {
  #samples: Sample[] = [];
  #open: Incident | undefined;

  get open(): OpenIncident | undefined {
    return this.#open === undefined ? undefined : { ...this.#open, began: this.#open.began.wall };
  }

  see(name: PortName, count: number, happenings: Happenings, now: Now): void {
    const sample = { mono: now.at.mono, wall: now.at.wall, count };
    this.#samples = [...this.#samples.filter(({ mono }) => mono >= sample.mono - windowMs), sample];
    const open = this.#open;
    if (open === undefined) this.#begin(name, sample, happenings, now);
    else this.#goOn(name, open, sample, happenings, now);
  }

  #begin(name: PortName, sample: Sample, happenings: Happenings, now: Now): void {
    const began = beginningOf(this.#samples, sample);
    if (began === undefined) return;
    const change = began.count > sample.count ? 'fall' : 'surge';
    const { namespace, pod, port } = name;
    this.#open = {
      traceId: traceId(now.clusterUid, namespace, pod, String(port), String(began.wall)),
      ...{ change, before: began.count, began, extreme: sample.count },
      beside: happenings.beside(sample.mono, namespace, now.nodes.size === 1),
    };
    tell('opened', name, this.#open, undefined, now);
  }

  #goOn(name: PortName, open: Incident, sample: Sample, happenings: Happenings, now: Now): void {
    const further = open.change === 'fall' ? Math.min : Math.max;
    open.extreme = further(open.extreme, sample.count);
    // A lease expires only some time after its holder died with its connections.
    open.beside ??= happenings.beside(open.began.mono, name.namespace, now.nodes.size === 1);
    const outcome = outcomeOf(open, sample);
    if (outcome === undefined) return;
    tell('closed', name, open, outcome, now);
    this.#open = undefined;
    this.#samples = [sample];
  }
}

/**
 * The last sample of the window before the connections fell to a half, or rose to the double. They come and go
 * a little all the time: to measure from the very peak would ask for more than there usually are.
 */
function beginningOf(samples: readonly Sample[], last: Sample): Sample | undefined {
  const counts = samples.map(({ count }) => count);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  const fell = last.count <= most / 2 && most - last.count >= leastChange;
  // From next to nothing it is no surge: a server has started, and its clients come.
  const rose = last.count >= least * 2 && least >= leastChange;
  if (!fell && !rose) return undefined;
  return samples.findLast(({ count }) =>
    fell ? count >= recoveredShare * most : count <= least / recoveredShare,
  );
}

function outcomeOf({ change, before, began }: Incident, sample: Sample): IncidentEvent['outcome'] {
  const lasted = sample.mono - began.mono;
  if (change === 'surge') return lasted >= surgeLastsMs ? 'settled' : undefined;
  if (sample.count >= recoveredShare * before) return 'recovered';
  return lasted >= fallLastsMs ? 'lasting' : undefined;
}

function tell(
  step: IncidentEvent['step'],
  name: PortName,
  { began, ...incident }: Incident,
  outcome: IncidentEvent['outcome'],
  now: Now,
): void {
  tellIncident({ step, ...name, ...incident, outcome }, began, now);
}
