import { type Clock, sleep } from '../clock.ts';
import { createBackoff } from '../kube/backoff.ts';
import { startDeadline } from '../kube/deadline.ts';
import { type Failure, failureOfError, failureOfResponse } from '../kube/failure.ts';
import { member, parseJson, textOf } from '../kube/json.ts';
import { defaultLimits } from '../kube/reflection.ts';
import { Sight } from '../kube/sight.ts';
import { type KubeTransport, readText } from '../kube/transport.ts';
import type { Observation } from '../model/observation.ts';
import type { Source } from './source.ts';

export interface ClusterSourceOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface ClusterSource extends Source {
  /** The API server has answered somebody: no pause after a failure makes sense any more. */
  hurry(): void;
}

/** Reads once who the cluster is: the UID of the namespace `kube-system`. Tries until it knows. */
export function clusterSource(options: ClusterSourceOptions): ClusterSource {
  const name = 'cluster';
  const pause = new Pause(options.clock);
  return {
    name,
    run: (emit, stop) => identify(name, { ...options, pause }, emit, stop),
    hurry: () => pause.end(),
  };
}

/** The pause after a failure, which somebody may end. */
class Pause {
  readonly #clock: Clock;
  #ending: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  end(): void {
    this.#ending?.abort();
  }

  async take(ms: number, stop: AbortSignal): Promise<void> {
    this.#ending = new AbortController();
    await sleep(this.#clock, ms, AbortSignal.any([this.#ending.signal, stop]));
    this.#ending = undefined;
  }
}

async function identify(
  name: string,
  { transport, clock, random, pause }: ClusterSourceOptions & { readonly pause: Pause },
  emit: (observation: Observation) => void,
  stop: AbortSignal,
): Promise<void> {
  const { backoff, forbiddenMs } = defaultLimits;
  const pauses = createBackoff(random, backoff.minMs, backoff.maxMs);
  const sight = new Sight(name, clock, emit);
  while (!stop.aborted) {
    const read = await readUid(transport, clock, stop);
    if (stop.aborted) return;
    if (typeof read === 'string') {
      emit({ kind: 'cluster', at: clock.now(), uid: read });
      sight.resumed('the cluster is known');
      return;
    }
    sight.lost(read);
    const refused = read.reason === 'forbidden' || read.reason === 'unauthorized';
    const leastMs = read.retryAfterMs ?? 0;
    // That others are answered makes nobody allowed to read this, and whoever is told to wait waits.
    if (refused || leastMs > 0)
      await sleep(clock, Math.max(refused ? forbiddenMs : pauses.next(), leastMs), stop);
    else await pause.take(pauses.next(), stop);
  }
}

async function readUid(transport: KubeTransport, clock: Clock, stop: AbortSignal): Promise<string | Failure> {
  const deadline = startDeadline(clock, defaultLimits.answerMs, stop);
  try {
    const response = await transport.request({
      method: 'GET',
      path: '/api/v1/namespaces/kube-system',
      headers: { accept: 'application/json' },
      signal: deadline.signal,
      idleMs: defaultLimits.answerMs,
    });
    if (response.status !== 200) return await failureOfResponse(response);
    return uidOf(await readText(response.body));
  } catch (error) {
    return failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
  } finally {
    deadline.clear();
  }
}

function uidOf(text: string): string | Failure {
  const json = parseJson(text);
  const uid = 'value' in json ? textOf(member(json.value, 'metadata', 'uid'), 128) : undefined;
  if (uid !== undefined && uid !== '') return uid;
  return { reason: 'unreadable', why: 'the namespace kube-system has no UID', relist: false };
}
