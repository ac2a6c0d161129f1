import { type Answer, receiverSaid } from './post.ts';
import type { Post, Posted, Unsendable } from './posting.ts';

/** What a sender needs of a receiver. */
export interface Receiver {
  readonly post: Post;
  /** Resolves when the credentials were renewed since the last request, or at `stop`. */
  readonly renewed: (stop: AbortSignal) => Promise<void>;
  /** Why an element would be refused for good, as far as that is known before. `wall`: Unix microseconds. */
  readonly unsendable?: (body: Uint8Array, wall: number) => Unsendable | undefined;
  /** The address without credentials. */
  readonly destination: string;
  readonly close: () => Promise<void>;
}

/** Credentials are being rotated, or wrong: not the fault of the batch, and no use in hurrying. */
const unauthorised: readonly number[] = [401, 403];
/** Something in the body is wrong, or it is too large; anything else would be said of every part of it too. */
const divisible: readonly number[] = [400, 413, 422];

/** What becomes of a parcel; `isTemporary` tells which statuses the protocol lets us try again. */
export function outcomeOf(answer: Answer, isTemporary: (status: number) => boolean): Posted {
  if (answer.kind === 'failed') return { kind: 'retry', why: answer.why };
  const { status, afterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const why = receiverSaid(answer);
  const asked = afterMs === undefined ? {} : { afterMs };
  if (unauthorised.includes(status)) return { kind: 'retry', ...asked, why, cause: 'credentials' };
  if (status === 429) return { kind: 'retry', ...asked, why, cause: 'busy' };
  if (isTemporary(status)) return { kind: 'retry', ...asked, why };
  return { kind: 'rejected', why, divisible: divisible.includes(status) };
}

/** `base` with `path` appended, unless it is there already; a query stays. */
export function withPath(base: string, path: string): string {
  const url = new URL(base);
  const present = url.pathname.replace(/\/+$/, '');
  url.pathname = present.endsWith(path) ? present : present + path;
  return url.href;
}

/** An address that may be told to anybody: without user, password and query. */
export function publicAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}
