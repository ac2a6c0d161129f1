import type { Holding } from './holding.ts';
import type { HoldingMemory } from './memory.ts';

/** What was found out about a holder; `undefined` where nobody looked. */
export function holdingMemory({ identity, pod, node, candidates }: Holding): HoldingMemory | undefined {
  return identity === '' ? undefined : { identity, pod, node, candidates };
}

/**
 * Its Pod as it was tells what has become of it meanwhile: how often its containers have restarted, or that it is
 * gone. It is looked up again as soon as its lease is seen; `now` is in monotonic ms.
 */
export function recallHolding(who: Holding, memory: HoldingMemory | undefined, now: number): void {
  if (memory === undefined) return;
  who.begin(memory.identity, memory.node);
  who.pod = memory.pod;
  who.candidates = memory.candidates;
  who.again = now;
}
