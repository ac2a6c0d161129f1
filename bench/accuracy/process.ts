import { createAnswers } from '../../exporter/assemble-answers.ts';
import { createRemembrance, type Remembrance } from '../../exporter/assemble-checkpoint.ts';
import { runSources } from '../../exporter/assemble-sources.ts';
import type { Clock } from '../../exporter/clock.ts';
import type { MemoryTable } from '../../exporter/delivery/memory-table.ts';
import { createDriver, type Driver } from '../../exporter/driver.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import type { Event, RoundEvent } from '../../exporter/model/event.ts';
import { Model } from '../../exporter/model/model.ts';
import { candidateSource } from '../../exporter/sources/candidates.ts';
import { clusterSource } from '../../exporter/sources/cluster.ts';
import { leaseSource } from '../../exporter/sources/leases.ts';
import { nodeSource } from '../../exporter/sources/nodes.ts';
import { seededRandom } from '../../simulator/random.ts';
import { policies } from './expectations.ts';
import type { JudgeOptions } from './judge.ts';
import { type Life, overlapVerdict, roundVerdict } from './life.ts';
import { type Witness, witness } from './witness.ts';

/** After this silence a node is NotReady, as since Kubernetes 1.32 (ms). */
export const graceMs = 50_000;

/** Lists and watches of LeaseCandidates are refused: the role does not name them. */
function withoutCandidates(transport: KubeTransport): KubeTransport {
  const refused = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'leasecandidates is forbidden' };
  const body = async function* () {
    yield Buffer.from(JSON.stringify(refused));
  };
  return {
    request: async (request) =>
      request.path.includes('/leasecandidates')
        ? { status: 403, headers: { 'content-type': 'application/json' }, body: body() }
        : transport.request(request),
  };
}

/** The clock of a process: when it dies, its timers do nothing any more. */
export interface MortalClock extends Clock {
  die(): void;
}

/** leasewatch from its start to its end: sources, driver and model wired as `run` does, and its checkpoint. */
export class Process {
  readonly #life: Life;
  readonly #clock: MortalClock;
  readonly #model: Model;
  readonly #driver: Driver;
  readonly #witness: Witness;
  readonly #remembrance: Remembrance;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(
    options: JudgeOptions,
    life: Life,
    table: MemoryTable,
    clock: MortalClock,
    gate: () => Promise<void> | undefined,
  ) {
    this.#life = life;
    this.#clock = clock;
    this.#witness = witness(options.transport, options.clock, gate, options.latencyMs, life.testimony);
    const { transport } = this.#witness;
    const { signal: stop } = this.#stop;
    const common = { transport, clock, random: options.random };
    const leases = leaseSource(common);
    // Its draws must not change those of the others.
    const apart = seededRandom(Math.round(life.from));
    const candidates = candidateSource({
      ...{ clock, random: apart },
      transport: options.mayReadCandidates ? transport : withoutCandidates(transport),
    });
    const sources = [leases, nodeSource(common), candidates];
    const names = sources.map(({ name }) => name);
    this.#model = new Model({ sources: names, nodes: { graceMs }, policies });
    const { recollection } = this.#model;
    this.#remembrance = createRemembrance({ table, clock, recollection, sources: names, warn: () => {} });
    this.#driver = createDriver({
      clock,
      model: this.#model,
      answer: createAnswers({ transport, clock, sources: [leases], stop }),
      onEvent: (event) => this.#hear(event),
      onObservation: (observation) => this.#remembrance.onObservation(observation),
    });
    this.#running = this.#run({ identity: clusterSource(common), sources, clock });
  }

  async kill(): Promise<void> {
    this.#life.to = this.#clock.now().mono;
    for (const { namespace, name, missedRounds } of this.#model.leases()) {
      const key = `${namespace}/${name}`;
      this.#life.missed.set(key, (this.#life.missed.get(key) ?? 0) + missedRounds);
    }
    this.#witness.close();
    this.#driver.stop();
    this.#clock.die();
    this.#stop.abort();
    await this.#running;
  }

  async #run(running: Omit<Parameters<typeof runSources>[0], 'identityFirst'>): Promise<void> {
    const { emit } = this.#driver;
    const identityFirst = await this.#remembrance.recall(emit);
    await Promise.all(runSources({ ...running, identityFirst }, emit, this.#stop.signal));
  }

  /** Whenever a round is over there is a number to be held against the truth. */
  #countCandidates({ round }: RoundEvent, at: number): void {
    if (round.class !== 'coordinated') return;
    for (const { namespace, name, candidates: count } of this.#model.leases()) {
      if (namespace !== round.namespace || name !== round.lease) continue;
      this.#life.standing.push({ at, lease: `${namespace}/${name}`, count });
    }
  }

  #hear(event: Event): void {
    this.#remembrance.onEvent(event);
    const at = event.at.mono;
    const { rounds, overlaps, outages, expectations, states } = this.#life;
    if (event.kind === 'round') rounds.push(roundVerdict(event, at));
    if (event.kind === 'round' && event.step === 'closed') this.#countCandidates(event, at);
    if (event.kind === 'overlap') overlaps.push(overlapVerdict(event, at));
    if (event.kind === 'node-outage') {
      const { node, step, traceId, end } = event;
      outages.push({ at, node, step, traceId, end });
    }
    if (event.kind !== 'lease-state' && event.kind !== 'expectation') return;
    const lease = `${event.namespace}/${event.lease}`;
    if (event.kind === 'expectation') expectations.push({ at, lease, to: event.to, why: event.why });
    else states.push({ at, lease, to: event.to, why: event.why });
  }
}
