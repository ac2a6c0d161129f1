import type { Outcome } from './outbox.ts';
import { type Answer, receiverSaid } from './post.ts';
import type { Post } from './sender.ts';

/** What a sender needs of a receiver. */
export interface Receiver {
  readonly post: Post;
  /** Resolves when the credentials were renewed since the last request, or at `stop`. */
  readonly renewed: (stop: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Credentials are being rotated, or wrong: not the fault of the batch, and no use in hurrying. */
const unauthorised: readonly number[] = [401, 403];
const unauthorisedPauseMs = 30_000;

/** What becomes of a batch; `isTemporary` tells which statuses the protocol lets us try again. */
export function outcomeOf(answer: Answer, isTemporary: (status: number) => boolean): Outcome {
  if (answer.kind === 'failed') return { kind: 'retry', why: answer.why };
  const { status, afterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const why = receiverSaid(answer);
  if (unauthorised.includes(status)) return { kind: 'retry', afterMs: afterMs ?? unauthorisedPauseMs, why };
  if (!isTemporary(status)) return { kind: 'rejected', why };
  return afterMs === undefined ? { kind: 'retry', why } : { kind: 'retry', afterMs, why };
}

/** `base` with `path` appended, unless it is there already; a query stays. */
export function withPath(base: string, path: string): string {
  const url = new URL(base);
  const present = url.pathname.replace(/\/+$/, '');
  url.pathname = present.endsWith(path) ? present : present + path;
  return url.href;
}
