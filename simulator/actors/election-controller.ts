import type { Clock } from '../../exporter/clock.ts';
import type { Channel } from '../../exporter/kube/exchange.ts';
import {
  type LeaseClient,
  type LeaseObject,
  leaseClient,
  leasePath,
  parseLease,
} from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import {
  bestOf,
  candidateValidMs,
  hasAnswered,
  isAwaited,
  isCandidateUp,
  isLeaseUp,
  isToBePinged,
  isUnanswered,
  oldestEmulation,
  strategyOf,
} from './coordination.ts';
import { Freezer } from './freezer.ts';
import { Informer } from './informer.ts';
import {
  type CandidateClient,
  candidateClient,
  candidatePath,
  type LeaseCandidate,
  parseLeaseCandidate,
  type ServedVersion,
} from './lease-candidate.ts';
import { repeat } from './loop.ts';
import { WorkQueue } from './work-queue.ts';

export interface ElectionControllerOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Of the leases and candidates that it cares for; the real one cares for all. */
  readonly namespace: string;
  readonly served: ServedVersion;
}

const requeueMs = 5000;
const resyncMs = 600_000;
const collectMs = 30 * 60_000;
const requestMs = 10_000;
/** What it writes into the lease of whom it names, whatever durations the candidates use. */
const namedSeconds = 5;

/**
 * The controller of coordinated elections in kube-apiserver, which runs in the one that leads among several: pings
 * the candidates of a lease that is free, out of time or not held by the best one, waits for their answers, and
 * names the best one the holder, or asks the holder to step down for it.
 */
export class ElectionController {
  readonly #options: ElectionControllerOptions;
  readonly #leases: LeaseClient;
  readonly #candidates: CandidateClient;
  readonly #knownLeases: Informer<LeaseObject>;
  readonly #knownCandidates: Informer<LeaseCandidate>;
  readonly #queue: WorkQueue;
  readonly #freezer = new Freezer();
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(options: ElectionControllerOptions) {
    this.#options = options;
    const { transport, clock, random, namespace, served } = options;
    const channel: Channel = { transport, clock, timeoutMs: requestMs };
    this.#leases = leaseClient(channel);
    this.#candidates = candidateClient(channel, served);
    const gate = () => this.#freezer.pass();
    this.#queue = new WorkQueue(clock, gate, (lease) => this.#reconcile(lease));
    this.#knownLeases = new Informer({
      ...{ transport, clock, random, gate, path: leasePath(namespace), parse: parseLease },
      onChange: ({ metadata }) => this.#add(metadata.name),
    });
    this.#knownCandidates = new Informer({
      ...{
        transport,
        clock,
        random,
        gate,
        path: candidatePath(served, namespace),
        parse: parseLeaseCandidate,
      },
      // Who was pinged and has not answered belongs to an election that is under way.
      onChange: (candidate) => !isUnanswered(candidate) && this.#add(candidate.spec.leaseName),
    });
  }

  start(): void {
    const stop = this.#stop.signal;
    const { clock } = this.#options;
    this.#running ??= Promise.all([
      this.#knownLeases.run(stop, () => this.#addAll()),
      this.#knownCandidates.run(stop, () => this.#addAll()),
      repeat(
        clock,
        stop,
        () => resyncMs,
        async () => this.#addAll(),
      ),
      repeat(
        clock,
        stop,
        () => collectMs,
        () => this.#collect(),
      ),
    ]);
  }

  hang(): void {
    this.#freezer.freeze();
  }

  resume(): void {
    this.#freezer.thaw();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    this.#freezer.thaw();
    await this.#queue.close();
    await this.#running;
  }

  #add(lease: string): void {
    if (this.#knownLeases.synced && this.#knownCandidates.synced) this.#queue.add(lease);
  }

  #addAll(): void {
    for (const { spec } of this.#knownCandidates.objects) this.#add(spec.leaseName);
    for (const { metadata } of this.#knownLeases.objects) this.#add(metadata.name);
  }

  async #reconcile(lease: string): Promise<void> {
    if (await this.#step(lease)) this.#queue.addAfter(lease, requeueMs);
  }

  /** Whether it is to look again by itself: after some failures the real one waits for the next event, too. */
  async #step(lease: string): Promise<boolean> {
    const now = this.#wall;
    const candidates = this.#knownCandidates.objects.filter(
      (each) => each.spec.leaseName === lease && !isCandidateUp(each, now),
    );
    if (candidates.length === 0) return false;
    if (!this.#isNeeded(lease, candidates, now)) return true;
    if (await this.#ping(candidates, now)) return true;
    const answered = candidates.filter((each) => hasAnswered(each, now));
    const strategy = strategyOf(answered);
    if (strategy === undefined) return false;
    return this.#elect(
      lease,
      strategy,
      strategy === oldestEmulation ? bestOf(answered)?.metadata.name : undefined,
    );
  }

  #isNeeded(name: string, candidates: readonly LeaseCandidate[], now: number): boolean {
    const lease = this.#knownLeases.get(this.#options.namespace, name);
    if (lease === undefined || isLeaseUp(lease, now) || (lease.spec.holderIdentity ?? '') === '') return true;
    // Every quarter of an hour everybody is asked, so that who is gone can be told from who has nothing to say.
    if (candidates.some((each) => isCandidateUp(each, now, candidateValidMs / 2))) return true;
    const best = strategyOf(candidates) === oldestEmulation ? bestOf(candidates) : undefined;
    return best !== undefined && best.metadata.name !== lease.spec.holderIdentity;
  }

  /** Whether there are answers to wait for. */
  async #ping(candidates: readonly LeaseCandidate[], now: number): Promise<boolean> {
    const isAwaiting = candidates.some((each) => isAwaited(each, now));
    const asked = candidates.filter((each) => !hasAnswered(each, now) && isToBePinged(each, now));
    const pingTime = formatMicroTime(now);
    const { signal } = this.#stop;
    await Promise.all(
      asked.map((each) => this.#candidates.update({ ...each, spec: { ...each.spec, pingTime } }, signal)),
    );
    return isAwaiting || asked.length > 0;
  }

  /** Without an electee the lease is made for a controller that knows the strategy. */
  async #elect(name: string, strategy: string, electee: string | undefined): Promise<boolean> {
    const { namespace } = this.#options;
    const { signal } = this.#stop;
    const holder = electee === undefined ? {} : { holderIdentity: electee };
    const spec = {
      strategy,
      leaseDurationSeconds: namedSeconds,
      renewTime: formatMicroTime(this.#wall),
      ...holder,
    };
    const created = await this.#leases.create({ metadata: { namespace, name }, spec }, signal);
    if (created.kind !== 'conflict') return created.kind === 'found';
    const read = await this.#leases.get(namespace, name, signal);
    if (read.kind !== 'found') return false;
    const wanted = this.#changed(read.lease, strategy, electee);
    if (wanted === read.lease.spec) return true;
    return (
      (await this.#leases.update({ metadata: read.lease.metadata, spec: wanted }, signal)).kind === 'found'
    );
  }

  /** The spec as it is to be; the same object when it is so already. */
  #changed(lease: LeaseObject, strategy: string, electee: string | undefined): LeaseObject['spec'] {
    const { spec } = lease;
    const held = spec.holderIdentity ?? '';
    if (electee !== undefined && held !== electee && (held === '' || isLeaseUp(lease, this.#wall))) {
      const { preferredHolder: _asked, acquireTime: _acquired, ...rest } = spec;
      const renewTime = formatMicroTime(this.#wall);
      return { ...rest, strategy, holderIdentity: electee, renewTime, leaseDurationSeconds: namedSeconds };
    }
    const isOther = electee !== undefined && held !== electee && spec.preferredHolder !== electee;
    if (!isOther && spec.strategy === strategy) return spec;
    return { ...spec, strategy, ...(isOther ? { preferredHolder: electee } : {}) };
  }

  /** Takes candidates away that nobody has renewed for long. */
  async #collect(): Promise<void> {
    const now = this.#wall;
    for (const candidate of this.#knownCandidates.objects) {
      const { namespace, name } = candidate.metadata;
      if (isCandidateUp(candidate, now)) await this.#candidates.remove(namespace, name, this.#stop.signal);
    }
  }

  get #wall(): number {
    return this.#options.clock.now().wall;
  }
}
