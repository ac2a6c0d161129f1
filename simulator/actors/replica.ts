import { type Clock, sleep } from '../../exporter/clock.ts';
import type { ElectionTimes } from '../../exporter/kube/election-times.ts';
import type { Ledger, LedgerKind } from '../ledger.ts';
import { between, seededUuid } from '../random.ts';
import { Elector } from './elector.ts';
import type { Kubelet } from './kubelet.ts';
import { timeOf } from './node-object.ts';
import type { ContainerEnd, PodClient, PodSketch } from './pod-client.ts';

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
  /** Of the template: a rollout makes another one. */
  #version = 0;
  #restarts = 0;
  #pod: PodSketch;
  /** The Pod that shall replace it, where that is there already. */
  #next: PodSketch | undefined;
  #elector: Elector;
  #running: Promise<void> = Promise.resolve();
  /** How long it stays away after its elector's end, in ms; undefined: the container restarts by itself. */
  #awayMs: number | undefined;
  /** How its container ends when it is started again. */
  #end: Pick<ContainerEnd, 'reason' | 'exitCode'> = crash;
  #replaced = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#pod = this.#newPod();
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

  /**
   * A rollout: a Pod of another version is made, its own is deleted and it releases. The new one takes its
   * place after `downMs`.
   */
  roll(downMs: number): void {
    this.#version += 1;
    this.#next = this.#newPod();
    this.#leave('terminate', downMs);
  }

  /** A drain: as `roll`, but its Pod is evicted, and the next one is of the same version. */
  evict(downMs: number): void {
    this.#leave('evict', downMs);
  }

  /** Killed for its memory: no release. The container starts again in the same Pod after `downMs`. */
  runOutOfMemory(downMs: number): void {
    this.#end = { reason: 'OOMKilled', exitCode: 137 };
    this.losePower(downMs);
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
    const gone = this.#replaced ? this.#pod : undefined;
    const finishedAt = timeOf(clock.now().wall);
    if (gone !== undefined) await this.#options.pods.remove(gone.namespace, gone.name, stop);
    await sleep(clock, this.#awayMs ?? between(random, 1000, 2000), stop);
    if (stop.aborted) return;
    if (gone !== undefined) {
      await this.#moveInto(this.#next);
    } else await this.#startAgain(finishedAt);
    this.#awayMs = undefined;
    this.#replaced = false;
    this.#elector = this.#newElector();
    this.#record('restarted');
  }

  async #createPod(): Promise<void> {
    await this.#options.pods.create(this.#pod, this.#stop.signal);
  }

  async #moveInto(next: PodSketch | undefined): Promise<void> {
    this.#pod = next ?? this.#newPod();
    this.#next = undefined;
    this.#restarts = 0;
    if (next === undefined) await this.#createPod();
  }

  async #startAgain(finishedAt: string): Promise<void> {
    this.#restarts += 1;
    const end = { ...this.#end, finishedAt, restarts: this.#restarts };
    this.#end = crash;
    await this.#options.pods.restarted(this.#pod, end, this.#stop.signal);
  }

  /** SIGTERM comes when the kubelet sees that the Pod is to go. */
  #leave(how: 'terminate' | 'evict', downMs: number): void {
    this.#record('told-to-stop');
    this.#comeBackAfter(downMs, true);
    void this.#endPod(how, this.#pod, this.#elector);
  }

  async #endPod(how: 'terminate' | 'evict', { namespace, name }: PodSketch, elector: Elector): Promise<void> {
    const { pods } = this.#options;
    const stop = this.#stop.signal;
    if (this.#next !== undefined) await pods.create(this.#next, stop);
    await pods[how](namespace, name, stop);
    await elector.stop();
  }

  #comeBackAfter(downMs: number, newPod: boolean): void {
    this.#awayMs = downMs;
    this.#replaced = newPod;
  }

  /** Named as Kubernetes names the Pods of a Deployment. */
  #newPod(): PodSketch {
    const { namespace, lease, random } = this.#options;
    const hash = `${hashOf(lease)}${podLetters[this.#version % podLetters.length]}`;
    const letters = [...seededUuid(random).slice(0, 5)].map(
      (digit) => podLetters[Number.parseInt(digit, 16)],
    );
    return { namespace, name: `${lease}-${hash}-${letters.join('')}`, app: lease, node: this.node, hash };
  }

  #newElector(): Elector {
    const { clock, random, namespace, lease, times, clockSkewMs, node } = this.#options;
    return new Elector({
      transport: node.link,
      clock,
      random,
      namespace,
      lease,
      identity: `${this.#pod.name}_${seededUuid(random)}`,
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

/** How a container ends that nobody told to. */
const crash = { reason: 'Error', exitCode: 1 } as const;

/** What Kubernetes makes random names of: they spell no words. */
const podLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** Eight such letters that are the same for every replica of a workload. */
function hashOf(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 2 ** 31;
  return Array.from({ length: 8 }, (_, index) => podLetters[(hash >>> (3 * index)) % podLetters.length]).join(
    '',
  );
}
