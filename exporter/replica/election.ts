import { type Clock, sleep } from '../clock.ts';
import { type Attempt, Candidate } from '../kube/candidate.ts';
import { blanked } from '../kube/election-record.ts';
import { defaultTimes, jitterFactor } from '../kube/election-times.ts';
import { leaseClient } from '../kube/lease-client.ts';
import { LeaseLock, type Lock } from '../kube/lease-lock.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Observation } from '../model/observation.ts';
import { isDenied, Standing } from './standing.ts';
import type { Tenure } from './tenure.ts';

export interface ElectionOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly namespace: string;
  readonly lease: string;
  /** Unlike that of any other process, ever. */
  readonly identity: string;
  /** The permission to push, which the election gives and takes. */
  readonly tenure: Tenure;
  readonly handover: Handing;
  readonly emit: (observation: Observation) => void;
}

/** What holders tell each other through the lease. */
export interface Handing {
  note(): string;
  heed(text: string, notBefore: number): void;
}

/** The annotation in which a holder tells what it has sent. */
const sentAnnotation = 'leasewatch/sent';
const { durationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = defaultTimes;
const retryMs = retryPeriodSeconds * 1000;
const renewDeadlineMs = renewDeadlineSeconds * 1000;
/** A lease that somebody writes in a loop must not make us read it in one. */
const leastPauseMs = 250;
/** After the expiry: timers may be a little early, and not all peers need to come in one millisecond. */
const afterExpiryMs = { least: 5, spread: 100 };

/**
 * The election among the replicas of leasewatch, by the rules of client-go. It tries when client-go's own
 * electors would, and at two more moments: when the watch saw the lease change, and when its time is up.
 *
 * A replica that is not allowed to write the lease pushes: then all of them send the same, under the same
 * ids, which does less harm than that nobody sends. While the API server does not answer, nobody can hold
 * the lease: what there is to send waits in the outboxes.
 */
export class Election {
  readonly #options: ElectionOptions;
  readonly #lock: LeaseLock;
  readonly #candidate: Candidate;
  readonly #standing: Standing;
  #bell = new AbortController();
  /** When the last successful request was sent: what a later one finds new was written after that. */
  #lookedAt: number | undefined;

  constructor(options: ElectionOptions) {
    const { transport, clock, namespace, lease, identity, emit } = options;
    this.#options = options;
    this.#standing = new Standing(clock, `${namespace}/${lease}`, identity, emit);
    const client = leaseClient({ transport, clock, timeoutMs: renewDeadlineMs / 2 });
    this.#lock = new LeaseLock(client, namespace, lease);
    this.#candidate = new Candidate({ lock: this.#attentive(), clock, identity, durationSeconds });
  }

  /** The lease may have changed: who waits for its expiry looks at it at once. */
  ring(): void {
    this.#bell.abort();
  }

  /** Takes part until `stop`, then gives the lease up. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    this.#options.tenure.onChange(() => this.#tell());
    while (!stop.aborted) {
      this.#bell = new AbortController();
      const startedAt = this.#mono;
      const attempt = await this.#candidate.tryAcquireOrRenew(stop);
      if (stop.aborted) break;
      this.#judge(attempt, startedAt);
      await this.#pause(startedAt, stop);
    }
    await this.#release();
  }

  #judge(attempt: Attempt, startedAt: number): void {
    const { tenure } = this.#options;
    this.#standing.tried(attempt);
    if (attempt.kind === 'held') tenure.extend(startedAt + renewDeadlineMs);
    else if (isDenied(attempt)) tenure.extend(Number.POSITIVE_INFINITY);
    else if (!this.#candidate.holds) tenure.end();
    this.#tell();
  }

  #tell(): void {
    const pushes = this.#options.tenure.current() !== undefined;
    this.#standing.tell(pushes, this.#candidate.observed.holder);
  }

  async #pause(startedAt: number, stop: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    // Its own renewals ring, too.
    if (this.#candidate.holds) return sleep(clock, startedAt + retryMs - this.#mono, stop);
    const nextTry = this.#nextTry(random);
    await sleep(clock, leastPauseMs, stop);
    await sleep(clock, nextTry - this.#mono, AbortSignal.any([stop, this.#bell.signal]));
  }

  /** The next retry of a waiting candidate, or the end of the record's time, if that comes first. */
  #nextTry(random: () => number): number {
    const now = this.#mono;
    const retry = now + retryMs * (1 + random() * jitterFactor);
    const { validUntil } = this.#candidate;
    if (validUntil <= now) return retry;
    return Math.min(retry, validUntil + afterExpiryMs.least + random() * afterExpiryMs.spread);
  }

  /** As client-go does, but never over another's record; and we end before anybody else can begin. */
  async #release(): Promise<void> {
    const { tenure, identity, clock } = this.#options;
    tenure.end();
    if (!this.#candidate.holds) return;
    // Each request has a limit of its own.
    const { signal } = new AbortController();
    const read = await this.#lock.get(signal);
    if (read.kind !== 'done' || read.record.holder !== identity) return;
    this.#annotate();
    await this.#lock.update(blanked(read.record, clock.now().wall), signal);
  }

  /** The lock, with what holders tell each other read and written beside the record. */
  #attentive(): Lock {
    const write = async (how: 'create' | 'update', ...what: Parameters<Lock['update']>) => {
      const sentAt = this.#mono;
      this.#annotate();
      const written = await this.#lock[how](...what);
      if (written.kind === 'done') this.#lookedAt = sentAt;
      return written;
    };
    return {
      get: async (signal) => {
        const sentAt = this.#mono;
        const read = await this.#lock.get(signal);
        if (read.kind !== 'done') return read;
        if (read.record.holder !== this.#options.identity) this.#heed();
        this.#lookedAt = sentAt;
        return read;
      },
      create: (record, signal) => write('create', record, signal),
      update: (record, signal) => write('update', record, signal),
    };
  }

  #annotate(): void {
    this.#lock.annotate({ [sentAnnotation]: this.#options.handover.note() });
  }

  #heed(): void {
    const told = this.#lock.annotations[sentAnnotation];
    if (told !== undefined && this.#lookedAt !== undefined) {
      this.#options.handover.heed(told, this.#lookedAt);
    }
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }
}
