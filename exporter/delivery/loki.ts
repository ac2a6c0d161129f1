import { type CredentialSources, lowerCased } from '../credentials.ts';
import type { Budget } from './budget.ts';
import { defaultLokiLimits, type LokiLimits, refusedForTime } from './loki-limits.ts';
import { openPoster, type Poster, type PostOptions } from './post.ts';
import type { Post } from './posting.ts';
import { outcomeOf, publicAddress, type Receiver, withPath } from './receiver.ts';
import { requestBody } from './request-bodies.ts';

export interface LokiTarget extends CredentialSources {
  /** Loki's base address; `/loki/api/v1/push` is appended unless it ends so already. */
  readonly url: string;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
  /** Loki's own, unless told. */
  readonly limits?: LokiLimits;
}

export interface LokiOptions extends PostOptions {
  /** What Loki may be given of lines, before compression: it counts them so for its own limits. */
  readonly ingest?: Budget | undefined;
}

/**
 * Posts batches of `values` entries (`["<ns>","<line>",{…}]`) to Loki. A batch is one stream, whose name
 * is the labels as JSON, so that Loki's answer speaks of this stream alone.
 */
export function lokiReceiver(target: LokiTarget, options: LokiOptions, open = openPoster): Receiver {
  const tenant = target.tenant === undefined ? {} : { 'x-scope-orgid': target.tenant };
  const url = withPath(target.url, '/loki/api/v1/push');
  const credentials = { ...target, headers: { ...lowerCased(target.headers), ...tenant } };
  const poster = open(url, credentials, options);
  const limits = target.limits ?? defaultLokiLimits;
  return {
    post: lokiPost(poster, options.ingest),
    renewed: (stop) => poster.renewed(stop),
    unsendable: (body, wall) => refusedForTime(body, wall, limits),
    destination: publicAddress(url),
    close: () => poster.close(),
  };
}

/** The same over any way to Loki. */
export function lokiPost(poster: Pick<Poster, 'post'>, ingest?: Budget): Post {
  return async ({ stream, bodies, importance }, signal) => {
    if (!(await paced(ingest, bodies, importance, signal))) return { kind: 'retry', why: 'stopped' };
    const body = requestBody('logs', stream, bodies);
    return outcomeOf(await poster.post(body, importance, signal), isTemporary);
  };
}

/** Waits until Loki may be given these lines; false at `stop`. */
async function paced(
  ingest: Budget | undefined,
  bodies: readonly Uint8Array[],
  rank: number,
  stop: AbortSignal,
): Promise<boolean> {
  if (ingest === undefined) return true;
  // A request may be larger than what may go at once: then it has to wait for all of it.
  for (let left = totalBytes(bodies); left > 0; left -= ingest.most) {
    const gone = await ingest.take(Math.min(left, ingest.most), rank, stop);
    if (gone === undefined) return false;
    // From here on it counts: how long Loki takes to answer is no matter of its limits.
    gone();
  }
  return true;
}

function totalBytes(bodies: readonly Uint8Array[]): number {
  return bodies.reduce((sum, body) => sum + body.byteLength, 0);
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
