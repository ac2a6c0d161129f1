import type { Budget } from './budget.ts';

/** A body whose bytes wait until the budget allows them. */
export interface Metered {
  /** Waits for the first piece; false at `stop`. A request begins when its bytes may go, not earlier. */
  begin(): Promise<boolean>;
  /** The body, when one piece is all of it. */
  readonly single: Uint8Array | undefined;
  /** Otherwise its pieces; `onPiece` is called when one may go. */
  rest(onPiece: () => void): AsyncGenerator<Uint8Array>;
  /** What has gone, the head included. */
  readonly bytes: number;
  /** To be called when the request is over. */
  end(): void;
}

/**
 * `head` bytes go before the body and count as well. A body that is larger than what may go at once is sent
 * in pieces: it takes its time, and the budget holds.
 */
export function metered(
  body: Uint8Array,
  head: number,
  budget: Budget,
  rank: number,
  stop: AbortSignal,
): Metered {
  let offset = 0;
  let gone: (() => void) | undefined;
  async function take(before: number): Promise<Uint8Array | undefined> {
    const piece = body.subarray(offset, offset + Math.max(1, budget.most - before));
    gone?.();
    gone = await budget.take(Math.min(budget.most, piece.byteLength + before), rank, stop);
    offset += piece.byteLength;
    return gone === undefined ? undefined : piece;
  }
  let first: Uint8Array | undefined;
  return {
    async begin() {
      first = await take(head);
      return first !== undefined;
    },
    get single() {
      return offset >= body.byteLength ? first : undefined;
    },
    async *rest(onPiece) {
      if (first !== undefined) yield first;
      while (offset < body.byteLength) {
        const piece = await take(0);
        if (piece === undefined) throw new Error('stopped while it waited for bandwidth');
        onPiece();
        yield piece;
      }
    },
    get bytes() {
      return head + offset;
    },
    end: () => gone?.(),
  };
}

/** What the head of a request takes on the wire; rather a little more than less. */
export function headBytes(target: URL, headers: Readonly<Record<string, string>>): number {
  const lines = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  return lines + target.href.length + target.host.length + 100;
}
