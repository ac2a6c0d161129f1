import type { MemoryTable } from '../../exporter/delivery/memory-table.ts';

/** A checkpoint that lives as long as nobody loses it. */
export function memoryInHand(): MemoryTable {
  const kept = new Map<string, string>();
  return {
    async remember(memories) {
      for (const { key, text } of memories) {
        if (text === undefined) kept.delete(key);
        else kept.set(key, text);
      }
      return undefined;
    },
    async *recall() {
      yield { kind: 'memories', memories: [...kept].map(([key, text]) => ({ key, text })) };
    },
  };
}
