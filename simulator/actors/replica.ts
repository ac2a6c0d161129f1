import { type Clock, sleep } from '../../exporter/clock.ts';
import type { Ledger, LedgerKind } from '../ledger.ts';
import { between, seededUuid } from '../random.ts';
import { type ElectionTimes, Elector } from './elector.ts';
import type { Kubelet } from './kubelet.ts';
import type { PodClient } from './pod-client.ts';

export interface ReplicaOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly pods: PodClient;
  /** The node that it runs on; its way to the API server is the replica's too. */
  readonly node: Kubelet;
  readonly namespace: string;
  /** Name of its workload and of the lease that its replicas compete for. */
  readonly lease: string;
  readonly times: ElectionTimes;
  readonly clockSkewMs?: number;
}

/**
 * One replica of a workload: a Pod with an elector in it, and after its end another one. A container that
 * restarts keeps the name of its Pod and gets another uuid, a Pod that is replaced gets another name.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #stop = new AbortController();
  #pod: string;
  #elector: Elector;
  #running: Promise<void> = Promise.resolve();
  /** How long it stays away after its elector's end, in ms; undefined: the container restarts by itself. */
  #awayMs: number | undefined;
  #newPod = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#pod = this.#newPodName();
    this.#elector = this.#newElector();
  }

  get identity(): string {
    return this.#elector.identity;
  }

  get node(): string {
    return this.#options.node.name;
  }

  get leading(): boolean {
    return this.#elector.leading;
  }

  get hung(): boolean {
    return this.#elector.hung;
  }

  start(): void {
    this.#running = this.#live();
  }

  /** SIGKILL: no release. Another Pod takes its place after `downMs`. */
  kill(downMs: number): void {
    this.#record('crashed');
    this.#comeBackAfter(downMs, true);
    this.#elector.crash();
  }

  /** SIGTERM, as a rollout sends: releases, and another Pod takes its place after `downMs`. */
  roll(downMs: number): void {
    this.#record('told-to-stop');
    this.#comeBackAfter(downMs, true);
    void this.#elector.stop();
  }

  /** The machine lost its power: as `kill`, but the same Pod starts again. */
  losePower(downMs: number): void {
    this.#record('crashed');
    this.#comeBackAfter(downMs, false);
    this.#elector.crash();
  }

  /** Stands still for `forMs`, as a process under SIGSTOP or starved of processor time. */
  async hang(forMs: number): Promise<void> {
    const hung = this.#elector;
    this.#record('hung');
    hung.hang();
    await sleep(this.#options.clock, forMs, this.#stop.signal);
    hung.resume();
    if (hung === this.#elector) this.#record('resumed');
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#elector.crash();
    await this.#running;
  }

  async #live(): Promise<void> {
    const stop = this.#stop.signal;
    await this.#createPod();
    while (!stop.aborted) {
      await this.#elector.start();
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    const { clock, random } = this.#options;
    const stop = this.#stop.signal;
    const gone = this.#newPod ? this.#pod : undefined;
    if (gone !== undefined) await this.#options.pods.remove(this.#options.namespace, gone, stop);
    await sleep(clock, this.#awayMs ?? between(random, 1000, 2000), stop);
    if (stop.aborted) return;
    if (gone !== undefined) {
      this.#pod = this.#newPodName();
      await this.#createPod();
    }
    this.#awayMs = undefined;
    this.#newPod = false;
    this.#elector = this.#newElector();
    this.#record('restarted');
  }

  async #createPod(): Promise<void> {
    const { namespace, lease } = this.#options;
    await this.#options.pods.create(
      { namespace, name: this.#pod, app: lease, node: this.node },
      this.#stop.signal,
    );
  }

  #comeBackAfter(downMs: number, newPod: boolean): void {
    this.#awayMs = downMs;
    this.#newPod = newPod;
  }

  #newPodName(): string {
    const letters = seededUuid(this.#options.random).slice(0, 5);
    return `${this.#options.lease}-${letters}`;
  }

  #newElector(): Elector {
    const { clock, random, namespace, lease, times, clockSkewMs, node } = this.#options;
    return new Elector({
      transport: node.link,
      clock,
      random,
      namespace,
      lease,
      identity: `${this.#pod}_${seededUuid(random)}`,
      times,
      releaseOnCancel: true,
      ...(clockSkewMs !== undefined && { clockSkewMs }),
      onStartedLeading: () => this.#record('started-leading'),
      onStoppedLeading: (released) => this.#record(released ? 'released' : 'stopped-leading'),
    });
  }

  #record(kind: LedgerKind) {
    const { ledger, namespace, lease } = this.#options;
    ledger.record(kind, this.identity, `${namespace}/${lease}`);
  }
}
