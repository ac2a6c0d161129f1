import { type Clock, sleep } from '../../exporter/clock.ts';
import { leaseClient } from '../../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { type Link, link } from '../../simulator/actors/link.ts';
import type { Ledger } from '../../simulator/ledger.ts';
import { between, seededUuid } from '../../simulator/random.ts';
import { type Machine, signed } from './machine.ts';
import type { Setting } from './settings.ts';

/** What runs in the same process as an elector, and shares its fate. */
export interface Companion {
  start(): void;
  /** Its elector began to lead. */
  lead?(): void;
  hang(): void;
  resume(): void;
  end(): Promise<void>;
}

export type Beside = (transport: KubeTransport, identity: string) => Companion;

export interface MemberOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly machine: Machine;
  readonly namespace: string;
  readonly lease: string;
  /** Name of the Pod. */
  readonly pod: string;
  readonly setting: Setting;
  readonly clockSkewMs: number;
  /** Made with each process. */
  readonly beside?: Beside;
}

const requestMs = 5000;

/** One replica of a workload: an elector, and after its end another one, until the story is over. */
export class Member {
  readonly #options: MemberOptions;
  readonly #stop = new AbortController();
  #machine: Machine;
  /** Its own way to the server, on top of its machine's. */
  #link: Link;
  #elector: Elector;
  #beside: Companion | undefined;
  #awayMs: number | undefined;
  #mayReturn = new AbortController();
  #generation = 0;
  /** Its process has begun and has not ended: nobody else writes in its name. */
  #runs = false;
  readonly #ended: Promise<void>[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.#link = link(this.#machine.link);
    this.#elector = this.#newElector();
  }

  get identity(): string {
    return this.#elector.identity;
  }
  get leading(): boolean {
    return this.#elector.leading;
  }
  get hung(): boolean {
    return this.#elector.hung;
  }
  get machine(): Machine {
    return this.#machine;
  }
  /** Leads, runs and is connected. */
  get well(): boolean {
    return this.leading && !this.hung && !this.#link.isCut && !this.#machine.link.isCut;
  }

  start(): void {
    this.#running = this.#live();
  }

  /** SIGKILL; comes back after `downMs`, on another machine when one is given. */
  crash(downMs: number, onto?: Machine): void {
    this.#record('crashed');
    this.#awayMs = downMs;
    this.#move(onto);
    this.#endBeside();
    this.#elector.crash();
  }

  /** SIGTERM; releases if its setting says so, and comes back after `downMs`. */
  roll(downMs: number, onto?: Machine): void {
    this.#record('told-to-stop');
    this.#awayMs = downMs;
    this.#move(onto);
    void this.#elector.stop();
  }

  /** Whatever it waits for after its end, it starts again now. */
  comeBack(): void {
    this.#mayReturn.abort();
  }

  hang(): void {
    this.#record('hung');
    this.#elector.hang();
    this.#beside?.hang();
  }

  wake(): void {
    if (this.#elector.hung) this.#record('resumed');
    this.#elector.resume();
    this.#beside?.resume();
  }

  cut(): void {
    this.#record('cut');
    this.#link.cut();
  }

  mend(): void {
    if (this.#link.isCut) this.#record('mended');
    this.#link.mend();
  }

  /** Writes itself over whoever holds the lease, as clients do that judge by a duration of their own. */
  async steal(): Promise<void> {
    const { clock, namespace, lease, ledger, clockSkewMs } = this.#options;
    if (!this.#runs) return;
    const transport = signed(this.#link, this.identity);
    const client = leaseClient({ transport, clock, timeoutMs: requestMs });
    const read = await client.get(namespace, lease, this.#stop.signal);
    if (read.kind !== 'found') return;
    const { metadata, spec } = read.lease;
    // No client takes its own lease from itself, and counts that.
    if (spec.holderIdentity === this.identity) return;
    const time = formatMicroTime(clock.now().wall + clockSkewMs * 1000);
    const leaseTransitions = (spec.leaseTransitions ?? 0) + 1;
    const own = { holderIdentity: this.identity, acquireTime: time, renewTime: time, leaseTransitions };
    const done = await client.update({ metadata, spec: { ...spec, ...own } }, this.#stop.signal);
    if (done.kind === 'found') ledger.record('stolen', this.identity, `${namespace}/${lease}`);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#mayReturn.abort();
    this.#endBeside();
    this.#elector.crash();
    await this.#running;
    await Promise.all(this.#ended);
  }

  async #live(): Promise<void> {
    const { clock, random } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#runs = true;
      this.#beside?.start();
      await this.#elector.start();
      this.#runs = false;
      this.#endBeside();
      this.#mayReturn = new AbortController();
      await sleep(
        clock,
        this.#awayMs ?? between(random, 1000, 2000),
        AbortSignal.any([this.#stop.signal, this.#mayReturn.signal]),
      );
      this.#awayMs = undefined;
      this.#elector = this.#newElector();
      if (!this.#stop.signal.aborted) this.#record('restarted');
    }
  }

  #move(onto: Machine | undefined): void {
    if (onto === undefined) return;
    this.#machine = onto;
    this.#link = link(onto.link);
  }

  #endBeside(): void {
    const ending = this.#beside?.end();
    this.#beside = undefined;
    if (ending !== undefined) this.#ended.push(ending);
  }

  #newElector(): Elector {
    const { clock, random, namespace, lease, pod, setting, clockSkewMs } = this.#options;
    this.#generation += 1;
    const identity = setting.keepsIdentity ? pod : `${pod}-${this.#generation}_${seededUuid(random)}`;
    const transport = signed(this.#link, identity);
    this.#beside = this.#options.beside?.(transport, identity);
    const companion = this.#beside;
    return new Elector({
      transport,
      clock,
      random,
      namespace,
      lease,
      identity,
      times: setting.times,
      releaseOnCancel: setting.releases,
      clockSkewMs,
      coordinated: setting.coordinated === true,
      onStartedLeading: () => {
        this.#record('started-leading');
        companion?.lead?.();
      },
      onStoppedLeading: (released) => this.#record(released ? 'released' : 'stopped-leading'),
    });
  }

  #record(kind: Parameters<Ledger['record']>[0]): void {
    const { ledger, namespace, lease } = this.#options;
    ledger.record(kind, this.identity, `${namespace}/${lease}`);
  }
}
