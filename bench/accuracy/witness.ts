import type { Clock } from '../../exporter/clock.ts';
import { eitherDecoder } from '../../exporter/kube/decode-either.ts';
import { jsonDecoder } from '../../exporter/kube/decode-json.ts';
import { protobufDecoder } from '../../exporter/kube/decode-protobuf.ts';
import { parseLease } from '../../exporter/kube/parse-lease.ts';
import { LeaseReader } from '../../exporter/kube/protobuf-lease.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../exporter/kube/transport.ts';

/** Something about leases that reached the judge. Times are monotonic milliseconds of the server. */
export type Delivery =
  /** One event of a watch, or one object that was read. */
  | { readonly how: 'watch' | 'read'; readonly at: number; readonly revision: number }
  /** A whole list as of a revision. */
  | { readonly how: 'list'; readonly at: number; readonly revision: number };

/** A time without an open watch of leases. `to` is infinite while it lasts. */
export interface Blindness {
  readonly from: number;
  to: number;
}

/** What one life of the judge was given to see, told by the bytes and not by what it made of them. */
export interface Testimony {
  readonly deliveries: Delivery[];
  readonly blindness: Blindness[];
}

export interface Witness {
  readonly transport: KubeTransport;
  /** The life is over: from now on it sees nothing. */
  close(): void;
}

/**
 * Stands between the judge and the API server and writes down in `testimony` what passes. `gate` holds everything back
 * while the judge's process stands still; `latencyMs` is how long a request takes to get there.
 */
export function witness(
  transport: KubeTransport,
  clock: Clock,
  gate: () => Promise<void> | undefined,
  latencyMs: number,
  testimony: Testimony,
): Witness {
  let watching = 0;
  let closed = false;
  const now = () => clock.now().mono;
  const note = (how: Delivery['how'], revision: number): void => {
    if (!closed && revision > 0) testimony.deliveries.push({ how, at: now(), revision });
  };
  function watchOpened(): void {
    watching += 1;
    const last = testimony.blindness.at(-1);
    if (watching === 1 && last !== undefined) last.to = now();
  }
  function watchClosed(): void {
    watching -= 1;
    if (watching === 0) testimony.blindness.push({ from: now(), to: Number.POSITIVE_INFINITY });
  }
  async function* watched({ body, headers }: KubeResponse): AsyncGenerator<Uint8Array> {
    const events = leases().watch(headers['content-type']);
    let isOpen = false;
    try {
      for await (const chunk of body) {
        await gate();
        const items = events.push(chunk);
        if (!isOpen && items[0]?.kind !== 'error') {
          isOpen = true;
          watchOpened();
        }
        for (const item of items) if ('object' in item) note('watch', Number(item.resourceVersion));
        yield chunk;
      }
    } finally {
      if (isOpen) watchClosed();
    }
  }
  async function* gated(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      await gate();
      yield chunk;
    }
  }
  async function* whole(answer: KubeResponse, how: 'list' | 'read'): AsyncGenerator<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    await gate();
    note(how, await revisionOf(Buffer.concat(chunks), how, answer.headers['content-type']));
    yield* chunks;
  }
  async function request(asked: KubeRequest): Promise<KubeResponse> {
    await pass(clock, latencyMs);
    const response = await transport.request(asked);
    await gate();
    const how =
      /\/leases(\/|\?|$)/.test(asked.path) && response.status === 200 ? kindOf(asked.path) : undefined;
    const body =
      how === undefined ? gated(response.body) : how === 'watch' ? watched(response) : whole(response, how);
    return { ...response, body };
  }
  return {
    transport: { request },
    close() {
      closed = true;
    },
  };
}

function pass(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** A list of one object is asked for its revision; it shows nothing of the others. */
function kindOf(path: string): Delivery['how'] | undefined {
  if (/[?&]watch=1/.test(path)) return 'watch';
  if (/[?&]limit=1(&|$)/.test(path)) return undefined;
  return /\/leases(\?|$)/.test(path) ? 'list' : 'read';
}

/** A list tells its own; an object, which is read as JSON, has only one. */
async function revisionOf(bytes: Buffer, how: 'list' | 'read', contentType?: string): Promise<number> {
  if (how === 'read') return Number(/"resourceVersion":"(\d+)"/.exec(bytes.toString())?.[1] ?? 0);
  const page = await leases().list(once(bytes), contentType);
  return page.kind === 'page' ? Number(page.resourceVersion) : 0;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Reads what passes in either format. */
function leases() {
  return eitherDecoder(
    protobufDecoder(new LeaseReader()),
    jsonDecoder((value) => parseLease(value)),
  );
}
