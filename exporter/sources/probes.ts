import { type Clock, sleep } from '../clock.ts';
import { readCredentials, withoutSecrets } from '../credentials.ts';
import type { Observation, ProbeTold } from '../model/observation.ts';
import type { Ending, HeldConnection } from './probe-connection.ts';
import { type Dial, type DialRequest, dial } from './probe-dial.ts';
import { type CheckSession, checkSession } from './probe-session.ts';
import { type CheckSpread, checkSpread } from './probe-spread.ts';
import type { ProbeTarget } from './probe-target.ts';
import type { Source } from './source.ts';

export interface ProbeSourceOptions {
  readonly target: ProbeTarget;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The network, if not given. */
  readonly network?: Network;
}

/** Everything that a probe does over the network. */
export interface Network {
  readonly dial: Dial;
  readonly checkSession: CheckSession;
  readonly checkSpread: CheckSpread;
}

const realNetwork: Network = { dial, checkSession, checkSpread };

/**
 * Probes one server for ever: a handshake, then the connection is held and pinged until the next one is due.
 * Its name is `probes/TARGET`. A target that fails is an observation; the source is blind only where the
 * probe itself cannot work, as without its files.
 */
export function probeSource(options: ProbeSourceOptions): Source {
  const { target, clock, random } = options;
  const name = `probes/${target.name}`;
  return {
    name,
    async run(emit, stop) {
      const probe = new Probe({ network: realNetwork, ...options }, name, emit, stop);
      // All targets at one moment would be a load of our own making.
      await sleep(clock, random() * Math.min(target.intervalMs, 2000), stop);
      while (!stop.aborted) await probe.round();
    },
  };
}

/** A server of Socket.IO gives a client up that has joined nothing for 45 s. */
const longestUnjoinedMs = 40_000;

class Probe {
  readonly #options: Required<ProbeSourceOptions>;
  readonly #source: string;
  readonly #emit: (observation: Observation) => void;
  readonly #stop: AbortSignal;
  #secrets: readonly string[] = [];

  constructor(
    options: Required<ProbeSourceOptions>,
    source: string,
    emit: (observation: Observation) => void,
    stop: AbortSignal,
  ) {
    this.#options = options;
    this.#source = source;
    this.#emit = emit;
    this.#stop = stop;
  }

  /** One handshake and what follows it, an interval long. */
  async round(): Promise<void> {
    const { target, clock, network } = this.#options;
    const until = clock.now().mono + target.intervalMs;
    const read = await readCredentials(target);
    if (read.kind === 'failed') this.#blind(`cannot be probed: ${read.why}`);
    else {
      this.#secrets = read.credentials.secrets;
      const request = { target, clock, credentials: read.credentials, stop: this.#stop };
      const { handshake, connection } = await network.dial(request);
      // A handshake that we broke off ourselves says nothing of the server.
      if (!this.#stop.aborted) this.#tell(handshake);
      if (connection !== undefined)
        await Promise.all([this.#hold(connection, this.#heldUntil(until)), ...this.#checks(request)]);
    }
    await sleep(clock, until - clock.now().mono, this.#stop);
  }

  /** What else there is to ask once a client gets in. */
  #checks(request: DialRequest): readonly Promise<void>[] {
    const { target, network } = this.#options;
    const asked = [
      ...(target.socketIo ? [network.checkSession(request)] : []),
      ...(target.spread === undefined ? [] : [network.checkSpread(request, target.spread)]),
    ];
    return asked.map(async (check) => {
      const told = await check;
      if (!this.#stop.aborted) this.#tell(told);
    });
  }

  #heldUntil(until: number): number {
    const { target, clock } = this.#options;
    return target.socketIo ? Math.min(until, clock.now().mono + longestUnjoinedMs) : until;
  }

  async #hold(connection: HeldConnection, until: number): Promise<void> {
    const { target, clock } = this.#options;
    const begun = clock.now().mono;
    let ending: Ending | undefined;
    for (;;) {
      const pause = Math.min(target.pingIntervalMs, until - clock.now().mono);
      ending = await this.#waited(pause, connection.ended);
      if (ending !== undefined || this.#stop.aborted || clock.now().mono >= until) break;
      await this.#ping(connection);
    }
    if (ending === undefined) {
      connection.end();
      await connection.ended;
      return;
    }
    const { code, initiator, why } = ending;
    const heldSeconds = (clock.now().mono - begun) / 1000;
    this.#tell({ step: 'closed', code, initiator, why, heldSeconds });
  }

  async #ping(connection: HeldConnection): Promise<void> {
    const { target, clock } = this.#options;
    const sent = clock.now().mono;
    const pong = connection.ping().then(() => 'pong' as const);
    const first = await this.#waited(target.timeoutMs, Promise.race([pong, connection.ended]));
    if (first === 'pong') this.#tell({ step: 'pong', rttSeconds: (clock.now().mono - sent) / 1000 });
    else if (first === undefined && !this.#stop.aborted) {
      connection.cut(`no pong within ${target.timeoutMs / 1000} s`);
    }
  }

  /** What `promise` came to, or undefined after `ms` of waiting or when we are to stop. */
  async #waited<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
    const over = new AbortController();
    const patience = sleep(this.#options.clock, ms, AbortSignal.any([over.signal, this.#stop]));
    const first = await Promise.race([promise, patience.then(() => undefined)]);
    over.abort();
    return first;
  }

  #blind(why: string): void {
    const at = this.#options.clock.now();
    this.#emit({ kind: 'sight', source: this.#source, at, sight: 'blind', why });
  }

  /** A server may repeat what it was sent. */
  #tell(told: ProbeTold): void {
    const { target, clock } = this.#options;
    const safe = 'why' in told ? { ...told, why: withoutSecrets(told.why, this.#secrets) } : told;
    this.#emit({ kind: 'probe', source: this.#source, at: clock.now(), target: target.name, ...safe });
  }
}
