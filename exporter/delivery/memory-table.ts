import type { StoreCalls } from './open-outbox.ts';
import type { KeptText, Reply } from './outbox-protocol.ts';

/** The checkpoint on disk: one text a key. */
export interface MemoryTable {
  /** Keeps or removes all of them, or none: then the answer says why. Never rejects. */
  remember(memories: readonly KeptText[]): Promise<string | undefined>;
  /** Everything that is kept, in pages; a damaged one comes without its text. `failed` is the last page. */
  recall(): AsyncIterable<RecalledPage>;
}

export type RecalledPage =
  | { readonly kind: 'memories'; readonly memories: readonly KeptText[] }
  | { readonly kind: 'failed'; readonly why: string };

/** Rows of one page: a message between threads that holds up neither of them. */
const pageRows = 1000;
/** A table that turns out damaged is saved into a new file first: then it is read again. */
const mostTries = 3;

/** The table in the outbox's database, behind the same thread: calls are answered in their order. */
export function memoryTable(store: StoreCalls): MemoryTable {
  return {
    async remember(memories) {
      const reply = await store.call({ kind: 'remember', memories });
      return reply.kind === 'done' ? undefined : whyOf(reply);
    },
    async *recall() {
      let after = '';
      for (let tries = 1; ; ) {
        const reply = await store.call({ kind: 'recall', after, most: pageRows });
        if (reply.kind === 'memories') {
          const last = reply.memories.at(-1);
          if (last === undefined) return;
          yield reply;
          after = last.key;
        } else if (tries === mostTries) return yield { kind: 'failed', why: whyOf(reply) };
        else tries += 1;
      }
    },
  };
}

function whyOf(reply: Reply): string {
  return 'why' in reply ? reply.why : `answered ${reply.kind}`;
}
