import { type Clock, sleep } from '../../exporter/clock.ts';
import type { Answer, Poster } from '../../exporter/delivery/post.ts';
import type { CommonLink } from './common-link.ts';
import type { Line, Loki } from './loki.ts';

export interface LinkOptions {
  /** Of the site. */
  readonly name: string;
  readonly clock: Clock;
  readonly loki: Loki;
  readonly link: CommonLink;
}

/** From a request to its answer. */
const roundTripMs = 100;

/** A way to Loki without sockets: it is there or not, and an answer takes its time. */
export function linkTo(options: LinkOptions): Poster {
  return {
    post: (parts, _rank, signal) => push(parts, signal, options),
    renewed: (stop) =>
      new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true })),
    close: async () => {},
  };
}

async function push(
  parts: readonly Uint8Array[],
  signal: AbortSignal,
  { name, clock, loki, link }: LinkOptions,
): Promise<Answer> {
  link.tried(name, clock.now().mono);
  if (!link.up) return { kind: 'failed', why: 'connect ECONNREFUSED' };
  await sleep(clock, roundTripMs, signal);
  if (signal.aborted || !link.up) return { kind: 'failed', why: 'socket closed' };
  const answer = loki.push(labelsOf(parts[0]), linesOf(parts), clock.now());
  return { kind: 'answered', afterMs: undefined, ...answer };
}

function labelsOf(head: Uint8Array | undefined): string {
  const labels = /"stream":(\{.*\}),"values"/.exec(Buffer.from(head ?? []).toString())?.[1];
  if (labels === undefined) throw new Error('fleet: a request has another form than expected');
  return labels;
}

/** Between what opens and closes a request, records and commas by turns. */
function linesOf(parts: readonly Uint8Array[]): Line[] {
  return parts
    .slice(1, -1)
    .filter((part) => part.byteLength > 1)
    .map((part) => ({ bytes: part.byteLength, wall: wallOf(part) }));
}

function wallOf(record: Uint8Array): number {
  const nanos = /^\["(\d+)000"/.exec(Buffer.from(record.buffer, record.byteOffset, 24).toString())?.[1];
  if (nanos === undefined) throw new Error('fleet: a record has another form than expected');
  return Number(nanos);
}
