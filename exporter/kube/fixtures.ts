import { type VirtualClock, virtualClock } from '../../simulator/scheduler.ts';
import type { Observation } from '../model/observation.ts';
import { leaseSource } from '../sources/leases.ts';
import type { ReflectorLimits } from './reflection.ts';
import { type KubeRequest, type KubeTransport, TransportError } from './transport.ts';

/** How the scripted server answers one request. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks?: readonly (string | Uint8Array)[];
  /** `refuse`: no connection; `mute`: no headers ever; `hang`: the body falls silent after its chunks. */
  readonly end?: 'end' | 'reset' | 'hang' | 'refuse' | 'mute';
  /** Milliseconds before each chunk and before the end. */
  readonly every?: number;
}

export interface Script {
  readonly transport: KubeTransport;
  /** Path and query of every request so far. */
  readonly paths: string[];
}

/** Answers as `script` says, on the given clock; `index` counts the requests from 0. */
export function scripted(
  clock: VirtualClock,
  script: (url: URL, index: number, request: KubeRequest) => Reply,
): Script {
  const paths: string[] = [];
  async function request(asked: KubeRequest) {
    paths.push(asked.path);
    const reply = script(new URL(asked.path, 'http://k'), paths.length - 1, asked);
    if (reply.end === 'refuse') throw new TransportError('connection refused');
    if (reply.end === 'mute') await silence(clock, asked, Number.POSITIVE_INFINITY);
    return { status: reply.status ?? 200, headers: reply.headers ?? {}, body: bodyOf(clock, asked, reply) };
  }
  return { transport: { request }, paths };
}

async function* bodyOf(clock: VirtualClock, asked: KubeRequest, reply: Reply): AsyncGenerator<Uint8Array> {
  for (const chunk of reply.chunks ?? []) {
    if (reply.every !== undefined) await silence(clock, asked, reply.every);
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  if (reply.every !== undefined) await silence(clock, asked, reply.every);
  if (reply.end === 'reset') throw new TransportError('connection reset');
  if (reply.end === 'hang') await silence(clock, asked, Number.POSITIVE_INFINITY);
}

/** Waits; rejects as a transport does when the request is aborted or silent for longer than it allows. */
function silence(clock: VirtualClock, { signal, idleMs }: KubeRequest, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = idleMs ?? Number.POSITIVE_INFINITY;
    const cancel = Number.isFinite(Math.min(ms, limit))
      ? clock.after(Math.min(ms, limit), () =>
          ms <= limit ? resolve() : reject(new TransportError('silent')),
        )
      : () => undefined;
    const abort = () => {
      cancel();
      reject(new TransportError('aborted'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

export function leaseJson(name: string, resourceVersion: number, holder = 'h'): Record<string, unknown> {
  return {
    metadata: { namespace: 'n', name, uid: `uid-${name}`, resourceVersion: String(resourceVersion) },
    spec: { holderIdentity: holder, leaseDurationSeconds: 15 },
  };
}

export function page(resourceVersion: number, items: readonly unknown[], token = ''): string {
  return JSON.stringify({ metadata: { resourceVersion: String(resourceVersion), continue: token }, items });
}

export function eventLine(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function bookmark(resourceVersion: number): string {
  return eventLine('BOOKMARK', { metadata: { resourceVersion: String(resourceVersion) } });
}

export function errorLine(code: number, reason: string): string {
  return eventLine('ERROR', { kind: 'Status', code, reason, message: `it is ${reason}` });
}

export interface Rig {
  readonly clock: VirtualClock;
  readonly paths: readonly string[];
  readonly seen: readonly Observation[];
  /** What was seen but bookmarks, a word or two each: `begin`, `listed a@5`, `end`, `blind reset`, `sighted`. */
  story(): string[];
  stop(): Promise<void>;
}

/** A lease source on a scripted server, running until it is stopped. */
export function startLeases(
  script: (url: URL, index: number, request: KubeRequest) => Reply,
  limits: Partial<ReflectorLimits> = {},
): Rig {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, script);
  const seen: Observation[] = [];
  const stopper = new AbortController();
  const source = leaseSource({ transport, clock, random: () => 0.5, limits });
  const running = source.run((observation) => seen.push(observation), stopper.signal);
  return {
    clock,
    paths,
    seen,
    story: () => seen.filter(({ kind }) => kind !== 'progress').map(inWords),
    async stop() {
      stopper.abort();
      await running;
    },
  };
}

function inWords(seen: Observation): string {
  if (seen.kind === 'list') return seen.phase;
  if (seen.kind === 'lease') return `${seen.change} ${seen.lease.name}@${seen.lease.resourceVersion}`;
  if (seen.kind === 'sight') return seen.restart === undefined ? seen.sight : `${seen.sight} ${seen.restart}`;
  return seen.kind;
}
