import { type Clock, sleep } from '../../exporter/clock.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { type ElectionRecord, sameRecord } from './election-record.ts';
import { Freezer } from './freezer.ts';
import { leaseClient } from './lease-client.ts';
import { LeaseLock, type LockResult } from './lease-lock.ts';

/** Seconds, as the flags of Kubernetes' components have them. */
export interface ElectionTimes {
  readonly durationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;
}

/** What kube-scheduler, kube-controller-manager and controller-runtime use unless told otherwise. */
export const defaultTimes: ElectionTimes = {
  durationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
};

/** A waiting candidate tries again after the retry period times 1 to 1 + this. */
export const jitterFactor = 1.2;

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
  /** How far this candidate's wall clock is ahead; only the times that it writes are affected. */
  readonly clockSkewMs?: number;
  readonly onStartedLeading?: () => void;
  readonly onStoppedLeading?: (released: boolean) => void;
}

const nobody: ElectionRecord = {
  holder: '',
  durationSeconds: 0,
  acquireTime: 0,
  renewTime: 0,
  transitions: 0,
};

/**
 * One candidate of a leader election, with the steps and waits of client-go's LeaderElector on a LeaseLock.
 * It runs once: after losing, stopping or crashing it is over, as the process of a real one is.
 */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #times: ElectionTimes;
  readonly #lock: LeaseLock;
  readonly #freezer = new Freezer();
  readonly #stop = new AbortController();
  readonly #crash = new AbortController();
  #running: Promise<void> | undefined;
  #leading = false;
  #observed = nobody;
  #observedAt = Number.NEGATIVE_INFINITY;
  /** The last record that was read, not written: renewing it renews `#observedAt`. */
  #raw: ElectionRecord | undefined;

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
    const { transport, clock } = options;
    const timeoutMs = (this.#times.renewDeadlineSeconds * 1000) / 2;
    this.#lock = new LeaseLock(
      leaseClient({ transport, clock, timeoutMs }),
      options.namespace,
      options.lease,
    );
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
      if (await this.#tryAcquireOrRenew(stop)) return !this.#crash.signal.aborted;
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
        if (await this.#tryAcquireOrRenew(signal)) return true;
        await this.#pause(nextTry - this.#mono, signal);
      }
      return false;
    } finally {
      cancel();
    }
  }

  async #tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const startedAt = this.#mono;
    const wanted = this.#ownRecord();
    if (this.#holds && this.#validAt(startedAt)) {
      const kept = keeping(wanted, this.#observed);
      if (await this.#write('update', kept, signal)) return true;
      return this.#readAndWrite(kept, startedAt, signal);
    }
    return this.#readAndWrite(wanted, startedAt, signal);
  }

  async #readAndWrite(wanted: ElectionRecord, startedAt: number, signal: AbortSignal): Promise<boolean> {
    const read = await this.#awake(() => this.#lock.get(signal));
    // A record left over from the leader's quick path is created as it is: a holder that makes its
    // deleted lease anew keeps acquireTime and transitions.
    if (read.kind === 'not-found') return this.#write('create', wanted, signal);
    if (read.kind !== 'done') return false;
    if (this.#raw === undefined || !sameRecord(this.#raw, read.record)) {
      this.#observe(read.record);
      this.#raw = read.record;
    }
    if (read.record.holder !== '' && this.#validAt(startedAt) && !this.#holds) return false;
    const next = this.#holds
      ? keeping(wanted, read.record)
      : { ...wanted, transitions: read.record.transitions + 1 };
    return this.#write('update', next, signal);
  }

  async #write(how: 'create' | 'update', record: ElectionRecord, signal: AbortSignal): Promise<boolean> {
    const result = await this.#awake(() => this.#lock[how](record, signal));
    if (result.kind !== 'done') return false;
    this.#observe(record);
    return true;
  }

  /** Reads first for the version only, so that a leader cut off for long may blank its successor. */
  async #release(): Promise<boolean> {
    const signal = this.#crash.signal;
    const read = await this.#awake(() => this.#lock.get(signal));
    if (read.kind !== 'done' || !this.#holds) return false;
    const { renewTime } = this.#ownRecord();
    const transitions = read.record.transitions;
    const blank = { holder: '', durationSeconds: 1, acquireTime: renewTime, renewTime, transitions };
    return this.#write('update', blank, signal);
  }

  #ownRecord(): ElectionRecord {
    const now = this.#options.clock.now().wall + (this.#options.clockSkewMs ?? 0) * 1000;
    const { durationSeconds } = this.#times;
    return { holder: this.identity, durationSeconds, acquireTime: now, renewTime: now, transitions: 0 };
  }

  #observe(record: ElectionRecord): void {
    this.#observed = record;
    this.#observedAt = this.#mono;
  }

  /** Judged by the duration in the record, which need not be one's own. */
  #validAt(mono: number): boolean {
    return this.#observedAt + this.#observed.durationSeconds * 1000 > mono;
  }

  get #holds(): boolean {
    return this.#observed.holder === this.identity;
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
  async #awake(send: () => Promise<LockResult>): Promise<LockResult> {
    await this.#freezer.pass();
    if (this.#crash.signal.aborted) return { kind: 'failed', reason: 'crashed' };
    const result = await send();
    await this.#freezer.pass();
    return result;
  }
}

/** The same holder goes on: since when, and after how many others, stays as it was. */
function keeping(wanted: ElectionRecord, old: ElectionRecord): ElectionRecord {
  return { ...wanted, acquireTime: old.acquireTime, transitions: old.transitions };
}
