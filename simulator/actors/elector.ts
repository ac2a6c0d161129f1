import { type Clock, sleep } from '../../exporter/clock.ts';
import { Candidate } from '../../exporter/kube/candidate.ts';
import { blanked } from '../../exporter/kube/election-record.ts';
import { defaultTimes, type ElectionTimes, jitterFactor } from '../../exporter/kube/election-times.ts';
import { leaseClient } from '../../exporter/kube/lease-client.ts';
import { LeaseLock, type Lock, type LockResult } from '../../exporter/kube/lease-lock.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { CoordinatedCandidate } from './coordinated-candidate.ts';
import { Freezer } from './freezer.ts';

export interface ElectorOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly namespace: string;
  readonly lease: string;
  readonly identity: string;
  readonly times?: ElectionTimes;
  /** Give the lease up on `stop()`; the default is to let it run out, as client-go's is. */
  readonly releaseOnCancel?: boolean;
  /** Waits until the controller of coordinated elections names it, instead of taking the lease. */
  readonly coordinated?: boolean;
  /** How far this candidate's wall clock is ahead; only the times that it writes are affected. */
  readonly clockSkewMs?: number;
  readonly onStartedLeading?: () => void;
  readonly onStoppedLeading?: (released: boolean) => void;
}

/**
 * One candidate of a leader election, with the steps and waits of client-go's LeaderElector on a LeaseLock.
 * It runs once: after losing, stopping or crashing it is over, as the process of a real one is.
 */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #times: ElectionTimes;
  readonly #lock: Lock;
  /** Its clock is as wrong as the process that it runs in. */
  readonly #wrongClock: Pick<Clock, 'now'>;
  readonly #candidate: Candidate | CoordinatedCandidate;
  readonly #freezer = new Freezer();
  readonly #stop = new AbortController();
  readonly #crash = new AbortController();
  #running: Promise<void> | undefined;
  #leading = false;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
    const { transport, clock, namespace, lease, identity, clockSkewMs = 0 } = options;
    const { durationSeconds, renewDeadlineSeconds } = this.#times;
    const client = leaseClient({ transport, clock, timeoutMs: (renewDeadlineSeconds * 1000) / 2 });
    this.#lock = this.#whileAwake(new LeaseLock(client, namespace, lease));
    this.#wrongClock = skewed(clock, clockSkewMs);
    const lock = this.#lock;
    const Kind = options.coordinated === true ? CoordinatedCandidate : Candidate;
    this.#candidate = new Kind({ lock, clock: this.#wrongClock, identity, durationSeconds });
  }

  get identity(): string {
    return this.#options.identity;
  }

  /** Whether its process believes that it leads, which a hung one goes on doing. */
  get leading(): boolean {
    return this.#leading;
  }

  get hung(): boolean {
    return this.#freezer.frozen;
  }

  /** Resolves when the elector is over: lost, stopped or crashed. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Ends gracefully, with a release when `releaseOnCancel` is set. A hung one ends when it resumes. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Ends as SIGKILL does: nothing is written any more and no callback is called. */
  crash(): void {
    this.#leading = false;
    this.#crash.abort();
    this.#stop.abort();
    this.#freezer.thaw();
  }

  /** Stands still as under SIGSTOP. */
  hang(): void {
    if (!this.#crash.signal.aborted) this.#freezer.freeze();
  }

  resume(): void {
    this.#freezer.thaw();
  }

  async #run(): Promise<void> {
    if (!(await this.#acquire())) return;
    this.#leading = true;
    this.#options.onStartedLeading?.();
    await this.#keepRenewing();
    const released = this.#options.releaseOnCancel === true && (await this.#release());
    if (this.#crash.signal.aborted) return;
    this.#leading = false;
    this.#options.onStoppedLeading?.(released);
  }

  async #acquire(): Promise<boolean> {
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      if (await this.#holdsAfterTrying(stop)) return !this.#crash.signal.aborted;
      await this.#pause(this.#retryMs * (1 + this.#options.random() * jitterFactor), stop);
    }
    return false;
  }

  /** Returns when a whole renew deadline brought no success, or on a stop. */
  async #keepRenewing(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (!(await this.#renewWithin(this.#times.renewDeadlineSeconds * 1000))) return;
      await this.#pause(this.#retryMs, this.#stop.signal);
    }
  }

  async #renewWithin(deadlineMs: number): Promise<boolean> {
    const deadline = new AbortController();
    const cancel = this.#options.clock.after(deadlineMs, () => deadline.abort());
    const signal = AbortSignal.any([deadline.signal, this.#stop.signal]);
    try {
      while (!signal.aborted) {
        const nextTry = this.#mono + this.#retryMs;
        if (await this.#holdsAfterTrying(signal)) return true;
        await this.#pause(nextTry - this.#mono, signal);
      }
      return false;
    } finally {
      cancel();
    }
  }

  async #holdsAfterTrying(signal: AbortSignal): Promise<boolean> {
    return (await this.#candidate.tryAcquireOrRenew(signal)).kind === 'held';
  }

  /** Reads first for the version only, so that a leader cut off for long may blank its successor. */
  async #release(): Promise<boolean> {
    const signal = this.#crash.signal;
    const read = await this.#lock.get(signal);
    if (read.kind !== 'done' || !this.#candidate.holds) return false;
    const written = await this.#lock.update(blanked(read.record, this.#wrongClock.now().wall), signal);
    return written.kind === 'done';
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }

  get #retryMs(): number {
    return this.#times.retryPeriodSeconds * 1000;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, ms, signal);
    await this.#freezer.pass();
  }

  /** Sends nothing and learns nothing while hung. */
  #whileAwake(lock: Lock): Lock {
    const awake = async (send: () => Promise<LockResult>): Promise<LockResult> => {
      await this.#freezer.pass();
      if (this.#crash.signal.aborted) return { kind: 'failed', reason: 'crashed' };
      const result = await send();
      await this.#freezer.pass();
      return result;
    };
    return {
      get: (signal) => awake(() => lock.get(signal)),
      create: (record, signal) => awake(() => lock.create(record, signal)),
      update: (record, signal) => awake(() => lock.update(record, signal)),
    };
  }
}

/** What a candidate with a wrong clock takes for the time; timers do not notice. */
function skewed(clock: Clock, ms: number): Pick<Clock, 'now'> {
  return {
    now() {
      const { mono, wall } = clock.now();
      return { mono, wall: wall + ms * 1000 };
    },
  };
}
