import { createAnswers } from '../../exporter/assemble-answers.ts';
import type { Clock } from '../../exporter/clock.ts';
import { createDriver, type Driver } from '../../exporter/driver.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import type { Event, LeaseState, OverlapEvent, RoundEvent } from '../../exporter/model/event.ts';
import { Model } from '../../exporter/model/model.ts';
import { clusterSource } from '../../exporter/sources/cluster.ts';
import { leaseSource } from '../../exporter/sources/leases.ts';
import { nodeSource } from '../../exporter/sources/nodes.ts';
import { type Testimony, type Witness, witness } from './witness.ts';

/** What the judge said of a round; `at` is monotonic milliseconds of the server. */
export interface RoundVerdict {
  readonly at: number;
  readonly step: RoundEvent['step'];
  readonly lease: string;
  readonly traceId: string;
  readonly cause: string;
  readonly outcome: string | undefined;
  readonly uncertain: boolean;
  readonly predecessor: string;
  readonly successor: string;
  readonly gapMs: number;
  readonly leaderlessMs: number;
  /** Revisions of the writes that it saw in this round, the last acquisition or renewal at the end. */
  readonly revisions: readonly number[];
}

export interface StateVerdict {
  readonly at: number;
  readonly lease: string;
  readonly to: LeaseState;
  readonly why: string;
}

export interface OverlapVerdict {
  readonly at: number;
  readonly lease: string;
  readonly first: string;
  readonly second: string;
  readonly secondWrite: number;
}

/** All that one life of the judge, from start to kill, was shown and said. */
export interface Life {
  readonly from: number;
  to: number;
  readonly testimony: Testimony;
  readonly rounds: RoundVerdict[];
  readonly states: StateVerdict[];
  readonly overlaps: OverlapVerdict[];
  /** Elections that were not seen but told by `leaseTransitions`, by lease, as of the end. */
  readonly missed: Map<string, number>;
}

export interface JudgeOptions {
  readonly clock: Clock;
  readonly transport: KubeTransport;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long its requests take to arrive. */
  readonly latencyMs: number;
}

/**
 * leasewatch as a process beside the simulated cluster: the sources, the driver and the model as `run`
 * wires them, with a wall clock of its own. It can stand still, be killed and be started again.
 */
export class Judge {
  readonly lives: Life[] = [];
  readonly #options: JudgeOptions;
  #process: Process | undefined;
  #wallOffset = 0;
  #paused: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    const origin = clock.now().mono;
    const own: Clock = {
      // A process counts its monotonic time from its own start.
      now: () => ({ mono: clock.now().mono - origin, wall: clock.now().wall + this.#wallOffset }),
      // A microsecond late: one that fired too early by a rounding error would be set again for ever.
      after: (ms, run) => clock.after(ms + 0.001, () => this.#whenAwake(run)),
    };
    this.#process = new Process(this.#options, own, origin, () => this.#paused?.over);
    this.lives.push(this.#process.life);
  }

  /** As SIGKILL does. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** The process does not run, while bytes wait for it. */
  pause(): void {
    if (this.#paused !== undefined) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { over, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = undefined;
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Steps its wall clock. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms * 1000;
  }

  #whenAwake(run: () => void): void {
    if (this.#paused === undefined) run();
    else this.#waiting.push(run);
  }
}

class Process {
  readonly life: Life;
  readonly #model: Model;
  readonly #driver: Driver;
  readonly #witness: Witness;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #clock: Clock;
  readonly #origin: number;

  constructor(options: JudgeOptions, clock: Clock, origin: number, gate: () => Promise<void> | undefined) {
    this.#origin = origin;
    this.#clock = options.clock;
    this.#witness = witness(options.transport, options.clock, gate, options.latencyMs);
    const { transport, testimony } = this.#witness;
    this.life = {
      from: origin,
      to: Number.POSITIVE_INFINITY,
      testimony,
      ...{ rounds: [], states: [], overlaps: [], missed: new Map() },
    };
    const common = { transport, clock, random: options.random };
    const leases = leaseSource(common);
    const sources = [leases, nodeSource(common)];
    const names = sources.map(({ name }) => name);
    const collections = new Map([[leases.name, leases.collection]]);
    this.#model = new Model({ sources: names, nodes: { graceMs: 50_000 } });
    this.#driver = createDriver({
      clock,
      model: this.#model,
      answer: createAnswers({ transport, clock, collections, stop: this.#stop.signal }),
      onEvent: (event) => this.#hear(event),
    });
    const all = [clusterSource(common), ...sources];
    this.#running = Promise.all(all.map((source) => source.run(this.#driver.emit, this.#stop.signal)));
  }

  async kill(): Promise<void> {
    this.life.to = this.#clock.now().mono;
    for (const { namespace, name, missedRounds } of this.#model.leases()) {
      this.life.missed.set(`${namespace}/${name}`, missedRounds);
    }
    this.#witness.close();
    this.#driver.stop();
    this.#stop.abort();
    await this.#running;
  }

  #hear(event: Event): void {
    const at = event.at.mono + this.#origin;
    const { rounds, overlaps, states } = this.life;
    if (event.kind === 'round') rounds.push(roundVerdict(event, at));
    if (event.kind === 'overlap') overlaps.push(overlapVerdict(event, at));
    if (event.kind !== 'lease-state') return;
    const { to, why } = event;
    states.push({ at, lease: `${event.namespace}/${event.lease}`, to, why });
  }
}

function roundVerdict({ step, round }: RoundEvent, at: number): RoundVerdict {
  const { traceId, cause, outcome, uncertain, predecessor, successor, acquired, lastRenewal } = round;
  return {
    at,
    step,
    lease: `${round.namespace}/${round.lease}`,
    traceId,
    cause,
    outcome,
    uncertain,
    predecessor,
    successor,
    gapMs: ((acquired ?? lastRenewal) - lastRenewal) / 1000,
    leaderlessMs: round.leaderlessSeconds * 1000,
    revisions: round.writes.map(({ resourceVersion }) => Number(resourceVersion)),
  };
}

function overlapVerdict({ round, first, second, secondWrite }: OverlapEvent, at: number): OverlapVerdict {
  const lease = `${round.namespace}/${round.lease}`;
  return { at, lease, first, second, secondWrite: Number(secondWrite) };
}
