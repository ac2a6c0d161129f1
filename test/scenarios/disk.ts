import type { Moment } from '../../exporter/clock.ts';
import { type Memory, memoryKey } from '../../exporter/model/memory.ts';
import type { RememberedObservation } from '../../exporter/model/observation.ts';
import { memoryText, parseMemory, rememberedAt } from '../../exporter/sources/remembered.ts';

/** What a leasewatch that is killed leaves behind, as the text that its checkpoint keeps. */
export class Disk {
  #texts = new Map<string, string>();

  write(memories: Iterable<Memory>, boot: string): void {
    this.#texts = new Map(
      Array.from(memories, (memory) => [memoryKey(memory), memoryText({ memory, boot })] as const),
    );
  }

  /** Cuts the text under a key short. */
  damage(key: string): void {
    const text = this.#texts.get(key);
    if (text === undefined) throw new Error(`scenario: there is no memory ${key}`);
    this.#texts.set(key, text.slice(0, text.length / 2));
  }

  clear(): void {
    this.#texts.clear();
  }

  read(at: Moment, boot: string): { seen: RememberedObservation[]; problems: string[] } {
    const seen: RememberedObservation[] = [];
    const problems: string[] = [];
    for (const [key, text] of this.#texts) {
      const parsed = parseMemory(text);
      if (parsed.kind === 'memory') seen.push(rememberedAt(at, boot, parsed.kept));
      else problems.push(`${key}: ${parsed.why}`);
    }
    return { seen, problems };
  }
}
