import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Credentials } from '../credentials.ts';
import type { ProbeCertificates, ProbeHandshake, ProbePhase } from '../model/observation.ts';
import { connectTcp, placeOf, resolveHost, secure } from './probe-connect.ts';
import type { HeldConnection } from './probe-connection.ts';
import { type Failed, type Step, timedOut } from './probe-failure.ts';
import type { ProbeTarget } from './probe-target.ts';
import { type HttpAnswer, upgrade } from './probe-upgrade.ts';

export interface Dialled {
  readonly handshake: ProbeHandshake;
  /** Open, and its first ping was answered; `undefined` where there is nothing to hold. */
  readonly connection: HeldConnection | undefined;
  /** To the request for the upgrade, whatever it was. */
  readonly answer: HttpAnswer | undefined;
}

export interface DialRequest {
  readonly target: ProbeTarget;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Whether the beginning of the page is read with which a server refuses. */
  readonly readRefusal?: boolean;
}

/** One handshake from the name of the server to its first pong. Never rejects. */
export type Dial = (request: DialRequest) => Promise<Dialled>;

/** The real one, over the network. */
export const dial: Dial = async (request) => {
  const { target, clock, stop } = request;
  const attempt = new Attempt(request);
  const timeout = new AbortController();
  const cancel = clock.after(target.timeoutMs, () => timeout.abort());
  const end = attempt.run(AbortSignal.any([timeout.signal, stop]));
  const step = await end;
  cancel();
  const failed = 'got' in step ? undefined : step;
  const connection = 'got' in step ? step.got : undefined;
  return { handshake: attempt.told(failed), connection, answer: attempt.answer };
};

class Attempt {
  readonly #request: DialRequest;
  readonly #phases: Partial<Record<ProbePhase, number>> = {};
  #certificates: ProbeCertificates | undefined;
  answer: HttpAnswer | undefined;
  #socket: Socket | undefined;

  constructor(request: DialRequest) {
    this.#request = request;
  }

  told(failed: Failed | undefined): ProbeHandshake {
    return {
      step: 'handshake',
      failure: failed?.failure,
      why: failed?.why ?? '',
      status: this.answer?.status,
      phases: this.#phases,
      certificates: this.#certificates,
    };
  }

  async run(signal: AbortSignal): Promise<Step<HeldConnection | undefined>> {
    const step = await this.#steps(signal);
    if ('failure' in step) this.#socket?.destroy();
    return step;
  }

  async #steps(signal: AbortSignal): Promise<Step<HeldConnection | undefined>> {
    const { target } = this.#request;
    const { host, port, tls } = placeOf(target.url);
    const addresses = await this.#phase('dns', resolveHost(host, target.allowAddresses), signal);
    if ('failure' in addresses) return addresses;
    const connected = await this.#phase('tcp', connectTcp(addresses.got, port, signal), signal);
    if ('failure' in connected) return connected;
    this.#socket = connected.got;
    if (tls) {
      const distrusted = await this.#secure(connected.got, host, signal);
      if (distrusted !== undefined) return distrusted;
    }
    const upgraded = await this.#phase('upgrade', this.#upgrade(this.#socket), signal);
    if ('failure' in upgraded || upgraded.got === undefined) return upgraded;
    return this.#phase('pong', firstPong(upgraded.got), signal);
  }

  #upgrade(socket: Socket): Promise<Step<HeldConnection | undefined>> {
    const { target, credentials, clock, readRefusal = false } = this.#request;
    const onAnswer = (answer: HttpAnswer) => {
      this.answer = answer;
    };
    return upgrade({ target, socket, headers: credentials.headers, clock, readRefusal, onAnswer });
  }

  async #secure(plain: Socket, host: string, signal: AbortSignal): Promise<Failed | undefined> {
    const secured = await this.#phase(
      'tls',
      secure(plain, host, this.#request.credentials.tls, signal),
      signal,
    );
    if ('failure' in secured) return secured;
    const { socket, certificates, distrust } = secured.got;
    this.#certificates = certificates;
    this.#socket = socket;
    if (distrust !== undefined) return { failure: 'certificate', why: distrust };
  }

  /** Times a step, and waits for it no longer than the signal allows. */
  async #phase<T>(phase: ProbePhase, step: Promise<Step<T>>, signal: AbortSignal): Promise<Step<T>> {
    const { clock, target } = this.#request;
    const begun = clock.now().mono;
    const done = await Promise.race([step, aborted(signal)]);
    if (done === undefined || signal.aborted) return timedOut(phase, target.timeoutMs);
    if ('got' in done) this.#phases[phase] = (clock.now().mono - begun) / 1000;
    return done;
  }
}

async function firstPong(connection: HeldConnection): Promise<Step<HeldConnection>> {
  const first = await Promise.race([connection.ping(), connection.ended]);
  if (first === undefined) return { got: connection };
  const { code, why, flooded } = first;
  const how = `closed with ${code} before the first pong`;
  return { failure: flooded ? 'flood' : 'closed', why: why === '' ? how : `${how}: ${why}` };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
