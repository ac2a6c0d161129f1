import assert from 'node:assert/strict';
import { Freezer } from '../../simulator/actors/freezer.ts';
import { type ApiServer, createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { seededRandom } from '../../simulator/random.ts';
import { type VirtualClock, virtualClock } from '../../simulator/scheduler.ts';
import { texts } from '../../test/conformance/outbox.ts';
import type { Clock } from '../clock.ts';
import { openOutboxOn } from '../delivery/open-outbox.ts';
import type { Outbox, RouteStats } from '../delivery/outbox.ts';
import type { Parcel, Posted } from '../delivery/posting.ts';
import { runSender } from '../delivery/sender.ts';
import { StoreKeeper } from '../delivery/store-keeper.ts';
import { type LeaseSpec, leaseClient } from '../kube/lease-client.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Observation } from '../model/observation.ts';
import { Election } from './election.ts';
import { Handover } from './handover.ts';
import { Tenure } from './tenure.ts';

export interface Sent {
  readonly by: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** A cluster and a receiver on virtual time. */
export class Ground {
  readonly clock: VirtualClock = virtualClock();
  readonly api: ApiServer = createApiServer({ clock: this.clock });
  readonly transport: KubeTransport = inProcessTransport(this.api);
  readonly sent: Sent[] = [];
  receiverIsDown = false;

  /** The spec of the replicas' lease. */
  async lease(): Promise<LeaseSpec> {
    const client = leaseClient({ transport: this.transport, clock: this.clock, timeoutMs: 1000 });
    const read = await client.get('default', 'leasewatch', new AbortController().signal);
    assert.ok(read.kind === 'found');
    return read.lease.spec;
  }

  /** Moves time on until `holds`, in steps of `stepMs`; returns the milliseconds that it took. */
  async until(holds: () => boolean, stepMs = 10): Promise<number> {
    const began = this.clock.now().mono;
    while (!holds()) {
      assert.ok(this.clock.now().mono - began < 600_000, 'did not happen within ten minutes');
      await this.clock.advance(stepMs);
    }
    return this.clock.now().mono - began;
  }
}

export interface ReplicaOptions {
  readonly ground: Ground;
  readonly name: string;
  readonly seed: number;
  /** The file of its outbox; none that survives it, unless told. */
  readonly path?: string;
  readonly clock?: Clock;
  readonly namespace?: string;
  /** Whether all its sources see. */
  readonly sees?: () => boolean;
}

/** A replica as the program builds it, but for the watch: election, outbox and sender. */
export class TestReplica {
  readonly name: string;
  readonly observed: Observation[] = [];
  readonly election: Election;
  readonly #ground: Ground;
  readonly #tenure: Tenure;
  readonly #outbox: Outbox;
  readonly #keeper: StoreKeeper;
  readonly #process: Process;
  readonly #stop = new AbortController();
  readonly #running: readonly Promise<void>[];
  #dead = false;

  static async start(options: ReplicaOptions): Promise<TestReplica> {
    const { ground, path = ':memory:' } = options;
    const process = new Process(options.clock ?? ground.clock);
    const keeper = new StoreKeeper({ path, maxBytes: 1e6 }, assert.fail);
    const opened = await openOutboxOn(
      { call: (call) => process.whenAwake(async () => keeper.answer(call)), end: async () => {} },
      { path, maxBytes: 1e6, onError: assert.fail, clock: process.clock },
    );
    assert.ok(opened.kind === 'open');
    return new TestReplica(options, process, keeper, opened.outbox);
  }

  private constructor(options: ReplicaOptions, process: Process, keeper: StoreKeeper, outbox: Outbox) {
    const { ground, name, seed, namespace = 'default', sees = () => true } = options;
    this.name = name;
    this.#ground = ground;
    this.#process = process;
    this.#keeper = keeper;
    this.#outbox = outbox;
    const { clock } = process;
    const random = seededRandom(seed);
    const tenure = new Tenure(clock);
    this.#tenure = tenure;
    const handover = new Handover({ clock, outbox, routes: ['logs'], sees });
    const transport = process.through(ground.transport);
    const lease = { namespace, lease: 'leasewatch', identity: `${name}_${seed}` };
    const emit = (observation: Observation) => void this.observed.push(observation);
    this.election = new Election({ transport, clock, random, ...lease, tenure, handover, emit });
    const post = (parcel: Parcel) => this.#post(parcel);
    const sender = { outbox, route: 'logs', post, clock, random, maxBytes: 1e5, permission: tenure } as const;
    const { signal } = this.#stop;
    this.#running = [handover.run(signal), this.election.run(signal), runSender(sender, signal)];
  }

  /** Whether it would send at this moment, if it runs. */
  get pushes(): boolean {
    return !this.#process.hung && this.#tenure.current() !== undefined;
  }

  async stats(): Promise<RouteStats> {
    const stats = (await this.#outbox.stats()).find(({ route }) => route === 'logs');
    assert.ok(stats);
    const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(stats.enqueued, stats.delivered + dropped + stats.dead + stats.pending, this.name);
    return stats;
  }

  async enqueue(text: string): Promise<void> {
    if (this.#dead) return;
    await this.#outbox.append({ route: 'logs', stream: 's', importance: 1, body: Buffer.from(text) });
  }

  /** From now on it hears of changes of the lease, as it does from the watch. */
  watch(): void {
    const { clock, api } = this.#ground;
    let last = 0;
    const look = () => {
      const revision = api.store.revision();
      if (revision !== last) this.election.ring();
      last = revision;
      clock.after(20, look);
    };
    look();
  }

  hang(): void {
    this.#process.hang();
  }

  resume(): void {
    this.#process.resume();
  }

  /** SIGKILL: nothing more comes of it; its file stays as it is. */
  kill(): void {
    this.#process.hang();
    this.#dead = true;
    this.#keeper.answer({ kind: 'close' });
  }

  async stop(): Promise<void> {
    this.#dead = true;
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.#outbox.close();
  }

  async #post(parcel: Parcel): Promise<Posted> {
    if (this.#ground.receiverIsDown) return { kind: 'retry', why: 'down' };
    const at = this.#ground.clock.now().mono;
    this.#ground.sent.push(...texts(parcel).map((text) => ({ by: this.name, at, text })));
    return { kind: 'accepted' };
  }
}

/** A process that can be stopped as by SIGSTOP: its timers and answers wait, time goes on. */
class Process {
  readonly clock: Clock;
  readonly #freezer = new Freezer();
  readonly #overdue: (() => void)[] = [];

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now(),
      after: (ms, run) => {
        let cancelled = false;
        const wake = () => void (cancelled || run());
        const cancel = clock.after(ms, () => (this.hung ? void this.#overdue.push(wake) : wake()));
        return () => {
          cancelled = true;
          cancel();
        };
      },
    };
  }

  get hung(): boolean {
    return this.#freezer.frozen;
  }

  hang(): void {
    this.#freezer.freeze();
  }

  resume(): void {
    this.#freezer.thaw();
    for (const run of this.#overdue.splice(0)) run();
  }

  through(transport: KubeTransport): KubeTransport {
    return {
      request: (request) => this.whenAwake(() => transport.request(request)),
    };
  }

  async whenAwake<T>(work: () => Promise<T>): Promise<T> {
    await this.#freezer.pass();
    const result = await work();
    await this.#freezer.pass();
    return result;
  }
}
